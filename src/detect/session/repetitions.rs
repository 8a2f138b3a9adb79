//! Reads how often a person asks to do something, and recognizes the calls that do it.

use crate::detect::call::Call;
use crate::detect::call::classify::CallKind;
use crate::detect::text::phrases::{Phrases, fold, is_unspaced};
use aho_corasick::AhoCorasick;
use regex::Regex;
use std::sync::LazyLock;

/// The most repetitions of one message that are remembered.
const MOST: usize = 8;
/// How many sentences back a pronoun may point.
const BACK: usize = 3;
/// How often at most something is done "until it fails" or "until it says ready" where no number is named.
const UNTIL: u64 = 20;
/// The most tries of something that is not named: nobody watches more of them one by one.
const TRIED: u64 = 100;
/// The shortest name, in bytes.
const NAME: usize = 4;

/// How users ask to do something a number of times, in the languages of [`NUMBERS`].
static TIMES: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let names = NUMBERS.iter().flat_map(|(names, _)| names.split(' ')).collect::<Vec<_>>().join("|");
    Regex::new(&format!(
        r"(?ix)
          (?:^|[^A-Za-z0-9_.])(\d{{1,4}}|{names})
            (?:[\ \t]*(?:次|回|번|遍)
            | [\ \t-]*mal(?:[^A-Za-z0-9_]|$)
            | [\ \t]+(?:times|veces|fois|vezes|volte|keer|gånger|раза?|razy)(?:[^A-Za-z0-9_]|$)
            | (?P<runs>[\ \t]*个?(?:样本|樣本)|[\ \t]*個?の?サンプル|[\ \t]*개?의?[\ \t]*샘플))"
    ))
    .ok()
});

/// What is counted where one thing is done again and again, as the end of a word.
#[rustfmt::skip]
const TRIALS: [&str; 11] = [
    "runs|iterations|repetitions|executions|samples|readings|measurements|attempts|tries|trials|shots|rolls|flips|tosses|throws|draws|requests|calls|pings|queries|rounds|repeats|completions|logins|replicates|captures|fixes",
    "läufe|durchläufe|wiederholungen|messungen|messwerte|versuche|stichproben|würfe|anfragen|aufrufe|ablesungen",
    "ejecuciones|repeticiones|mediciones|medidas|muestras|intentos|lecturas|tiradas|lanzamientos|peticiones|llamadas",
    "exécutions|répétitions|mesures|essais|tentatives|échantillons|lancers|requêtes|appels|relevés",
    "execuções|repetições|medições|amostras|tentativas|leituras|requisições|chamadas|lançamentos",
    "esecuzioni|ripetizioni|misure|misurazioni|campioni|tentativi|letture|richieste|chiamate|lanci",
    "запусков|прогонов|повторов|измерений|замеров|попыток|проб|запросов|вызовов|бросков",
    "pomiarów|prób|próbek|zapytań|wywołań|rzutów|powtórzeń|uruchomień",
    "metingen|pogingen|steekproeven|verzoeken|worpen|herhalingen",
    "mätningar|försök|körningar|målinger|forsøg|forsøk",
    "ölçüm|deneme|örnek|istek",
];

/// Numbers by name, which stand before "times" in many languages.
#[rustfmt::skip]
const NUMBERS: [(&str, u64); 17] = [
    ("two zwei dos deux dois due twee två два dwa 两 二 두", 2),
    ("three drei tres trois três tre drie три trzy 三 세", 3),
    ("four vier cuatro quatre quatro quattro fyra четыре cztery 四 네", 4),
    ("five fünf cinco cinq cinque vijf fem пять pięć 五 다섯", 5),
    ("six sechs seis sei zes sex шесть sześć 六 여섯", 6),
    ("seven sieben siete sept sete sette zeven sju семь siedem 七 일곱", 7),
    ("eight acht ocho huit oito otto åtta восемь osiem 八 여덟", 8),
    ("nine neun nueve neuf nove negen nio девять dziewięć 九 아홉", 9),
    ("ten zehn diez dix dez dieci tien tio десять dziesięć 十 열", 10),
    ("eleven elf once onze undici elva jedenaście одиннадцать 十一", 11),
    ("dozen twelve zwölf doce douze doze dodici twaalf tolv двенадцать dwanaście 十二", 12),
    ("fifteen fünfzehn quince quinze quindici vijftien femton пятнадцать piętnaście 十五 열다섯", 15),
    ("twenty zwanzig veinte vingt vinte venti twintig tjugo двадцать dwadzieścia 二十 스무", 20),
    ("thirty dreißig treinta trente trinta trenta dertig trettio тридцать trzydzieści 三十 서른", 30),
    ("forty vierzig cuarenta quarante quarenta quaranta veertig fyrtio сорок czterdzieści 四十 마흔", 40),
    ("fifty fünfzig cincuenta cinquante cinquenta cinquanta vijftig femtio пятьдесят 五十 쉰", 50),
    ("hundred hundert cien cent cem cento honderd hundra сто sto 一百 百 백", 100),
];

