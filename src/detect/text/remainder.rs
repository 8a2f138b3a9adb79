//! Tells whether an answer leaves a rest of what was asked for, which its request counts or names as a whole: "Seven of
//! the twelve endpoints run on the new router. The remaining five follow the same pattern."

use super::answer::{Block, Shape, blocks, plain, sentences};
use super::fractions::{number, parts, says_nothing_left, says_whole, stands_for_a_part};
use super::partial::is_elsewhere;
use super::phrases::{Phrases, fold};

/// What calls the rest.
#[rustfmt::skip]
static REST: Phrases = Phrases::new(&[
    "remaining|other|others|rest|die übrigen|der übrigen|übrigen|restlichen|anderen|verbleibenden|verbliebenen|der rest|den rest",
    "autres|restants|restantes|le reste|otros|otras|demás|restantes|el resto|los que quedan",
]);
/// How far from such a word its number stands, in words.
const NEAR: usize = 2;
/// What says of a rest that it is not done.
#[rustfmt::skip]
static OPEN: Phrases = Phrases::new(&[
    "follow|follows|will follow|still|can be|could be|can follow|can come|should be|will be|would be|are to be|to be done|need|needs|left|leave|leaving|skipped|postponed|deferred|later|next|follow-up|follow-ups|followup|another pr|separate pr|pending|open|outstanding|missing|todo|to do|not",
    "folgen|noch|später|können|könnten|lassen sich|stehen aus|offen|fehlen|weiterhin|als nächstes|nächsten|zurückgestellt|ausgelassen|nicht|übrig gelassen|müssen",
    "suivent|suivront|encore|toujours|peuvent|pourront|pourraient|plus tard|reste à|restent à|restent|à migrer|à faire|prochain*|laissé|pas|doivent",
    "siguen|seguirán|todavía|aún|pueden|podrán|podrían|quedan|faltan|pendiente*|después|más tarde|próxim*|dejé|he dejado|no|deben",
]);
/// What puts a rest off that has no number, as its own sentence says.
#[rustfmt::skip]
static PUTS_OFF: Phrases = Phrases::new(&[
    "for a follow-up|for a followup|for follow-up|for later|for another|for the next|for a separate|for a second|in a follow-up|to a follow-up|to a later|to another|until later",
    "für später|für einen weiteren|für eine weitere|für den nächsten|auf später|pour plus tard|pour une autre|pour un autre|à plus tard|pour la suite|para después|para más tarde|para otro|para otra|para más adelante",
]);
/// Who put it off.
#[rustfmt::skip]
static PUTTING: Phrases = Phrases::new(&[
    "left|leave|leaving|leaves|postponed|deferred|put off|kept|saved|lasse|ließ|gelassen|verschoben|verschiebe|zurückgestellt|aufgehoben|laissé|laisse|reporté|reporte|remis|dejé|dejo|dejado|pospuse|pospuesto|aplazado",
]);
/// How a list of what is left is headed.
#[rustfmt::skip]
static HEADS: Phrases = Phrases::new(&[
    "remaining|still remaining|what remains|what is left|what's left|remaining work|remaining items|left|still left|left to do|still open|still to do|to do|todo|not done|not done yet|not yet done|outstanding|pending|still pending",
    "noch offen|offen|ausstehend|noch ausstehend|noch zu tun|verbleibend|es fehlen noch|es fehlt noch|restant|restants|restantes|reste|il reste|reste à faire|à faire|pendiente|pendientes|quedan|faltan|falta|queda por hacer|por hacer",
]);
/// What such a list is when nothing is left.
#[rustfmt::skip]
static NOTHING: Phrases = Phrases::new(&["none|nothing|n/a|no|not|zero|0|keine|keiner|nichts|aucun*|rien|nada|ningun*|ningún|without"]);
/// A sentence with one of these leaves a rest alone for a reason, and a clause with one of the others is of other things.
#[rustfmt::skip]
static ON_PURPOSE: Phrases = Phrases::new(&[
    "as you asked|as you said|as requested|as asked|as agreed|as planned|on purpose|deliberate*|intentional*|by design|out of scope|outside the scope|not part of|optional*|unaffected|unchanged|as before|nothing|no longer|wie gewünscht|wie vereinbart|absichtlich|bewusst|unverändert|volontairement|comme demandé|comme convenu|inchangé*|intencional*|como pediste|sin cambios|a propósito",
]);
#[rustfmt::skip]
static OTHER_THINGS: Phrases = Phrases::new(&[
    "commit*|push*|deploy*|merge*|release*|test|tests|error*|warning*|pass|passes|fine|correct|valid|warnung*|fehler*|avertissement*|erreur*|advertencia*|prueba*|pruebas",
]);
/// What calls the whole that is asked for.
#[rustfmt::skip]
static WHOLE: Phrases = Phrases::new(&[
    "all|every|each|everything|the whole|alle|aller|allen|sämtliche*|jede*|die ganze*|das ganze|tous|toutes|tout|toute|chaque|todos|todas|todo|toda|cada",
]);
/// What asks for a part only.
#[rustfmt::skip]
static PART: Phrases = Phrases::new(&[
    "the first|first half|only the|only do|just the|just do|leave the rest|leave the others|leave the other|leave the remaining|skip the rest|start with|begin with|half of|one of the|two of the|three of the|a few of|some of",
    "die ersten|der ersten|den ersten|nur die|nur den|nur das|lass den rest|lass die anderen|lass die übrigen|lass die restlichen|beginne mit|fang mit|vorerst|les premiers|les premières|premiers|premières|seulement|uniquement|laisse le reste|laisse les autres|commence par|los primeros|las primeras|primeros|primeras|solo|sólo|solamente|únicamente|deja el resto|deja los demás|deja las demás|deja los otros|deja las otras|empieza por|empieza con",
]);

