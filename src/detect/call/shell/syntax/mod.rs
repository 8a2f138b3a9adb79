//! The grammar of a shell command line: quotes, operators, groups, loops, redirections, heredocs.
//!
//! It is tolerant: what a shell would reject is read as far as it goes. Every byte is read once at
//! each level of nesting, and the nesting is limited. `lexer` makes tokens of the source, `parser` makes
//! commands of the tokens.

mod command;
mod lexer;
mod parser;

pub use command::{Item, Joint, Node, Role, Simple, words_of};
pub use parser::parse;