/// What asks to run something.
static RUN: Phrases = Phrases::new(&[
    "run|rerun|re-run|running|loop|repeat|execute|launch|invoke|reproduce|hammer",
    "lass|lasse|lassen|laufen|führe|führ|ausführen|wiederhole|wiederhol|wiederholen|starte|starten|reproduziere|ejecuta*|repite|repítel*|repetir|corre|córrel*|lanza|lánzal*|lance|lances|lancez|exécute*|répète*|relance*|rejoue*|rode|roda|rodar|execut*|repita|esegui*|ripeti|ripetil*|lancia|lancial*|avvia",
    "запусти*|запуска*|прогони*|повтори*|выполни*|uruchom|powtórz|draai|herhaal|kör|upprepa|kjør|gjenta|aja|toista|çalıştır|tekrarla|futtasd|spusť",
    "运行|跑|执行|重复|執行|実行|繰り返|走らせ|回して|실행|돌려|반복",
]);

/// What asks to bring something into another state and back, as often as is said: whatever calls that takes.
static CYCLE: Phrases = Phrases::new(&[
    "restart|reboot|power-cycle|power cycle|powercycle|cycle the|toggle|replug|reconnect|reset|reflash|reload|redeploy|reopen|press|boot|switch it off|turn it off|switch the|turn the",
    "starte|boote|schalte|trenne|drücke|verbinde|neustarten|neu starten|aus- und einschalten|ein- und ausschalten|reinici*|rearranca|apag*|enciend*|encender|puls*|desconect*|redémarr*|rallum*|éteins|éteignez|débranch*|réinitialis*|appuie|appuyez|deslig*|relig*|pression*|riavvi*|spegn*|accend*|scolleg*|premi",
    "перезапусти*|перезагруз*|выключи*|отключи*|переподключи*|нажми*|zrestartuj*|uruchom ponownie|wyłącz*|odłącz*|naciśnij*|herstart*|druk op|zet de|yeniden başlat*|kapat*|starta om|slå av|genstart|käynnistä uudelleen|indítsd újra|restartuj*",
    "重启|重新启动|断电|上电|复位|插拔|开关|再起動|電源を|リセット|抜き差し|재부팅|재시작|전원을|껐다",
]);

/// How sentences begin that ask for a number of runs.
static PERFORM: Phrases = Phrases::new(&[
    "do|make|perform|run|give me|execute|start|launch|mach|mache|führe|starte|lass|haz|ejecuta|lanza|fais|lance|faites|effectue|faça|execute|fai|esegui|сделай|выполни|запусти|zrób|uruchom|doe|draai|gör|kör",
    "做|跑|运行|执行|実行|回して|실행",
]);

