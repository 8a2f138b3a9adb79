use super::*;
use proptest::prelude::*;

#[test]
fn reads_how_answers_end() {
    let mut wrong = Vec::new();
    for line in include_str!("samples.tsv").lines().filter(|line| !line.starts_with("# ")) {
        let (expected, text) = line.split_once('\t').unwrap();
        let read = Ending::read(&text.replace("\\n", "\n"));
        if format!("{read:?}") != expected {
            wrong.push(format!("{read:?}, not {line}"));
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

// A search that is worse than linear takes hours here.
#[test]
fn long_texts_are_quick() {
    for word in
        ["?", " ", "a b ", "a. ", "\n", "- x?\n", "`", "\"", "i could not ", "let me ", "```\n", "「", "**", "("]
    {
        let text = word.repeat((1 << 20) / word.len());
        let _ = Ending::read(&text);
        let _ = super::super::claims::claims(&text);
    }
}

proptest! {
    #[test]
    fn reads_any_text(text in "\\PC{0,300}") {
        let _ = Ending::read(&text);
        let _ = super::super::claims::claims(&text);
    }

    #[test]
    fn reads_any_markdown(text in "([-*#>|`\"«„?？.:;!\n ]|[0-9A-Z][.)]|https://x|wort |ça |はい|吗|I couldn't ){0,80}") {
        let _ = Ending::read(&text);
        let _ = super::super::claims::claims(&text);
    }
}
