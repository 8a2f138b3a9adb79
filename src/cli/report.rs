//! The command line of `ocr-report`.

use super::Common;
use super::common::{MORE, switch, version};
use super::recordings;
use super::units;
use crate::detect::{Config, Detect, Detector};
use crate::exit::{Code, Failure};
use crate::pipe;
use crate::pipe::{Out, Shutdown, Stage};
use crate::report::{Form, Reader, Report, Summary};
use clap::Parser;
use std::ffi::OsString;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

const HINT: &str = "standard input is a terminal; pipe lines into this program, or name a recording:\n  ocr-report run.ndjson\nSee --help for examples.";

const EXAMPLES: &str = "\
Examples:
  Read what happened in a run:
    ocr-report run.ndjson
  See which of last night's runs need a look, and what each habit cost:
    ocr-report recordings/
  Put a summary on the page of a GitHub workflow:
    ocr-report --as markdown run.ndjson >> \"$GITHUB_STEP_SUMMARY\"
  Annotate a GitHub workflow with the problems of a run:
    ocr-report --as github run.ndjson
  Open a page with a timeline in a browser:
    ocr-report --as html run.ndjson > run.html
  Judge by limits other than the defaults:
    ocr-stream --replay run.ndjson | ocr-detect --limit repeat.stop=6 | ocr-report

Exit codes:
  0    the report was written, whatever it contains (to fail a script, see ocr-detect --fail-on)
  1    a recording cannot be read, or a folder has none
  2    the command line is invalid
  65   nothing in an input was understood, or a line is not a JSON object (with --strict)
  77   permission to read a recording is denied
  130  interrupted (143: terminated)
  141  the reader closed the pipe";

/// Report on one run or many, as text, Markdown, HTML, JUnit, SARIF, annotations of GitHub or Prometheus metrics.
///
/// The report is written when the lines end. It shows the problems, each once, with their cost and evidence, and how
/// the sessions ended. Findings are taken from the lines; in a recording without any `ocr.detect.*` line, they are
/// detected first, with the default limits. A report on several recordings begins with the worst.
#[derive(Debug, Parser)]
#[command(name = "ocr-report", version = version(), after_help = MORE, after_long_help = EXAMPLES)]
struct Args {
    /// Recordings to report on. A folder stands for the recordings in it and below (*.ndjson and *.jsonl, also with .gz
    /// or .zst). With no FILE, or with -, reads standard input.
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,
    /// The form of the report.
    #[arg(long = "as", value_name = "FORM", value_enum, default_value_t)]
    form: Form,
    /// Number of recordings to read at a time [default: the number of processors].
    #[arg(short, long, env = "OCR_JOBS", value_name = "N", value_parser = units::nonzero)]
    jobs: Option<NonZeroUsize>,
    /// Exit with code 65 at a line that is not a JSON object, or if nothing in an input was understood.
    #[arg(long, env = "OCR_STRICT", value_parser = switch())]
    strict: bool,
    /// Skip lines longer than BYTES.
    #[arg(long, env = "OCR_MAX_LINE", value_name = "BYTES", default_value_t = pipe::DEFAULT_LINE_LIMIT)]
    max_line: usize,
    #[command(flatten)]
    common: Common,
}

/// Runs `ocr-report` with these arguments, the first being the program's name.
pub fn main(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    super::start("ocr-report", args, run)
}

#[cfg(unix)]
pub(super) fn command() -> clap::Command {
    use clap::CommandFactory;
    Args::command()
}

fn run(args: Args) -> anyhow::Result<Code> {
    args.common.start_logging("ocr-report")?;
    let files = pipe::recordings(&args.files)?;
    let ((summaries, failure), shutdown) = match &*files {
        [] | [_] => read_one(&args, files.first().map(PathBuf::as_path))?,
        _ => read_all(&args, &files)?,
    };
    write(args.form, summaries)?;
    if let Some(failure) = failure {
        return Err(failure.into());
    }
    Ok(shutdown.requested().unwrap_or(Code::Ok))
}

/// The summaries of inputs, and why the last one of those that failed did.
type Outcome = (Vec<Summary>, Option<Failure>);

