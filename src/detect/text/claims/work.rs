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
