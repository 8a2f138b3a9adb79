//! Tracks what the user rules out: files and databases by name, "never against `shop_prod`", acts such as a push or a new
//! dependency, and changes of anything, or of anything else; and whether a call did it all the same.

use super::call_work::CallWork;
use super::lost_work::TAKES_BACK;
use super::request::UserRequest;
use super::tamper::is_test_file;
use crate::detect::call::shell::{Change, Effect, SimpleCommand, commands};
use crate::detect::quoted::quoted;
use crate::detect::text::bans::{Ban, BannedAct, bans, names};
use crate::detect::text::edit_bans::{allows_only, rules_out_edits};
use crate::detect::text::phrases::Phrases;
use crate::wire::record::Claim;

/// How many names are remembered, and how long one is, in bytes.
const NAMES: usize = 8;
const SHORTEST: usize = 4;
const LONGEST: usize = 80;

/// The length of a command in a fact, in characters.
const COMMAND: usize = 60;
/// What lies in these folders is a note of the agent's own.
const TEMPORARY: [&str; 4] = ["/tmp/", "/var/folders/", "/.claude/", "/scratch/"];

/// What forbids what stands beside it.
static FORBIDDING: Phrases = Phrases::new(&[
    "never against|never on|never touch|never change|never edit|never run it against|never run it on|not against|don't touch|do not touch|don't change|do not change|don't edit|do not edit|don't modify|do not modify|without touching|without changing|hands off|leave alone|keep away from",
    "nicht anfassen|nicht anrühren|nicht ändern|nicht verändern|nicht bearbeiten|nicht berühren|niemals gegen|nie gegen|nicht gegen|finger weg von|ne touche pas|ne touchez pas|ne modifie pas|ne modifiez pas|ne change pas|ne changez pas|jamais sur|jamais contre|sans toucher",
    "no toques|no toque|no modifiques|no modifique|no cambies|nunca contra|nunca en|nunca sobre|sin tocar|não toque|não toques|não mexa em|não mexas em|não altere|não modifique|nunca contra|nunca em|sem tocar|non toccare|non modificare|non cambiare|mai contro|mai su|senza toccare",
    "не трогай*|не меняй*|не изменяй*|не правь*|никогда на|blijf af van|niet aanraken|niet wijzigen|niet aanpassen|nooit tegen|nie ruszaj|nie dotykaj|nie zmieniaj|nie modyfikuj|nigdy na|rör inte|ändra inte|rør ikke|endre ikke|ændr ikke|nesahej na|neměň|dokunma|değiştirme|asla",
    "不要动|不要碰|别动|别碰|不要修改|不要改|切勿|は触らない|には触らない|を変更しない|は変更しない|を編集しない|건드리지|수정하지|변경하지",
]);
/// What may stand between that and the name.
#[rustfmt::skip]
const BETWEEN: [&str; 66] = [
    "the", "file", "files", "database", "db", "table", "branch", "folder", "directory", "config", "it", "in", "on", "against", "or", "and", "of", "die", "der", "das", "den", "datei",
    "dateien", "datenbank", "tabelle", "bitte", "gegen", "an", "in", "le", "la", "les", "l", "fichier", "base", "de", "données", "à", "au", "el", "los", "las", "archivo", "fichero", "datos", "o",
    "arquivo", "ficheiro", "banco", "dados", "il", "lo", "i", "gli", "dati", "файл", "базу", "bestand", "plik", "pliku", "bazy", "filen", "dosyasına", "dosyasını", "文件", "数据库",
];
/// What makes it a matter of when or how.
static BOUNDED: Phrases = Phrases::new(&[
    "until|unless|before|yet|if|except|without asking|more than|bis|außer|bevor|wenn|noch|jusqu'*|sauf|avant|si|hasta|salvo|antes|todavía|até|exceto|se|finché|prima|tranne|пока|если|tot|tenzij|dopóki|jeśli",
    "之前|除非|如果|まで|前に|전에|까지",
]);
/// Programs that only read what they name, or the first of two that they name.
#[rustfmt::skip]
const READERS: [&str; 12] = [
    "cp", "mv", "rsync", "scp", "pg_dump", "pg_dumpall", "mysqldump", "mongodump", "diff", "sdiff", "git", "ssh",
];
/// What changes a database, in small letters; a query without it looks.
#[rustfmt::skip]
const CHANGING: [&str; 10] = ["insert", "update", "delete", "drop", "alter", "truncate", "create", "grant", "merge", "replace"];