/// How sentences begin that ask to try, to measure or to ask something again and again.
static TRY: Phrases = Phrases::new(&[
    "take|measure|sample|flip|toss|roll|throw|spin|draw|ask|query|call|ping|request|send|post|get|fetch|read|poll|probe|try|attempt|log in|login|press|click|tap|hit|submit|record|capture|collect|benchmark|generate|simulate|play|fire|trigger|test|repeat|rerun|re-run|loop|invoke|hammer|shake|scan|check",
    "nimm|miss|messe|wirf|würfle|würfel|frage|frag|sende|schicke|lies|versuche|probiere|drücke|klicke|erzeuge|ziehe|wiederhole|rufe|ruf|teste|prends|mesure|demande|envoie|lis|essaie|tire|appuie|clique|génère|répète|appelle|teste|toma|mide|tira|pregunta|envía|lee|intenta|prueba|pulsa|genera|repite|llama|haz|tire|meça|jogue|pergunte|envie|leia|tente|gere|repita|chame|teste|prendi|misura|tira|chiedi|invia|leggi|prova|genera|ripeti|chiama",
    "измерь|возьми|брось|подбрось|спроси|отправь|прочитай|попробуй|сними|повтори|вызови|проверь|zmierz|weź|rzuć|zapytaj|wyślij|odczytaj|spróbuj|powtórz|wywołaj|neem|meet|gooi|vraag|stuur|lees|probeer|herhaal|mät|kasta|fråga|skicka|läs|försök|mål|kast|spør|les|ölç|at|sor|gönder|oku|dene",
    "测量|采样|抛|掷|询问|请求|发送|读取|尝试|登录|采集|调用|测试|測定|サンプリング|投げ|聞いて|質問|送信|読み取|試し|呼び出|측정|샘플|던져|물어|보내|읽어|시도|호출",
]);

/// What is said before a request.
static POLITE: Phrases = Phrases::new(&[
    "please|now|then|and|also|can you|could you|would you|i want you to|i'd like you to|bitte|nun|jetzt|und|kannst du|por favor|ahora|puedes|s'il te plaît|s'il vous plaît|peux-tu|maintenant|agora|você pode|per favore|ora|puoi|пожалуйста|теперь|proszę|alsjeblieft|请|帮我|麻烦|でください",
]);

/// What stands for something that was named before.
static PRONOUNS: Phrases = Phrases::new(&[
    "it|them|this|that|these|those|the test|the tests|the suite|the script|the command|the job|the benchmark|the spec",
    "ihn|sie|es|ihm|diesen|diese|dieses|das|den test|die tests|das skript|den befehl|lo|la|los|las|le|les|ça|cela|le test|les tests|el test|la prueba|el script|isso|isto|ele|ela|o teste|o script|questo|questa|il test|lo script",
    "его|её|ее|их|этот|это|тест|тесты|скрипт|go|ją|je|ten|test|het|die|deze|den|det|detta|sen|bunu|onu|ezt|azt",
    "它|它们|这个|该|测试|脚本|それ|これ|テスト|스크립트|테스트|그것|이것",
]);

/// What bounds a number of runs.
static BOUNDS: Phrases = Phrases::new(&[
    "at most|up to|max|maximum|no more than|not more than|until|within|höchstens|maximal|bis zu|bis|como máximo|como mucho|máximo|hasta|au plus|au maximum|jusqu'à|no máximo|até|al massimo|fino a|non più di|не более|не больше|до|максимум",
]);

/// What bounds a repetition by its end, without a number.
static UNTIL_FAILS: Phrases = Phrases::new(&[
    "until it fails|until it breaks|until it crashes|until it hangs|until it goes red|until one fails|until it reproduces|until you see it fail|till it fails",
    "bis er fehlschlägt|bis es fehlschlägt|bis sie fehlschlägt|bis er rot wird|bis er abstürzt|bis es abstürzt|bis er hängt|hasta que falle|hasta que se cuelgue|jusqu'à ce qu'il échoue|jusqu'à ce qu'elle échoue|jusqu'à ce qu'il plante|até falhar|até que falhe|finché non fallisce|finché fallisce",
    "пока не упадёт|пока не упадет|пока не сломается|直到失败|直到它失败|失敗するまで|落ちるまで|실패할 때까지",
]);

/// What ends a repetition.
static UNTIL_IT: Phrases = Phrases::new(&[
    "until|till|bis|hasta que|hasta|jusqu'à ce|jusqu'à|finché|fino a quando|até que|até|tot|totdat|indtil|tills|kunnes|aż|dokud|amíg|пока не|до тех пор",
    "直到|为止|為止|まで|때까지|kadar",
]);

