//! Reads how long a user lets something take: "it takes about three hours", "watch it until the morning".

use super::phrases::{Phrases, fold};
use regex::Regex;
use std::sync::LazyLock;

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
/// A night, and the most that a message allows.
const NIGHT: i64 = 12 * HOUR;
/// How much longer than said it may take: what people say is about right.
const SLACK: (i64, i64) = (5, 4);

/// An amount of minutes or hours, in the languages of [`WAITS`]; of a range, its end.
static AMOUNT: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let names = NUMBERS.iter().map(|(name, _)| name.replace(' ', r"\ ")).collect::<Vec<_>>().join("|");
    Regex::new(&format!(
        r"(?ix)
          (?:^|[^\p{{L}}0-9.,])(\d{{1,3}}(?:[.,]\d)?|{names})[\ \t-]*
            (?:(?P<hours>h(?:ou)?rs?|stunden?|std|heures?|horas?|or[ae]|uur|uren|timm(?:e|ar)|timer?|час(?:а|ов)?|godzin[yaę]?|saat)
            |(?P<minutes>min(?:ute|uten|utes|utos?|uti|uter|utter|uut|uten)?s?|минут[ыау]?|dakika))(?:[^\p{{L}}]|$)
        | (\d{{1,3}}|[一二两三四五六七八九十半])\s*个?(?:(?P<hours_han>小时|小時|時間|시간)|(?P<minutes_han>分钟|分鐘|分間|分|분))"
    ))
    .ok()
});

/// Numbers by name, where a unit follows, in tenths.
#[rustfmt::skip]
const NUMBERS: [(&str, i64); 61] = [
    ("the next", 10), ("the", 10), ("der nächsten", 10),
    ("half an", 5), ("an", 10), ("one", 10), ("a couple of", 30), ("two", 20), ("three", 30), ("four", 40), ("five", 50), ("six", 60), ("seven", 70),
    ("eight", 80), ("ten", 100), ("twelve", 120), ("fifteen", 150), ("twenty", 200), ("thirty", 300), ("forty-five", 450), ("forty", 400), ("fifty", 500),
    ("eine halbe", 5), ("einer halben", 5), ("eine", 10), ("einer", 10), ("zwei", 20), ("drei", 30), ("vier", 40), ("fünf", 50), ("sechs", 60), ("acht", 80), ("zehn", 100),
    ("une demi", 5), ("une", 10), ("deux", 20), ("trois", 30), ("quatre", 40), ("cinq", 50), ("huit", 80),
    ("media", 5), ("una", 10), ("dos", 20), ("tres", 30), ("cuatro", 40), ("cinco", 50), ("seis", 60), ("ocho", 80), ("uma", 10), ("duas", 20), ("três", 30),
    ("quatro", 40), ("due", 20), ("tre", 30), ("quattro", 40), ("cinque", 50), ("два", 20), ("две", 20), ("три", 30), ("четыре", 40), ("пять", 50),
];
/// The same in Chinese and Japanese.
const HAN: &str = "半一二三四五六七八九十";

/// What says that something takes its time, or is to be waited for or watched.
static WAITS: Phrases = Phrases::new(&[
    "takes|take|took|taking|last time|lasts|wait|waits|waiting|watch|monitor|observe|poll|keep an eye|within|until|every|for the next|over the next|for about|about|usually|up to|soak|announced",
    "dauert|dauern|dauerte|braucht|warte|warten|beobachte|überwache|alle|bis|binnen|innerhalb|ungefähr|etwa|prend|prendre|dure|durer|attends|attendez|surveille|surveillez|toutes les|pendant|d'ici|environ|jusqu'à|tarda|tardar|dura|durar|espera|vigila|observa|cada|durante|dentro de|hasta|unos|unas|leva|levar|demora|aguarda|aguarde|vigie|monitora|até|cerca de|impiega|ci vuole|ci vogliono|aspetta|attendi|controlla|sorveglia|ogni|entro|fino|circa",
    "занимает|займёт|займет|длится|подожди|ждать|жди|следи|наблюдай|каждые|каждый|в течение|примерно|около|до|trwa|potrwa|czekaj|poczekaj|obserwuj|przez|duurt|wacht|houd in de gaten|binnen|tar|vänta|bevaka|vent|overvåg|sürer|bekle|izle",
    "需要|大约|大概|等待|等|监视|监控|观察|每隔|每|持续|花|かかる|かかり|待|監視|見張|ごと|おき|間隔|ほど|걸린|걸려|걸립|기다|감시|마다|동안",
]);

