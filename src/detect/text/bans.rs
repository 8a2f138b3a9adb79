//! Reads which kinds of acts a person rules out: "don't deploy", "keine neuen Abhängigkeiten", "не делай push".

use super::phrases::{Phrases, is_unspaced};

/// A kind of acts that may be ruled out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BannedAct {
    Commit,
    Push,
    /// A dependency is added.
    Depend,
    /// A plan or a manifest is applied.
    Apply,
    Deploy,
    Publish,
    /// The schema of a database is changed.
    Migrate,
    /// A service is restarted or stopped.
    Restart,
    Delete,
}

impl BannedAct {
    /// What it is called behind "the user said not to".
    pub(crate) fn verb(self) -> &'static str {
        match self {
            Self::Commit => "commit",
            Self::Push => "push",
            Self::Depend => "add a dependency",
            Self::Apply => "apply it",
            Self::Deploy => "deploy",
            Self::Publish => "publish",
            Self::Migrate => "run the migration",
            Self::Restart => "restart or stop it",
            Self::Delete => "delete anything",
        }
    }
}

/// An act that is ruled out: all of it, or only where these words name it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Ban {
    /// The kind of acts.
    pub(crate) act: BannedAct,
    /// What must name an act that is meant, in small letters; nothing if all are.
    pub(crate) only: Vec<String>,
}

