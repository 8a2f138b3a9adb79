//! Splits a script into tokens: words without their quotes, operators, redirections.

use memchr::{memchr, memmem};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Op {
    Newline,
    Semicolon,
    CaseEnd,
    And,
    Or,
    Pipe,
    Background,
    Open,
    Close,
}

#[derive(Debug)]
pub(super) enum Token {
    Word { text: String, quoted: bool },
    Write(String),
    Body(String),
    Substitution(String),
    Op(Op),
}

/// What the next word is the target of.
#[derive(Debug, Clone, Copy)]
enum Pending {
    Write,
    Read,
    HereString,
    Heredoc { tabs: bool },
}

/// The tokens of a script.
pub(super) fn tokens(script: &str) -> Vec<Token> {
    Lexer::run(script)
}

struct Lexer<'a> {
    source: &'a [u8],
    at: usize,
    tokens: Vec<Token>,
    word: Vec<u8>,
    in_word: bool,
    quoted: bool,
    pending: Option<Pending>,
    /// The heredocs of this line: where their token is, their delimiter, whether tabs are stripped.
    heredocs: Vec<(usize, String, bool)>,
}

impl<'a> Lexer<'a> {
    fn run(script: &'a str) -> Vec<Token> {
        let mut lexer = Self {
            source: script.as_bytes(),
            at: 0,
            tokens: Vec::new(),
            word: Vec::new(),
            in_word: false,
            quoted: false,
            pending: None,
            heredocs: Vec::new(),
        };
        while let Some(&byte) = lexer.source.get(lexer.at) {
            lexer.step(byte);
        }
        lexer.end_word();
        lexer.tokens
    }

    fn peek(&self, ahead: usize) -> Option<u8> {
        self.source.get(self.at + ahead).copied()
    }

    fn step(&mut self, byte: u8) {
        match byte {
            b' ' | b'\t' | b'\r' => {
                self.end_word();
                self.at += 1;
            }
            b'\n' => {
                self.op(Op::Newline, 1);
                self.read_heredocs();
            }
            b'#' if !self.in_word => {
                let rest = &self.source[self.at..];
                self.at += memchr(b'\n', rest).unwrap_or(rest.len());
            }
            b'\\' => self.escape(),
            b'\'' => {
                let end = self.find(1, b"'");
                self.literal(self.at + 1, end, end + 1);
            }
            b'"' => self.double_quotes(),
            b'`' => {
                let end = self.find(1, b"`");
                self.substitution(self.at + 1, end, end + 1);
            }
            b'$' => self.dollar(),
            b'<' | b'>' => self.redirect(byte),
            b'&' if self.peek(1) == Some(b'>') => {
                self.end_word();
                self.at += if self.peek(2) == Some(b'>') { 3 } else { 2 };
                self.pending = Some(Pending::Write);
            }
            b'&' if self.peek(1) == Some(b'&') => self.op(Op::And, 2),
            b'&' => self.op(Op::Background, 1),
            b'|' if self.peek(1) == Some(b'|') => self.op(Op::Or, 2),
            b'|' => self.op(Op::Pipe, if self.peek(1) == Some(b'&') { 2 } else { 1 }),
            b';' if self.peek(1) == Some(b';') => self.op(Op::CaseEnd, 2),
            b';' => self.op(Op::Semicolon, 1),
            b'(' => self.open(),
            b')' => self.op(Op::Close, 1),
            _ => {
                self.word.push(byte);
                self.in_word = true;
                self.at += 1;
            }
        }
    }

    /// Where the next `end` is, `skip` bytes from here; the end of the script if there is none.
    fn find(&self, skip: usize, end: &[u8]) -> usize {
        let from = (self.at + skip).min(self.source.len());
        memmem::find(&self.source[from..], end).map_or(self.source.len(), |found| from + found)
    }

