//! How much two texts have in common.

/// How much of two texts to compare after removing their common beginning and end, in bytes.
const COMPARED: usize = 512;

/// The similarity of two texts, from 0 to 100.
pub(crate) fn similarity(one: &str, other: &str) -> u64 {
    let head = one.bytes().zip(other.bytes()).take_while(|(a, b)| a == b).count();
    let head = one.floor_char_boundary(head).min(other.floor_char_boundary(head));
    let (left, right) = (&one[head..], &other[head..]);
    let tail = left.bytes().rev().zip(right.bytes().rev()).take_while(|(a, b)| a == b).count();
    let left = &left[..left.ceil_char_boundary(left.len() - tail)];
    let right = &right[..right.ceil_char_boundary(right.len() - tail)];
    let whole = one.len().max(other.len()).max(1);
    let middle = left.len().max(right.len());
    let clip = |text: &str| text[..text.floor_char_boundary(COMPARED)].to_owned();
    let same = strsim::normalized_levenshtein(&clip(left), &clip(right));
    #[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let differing = ((1.0 - same) * middle as f64 * 100.0 / whole as f64).ceil() as u64;
    100 - differing.min(100)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn similarity_of_whole() {
        assert_eq!(similarity("same", "same"), 100);
        assert_eq!(similarity("abcd", "wxyz"), 0);
        assert_eq!(similarity(&format!("{}a", "x".repeat(99)), &format!("{}b", "x".repeat(99))), 99);
        assert_eq!(similarity("", ""), 100);
        assert!(similarity("grün a", "grün ä") > 70);
    }
}
