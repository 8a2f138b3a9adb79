//! Tells whether a request rules out all edits, or all but those of the files that it names.

use super::phrases::{Phrases, is_unspaced};

/// What rules out every change, where nothing bounds it.
static NO_EDITS: Phrases = Phrases::new(&[
    "don't change anything|do not change anything|don't change any file|don't change any files|do not change any files|don't modify anything|do not modify anything|don't edit anything|do not edit anything|don't edit any files|do not edit any files|don't modify any files|do not modify any files|don't touch anything|do not touch anything|without changing anything|without modifying anything|make no changes|no changes|no edits|change nothing|no code changes|only look|just look|look only|don't touch the code|do not touch the code|don't change the code|do not change the code",
    "nichts ändern|ändere nichts|nichts verändern|nichts anfassen|fass nichts an|keine änderungen|ohne etwas zu ändern|nur lesen|nur anschauen|nur ansehen|nicht ändern|ne change rien|ne changez rien|ne modifie rien|ne modifiez rien|ne touche à rien|ne touchez à rien|sans rien changer|sans rien modifier|aucune modification",
    "no cambies nada|no cambie nada|no modifiques nada|no modifique nada|no toques nada|sin cambiar nada|sin modificar nada|ningún cambio|solo mira|não mude nada|não altere nada|não modifique nada|não mexa em nada|não mexas em nada|sem alterar nada|sem mudar nada|non cambiare niente|non cambiare nulla|non modificare niente|non modificare nulla|non toccare niente|non toccare nulla|senza modificare nulla",
    "ничего не меняй|ничего не меняйте|ничего не изменяй|ничего не трогай|ничего не правь|только посмотри|без изменений|nic nie zmieniaj|niczego nie zmieniaj|verander niets|wijzig niets|alleen lezen|ändra inget|ändra ingenting|endre ingenting|ændr intet|hiçbir şeyi değiştirme|sadece oku|nic neměň",
    "不要修改任何|不要改任何|不要改动任何|不要改代码|不要修改代码|不要动代码|什么都别改|只看不改|别改代码|何も変更しないで|変更しないで|変更はしないで|コードは変更しないで|読むだけ|아무것도 바꾸지|아무것도 수정하지|수정하지 마|변경하지 마|읽기만",
]);
/// What may follow where all is meant.
static ENDS: Phrases = Phrases::new(&[
    "please|yet|for now|now|at all|just|i|we|bitte|noch|pour|por|per|пожалуйста|ください|代码|文件|东西",
]);
/// What says that a thing has that state, or is to have it.
static STATES: Phrases = Phrases::new(&[
    "make|makes|is|are|was|were|mount*|set|become|becomes|mode|flag|replica|user|field|file system|filesystem|volume|property|attribute|if|when|should be|must be|there are|there is|else|ist|sind|est|sont|es|são|è|если",
]);

