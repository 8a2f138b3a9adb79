//! Tells whether an answer shows something that is stuck: it has failed, or nothing goes on, and nobody but a person mends
//! that. Queues, starts and what tries again are none of it, since those need time.

use super::final_failure::{is_over, labelled};
use super::phrases::{Phrases, fold};
use super::wait_signs::{is_none, refuses, says_coming};

/// How sure it is that something is stuck, and with what.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Plight {
    /// It may go on by itself.
    #[default]
    None,
    /// The latest lines tell of an error, which may be an old one.
    Error,
    /// The state is a failure, or nothing goes on.
    Stuck,
    /// Nothing more can succeed, however often it is tried: there is no place left to write to.
    Hopeless,
}

/// A longer answer is a report of many things, in bytes.
const LONGEST: usize = 4096;
/// How many of the last lines say how it is now.
const LATEST: usize = 3;
/// How many words a row of a table has, and one below a head that names a state.
const ROW: usize = 8;
const HEADED_ROW: usize = 16;

static HOPELESS: Phrases = Phrases::new(&[
    "no space left on device|no space left on the device|disk is full|disk full|not enough space on the disk|not enough disk space|insufficient disk space|disk quota exceeded|read-only file system|enospc|edquot|erofs",
    "kein speicherplatz mehr verfügbar|aucun espace disponible sur le périphérique|plus de place sur le disque|no queda espacio en el dispositivo|não há espaço disponível no dispositivo|spazio esaurito sul dispositivo|не осталось свободного места|недостаточно места на диске|设备上没有空间|磁盘空间不足|空き領域がありません|장치에 남은 공간이 없",
]);

/// What a program says that waits for something that does not come.
static BLOCKED: Phrases = Phrases::new(&[
    "is stuck|are stuck|got stuck|stuck because|no active runners|no online runners|no runners online|no runners are online|no matching runners|no runners found|no agent found in pool|no nodes with the label|no agents are registered|no active members|no active consumers|no workers available|no workers are connected|exited too quickly|repeated too quickly|start-limit-hit|auto-restart|exceeded its progress deadline|waiting for user intervention|manual intervention required|requires manual intervention|user action required|dl:0b",
]);

/// What heals by itself, or is on its way.
static HEALS: Phrases = Phrases::new(&[
    "retrying|retry in|will retry|will be retried|next retry|next attempt|trying again|reconnecting|recovering|healing|resilvering|resilver in progress|rebuilding|resyncing|rolling back|rollback in progress|failing over|failover|warming up|containercreating|podinitializing|starting|initializing|initialising|creating|provisioning|booting|in progress|progressing|converging|reconciling|maintenance|wird wiederholt|neuer versuch|nouvelle tentative|reintentando|повторная попытка|重试|再試行",
    "continuing|skipping|skipped|ignoring|ignored|falling back|fallback|non-fatal|nonfatal|optional",
]);