    fn literal(&mut self, from: usize, to: usize, next: usize) {
        self.word.extend_from_slice(self.source.get(from..to).unwrap_or_default());
        self.in_word = true;
        self.quoted = true;
        self.at = next;
    }

    fn text(&self, from: usize, to: usize) -> String {
        String::from_utf8_lossy(self.source.get(from..to).unwrap_or_default()).into_owned()
    }

    fn op(&mut self, op: Op, length: usize) {
        self.end_word();
        self.pending = None;
        self.tokens.push(Token::Op(op));
        self.at += length;
    }

    fn end_word(&mut self) {
        if !self.in_word {
            return;
        }
        let text = String::from_utf8_lossy(&self.word).into_owned();
        let quoted = std::mem::take(&mut self.quoted);
        self.word.clear();
        self.in_word = false;
        match self.pending.take() {
            None => self.tokens.push(Token::Word { text, quoted }),
            Some(Pending::Write) => self.tokens.push(Token::Write(text)),
            Some(Pending::Read) => {}
            Some(Pending::HereString) => self.tokens.push(Token::Body(text)),
            Some(Pending::Heredoc { tabs }) => {
                self.heredocs.push((self.tokens.len(), text, tabs));
                self.tokens.push(Token::Body(String::new()));
            }
        }
    }

    fn escape(&mut self) {
        if let Some(byte) = self.peek(1).filter(|byte| *byte != b'\n') {
            self.word.push(byte);
            self.in_word = true;
            self.quoted = true;
        }
        self.at += 2;
    }

    fn double_quotes(&mut self) {
        self.at += 1;
        self.in_word = true;
        self.quoted = true;
        while let Some(&byte) = self.source.get(self.at) {
            match byte {
                b'"' => {
                    self.at += 1;
                    return;
                }
                b'\\' if matches!(self.peek(1), Some(b'$' | b'`' | b'"' | b'\\')) => self.escape(),
                b'\\' if self.peek(1) == Some(b'\n') => self.at += 2,
                b'$' => self.dollar(),
                b'`' => {
                    let end = self.find(1, b"`");
                    self.substitution(self.at + 1, end, end + 1);
                }
                _ => {
                    self.word.push(byte);
                    self.at += 1;
                }
            }
        }
    }

    fn dollar(&mut self) {
        self.in_word = true;
        match (self.peek(1), self.peek(2)) {
            (Some(b'('), Some(b'(')) => {
                let end = self.find(3, b"))");
                self.word.extend_from_slice(b"$(())");
                self.at = end + 2;
            }
            (Some(b'('), _) => {
                let end = balanced(self.source, self.at + 2);
                self.substitution(self.at + 2, end, end + 1);
            }
            (Some(b'{'), _) => {
                let end = (self.find(2, b"}") + 1).min(self.source.len());
                let quoted = self.quoted;
                self.literal(self.at, end, end);
                self.quoted = quoted;
            }
            _ => {
                self.word.push(b'$');
                self.at += 1;
            }
        }
    }

    fn substitution(&mut self, from: usize, to: usize, next: usize) {
        self.tokens.push(Token::Substitution(self.text(from, to)));
        self.word.extend_from_slice(b"$()");
        self.in_word = true;
        self.at = next;
    }

    fn redirect(&mut self, byte: u8) {
        // A file descriptor in front of it is not a word of the command.
        if self.in_word && !self.quoted && self.word.iter().all(u8::is_ascii_digit) {
            self.in_word = false;
            self.word.clear();
        }
        self.end_word();
        if self.peek(1) == Some(b'(') {
            let end = balanced(self.source, self.at + 2);
            return self.substitution(self.at + 2, end, end + 1);
        }
        let rest = &self.source[self.at..];
        let (length, pending) = match byte {
            b'<' if rest.starts_with(b"<<<") => (3, Pending::HereString),
            b'<' if rest.starts_with(b"<<-") => (3, Pending::Heredoc { tabs: true }),
            b'<' if rest.starts_with(b"<<") => (2, Pending::Heredoc { tabs: false }),
            b'<' if matches!(rest.get(1), Some(b'&' | b'>')) => (2, Pending::Read),
            b'<' => (1, Pending::Read),
            _ if rest.get(1) == Some(&b'&') => {
                let file = !matches!(rest.get(2), Some(b'0'..=b'9' | b'-'));
                (2, if file { Pending::Write } else { Pending::Read })
            }
            _ if matches!(rest.get(1), Some(b'>' | b'|')) => (2, Pending::Write),
            _ => (1, Pending::Write),
        };
        self.pending = Some(pending);
        self.at += length;
    }

