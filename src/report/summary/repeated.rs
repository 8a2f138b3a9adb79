//! Leaves out what was told before: the output of a check stands in the check, in the message to the agent and in what
//! came of that.

/// How many texts before a text are compared with it.
const BEFORE: usize = 12;

/// The least that is left out, in bytes: less is faster read than looked up.
const LEAST: usize = 80;

/// What stands in place of what was told before.
const SAME: &str = "(as above)";

/// A text without the longest piece of it that one of the texts before it has, the latest first.
pub(super) fn without_repeated<'a>(text: &str, before: impl Iterator<Item = &'a str>) -> String {
    let pieces = before.take(BEFORE).filter_map(|told| common(text, told));
    match pieces.max_by_key(|(_, length)| *length) {
        Some((at, length)) => format!("{}{SAME}{}", &text[..at], &text[at + length..]),
        None => text.to_owned(),
    }
}

/// Where in `text` its first long piece begins that is also in `told`, from the beginning of a word on, and its length.
fn common(text: &str, told: &str) -> Option<(usize, usize)> {
    let starts = std::iter::once(0).chain(text.match_indices(' ').map(|(at, _)| at + 1));
    starts.filter(|at| at + LEAST <= text.len()).find_map(|at| {
        let end = text.ceil_char_boundary(at + LEAST);
        let place = told.find(&text[at..end])?;
        let same = text[at..].chars().zip(told[place..].chars()).take_while(|(one, other)| one == other);
        Some((at, same.map(|(c, _)| c.len_utf8()).sum()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_pieces_are_told_once() {
        let output =
            "FAIL: test_convert (test_rates.Rates.test_convert) AssertionError: 13 != 30 in test_rates.py, line 9";
        let told = format!("verify (failed): `make test` failed. {output}");
        let text = format!("steer (taken): This is not done yet. {output} ÄÖ");
        let shorter = without_repeated(&text, [told.as_str()].into_iter());
        assert_eq!(shorter, "steer (taken): This is not done yet. (as above) ÄÖ");
        assert_eq!(without_repeated(&shorter, [told.as_str()].into_iter()), shorter);
        let short = "steer (taken): the session goes on";
        assert_eq!(without_repeated(short, [short].into_iter()), short);
    }
}
