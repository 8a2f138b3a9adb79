//! Recognizes the signs of waiting in a call: it reads something that takes time.

use super::head_and_tail::tail;
use super::phrases::{Phrases, fold};

/// How much of each end of an answer is read, in bytes: a state stands in its first lines or in its last ones.
const HEAD: usize = 512;
const TAIL: usize = 512;
/// How much of a command is read, in bytes.
const COMMAND: usize = 2048;
/// The shortest pause that counts, in milliseconds: an agent that does not wait leaves less between two equal reads.
pub(crate) const PAUSE: i64 = 10_000;

/// Words of tools and commands that look at something that takes its time, or wait. General readers (read, list,
/// get, curl) are none of them: a slow model leaves ten seconds between any two calls.
const LOOKS: &[&str] = &[
    "wait",
    "waits",
    "waiting",
    "await",
    "awaits",
    "status",
    "statuses",
    "state",
    "watch",
    "watcher",
    "log",
    "logs",
    "describe",
    "inspect",
    "capture",
    "screenshot",
    "output",
    "outputs",
    "stdout",
    "poll",
    "polls",
    "polling",
    "follow",
    "progress",
    "job",
    "jobs",
    "queue",
    "queues",
    "queued",
    "health",
    "healthz",
    "healthcheck",
    "readyz",
    "livez",
    "ready",
    "readiness",
    "ping",
    "heartbeat",
    "uptime",
    "monitor",
    "monitoring",
    "metrics",
    "rollout",
    "ps",
    "pgrep",
    "top",
    "squeue",
    "sacct",
    "qstat",
    "bjobs",
    "pods",
    "pod",
    "events",
    "deployment",
    "deployments",
    "workflow",
    "pipeline",
    "pipelines",
    "checks",
    "pane",
    "terminal",
    "console",
    "until",
    "pause",
    "idle",
    "delay",
    "countdown",
    "refresh",
    "recheck",
    "peek",
    "journalctl",
    "runs",
    "builds",
    "snapshot",
    "operations",
    "warten",
    "attendre",
    "esperar",
];

/// What only takes time: as a command, it says nothing of what stands behind it.
const SLEEPS: &[&str] = &["sleep"];
/// What a tool of this name looks at grows. As a command, it stands at the end of any pipe.
const TAILS: &[&str] = &["tail"];

/// Names of source files hold such words and mean nothing by them.
const SOURCES: [&str; 20] = [
    ".rs", ".py", ".js", ".ts", ".tsx", ".jsx", ".go", ".java", ".kt", ".c", ".cpp", ".h", ".rb", ".php", ".cs",
    ".swift", ".md", ".sql", ".css", ".html",
];

static SAYS_NOT_YET: Phrases = Phrases::new(&[UNREACHABLE, NOT_YET]);
static SAYS_UNREACHABLE: Phrases = Phrases::new(&[UNREACHABLE, UNRESOLVED]);

