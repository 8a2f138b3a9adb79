//! Reads what Linux says of a process in `/proc/PID/stat`.

/// The fields of `/proc/PID/stat` from the state on. The name before them, in parentheses, may contain anything, and is
/// cut anywhere, inside a letter too.
pub(super) fn behind_name(stat: &[u8]) -> Option<&str> {
    let end = stat.iter().rposition(|byte| *byte == b')')?;
    std::str::from_utf8(&stat[end + 1..]).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_may_be_cut_inside_a_letter() {
        let stat = b"7 (a) b\xc3) S 1 7 7 0";
        assert_eq!(behind_name(stat), Some(" S 1 7 7 0"));
    }
}
