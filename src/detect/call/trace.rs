//! Finds the line of an output that says what went wrong, where a trace of calls or a remark stands below it.

/// How far up an error may stand above the end of an output, in lines.
const LINES: usize = 400;
/// How the lines of a trace begin that tell of one call: in the order of C#, Java and JavaScript; Ruby and Crystal; Java;
/// Lua; PHP; Python; OCaml.
const CALLS: [&str; 9] =
    ["at ", "from ", "... ", "[C]:", "thrown in ", "File \"", "Called from ", "Raised at ", "Re-raised at "];
/// What the line above a trace is about, if it only announces it: `Stack trace:`, `stack backtrace:`, `CallStack (…):`.
const HEADINGS: [&str; 3] = ["trace", "stack", "calls:"];
/// How lines begin that tell of no error, in small letters.
pub(super) const REMARKS: [&str; 6] = ["warning", "note", "info", "hint", "debug", "help"];
/// The most words after a place that name a call: more are a message.
const NAME_WORDS: usize = 2;

/// The last line of a text that says what went wrong; its last line if none does.
pub(super) fn own_line(text: &str) -> Option<&str> {
    let mut lines = text.lines().rev().filter(|line| !line.trim().is_empty()).take(LINES).peekable();
    let last = *lines.peek()?;
    while lines.next_if(|line| is_aside(line)).is_some() {}
    if lines.peek().is_some_and(|line| is_call(line)) {
        // What stands between the calls are the lines of their source.
        while lines.next_if(|line| is_indented(line) || is_call(line) || is_heading(line)).is_some() {}
    }
    Some(lines.next().unwrap_or(last))
}

/// Whether a line is indented, as the lines of a trace are.
pub(super) fn is_indented(line: &str) -> bool {
    line.starts_with([' ', '\t'])
}

/// Whether a line of a trace tells of one call: where it was made.
fn is_call(line: &str) -> bool {
    let text = line.trim();
    let begins = CALLS.iter().any(|start| text.starts_with(start));
    let names_place = place(text).is_some();
    if text.strip_prefix('#').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit())) {
        return names_place || text.ends_with("{main}");
    }
    if !is_indented(line) {
        return begins && names_place;
    }
    let numbered = text.trim_start_matches(|c: char| c.is_ascii_digit());
    let is_numbered = numbered.len() < text.len() && numbered.starts_with(": ");
    begins || is_numbered || place(text).is_some_and(|behind| !is_message(behind))
}

/// Whether a line only announces the trace below it.
fn is_heading(line: &str) -> bool {
    let line = line.trim().to_ascii_lowercase();
    line.ends_with(':') && HEADINGS.iter().any(|word| line.contains(word))
}

/// Whether a line says nothing of the error: a remark, a bracket, a tag, the version of the program.
fn is_aside(line: &str) -> bool {
    let line = line.trim();
    let lower = line.to_ascii_lowercase();
    let is_remark = || REMARKS.iter().any(|word| lower.strip_prefix(word).is_some_and(|rest| rest.starts_with(':')));
    let is_version = || {
        let version = lower.split_once(' ').and_then(|(_, version)| version.strip_prefix('v'));
        version.is_some_and(|version| version.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.'))
    };
    let is_tag = line.starts_with('<') && line.ends_with('>') && !line.contains(' ');
    !line.contains(char::is_alphanumeric) || is_tag || is_version() || is_remark()
}

/// What stands after the place in a source file that a line names: `lib/a.rb:12:in 'f'`, `a.php(12): f()`, `line 12`.
fn place(line: &str) -> Option<&str> {
    let number = |at: usize| {
        let behind = line[at..].trim_start_matches(|c: char| c.is_ascii_digit());
        (behind.len() < line.len() - at).then_some(behind)
    };
    line.match_indices([':', '(', ' ']).find_map(|(at, mark)| {
        let before = &line[..at];
        let is_place = if mark == " " { before.ends_with("line") } else { is_source(before) };
        number(at + mark.len()).filter(|_| is_place)
    })
}

/// Whether a text ends with the name of a file.
pub(super) fn is_source(text: &str) -> bool {
    let end = text.bytes().rev().take_while(u8::is_ascii_alphanumeric).count();
    let (name, end) = text.split_at(text.len() - end);
    end.starts_with(|c: char| c.is_ascii_alphabetic()) && name.ends_with('.')
}

/// Whether what stands after a place is a message, and not the name of a call: `in 'f'`, `Shop.add/2`.
fn is_message(behind: &str) -> bool {
    let Some((_, said)) = behind.split_once(": ") else {
        return false;
    };
    let is_arity = |word: &str| word.rsplit_once('/').is_some_and(|(_, count)| count.parse::<u8>().is_ok());
    !said.starts_with("in ") && said.split_whitespace().count() > NAME_WORDS && !said.split_whitespace().any(is_arity)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_error_stands_above_its_trace() {
        for (text, error) in [
            ("a.rb:20:in 'f': undefined method 'x' for nil (NoMethodError)\n\tfrom a.rb:160:in '<main>'\n", 0),
            (
                "PHP Fatal error:  Uncaught Sum\\Odd: 3 in /w/a.php:12\nStack trace:\n#0 /w/a.php(40): f()\n#1 {main}\n  thrown in /w/a.php on line 12",
                0,
            ),
            ("[Odd: three] {\n  code: 'E3'\n}\n\nNode.js v20.11.0", 1),
            ("sum.Odd: three\n    at f (/w/a.js:3:9)\n    at node:internal/main:20:1", 0),
            ("sum.Odd: three\n\tat sum.A.f(A.java:3)\n\tat sum.A.main(Unknown Source)\n\t... 3 more", 0),
            ("** (MatchError) no match of 3\n    (shop 0.1.0) lib/shop.ex:12: Shop.add/2\n    a.exs:1: (file)", 0),
            (
                "Unhandled exception:\nBad state: No element\n#0      f (file:///w/a.dart:3:5)\n#1      main (file:///w/a.dart:9:3)",
                1,
            ),
            ("lua: a.lua:3: attempt to index nil\nstack traceback:\n\ta.lua:3: in function 'f'\n\t[C]: in ?", 0),
            ("three is odd at a.pl line 3.\n\tmain::f(3) called at a.pl line 9", 0),
            ("a: three is odd\nCallStack (from HasCallStack):\n  error, called at a.hs:3:5 in main:Main", 0),
            ("Unhandled exception: odd (Exception)\n  from a.cr:3:5 in 'f'\n  from /usr/lib/main.cr:9:3 in 'main'", 0),
            ("thread 'main' panicked at src/main.rs:3:5:\nthree is odd\nnote: run with `RUST_BACKTRACE=1`", 1),
            (
                "thread 'main' panicked at src/main.rs:3:5:\nthree is odd\nstack backtrace:\n   0: a::f\n             at ./src/main.rs:3:5\n   1: a::main\n             at ./src/main.rs:9:1",
                1,
            ),
            ("Unhandled exception. Sum.Odd: three\n   at Sum.F() in /w/a.cs:line 3\n   at Sum.Main()", 0),
        ] {
            assert_eq!(own_line(text), text.lines().nth(error), "{text}");
        }
    }

    #[test]
    fn the_last_line_says_it_elsewhere() {
        for text in [
            "one\ntwo",
            "building\n  src/a.ts:3:5: the name x is not defined",
            "3 rows\nmoved from a.csv",
            "usage: a FILE\nat least one file",
            "  at a.js:3:5",
            "note: this is all",
        ] {
            assert_eq!(own_line(text), text.lines().last(), "{text}");
        }
        assert_eq!(own_line("\n \n"), None);
    }
}