/// What names each act.
static STEMS: [(BannedAct, Phrases); 9] = [
    (
        BannedAct::Commit,
        Phrases::new(&[
            "commit*|comit*|einchecken|закомми*|коммит*|комить|закомі*|коміт*|zacommit*|zakomit*|scommit*|提交|コミット|커밋",
        ]),
    ),
    (BannedAct::Push, Phrases::new(&["push*|pousse*|пуш*|запуш*|wypych*|推送|推到|プッシュ|푸시"])),
    (
        BannedAct::Depend,
        Phrases::new(&[
            "dependenc*|package|packages|library|libraries|abhängigkeit*|paket|pakete|pakets|bibliothek*|dépendance*|paquet*|bibliothèque*|dependência*|pacote*|biblioteca*|librería*|dipendenz*|pacchett*|libreri*|зависимост*|пакет*|библиотек*|zależności|bibliotek*|afhankelijkhe*|beroende*|avhengighe*|afhængighe*|bağımlılık*|依赖|第三方库|依存関係|依存|パッケージ|ライブラリ|의존성|패키지|라이브러리",
        ]),
    ),
    (
        BannedAct::Apply,
        Phrases::new(&[
            "apply|applying|anwenden|applique|appliquer|appliquez|apliques|aplique|apliquen|aplicar|applicare|applicarlo|применя*|примени*|zastosuj*|toepassen|uygulama|应用|适用|適用|적용",
        ]),
    ),
    (
        BannedAct::Deploy,
        Phrases::new(&[
            "deploy*|ausrollen|ausliefern|déploie*|déployer|déployez|despliegues|despliegue|despliegues|desplegar|implante|implantes|implantar|деплой*|деплоить|разворачива*|выкатыва*|раскатыва*|wdraża*|uitrollen|部署|デプロイ|배포",
        ]),
    ),
    (
        BannedAct::Publish,
        Phrases::new(&[
            "publish|publishing|release|releasing|veröffentlich*|publie|publier|publiez|publiques|publique|publicar|pubblicare|публик*|opublikuj|publikuj|publiceren|publicera|发布|发版|公開|リリース|게시",
        ]),
    ),
    (
        BannedAct::Migrate,
        Phrases::new(&["migrat*|migrier*|миграц*|мигрир*|migracj*|migraci*|迁移|マイグレーション|마이그레이션"]),
    ),
    (
        BannedAct::Restart,
        Phrases::new(&[
            "restart|restarts|restarting|reload|reloads|reloading|reboot|rebooting|neustarten|neu starten|neu laden|neustart|redémarre*|redémarrer|relance*|reinici*|recargues|riavvi*|перезапуск*|перезагру*|zrestartuj|restartuj|herstarten|starta om|yeniden başlat*|重启|重新启动|再起動|재시작",
            "stop the serv*|stop any serv*|stop the contain*|stop any contain*|stop the database|shut down the serv*|take down the serv*",
        ]),
    ),
    (
        BannedAct::Delete,
        Phrases::new(&[
            "delete|deleting|drop|dropping|remove|removing|löschen|lösch|lösche|entfernen|supprime*|supprimer|efface*|borres|borrar|borre|elimines|elimine|eliminar|apague|apagues|apagar|exclua|excluas|cancellare|eliminare|удаля*|удали*|стира*|usuwaj|verwijder*|ta bort|slett|slet|silme|删除|删掉|削除|삭제",
        ]),
    ),
];
/// What says to run something that was named before.
static RUN: Phrases = Phrases::new(&[
    "run it|run them|run that|execute it|execute them|apply it|apply them|ausführen|l'exécute*|les exécute*|l'applique*|la ejecutes|las ejecutes|lo ejecutes|la corras|a execute|as execute|a executes|execute-a|eseguirla|eseguirle|запускай*|запускать|выполняй*|применяй*|uruchamiaj|运行|执行|実行|실행",
]);
/// Words that rule out what follows them.
#[rustfmt::skip]
const NEGATORS: [&str; 37] = [
    "don't", "dont", "not", "never", "without", "no", "nicht", "nichts", "kein", "keine", "keinen", "keinerlei", "ohne", "niemals", "ne", "n'", "pas", "sans", "aucun", "aucune", "sin", "nada",
    "ningún", "ninguna", "não", "nao", "sem", "nenhum", "nenhuma", "non", "senza", "nessun", "nessuna", "не", "без", "nie", "bez",
];
const MORE_NEGATORS: [&str; 9] = ["niet", "geen", "zonder", "inte", "utan", "inga", "ikke", "ingen", "jamais"];
/// The ones that also describe how something is done: they rule out an act only where it leaves traces in the work.
const BESIDES: [&str; 7] = ["without", "ohne", "sans", "sin", "sem", "senza", "без"];
/// What may stand between them and the act.
#[rustfmt::skip]
const BETWEEN: [&str; 95] = [
    "do", "run", "any", "new", "a", "an", "or", "and", "to", "make", "perform", "anything", "it", "add", "adding", "additional", "more", "further", "extra", "external", "third-party", "third", "party", "use",
    "using", "install", "installing", "introduce", "pull", "in", "terraform", "tofu", "kubectl", "pulumi", "git", "actually", "yet", "the", "ever", "npm", "neuen", "neue", "neues", "weiteren", "zusätzlichen", "oder",
    "und", "zu", "de", "d'", "du", "des", "nouvelle", "nouvelles", "nouveau", "nouveaux", "ajoute", "ajouter", "ajoutez", "faire", "fais", "hagas", "hagáis", "hacer", "haga", "añadas", "agregues", "instales",
    "nuevas", "nueva", "faças", "faça", "dê", "dês", "fazer", "adicione", "adiciones", "novas", "nova", "fare", "nuove", "новых", "новые", "делай", "делайте", "добавляй", "nowych", "nieuwe", "nya",
    "fall", "umständen", "circumstances", "caso", "cas", "assolutamente",
];
/// What may stand before a negator, so that it begins what is asked for.
#[rustfmt::skip]
const LEADS: [&str; 48] = [
    "please", "pls", "but", "and", "just", "also", "or", "so", "then", "do", "only", "must", "should", "to", "bitte", "aber", "noch", "und", "erstmal", "auch", "mais", "et", "surtout", "puis", "stp", "pero",
    "y", "por", "favor", "mas", "e", "ma", "per", "но", "и", "пожалуйста", "только", "ale", "proszę", "maar", "en", "men", "och", "todavía",
    "auf", "unter", "under", "in",
];
/// What tells how something is before a negator, and asks for nothing.
#[rustfmt::skip]
static DESCRIBING: Phrases = Phrases::new(&[
    "can|cannot|could|does|did|is|are|was|were|will|would|won't|may|might|has|have|why|if|when|that|which|who|they|we|he|she|kann|können|konnte|wird|werden|wurde|ist|sind|lässt|warum|weil|peut|pouvait|est|sont|pourquoi|puede|podía|es|está|pode|podia|può|è|может|могут|почему",
]);
/// What keeps a negated sentence from ruling anything out: "don't forget to push".
#[rustfmt::skip]
static RATHER: Phrases = Phrases::new(&[
    "forget|hesitate|need|needed|necessary|worry|afraid|mind|vergiss|vergessen|vergesst|brauch*|nötig|zögere|oublie*|besoin|olvid*|necesit*|hace falta|esque*|precis*|dimentic*|bisogn*|забу*|нужн*|zapomn*|vergeet|vergeten|glöm|glem|unutma|忘|必要|잊|필요",
]);
/// What makes it a matter of when or how.
static BOUNDED: Phrases = Phrases::new(&[
    "until|unless|before|if|when|except|without asking|bis|bevor|wenn|außer|avant|sauf|si|hasta|salvo|antes|até|prima|se|пока|если|kecuali|之前|除非|如果|まで|前に|전에",
]);
/// What rules an act out behind its name.
static BEHIND: Phrases = Phrases::new(&[
    "nicht|niet|inte|ikke|etme|yapma|atma|しないで|はしないで|をしないで|しない|はしない|しないこと|は不要|不要|禁止|はせず|せずに|하지 마|하지 말|은 하지|는 하지|를 하지|을 하지|을 추가하지|를 추가하지|を追加しないで|は追加しないで|を増やさないで",
]);
/// What rules out what follows it where words are not set apart, and what may stand between.
const JOINED: [&str; 14] =
    ["不要", "别", "勿", "不用", "不得", "禁止", "请勿", "切勿", "不准", "不能", "不可", "先不", "不许", "不引入"];
