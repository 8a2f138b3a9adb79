use super::*;

#[test]
fn reads_what_is_claimed() {
    let mut wrong = Vec::new();
    for line in include_str!("samples.tsv").lines().filter(|line| !line.starts_with("# ")) {
        let (expected, text) = line.split_once('\t').unwrap();
        let found: Vec<_> =
            claims(&text.replace("\\n", "\n")).iter().map(|claim| format!("{:?}", claim.work)).collect();
        let found = if found.is_empty() { "-".to_owned() } else { found.join(",") };
        if found != expected {
            wrong.push(format!("{found}, not {line}"));
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn quotes_the_sentence() {
    let text = format!("It is fixed. All tests pass {}. Pushed.", "and so on ".repeat(40));
    let found = claims(&text);
    assert_eq!(found.len(), 2);
    assert!(found[0].excerpt.starts_with("All tests pass and so") && found[0].excerpt.chars().count() <= 161);
}
