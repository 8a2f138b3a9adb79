//! Detects prose that repeats itself in different words: it compresses far too well.

use super::rule::{Rule, RuleInfo};
use super::time_limits;
use crate::detect::config::Limit;
use crate::detect::fact::{Fact, RuleContext};
use crate::detect::quoted::quoted;
use crate::detect::signal::{Signal, Signals};
use crate::detect::text::numbered::Numbered;
use crate::detect::text::window::{TEXT_BLOCK, WINDOW, Window, compressed, folded, variety};
use crate::wire::Timestamp;
use crate::wire::record::{Evidence, Grade, Kind};
use crate::wire::text::EXCERPT;

const NAME: &str = "drifting-text";

// On the scale of our own coder, which is coarser than zlib's. Documents of 400 packages came to 4.5, prose to 3; 31
// paraphrases of a sentence to 6.
const RATIO: Limit =
    Limit::new("drifting-text.ratio", 5, "compression ratio of the last 4096 characters of prose before a warning");

// Coding works with long repetitions: phrases that are put together anew, as short as those of Chinese are, it does not
// see. Paraphrases came to 15 and more in eight languages, lists of one pattern to 7 before they compress as well.
const VARIETY: Limit = Limit::new(
    "drifting-text.variety",
    10,
    "times that each piece of the last 4096 characters of prose occurs, on average, before a warning",
);

// A model that recovers does so within a minute.
const STOP: Limit = Limit::new("drifting-text.seconds", 120, "seconds of such text before a stop");

/// The least share of letters in prose, in percent: English has 78.
const LETTERS: usize = 60;

/// Signs that data and code are full of, and the largest share of them in prose, in percent: statements of SQL have 8,
/// settings in YAML 6.6, prose about files 2 to 4.
const SIGNS: &[u8] = b"(){}[]<>=_/\\|@#$%^&+~;";
const SIGNS_SHARE: usize = 6;

/// How often to judge the window, in characters.
const EVERY: usize = 4 * TEXT_BLOCK;

/// What the rule remembers of one session; its windows hold the end of the text.
#[derive(Default)]
pub(super) struct Drift {
    /// Since when the text drifts.
    since: Option<Timestamp>,
}

impl Rule for Drift {
    const INFO: RuleInfo =
        RuleInfo { name: NAME, about: "text that repeats itself in different words", limits: &[RATIO, VARIETY, STOP] };

    fn observe(&mut self, fact: &Fact<'_>, context: &RuleContext<'_>, signals: &mut Signals) {
        if let Fact::Text(channel, block) = fact {
            let window = context.windows.get(*channel);
            if window.length() >= WINDOW && window.is_at_multiple(EVERY, block) {
                self.judge(window, context, signals);
            }
        }
    }
}

impl Drift {
    fn judge(&mut self, window: &Window, context: &RuleContext<'_>, signals: &mut Signals) {
        let mut room = [0; WINDOW];
        let reversed = window.reversed(&mut room);
        let most = |limit| {
            let times = usize::try_from(context.config.limit(limit)).unwrap_or(usize::MAX);
            reversed.len() / times.max(1)
        };
        let length = reversed.len();
        let coded = || {
            let size = compressed(reversed, most(&RATIO))?;
            Some(format!("the last {length} characters of prose compress {}-fold", length / size.max(1)))
        };
        let varied = || {
            let pieces = variety(reversed, most(&VARIETY))?;
            Some(format!("each piece of the last {length} characters of prose occurs {} times", length / pieces.max(1)))
        };
        let Some(summary) = coded().or_else(varied).filter(|_| is_prose(reversed) && !is_meant(reversed, context))
        else {
            self.since = None;
            signals.release(NAME);
            return;
        };
        let lasted = context.now.since(*self.since.get_or_insert(context.now));
        let goes_on = lasted >= time_limits::times(1000, context.config.limit(&STOP));
        let grade = if goes_on { Grade::Stop } else { Grade::Warn };
        let mut signal = Signal::new(NAME, Kind::Text, grade, 0, summary);
        let shown: Vec<u8> = reversed[..2 * EXCERPT].iter().rev().copied().collect();
        signal.evidence =
            vec![Evidence { id: context.point.id.clone(), excerpt: quoted(&String::from_utf8_lossy(&shown), EXCERPT) }];
        signals.report(signal);
    }
}

/// Whether a reversed text is a song that counts down, or the user wants its repetitions.
fn is_meant(reversed: &[u8], context: &RuleContext<'_>) -> bool {
    let wanted = context.wanted;
    Numbered::read(reversed).is_some_and(|found| {
        found.counts_down || wanted.allows(found.times) || wanted.names(&found.unit, found.times, folded)
    })
}