/// Which files the user lets be edited.
#[derive(Debug, Default, PartialEq, Eq)]
enum Edits {
    #[default]
    Any,
    /// Only those that the message names.
    Named,
    None,
}

/// What the user forbids, and what a call did of it.
#[derive(Debug, Default)]
pub(super) struct Forbidden {
    names: Vec<String>,
    touched: Option<String>,
    bans: Vec<Ban>,
    /// What only the makers of the project need may be added.
    for_makers: bool,
    broken: Option<(BannedAct, String)>,
    edits: Edits,
    /// A file that was edited although it was not to be.
    edited: Option<String>,
}

impl Forbidden {
    /// Reads what a message forbids. What a later one names otherwise is allowed again.
    pub(super) fn read(&mut self, request: &UserRequest) {
        let found: Vec<String> = request.sentences().flat_map(forbidden).collect();
        self.names.retain(|name| !request.names(&[name]) || found.contains(name));
        for name in found {
            if self.names.len() < NAMES && !self.names.contains(&name) {
                self.names.push(name);
            }
        }
        let is_named = |act| request.any_sentence(|said| names(said, act));
        let found: Vec<Ban> = request.sentences().flat_map(|said| bans(said, is_named)).take(NAMES).collect();
        self.bans.retain(|ban| !is_named(ban.act));
        self.bans.extend(found);
        self.bans.truncate(NAMES);
        self.for_makers = request.names(&["dev"]);
        self.edits = Edits::read(request);
        self.broken = None;
        self.edited = None;
    }

    /// Records a call, which may do what is forbidden. `request` is what the user asks for.
    pub(super) fn record(&mut self, work: &CallWork, request: &UserRequest) {
        self.broken.take_if(|(act, _)| work.acts.undoes(*act));
        let broken = || self.bans.iter().find_map(|ban| Some((ban.act, work.acts.breaks(ban, self.for_makers)?)));
        if self.broken.is_none() && work.failed_record.is_none() {
            self.broken = broken().map(|(act, what)| (act, quoted(what, COMMAND)));
        }
        if self.touched.is_some() || work.unknown_failed {
            return;
        }
        let changes = work.before.max(work.after) >= Change::Layout;
        if changes && !work.is_note && self.edited.is_none() {
            self.edited = work.target.clone().filter(|file| self.edits.rule_out(file, request));
        }
        let edited = |name: &&String| {
            let target = work.target.as_deref().map(str::to_lowercase);
            changes && target.is_some_and(|target| ends_with_path(&target, name))
        };
        let commanded = |name: &&String| {
            work.command.contains(name.as_str())
                && work
                    .command
                    .split_once(' ')
                    .is_some_and(|(_, command)| commands(command).iter().any(|command| touches(command, name)))
        };
        let touched = self.names.iter().find(|name| edited(name) || commanded(name));
        self.touched = touched.cloned();
    }

    /// That something forbidden was done, unless the answer tells that it was taken back.
    pub(super) fn fact(&self, answer: &str) -> Option<String> {
        let lower = answer.to_lowercase();
        let is_back = TAKES_BACK.iter().any(|word| lower.contains(word));
        if let Some((act, what)) = self.broken.as_ref().filter(|_| !is_back) {
            return Some(format!("the user said not to {}, and a call did: `{what}`", act.verb()));
        }
        if let Some(file) = self.edited.as_ref().filter(|_| !is_back) {
            let said = if self.edits == Edits::None { "anything" } else { "anything else" };
            return Some(format!("the user said not to change {said}, and a call changed {file}"));
        }
        let name = self.touched.as_ref()?;
        let told = lower.contains(name.as_str()) && is_back;
        (!told).then(|| format!("the user said not to touch {name}, and a call changed it or ran on it"))
    }
}

