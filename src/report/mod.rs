//! Turns the lines of recordings into a page for a person, a pull request or a CI system, at their end.
//!
//! A pure function of the lines, like the detector: no clock, no network, no files.
//!
//! * [`Reader`] collects a [`Summary`] of one recording from its lines; all its text is made fit to be shown.
//! * A [`Report`] is one recording or several, the worst first, and `habits` says what each rule's finds cost.
//! * One file per form writes a report: `text`, `markdown`, `html`, `junit`, `sarif`, `github`, `prometheus`.

mod form;
mod github;
mod habits;
mod html;
mod junit;
mod markdown;
mod markup;
mod page;
mod prometheus;
mod sarif;
mod shown;
mod summary;
mod text;
mod units;

pub use form::Form;
pub use habits::Habit;
pub use page::Report;
pub use shown::Shown;
pub use summary::{Bar, Episode, Mark, Reader, Rest, RunEnd, Session, Severity, Step, Summary, Timeline};
