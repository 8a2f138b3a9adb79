//! Reads the time zone that a message names: an abbreviation, a place, or an offset.

use super::calendar::{DAY, HOUR, MINUTE, sunday, year_of};

/// When the clocks of a zone are an hour ahead of its standard time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Summer {
    Never,
    /// From the second Sunday of March to the first of November.
    America,
    /// From the last Sunday of March to the last of October, everywhere at the same moment.
    Europe,
    /// From the first Sunday of October to the first of April.
    Australia,
    /// From the last Sunday of September to the first of April.
    NewZealand,
}

/// A time zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Zone {
    /// Minutes from UTC in winter.
    minutes: i64,
    summer: Summer,
}

/// Zones by the names that programs and people write, with minutes from UTC. Sources: the IANA time zone database and
/// the abbreviations of RFC 2822; those that mean several places mean what American providers mean by them.
#[rustfmt::skip]
const ZONES: [(&str, i64, Summer); 38] = [
    ("utc gmt z etc/utc", 0, Summer::Never),
    ("pst", -480, Summer::Never),
    ("pdt mst america/phoenix", -420, Summer::Never),
    ("mdt cst america/mexico_city america/costa_rica", -360, Summer::Never),
    ("cdt est america/bogota america/lima america/panama america/jamaica", -300, Summer::Never),
    ("edt america/caracas america/la_paz america/puerto_rico", -240, Summer::Never),
    ("brt art america/sao_paulo america/argentina/buenos_aires america/buenos_aires america/montevideo", -180, Summer::Never),
    ("hst pacific/honolulu", -600, Summer::Never),
    ("america/anchorage", -540, Summer::America),
    ("pt pacific america/los_angeles america/vancouver america/tijuana us/pacific", -480, Summer::America),
    ("mt mountain america/denver america/edmonton america/boise us/mountain", -420, Summer::America),
    ("ct central america/chicago america/winnipeg us/central", -360, Summer::America),
    ("et eastern america/new_york america/toronto america/detroit america/montreal us/eastern", -300, Summer::America),
    ("america/halifax", -240, Summer::America),
    ("america/st_johns", -210, Summer::America),
    ("africa/accra africa/abidjan atlantic/reykjavik", 0, Summer::Never),
    ("wet europe/london europe/dublin europe/lisbon", 0, Summer::Europe),
    ("cet bst west africa/lagos africa/algiers", 60, Summer::Never),
    ("europe/berlin europe/paris europe/madrid europe/rome europe/amsterdam europe/brussels europe/vienna europe/zurich europe/stockholm europe/oslo europe/copenhagen europe/prague europe/warsaw europe/budapest europe/belgrade europe/zagreb europe/ljubljana europe/bratislava europe/luxembourg", 60, Summer::Europe),
    ("cest eet africa/johannesburg africa/tripoli", 120, Summer::Never),
    ("europe/athens europe/helsinki europe/kyiv europe/kiev europe/bucharest europe/sofia europe/riga europe/vilnius europe/tallinn", 120, Summer::Europe),
    ("eest msk europe/moscow europe/istanbul europe/minsk africa/nairobi asia/riyadh asia/baghdad", 180, Summer::Never),
    ("asia/tehran", 210, Summer::Never),
    ("asia/dubai asia/tbilisi asia/yerevan asia/baku", 240, Summer::Never),
    ("asia/kabul", 270, Summer::Never),
    ("pkt asia/karachi asia/tashkent asia/yekaterinburg asia/almaty", 300, Summer::Never),
    ("ist asia/kolkata asia/calcutta asia/colombo", 330, Summer::Never),
    ("asia/kathmandu", 345, Summer::Never),
    ("asia/dhaka", 360, Summer::Never),
    ("wib asia/bangkok asia/ho_chi_minh asia/saigon asia/jakarta", 420, Summer::Never),
    ("sgt hkt asia/shanghai asia/hong_kong asia/taipei asia/singapore asia/manila asia/kuala_lumpur awst australia/perth", 480, Summer::Never),
    ("jst kst asia/tokyo asia/seoul", 540, Summer::Never),
    ("acst australia/darwin", 570, Summer::Never),
    ("aest australia/brisbane", 600, Summer::Never),
    ("australia/adelaide", 570, Summer::Australia),
    ("australia/sydney australia/melbourne australia/hobart", 600, Summer::Australia),
    ("aedt", 660, Summer::Never),
    ("nz pacific/auckland", 720, Summer::NewZealand),
];

/// How far after a clock its zone is looked for, in bytes.
const NEAR: usize = 48;
/// How many words may stand before it.
const BEFORE: usize = 4;
/// Those words. Any other begins something else.
#[rustfmt::skip]
const FILLERS: [&str; 21] = [
    "on", "in", "the", "your", "local", "time", "zone", "timezone", "mon", "tue", "wed", "thu", "fri", "sat", "sun", "uhr", "h",
    "hrs", "hours", "today", "o",
];
/// Zones whose names are words of everyday language as well.
const WORDS: [&str; 7] = ["pacific", "mountain", "central", "eastern", "west", "wet", "art"];