/// Whether a text is made of words. Logs, columns, data and indented code compress well, too.
fn is_prose(text: &[u8]) -> bool {
    let letters = text.iter().filter(|byte| byte.is_ascii_alphabetic() || !byte.is_ascii()).count();
    let signs = text.iter().filter(|byte| SIGNS.contains(byte)).count();
    letters * 100 >= text.len() * LETTERS && signs * 100 < text.len() * SIGNS_SHARE
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::rules::tests::support::{text, text_findings};

    #[test]
    fn warns_of_drift() {
        let sentences = [
            "We should look at the configuration file once more before anything else. ",
            "The configuration file is what we should look at before anything else. ",
            "Before anything else, once more, we should look at the configuration file. ",
        ];
        let drifting: String = (0..120usize)
            .map(|n| sentences[usize::try_from(crate::detect::hash::of(n.to_string()) % 3).unwrap()])
            .collect();
        assert_eq!(text_findings(&drifting), [(NAME.to_owned(), Grade::Warn)]);
    }

    /// Sentences put together anew of the same parts, `laps` times.
    fn mixed(parts: &[&[&str]], laps: usize) -> String {
        let choice = |lap: usize, at: usize| {
            crate::detect::hash::of(format!("{lap} {at}")) % u64::try_from(parts[at].len()).unwrap()
        };
        let sentence = |lap: usize| {
            (0..parts.len()).map(move |at| parts[at][usize::try_from(choice(lap, at)).unwrap()]).collect::<String>()
        };
        (0..laps).map(sentence).collect()
    }

    #[test]
    fn warns_of_drift_in_any_language() {
        let german: &[&[&str]] = &[
            &["Dann ", "Vorher ", "Zunächst "],
            &["will ich ", "sollte ich ", "muss ich "],
            &["den Aufruf ", "die Antwort ", "das Protokoll "],
            &["wieder lesen. ", "nochmals ansehen. ", "genauer prüfen. "],
        ];
        let chinese: &[&[&str]] =
            &[&["我先", "我得", "接下来我"], &["再看", "重新读", "仔细检查"], &["日志。", "这个接口。", "返回值。"]];
        let finnish: &[&[&str]] = &[
            &["Nyt ", "Sitten ", "Ensin "],
            &["aion ", "haluan ", "minun pitää "],
            &["lukea ", "tarkistaa ", "katsoa "],
            &["lokin uudelleen. ", "kutsun vielä kerran. ", "vastauksen taas. "],
        ];
        for parts in [german, chinese, finnish] {
            assert_eq!(text_findings(&mixed(parts, 900)), [(NAME.to_owned(), Grade::Warn)], "{}", parts[0][0]);
        }
    }

    #[test]
    fn ignores_sentences_of_one_pattern() {
        let names = [
            "berth", "crane", "pilot", "quay", "tariff", "ledger", "lease", "ward", "dose", "shift", "meter", "orbit",
            "tile", "claim", "rota", "visit", "glyph", "raster", "cargo", "anchor", "buoy", "gauge",
        ];
        let routes = |n: usize| {
            let [one, two, three, four] = [n % 22, n * 7 % 19, n * 5 % 17, n * 3 % 13].map(|at| names[at]);
            format!("GET /v2/{one}-{two} lists the {three} of one {four}, newest first.\n")
        };
        assert_eq!(text_findings(&(0..160).map(routes).collect::<String>()), []);
        let files = |n: usize| format!("文件{}-{}.ts已迁移到新的接口。", names[n % 11], n * 7919 % 1009);
        assert_eq!(text_findings(&(0..400).map(files).collect::<String>()), []);
    }

    #[test]
    fn ignores_columns() {
        let lines: Vec<String> = (0..400).map(|n| format!("{:>40} {n} + {n}", "x")).collect();
        let columns = lines.join("\n");
        assert_eq!(text_findings(&columns), []);
    }

    #[test]
    fn ignores_data() {
        let rows = |n: usize| format!("INSERT INTO bench (row, place, free) VALUES ({n}, {}, FALSE);", n % 7);
        let hosts = |n: usize| format!("node{n}:\n  ansible_host: 10.2.0.{n}\n  ansible_python: /usr/bin/python3\n");
        for data in [(0..120).map(rows).collect::<Vec<_>>(), (0..99).map(hosts).collect()] {
            assert_eq!(text_findings(&data.join("\n")), [], "{:.40}", data[0]);
        }
    }

    #[test]
    fn ignores_prose() {
        assert_eq!(text_findings(&include_str!("repeat.rs").repeat(1)), []);
        assert_eq!(text_findings(&text("x", 10)), []);
    }
}