/// Reads a recording or standard input.
fn read_one(args: &Args, file: Option<&Path>) -> Result<(Outcome, Shutdown), Failure> {
    let shutdown = recordings::prepare();
    let input = recordings::open(file, HINT, &shutdown)?;
    let (summary, failure) = args.read(file, input, &Out::new(std::io::sink(), true))?;
    Ok(((vec![summary], failure), shutdown))
}

/// Reads every recording on its own, several at a time. One that cannot be read does not stop the others.
fn read_all(args: &Args, files: &[PathBuf]) -> Result<(Outcome, Shutdown), Failure> {
    let shutdown = recordings::prepare();
    let processors = || std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
    let threads = args.jobs.unwrap_or_else(processors).get();
    let read = |file: &PathBuf, out: &Out| args.read(Some(file), recordings::open(Some(file), HINT, &shutdown)?, out);
    let out = Out::new(std::io::sink(), true);
    let results = pipe::parallel_inputs(files.iter().collect(), threads, &out, true, read)?;
    let (mut summaries, mut failed) = (Vec::new(), None);
    for (file, result) in files.iter().zip(results) {
        let failure = match result {
            Ok((summary, failure)) => {
                summaries.push(summary);
                failure
            }
            Err(failure) => {
                summaries.push(recordings::unread(file, &failure));
                Some(failure)
            }
        };
        recordings::keep_last(&mut failed, failure);
    }
    Ok(((summaries, failed), shutdown))
}

impl Args {
    /// Reads one input: its summary, and why it failed if it did.
    fn read(
        &self,
        file: Option<&Path>,
        input: impl std::io::Read,
        out: &Out,
    ) -> Result<(Summary, Option<Failure>), Failure> {
        let name = recordings::name(file);
        let named = name.as_deref().unwrap_or("standard input");
        let detect = Detect::new(Detector::new(Config::default()), self.strict).of_file(named);
        let mut stage = Summarize::new(detect, name.as_deref(), false);
        let read = pipe::filter(&mut stage, input, out, self.max_line).map_err(|e| recordings::named(file, e));
        let (summary, detect) = stage.finish();
        let mut failure = recordings::unless_partly_read(read, &detect)?;
        if let Some((foreign, told)) = detect.not_understood() {
            let message = recordings::not_understood(file, foreign);
            if self.strict {
                failure = Some(Failure::new(Code::BadData, if told { "" } else { &message }));
            } else if !told {
                tracing::warn!("{message}");
            }
        }
        Ok((summary, failure))
    }
}

/// Writes the report on these recordings to standard output.
///
/// # Errors
/// As [`Out::add`].
pub(super) fn write(form: Form, summaries: Vec<Summary>) -> Result<(), Failure> {
    let out = Out::new(pipe::input::stdout()?, false);
    out.add(form.write(&Report::new(summaries)).as_bytes())?;
    out.finish()
}

/// Detects in the lines of a recording, and collects the summary. It passes and adds no line.
pub(super) struct Summarize {
    detect: Detect,
    reader: Reader,
    /// The lines that the detector adds to one line.
    added: Vec<u8>,
}

impl Summarize {
    /// A stage for the recording in `file`; with `afresh`, findings that the recording holds do not count.
    pub(super) fn new(detect: Detect, file: Option<&str>, afresh: bool) -> Self {
        Self { detect, reader: Reader::new(file, afresh), added: Vec::new() }
    }

    /// The summary and the detector.
    pub(super) fn finish(self) -> (Summary, Detect) {
        let foreign = self.detect.not_understood().map(|(foreign, _)| foreign);
        (self.reader.finish(foreign.as_ref()), self.detect)
    }

    fn collect(&mut self) {
        self.reader.read_detected(&self.added);
        self.added.clear();
    }
}

impl Stage for Summarize {
    fn line(&mut self, line: &[u8], _added: &mut Vec<u8>) -> Result<(), Failure> {
        self.detect.line(line, &mut self.added)?;
        self.reader.read(line);
        self.collect();
        Ok(())
    }

    fn oversized(&mut self) {
        self.detect.oversized();
    }

    fn finish(&mut self, _added: &mut Vec<u8>) -> Result<(), Failure> {
        self.detect.finish(&mut self.added)?;
        self.collect();
        Ok(())
    }
}
