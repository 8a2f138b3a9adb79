//! Makes text safe to print: one line, shortened, without invisible characters.

use std::borrow::Cow;

/// At most `limit` characters of `text` on one line, with an ellipsis if it was cut.
pub fn excerpt(text: &str, limit: usize) -> String {
    let (mut short, mut count) = (String::new(), 0);
    for word in text.split_whitespace() {
        if !short.is_empty() {
            short.push(' ');
            count += 1;
        }
        short.push_str(word);
        count += word.chars().count();
        if count > limit {
            let cut = short.char_indices().nth(limit.saturating_sub(1));
            short.truncate(cut.map_or(short.len(), |(at, _)| at));
            short.push('…');
            return short;
        }
    }
    short
}

/// What [`excerpt`] keeps of `text`, with the white space between the words if line breaks are among it: they tell what
/// is a secret, such as the line below `password: |`.
pub fn excerpt_in_lines(text: &str, limit: usize) -> String {
    /// The most white space that is kept between two words, in characters: two line breaks and an indentation.
    const SPACE: usize = 40;
    let (mut kept, mut count) = (String::new(), 0);
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
        let (word, after) = rest.split_at(end);
        count += word.chars().count();
        kept.push_str(word);
        rest = after.trim_start();
        if count > limit || count == limit && !rest.is_empty() {
            break;
        }
        let space = after[..after.len() - rest.len()].chars().filter(|c| *c != '\r').take(SPACE);
        if !rest.is_empty() {
            kept.extend(space);
            count += 1;
        }
    }
    if !kept.contains('\n') {
        return excerpt(text, limit);
    }
    if count > limit || !rest.is_empty() {
        cut(&mut kept, limit);
    }
    kept
}

/// Shortens a text to `limit` characters, white space between two words being one, and adds an ellipsis.
fn cut(text: &mut String, limit: usize) {
    let (mut count, mut in_space) = (0, false);
    let end = text.char_indices().find(|(_, c)| {
        let space = c.is_whitespace();
        count += usize::from(!space || !in_space);
        in_space = space;
        count >= limit
    });
    let end = end.map_or(text.len(), |(at, _)| at);
    text.truncate(end);
    text.push('…');
}

/// `text` as one word for a POSIX shell, quoted if it has to be.
pub fn shell_word(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=,@%+".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}

/// `text` with each control or unseen character escaped, so that foreign text cannot move the cursor, clear the
/// screen, set the title of a terminal, or say something that a reader does not see; and without what a CI system obeys
/// in the output of a job.
///
/// One variation selector after a visible character stays: it chooses the form of an emoji or a Han character.
pub fn printable(text: &str) -> String {
    without_commands(visible(text))
}

/// `text` with each control or unseen character escaped.
fn visible(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    let mut may_vary = false;
    for c in text.chars() {
        let kept = if is_variation_selector(c) { may_vary } else { !c.is_control() && !is_unseen(c) };
        may_vary = kept && !is_variation_selector(c) && !c.is_ascii();
        if kept {
            safe.push(c);
        } else {
            safe.extend(c.escape_unicode());
        }
    }
    safe
}

/// Each line of `text`, made [`printable`]; the line breaks between them stay.
pub fn printable_lines(text: &str) -> String {
    let safe = |line: &str| printable(line.trim_end_matches('\r'));
    text.split('\n').map(safe).collect::<Vec<_>>().join("\n")
}

/// `line` without what a CI system obeys in the output of a job. GitHub takes `::error::` for a command at the beginning
/// of a line, and `##[error]` anywhere; Azure `##vso[…]`, and `TeamCity` `##teamcity[…]`.
///
/// <https://github.com/actions/runner/blob/main/src/Runner.Common/ActionCommand.cs>
fn without_commands(line: String) -> String {
    if !line.contains("##") && !line.trim_start().starts_with("::") {
        return line;
    }
    let mut safe = String::with_capacity(line.len());
    let indented = line.len() - line.trim_start().len();
    let mut before = None;
    for (at, c) in line.char_indices() {
        let rest = &line[at + c.len_utf8()..];
        let is_command = match c {
            ':' => at == indented && rest.starts_with(':'),
            '#' => before == Some('#') && rest.trim_start_matches(|c: char| c.is_ascii_alphanumeric()).starts_with('['),
            _ => false,
        };
        before = Some(c);
        if is_command {
            safe.extend(c.escape_unicode());
        } else {
            safe.push(c);
        }
    }
    safe
}

/// `text` without the sequences that colour it, move the cursor or set a title.
pub fn without_escapes(text: &str) -> Cow<'_, str> {
    if !text.contains('\u{1b}') {
        return Cow::Borrowed(text);
    }
    let mut plain = String::with_capacity(text.len());
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        if letter != '\u{1b}' {
            plain.push(letter);
            continue;
        }
        match letters.next() {
            Some('[') => {
                let _ = letters.by_ref().find(|end| ('@'..='~').contains(end));
            }
            Some(']') => {
                let _ = letters.by_ref().find(|end| matches!(end, '\u{7}' | '\\'));
            }
            _ => {}
        }
    }
    Cow::Owned(plain)
}

