//! The kinds of work that an answer may claim.

/// Work that leaves a call behind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Work {
    /// Tests were run, or pass.
    RanTests,
    /// Checks were run, or pass, and nothing says of which kind.
    RanChecks,
    /// A linter, or a checker of types, was run, or has no complaints.
    Linted,
    /// A commit was made.
    Committed,
    /// Commits were pushed.
    Pushed,
    /// A commit is in the remote repository, which says that it was pushed if it was made here.
    OnRemote,
    /// A tag was made.
    Tagged,
    /// A pull or merge request was opened.
    OpenedPr,
    /// Something was deployed, released or published.
    Deployed,
    /// Mail was sent.
    Sent,
    /// A message was sent to a chat.
    Posted,
    /// An issue was closed.
    ClosedIssue,
    /// A benchmark was run, or something was measured.
    Measured,
    /// A page was opened in a browser.
    Browsed,
    /// A screenshot was taken.
    Pictured,
    /// Another agent looked over the work.
    Reviewed,
}

impl Work {
    /// What is missing where it is claimed and no call did it. `checked` says that some check ran.
    pub(crate) fn missing(self, checked: bool) -> &'static str {
        match self {
            Self::RanTests if checked => "no call ran the tests",
            Self::Linted if checked => "no call ran a linter",
            Self::RanTests | Self::RanChecks | Self::Linted => "no call ran a check",
            Self::Committed => "no call committed",
            Self::Pushed | Self::OnRemote => "no call pushed",
            Self::Tagged => "no call made a tag",
            Self::OpenedPr => "no call opened a pull request",
            Self::Deployed => "no call deployed or published",
            Self::Sent => "no call sent mail",
            Self::Posted => "no call sent a message",
            Self::ClosedIssue => "no call closed an issue",
            Self::Measured => "no call ran a benchmark",
            Self::Browsed => "no call opened a page",
            Self::Pictured => "no call took a screenshot",
            Self::Reviewed => "no call asked another agent",
        }
    }
}