const JOINED_BETWEEN: [&str; 18] = [
    "再", "进行", "执行", "直接", "添加", "新增", "引入", "安装", "任何", "新的", "新", "运行", "去", "增加", "使用",
    "加", "做", "把它",
];
/// What ends a sentence behind an act where words are not set apart, and what binds the act to a place before it.
const ENDS: [char; 9] = ['了', '吧', '哦', '啊', '。', '！', '它', '们', '代'];
const PLACES: [&str; 4] = ["に", "へ", "에", "には"];
/// What stands behind an act that is ruled out as a whole.
#[rustfmt::skip]
const WHOLE: [&str; 119] = [
    "anything", "it", "this", "that", "them", "these", "those", "any", "of", "the", "a", "change", "changes", "work", "your", "my", "yet", "now", "for", "please", "either", "too", "to", "cluster", "infrastructure", "infra", "at",
    "all", "or", "commit", "push", "open", "create", "just", "still", "today", "something", "here", "there", "ones", "file", "files", "again", "deploy", "noch", "bitte", "es", "das", "die", "der", "erst", "erstmal", "mal", "jetzt", "etwas", "alles", "hinzufügen", "einführen", "installieren",
    "rien", "pas", "pour", "l'instant", "encore", "le", "la", "les", "moment", "nada", "todavía", "aún", "por", "ahora", "lo", "los", "las", "favor", "ainda", "agora", "o", "os", "as", "isso", "niente", "ancora", "per", "ora",
    "ничего", "это", "их", "сейчас", "niczego", "jeszcze", "niets", "nog", "ännu", "noe", "ting", "none", "yourself", "live", "real", "existing", "external", "nuevas", "novas", "nuove", "added", "whatsoever",
    "surtout", "jamais", "absolument", "ever", "under", "circumstances", "nunca", "bajo", "mai", "assolutamente",
];
/// What rules out a push without naming it.
static LOCAL: Phrases = Phrases::new(&[
    "keep it local|keep this local|keep everything local|keep the commit local|keep the commits local|keep it on this machine|local only, please|bleibt lokal|lass es lokal|nur lokal committen|reste en local|garde tout en local|garde-le en local|déjalo en local|mantenlo en local|solo en local|tieni tutto in locale|только локально|只在本地|仅本地|ローカルのみ",
]);
/// What ends the object of an act, as a reason or another act follows.
#[rustfmt::skip]
const CUTS: [&str; 30] = [
    "because", "since", "as", "while", "so", "and", "then", "i", "i'll", "we", "weil", "da", "denn", "und", "ich", "car", "parce", "et", "je", "porque", "pois", "y", "e", "perché", "потому", "и", "я", "bo", "-", "–",
];

