//! Reads the numbers that a request wants something to reach, or to stay below: "p95 under 200 ms", "coverage at least 80 %".

use super::phrases::Phrases;

/// What is measured.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Quantity {
    /// Bytes.
    Size,
    Words,
    /// Milliseconds within which so many of a hundred requests are answered.
    Percentile(u32),
    /// Milliseconds of a query.
    Query,
    /// Percent of the code that tests run.
    Coverage,
    /// A score of a model, by its name.
    Score(&'static str),
    /// Points of an audit of a page.
    Audit,
    /// How many warnings a build has.
    Warnings,
}

/// A number that is to be reached.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Target {
    /// What is measured.
    pub(crate) quantity: Quantity,
    /// It must not be exceeded; otherwise, it must be reached.
    pub(crate) is_limit: bool,
    /// The number, in the unit of the quantity.
    pub(crate) value: f64,
    /// As it was said.
    pub(crate) said: String,
}

/// Units of one and the same size differ by so much: 1024³ and 1000³, and what is rounded.
const ROUNDING: f64 = 0.08;

impl Target {
    /// Whether this value does not reach it, or exceeds it.
    pub(crate) fn is_missed_by(&self, value: f64) -> bool {
        let slack = if self.quantity == Quantity::Size { 1.0 + ROUNDING } else { 1.0 };
        if self.is_limit { value > self.value * slack } else { value < self.value / slack }
    }
}

static AT_MOST: Phrases = Phrases::new(&[
    "under|below|less than|smaller than|faster than|at most|no more than|not more than|max|maximum|within|up to|unter|höchstens|maximal|weniger als|kleiner als|moins de|au plus|au maximum|inférieur à|sous les|menos de|como máximo|a lo sumo|no máximo|abaixo de|meno di|al massimo|sotto i|меньше|не более|ниже|максимум|mniej niż|poniżej|minder dan|under|højst|högst",
    "不超过|低于|小于|少于|最多|未満|以内|最大|미만|이하",
]);
static AT_LEAST: Phrases = Phrases::new(&[
    "at least|above|over|more than|minimum|no less than|not less than|mindestens|über|wenigstens|mehr als|au moins|plus de|supérieur à|al menos|más de|por lo menos|como mínimo|pelo menos|mais de|no mínimo|almeno|più di|не менее|больше|выше|минимум|co najmniej|powyżej|minstens|minst|mindst",
    "至少|不低于|高于|大于|超过|少なくとも|最低|최소|이상",
]);
static COVERAGE: Phrases = Phrases::new(&[
    "coverage|testabdeckung|abdeckung|couverture|cobertura|copertura|покрыти*|pokryci*|dekning|täckning|覆盖率|カバレッジ|커버리지",
]);
static QUERIES: Phrases = Phrases::new(&[
    "query|queries|select|abfrage*|requête*|consulta*|interrogazion*|запрос*|zapytani*|查询|クエリ|쿼리",
]);
static AUDITS: Phrases = Phrases::new(&["lighthouse|pagespeed|performance score|performance-score"]);
static NO_WARNINGS: Phrases = Phrases::new(&[
    "get rid of all compiler warnings|get rid of all warnings|get rid of all the warnings|get rid of the warnings|fix all warnings|fix all the warnings|fix all compiler warnings|fix the compiler warnings|remove all warnings|no warnings|zero warnings|without warnings|without any warnings|warning-free|warnings gone|all warnings",
    "alle warnungen|keine warnungen|ohne warnungen|warnungsfrei|tous les avertissements|aucun avertissement|sans avertissement*|todas las advertencias|todos los warnings|sin advertencias|sin warnings|todos os avisos|sem avisos|sem warnings|tutti gli avvisi|tutti i warning|senza warning|все предупреждения|без предупреждений|wszystkie ostrzeżenia|alle waarschuwingen|所有警告|没有警告|すべての警告|全ての警告|警告をなくし|警告をすべて|모든 경고",
]);
/// The names of scores, as programs print them, and words for them. The longer ones are first.
#[rustfmt::skip]
pub(crate) const SCORES: [(&str, &[&str]); 9] = [
    ("val_accuracy", &["validation accuracy", "val accuracy", "val_accuracy", "val acc"]), ("test_accuracy", &["test accuracy", "test_accuracy"]), ("accuracy", &["accuracy", "genauigkeit", "précision globale", "exactitud", "acurácia", "точность", "准确率", "精度"]),
    ("f1", &["f1", "f1-score", "f1 score"]), ("auc", &["auc", "roc-auc", "roc auc"]), ("recall", &["recall", "rappel"]), ("precision", &["precision"]), ("bleu", &["bleu"]), ("rmse", &["rmse"]),
];
#[rustfmt::skip]
const WORDS: [&str; 12] = ["words", "word", "wörter", "wörtern", "worte", "mots", "palabras", "palavras", "parole", "слов", "słów", "woorden"];
/// How far from a comparison its number begins, in bytes.
const NEAR: usize = 12;

