//! Recognizes a part of a whole in numbers: "2 of 5 modules are migrated", "3/5 移行済み".

use super::phrases::Phrases;
use regex::Regex;
use std::sync::LazyLock;

/// How many words may stand between the part and the whole: "two modules out of the five".
const BETWEEN: usize = 4;
/// How far from the numbers the word stands that says what was done with the part, in words.
const BEFORE: usize = 2;
const BEHIND: usize = 6;
/// A whole that is larger is not a list of work.
const LARGEST: u32 = 10_000;

/// Number words from one to twelve, in the languages that set them apart by spaces; none that is an article, or another
/// word in any of them, as `un`, `on` and `to` are.
#[rustfmt::skip]
const NUMBERS: [(u32, &str); 12] = [
    (1, "one|één|jeden|jedna|jedno|один|одна|одно|одного|yksi"),
    (2, "two|zwei|zweien|deux|dois|duas|twee|dwa|dwie|два|две|двух|två|kaksi|két|kettő|iki"),
    (3, "three|drei|dreien|trois|tres|três|tre|drie|trzy|три|трёх|трех|kolme|három|üç"),
    (4, "four|vier|quatre|cuatro|quatro|quattro|cztery|четыре|четырёх|четырех|fyra|neljä|négy|dört"),
    (5, "five|fünf|cinq|cinco|cinque|vijf|pięć|pięciu|пять|пяти|fem|viisi|viidestä|öt|beş"),
    (6, "six|sechs|seis|zes|sześć|sześciu|шесть|шести|seks|kuusi|altı"),
    (7, "seven|sieben|sept|siete|sete|sette|zeven|siedem|siedmiu|семь|семи|sju|syv|seitsemän|hét|yedi"),
    (8, "eight|acht|huit|ocho|oito|otto|osiem|ośmiu|восемь|восьми|åtta|otte|åtte|kahdeksan|nyolc|sekiz"),
    (9, "nine|neun|nueve|nove|negen|dziewięć|dziewięciu|девять|девяти|nio|yhdeksän|kilenc|dokuz"),
    (10, "ten|zehn|dix|diez|dez|dieci|tien|dziesięć|dziesięciu|десять|десяти|tio|kymmenen|tíz"),
    (11, "eleven|onze|undici|jedenaście|одиннадцать|elva|elleve|yksitoista|tizenegy"),
    (12, "twelve|zwölf|douze|doce|doze|dodici|twaalf|dwanaście|двенадцать|tolv|kaksitoista|tizenkettő"),
];
/// What stands between the part and the whole.
#[rustfmt::skip]
const OF: [&str; 26] = [
    "of", "von", "der", "aus", "de", "des", "du", "sur", "dos", "das", "di", "dei", "delle", "degli", "su", "van", "uit", "z", "ze", "spośród", "из", "із", "av",
    "af", "ud", "din",
];
/// A number with one of these before it counts the steps of a plan, not what is done.
#[rustfmt::skip]
const PLACES: [&str; 26] = [
    "step", "phase", "part", "page", "chapter", "milestone", "stage", "attempt", "try", "iteration", "round", "batch", "schritt", "teil", "étape", "partie", "paso",
    "etapa", "passo", "fase", "parte", "шаг", "этап", "krok", "etap", "stap",
];