/// What says that nothing is written, by an agent or to a thing that has that property: "work read-only", "declare the
/// fields readonly".
static READ_ONLY: Phrases = Phrases::new(&[
    "read only|read-only|readonly|nur lesend|lecture seule|solo lectura|sólo lectura|só leitura|apenas leitura|somente leitura|sola lettura|только чтение|только на чтение|только для чтения|tylko odczyt|tylko do odczytu|alleen-lezen|skrivskyddat|salt okunur",
    "只读|唯讀|読み取り専用|읽기 전용",
]);
/// What an agent does, in front of that or behind it.
static OWN_ACTS: Phrases = Phrases::new(&[
    "work|working|stay|go|look|looking|act|review|reviewing|audit|analysis|analyse|analyze|investigation|investigate|inspection|inspect|task|exercise|visit|tour|access only|walkthrough|exploration|research",
    "arbeite|arbeiten|bleib|bleibe|prüfung|prüfe|durchsicht|aufgabe|auftrag|untersuchung|travaille|travaillez|reste|restez|revue|tâche|mission|trabaja|trabaje|revisa|revisión|análisis|tarea|trabalhe|trabalha|revisão|análise|tarefa|lavora|lavorare|resta|revisione|analisi|compito|работай|работа|анализ|задача|pracuj|przegląd|analiza|zadanie|werk|arbeta|arbejd|arbeid|çalış",
]);
/// What speaks of the work itself, in front of "a read-only task".
static THIS_IS: Phrases = Phrases::new(&[
    "this is|it is|it's|that is|das ist|dies ist|c'est|ceci est|esto es|es una|isto é|questo è|questa è|это",
]);
/// What may stand between the two, or with nothing else beside that.
#[rustfmt::skip]
const ASIDE: [&str; 38] = [
    "in", "strictly", "purely", "only", "just", "a", "an", "as", "mode", "please", "thanks", "ok", "für", "jetzt", "bitte", "rein", "streng", "im", "modus", "en", "mode", "stp", "svp", "strictement", "modo", "de",
    "por", "favor", "em", "modalità", "per", "favore", "в", "режиме", "пожалуйста", "na", "w", "trybie",
];
/// What may stand around it where words are not set apart.
#[rustfmt::skip]
const JOINED_BEFORE: [&str; 8] = ["", "请", "以", "请以", "仅", "保持", "全程", "全程以"];
#[rustfmt::skip]
const JOINED_BEHIND: [&str; 26] = [
    "方式检查", "方式审查", "方式分析", "方式查看", "模式检查", "模式审查", "模式分析", "模式查看", "检查", "审查", "审阅", "分析", "查看", "审计", "任务", "即可", "で調査", "で確認", "でレビュー", "で作業", "でお願い", "で見て", "で分析", "로 작업", "으로 작업", "으로 확인",
];

/// Whether a folded sentence rules out every change.
pub(crate) fn rules_out_edits(sentence: &str) -> bool {
    let clauses: Vec<&str> = sentence
        .split([',', '，', '、', ';', ':', '：', '—', '–'])
        .map(str::trim)
        .filter(|clause| !clause.is_empty())
        .collect();
    clauses.iter().enumerate().any(|(at, clause)| {
        let is_outer = at == 0 || at + 1 == clauses.len();
        let no_edits = NO_EDITS.find_all(clause).any(|(start, end)| {
            let (before, behind) = (&clause[..start], clause[end..].trim_start());
            let ends = !behind.starts_with(|c: char| c.is_alphanumeric()) || ENDS.begins(behind);
            ends && !STATES.is_in(before) && !STATES.is_in(behind)
        });
        no_edits || READ_ONLY.find_all(clause).any(|hit| is_of_the_work(clause, hit, is_outer))
    })
}

/// Whether "read-only" is how the agent is to work, and not what a thing is: it stands alone, in the first or the last
/// clause, or next to what an agent does.
fn is_of_the_work(clause: &str, (start, end): (usize, usize), is_outer: bool) -> bool {
    let (before, behind) = (clause[..start].trim(), clause[end..].trim());
    if clause[start..end].contains(is_unspaced) {
        let ends = !behind.starts_with(char::is_alphanumeric);
        return JOINED_BEFORE.contains(&before) && (ends || JOINED_BEHIND.iter().any(|act| behind.starts_with(act)));
    }
    let bare = |word: &&str| !ASIDE.contains(&word.trim_matches(|c: char| !c.is_alphanumeric()));
    let is_act = |word: &str| OWN_ACTS.begins(word.trim_matches(|c: char| !c.is_alphanumeric()));
    let mut words = before.split_whitespace().filter(bare);
    let next = behind.split_whitespace().find(bare).filter(|_| !ENDS.begins(behind));
    // What is to stay or to go so must be the agent, who is not named: "the replica must stay read-only".
    match (words.next(), words.next(), next) {
        (None, _, None) => is_outer,
        (Some(word), None, _) if is_act(word) => true,
        (_, _, Some(next)) => is_act(next) && (!STATES.is_in(before) || THIS_IS.begins(before)),
        _ => false,
    }
}

