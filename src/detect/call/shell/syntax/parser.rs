//! Parses tokens into commands.

use super::command::{Item, Joint, Node, Role, Simple};
use super::lexer::{Op, Token, tokens};

/// How deep groups may nest; deeper ones are read as if their brackets were not there.
const DEPTH: usize = 24;

/// Reads a script.
pub fn parse(script: &str) -> Vec<Item> {
    let mut parser = Parser { tokens: tokens(script), at: 0, functions: Vec::new() };
    let mut items = Vec::new();
    while parser.at < parser.tokens.len() {
        items.extend(parser.list(&[], 0));
        // A closing word without its opening one.
        parser.at += 1;
    }
    items
}

struct Parser {
    tokens: Vec<Token>,
    at: usize,
    functions: Vec<String>,
}

impl Parser {
    fn op(&self) -> Option<Op> {
        match self.tokens.get(self.at) {
            Some(Token::Op(op)) => Some(*op),
            _ => None,
        }
    }

    /// The unquoted word here.
    fn keyword(&self) -> Option<&str> {
        match self.tokens.get(self.at) {
            Some(Token::Word { text, quoted: false }) => Some(text),
            _ => None,
        }
    }

    fn at_stop(&self, stops: &[&str]) -> bool {
        match self.op() {
            Some(Op::Close) => stops.contains(&")"),
            Some(Op::CaseEnd) => stops.contains(&";;"),
            _ => self.keyword().is_some_and(|word| stops.contains(&word)),
        }
    }

    /// The commands up to one of `stops`, or to a closing word that belongs to somebody else.
    fn list(&mut self, stops: &[&str], depth: usize) -> Vec<Item> {
        let mut items = Vec::new();
        while self.at < self.tokens.len() {
            if matches!(self.op(), Some(Op::Newline | Op::Semicolon | Op::Background | Op::And | Op::Or | Op::Pipe))
                || self.op() == Some(Op::CaseEnd) && !stops.contains(&";;")
            {
                self.at += 1;
                continue;
            }
            if self.at_stop(stops) || self.op() == Some(Op::Close) || self.keyword().is_some_and(closes) {
                break;
            }
            let negated = self.keyword() == Some("!");
            if negated {
                self.at += 1;
                continue_newlines(self);
            }
            let Some(node) = self.command(depth) else {
                continue;
            };
            let joint = self.joint();
            items.push(Item { node, negated, joint });
        }
        items
    }

    fn joint(&mut self) -> Joint {
        let joint = match self.op() {
            Some(Op::And) => Joint::And,
            Some(Op::Or) => Joint::Or,
            Some(Op::Pipe) => Joint::Pipe,
            Some(Op::Background) => Joint::Background,
            Some(Op::Newline | Op::Semicolon) => Joint::Sequence,
            _ => return Joint::Sequence,
        };
        self.at += 1;
        if matches!(joint, Joint::And | Joint::Or | Joint::Pipe) {
            continue_newlines(self);
        }
        joint
    }

    fn command(&mut self, depth: usize) -> Option<Node> {
        if depth >= DEPTH {
            if self.op() == Some(Op::Open) || self.keyword().is_some_and(opens) {
                self.at += 1;
                return None;
            }
            return self.simple();
        }
        if self.op() == Some(Op::Open) {
            return Some(self.group(&[")"], depth));
        }
        match self.keyword() {
            Some("{") => Some(self.group(&["}"], depth)),
            Some("if") => Some(self.conditional(depth)),
            Some("while" | "until" | "for" | "select") => Some(self.repetition(depth)),
            Some("case") => Some(self.case(depth)),
            Some("function") => {
                self.at += 2;
                None
            }
            Some("[[") => {
                while self.at < self.tokens.len() && self.keyword() != Some("]]") {
                    self.at += 1;
                }
                self.at += 1;
                Some(Node::Simple(Simple { words: vec!["[[".to_owned()], ..Simple::default() }))
            }
            _ => self.simple(),
        }
    }

    /// `( … )` or `{ … }`, with the redirections after it.
    fn group(&mut self, close: &[&str], depth: usize) -> Node {
        self.at += 1;
        let mut items = self.list(close, depth + 1);
        self.expect(close);
        self.redirections(&mut items);
        Node::Group(Role::Plain, items)
    }

    /// Passes the closing word.
    fn expect(&mut self, close: &[&str]) {
        if self.at_stop(close) {
            self.at += 1;
        }
    }