/// The acts that a folded sentence rules out. `named` says whether the whole request names such an act.
pub(crate) fn bans(sentence: &str, named: impl Fn(BannedAct) -> bool) -> Vec<Ban> {
    let mut found = Vec::new();
    for clause in clauses(sentence) {
        if BOUNDED.is_in(clause) || RATHER.is_in(clause) {
            continue;
        }
        for (act, stems) in &STEMS {
            found.extend(stems.find_all(clause).filter_map(|hit| banned(*act, clause, hit)));
        }
        let runs =
            RUN.find_all(clause).any(|(start, end)| is_ruled_out(BannedAct::Apply, clause, start, end).is_some());
        if runs && named(BannedAct::Migrate) {
            found.push(Ban { act: BannedAct::Migrate, only: Vec::new() });
        }
        if LOCAL.is_in(clause) {
            found.push(Ban { act: BannedAct::Push, only: Vec::new() });
        }
        if let Some(only) = elsewhere(clause) {
            found.push(Ban { act: BannedAct::Commit, only: vec![only.clone()] });
            found.push(Ban { act: BannedAct::Push, only: vec![only] });
        }
    }
    found
}

/// Whether a folded sentence names such an act.
pub(crate) fn names(sentence: &str, act: BannedAct) -> bool {
    STEMS.iter().any(|(of, stems)| *of == act && stems.is_in(sentence))
}

/// The clauses of a sentence, where one of them may rule out what another asks for.
fn clauses(sentence: &str) -> impl Iterator<Item = &str> {
    let parts = sentence.split([',', '，', '、', ';', '；', ':', '：', '(', ')', '—']);
    parts.flat_map(|part| part.split(" but ")).flat_map(|part| part.split(" aber ")).map(str::trim)
}

/// The ban that a name of an act is part of.
fn banned(act: BannedAct, clause: &str, (start, end): (usize, usize)) -> Option<Ban> {
    // A table has the beginnings of some words.
    let rest = &clause[end..];
    let is_joined = clause[start..end].ends_with(is_unspaced);
    let over = |c: char| is_joined || !c.is_alphanumeric() || is_unspaced(c);
    let end = end + rest.find(over).unwrap_or(rest.len());
    let behind = is_ruled_out(act, clause, start, end)?;
    Some(Ban { act, only: object(behind) })
}

/// What stands behind an act that is ruled out; `None` if it is not.
fn is_ruled_out(act: BannedAct, clause: &str, start: usize, end: usize) -> Option<&str> {
    let (before, behind) = (&clause[..start], clause[end..].trim_start_matches([' ', '"', '\'']));
    if let Some((_, until)) = BEHIND.find_all(behind).filter(|(at, _)| *at == 0).max_by_key(|hit| hit.1) {
        let is_bound = DESCRIBING.is_in(before) || PLACES.iter().any(|place| before.trim_end().ends_with(place));
        return (!is_bound).then(|| if behind.is_ascii() { &behind[until..] } else { "" });
    }
    let mut joined = before.trim_end();
    while let Some(shorter) = JOINED_BETWEEN.iter().find_map(|word| joined.strip_suffix(word)) {
        joined = shorter.trim_end();
    }
    if JOINED.iter().any(|word| joined.ends_with(word)) {
        let behind = behind.trim_start_matches(ENDS);
        return (behind.is_ascii() || behind.starts_with("任何")).then_some(behind);
    }
    is_negated(act, before).then_some(behind)
}

/// Whether the last words of these rule out what follows.
fn is_negated(act: BannedAct, before: &str) -> bool {
    let spaced = before.replace("n'", "n' ").replace("don' t", "don't").replace("d'", "d' ");
    let words: Vec<&str> = spaced.split_whitespace().map(|word| word.trim_matches(['"', '.', '!', '('])).collect();
    let is_between = |word: &str| BETWEEN.contains(&word) || STEMS.iter().any(|(_, stems)| stems.begins(word));
    let Some(at) = words.iter().rposition(|word| !is_between(word)) else { return false };
    let negator = words[at];
    let is_negator = NEGATORS.contains(&negator) || MORE_NEGATORS.contains(&negator);
    let keeps = matches!(act, BannedAct::Commit | BannedAct::Push | BannedAct::Depend);
    let lead = &words[..at];
    let begins = lead.last().is_none_or(|word| LEADS.contains(word) || NEGATORS.contains(word));
    let is_besides = BESIDES.contains(&negator);
    is_negator && !DESCRIBING.is_in(&lead.join(" ")) && if is_besides { keeps } else { begins }
}

/// The words that bound the object of an act.
fn object(behind: &str) -> Vec<String> {
    let words = behind.split_whitespace().map(|word| word.trim_matches(|c: char| !c.is_alphanumeric() && c != '\''));
    let words = words.take_while(|word| !CUTS.contains(word));
    words.filter(|word| !word.is_empty() && !WHOLE.contains(word)).map(str::to_owned).collect()
}