/// Whether an answer says that it leaves a rest of what a folded request asks for.
pub(crate) fn leaves_remainder(answer: &str, request: &str) -> bool {
    let blocks = blocks(answer);
    let said: Vec<String> = blocks.iter().filter(|block| block.shape != Shape::Other).flat_map(folded).collect();
    if said.iter().any(|sentence| says_whole(sentence)) {
        return false;
    }
    let asked: Vec<u32> = numbers(request).collect();
    let mut wholes: Vec<u32> = said.iter().flat_map(|sentence| parts(sentence)).map(|(_, whole)| whole).collect();
    let stands = said.iter().any(|sentence| stands_for_a_part(sentence, &asked));
    wholes.extend(asked);
    let is_whole = WHOLE.is_in(request);
    stands || said.iter().any(|sentence| is_remainder(sentence, &wholes, is_whole)) || lists_a_rest(&blocks, request)
}

/// Whether what an answer counts as done is the part that a folded request asks for.
pub(crate) fn is_part_asked(answer: &str, request: &str) -> bool {
    if !PART.is_in(request) {
        return false;
    }
    let asked: Vec<u32> = numbers(request).collect();
    let all = fold(&plain(answer));
    let counted = parts(&all);
    // The largest of several numbers is the whole.
    let whole = asked.iter().max().filter(|_| asked.len() > 1);
    let is_asked = |number: &u32| asked.contains(number) && Some(number) != whole;
    if counted.is_empty() {
        return asked.is_empty() || numbers(&all).any(|number| is_asked(&number));
    }
    counted.iter().all(|(part, _)| asked.is_empty() || is_asked(part))
}

fn folded(block: &Block) -> Vec<String> {
    sentences(&plain(&block.text)).into_iter().map(fold).collect()
}

fn bare(word: &str) -> &str {
    word.trim_matches(|c: char| !c.is_alphanumeric())
}

fn numbers(folded: &str) -> impl Iterator<Item = u32> {
    folded.split_whitespace().filter_map(|word| number(bare(word))).filter(|number| *number > 1)
}

/// Whether a folded sentence says of a rest that it is not done. `wholes` are what the rest may be of, and `is_whole`
/// says that all was asked for.
fn is_remainder(folded: &str, wholes: &[u32], is_whole: bool) -> bool {
    // Most sentences speak of no rest.
    if !REST.is_in(folded) || says_nothing_left(folded) || ON_PURPOSE.is_in(folded) {
        return false;
    }
    let counts = |clause: &str| rest_number(clause).is_some_and(|rest| wholes.iter().any(|whole| rest < *whole));
    let puts_off = PUTTING.is_in(folded) && PUTS_OFF.is_in(folded);
    folded.split([';', ',', '—', '–', '(', ')']).filter(|clause| REST.is_in(clause)).any(|clause| {
        let is_open = OPEN.is_in(clause) && !OTHER_THINGS.is_in(clause);
        counts(clause) && (is_open || puts_off) || is_whole && puts_off
    })
}