    fn redirections(&mut self, items: &mut Vec<Item>) {
        let mut tail = Simple::default();
        while let Some(token) = self.tokens.get_mut(self.at) {
            match token {
                Token::Write(file) => tail.writes.push(std::mem::take(file)),
                Token::Body(_) | Token::Substitution(_) => {}
                _ => break,
            }
            self.at += 1;
        }
        if !tail.writes.is_empty() {
            items.insert(0, Item { node: Node::Simple(tail), negated: false, joint: Joint::Sequence });
        }
    }

    fn conditional(&mut self, depth: usize) -> Node {
        let mut items = Vec::new();
        let mut role = Role::Condition;
        loop {
            self.at += 1;
            let part = self.list(&["then", "elif", "else", "fi"], depth + 1);
            items.push(sequence(role, part));
            match self.keyword() {
                Some("then" | "else") => role = Role::Branch,
                Some("elif") => role = Role::Condition,
                Some("fi") => {
                    self.at += 1;
                    break;
                }
                _ => break,
            }
        }
        self.redirections(&mut items);
        Node::Group(Role::Plain, items)
    }

    fn repetition(&mut self, depth: usize) -> Node {
        let conditional = matches!(self.keyword(), Some("while" | "until"));
        self.at += 1;
        let mut items = Vec::new();
        if conditional {
            let condition = self.list(&["do", "done"], depth + 1);
            items.push(sequence(Role::Condition, condition));
        } else {
            while self.at < self.tokens.len() && self.keyword() != Some("do") {
                if let Some(Token::Substitution(script)) = self.tokens.get_mut(self.at) {
                    let substitutions = vec![std::mem::take(script)];
                    items.push(Item {
                        node: Node::Simple(Simple { substitutions, ..Simple::default() }),
                        negated: false,
                        joint: Joint::Sequence,
                    });
                }
                self.at += 1;
            }
        }
        self.expect(&["do"]);
        items.extend(self.list(&["done"], depth + 1));
        self.expect(&["done"]);
        self.redirections(&mut items);
        Node::Group(Role::Loop, items)
    }

    fn case(&mut self, depth: usize) -> Node {
        let mut items = Vec::new();
        while self.at < self.tokens.len() && self.keyword() != Some("in") {
            self.at += 1;
        }
        self.at += 1;
        while self.at < self.tokens.len() && self.keyword() != Some("esac") {
            while self.at < self.tokens.len() && self.op() != Some(Op::Close) && self.keyword() != Some("esac") {
                self.at += 1;
            }
            self.expect(&[")"]);
            let body = self.list(&[";;", "esac"], depth + 1);
            items.push(sequence(Role::Branch, body));
            self.expect(&[";;"]);
        }
        self.at += 1;
        Node::Group(Role::Plain, items)
    }

    fn simple(&mut self) -> Option<Node> {
        let mut simple = Simple::default();
        while let Some(token) = self.tokens.get_mut(self.at) {
            match token {
                Token::Word { text, .. } => simple.words.push(std::mem::take(text)),
                Token::Write(file) => simple.writes.push(std::mem::take(file)),
                Token::Body(body) => simple.bodies.push(std::mem::take(body)),
                Token::Substitution(script) => simple.substitutions.push(std::mem::take(script)),
                Token::Op(Op::Open) => {
                    // `name ( )`: a function, whose body is read where it is defined.
                    self.at += 1;
                    self.expect(&[")"]);
                    if simple.words.len() == 1 && self.functions.len() < 64 {
                        self.functions.append(&mut simple.words);
                    }
                    return None;
                }
                Token::Op(_) => break,
            }
            self.at += 1;
        }
        // A function of the script itself does what its body does, and that is read already.
        if simple.words.first().is_some_and(|name| self.functions.contains(name)) {
            simple.words.clear();
        }
        Some(Node::Simple(simple))
    }
}

fn continue_newlines(parser: &mut Parser) {
    while parser.op() == Some(Op::Newline) {
        parser.at += 1;
    }
}

fn sequence(role: Role, items: Vec<Item>) -> Item {
    Item { node: Node::Group(role, items), negated: false, joint: Joint::Sequence }
}

fn closes(word: &str) -> bool {
    matches!(word, "}" | "done" | "fi" | "esac" | "then" | "else" | "elif" | "do")
}

fn opens(word: &str) -> bool {
    matches!(word, "{" | "if" | "while" | "until" | "for" | "select" | "case" | "function")
}