/// What stands before or behind the time between two looks.
#[rustfmt::skip]
const EVERY: [&str; 22] = [
    "every", "each", "alle", "aller", "toutes les", "tous les", "chaque", "cada", "ogni", "каждые", "каждый", "каждую", "co", "elke", "iedere", "om de", "var", "hver",
    "każde", "每", "隔", "毎",
];
const APART: [&str; 6] = ["おき", "ごと", "間隔", "마다", "에 한", "一次"];
/// How many looks at such times may bring nothing: a user who asks for them knows what they cost.
const LOOKS: i64 = 36;

/// The same without a number.
static EACH_MINUTE: Phrases = Phrases::new(&[
    "every minute|each minute|once a minute|jede minute|minütlich|einmal pro minute|chaque minute|toutes les minutes|une fois par minute|cada minuto|una vez por minuto|a cada minuto|ogni minuto|каждую минуту|раз в минуту|co minutę|elke minuut|varje minut|hvert minut|her dakika|每分钟|毎分|매분",
]);
static EACH_HOUR: Phrases = Phrases::new(&[
    "every hour|each hour|hourly|once an hour|jede stunde|stündlich|chaque heure|toutes les heures|cada hora|a cada hora|ogni ora|каждый час|раз в час|co godzinę|elk uur|varje timme|hver time|her saat|每小时|每个小时|毎時|매시간",
]);

/// What asks for looks or tries. An interval without it may be that of anything, such as a job that runs every hour.
static LOOKING: Phrases = Phrases::new(&[
    "check*|look|look at|poll*|watch*|monitor*|try|trying|retry*|keep|ping|query|observe|prüf*|schau*|versuch*|probier*|beobacht*|überwach*|sieh|vérifi*|regard*|essaie|essaye*|essayer|surveill*|comprueb*|revis*|mira|intent*|vigil*|observ*|verific*|verifi*|tenta|tente|olha|olhe|monitor*|controll*|guarda|prova|sorvegli*",
    "проверяй*|смотри*|пробуй*|следи*|наблюдай*|sprawdz*|patrz|próbuj*|obserwuj*|kijk|controleer|probeer|kolla|försök|sjekk|prøv|kontrol*|bekijk|検査|检查|查看|看|试|監視|监控|观察|轮询|確認|見て|試し|확인|시도|감시",
]);

/// What says that something takes hours, without saying how many.
static HOURS: Phrases = Phrases::new(&[
    "takes hours|take hours|run for hours|runs for hours|wait for hours|several hours|some hours|a few hours|many hours|stunden dauern|dauert stunden|mehrere stunden|einige stunden|ein paar stunden|stundenlang|des heures|plusieurs heures|quelques heures|varias horas|unas horas|algunas horas|várias horas|muitas horas|diverse ore|parecchie ore|alcune ore",
    "несколько часов|часами|kilka godzin|enkele uren|urenlang|flera timmar|flere timer|saatlerce|birkaç saat|几个小时|几小时|数小时|好几个小时|数時間|何時間も|몇 시간",
]);
const SEVERAL: i64 = 6 * HOUR;