/// States of containers that come again and again, in the words of those who run them.
const CYCLES: [&str; 13] = [
    "crashloopbackoff",
    "imagepullbackoff",
    "errimagepull",
    "errimageneverpull",
    "invalidimagename",
    "createcontainerconfigerror",
    "createcontainererror",
    "runcontainererror",
    "containercannotrun",
    "starterror",
    "backofflimitexceeded",
    "progressdeadlineexceeded",
    "upstream_failed",
];
/// Other states that need somebody.
#[rustfmt::skip]
const BAD: [&str; 21] = [
    "error", "errors", "fatal", "unhealthy", "degraded", "faulted", "unavail", "stalled", "stalleddl", "stuck", "unauthorized", "unauthorised",
    "broken", "impaired", "corrupt", "corrupted", "oomkilled", "panicked", "defekt", "fehler", "ошибка",
];
/// The same, after a label alone: elsewhere, they are colours and other things.
const BAD_LABELLED: [&str; 5] = ["red", "critical", "invalid", "bad", "fail"];
/// States that are none before one knows why: with an error, it is that.
const HALTED: [&str; 10] = [
    "paused",
    "stopped",
    "suspended",
    "held",
    "halted",
    "interrupted",
    "angehalten",
    "pausiert",
    "pausado",
    "остановлено",
];
/// What names a state, besides what names one in what has ended.
const STATES: [&str; 6] = ["health", "reason", "condition", "availability", "state", "status"];
/// What is said to go on or not.
const ACTIVE: [&str; 6] = ["running", "active", "alive", "healthy", "connected", "online"];
const NO: [&str; 5] = ["no", "false", "off", "0", "nein"];
/// What names an error.
const ERRORS: [&str; 7] = ["error", "fault", "exception", "failure", "fehler", "erreur", "errormessage"];
/// An error of another time.
const PAST: [&str; 6] = ["last", "previous", "prev", "earlier", "former", "old"];
/// What a line tells that reports an error.
static REPORTS: Phrases = Phrases::new(&[
    "error|errors|fatal|critical|panic|panicked|exception|traceback|segmentation fault|segfault|core dumped|killed|aborted|failed to|could not|unable to|permission denied|access denied|connection lost|worker lost|has died|died with|illegal memory access",
    "fehler|fehlgeschlagen|erreur|échec|errore|fallo|falha|ошибка|сбой|错误|失败|エラー|失敗|오류|실패|hata|błąd",
]);
/// Words before an error that deny it.
const NONE: [&str; 8] = ["0", "no", "without", "zero", "any", "keine", "aucune", "sin"];
/// What is done so often in a second, as progress goes.
const DATA: [&str; 22] = [
    "b", "kb", "mb", "gb", "kib", "mib", "gib", "bytes", "byte", "k", "m", "g", "bit", "kbit", "mbit", "it", "rows",
    "records", "docs", "files", "items", "pages",
];
/// What has come to its end has no rate either.
static ENDED: Phrases = Phrases::new(&["100%|100 %|100.0%|complete|completed|done|finished|seeding|idle"]);

/// What an answer shows, as it was written.
pub(crate) fn plight(text: &str) -> Plight {
    if text.len() > LONGEST {
        return Plight::None;
    }
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    let latest = &lines[lines.len().saturating_sub(LATEST)..];
    let folded = fold(&text.replace('_', " "));
    if latest.iter().any(|line| HOPELESS.is_in(&fold(line))) {
        return Plight::Hopeless;
    }
    if BLOCKED.is_in(&folded) {
        return Plight::Stuck;
    }
    if HEALS.is_in(&folded) || refuses(text) || lines.iter().any(|line| is_almost_ready(line)) {
        return Plight::None;
    }
    if has_cycle(text) || has_no_rate(text, &folded) || is_halted(text) {
        return Plight::Stuck;
    }
    if says_coming(&folded) {
        return Plight::None;
    }
    if has_bad_state(text) || has_bad_row(&lines) {
        return Plight::Stuck;
    }
    let is_running = Phrases::is_in(&RUNS, &folded);
    if !is_running && (has_error(text, false) || latest.iter().any(|line| reports_error(line))) {
        return Plight::Error;
    }
    Plight::None
}

/// What says that a program is at work: an error before may be an old one.
static RUNS: Phrases = Phrases::new(&["running|active|läuft|en cours|выполняется|运行中|実行中"]);

/// The words of a line, without what stands around them.
fn bare(line: &str) -> impl Iterator<Item = &str> {
    let around = |c: char| !c.is_alphanumeric() && !matches!(c, '%' | '_');
    line.split(|c: char| c.is_whitespace() || matches!(c, ',' | '|')).map(move |word| word.trim_matches(around))
}

/// Whether a line shows a program that runs, and not all of its parts are there yet: `0/1 Running`.
fn is_almost_ready(line: &str) -> bool {
    let words: Vec<&str> = bare(line).collect();
    words.iter().any(|word| word.eq_ignore_ascii_case("running"))
        && words.iter().any(|word| {
            let parts = word.split_once('/').map(|(at, of)| (at.parse::<u32>(), of.parse::<u32>()));
            matches!(parts, Some((Ok(at), Ok(of))) if at < of)
        })
}

/// Whether a container starts and fails, in turns: `CrashLoopBackOff`, `Restarting (1)`.
fn has_cycle(text: &str) -> bool {
    let is_cycle = |word: &str| CYCLES.iter().any(|known| word.eq_ignore_ascii_case(known));
    let exits = |behind: &str| behind.starts_with(|c: char| c.is_ascii_digit() && c != '0');
    text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').any(is_cycle)
        || text.match_indices("Restarting (").any(|(at, found)| exits(&text[at + found.len()..]))
}