/// What says that only something is to be changed, in front of its name or of "that file".
static ONLY: Phrases = Phrases::new(&[
    "change only|edit only|touch only|modify only|only change|only edit|only touch|only modify|nothing but|nothing except|nothing other than|nothing outside|anything but|anything except|anything other than|anything outside|no other file than|no files other than|no file except|stay within|keep to",
    "nur|ausschließlich|nichts außer|nichts anderes als|nichts außerhalb|ne modifie que|ne modifiez que|ne change que|ne touche que|ne touche qu'à|ne touchez qu'à|uniquement|rien d'autre que|rien en dehors de|modifica solo|cambia solo|toca solo|solo toca|solo modifica|solo cambia|nada más que|nada fuera de|só mexa|só mexas|só altere|só modifique|mexa só|altere apenas|altere só|modifique apenas|nada além de|nada fora de|modifica soltanto|tocca solo|nient'altro che|niente al di fuori",
    "меняй только|изменяй только|правь только|трогай только|только в|zmieniaj tylko|zmień tylko|wijzig alleen|alleen|ändra bara|endre bare|ændr kun|sadece",
    "只改|只修改|只动|只允许修改|仅修改|仅限",
]);
/// The words that may stand between that and the name, and those that stand for it.
#[rustfmt::skip]
const BETWEEN: [&str; 58] = [
    "the", "in", "to", "a", "file", "module", "folder", "directory", "die", "der", "das", "datei", "an", "am", "im", "ordner", "le", "la", "les", "fichier", "dossier", "à", "dans", "el", "los", "las", "archivo", "fichero", "carpeta", "en",
    "o", "os", "as", "no", "na", "em", "arquivo", "ficheiro", "pasta", "il", "lo", "i", "file", "cartella", "файл", "файле", "в", "plik", "pliku", "w", "het", "bestand", "de", "filen", "i", "dosyasını", "ändern", "bearbeiten",
];
static THAT_FILE: Phrases = Phrases::new(&[
    "that file|this file|that one file|this one file|that folder|this folder|that directory|this directory|that module|this module|these files|those files|these two files|diese datei|dieser datei|diesen ordner|ce fichier|ce dossier|ese archivo|este archivo|ese fichero|este fichero|nesse ficheiro|neste ficheiro|nesse arquivo|neste arquivo|esse arquivo|este arquivo|questo file|quel file|этот файл|этом файле|этот один файл|ten plik|tym pliku|dat bestand|dit bestand|den filen|denne filen|denne fil|bu dosyayı|bu dosyada",
    "这个文件|该文件|此文件",
]);
static NOTHING_ELSE: Phrases = Phrases::new(&[
    "don't touch anything else|do not touch anything else|don't change anything else|do not change anything else|change nothing else|touch nothing else|edit nothing else|no other files|no other file|nothing else should change|leave everything else|leave all other files|leave the rest alone|keine anderen dateien|sonst nichts ändern|ändere sonst nichts|sonst nichts anfassen|ne touche à rien d'autre|ne modifie rien d'autre|aucun autre fichier|no toques nada más|no cambies nada más|ningún otro archivo|não mexa em mais nada|não altere mais nada|nenhum outro arquivo|nenhum outro ficheiro|non toccare altro|nessun altro file|больше ничего не меняй|больше ничего не трогай|другие файлы не трогай",
    "このファイルだけ|そのファイルだけ|ファイルのみ変更|他のファイルは変更しない|他のファイルは触らない|其他文件不要动|不要动其他文件|不要修改其他文件|别动其他文件|이 파일만|다른 파일은 수정하지|다른 파일은 건드리지",
]);