/// What names a night, or a time of day to come.
static OVERNIGHT: Phrases = Phrases::new(&[
    "back in the morning|back tomorrow|return in the morning|see you in the morning|see you tomorrow|bin morgen früh|bis morgen früh|reviens demain|à demain|vuelvo mañana|hasta mañana|volto amanhã|torno domani|вернусь утром|до завтра|wracam jutro|ben morgen|明早回来|明天早上回来|明日の朝戻|내일 아침에 돌아",
    "overnight|through the night|all night|during the night|until the morning|until tomorrow|by tomorrow morning|über nacht|die ganze nacht|bis morgen|bis zum morgen|cette nuit|toute la nuit|jusqu'à demain|toda la noche|durante la noche|hasta mañana|a noite toda|durante a noite|até amanhã|tutta la notte|fino a domani",
    "всю ночь|ночью|до утра|до завтра|przez noc|do rana|de hele nacht|tot morgen|hela natten|til i morgen|整夜|通宵|过夜|到明天|一晩|夜通し|朝まで|밤새|내일까지",
]);

/// A time of day until when or at which something is to be done: "until 06:00", "at 6 am", "bis 6 Uhr".
static AT_TIME: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?i)(?:^|[ (])(?:at|until|till|before|by|um|bis|à|jusqu'à|a las|hasta las|às|até as|alle|fino alle|в|до|o|om|tot) (?:[01]?\d|2[0-3])(?:[:h.][0-5]\d| ?(?:am|pm|uhr|heures|horas|ore|uur|часов))(?:[^0-9]|$)",
    )
    .ok()
});

/// What keeps something back until a time of day.
static NOT_BEFORE: Phrases = Phrases::new(&[
    "not before|not earlier|no earlier|sharp|nicht vor|nicht früher|pünktlich|pas avant|pile|no antes|en punto|não antes|em ponto|non prima|in punto|не раньше|ровно в|nie wcześniej|niet eerder|inte före|ikke før|不早于|不要早于|准时|より前に|ちょうどに",
]);

/// How much of a message is read, in bytes.
const READ: usize = 4000;

/// How long the user lets something take at most, in milliseconds; 0 where a message says nothing of it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct AllowedTime {
    /// Anything that is waited for, such as a call.
    pub(crate) wait: i64,
    /// Looks again and again, which may be asked for at intervals: a call that hangs between them is another matter.
    pub(crate) looks: i64,
}

impl AllowedTime {
    /// The longer ones of two messages.
    pub(crate) fn max(self, other: Self) -> Self {
        Self { wait: self.wait.max(other.wait), looks: self.looks.max(other.looks) }
    }
}

/// How long a message lets something take.
pub(crate) fn allowed_time(message: &str) -> AllowedTime {
    let folded = fold(&message[..message.floor_char_boundary(READ)]);
    let sentences = folded.split(['\n', ';', '!', '?', '。']).flat_map(|line| line.split(". "));
    sentences.map(of_sentence).fold(AllowedTime::default(), AllowedTime::max)
}

fn of_sentence(sentence: &str) -> AllowedTime {
    let waits = WAITS.is_in(sentence);
    let names_time = || AT_TIME.as_ref().is_some_and(|times| times.is_match(sentence));
    let is_night = OVERNIGHT.is_in(sentence) || (waits || NOT_BEFORE.is_in(sentence)) && names_time();
    let looks = LOOKING.is_in(sentence);
    let each = match (EACH_MINUTE.is_in(sentence), EACH_HOUR.is_in(sentence)) {
        _ if !looks => 0,
        (_, true) => HOUR,
        (true, false) => MINUTE,
        (false, false) => 0,
    };
    let mut allowed = AllowedTime { wait: if is_night { NIGHT } else { 0 }, looks: (each * LOOKS).min(NIGHT) };
    if waits {
        if HOURS.is_in(sentence) {
            allowed.wait = allowed.wait.max(SEVERAL);
        }
        for found in AMOUNT.iter().flat_map(|amounts| amounts.captures_iter(sentence)) {
            let Some((number, all)) = found.get(1).or_else(|| found.get(4)).zip(found.get(0)) else { continue };
            let is_hours = found.name("hours").or_else(|| found.name("hours_han")).is_some();
            let amount = tenths(number.as_str()).unwrap_or_default() * if is_hours { HOUR } else { MINUTE } / 10;
            if is_between(&sentence[..number.start()], &sentence[all.end()..]) {
                if !looks {
                    continue;
                }
                allowed.looks = allowed.looks.max((amount * LOOKS).min(NIGHT));
            } else {
                allowed.wait = allowed.wait.max(amount.min(NIGHT) / SLACK.1 * SLACK.0);
            }
        }
    }
    AllowedTime { looks: allowed.looks.max(allowed.wait), ..allowed }
}