/// What leads to a branch.
#[rustfmt::skip]
const TOWARDS: [&str; 16] = ["on", "to", "onto", "into", "auf", "nach", "sur", "dans", "en", "na", "em", "su", "в", "на", "the", "branch"];

/// The branch that a clause excludes: "not on main", "surtout pas sur main".
fn elsewhere(clause: &str) -> Option<String> {
    let words: Vec<&str> = clause.split_whitespace().map(|word| word.trim_matches(['"', '.', '!', '\''])).collect();
    let at = words.iter().position(|word| !LEADS.contains(word))?;
    let is_negator = NEGATORS.contains(&words[at]) || MORE_NEGATORS.contains(&words[at]);
    let towards = words.get(at + 1).is_some_and(|word| TOWARDS.contains(word));
    let mut rest = words[at + 1..].iter().filter(|word| !TOWARDS.contains(word) && !WHOLE.contains(word));
    let (Some(name), None) = (rest.next(), rest.next()) else { return None };
    (is_negator && towards && name.is_ascii()).then(|| (*name).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::text::phrases::fold;

    fn read(text: &str) -> Vec<(BannedAct, String)> {
        let folded = fold(text);
        let named = |act| names(&folded, act);
        folded
            .split(['.', '!', '。', '?'])
            .flat_map(|sentence| bans(sentence, named))
            .map(|ban| (ban.act, ban.only.join(" ")))
            .collect()
    }

    #[test]
    fn what_is_ruled_out_as_a_whole() {
        use BannedAct::*;
        for (text, act) in [
            ("Fix it, but don't push", Push),
            ("Corrige el enlace y haz commit, pero no hagas push", Push),
            ("Corrige o título, mas não faças push", Push),
            ("Ne pousse rien pour l'instant", Push),
            ("Un commit, mais pas de push", Push),
            ("Исправь и закоммить, но не пушь", Push),
            ("直してください。push はしないでください", Push),
            ("修好它，但不要推送", Push),
            ("고치고 푸시하지 마세요", Push),
            ("Corrige-le, mais ne pousse surtout pas", Push),
            ("Behebe es und committe, aber auf keinen Fall pushen", Push),
            ("Correggilo, ma non fare assolutamente push", Push),
            ("Fix it and commit, but keep it local", Push),
            ("Mach es. Noch nicht committen", Commit),
            ("Don't commit or push anything", Commit),
            ("No new dependencies please", Depend),
            ("Please don't add any new packages", Depend),
            ("Keine neuen Abhängigkeiten", Depend),
            ("Parse it without adding dependencies", Depend),
            ("不要引入新的依赖", Depend),
            ("Only plan, don't run terraform apply", Apply),
            ("Write the manifest, but do not apply it to the cluster yet", Apply),
            ("Bump it. Do not deploy", Deploy),
            ("Nur bauen, nicht deployen", Deploy),
            ("Write the migration. Don't run it", Migrate),
            ("Add the column; don't run any migrations", Migrate),
            ("Change the limit. Don't restart it, there is load", Restart),
            ("List the old ones, don't delete anything", Delete),
        ] {
            assert!(read(text).contains(&(act, String::new())), "{text}: {:?}", read(text));
        }
    }

    #[test]
    fn what_is_bound_or_is_no_ban() {
        use BannedAct::*;
        for (text, act, only) in [
            ("Don't deploy to production", Deploy, "production"),
            ("Don't restart or reload haproxy", Restart, "haproxy"),
            ("Push it, but don't push to main", Push, "main"),
            ("Commit it on release/4, not on main", Commit, "main"),
            ("Fais-le sur la branche b, surtout pas sur main", Push, "main"),
        ] {
            assert!(read(text).contains(&(act, only.to_owned())), "{text}: {:?}", read(text));
        }
        for text in [
            "Don't forget to push",
            "Pushen nicht vergessen",
            "Don't push before I have seen it",
            "The script does not deploy, fix it",
            "Why don't we commit the lock file",
            "Der Server kann nicht deployen, beheben",
            "Fix open for a repository with no commits",
            "Make it reload its settings without restarting",
            "There are no migrations yet, add one",
            "Commit it and push",
        ] {
            assert!(!read(text).iter().any(|(_, only)| only.is_empty()), "{text}: {:?}", read(text));
        }
    }
}