/// What is said of the part that is done, or that is not.
#[rustfmt::skip]
static SAID: Phrases = Phrases::new(&[
    "ported|moved|updated|done|finished|rewritten|translated|refactored|replaced|fixed|solved|resolved|corrected|remain|remains|are left|is left|unfinished|to go",
    "umgestellt|erledigt|fertig|umgesetzt|angepasst|konvertiert|portiert|übersetzt|bearbeitet|behoben|abgeschlossen|ersetzt|fertiggestellt|gelöst|korrigiert|verbleiben|fehlen|ausstehend",
    "migr*|termin*|implément*|restent|manquent|hech*|list*|implement*|complet*|faltan|quedan|pendient*|conclu*|feit*|pront*|faltam|restam|fatt*|finit*|mancano|restano|rimangono|convert*|portad*|portat*|tradu*",
    "gemigreerd|gedaan|klaar|omgezet|geïmplementeerd|vertaald|afgerond|aangepast|resteren|ontbreken|przenies*|zrobion*|gotow*|ukończ*|zmigrow*|przetłum*|pozosta*|brakuje|перенес*|перенос*|сделан*|готов*|заверш*|мигрир*|перевед*|переписан*|остал*|остаются",
    "klar|klara|klart|färdig*|ferdig*|færdig*|konverter*|översatt*|återstår|gjenstår|mangler|siirretty|valmi*|tehty|muunnettu|puuttu*|jäljellä|elkész*|kész|átáll*|átír*|hátra|hiányz*|taşındı|tamamland*|dönüştürül*|bitti|kaldı|převed*|hotov*|dokonč*|zbýv*",
    "corrig*|résolu*|réparé*|corregid*|resuelt*|arreglad*|resolvid*|corrett*|risolt*|исправ*|решен*|решён*|виправл*|opgelost|verholpen|hersteld|naprawi*|poprawi*|rozwiąz*|opraven*|vyřešen*|rättad*|åtgärdad*|löst|lösta|rettet|løst|korjattu|ratkaistu|kijavít*|megold*|düzeltil*|çözüldü|rezolvat*",
    "迁移|完成|转换|翻译|更新|替换|遷移|轉換|移行|完了|対応|実装|変換|終わ|残|마이그레이션|완료|변환|전환|남",
]);
/// How a part stands that is done, where the whole is what was asked for.
#[rustfmt::skip]
static STANDING: Phrases = Phrases::new(&[
    "run on|runs on|run with|run through|go through|goes through|are on|is on|use|uses|now use|now uses|are now|is now|work with|work on|work now|point to|call|are switched|are covered|have a|have an|have the|are in place|behind",
    "laufen auf|laufen über|laufen mit|läuft auf|läuft über|laufen jetzt|laufen nun|sind auf|sind jetzt|sind nun|nutzen|verwenden|benutzen|haben jetzt|haben nun|zeigen auf",
    "tournent sur|tourne sur|passent par|passe par|utilisent|utilise|sont sur|sont maintenant|sont désormais|sont passé*|ont maintenant|ont désormais",
    "corren en|corren sobre|funcionan con|pasan por|usan|usa|utilizan|están en|ya están|ahora están|tienen ahora|apuntan a",
]);
/// What says of a clause that it is about the whole.
#[rustfmt::skip]
static WHOLE: Phrases = Phrases::new(&[
    "all|every|each|everything|whole|alle|alles|sämtliche|tous|toutes|tout|todos|todas|todo|toda|tutti|tutte|tutto|все|всё|усі|всі|wszystkie|wszystko|alla|allt|alt|kaikki|minden|összes|hepsi|tümü|tüm|bütün|všechny|vše|toate",
    "全部|所有|都已|すべて|全て|모두|모든|전부",
]);
/// What says of a sentence that the other part had no need.
#[rustfmt::skip]
static NEEDLESS: Phrases = Phrases::new(&[
    "already|nothing else|no change|no changes|not need|no need|unaffected|bereits|schon|déjà|ya|já|già|уже|вже|już|redan|allerede|jo|már|zaten|již|deja",
    "已经|既に|すでに|이미",
]);
/// What says half.
static HALF: Phrases = Phrases::new(&[
    "half of|half the|about half|die hälfte|la moitié|la mitad|metade|la metà|de helft|половин*|połow*|hälften|halvdelen|puolet|fele|felét|yarısı|yarısını|polovin*|jumătate",
    "一半|半分|半数|절반",
]);

/// The whole stands first where the languages say so: `5つのうち2つ`, `5 个中有 2 个`, `5 modulból 2`, `5 modülden 2'si`.
const WHOLE_FIRST: &str = r"(?<whole>[0-9]{1,5})[^0-9.。,，、;；/]{0,24}?(?:のうち|のなかで|の中で|中有|中的|当中|中已|里|중에서|중|\p{L}{2,}(?:den|dan|ten|tan|ból|ből|sta|stä))[^0-9.。;；/]{0,12}?(?<part>[0-9]{1,5})";