/// Whether a folded sentence wants nothing changed but files that are named.
pub(crate) fn allows_only(sentence: &str) -> bool {
    if NOTHING_ELSE.is_in(sentence) {
        return true;
    }
    ONLY.find_all(sentence).any(|(_, end)| {
        let behind = sentence[end..].trim_start_matches([' ', '\'', '"']);
        let mut words = behind.split_whitespace().skip_while(|word| BETWEEN.contains(word));
        THAT_FILE.begins(behind)
            || THAT_FILE
                .find_all(behind)
                .any(|(start, _)| behind[..start].split_whitespace().all(|word| BETWEEN.contains(&word)))
            || words.next().is_some_and(is_file)
    })
}

/// Whether a word is the path of a file or of a folder.
fn is_file(word: &str) -> bool {
    let word = word.trim_matches(|c: char| !c.is_alphanumeric() && c != '/' && c != '.').trim_end_matches('.');
    let ending = word.rsplit_once('.').map(|(name, ending)| (!name.is_empty(), ending));
    let has_ending = ending.is_some_and(|(named, ending)| {
        named && (1..=5).contains(&ending.len()) && ending.starts_with(|c: char| c.is_ascii_alphabetic())
    });
    word.is_ascii() && (has_ending || word.contains('/') && !word.contains("//") && word.len() > 2)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::text::phrases::fold;

    fn any(text: &str, is: fn(&str) -> bool) -> bool {
        fold(text).split(['!', '。']).flat_map(|part| part.split(". ")).any(is)
    }

    #[test]
    fn all_edits_are_ruled_out() {
        for text in [
            "Find out why it leaks. Don't change anything yet",
            "Read only, please: where is the token checked?",
            "Schau dir den Cache an, bitte nichts ändern",
            "Regarde pourquoi c'est lent, ne modifie rien",
            "Mira por qué tarda; no cambies nada",
            "Посмотри, почему медленно. Ничего не меняй",
            "看一下为什么慢，不要改代码",
            "原因を調べて。何も変更しないでください",
            "Work read-only: where do the sessions leak",
            "Do a read-only review of the queue",
            "This is a read-only task",
            "Stay in read-only mode, please",
            "Arbeite nur lesend und sag mir, was fehlt",
            "Travaille en lecture seule",
            "Trabaja en modo de solo lectura",
            "Найди утечку. Только чтение",
            "只读检查一下缓存",
        ] {
            assert!(any(text, rules_out_edits), "{text}");
        }
        for text in [
            "Make the settings page read only",
            "When the disk is full, the database should go read-only",
            "The replica must stay read-only",
            "Use a read-only session in reports.py",
            "Mount the volume (read-only) in the pod",
            "Add a dark mode, a read-only mode, and an offline mode",
            "以只读模式打开数据库",
            "Mount the volume read-only in the pod",
            "Declare the members of Order.ts as readonly",
            "Mache die Spalten der Tabelle readonly",
            "Mount the secrets read-only",
            "Monta el disco en solo lectura",
            "Les champs du compte passent en lecture seule",
            "Monta il volume in sola lettura",
            "把这个卷挂载为只读",
            "ボリュームを読み取り専用でマウント",
            "Open the replica readonly",
            "Don't change anything in the public API, fix the rest",
            "Don't change anything else",
            "There are no changes in the log, find out why",
        ] {
            assert!(!any(text, rules_out_edits), "{text}");
        }
    }

    #[test]
    fn only_named_files_are_allowed() {
        for text in [
            "Fix it in src/a.c. Change nothing but that file",
            "Fix the total, and only touch lib/total.rb",
            "Behebe es. Nur diese Datei ändern",
            "Corrige prix.py et ne modifie que ce fichier",
            "Arregla a.js, no toques nada más",
            "只改 a.py 这个文件",
        ] {
            assert!(any(text, allows_only), "{text}");
        }
        for text in [
            "Only change the colour of the button",
            "It only happens in a.py, fix it",
            "nur kurz schauen",
            "Change only the header row",
        ] {
            assert!(!any(text, allows_only), "{text}");
        }
    }
}
