//! The lines of a stream as a page for a person.

mod text;

pub use text::Page;