static WHOLE_BEFORE: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(WHOLE_FIRST).ok());

/// Whether a folded sentence says how many of all were done, and that is not all of them.
pub(super) fn counts_a_part(folded: &str) -> bool {
    !NEEDLESS.is_in(folded) && clauses(folded).any(|clause| !WHOLE.is_in(clause) && is_of_part(clause))
}

/// Whether a folded sentence says of the whole that it is done.
pub(super) fn says_whole(folded: &str) -> bool {
    clauses(folded).any(|clause| WHOLE.is_in(clause) && SAID.is_in(clause))
}

fn clauses(folded: &str) -> impl Iterator<Item = &str> {
    folded.split([';', ',', '，', '；', '،'])
}

fn is_of_part(clause: &str) -> bool {
    let words: Vec<&str> = clause.split_whitespace().collect();
    (0..words.len()).any(|at| is_part(&words, at))
        || HALF.is_in(clause) && SAID.is_in(clause)
        || is_behind_whole(clause)
}

/// The parts of wholes that a folded text counts, each with its whole.
pub(super) fn parts(folded: &str) -> Vec<(u32, u32)> {
    let in_clause = |clause| {
        let words: Vec<&str> = str::split_whitespace(clause).collect();
        (0..words.len()).filter_map(|at| part_at(&words, at)).map(|part| part.numbers).collect::<Vec<_>>()
    };
    clauses(folded).flat_map(in_clause).collect()
}

/// Whether a folded sentence says how things stand with a part of one of these wholes: "7 of 12 run on the new client".
pub(super) fn stands_for_a_part(folded: &str, wholes: &[u32]) -> bool {
    let stands = |clause: &str| {
        let words: Vec<&str> = clause.split_whitespace().collect();
        let mut parts = (0..words.len()).filter_map(|at| part_at(&words, at));
        parts.any(|part| {
            let behind = words[part.end + 1..words.len().min(part.end + 1 + BEHIND)].join(" ");
            wholes.contains(&part.numbers.1) && STANDING.is_in(&behind)
        })
    };
    !NEEDLESS.is_in(folded) && clauses(folded).any(|clause| !WHOLE.is_in(clause) && stands(clause))
}

/// Whether a folded sentence says that something had no need.
pub(super) fn says_nothing_left(folded: &str) -> bool {
    NEEDLESS.is_in(folded)
}

/// A part of a whole: both numbers, and its last word.
struct Part {
    numbers: (u32, u32),
    end: usize,
}

/// Whether the word at a place begins a part of a whole with what was done beside it.
fn is_part(words: &[&str], at: usize) -> bool {
    let Some(Part { end, .. }) = part_at(words, at) else { return false };
    let ends = |word: &&&str| !word.ends_with([':', ',', ';', '.']);
    let before: Vec<&str> = words[..at].iter().rev().take(BEFORE).take_while(ends).copied().collect();
    let before = before.join(" ");
    let behind = words[end + 1..words.len().min(end + 1 + BEHIND)].join(" ");
    let inside = words[at + 1..end.max(at + 1)].join(" ");
    [before, inside, behind].iter().any(|near| SAID.is_in(near))
}

/// The part of a whole that begins at a word: "k of n", "k/n", or a share in percent.
fn part_at(words: &[&str], at: usize) -> Option<Part> {
    let bare = |word: &str| -> String { word.trim_matches(|c: char| !c.is_alphanumeric() && c != '%').to_owned() };
    let word = bare(words[at]);
    let is_place = at > 0 && PLACES.contains(&&*bare(words[at - 1]));
    // "The 3/4 inch label" names something.
    let is_name = at > 0 && matches!(words[at - 1], "the" | "a" | "an");
    let fraction =
        word.split_once('/').filter(|_| !is_name).and_then(|(part, whole)| Some((digits(part)?, digits(whole)?)));
    let (numbers, end) = if let Some((part, whole)) = fraction {
        (part < whole && whole > 2).then_some(((part, whole), at))
    } else if let Some(share) = word.strip_suffix('%').and_then(digits) {
        let of = words.get(at + 1).is_some_and(|word| OF.contains(word));
        (share < 100 && of).then_some(((share, 100), at + 1))
    } else {
        whole_behind(words, at, &word)
    }?;
    (!is_place).then_some(Part { numbers, end })
}

