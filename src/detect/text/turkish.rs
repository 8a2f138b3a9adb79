//! Recognizes the endings of Turkish verbs that say that the writer could not do something.

/// Endings of verbs of which the writer was, or is, not able: `bul-amadım`, `çöz-emiyorum`.
const UNABLE: [&str; 8] = ["amadım", "emedim", "amadık", "emedik", "amıyorum", "emiyorum", "amıyoruz", "emiyoruz"];
/// Stems that only look like those of such verbs, because the vowel of the ending is their own: `dene-medim`.
const VOWEL_STEMS: [&str; 6] = ["den", "ar", "öd", "yaş", "kap", "tar"];
/// Consonants before which a stem may have another one at its end: `düzelt`, `sürt`, `tart`.
const SECOND: [char; 2] = ['t', 'k'];

/// Whether a sentence in small letters has a verb that says so.
pub(super) fn says_unable(folded: &str) -> bool {
    let words = folded.split(|c: char| !c.is_alphabetic());
    words.filter_map(|word| UNABLE.iter().find_map(|ending| word.strip_suffix(ending))).any(is_stem)
}

/// Whether what stands before the ending is the stem of a verb. In `ekle-medim`, which only says that the writer did
/// not add something, it is `ekl`.
fn is_stem(stem: &str) -> bool {
    let is_vowel = |c: char| "aeıioöuü".contains(c);
    let vowels = stem.chars().filter(|c| is_vowel(*c)).count();
    let mut end = stem.chars().rev();
    let (Some(last), before) = (end.next(), end.next()) else {
        return false;
    };
    let after_vowel = before.is_some_and(is_vowel);
    // `yenile`, `güncelle`: many verbs are made with `-le`, and few stems of more than one syllable end in `l`.
    let is_made = last == 'l' && vowels > 1;
    let is_one = after_vowel || before.is_none() || "lrn".contains(before.unwrap_or(' ')) && SECOND.contains(&last);
    !is_vowel(last) && is_one && !is_made && !VOWEL_STEMS.contains(&stem) && (vowels > 0 || stem == "ed")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_unable_from_undone() {
        for said in [
            "testi düzeltemedim.",
            "nedenini bulamadım",
            "sorunu çözemedim, yardıma ihtiyacım var",
            "bunu yapamadım",
            "devam edemiyorum",
            "dosyayı okuyamadık",
            "bağlantı kuramadım",
            "testi ekleyemedim",
        ] {
            assert!(says_unable(said), "{said}");
        }
        for said in [
            "yeni test eklemedim.",
            "sürümü güncellemedim",
            "başka bir yol denemedim",
            "dosyayı silmedim",
            "beklemedim",
            "paketi yenilemedim",
            "i emptied the cache",
        ] {
            assert!(!says_unable(said), "{said}");
        }
    }
}