/// What a program does at such an end that it comes to by itself. What must pass or work is brought there by work, and
/// a run that fails once more is none.
static SAYS: Phrases = Phrases::new(&[
    "says|say|prints|print|shows|show|reports|report|returns|return|outputs|answers|responds|replies|reads|is ready|is up|comes up|is done|is empty|finishes|completes|reaches",
    "sagt|meldet|zeigt|anzeigt|ausgibt|antwortet|zurückgibt|fertig ist|bereit ist|leer ist|diga|muestre|devuelva|responda|imprima|indique|esté list*|termine|affiche|dise|retourne|renvoie|réponde|indique|soit prêt*|mostri|dica|stampi|restituisca|risponda|sia pront*|mostre|diga|imprima|retorne|esteja pront*",
    "скажет|покажет|выведет|вернёт|вернет|ответит|сообщит|напечатает|будет готов*|pokaże|zwróci|odpowie|zegt|toont|meldt|geeft|säger|visar|svarar|siger|viser|svarer|yazana|gösterene|dönene",
    "显示|输出|返回|报告|提示|完成|显示为|表示|出力|返す|返る|完了|표시|출력|반환|완료",
]);

/// What follows a number that compares: ten times faster.
static COMPARES: Phrases = Phrases::new(&[
    "faster|slower|larger|bigger|smaller|higher|lower|longer|shorter|more|less|fewer|as|schneller|langsamer|größer|kleiner|so|más|menos|plus|moins|mais|più|быстрее|медленнее|больше|меньше|szybciej|więcej|sneller|meer",
]);

/// What follows a number of times that something happens by itself: per page, a day.
const RATES: [&str; 11] = ["per ", "a ", "an ", "each ", "every ", "pro ", "par ", "por ", "al ", "в ", "na "];

/// What stands between the steps of a task.
#[rustfmt::skip]
const BETWEEN_STEPS: [&str; 16] = [
    " then ", " afterwards ", " dann ", " danach ", " anschließend ", " luego ", " después ", " puis ", " ensuite ", " poi ", " depois ",
    " затем ", " потом ", "然后", "それから", "그다음",
];

static STEPS: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| AhoCorasick::new(BETWEEN_STEPS).ok());

/// How long a word of a tool's name is that names the tool, at least, in bytes.
const TOOL_WORD: usize = 4;

/// Something that a person asks to do a number of times.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Repetition {
    /// The sentence that asks for it.
    sentence: String,
    /// The sentence that names what it asks to run: itself, or one before it to which a pronoun points.
    named: Option<String>,
    /// How often still.
    pub(super) left: u64,
    /// How many laps of whatever it takes it asks for; 0 if it asks for something else.
    pub(super) laps: u64,
    /// How many tries of something that it does not name; 0 if it names it, or asks for none.
    pub(super) tries: u64,
}

impl Repetition {
    /// Whether a call does what it asks for.
    pub(super) fn means(&self, call: &Call) -> bool {
        let Some(command) = call.input.command.as_deref() else {
            return names_input(&self.sentence, &call.tool, &call.input.text);
        };
        names_command(&self.sentence, command) || call.kind != CallKind::Observe && self.runs(command)
    }

    /// Whether a command runs what it names.
    fn runs(&self, command: &str) -> bool {
        self.named
            .as_deref()
            .is_some_and(|named| names_command(named, command) || names(named).any(|name| names_word(command, name)))
    }
}

/// What a text asks to do a number of times.
pub(super) fn repetitions(text: &str) -> Vec<Repetition> {
    let sentences = text.split(['\n', ';', '!', '?']).flat_map(|line| line.split(". ")).flat_map(steps);
    let sentences: Vec<&str> = sentences.filter(|sentence| !sentence.trim().is_empty()).collect();
    let read = |(at, sentence): (usize, &&str)| {
        let folded = fold(sentence);
        let runs = RUN.is_in(&folded);
        let (left, behind) = match count(sentence, &folded, runs) {
            Some(counted) => counted,
            None if runs && (UNTIL_FAILS.is_in(&folded) || is_until(&folded)) => (UNTIL, ""),
            None => return None,
        };
        let is_rate = RATES.iter().any(|rate| behind.trim_start().starts_with(rate));
        let named = (runs && !is_rate).then(|| named(&sentences[..=at], &folded)).flatten();
        let counts = !is_rate && !compares(behind);
        let laps = if counts && CYCLE.is_in(&folded) { left } else { 0 };
        // Who quotes a command means that one.
        let is_try = counts && left <= TRIED && !sentence.contains('`') && begins_with_try(&folded);
        let tries = if is_try { left } else { 0 };
        Some(Repetition { sentence: (*sentence).to_owned(), named: named.map(str::to_owned), left, laps, tries })
    };
    sentences.iter().enumerate().filter_map(read).take(MOST).collect()
}

