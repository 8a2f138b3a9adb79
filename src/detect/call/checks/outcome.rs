//! How a check came out, and how much of what it printed is there to tell.

/// How a check came out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) enum CheckOutcome {
    /// It ran and passed.
    Passed,
    /// It failed.
    Failed {
        /// How many tests, errors or problems, where a summary says so.
        count: Option<u32>,
        /// What failed, sorted: tests, files, messages of compilers.
        items: Vec<String>,
    },
    /// It ran no test: there is none, none was chosen, or all were skipped.
    Empty,
    /// Nothing clear is said.
    #[default]
    Unknown,
}

impl CheckOutcome {
    /// Whether it failed.
    pub(crate) fn is_failed(&self) -> bool {
        matches!(self, Self::Failed { .. })
    }
}

/// What is missing of an output.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Truncation {
    /// Nothing that was about another part of the run.
    #[default]
    Nothing,
    /// The beginning.
    Beginning,
    /// The end, or lines anywhere.
    Anything,
    /// A script read it and reports in its own words, so nobody knows what is missing.
    Retold,
    /// What speaks against it: the output of other checks.
    Rest,
    /// Parts of lines: the other half of a summary, unless one says all by itself.
    Pieces,
}
