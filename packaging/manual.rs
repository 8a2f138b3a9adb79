//! Writes the manual pages and the completions of every binary below a folder, from the same definition as `--help`:
//! `cargo run --example manual -- FOLDER`.

use clap_complete::{Shell, generate_to};
use std::error::Error;
use std::fs;
use std::path::PathBuf;

const SHELLS: [Shell; 5] = [Shell::Bash, Shell::Zsh, Shell::Fish, Shell::Elvish, Shell::PowerShell];

fn main() -> Result<(), Box<dyn Error>> {
    let folder = PathBuf::from(std::env::args_os().nth(1).ok_or("usage: manual FOLDER")?);
    let (man, completions) = (folder.join("man/man1"), folder.join("completions"));
    fs::create_dir_all(&man)?;
    fs::create_dir_all(&completions)?;
    for mut command in ocr::cli::commands() {
        let name = command.get_name().to_owned();
        clap_mangen::generate_to(command.clone(), &man)?;
        for shell in SHELLS {
            generate_to(shell, &mut command, &name, &completions)?;
        }
    }
    Ok(())
}