/// How often a sentence asks to do something, and what stands behind that. `runs` says that it asks to run something.
fn count<'a>(sentence: &'a str, folded: &str, runs: bool) -> Option<(u64, &'a str)> {
    let times = TIMES.as_ref()?.captures(sentence);
    let named = times.as_ref().and_then(|times| times.name("runs"));
    let (number, behind) = match times.as_ref().filter(|_| named.is_none()) {
        Some(times) => return Some((number_of(times.get(1)?.as_str())?, &sentence[times.get(0)?.end()..])),
        None if !(runs && BOUNDS.is_in(folded) || begins_with_try(folded)) => return None,
        None => times.map(|times| (times[1].to_owned(), "")).or_else(|| trials(sentence))?,
    };
    Some((number_of(&number)?, behind))
}

/// The number of trials that a sentence names, "25 login attempts", and what stands behind that.
fn trials(sentence: &str) -> Option<(String, &str)> {
    /// How many words after a number name what is counted.
    const NEAR: usize = 2;
    let bare = |word: &str| word.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
    let is_trial = |word: &str| TRIALS.iter().flat_map(|words| words.split('|')).any(|trial| word.ends_with(trial));
    let words: Vec<&str> = sentence.split_whitespace().collect();
    words.iter().enumerate().find_map(|(at, word)| {
        number_of(&bare(word))?;
        let trial = words[at + 1..].iter().take(NEAR).find(|word| is_trial(&bare(word)))?;
        Some((bare(word), sentence.split_once(trial)?.1))
    })
}

/// A number of up to four digits, or by its name.
fn number_of(word: &str) -> Option<u64> {
    let word = word.to_lowercase();
    let named = NUMBERS.iter().find(|(names, _)| names.split(' ').any(|name| name == word)).map(|(_, number)| *number);
    named.or_else(|| word.parse().ok().filter(|_| word.len() <= 4))
}

/// Whether a sentence begins with what asks to do or to try something. Where words are not spaced, it stands anywhere.
fn begins_with_try(folded: &str) -> bool {
    let mut rest = folded.trim_start();
    while let Some((_, said)) = POLITE.find_all(rest).next().filter(|(start, _)| *start == 0) {
        rest = rest[said..].trim_start_matches([' ', ',']);
    }
    let begins = |verbs: &Phrases| verbs.begins(rest) || rest.contains(is_unspaced) && verbs.is_in(rest);
    begins(&PERFORM) || begins(&TRY)
}

/// Whether a sentence asks to go on until a program says something. In some languages, the end stands before the word
/// for it.
fn is_until(folded: &str) -> bool {
    UNTIL_IT.is_in(folded) && SAYS.is_in(folded)
}

/// Whether what follows a number compares: "faster".
fn compares(behind: &str) -> bool {
    let first = behind.split_whitespace().next().unwrap_or_default();
    COMPARES.is_in(&fold(first))
}

/// The sentence that names what the last one of these asks to run.
fn named<'a>(sentences: &[&'a str], folded: &str) -> Option<&'a str> {
    let (last, before) = sentences.split_last()?;
    let tells = |sentence: &&&str| sentence.contains('`') || names(sentence).next().is_some();
    if tells(&last) {
        return Some(last);
    }
    before.iter().rev().take(BACK).find(tells).filter(|_| PRONOUNS.is_in(folded)).copied()
}

/// What separates words in scripts without spaces.
const FULL_STOPS: &str = "，。、；：（）「」";

/// Whether a command has a name, as it is or in another spelling: `test_reconnect` in `-run TestReconnect`.
fn names_word(command: &str, name: &str) -> bool {
    let squashed =
        |word: &str| -> String { word.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect() };
    let is_it = |word: &str| word.len() > NAME && squashed(word) == squashed(name);
    has_word(command, name) || command.split(|c: char| c.is_whitespace() || "=:/.'\"".contains(c)).any(is_it)
}

/// The words of a sentence that are names of tests, files, classes or folders, and no words of a language.
fn names(sentence: &str) -> impl Iterator<Item = &str> {
    let words = sentence.split(|c: char| c.is_whitespace() || is_unspaced(c) || FULL_STOPS.contains(c));
    let words = words.map(|word| word.trim_matches(|c: char| !c.is_alphanumeric() && c != '_'));
    words.filter(|word| word.len() >= NAME && !word.contains("://") && is_name(word))
}