/// Whether an amount is the time between two looks, as what stands before or behind it says.
fn is_between(before: &str, behind: &str) -> bool {
    // "every 10-15 minutes", "every ~10 minutes"
    let before = before.trim_end_matches(|c: char| c.is_ascii_digit() || c.is_whitespace() || "-–~≈".contains(c));
    let behind = behind.trim_start();
    let ends = |word: &str| {
        let rest = before.strip_suffix(word);
        rest.is_some_and(|rest| !word.is_ascii() || !rest.ends_with(|c: char| c.is_alphanumeric()))
    };
    EVERY.iter().any(|word| ends(word)) || APART.iter().any(|word| behind.starts_with(word))
}

/// A number in tenths.
fn tenths(number: &str) -> Option<i64> {
    if let Some((_, value)) = NUMBERS.iter().find(|(name, _)| *name == number) {
        return Some(*value);
    }
    let mut letters = number.chars();
    if let (Some(letter), None) = (letters.next(), letters.next())
        && let Some(at) = HAN.chars().position(|known| known == if letter == '两' { '二' } else { letter })
    {
        return Some(if at == 0 { 5 } else { i64::try_from(at).ok()? * 10 });
    }
    let (whole, part) = number.split_once(['.', ',']).unwrap_or((number, "0"));
    Some(whole.parse::<i64>().ok()? * 10 + part.parse::<i64>().ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_how_long_something_may_take() {
        for (text, wait) in [
            ("Restore the dump. It takes about three hours.", 225),
            ("Run the case (takes 50–60 minutes)", 75),
            ("Watch the price every 15 minutes for five hours", 375),
            ("It can take up to 1.5 hours", 112),
            ("Wait for Ann, she approves it within an hour", 75),
            ("They drop it within the next hour, poll until it is there", 75),
            ("Der Lauf dauert etwa eine halbe Stunde", 37),
            ("Wait for job 7, it takes hours", 360),
            ("Warte auf den Lauf, das dauert Stunden", 360),
            ("I will be back in the morning; stay with the job", 720),
            ("Attends la fin, ça prend 2 heures", 150),
            ("Vigila la cola durante 40 minutos", 50),
            ("Это займёт 2 часа", 150),
            ("等待构建完成，大约需要3小时", 225),
            ("約二時間かかります", 150),
            ("Sync the mirror overnight", 720),
            ("The report that is sent in the morning is empty", 0),
            ("Publish it at 06:00, not before", 720),
            ("The cache keeps entries for 24 hours; purge it", 0),
            ("Fix the timeout of 30 minutes in config.py", 0),
            ("Wait for the build", 0),
            ("It broke at 10:23, see the log", 0),
            ("Make the importer 10x faster", 0),
        ] {
            assert_eq!(allowed_time(text).wait / MINUTE, wait, "{text}");
        }
    }

    #[test]
    fn reads_how_often_to_look() {
        for (text, looks) in [
            ("Watch the price every 15 minutes for five hours", 540),
            ("Beobachte ihn alle 10 Minuten", 360),
            ("Check it every 20 minutes until it is done", 720),
            ("10分おきに確認して", 360),
            ("每10分钟检查一次，直到完成", 360),
            ("Vérifie toutes les 5 minutes", 180),
            ("Wait two hours", 150),
            ("Keep trying every minute until it works", 36),
            ("Schau stündlich nach", 720),
            ("每分钟看一次", 36),
            ("Check every 10-15 minutes", 540),
            ("The log rotates every hour, fix that", 0),
            ("Fix the export that runs every 10 minutes", 0),
            ("Retry all 3 minutes of it", 0),
        ] {
            assert_eq!(allowed_time(text).looks / MINUTE, looks, "{text}");
        }
        assert_eq!(allowed_time("Check it every 20 minutes until it is done").wait, 0);
    }
}