/// Answers that say that something is under way. Words that a finished build prints as well (compiling,
/// downloading, checking) are left out.
static RUNNING: Phrases = Phrases::new(&[
    "running|pending|queued|in progress|in-progress|inprogress|not ready|notready|not yet ready|creating|containercreating|podinitializing|building|initializing|initialising|starting|starting up|provisioning|deploying|scheduled|waiting|awaiting|processing|transferring|syncing|synchronizing|restoring|indexing|scaling|progressing|rolling out|warming up|booting|activating|enqueued|in queue|in the queue|ongoing|not completed yet|not complete yet|not finished|not yet finished|not done yet|no result yet|no results yet|not yet available|not available yet|please wait|eta|remaining|in the background|stabilizing|propagating|health: starting|unhealthy|terminating|draining|stopping|resuming|replicas are available|preparing|allocating|backfilling|reindexing|rebuilding|reconciling|converging|spinning up|launching|pending approval|under way|underway|on hold|active (running)|in flight",
    "still running|still building|still in|still waiting|still working|still processing|still pending|still creating|still starting|still not|still deploying|still uploading|still downloading|still installing|still compiling|still going|still executing|still loading|still being",
    "läuft|ausstehend|in bearbeitung|wird erstellt|wird gebaut|wird ausgeführt|wird geladen|nicht bereit|noch nicht|wartet|in der warteschlange|verbleibend|bitte warten",
    "en cours|en attente|pas encore|pas prêt|en file d'attente|en cours de|toujours en|veuillez patienter|en curso|en progreso|en ejecución|ejecutándose|pendiente*|en cola|en espera|todavía no|aún no|iniciando|procesando|por favor espere",
    "em andamento|em execução|executando|na fila|aguardando|ainda não|processando|in corso|in esecuzione|in attesa|in coda|non pronto|non ancora|non è ancora|elaborazione|attendere",
    "выполняется|в процессе|ожидает|ожидание|в очереди|запускается|создаётся|создается|не готов*|ещё не|еще не|ещё выполня*|еще выполня*|осталось|подождите|идёт сборка|идет сборка|собирается|обрабатывается",
    "运行中|正在|等待|排队|进行中|處理中|处理中|未就绪|未完成|尚未|剩余|剩餘|創建中|创建中|构建中|初始化|请稍候|加载中|执行中|部署中",
    "実行中|処理中|待機|保留中|準備中|作成中|ビルド中|起動中|進行中|未完了|まだ|残り|お待ち|キュー|デプロイ中|실행 중|진행 중|대기|보류|준비 중|생성 중|빌드 중|처리 중|아직|남음|기다|시작 중|배포 중",
    "bezig|nog niet|w toku|oczekuj*|w kolejce|pågår|väntar|venter|käynnissä|odottaa|probíhá|čeká|çalışıyor|bekliyor|beklemede|devam ediyor|đang chạy|đang chờ|đang xử lý|sedang berjalan|menunggu|tertunda|εκτελείται|σε εξέλιξη|αναμονή|în curs|în așteptare|folyamatban|várakozik|ממתין|פועל|جاري|قيد|في الانتظار|चल रहा|प्रतीक्षा|กำลัง",
]);

/// What is said of a server that does not answer, whatever is asked of it.
const UNREACHABLE: &str = "connection refused|no route to host|host unreachable|net unreachable|network unreachable|destination unreachable|could not connect|failed to connect|couldn't connect|can't connect|cannot connect|unable to connect|econnrefused|actively refused|connection was refused";
/// What is said of one whose name nobody knows.
const UNRESOLVED: &str = "could not resolve host|couldn't resolve host|enotfound|err name not resolved|name or service not known|nodename nor servname";

/// What else a failed read says of something that is not there yet, or whose time to be waited for was up.
const NOT_YET: &str = "timed out waiting|timed out after|timeout waiting|timeout exceeded while waiting|gave up waiting|deadline exceeded|connection timed out|connection reset|is unreachable|are unreachable|unreachable!|no response|not responding|not reachable|rejecting connections|not accepting connections|is restarting|is starting|starting up|still starting|temporarily unavailable|service unavailable|bad gateway|gateway timeout|try again later|another operation|not found yet|does not exist yet|is not up|not listening|max retries exceeded|not up|not yet|isn't up|isn't ready|not healthy|not started";

/// A line with these says that nothing is under way.
static NOT_RUNNING: Phrases = Phrases::new(&[
    "no running|not running|isn't running|nothing is running|none running|no pending|0 pending|0 running|0 queued|0 waiting|nothing pending|no jobs|no longer running|stopped running|0 remaining|tests remaining|error starting|already running|while running|error running|exit status",
]);

/// An answer with these is the report of a check, whose pending tests are skipped ones.
static REPORTS: Phrases = Phrases::new(&[
    "passing|failing|tests run|test result|test suites|panicked at|traceback|segmentation fault|examples",
]);

/// A line that begins with one of these and goes on tells of a step of a program: "Running 12 tests".
const STEPS: [&str; 8] =
    ["running ", "building ", "creating ", "starting ", "processing ", "initializing ", "stopping ", "launching "];

