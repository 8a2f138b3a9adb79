//! Extracts the prose of an answer: its blocks and sentences, without code, quotations and tables.

/// How much of an answer is read, in bytes: the first words say what happened, the last ones how it ended.
const HEAD: usize = 4 * 1024;
const TAIL: usize = 12 * 1024;
/// A quotation longer than this is none: the marks do not belong together.
const LONGEST_QUOTATION: usize = 240;

/// What a block of an answer is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// A heading, or a line that is bold as a whole.
    Heading,
    /// A paragraph.
    Paragraph,
    /// One item of a list.
    Item,
    /// Code, a table or a quotation: somebody else's words.
    Other,
}

/// A block of an answer.
#[derive(Debug)]
pub struct Block {
    pub shape: Shape,
    /// Its lines; empty for [`Shape::Other`].
    pub text: String,
}

/// The beginning and the end of a long answer, the whole of a short one.
fn bounded(text: &str) -> [&str; 2] {
    if text.len() <= HEAD + TAIL {
        return [text, ""];
    }
    let head = &text[..text.floor_char_boundary(HEAD)];
    let tail = &text[text.ceil_char_boundary(text.len() - TAIL)..];
    [head, tail]
}

/// The blocks of an answer, without the tags that stand alone on its last lines.
pub fn blocks(text: &str) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    for part in bounded(text) {
        let mut fence: Option<&str> = None;
        let mut apart = true;
        for line in part.lines() {
            let line = line.trim();
            let marker = ["```", "~~~"].into_iter().find(|marker| line.starts_with(marker));
            if fence.is_some() {
                if marker == fence {
                    fence = None;
                }
                continue;
            }
            if marker.is_some() && !line[3..].contains("```") {
                fence = marker;
                blocks.push(other());
                apart = true;
            } else {
                apart = add(&mut blocks, line, apart);
            }
        }
    }
    while blocks.last().is_some_and(|block| is_tag(&block.text)) {
        blocks.pop();
    }
    blocks
}

/// Adds a line outside of fences; says whether the next one begins a new block.
fn add(blocks: &mut Vec<Block>, line: &str, apart: bool) -> bool {
    if line.is_empty() || is_rule(line) {
        return true;
    }
    if line.starts_with(['>', '|']) {
        if apart || blocks.last().is_none_or(|block| block.shape != Shape::Other) {
            blocks.push(other());
        }
        return false;
    }
    let (shape, text) = shape_of(line);
    let before = blocks.last().map(|block| block.shape);
    let goes_on = shape == Shape::Paragraph && !apart && matches!(before, Some(Shape::Paragraph | Shape::Item));
    // A tag or a promise on a line of its own belongs to no paragraph.
    if goes_on && !is_tag(line) {
        if let Some(block) = blocks.last_mut() {
            block.text.push('\n');
            block.text.push_str(text);
        }
    } else {
        blocks.push(Block { shape, text: text.to_owned() });
    }
    shape == Shape::Heading
}

fn other() -> Block {
    Block { shape: Shape::Other, text: String::new() }
}

/// Whether a line divides, as `---` does.
fn is_rule(line: &str) -> bool {
    line.len() >= 3 && line.bytes().all(|b| matches!(b, b'-' | b'=' | b'*' | b'_' | b' '))
}

/// Whether a line is one element such as `<promise>DONE</promise>`.
fn is_tag(line: &str) -> bool {
    line.starts_with('<') && line.ends_with('>') && line.len() < 200 && !line.contains(' ')
}

fn shape_of(line: &str) -> (Shape, &str) {
    if line.starts_with('#') && line.trim_start_matches('#').starts_with(' ') {
        return (Shape::Heading, line.trim_start_matches('#').trim());
    }
    if let Some(text) = item(line) {
        return (Shape::Item, text);
    }
    let bold = |mark: &str| {
        let inner = line.strip_prefix(mark)?.strip_suffix(mark)?;
        (!inner.contains(mark) && inner.len() < 160).then_some(inner)
    };
    match bold("**").or_else(|| bold("__")) {
        // Bold and addressed to the reader: see `ending`, which takes headings for such.
        Some(text) => (Shape::Heading, text),
        None => (Shape::Paragraph, line),
    }
}

/// The text of a list item: `- a`, `* a`, `1. a`, `2) a`, `A) a`, `(b) a`, `**C)** a`, `- [ ] a`, `①a`.
fn item(line: &str) -> Option<&str> {
    let bare = line.trim_start_matches("**");
    if let Some(rest) = line.strip_prefix(['-', '*', '•', '–', '+', '◦', '▪', '·', '・'])
        && (rest.starts_with(' ') || line.starts_with(['•', '・']))
    {
        let rest = rest.trim_start();
        return Some(["[ ]", "[x]", "[X]"].iter().find_map(|mark| rest.strip_prefix(mark)).unwrap_or(rest));
    }
    let first = bare.chars().next()?;
    if ('\u{2460}'..='\u{24ff}').contains(&first) {
        return Some(bare[first.len_utf8()..].trim_start());
    }
    let open = bare.strip_prefix('(').unwrap_or(bare);
    let end = open.find(|c: char| !c.is_alphanumeric())?;
    let label = &open[..end];
    let number = end <= 3 && label.bytes().all(|b| b.is_ascii_digit());
    let letter = label.chars().count() == 1;
    let rest = &open[end..];
    let mark = rest.chars().next()?;
    let marks = if number || bare.len() != line.len() { ".):、．）" } else { "):）" };
    let closed = (number || letter) && marks.contains(mark);
    let rest = &rest[mark.len_utf8()..];
    (closed && (rest.starts_with([' ', '*']) || !mark.is_ascii())).then(|| rest.trim_start())
}

