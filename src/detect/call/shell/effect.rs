//! The effect of a command, and how much it changes.

/// What a command line is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Effect {
    /// It changes files.
    Mutate,
    /// It tests, builds or lints.
    Check,
    /// It looks at something.
    Observe,
    /// It waits for something, and looks.
    Poll,
    /// It writes history, a remote or the state of a service, and changes no file of the work tree.
    Record,
    /// Nobody knows what it does: it may change files.
    Unknown,
}

/// How much a line changes in the work tree, the least first.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Change {
    /// Nothing.
    #[default]
    None,
    /// Temporary files, or what a build left.
    Scratch,
    /// The layout of the code only: a formatter ran.
    Layout,
    /// It is not known.
    Perhaps,
    /// Files.
    Certain,
}