/// The signs of waiting in one call. Neither of the first two is proof: `cat status.txt` is named as a read, and a
/// log may say "running". A caller takes them together with the pauses between equal reads, see [`WaitSigns::paused`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct WaitSigns {
    /// The tool or its command is named as something that looks or waits.
    pub(crate) named_as_look: bool,
    /// The answer says that something is under way.
    pub(crate) says_running: bool,
    /// The call itself, or the pause before it, took [`PAUSE`] or longer.
    pub(crate) paused: bool,
}

impl WaitSigns {
    /// Reads a call: its tool, its command or the text of its input, the answer, how long the call took and how
    /// long it was since the last equal one, in milliseconds.
    pub(crate) fn read(tool: &str, command: &str, result: &str, duration: i64, pause: i64) -> Self {
        Self {
            named_as_look: is_named_as_look(tool, command),
            says_running: says_running(result),
            paused: duration >= PAUSE || pause >= PAUSE,
        }
    }

    /// Whether this look, equal to the last one, is a wait: it takes a pause, and a sign of what it is for. A call
    /// that is named as a read may answer nothing (`sleep 60`); one that says "running" may have any name.
    pub(crate) fn is_wait(self) -> bool {
        self.paused && (self.named_as_look || self.says_running)
    }
}

/// Whether a failed read says that what it waits for is not there yet: in words for that, or as any read does.
pub(crate) fn says_not_yet(result: &str) -> bool {
    refuses(result) || says_running(result)
}

/// What no time mends: who asks may not, or asks for what there is not.
static FINAL: Phrases = Phrases::new(&[
    "permission denied|access denied|accessdenied|not authorized|unauthorized|forbidden|authentication failed|authentication required|invalid credentials|bad credentials|could not load credentials|unable to locate credentials|expired token|token expired|token has expired|security token|expiredtoken*|login required|not logged in",
    "invalid job id|invalid argument*|invalid option|unknown option|unknown flag|unknown command|unknown job*|unrecognized|unrecognised|command not found|no rule to make|syntax error|traceback|usage:|no such command",
]);

/// Whether a failure is one that no time mends.
pub(crate) fn needs_more_than_time(result: &str) -> bool {
    says(&FINAL, &fold(&tail(result, TAIL).replace('_', " ")))
}

/// Whether a look says in words of its own that what it looks for does not answer yet.
pub(crate) fn refuses(result: &str) -> bool {
    says(&SAYS_NOT_YET, &fold(&tail(result, TAIL).replace('_', " ")))
}

/// Whether an error says that a server cannot be reached.
pub(crate) fn is_unreachable(error: &str) -> bool {
    SAYS_UNREACHABLE.is_in(&fold(&error.replace('_', " ")))
}

/// Whether a phrase of the table is said of something. A count of none denies it: `unreachable=0`, `"pending": false`.
fn says(table: &Phrases, folded: &str) -> bool {
    table.find_all(folded).any(|(_, end)| !is_none(&folded[end..]))
}

/// Whether the value that follows the name of a state is none.
pub(super) fn is_none(after: &str) -> bool {
    let Some(value) = after.trim_start_matches(['"', '\'', ' ']).strip_prefix([':', '=']) else {
        return false;
    };
    let value = value.trim_start_matches(['"', '\'', ' ']);
    let end = value.find(|c: char| !c.is_alphanumeric() && c != '.').unwrap_or(value.len());
    matches!(value[..end].trim_end_matches('.'), "0" | "false" | "no" | "none" | "null" | "never")
}

/// Whether a word of the tool's name or of its command says that it looks or waits.
pub(crate) fn is_named_as_look(tool: &str, command: &str) -> bool {
    let names_look = |table: &[&str]| has_word(tool, table) || command_has_word(command, table);
    names_look(LOOKS) || names_look(SLEEPS) || has_word(tool, TAILS)
}

/// Whether a word of a command says that it looks at something that takes its time, a pause before it aside.
pub(crate) fn command_looks(command: &str) -> bool {
    command_has_word(command, LOOKS)
}