    fn open(&mut self) {
        if self.in_word && self.word.ends_with(b"=") {
            // The values of an array.
            let end = (self.find(1, b")") + 1).min(self.source.len());
            return self.literal(self.at, end, end);
        }
        if !self.in_word && self.peek(1) == Some(b'(') && matches!(self.tokens.last(), None | Some(Token::Op(_))) {
            let end = self.find(2, b"))");
            self.at = end + 2;
            return self.tokens.push(Token::Word { text: ":".to_owned(), quoted: true });
        }
        self.op(Op::Open, 1);
    }

    fn read_heredocs(&mut self) {
        for (token, delimiter, tabs) in std::mem::take(&mut self.heredocs) {
            let from = self.at;
            let mut end = self.source.len();
            while self.at < self.source.len() {
                let rest = &self.source[self.at..];
                let length = memchr(b'\n', rest).unwrap_or(rest.len());
                let mut line = &rest[..length];
                while let Some(stripped) = line.strip_prefix(b"\t").filter(|_| tabs) {
                    line = stripped;
                }
                let line = line.strip_suffix(b"\r").unwrap_or(line);
                let start = self.at;
                self.at += length + 1;
                if line == delimiter.as_bytes() {
                    end = start;
                    break;
                }
            }
            let body = self.text(from, end);
            if let Some(place) = self.tokens.get_mut(token) {
                *place = Token::Body(body);
            }
        }
        self.at = self.at.min(self.source.len());
    }
}

/// Where the bracket closes that was opened before `from`; the end of the source if it never does.
fn balanced(source: &[u8], from: usize) -> usize {
    let (mut depth, mut at) = (1_usize, from);
    while let Some(&byte) = source.get(at) {
        match byte {
            b'\\' => at += 1,
            b'\'' => {
                let rest = source.get(at + 1..).unwrap_or_default();
                at += 1 + memchr(b'\'', rest).unwrap_or(rest.len());
            }
            b'<' if source[at..].starts_with(b"<<") && source.get(at + 2) != Some(&b'<') => {
                at = behind_heredoc(source, at + 2);
                continue;
            }
            b'(' => depth += 1,
            b')' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return at;
        }
        at += 1;
    }
    source.len()
}

/// Where the heredoc ends whose delimiter is at `from`: what is in it is not code.
fn behind_heredoc(source: &[u8], from: usize) -> usize {
    let skip = |byte: &u8| matches!(byte, b'-' | b' ' | b'\'' | b'"' | b'\\');
    let start = from + source[from..].iter().take_while(|byte| skip(byte)).count();
    let letters = source[start..].iter().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_');
    let delimiter = &source[start..start + letters.count()];
    if delimiter.is_empty() {
        return start.max(from);
    }
    let mut line = start;
    while let Some(newline) = memchr(b'\n', &source[line..]) {
        line += newline + 1;
        let rest = &source[line..];
        let text = &rest[rest.iter().take_while(|byte| **byte == b'\t').count()..];
        let ends = text.get(delimiter.len()).is_none_or(|byte| !byte.is_ascii_alphanumeric());
        if text.starts_with(delimiter) && ends {
            return source.len() - text.len() + delimiter.len();
        }
    }
    source.len()
}
