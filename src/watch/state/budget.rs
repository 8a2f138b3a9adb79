//! The budgets of a session.

/// What a session may use, each in its usual unit; `None` where there is no limit.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Budget {
    /// Turns of one session.
    pub turns: Option<u64>,
    /// Tokens, those of the cache included.
    pub tokens: Option<u64>,
    /// Dollars.
    pub cost: Option<f64>,
    /// Milliseconds.
    pub time: Option<i64>,
}