/// The targets that a folded sentence names.
pub(crate) fn targets(sentence: &str) -> Vec<Target> {
    let mut found = Vec::new();
    let mut numbers: Vec<(bool, usize)> = Vec::new();
    for (table, is_limit) in [(&AT_MOST, true), (&AT_LEAST, false)] {
        numbers.extend(table.find_all(sentence).map(|(_, end)| (is_limit, end)));
    }
    for (sign, is_limit) in [("<", true), ("≤", true), (">", false), ("≥", false)] {
        numbers.extend(sentence.match_indices(sign).map(|(at, _)| (is_limit, at + sign.len())));
    }
    for (is_limit, end) in numbers {
        let rest = &sentence[end..];
        let Some(at) = rest.find(|c: char| c.is_ascii_digit()).filter(|at| *at <= NEAR) else { continue };
        // No other word may stand between.
        if rest[..at].split_whitespace().any(|word| word.chars().count() > 4) {
            continue;
        }
        let Some((value, length)) = number(&rest[at..]) else { continue };
        let unit = unit(&rest[at + length..]);
        let Some((quantity, value)) = quantity(sentence, value, unit) else { continue };
        let said = sentence[..end].rsplit([',', ';']).next().unwrap_or_default().trim_start();
        found.push(Target {
            quantity,
            is_limit,
            value,
            said: format!("{said}{}", &rest[..at + length + unit_length(&rest[at + length..])]),
        });
    }
    if NO_WARNINGS.is_in(sentence) {
        found.push(Target { quantity: Quantity::Warnings, is_limit: true, value: 0.0, said: sentence.to_owned() });
    }
    found
}

/// What a number with this unit is one of, in the unit of that quantity.
fn quantity(sentence: &str, value: f64, unit: &str) -> Option<(Quantity, f64)> {
    if let Some(factor) = bytes(unit) {
        return Some((Quantity::Size, value * factor));
    }
    if let Some(factor) = milliseconds(unit) {
        let quantity = percentile(sentence)
            .map(Quantity::Percentile)
            .or_else(|| QUERIES.is_in(sentence).then_some(Quantity::Query))?;
        return Some((quantity, value * factor));
    }
    if WORDS.contains(&unit) {
        return Some((Quantity::Words, value));
    }
    if COVERAGE.is_in(sentence) {
        return (unit == "%" || value > 1.0).then_some((Quantity::Coverage, value));
    }
    if AUDITS.is_in(sentence) {
        return Some((Quantity::Audit, value));
    }
    let is_named = |words: &[&str]| words.iter().any(|word| sentence.contains(word));
    let score = SCORES.iter().find(|(_, words)| is_named(words))?;
    Some((Quantity::Score(score.0), if unit == "%" { value / 100.0 } else { value })).filter(|(_, value)| *value <= 1.0)
}

