//! Summaries of two lines, of which one says how many passed and the other how many did not.

/// What was said so far of which a summary may be one half.
#[derive(Default)]
pub(super) struct Halves {
    /// What stood above the first line may belong to it.
    torn: bool,
    lines: usize,
    /// A list of failures was seen whose summary says only how many passed: mocha, playwright.
    pub(super) listed: bool,
    /// The list is of those that passed at another try.
    flaky: bool,
    /// How many passed, said on a line of its own: node, bun.
    pass: Option<u32>,
}

impl Halves {
    pub(super) fn new(output: &str) -> Self {
        // A summary is one block: nothing of it stands above an empty line.
        let torn = output.lines().next().is_some_and(|first| !first.trim().is_empty());
        Self { torn, ..Self::default() }
    }

    /// The number of those that passed, if a line says only that: `# pass 5`.
    pub(super) fn passed(line: &str) -> Option<&str> {
        match words(line) {
            [Some(number), Some("pass"), None] | [Some("pass"), Some(number), None] => Some(number),
            _ => None,
        }
    }

    /// Takes in a line. Returns whether it says only one half, and the other is not there or speaks against it.
    pub(super) fn is_one(&mut self, line: &str) -> bool {
        self.lines += 1;
        if let Some(passed) = Self::passed(line) {
            self.pass = passed.parse().ok();
            return true;
        }
        match words(line) {
            [Some("0"), Some("fail"), None] | [Some("fail"), Some("0"), None] => self.pass == Some(0),
            [Some(_), Some("flaky"), None] => {
                self.flaky = true;
                true
            }
            [Some(_), Some("passing"), _] => self.listed,
            // The first line of all: what failed may stand above it.
            [Some(_), Some("passed"), Some(took)] if took.starts_with('(') => {
                self.listed && !self.flaky || self.lines == 1 && self.torn
            }
            _ => false,
        }
    }
}

/// The first three words of a line, without the marks before them.
fn words(line: &str) -> [Option<&str>; 3] {
    let mut words = line.trim_start().trim_start_matches(['#', 'ℹ', ' ']).split_ascii_whitespace();
    [words.next(), words.next(), words.next()]
}
