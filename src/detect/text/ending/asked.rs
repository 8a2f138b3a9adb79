//! What an answer has to be read with.

/// What was asked, as far as it says how an answer is meant.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct Asked<'a> {
    /// Only a question, and nothing was done for it: what the answer says that cannot be is said of the program, unless
    /// it names the agent.
    pub(crate) is_question: bool,
    /// Something was changed for it, and a check passed after that: what could not be tried besides is a caveat.
    pub(crate) is_checked: bool,
    /// The folded request.
    pub(crate) request: &'a str,
}