/// Whether nothing moves any more: `0 B/s`, `0.0 rows/sec`, or the `43%  0.00K` of a downloader.
fn has_no_rate(text: &str, folded: &str) -> bool {
    let (mut none, mut some, mut share) = (false, false, false);
    let mut before = "";
    for word in text.split(|c: char| c.is_whitespace() || matches!(c, ',' | '|' | '[' | ']' | '(' | ')')) {
        let word = word.rsplit([':', '=']).find(|part| !part.is_empty()).unwrap_or_default();
        let digits = word.bytes().take_while(|byte| byte.is_ascii_digit() || *byte == b'.').count();
        let (number, unit) = if digits > 0 { word.split_at(digits) } else { (before, word) };
        if let Ok(number) = number.parse::<f64>() {
            let unit = unit.to_ascii_lowercase();
            let per_second = unit.strip_suffix("/s").or_else(|| unit.strip_suffix("/sec"));
            let is_rate = per_second.is_some_and(|unit| DATA.contains(&unit))
                || share && number.abs() < f64::EPSILON && matches!(&*unit, "k" | "m" | "b");
            none |= is_rate && number.abs() < f64::EPSILON;
            some |= is_rate && number > 0.0;
        }
        if !word.is_empty() {
            share = word.ends_with('%');
            before = word;
        }
    }
    none && !some && !ENDED.is_in(folded)
}

/// Whether something has stopped, and there is an error.
fn is_halted(text: &str) -> bool {
    let halts = |value: &str| HALTED.iter().any(|known| value.eq_ignore_ascii_case(known));
    let is_off = |value: &str| NO.iter().any(|known| value.eq_ignore_ascii_case(known));
    let stands = labelled(text, &STATES).iter().any(|(_, value)| halts(value))
        || labelled(text, &ACTIVE).iter().any(|(_, value)| is_off(value));
    stands && has_error(text, true)
}

/// Whether a labelled error is said. Errors of another time count `with_past`.
fn has_error(text: &str, with_past: bool) -> bool {
    labelled(text, &ERRORS).iter().any(|(at, value)| {
        let begins = *at == 0 || text[..*at].ends_with(['"', '\n', '{']);
        begins
            && (with_past || !is_past(text, *at))
            && value.chars().any(char::is_alphabetic)
            && !matches!(&*value.to_lowercase(), "none" | "null" | "nil" | "false" | "ok" | "n" | "rate")
    })
}

/// Whether the label at `at`, or the word before it, tells of another time.
fn is_past(text: &str, at: usize) -> bool {
    let line = &text[text[..at].rfind('\n').map_or(0, |end| end + 1)..];
    let name = line.split([':', '=']).next().unwrap_or_default();
    let named = at - (text.len() - line.len());
    let near = if named < name.len() { name } else { &text[at..text.len().min(text.ceil_char_boundary(at + 24))] };
    let first = near.trim_start().split(|c: char| !c.is_alphabetic()).next().unwrap_or_default().to_lowercase();
    PAST.iter().any(|past| first.starts_with(past))
}

fn is_bad(word: &str) -> bool {
    let small = word.to_lowercase();
    BAD.contains(&&*small) || is_over(&small)
}

/// Whether a labelled state is a failure: `"health": "Degraded"`.
fn has_bad_state(text: &str) -> bool {
    let bad = |value: &str| is_bad(value) || BAD_LABELLED.iter().any(|known| value.eq_ignore_ascii_case(known));
    let of_now = |(at, value): &(usize, &str)| bad(value) && !is_past(text, *at);
    labelled(text, &super::final_failure::LABELS).iter().any(of_now) || labelled(text, &STATES).iter().any(of_now)
}

/// Whether a row of a table, or a line that is as short, names a state that is a failure.
fn has_bad_row(lines: &[&str]) -> bool {
    let is_head = |line: &&&str| bare(line).any(|word| matches!(word, "STATUS" | "STATE" | "HEALTH" | "PHASE"));
    let most = if lines.iter().any(|line| is_head(&line)) { HEADED_ROW } else { ROW };
    lines.iter().any(|line| line.to_lowercase().contains("(unhealthy)") || is_bad_row(line, most))
}