/// Whether a character is drawn as nothing, or reorders the text around it: the characters of Unicode's categories
/// Cf, Co, Zl and Zp and those with the property `Default_Ignorable_Code_Point`.
///
/// <https://www.unicode.org/Public/UCD/latest/ucd/DerivedCoreProperties.txt>
pub fn is_unseen(c: char) -> bool {
    is_variation_selector(c)
        || matches!(c,
            // Soft hyphen, grapheme joiner, Arabic letter mark, Hangul fillers, Khmer and Mongolian marks.
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{3164}' | '\u{ffa0}'
            // Zero width, directions, separators of lines and paragraphs, isolates, invisible operators.
            | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
            // Annotations, shorthand and musical controls, tags.
            | '\u{fff0}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{e0fff}'
            // Signs around Arabic, Syriac, Kaithi and Egyptian text, and in place of an object.
            | '\u{600}'..='\u{605}' | '\u{6dd}' | '\u{70f}' | '\u{890}' | '\u{891}' | '\u{8e2}'
            | '\u{110bd}' | '\u{110cd}' | '\u{13430}'..='\u{1345f}' | '\u{fffc}'
            // Private use and what is no character: every terminal draws them as it likes.
            | '\u{e000}'..='\u{f8ff}' | '\u{fdd0}'..='\u{fdef}' | '\u{fffe}' | '\u{ffff}' | '\u{f0000}'..='\u{10ffff}'
            // A Braille cell without dots is blank.
            | '\u{2800}')
}

/// Whether a character only chooses the form of the one before it.
fn is_variation_selector(c: char) -> bool {
    matches!(c, '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn excerpt_in_lines_is_the_excerpt_with_its_breaks() {
        assert_eq!(excerpt_in_lines("\n a:  |\r\n\tb\n", 160), "a:  |\n\tb");
        assert_eq!(excerpt_in_lines("a  b\n", 160), "a b");
        for text in ["a\nbc d e", "ab\n\n  cd ef", "abc\n", "abcd\n e", "a b\nc", "ä\n\u{2028} ö ü"] {
            for limit in 1..12 {
                let flat = excerpt(&excerpt_in_lines(text, limit), 160);
                assert_eq!(
                    flat.trim_end_matches('…').trim_end(),
                    excerpt(text, limit).trim_end_matches('…').trim_end()
                );
            }
        }
    }

    #[test]
    fn excerpt_is_one_line() {
        assert_eq!(excerpt("a\n\tb  c", 160), "a b c");
        assert_eq!(excerpt("abcdef", 4), "abc…");
        assert_eq!(excerpt("ab cd ef", 5), "ab c…");
        assert_eq!(excerpt("Aa bcdefg h", 10), "Aa bcdefg…");
    }

    #[test]
    fn escapes_control_characters() {
        assert_eq!(printable("a\u{1b}[2Jb\u{202e}c\u{9b}"), "a\\u{1b}[2Jb\\u{202e}c\\u{9b}");
        assert_eq!(printable("naïve 😀 日本 한글 हिन्दी"), "naïve 😀 日本 한글 हिन्दी");
    }

    #[test]
    fn escapes_what_nobody_sees() {
        for c in "\u{0}\r\u{7f}\u{85}\u{9d}\u{ad}\u{34f}\u{61c}\u{115f}\u{180e}\u{200b}\u{200d}\u{2028}\u{2029}\u{2060}\u{2064}\u{206f}\u{3164}\u{feff}\u{ffa0}\u{fff9}\u{fffb}\u{e0001}\u{e0041}\u{e007f}\u{2800}".chars() {
            let text = format!("a{c}b");
            assert_eq!(printable(&text), format!("a{}b", c.escape_unicode()));
        }
    }

    #[test]
    fn keeps_one_variation_selector() {
        assert_eq!(printable("☎\u{fe0f} 葛\u{e0100}"), "☎\u{fe0f} 葛\u{e0100}");
        assert_eq!(printable("☎\u{fe0f}\u{fe01}\u{e0102}"), "☎\u{fe0f}\\u{fe01}\\u{e0102}");
        assert_eq!(printable("a\u{fe0f}"), "a\\u{fe0f}");
    }

    #[test]
    fn breaks_commands_to_ci_systems() {
        for (text, safe) in [
            ("::error::x", "\\u{3a}:error::x"),
            ("a\n  ::stop-commands::t", "a\n  \\u{3a}:stop-commands::t"),
            ("a ##[error]x", "a #\\u{23}[error]x"),
            ("###vso[task.x a=b]c", "##\\u{23}vso[task.x a=b]c"),
        ] {
            assert_eq!(printable_lines(text), safe);
        }
        assert_eq!(printable("cat ##vso[task.x]y"), "cat #\\u{23}vso[task.x]y");
        for harmless in ["std::mem::swap", "## [1.0] ##", "a :: b", "##teamcity", "#[cfg(test)]"] {
            assert_eq!(printable_lines(harmless), harmless);
        }
    }

    #[test]
    fn keeps_line_breaks_between_lines() {
        assert_eq!(printable_lines("a\r\nb\u{1b}c\n"), "a\nb\\u{1b}c\n");
    }
}
