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

/// A duration in milliseconds for people: `42 s`, `3 min 20 s`, `3 h 25 min`.
pub fn duration(ms: i64) -> String {
    let seconds = ms.max(0) / 1000;
    let (minutes, hours) = (seconds / 60, seconds / 3600);
    match (hours, minutes) {
        (0, 0) => format!("{seconds} s"),
        (0, _) => format!("{minutes} min {} s", seconds % 60),
        _ => format!("{hours} h {} min", minutes % 60),
    }
}

/// An amount of dollars for people: whole cents, and more digits if it is small.
pub fn dollars(amount: f64) -> String {
    if amount > 0.0 && amount < 0.1 { format!("${amount:.4}") } else { format!("${amount:.2}") }
}

/// `text` without the frames of a stack, `at name (/path/file.js:1:2)`: they tell a person nothing. Of a text that is
/// nothing else, all is kept.
pub fn without_frames(text: &str) -> Cow<'_, str> {
    let mut kept = String::new();
    let mut rest = text;
    while let Some((before, frame)) = rest.find("at ").and_then(|_| split_at_frame(rest)) {
        kept.push_str(before.trim_end());
        rest = &rest[before.len() + frame..];
    }
    if rest.len() == text.len() || kept.trim().is_empty() && rest.trim().is_empty() {
        return Cow::Borrowed(text);
    }
    kept.push_str(rest);
    Cow::Owned(kept)
}

/// What is before the first frame of a stack, and the length of the frame.
fn split_at_frame(text: &str) -> Option<(&str, usize)> {
    const AT: &str = "at ";
    text.match_indices(AT).find_map(|(at, _)| {
        let begins = at == 0 || text[..at].ends_with(char::is_whitespace);
        let frame = begins.then(|| frame_length(&text[at + AT.len()..])).flatten()?;
        Some((&text[..at], AT.len() + frame))
    })
}

/// The length of a frame's name and place, if `text` begins with them. A place that was cut ends with the text.
fn frame_length(text: &str) -> Option<usize> {
    /// The longest name, in bytes, and the most words in it, as in `async Promise.all [as any]`.
    const NAME: (usize, usize) = (120, 4);
    let line = text.lines().next()?;
    let is_name = |open: &usize| *open <= NAME.0 && line[..*open].split_whitespace().count() <= NAME.1;
    // A name may have a note of its own: `getModel (definition) (/a.js:1:2)`.
    let mut opens = line.match_indices('(').map(|(open, _)| open).take_while(is_name);
    let placed = opens.find_map(|open| {
        let close = line[open..].find(')').map_or(line.len(), |close| open + close);
        is_place(&line[open + 1..close]).then(|| line.len().min(close + 1))
    });
    if placed.is_some() {
        return placed;
    }
    line.split_whitespace().next().filter(|first| is_place(first)).map(str::len)
}

/// Whether a text is a place in a program: a path or an address with a line, or what has no source.
fn is_place(text: &str) -> bool {
    let is_path =
        text.starts_with(['/', '<']) || text.contains("://") || text.contains(":\\") || text.starts_with("node:");
    let has_line =
        text.rsplit(':').next().is_some_and(|line| !line.is_empty() && line.bytes().all(|b| b.is_ascii_digit()));
    let is_cut = text.ends_with('…') && text.contains(".js");
    matches!(text, "native" | "<anonymous>")
        || is_path && !text.contains(' ') && (has_line || is_cut || text.contains("$bunfs"))
}

/// `text` in rows of at most `width` characters, broken between words; each row but the first begins with `indent`
/// spaces. A word that is longer than a row stays whole.
pub fn wrapped(text: &str, width: usize, indent: usize) -> String {
    let mut rows = String::with_capacity(text.len());
    for line in text.split('\n') {
        let mut used = 0;
        for word in line.split_inclusive(' ') {
            let length = word.trim_end().chars().count();
            if used > indent && used + length > width {
                rows.truncate(rows.trim_end_matches(' ').len());
                rows.push('\n');
                rows.extend(std::iter::repeat_n(' ', indent));
                used = indent;
            }
            rows.push_str(word);
            used += word.chars().count();
        }
        rows.push('\n');
    }
    rows.pop();
    rows
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
    fn tells_durations() {
        let told = [-5, 999, 59_999, 60_000, 200_000, 12_336_000, 17_999_000].map(duration);
        assert_eq!(told, ["0 s", "0 s", "59 s", "1 min 0 s", "3 min 20 s", "3 h 25 min", "4 h 59 min"]);
    }

    #[test]
    fn tells_dollars() {
        assert_eq!([0.0, 0.003_75, 0.1, 12.345].map(dollars), ["$0.00", "$0.0037", "$0.10", "$12.35"]);
    }

    #[test]
    fn cuts_frames_of_a_stack() {
        let bun = "ProviderModelNotFoundError: no model x\n    at <anonymous> (/$bunfs/root/src/index.js:1:2)\n    at async run (/$bunfs/root/src/cli.js:30:44)\n Did you mean: y?";
        assert_eq!(without_frames(bun), "ProviderModelNotFoundError: no model x\n Did you mean: y?");
        for (text, left) in [
            ("Error: gone at Object.<anonymous> (/home/me/a.js:1:2) at node:internal/main:4:5", "Error: gone"),
            ("boom\n  at new Foo (file:///x/y.ts:3)\n  at Array.map (<anonymous>)", "boom"),
            ("boom at x (/$bunfs/root/chunk-a.js:12…", "boom"),
            (
                "no model x. at Prompt.getModel (definition) (/$bunfs/root/chunk-a.js:1142:908) at run (/a.js:1:2)",
                "no model x.",
            ),
        ] {
            assert_eq!(without_frames(text), left);
        }
        for plain in [
            "what happened at the file (see main.rs:3)",
            "look at /etc/hosts",
            "failed at step 3 (of 4)",
            "at 10:30 the server went away",
            "it connects at http://127.0.0.1",
            "at x (/a.js:1:2)",
        ] {
            assert_eq!(without_frames(plain), plain);
        }
    }

    #[test]
    fn breaks_rows_between_words() {
        assert_eq!(wrapped("one two three four", 9, 2), "one two\n  three\n  four");
        assert_eq!(wrapped("    a  b", 80, 4), "    a  b");
        assert_eq!(wrapped("a averylongword b\nnext", 6, 1), "a\n averylongword\n b\nnext");
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
