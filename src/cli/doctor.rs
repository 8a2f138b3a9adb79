//! The command line of `ocr-run doctor`.

use super::Common;
use super::common::{Parsed, print, to_args, to_private, version, with_units};
use super::environment::runs_folder;
use super::review::{WhoArgs, is_reviewed_by_rules};
use super::stream::SpawnArgs;
use super::units;
use super::watch::terminal_columns;
use crate::exit::Code;
use crate::pipe::tell;
use crate::printable::wrapped;
use crate::run::{Command, Doctor, Keep, doctor};
use anyhow::Context as _;
use clap::Parser;
use std::io::{IsTerminal, stdout};
use std::path::PathBuf;
use std::time::Duration;

/// Where what was found goes on in the next row, in columns: below itself.
const INDENT: usize = 20;

const HELP: &str = "\
Each check prints ok, warn or fail, and below that what to do about it.

Exit codes:
  0   everything is as it should be
  3   a run would work, but read the warnings
  1   a run would fail: OpenCode, its configuration or the folder for recordings cannot be used
  69  a run would fail: the model or the reviewer does not answer
  77  a run would fail: the provider of the model rejected its key";

/// Check whether a run would work: OpenCode, its configuration, the model, permissions, git, the reviewer, recordings.
///
/// The model is asked for one word, and gets no tools for that: nothing in the project changes.
#[derive(Debug, Parser)]
#[command(name = "ocr-run doctor", bin_name = "ocr-run doctor", version = version(), after_help = with_units(HELP))]
pub(super) struct Args {
    /// Do not ask the model anything.
    #[arg(long)]
    no_model: bool,
    /// Wait at most TIME for the model, and as long for the reviewer.
    #[arg(long, value_name = "TIME", default_value = "60", value_parser = units::some_duration)]
    model_timeout: Duration,
    /// Working directory of the run [default: the current one].
    #[arg(long, value_name = "DIR", env = "OCR_WORKING_DIR")]
    working_dir: Option<PathBuf>,
    /// Model that the agent uses [default: chosen by the server].
    #[arg(long, value_name = "PROVIDER/MODEL", env = "OCR_WORKER_MODEL")]
    worker_model: Option<String>,
    #[command(flatten)]
    spawned: SpawnArgs,
    #[command(flatten)]
    who: WhoArgs,
    #[command(flatten)]
    common: Common,
}

pub(super) fn run(parsed: Parsed<Args>) -> anyhow::Result<Code> {
    let Parsed { args, matches } = parsed;
    args.common.start_logging("ocr-run doctor")?;
    let directory = args.working_dir.clone().unwrap_or_else(|| PathBuf::from("."));
    let directory =
        directory.canonicalize().with_context(|| format!("cannot use --working-dir {}", directory.display()))?;
    let mut model = to_args::<SpawnArgs>(&matches);
    model.extend(args.worker_model.iter().map(|model| format!("--worker-model={model}").into()));
    let mut reviewer = Command::new("ocr-review").with("--deadline", Some(args.model_timeout.as_secs().max(1)));
    reviewer.args.extend(to_args::<WhoArgs>(&matches));
    reviewer.private = to_private::<WhoArgs>(&matches);
    let checks = Doctor {
        opencode: args.spawned.program(),
        directory,
        model: (!args.no_model).then_some(model),
        limit: args.model_timeout,
        reviewer: (!is_reviewed_by_rules(&args.who)?).then_some(reviewer),
        recordings: recordings(),
    };
    let columns = stdout().is_terminal().then(terminal_columns).flatten();
    let mut printed = Ok(Code::Ok);
    let code = doctor(&checks, |checked| {
        if printed.is_ok() {
            let told = tell::safe(&checked.to_string());
            printed = print(columns.map_or(told.clone(), |columns| wrapped(&told, columns, INDENT)));
        }
    });
    printed.map(|_| code)
}

/// The folder for recordings, made if it is missing.
fn recordings() -> Result<PathBuf, String> {
    let folder =
        runs_folder().ok_or("there is no home directory; name a file with --record FILE, or use --no-record")?;
    let keep = Keep::Folder(folder.clone(), usize::MAX);
    keep.prepare().map(|()| folder).map_err(|failure| failure.to_string())
}