fn is_bad_row(line: &str, most: usize) -> bool {
    let words: Vec<&str> = bare(line).filter(|word| !word.is_empty()).collect();
    let is_number = |word: Option<&&str>| word.is_some_and(|word| word.bytes().all(|byte| byte.is_ascii_digit()));
    let denied = |word: &&str| NONE.contains(&&*word.to_lowercase()) || word.eq_ignore_ascii_case("not");
    let past = || words.iter().any(|word| PAST.contains(&&*word.to_lowercase()));
    words.len() <= most
        // The level of a log stands first, or the name of a file.
        && (1..words.len()).any(|at| {
            is_bad(words[at])
                && !words[at].to_lowercase().starts_with("errors")
                && !is_number(words.get(at - 1))
                && !is_number(words.get(at + 1))
                && !denied(&words[at - 1])
        })
        && !past()
        && !is_names(&words)
}

/// Whether all words of a line are names of columns.
fn is_names(words: &[&str]) -> bool {
    let is_name =
        |word: &&str| word.starts_with(|c: char| c.is_uppercase()) && word.bytes().all(|b| b.is_ascii_alphabetic());
    words.len() > 2 && words.iter().all(is_name)
}

/// Whether a line reports an error. `0 errors` and `"error": null` are none.
fn reports_error(line: &str) -> bool {
    let folded = fold(line);
    REPORTS.find_all(&folded).any(|(start, end)| {
        let before = folded[..start].trim_end().rsplit(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
        !is_none(&folded[end..]) && !NONE.contains(&before) && !folded[end..].starts_with(" rate")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_what_is_stuck() {
        for answer in [
            "NAME    READY   STATUS             RESTARTS   AGE\nmail-0  1/1     Running            0          9d\nmail-1  0/1     ErrImagePull       0          4m",
            "cart-5f-abc  0/2  CrashLoopBackOff  8 (12s ago)  19m",
            "NAMES   STATUS\nbus     Restarting (137) 4 seconds ago",
            "index   Up 12 minutes (unhealthy)   7700/tcp",
            "List of devices attached\nemulator-5554\tunauthorized",
            r#"{"name":"sink-a","connector":{"state":"RUNNING"},"tasks":[{"id":0,"state":"FAILED"}]}"#,
            r#"{"health":"Degraded","sync":"Synced"}"#,
            r#"{"cluster_name":"logs","status":"red","unassigned_shards":14}"#,
            r#"{"state":"Paused","error":"Nozzle clogged","progress":{"done":12}}"#,
            "Slave_IO_Running: Yes\nSlave_SQL_Running: No\nLast_SQL_Error: Duplicate key",
            "job 17 pending: there are no active runners with the tag gpu",
            "importer   FATAL     Exited too quickly (process log may have details)",
            "video.iso   37%   0.0 KB/s",
            " 810000K .......... ...   37%  0.00K",
            "tank   DEGRADED",
            "lint passed\ndeploy failed",
        ] {
            assert_eq!(plight(answer), Plight::Stuck, "{answer}");
        }
        for answer in ["12:00:01 write b.tif: No space left on device", "cp: Read-only file system\n12 of 80"] {
            assert_eq!(plight(answer), Plight::Hopeless, "{answer}");
        }
        for answer in ["step 12\nERROR rank 2: NCCL timeout", r#"{"rows":12,"error":"key 17 is taken"}"#] {
            assert_eq!(plight(answer), Plight::Error, "{answer}");
        }
    }

    #[test]
    fn leaves_alone_what_needs_time() {
        for answer in [
            "web-1   0/1   ContainerCreating   0   12s",
            "web-1   0/1   Running   0   12s\nold-1   0/1   Error   0   9d",
            "web-1   0/1   Pending   0   12m\nold-1   0/1   Error   0   9d",
            "curl: (7) Failed to connect to localhost port 80: Connection refused",
            "error: db not ready, retrying in 5 s",
            "Active: activating (start)",
            r#"{"status":"running","errors":0,"error":null}"#,
            r#"{"status":"running","lastError":"timeout"}"#,
            "queued, 12 ahead of you",
            "3 failed, 12 passed",
            "Queued Starting Running Failed Complete",
            "State: RUNNING\nLast State: Failed",
            "43%  2.1 MB/s  eta 12m",
            "100%  0.0 KB/s",
            "down 0 B/s, up 12 kB/s",
            "no errors so far",
            "build #12 green, previous build failed",
            "up 3 days, load 0.1",
            "",
        ] {
            assert_eq!(plight(answer), Plight::None, "{answer}");
        }
    }
}
