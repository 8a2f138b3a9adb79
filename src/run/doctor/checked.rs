//! The result of one check of the doctor.

use crate::exit::Code;
use crate::pipe::tell;
use std::fmt;

/// The most that is shown of what a check found, in characters. A program that is asked for its version may say
/// anything.
const FOUND: usize = 500;

/// How a check went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Health {
    /// Nothing stands in the way.
    Ok,
    /// A run would work, but perhaps not as expected.
    Warn,
    /// A run would fail, with this code.
    Fail(Code),
}

/// What a check found.
#[derive(Debug)]
pub struct Checked {
    /// What was checked.
    pub what: &'static str,
    /// How it went.
    pub health: Health,
    /// What is the case: one line, without secrets.
    pub found: String,
    /// What to do about it; empty if there is nothing to do.
    pub cure: String,
}

impl fmt::Display for Checked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = match self.health {
            Health::Ok => "ok",
            Health::Warn => "warn",
            Health::Fail(_) => "fail",
        };
        write!(f, "{word:<5} {:<12} {}", self.what, self.found)?;
        if self.cure.is_empty() { Ok(()) } else { write!(f, "\n{:18} → {}", "", self.cure) }
    }
}

impl Checked {
    pub(super) fn ok(what: &'static str, found: impl Into<String>) -> Self {
        Self::new(what, Health::Ok, &found.into(), String::new())
    }

    pub(super) fn warn(what: &'static str, found: impl Into<String>, cure: impl Into<String>) -> Self {
        Self::new(what, Health::Warn, &found.into(), cure.into())
    }

    pub(super) fn fail(what: &'static str, code: Code, found: impl Into<String>, cure: impl Into<String>) -> Self {
        Self::new(what, Health::Fail(code), &found.into(), cure.into())
    }

    fn new(what: &'static str, health: Health, found: &str, cure: String) -> Self {
        Self { what, health, found: tell::masked_excerpt(found, FOUND), cure }
    }
}