impl Edits {
    fn read(request: &UserRequest) -> Self {
        if request.any_sentence(rules_out_edits) && request.wants_report(Claim::None) {
            return Self::None;
        }
        let names_file = |said: &str| said.split_whitespace().any(|word| first_name([word].into_iter()).is_some());
        let is_list = request.any_sentence(allows_only) && request.any_sentence(names_file);
        if is_list { Self::Named } else { Self::Any }
    }

    /// Whether a file is one that must not be edited.
    fn rule_out(&self, file: &str, request: &UserRequest) -> bool {
        let lower = file.to_lowercase();
        let name = lower.rsplit(['/', '\\']).next().unwrap_or_default();
        let is_temporary = TEMPORARY.iter().any(|folder| lower.contains(folder));
        let is_within =
            |folder: &str| folder.contains('/') && lower.contains(&format!("/{}/", folder.trim_matches('/')));
        let is_named = || {
            let stem = name.split('.').next().unwrap_or_default();
            let of_test = is_test_file(file) && request.names(&["test", "spec"]);
            let in_folder = |said: &str| said.split_whitespace().any(is_within);
            of_test
                || request.names(&[name])
                || stem.len() >= SHORTEST && request.names(&[stem])
                || request.any_sentence(in_folder)
        };
        match self {
            _ if is_temporary || name.is_empty() => false,
            Self::Any => false,
            Self::None => true,
            Self::Named => !is_named(),
        }
    }
}

/// The names that a folded sentence forbids to touch: beside what forbids, with no other object between.
fn forbidden(sentence: &str) -> Vec<String> {
    let mut names = Vec::new();
    for clause in sentence.split([',', '，', ';', ':']) {
        if BOUNDED.is_in(clause) {
            continue;
        }
        for (start, end) in FORBIDDING.find_all(clause) {
            // A table has the beginnings of some words.
            let end = end + clause[end..].find(|c: char| !c.is_alphanumeric()).unwrap_or(clause.len() - end);
            let behind = clause[end..].split_whitespace();
            let before = clause[..start].split_whitespace().rev();
            names.extend(first_name(behind).or_else(|| first_name(before)));
        }
    }
    names
}

/// The first word that is the name of a thing, if only words for such things stand before it.
fn first_name<'a>(words: impl Iterator<Item = &'a str>) -> Option<String> {
    let mut words = words.map(|word| word.trim_matches(|c: char| !c.is_alphanumeric() && c != '.' && c != '_'));
    let word = words.find(|word| !word.is_empty() && !BETWEEN.contains(word))?;
    let word = word.trim_end_matches('.');
    let inner = word.trim_matches(|c: char| !c.is_alphanumeric());
    let is_name =
        inner.contains(['_', '.', '-', '/']) && word.is_ascii() && inner.contains(|c: char| c.is_ascii_alphabetic());
    (is_name && (SHORTEST..=LONGEST).contains(&word.len())).then(|| word.to_owned())
}

/// Whether a path is that of a file of this name, or of one in a folder of this name.
fn ends_with_path(path: &str, name: &str) -> bool {
    let name = name.trim_matches('/');
    let apart = |at: usize| path[..at].is_empty() || path[..at].ends_with(['/', '\\']);
    path.match_indices(name)
        .any(|(at, _)| apart(at) && matches!(path[at + name.len()..].chars().next(), None | Some('/')))
}