/// The part and its whole, if that is larger, and where the whole stands.
fn whole_behind(words: &[&str], at: usize, part: &str) -> Option<((u32, u32), usize)> {
    let near = &words[at + 1..words.len().min(at + 2 + BETWEEN)];
    let of = near.iter().position(|word| OF.contains(word))?;
    let part = number(part)?;
    // A comma, or a full stop in a list, ends what belongs together.
    if near[..of].iter().any(|word| word.ends_with([',', ';', ':'])) {
        return None;
    }
    let found = near.iter().enumerate().skip(of + 1).find_map(|(at, word)| {
        let word = word.trim_matches(|c: char| !c.is_alphanumeric());
        Some((at, number(word)?))
    })?;
    (part < found.1 && found.1 <= LARGEST).then_some(((part, found.1), at + 1 + found.0))
}

fn is_behind_whole(folded: &str) -> bool {
    let Some(found) = WHOLE_BEFORE.as_ref().and_then(|pattern| pattern.captures(folded)) else { return false };
    let (part, whole) = (digits(&found["part"]), digits(&found["whole"]));
    part.zip(whole).is_some_and(|(part, whole)| part < whole && whole <= LARGEST) && SAID.is_in(folded)
}

fn digits(text: &str) -> Option<u32> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}

pub(super) fn number(word: &str) -> Option<u32> {
    let named =
        || NUMBERS.iter().find(|(_, names)| names.split('|').any(|name| name == word)).map(|(number, _)| *number);
    digits(word).or_else(named)
}

#[cfg(test)]
mod tests {
    use super::super::phrases::fold;
    use super::counts_a_part;

    #[test]
    fn a_part_of_the_whole() {
        for text in [
            "2 of 4 endpoints are migrated.",
            "Three of five modules remain.",
            "Migrated 3/5 modules.",
            "2 of 4 endpoints are migrated; all tests pass.",
            "I converted 40% of the call sites.",
            "Half of the pages are translated.",
            "2 von 5 Modulen sind umgestellt.",
            "Deux modules sur cinq ont été migrés.",
            "2 de los 5 módulos están migrados.",
            "2 dos 5 módulos foram migrados.",
            "2 moduli su 5 sono migrati.",
            "2 van de 5 modules zijn gemigreerd.",
            "Przeniesiono 2 z 5 modułów.",
            "Перенесены 2 из 5 модулей.",
            "5つのモジュールのうち2つを移行しました。",
            "5 个模块中有 2 个已迁移。",
            "5개 모듈 중 2개를 마이그레이션했습니다.",
            "5 modülden 2'si taşındı.",
            "Az 5 modulból 2 elkészült.",
            "2 av 5 moduler är migrerade.",
        ] {
            assert!(counts_a_part(&fold(text)), "{text}");
        }
    }

    #[test]
    fn other_numbers() {
        for text in [
            "5 of 5 modules are migrated.",
            "3 of the 5 files needed no change.",
            "Two of the five were already migrated.",
            "One of the 3 endpoints was missing its check.",
            "Two of the five handlers left the lock open.",
            "2 of 5 are migrated, the rest needed no change.",
            "Step 2 of 3 is done.",
            "Retries happen 2 of 3 times.",
            "Fixed: retries happen 2 of 3 times only.",
            "98 of 100 tests ran.",
            "The ratio 16/9 is kept.",
            "Moved on 2 May, of which 5 are left.",
            "Fixed the 3/4 inch label.",
            "Of the five, two had tests.",
            "J'ai converti un total de 5 fichiers.",
            "He implementado un total de 5 pruebas.",
            "Ho convertito un totale di 5 file.",
            "The limit is updated to a maximum of 20.",
            "Converted to a list of 7 entries.",
            "Terminé en moins de 2 minutes.",
            "Implemented on top of 12 helpers.",
            "Ein Timeout von 30 Sekunden ist umgesetzt.",
        ] {
            assert!(!counts_a_part(&fold(text)), "{text}");
        }
    }
}
