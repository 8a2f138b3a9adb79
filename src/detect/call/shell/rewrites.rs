//! Tells which commands rewrite files in place, and which files they name.

use super::commands::SimpleCommand;
use super::effect::Effect;
use super::verbs::has;

/// The files and folders that a command rewrites in place, as far as it names them; `None` if it rewrites none.
pub(crate) fn rewritten(command: &SimpleCommand) -> Option<Vec<&str>> {
    if command.is_dry() || command.effect() != Effect::Mutate {
        return None;
    }
    let arguments: Vec<&str> = command.arguments().iter().map(String::as_str).collect();
    of_words(command.program(), &arguments)
}

fn of_words<'a>(program: &str, arguments: &[&'a str]) -> Option<Vec<&'a str>> {
    let given = |flags: &str| arguments.iter().position(|word| has(flags, word));
    match program {
        "sed" | "gsed" | "perl" | "ruby" => {
            // With `-e`, the script is no operand, and otherwise the first one is.
            let scripted = arguments.iter().any(|word| takes_script(word));
            Some(operands(arguments).skip(usize::from(!scripted)).collect())
        }
        "sd" => Some(operands(arguments).skip(2).collect()),
        "git" => {
            arguments.iter().find(|word| !word.starts_with('-')).filter(|sub| has("apply am", sub)).map(|_| Vec::new())
        }
        "patch" | "ast-grep" | "comby" | "codemod" | "jscodeshift" => Some(Vec::new()),
        "fd" | "fdfind" => nested(arguments, given("-x --exec -X --exec-batch")?),
        "find" => nested(arguments, given("-exec -execdir -ok -okdir")?),
        _ => None,
    }
}

/// What the command rewrites that another one runs for the files that it finds.
fn nested<'a>(arguments: &[&'a str], at: usize) -> Option<Vec<&'a str>> {
    let (program, arguments) = arguments[at + 1..].split_first()?;
    of_words(program.rsplit('/').next().unwrap_or(program), arguments)
}

/// Whether a flag has a script as its value: `-e`, `-pi -e`, `-pie`.
fn takes_script(word: &str) -> bool {
    word.starts_with('-') && !word.starts_with("--") && word.ends_with('e') || word == "--expression"
}

/// The words that are neither flags nor scripts.
fn operands<'a>(arguments: &[&'a str]) -> impl Iterator<Item = &'a str> {
    let is_operand = |at: &usize| {
        let word = arguments[*at];
        !word.is_empty() && !word.starts_with('-') && (*at == 0 || !takes_script(arguments[*at - 1]))
    };
    let found: Vec<&str> = (0..arguments.len()).filter(is_operand).map(|at| arguments[at]).collect();
    found.into_iter()
}