/// Whether a word is written as names in code are.
fn is_name(word: &str) -> bool {
    let letters: Vec<char> = word.chars().collect();
    let is_hump = |pair: &[char]| pair[0].is_ascii_lowercase() && pair[1].is_ascii_uppercase();
    let joins = |three: &[char]| {
        matches!(three[1], '.' | '/' | '_' | ':') && three[0].is_alphabetic() && three[2].is_alphanumeric()
    };
    letters.windows(2).any(is_hump) || letters.windows(3).any(joins) || word.contains("::")
}

/// What a sentence asks for first, and what it asks for then.
fn steps(sentence: &str) -> Vec<&str> {
    let cuts = STEPS.iter().flat_map(|searcher| searcher.find_iter(sentence));
    let mut from = 0;
    let mut steps = Vec::new();
    for cut in cuts {
        steps.push(&sentence[from..cut.start()]);
        from = cut.end();
    }
    steps.push(&sentence[from..]);
    steps
}

/// Whether a sentence names a command: it quotes it, has all of it, or names the file that it runs.
fn names_command(sentence: &str, command: &str) -> bool {
    let command = command.trim();
    let quoted = sentence.split(['`', '"', '\'']).skip(1).step_by(2).map(str::trim);
    let has_quote = quoted.filter(|part| part.len() > 1).any(|part| command.contains(part));
    let whole = command.contains(' ') && sentence.contains(command);
    let is_file = |word: &&str| word.len() > 3 && word.find('.').is_some_and(|at| at > 0);
    let mut words = sentence.split_whitespace().map(|word| word.trim_matches([',', ':', '(', ')']));
    let is_path = |word: &&str| word.len() > 2 && word.contains('/');
    let is_program = |word: &str| command.split_whitespace().any(|part| part == word);
    has_quote || whole || words.any(|word| (is_file(&word) || is_path(&word)) && is_program(word))
}

/// Whether a sentence names what a tool without a command is given: `press` with `DOWN`. A tool that is given nothing
/// is named by a word of its own name.
fn names_input(sentence: &str, tool: &str, values: &str) -> bool {
    let lower = sentence.to_lowercase();
    let mut given = values.lines().map(|value| value.trim().to_lowercase());
    let mut tools = tool.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| word.len() >= TOOL_WORD);
    if values.trim().is_empty() {
        return tools.any(|word| has_word(&lower, &word.to_lowercase()));
    }
    given.any(|value| value.len() > 1 && value.parse::<f64>().is_err() && has_word(&lower, &value))
}