/// The text without code, addresses and quotations, whose words and marks are not the speaker's.
pub fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let after = &rest[c.len_utf8()..];
        let closes: &[char] = match c {
            '`' => &['`'],
            '"' => &['"'],
            // The mark that opens in English closes in German; Polish and Romanian have the English one.
            '„' => &['“', '”'],
            '“' => &['”'],
            '«' => &['»'],
            '「' => &['」'],
            '『' => &['』'],
            _ => &[],
        };
        let quoted = closes.first().and_then(|_| {
            let near = &after[..after.floor_char_boundary(LONGEST_QUOTATION)];
            let at = near.find(|c| c == '\n' || closes.contains(&c))?;
            near[at..].chars().next().filter(|c| *c != '\n').map(|c| at + c.len_utf8())
        });
        if let Some(length) = quoted {
            plain.push_str("x ");
            rest = &after[length..];
        } else if c == 'h' && (rest.starts_with("http://") || rest.starts_with("https://")) {
            let end = rest.find(|c: char| c.is_whitespace() || matches!(c, ')' | '>' | ']')).unwrap_or(rest.len());
            let end = rest[..end].trim_end_matches(['.', ',', '?', '!', ':']).len();
            plain.push('x');
            rest = &rest[end..];
        } else {
            plain.push(c);
            rest = after;
        }
    }
    plain
}

/// The sentences of a text, with the marks that end them.
pub fn sentences(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut start = 0;
    let mut at = 0;
    while let Some(c) = text[at..].chars().next() {
        at += c.len_utf8();
        let ends = match c {
            '\n' | '。' | '！' | '？' | '｡' => true,
            '.' | '!' | '?' | '؟' | '…' | '।' | '\u{37e}' | '։' | '።' | '፧' | ':' | '：' | ';' => {
                let tail = text[at..].trim_start_matches(['.', '!', '?', ')', '"', '*', '_', '”', '»', '…']);
                let over = tail.is_empty() || tail.starts_with(char::is_whitespace);
                let greek = text[..at - c.len_utf8()].ends_with(|c| ('\u{370}'..='\u{3ff}').contains(&c));
                if over && !matches!(c, ':' | '：' | ';') {
                    at = text.len() - tail.len();
                }
                match c {
                    ':' | '：' => false,
                    ';' => over && greek,
                    _ => over && !is_abbreviation(&text[start..at]),
                }
            }
            _ => false,
        };
        if ends {
            found.push(text[start..at].trim());
            start = at;
        }
    }
    found.push(text[start..].trim());
    found.retain(|sentence| !sentence.is_empty());
    found
}

fn is_abbreviation(text: &str) -> bool {
    ["e.g.", "i.e.", "etc.", "vs.", "z.B.", "z. B.", "bzw.", "cf.", "approx.", "Nr.", "No."]
        .iter()
        .any(|short| text.ends_with(short))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shapes(text: &str) -> Vec<(Shape, String)> {
        blocks(text).into_iter().map(|block| (block.shape, block.text)).collect()
    }

    #[test]
    fn blocks_of_markdown() {
        let text = "# Head\nA line\nand more\n- one\n  goes on\n2) two\n\n> said\n```sh\nls?\n```\n| a | b |\nA) x\n<promise>DONE</promise>\n";
        let expected = [
            (Shape::Heading, "Head"),
            (Shape::Paragraph, "A line\nand more"),
            (Shape::Item, "one\ngoes on"),
            (Shape::Item, "two"),
            (Shape::Other, ""),
            (Shape::Other, ""),
            (Shape::Other, ""),
            (Shape::Item, "x"),
        ];
        let expected: Vec<_> = expected.map(|(shape, text)| (shape, text.to_owned())).into();
        assert_eq!(shapes(text), expected);
    }

    #[test]
    fn drops_quotations() {
        assert_eq!(plain("see `a?` at https://x.y/?q=1, \"why?\" ok"), "see x  at x, x  ok");
        assert_eq!(plain("„Usunąć?” → „Wirklich?“ ok"), "x  → x  ok");
        assert_eq!(plain("5\" and 「はい？」 z"), "5\" and x  z");
    }

    #[test]
    fn cuts_sentences() {
        assert_eq!(
            sentences("A, e.g. b. C? 好。是吗？\nv1.2 ok..."),
            ["A, e.g. b.", "C?", "好。", "是吗？", "v1.2 ok..."]
        );
    }
}
