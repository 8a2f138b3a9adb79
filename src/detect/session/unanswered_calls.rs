//! Tracks calls of a server, a database or another agent that had no answer, with nothing in its place.

use super::request::UserRequest;
use crate::detect::call::Call;
use crate::detect::call::classify::CallKind;
use crate::detect::call::shell::{Effect, SimpleCommand, commands, looks_at_files, runs_elsewhere};
use crate::detect::quoted::quoted;
use crate::detect::text::ending::Ending;
use crate::detect::text::missed_goal::reports_missed_goal;
use crate::detect::text::phrases::{Phrases, fold};
use crate::wire::part::ToolState;
use crate::wire::text::{self, EXCERPT};
use aho_corasick::AhoCorasick;
use std::sync::LazyLock;

/// How much of an error is read for why there was no answer, in bytes.
const ERROR: usize = 600;
/// What errors say of what could not be reached, or did not let the agent in.
#[rustfmt::skip]
const NO_ANSWER: [&str; 62] = [
    "connection refused", "connection timed out", "connection reset", "connection aborted", "connection failed", "connect failed", "failed to connect", "could not connect",
    "couldn't connect", "can't connect", "cannot connect", "unable to connect", "connecttimeout", "connection error", "could not resolve", "couldn't resolve", "name or service not known",
    "name resolution", "no such host", "unknown host", "enotfound", "eai_again", "econnrefused", "econnreset", "etimedout", "ehostunreach", "enetunreach", "network is unreachable",
    "no route to host", "host is down", "is unreachable", "not reachable", "timed out", "timeout", "deadline exceeded", "authentication failed", "authentication required",
    "access denied", "unauthorized", "unauthenticated", "not authenticated", "not authorized", "forbidden", "publickey", "not logged in", "login required", "invalid credentials",
    "no credentials", "locate credentials", "default credentials", "invalid api key", "invalid token", "token has expired", "token expired", "rate limit", "too many requests",
    "service unavailable", "bad gateway", "gateway time", "tls handshake", "certificate verify failed", "socket hang up",
];
static SAYS_NO_ANSWER: LazyLock<Option<AhoCorasick>> =
    LazyLock::new(|| AhoCorasick::builder().ascii_case_insensitive(true).build(NO_ANSWER).ok());

/// The longest answer of another agent that is no more than an excuse, in bytes.
const EXCUSE: usize = 300;

/// Words that begin an answer to a question of yes or no.
#[rustfmt::skip]
static YES_OR_NO: Phrases = Phrases::new(&[
    "no|nope|not|yes|nein|ja|nee|nei|nej|ei|non|oui|sí|si|não|sim|sì|нет|да|ні|так|nie|tak|ne|ano|hayır|evet|không|có|tidak|ya|όχι|ναι|nu|da|nem|igen|不|没|否|是|能|可以|いいえ|はい|아니|네|예|לא|כן|لا|نعم|नहीं|हाँ|ไม่|ใช่",
]);
/// How a sentence begins that asks whether something is so: that there is no answer may be the answer.
#[rustfmt::skip]
static WHETHER: Phrases = Phrases::new(&[
    "is|are|was|were|does|do we|do you|do they|do the|do our|did|can|could|has|have we|have they|have you|will|check if|check whether|check that|see if|see whether|test if|test whether|test the|find out if|find out whether|verify that|ping",
    "ist|sind|läuft|laufen|funktioniert|geht|kann|können|antwortet|prüf*|teste|est-ce|peut-on|vérifie*|teste*|comprueba|verifica|prueba|работает ли|доступ*|проверь*|czy|är|er|kan|fungerar|virker|fungerer|onko|toimiiko|werkt|draait|controlla",
]);
/// How a sentence begins as such a question does, and asks for something.
static POLITE: Phrases = Phrases::new(&["can you|could you|will you|can we|können sie|kan je|kan du"]);
/// What asks for the very reason, or for the state of what is to be reached.
#[rustfmt::skip]
static ABOUT_IT: Phrases = Phrases::new(&[
    "why|reachable|unreachable|healthy|health|connect|connection|connectivity|respond|responds|responding|timeout|timeouts|time out|times out|timing out|down|outage|offline|online|reproduce|debug|diagnose|investigate|what's wrong|what is wrong|goes wrong|fails|failing|error|errors|credentials|access|login|log in|retry|retries",
    "warum|wieso|weshalb|erreichbar|verbindung|zugriff|pourquoi|joignable|connexion|accessible|accès|por qué|accesible|conexión|caíd*|acceso|por que|acessível|conexão|acesso|perché|raggiungibile|connessione|accesso|почему|соединен*|подключ*|чому|dlaczego|połączen*|proč|připojen*|waarom|bereikbaar|verbinding|varför|hvorfor|miksi|miért|neden|bağlan*|tại sao|kết nối|mengapa|kenapa|koneksi",
    "为什么|是否|能否|能不能|连接|可达|なぜ|どうして|接続|つなが|応答|왜|연결|응답|لماذا|اتصال|למה|חיבור|क्यों|ทำไม",
]);

/// How one call came out, for one who waits for an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Reply {
    /// It had one; it began then, in milliseconds since the Unix epoch.
    Answered { began: i64 },
    /// It had none.
    UnansweredCall(UnansweredCall),
}