impl Zone {
    /// The zone that stands at the beginning of `text` or shortly after, in small letters.
    pub(super) fn read(text: &str) -> Option<Self> {
        let near = &text[..text.floor_char_boundary(NEAR)];
        // The next sentence is about something else.
        let near = near.split(['.', ';', '\n']).next().unwrap_or_default();
        let is_letter = |c: char| c.is_ascii_alphanumeric() || matches!(c, '/' | '_' | '+' | '-' | ':');
        let mut rest = near;
        for at in 0..=BEFORE {
            let start = rest.find(is_letter)?;
            let (before, word) = rest.split_at(start);
            let (word, behind) = word.split_at(word.find(|c| !is_letter(c)).unwrap_or(word.len()));
            // A short word is a zone only where one is expected: in French, "et" is none.
            let expected = at == 0 || before.ends_with('(');
            let is_plain = word.len() <= 2 || WORDS.contains(&word);
            let named = Self::by_name(word).filter(|_| expected || !is_plain || behind.starts_with(" time"));
            if let Some(zone) = Self::by_offset(word).or(named) {
                return Some(zone);
            }
            let is_filler =
                FILLERS.contains(&word) || word.ends_with("day") || word.bytes().all(|b| b.is_ascii_digit());
            if !is_filler {
                return None;
            }
            rest = behind;
        }
        None
    }

    fn by_name(word: &str) -> Option<Self> {
        let word = word.trim_end_matches([':', '-', '/']);
        let row = ZONES.iter().find(|(names, ..)| names.split(' ').any(|name| name == word));
        row.map(|(_, minutes, summer)| Self { minutes: *minutes, summer: *summer })
    }

    /// Reads `+0200`, `-05:30`, `utc+8`, `gmt-3`.
    fn by_offset(word: &str) -> Option<Self> {
        let named = word.strip_prefix("utc").or_else(|| word.strip_prefix("gmt"));
        let offset = named.unwrap_or(word);
        let sign = match offset.chars().next()? {
            '+' => 1,
            '-' => -1,
            _ => return None,
        };
        let digits: String =
            offset[1..].chars().take(6).filter(|c| *c != ':').take_while(char::is_ascii_digit).collect();
        let (hours, minutes) = match digits.len() {
            1 | 2 if named.is_some() || digits.len() == 2 => (digits.as_str(), "0"),
            3 | 4 => digits.split_at(digits.len() - 2),
            _ => return None,
        };
        let minutes = 60 * hours.parse::<i64>().ok()? + minutes.parse::<i64>().ok()?;
        (minutes <= 14 * 60).then_some(Self { minutes: sign * minutes, summer: Summer::Never })
    }

    /// The moment at which a clock of this zone shows `local`, in milliseconds since the epoch.
    pub(super) fn moment(self, local: i64) -> i64 {
        local.saturating_sub(self.offset(local))
    }

    /// What a clock of this zone shows at a moment.
    pub(super) fn local(self, moment: i64) -> i64 {
        moment.saturating_add(self.offset(moment.saturating_add(self.minutes * MINUTE)))
    }

    /// How far it is from UTC when its clocks show `local`, in milliseconds.
    fn offset(self, local: i64) -> i64 {
        let year = year_of(local.div_euclid(DAY));
        let at = |day: i64, hour: i64| day * DAY + hour * HOUR;
        let (from, to) = match self.summer {
            Summer::Never => return self.minutes * MINUTE,
            Summer::America => (at(sunday(year, 3, 2), 2), at(sunday(year, 11, 1), 1)),
            Summer::Europe => {
                let hour = 1 + self.minutes / 60;
                (at(sunday(year, 4, 0), hour), at(sunday(year, 11, 0), hour))
            }
            Summer::Australia => (at(sunday(year, 10, 1), 2), at(sunday(year, 4, 1), 2)),
            Summer::NewZealand => (at(sunday(year, 10, 0), 2), at(sunday(year, 4, 1), 2)),
        };
        // In the south, summer is on both sides of the turn of the year.
        let summer = if from < to { (from..to).contains(&local) } else { local >= from || local < to };
        self.minutes * MINUTE + if summer { HOUR } else { 0 }
    }
}

#[cfg(test)]
mod tests {
    use super::super::calendar::days;
    use super::*;

    fn offset(name: &str, (month, day): (i64, i64)) -> Option<i64> {
        let local = days(2026, month, day) * DAY + 12 * HOUR;
        Zone::read(name).map(|zone| (local - zone.moment(local)) / MINUTE)
    }

    #[test]
    fn reads_zones() {
        for (name, winter, summer) in [
            ("utc)", 0, 0),
            ("(america/new_york)", -300, -240),
            ("pacific time", -480, -420),
            ("europe/berlin", 60, 120),
            ("europe/london", 0, 60),
            ("australia/sydney", 660, 600),
            ("pacific/auckland", 780, 720),
            ("asia/kolkata", 330, 330),
            ("utc+8", 480, 480),
            ("gmt-03:30", -210, -210),
            ("+0200", 120, 120),
            ("on friday, jst", 540, 540),
            ("wed, est", -300, -300),
            ("2026 utc", 0, 0),
            ("in the america/chicago zone", -360, -300),
            ("your time (pt)", -480, -420),
        ] {
            assert_eq!((offset(name, (1, 15)), offset(name, (7, 15))), (Some(winter), Some(summer)), "{name}");
        }
        for name in
            ["", "soon", "tomorrow et", "2026", "- 5", "+99", "the central team", "contact west", ". pacific rim"]
        {
            assert_eq!(offset(name, (1, 15)), None, "{name}");
        }
    }

    #[test]
    fn clocks_change() {
        let zone = Zone::read("america/chicago").unwrap();
        let at = |month, day, hour| days(2026, month, day) * DAY + hour * HOUR;
        assert_eq!(zone.local(at(3, 8, 7)), at(3, 8, 1));
        assert_eq!(zone.local(at(3, 8, 8)), at(3, 8, 3));
        assert_eq!(zone.moment(at(11, 2, 0)), at(11, 2, 6));
    }
}