/// Whether one of `words` is a word of this command, the names of source files left out.
pub(crate) fn command_has_word(command: &str, words: &[&str]) -> bool {
    let command = &command[..command.floor_char_boundary(COMMAND)];
    let is_source = |token: &str| SOURCES.iter().any(|end| token.ends_with(end));
    command
        .split(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | ';' | ',' | ')'))
        .any(|token| !is_source(token) && has_word(token, words))
}

/// Whether one of `words` is a word of this text, cut as `camelCase`, `snake_case` and `kebab-case` are.
pub(crate) fn has_word(text: &str, words: &[&str]) -> bool {
    any_word(text, |word| words.contains(&word))
}

/// The words of a name, cut like that, in small letters.
pub(crate) fn words(name: &str) -> Vec<String> {
    let mut words = Vec::new();
    any_word(name, |word| {
        words.extend((!word.is_empty()).then(|| word.to_owned()));
        false
    });
    words
}

fn any_word(text: &str, mut is_it: impl FnMut(&str) -> bool) -> bool {
    let mut word = String::new();
    let mut before = ' ';
    for c in text.chars().chain([' ']) {
        let hump = c.is_ascii_uppercase() && before.is_ascii_lowercase();
        if hump || !c.is_alphabetic() {
            if is_it(&word) {
                return true;
            }
            word.clear();
        }
        if c.is_alphabetic() && word.len() < 32 {
            word.extend(c.to_lowercase());
        }
        before = c;
    }
    false
}

/// Whether a folded answer has a word, anywhere, that says that something is under way.
pub(crate) fn says_under_way(folded: &str) -> bool {
    RUNNING.is_in(folded)
}

/// What is under way, but not on its way to anything.
const SETTLED: [&str; 5] = ["running", "active (running)", "unhealthy", "remaining", "eta"];

/// Whether a folded answer has a word, anywhere, that says that something is still to come.
pub(super) fn says_coming(folded: &str) -> bool {
    RUNNING.find_all(folded).any(|(start, end)| !SETTLED.contains(&&folded[start..end]) && !is_none(&folded[end..]))
}

/// Whether an answer says that something is under way: in words, or as a share of a whole that is not all of it.
fn says_running(result: &str) -> bool {
    let head = &result[..result.floor_char_boundary(HEAD)];
    let tail = tail(&result[head.len()..], TAIL);
    // The body of a JSON string has its line ends as two characters.
    let lines: Vec<String> = [head, tail]
        .iter()
        .flat_map(|part| part.split('\n').flat_map(|line| line.split("\\n")))
        .map(|line| fold(&line.replace('_', " ")))
        .filter(|line| !line.is_empty())
        .collect();
    !lines.iter().any(|line| REPORTS.is_in(line)) && lines.iter().any(|line| line_says_running(line))
}

fn line_says_running(folded: &str) -> bool {
    if NOT_RUNNING.is_in(folded) {
        return false;
    }
    let unfinished = folded.ends_with("...") || folded.ends_with('…');
    let starts_step = || STEPS.iter().any(|step| folded.starts_with(step)) && folded != "starting up";
    let step = !unfinished && (starts_step() || (folded.starts_with('[') && folded.contains("%]")));
    (!step && says(&RUNNING, folded)) || has_share(folded)
}

/// Whether a line has a percentage between nothing and all: `37 %`, `99.5%`. Those of coverage, of tables and of
/// the steps of a build are none.
fn has_share(line: &str) -> bool {
    let other = ["cover", "|", ".py", "tests passed", " /", "loss", "%]"];
    if line.len() > 120 || other.iter().any(|other| line.contains(other)) {
        return false;
    }
    line.match_indices('%').any(|(at, _)| {
        let before = line[..at].trim_end_matches(' ');
        let digits = before.bytes().rev().take_while(|b| b.is_ascii_digit() || *b == b'.').count();
        digits < 8 && before[before.len() - digits..].parse::<f64>().is_ok_and(|share| (0.0..100.0).contains(&share))
    })
}

#[cfg(test)]
mod tests;
