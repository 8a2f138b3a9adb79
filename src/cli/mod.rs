//! One file a binary: the arguments as typed, what they mean, and the call.

pub mod act;
pub mod detect;
pub mod review;
pub mod run;
#[cfg(unix)]
mod server;
pub mod stream;
pub mod watch;

use crate::exit::{Code, Failure};
use crate::wire::record;
use crate::wire::record::Record;
use clap::Parser;
use std::ffi::OsString;
use std::process::ExitCode;

/// What `--version` prints: ours, and the version of the line format.
pub const VERSION: &str = concat!(env!("CARGO_PKG_VERSION"), " (line format 1)");

/// Flags that every binary has.
#[derive(Debug, clap::Args)]
pub struct Common {
    /// How much to log on stderr: off, error, warn, info, debug, trace, or a filter for single modules.
    #[arg(
        long,
        env = "OCR_LOG",
        value_name = "LEVEL",
        default_value = "warn",
        global = true
    )]
    pub log: String,
    /// Print the JSON Schema of the lines that this stage writes, one schema a line, and exit.
    #[arg(long)]
    pub schema: bool,
}

impl Common {
    /// Sends the log of this process to stderr, at the level asked for.
    ///
    /// # Errors
    /// [`Code::Usage`] when the level cannot be read.
    pub fn start_logging(&self) -> Result<(), Failure> {
        let filter = tracing_subscriber::EnvFilter::try_new(&self.log).map_err(|e| {
            Failure::new(
                Code::Usage,
                format_args!(
                    "--log {}: {e}; use off, error, warn, info, debug or trace",
                    self.log
                ),
            )
        })?;
        // A second call, in a test, keeps the first log.
        let _ = tracing_subscriber::fmt()
            .with_env_filter(filter)
            .with_writer(std::io::stderr)
            .with_ansi(false)
            .without_time()
            .try_init();
        Ok(())
    }
}

/// The whole of a binary: parse, run, say what went wrong, and end with the right code.
pub fn start<A: Parser>(
    name: &str,
    args: impl IntoIterator<Item = OsString>,
    run: impl FnOnce(A) -> Result<Code, Failure>,
) -> ExitCode {
    let args = match A::try_parse_from(args) {
        Ok(args) => args,
        Err(error) => {
            // A closed stderr or stdout leaves nobody to tell.
            let _ = error.print();
            return if error.use_stderr() {
                Code::Usage.into()
            } else {
                Code::Ok.into()
            };
        }
    };
    end(name, run(args))
}

/// Says what went wrong, and gives the code that the process ends with.
fn end(name: &str, outcome: Result<Code, Failure>) -> ExitCode {
    match outcome {
        Ok(code) => code.into(),
        Err(failure) => {
            if !failure.message.is_empty() {
                eprintln!("{name}: {}", failure.message);
            }
            failure.code.into()
        }
    }
}

/// Prints the schema of one record as one line.
pub fn print_schema<T: Record>() {
    println!("{}", record::schema::<T>().as_value());
}
