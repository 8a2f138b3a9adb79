//! Commands, and how they are joined.

/// One command and its redirections.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Simple {
    /// The words, without their quotes.
    pub words: Vec<String>,
    /// The files that output is redirected to.
    pub writes: Vec<String>,
    /// The heredocs and here-strings that it reads.
    pub bodies: Vec<String>,
    /// The scripts of its command substitutions.
    pub substitutions: Vec<String>,
}

/// A command or several.
#[derive(Debug, Clone, PartialEq)]
pub enum Node {
    Simple(Simple),
    Group(Role, Vec<Item>),
}

/// What a group is there for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// `( … )`, `{ … }`: its status is that of its last command.
    Plain,
    /// Its status decides what runs next.
    Condition,
    /// It may run or not.
    Branch,
    /// It may run several times.
    Loop,
}

/// How a command is joined to the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Joint {
    Sequence,
    And,
    Or,
    Pipe,
    Background,
}

/// A command in a list.
#[derive(Debug, Clone, PartialEq)]
pub struct Item {
    pub node: Node,
    pub negated: bool,
    pub joint: Joint,
}

/// The words of a command that is not a group.
pub fn words_of(item: &Item) -> Option<&[String]> {
    match &item.node {
        Node::Simple(simple) => Some(&simple.words),
        Node::Group(..) => None,
    }
}