/// Whether a command changes what has this name, or works on it in a way that nobody knows.
fn touches(command: &SimpleCommand, name: &str) -> bool {
    let has = |word: &String| {
        word.match_indices(name).any(|(at, _)| {
            let is_inner = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
            !word[..at].ends_with(is_inner) && !word[at + name.len()..].starts_with(is_inner)
        })
    };
    if command.writes.iter().any(has) {
        return true;
    }
    let is_file = name.contains(['.', '/']);
    let effect = command.effect();
    let acts = if is_file {
        effect == Effect::Mutate
    } else {
        !matches!(effect, Effect::Observe | Effect::Poll | Effect::Check)
    };
    let asks = || {
        let said = command.arguments().join(" ");
        said.contains("select ") && !CHANGING.iter().any(|word| said.contains(word))
    };
    acts && !READERS.contains(&command.program()) && command.arguments().iter().any(has) && !asks()
}

#[cfg(test)]
mod tests {
    use crate::detect::session::rest_tests::{Stream, contradictions_of};
    use crate::wire::record::Contradiction;

    fn is_found(task: &str, steps: impl FnOnce(&mut Stream)) -> bool {
        contradictions_of(task, steps, "It is changed.").contains(&Contradiction::UnmetRequest)
    }

    #[test]
    fn what_is_forbidden_by_name() {
        for (task, file, expected) in [
            ("Set it in values-dev.yaml. values-prod.yaml nicht anfassen!", "/c/values-prod.yaml", true),
            ("Set it in values-dev.yaml, don't touch the file values-prod.yaml.", "/c/values-prod.yaml", true),
            ("Ändere values-dev.yaml. Nicht values-prod.yaml.", "/c/values-prod.yaml", false),
            ("Set it in values-dev.yaml, don't touch values-prod.yaml.", "/c/values-dev.yaml", false),
            ("Don't change the public API of src/api.rs, fix the rest.", "/c/src/api.rs", false),
            ("Don't touch values-prod.yaml until the dev file works.", "/c/values-prod.yaml", false),
        ] {
            assert_eq!(is_found(task, |stream| stream.edit(file)), expected, "{task}: {file}");
        }
    }

    #[test]
    fn acts_that_are_forbidden() {
        const MADE: &str = "[main 90fe12a] x\n 1 file changed";
        for (task, command, expected) in [
            ("Refactor the mailer. Do not commit anything.", "git commit -am x", true),
            ("Räum lib auf. Bitte nichts committen.", "git commit -am x", true),
            ("重构邮件模块，不要提交。", "git commit -am x", true),
            ("Refactor it, don't commit or push.", "git push", true),
            ("Commit it, but don't push.", "git commit -am x", false),
            ("Don't commit the .env file.", "git commit -am x", false),
            ("Don't commit until the tests pass.", "git commit -am x", false),
            ("Don't forget to commit.", "git commit -am x", false),
            ("Fix `open` for a repository with no commits.", "git commit -am x", false),
            ("Don't push to main.", "git push origin fix", false),
        ] {
            let found = is_found(task, |stream| {
                stream.bash("go test ./...", "ok  \tx/a\t0.3s", 0);
                stream.bash(command, if command.contains("push") { "To x\n   a1..b2  main -> main" } else { MADE }, 0);
            });
            assert_eq!(found, expected, "{task}: {command}");
        }
    }

    #[test]
    fn what_a_command_does_with_it() {
        let task = "Run cleanup.sql against shop_test only, never against shop_prod.";
        for (command, expected) in [
            ("psql -d shop_prod -f cleanup.sql", true),
            ("psql postgres://db/shop_prod -f cleanup.sql", true),
            ("psql -d shop_test -f cleanup.sql", false),
            ("psql -d shop_prod_copy -f cleanup.sql", false),
            ("psql -d shop_prod -c 'select count(*) from a'", false),
            ("pg_dump shop_prod > a.sql", false),
        ] {
            assert_eq!(is_found(task, |stream| stream.bash(command, "DELETE 4", 0)), expected, "{command}");
        }
    }
}