/// How many a clause says that the rest is: "the other five", "les cinq autres".
fn rest_number(clause: &str) -> Option<u32> {
    REST.find_all(clause).find_map(|(start, end)| {
        let behind = clause[end..].split_whitespace().take(NEAR);
        let before = clause[..start].split_whitespace().rev().take(NEAR);
        behind.chain(before).find_map(|word| number(bare(word)))
    })
}

/// Whether a list stands below a head that says that it is left, or behind it.
fn lists_a_rest(blocks: &[Block], request: &str) -> bool {
    let is_head = |head: &str| {
        let mut hits = HEADS.find_all(head);
        hits.any(|(start, end)| start == 0 && head[end..].split_whitespace().all(|word| request.contains(word)))
    };
    let is_left = |list: &str| {
        let list = fold(&plain(list));
        list.chars().any(char::is_alphanumeric) && !NOTHING.begins(&list) && !is_elsewhere(&list)
    };
    blocks.iter().enumerate().any(|(at, block)| {
        let next = || blocks.get(at + 1).map(|next| next.text.as_str());
        block.text.lines().any(|line| match line.split_once([':', '：']) {
            Some((head, list)) if is_head(&fold(head)) => {
                let list = list.trim_matches(['*', '_', ' ']);
                if list.is_empty() { next().is_some_and(is_left) } else { is_left(list) }
            }
            None if block.shape == Shape::Heading => is_head(&fold(line)) && next().is_some_and(is_left),
            _ => false,
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: &str = "move all 12 endpoints to the new router";

    #[test]
    fn a_rest_is_left() {
        for (request, answer) in [
            (ALL, "Seven of the twelve endpoints run on the new router. The remaining five follow the same pattern."),
            (ALL, "7 of 12 endpoints run on the new router; tests pass."),
            (ALL, "Seven endpoints use it. The remaining five are still on the old one."),
            (ALL, "Seven endpoints use it.\n\nRemaining: orders, refunds, users."),
            (ALL, "Seven endpoints use it.\n\n## Remaining\n- orders\n- refunds"),
            (ALL, "Seven endpoints use it, tests pass. The other five can be moved in the same way."),
            (ALL, "Moved a to g. I left the other five for a follow-up."),
            ("convert every page", "Converted the account pages. I left the rest for a follow-up."),
            ("move the endpoints", "Four of nine endpoints use it, and the other five could be done the same way."),
            (
                "stelle alle 12 endpunkte um",
                "7 von 12 Endpunkten laufen auf v2. Die übrigen fünf folgen demselben Muster.",
            ),
            ("migre les 12 routes", "Sept routes sur douze passent par v2. Les cinq autres peuvent suivre."),
            ("migra las 12 rutas", "Siete de las doce rutas usan v2. Las otras cinco siguen en v1."),
        ] {
            assert!(leaves_remainder(answer, request), "{answer}");
        }
    }

    #[test]
    fn nothing_is_left() {
        for (request, answer) in [
            (ALL, "All twelve of the twelve endpoints run on the new router; the tests pass."),
            (ALL, "All 12 endpoints are moved. Seven of the twelve use the helper, the other five can be told apart."),
            (ALL, "I moved seven by a script and the other five by hand."),
            (ALL, "Seven had to be moved; the other five already were on the new router."),
            (ALL, "The endpoints use it now. The other five tests still pass."),
            (ALL, "The endpoints use it now.\n\nRemaining: none."),
            (ALL, "The endpoints use it now.\n\nPending: your review."),
            (ALL, "The remaining references are in comments. Two of three are in the README."),
            ("fix the 5 handlers", "Two of the five handlers left the lock open, the others did not need it."),
            ("shorten the list", "The rest of the list is loaded later."),
        ] {
            assert!(!leaves_remainder(answer, request), "{answer}");
        }
    }

    #[test]
    fn the_part_that_was_asked_for() {
        let said = "The first 7 of the 12 endpoints are moved; the remaining five are on the old one.";
        assert!(is_part_asked(said, "move the first 7 of the 12 endpoints, leave the rest"));
        assert!(is_part_asked(said, "move the first seven endpoints"));
        assert!(is_part_asked("Two of five modules are moved.", "move only the small modules"));
        assert!(!is_part_asked("3 of the 7 endpoints are moved.", "move the first seven endpoints"));
        assert!(!is_part_asked("I moved three; the rest is not done yet.", "move the first seven endpoints"));
        assert!(!is_part_asked("7 of 12 are moved.", "move all 12 endpoints, and touch only the routes"));
        assert!(!is_part_asked(said, ALL));
    }
}