/// Whether a text has a word, and not as a part of a longer one.
fn has_word(text: &str, word: &str) -> bool {
    let is_part = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric() || c == '_');
    text.match_indices(word)
        .any(|(at, _)| !is_part(text[..at].chars().next_back()) && !is_part(text[at + word.len()..].chars().next()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How often a text asks for a command.
    fn asked(text: &str, command: &str) -> Option<u64> {
        let mut asked = repetitions(text).into_iter();
        let means = |asked: &Repetition| names_command(&asked.sentence, command) || asked.runs(command);
        asked.find(means).map(|asked| asked.left)
    }

    #[test]
    fn counts_laps_of_whatever_they_take() {
        for (text, laps) in [
            ("Power-cycle the meter 25 times and look each time whether it answers", 25),
            ("Drücke den Knopf zwölf Mal und lies jedes Mal die Anzeige", 12),
            ("Reinicia el equipo veinte veces y comprueba que arranca", 20),
            ("Redémarre le routeur quinze fois", 15),
            ("Перезагрузи плату двадцать раз", 20),
            ("把路由器重启三十次，每次检查", 30),
            ("ルーターを二十回再起動して、毎回確認して", 20),
            ("라우터를 스무 번 재부팅해줘", 20),
            ("Read the meter 25 times", 0),
            ("Make the restart 10 times faster", 0),
            ("It restarted 20 times", 0),
            ("Restart it when it fails 5 times a day", 0),
        ] {
            let asked = repetitions(text);
            assert_eq!(asked.first().map_or(0, |asked| asked.laps), laps, "{text}");
        }
    }

    #[test]
    fn names_what_a_tool_is_given() {
        assert!(names_input("Press DOWN ten times", "emu_press", "down"));
        assert!(names_input("Shake the device 5 times", "device_shake", ""));
        assert!(!names_input("Press DOWN ten times", "read", "src/down.rs"));
        assert!(!names_input("Sum up the downloads 3 times", "emu_press", "DOWN"));
    }

    #[test]
    fn counts_named_repetitions() {
        for (text, command, count) in [
            ("Run `make test` 10 times", "make test", Some(10)),
            ("Run flaky.sh ten times and tell me how often it fails", "sh flaky.sh", Some(10)),
            ("Run `make test` 10 times", "cat log", None),
            ("Make the importer 10x faster", "make importer", None),
            ("It fails again and again, in a loop, every 5 seconds", "make", None),
            ("Hash it 3 times", "cat hash", None),
            ("Führe `make test` zehnmal aus", "make test", Some(10)),
            ("Führe `make test` 12 Mal aus", "make test", Some(12)),
            ("Ejecuta `make test` diez veces", "make test", Some(10)),
            ("Lance `make test` 7 fois", "make test", Some(7)),
            ("Запусти `make test` пять раз", "make test", Some(5)),
            ("请运行 `make test` 10次", "make test", Some(10)),
            ("请运行 `make test` 10次", "ls", None),
            ("`make test` を十回実行してください", "make test", Some(10)),
            ("Malen wir `make test` aus", "make test", None),
            ("Write a.cfg with `set.sh`, then run `make test` 10 times", "set.sh", None),
            ("Write a.cfg with `set.sh`, then run `make test` 10 times", "make test", Some(10)),
        ] {
            assert_eq!(asked(text, command), count, "{text}");
        }
    }

    #[test]
    fn counts_repetitions_of_what_was_named_before() {
        for (text, command, count) in [
            ("test_retry.py hangs now and then. Run it 20 times.", "pytest tests/test_retry.py -q", Some(20)),
            ("test_lock is flaky. I never see it here. Loop it, say fifteen times", "pytest -k test_lock", Some(15)),
            ("`make soak` is flaky. Run it 12 times.", "cd sub && make soak", Some(12)),
            ("test_reconnect is flaky. Run it 40 times", "go test ./net -run TestReconnect -count=1", Some(40)),
            ("Lass StoreIT zehnmal laufen", "./mvnw verify -Dit.test=StoreIT", Some(10)),
            ("Lass tests/a_test.py 20-mal laufen", "pytest tests/a_test.py", Some(20)),
            ("Repeat lock_test until it hangs, at most 25 runs", "ctest -R lock_test", Some(25)),
            ("Ejecuta test_pago hasta que falle, 30 ejecuciones como máximo", "pytest -k test_pago", Some(30)),
            ("Do 40 separate runs of ./soak.sh and count the failures", "./soak.sh", Some(40)),
            ("Lance ./sim 30 fois et compte les divergences", "./sim", Some(30)),
            ("Run spec/pay_spec.rb until it fails", "rspec spec/pay_spec.rb", Some(UNTIL)),
            ("Run ./drain.sh until it says EMPTY", "./drain.sh", Some(UNTIL)),
            ("Führe `kali --next` aus, bis es FERTIG meldet", "kali --next", Some(UNTIL)),
            ("Ejecuta ./paso.sh hasta que muestre 'listo'", "./paso.sh", Some(UNTIL)),
            ("反复运行 ./step.sh，直到它显示 DONE", "./step.sh", Some(UNTIL)),
            ("Run `make test` until it passes", "make test", None),
            ("Run ./drain.sh until it says EMPTY", "./fill.sh", None),
            ("test_retry.py is slow. Run it 20 times.", "pytest tests/test_other.py", None),
            ("test_retry.py is slow. Run it 20 times.", "make all", None),
            ("api.py calls fetch_user. It is done 20 times per page, so run a cache.", "pytest -k fetch_user", None),
            ("The log of lock_test shows 25 runs. Run it.", "ctest -R lock_test", None),
            ("lock_test should give up after 20 times", "ctest -R lock_test", None),
            ("Fix the heading. (The heading is shown 20 times.)", "vitest run src/Heading.spec.ts", None),
        ] {
            assert_eq!(asked(text, command), count, "{text}");
        }
    }
}