/// The percentile that a text names: `p95`, `95th percentile`.
fn percentile(sentence: &str) -> Option<u32> {
    let words = sentence.split(|c: char| !c.is_ascii_alphanumeric());
    words.into_iter().find_map(|word| {
        let digits =
            word.strip_prefix('p').or_else(|| word.strip_suffix("th").filter(|_| sentence.contains("percentile")))?;
        digits.parse().ok().filter(|percent| (50..100).contains(percent))
    })
}

/// The number that a text begins with, and its length: `4,100.5`, `0,93`.
pub(crate) fn number(text: &str) -> Option<(f64, usize)> {
    let length = text.find(|c: char| !c.is_ascii_digit() && c != '.' && c != ',').unwrap_or(text.len());
    let digits = text[..length].trim_end_matches(['.', ',']);
    let plain = match digits.rsplit_once(',') {
        // Three digits behind a comma are thousands.
        Some((_, behind)) if behind.len() == 3 || behind.contains('.') => digits.replace(',', ""),
        _ => digits.replace(',', "."),
    };
    plain.parse().ok().map(|value| (value, digits.len()))
}

/// The unit that a text begins with.
pub(crate) fn unit(text: &str) -> &str {
    let rest = text.trim_start_matches([' ', '\u{a0}', '\u{202f}']);
    if rest.starts_with('%') {
        return "%";
    }
    &rest[..rest.find(|c: char| !c.is_alphabetic()).unwrap_or(rest.len())]
}

fn unit_length(text: &str) -> usize {
    let unit = unit(text);
    let rest = text.trim_start_matches([' ', '\u{a0}', '\u{202f}']);
    text.len() - rest.len() + unit.len()
}

/// How many bytes a unit has, in small letters: 1024 or 1000, whoever says so.
pub(crate) fn bytes(unit: &str) -> Option<f64> {
    match unit {
        "kb" | "kib" | "k" | "ko" => Some(1e3),
        "mb" | "mib" | "mo" => Some(1e6),
        "gb" | "gib" | "go" => Some(1e9),
        _ => None,
    }
}

/// How many milliseconds a unit of time has, in small letters.
pub(crate) fn milliseconds(unit: &str) -> Option<f64> {
    match unit {
        "ms" | "msec" | "millis" | "milliseconds" | "millisekunden" | "мс" | "毫秒" | "ミリ秒" => Some(1.0),
        "s" | "sec" | "secs" | "second" | "seconds" | "sekunden" | "sekunde" | "secondes" | "segundos" | "秒" => {
            Some(1e3)
        }
        "us" | "µs" => Some(1e-3),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::text::phrases::fold;

    #[test]
    fn what_is_to_be_reached() {
        for (text, quantity, is_limit, value) in [
            ("p99 of /login has to stay below 1.5 s", Quantity::Percentile(99), true, 1500.0),
            ("Keep the wheel under 3 MB", Quantity::Size, true, 3e6),
            ("Die Testabdeckung soll mindestens 75 % betragen", Quantity::Coverage, false, 75.0),
            ("Get the validation accuracy above 0,85", Quantity::Score("val_accuracy"), false, 0.85),
            ("Résume-le en 120 mots, au plus 150 mots", Quantity::Words, true, 150.0),
            ("La consulta debe tardar menos de 80 ms", Quantity::Query, true, 80.0),
            ("Lighthouse: at least 95", Quantity::Audit, false, 95.0),
            ("覆盖率至少 80%", Quantity::Coverage, false, 80.0),
            ("Fix all warnings", Quantity::Warnings, true, 0.0),
        ] {
            let found = targets(&fold(text));
            let is_it = |target: &Target| {
                target.quantity == quantity && target.is_limit == is_limit && (target.value - value).abs() < 1e-6
            };
            assert!(found.iter().any(is_it), "{text}: {found:?}");
        }
        for text in
            ["Add at least 3 tests", "It happens over 20 times", "Wait up to 5 s for the lock", "Move it below line 40"]
        {
            assert_eq!(targets(&fold(text)), [], "{text}");
        }
    }
}