/// A call that had no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct UnansweredCall {
    tool: String,
    said: String,
    /// Another agent was asked.
    spawned: bool,
    ended: i64,
}

impl Reply {
    /// How a call came out; `None` if that says nothing: it failed for another reason, or was the agent's own note.
    pub(super) fn read(call: &Call, state: Option<&ToolState<'_>>) -> Option<Self> {
        if matches!(call.kind, CallKind::Plan | CallKind::Ask) || call.denied {
            return None;
        }
        let spawned = call.kind == CallKind::Spawn;
        let raw = state.and_then(|state| state.error.or(state.output));
        let said = || raw.map(|raw| text::beginning(raw, ERROR)).unwrap_or_default();
        let missing = |said: &str| {
            let said = quoted(said.trim(), EXCERPT);
            Some(Self::UnansweredCall(UnansweredCall { tool: call.tool.clone(), said, spawned, ended: call.span.1 }))
        };
        if !call.failed() {
            let excuse = Some(said()).filter(|_| spawned).and_then(|said| excuse(&said));
            return excuse.map_or(Some(Self::Answered { began: call.span.0 }), |said| missing(&said));
        }
        let asks = !matches!(call.kind, CallKind::Check | CallKind::Mutate) && call.check.is_none();
        let asks = asks && !shows_files(call);
        let said = said();
        let is_missing = || SAYS_NO_ANSWER.as_ref().is_some_and(|signs| signs.is_match(&*said));
        // What a person, or the end of the session, broke off is no failure.
        let broken_off = || said.to_lowercase().contains("cancel");
        if spawned && !broken_off() || asks && is_missing() { missing(&said) } else { None }
    }
}

/// Whether a call is a command line that only shows what is in files, where any word may stand.
fn shows_files(call: &Call) -> bool {
    let Some(command) = call.input.command.as_deref() else { return false };
    let reads = |command: &SimpleCommand| {
        let sub = command.arguments().iter().find(|word| !word.starts_with('-'));
        looks_at_files(command.program())
            && command.effect() == Effect::Observe
            && (command.program() != "git" || sub.is_none_or(|sub| !matches!(&**sub, "ls-remote" | "remote")))
    };
    let listed = commands(command);
    !listed.is_empty() && listed.iter().all(reads) && !command.split_whitespace().any(runs_elsewhere)
}

/// What another agent answered, if that is no more than an excuse.
fn excuse(answer: &str) -> Option<String> {
    let inner = answer.split_once("<task_result>").map_or(answer, |(_, inner)| inner);
    let inner = inner.split_once("</task_result>").map_or(inner, |(inner, _)| inner).trim();
    (inner.len() <= EXCUSE && Ending::read(inner) == Ending::GaveUp).then(|| inner.to_owned())
}

/// What is known of the answers to the calls of a request.
#[derive(Debug, Default)]
pub(super) struct Replies {
    missing: Option<UnansweredCall>,
    /// A call had an answer.
    answered: bool,
}

impl Replies {
    pub(super) fn record(&mut self, reply: &Reply) {
        match reply {
            Reply::Answered { began } => {
                self.answered = true;
                // What ran beside it takes nothing's place.
                self.missing.take_if(|missing| *began >= missing.ended);
            }
            Reply::UnansweredCall(missing) => self.missing = Some(missing.clone()),
        }
    }

    /// Whether an answer tells that the last call had none. Where something `changed`, only that of another agent counts,
    /// which may have been asked to look it over.
    pub(super) fn is_told(&self, text: &str, request: &UserRequest, changed: bool) -> bool {
        self.missing.as_ref().is_some_and(|missing| missing.spawned || !changed)
            && tells(text)
            && !is_answer(text, request)
    }

    /// What contradicts an answer that does not tell of it, where nothing changed.
    pub(super) fn fact(&self, text: &str, request: &UserRequest) -> Option<String> {
        let missing = self.missing.as_ref().filter(|missing| missing.spawned || !self.answered)?;
        let fact = format!(
            "the last call of `{}` had no answer, and nothing took its place: \"{}\"",
            missing.tool, missing.said
        );
        // Without a text, it was cut short.
        (!text.trim().is_empty() && !is_answer(text, request) && !tells(text)).then_some(fact)
    }
}

/// Whether a text tells that there was no answer. What a language without subjects says of nobody is said of the agent then.
fn tells(text: &str) -> bool {
    reports_missed_goal(text) || Ending::read(text) == Ending::GaveUp
}

/// Whether it is an answer that there is none: to whether something is so, or to why there is none.
fn is_answer(text: &str, request: &UserRequest) -> bool {
    let folded = fold(text);
    let first = folded.split([',', '.', ':', ';', '!', '，', '。', '、', '—', '–']).next().unwrap_or_default();
    let first = first.trim_matches(|c: char| !c.is_alphanumeric());
    let says = YES_OR_NO.find_all(first).any(|(start, end)| start == 0 && end == first.len());
    says || request
        .any_sentence(|sentence| WHETHER.begins(sentence) && !POLITE.begins(sentence) || ABOUT_IT.is_in(sentence))
}
