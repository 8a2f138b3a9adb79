//! Reads what an answer announces to do next.

use super::answer::{blocks, plain, sentences};
use super::ending_phrases;
use super::phrases::{Phrases, fold};

/// What an announcement is kept by, the least first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Announced {
    /// A look.
    Look,
    /// A command, whatever it does.
    Command,
    /// A change, a check, or something that no table knows: a read is not enough.
    Work,
}

static ENGLISH: Phrases = Phrases::new(&[ending_phrases::ENGLISH_ANNOUNCING, ENGLISH_WORDS]);

/// Words that tell English from other languages.
const ENGLISH_WORDS: &str = "the|this|these|my|it|of|with";

/// English verbs of looking and waiting. They are nouns as well ("fix the check"), so only leading words may stand
/// before them.
static LOOKS: Phrases = Phrases::new(&[
    "look|looking|read|reading|reread|re-read|check|checking|double-check|recheck|see|view|viewing|inspect|inspecting|examine|examining|search|searching|find|finding|locate|review|reviewing|verify|verifying|confirm|confirming|list|listing|explore|exploring|open|opening|investigate|investigating|understand|understanding|analyze|analyzing|analyse|gather|gathering|get|fetch|fetching|grep|show|trace|study|scan|scanning|browse|wait|waiting|watch|watching|monitor|poll|peek|query|querying|diagnose|figure|determine|identify|learn|glance|compare|count|print|dig|go through|go over|pull up|walk through",
]);

/// Words of looking and waiting in other languages.
static LOOKS_ANYWHERE: Phrases = Phrases::new(&[
    "sehe|sehen|schaue|schauen|ansehen|anschauen|lese|lesen|prüfe|prüfen|überprüf*|suche|suchen|untersuche*|warte|warten|analysiere*",
    "regarde*|lire|lis|vérifie*|examiner|cherche|chercher|inspecte*|consulter|attendre|analyser|voyons|voir",
    "mirar|miro|ver|veamos|leer|leo|revisar*|reviso|comprob*|verificar*|verifico|buscar*|busco|examinar*|inspeccion*|esperar*|espero|analizar*|consultar*",
    "olhar|vejo|vejamos|ler|leio|procurar|aguardar|analisar|guardo|guardiamo|guardare|leggo|leggere|leggiamo|vediamo|controllo|controllare|controlliamo|verifichiamo|cerco|cercare|esaminare|esamino|attendo|attendere",
    "посмотр*|смотр*|прочит*|чита*|провер*|найд*|поищ*|изуч*|подожд*|взгля*",
    "看|查|读|讀|检查|檢查|搜索|搜尋|等待|确认|確認|読|調べ|見て|見ま|探|待|확인|살펴|읽|검색|찾아|기다|분석",
    "kijken|kijk|bekijk*|lees|lezen|controleer*|zoek|zoeken|wacht|sprawdz*|przeczyta*|zobacz*|titta*|läsa|läser|kolla|kollar|sjekke*|tjekke*|lukea|luen|tarkist*|podív*|zkontroluj*|bakıyorum|bakalım|bakayım|okuyorum|okuyalım|kontrol ediyorum|kontrol edelim|xem|đọc|kiểm tra|lihat|membaca|periksa|memeriksa|citesc|nézzük|megnéz*|olvas*|ellenőriz*",
]);

/// Verbs of running.
static COMMANDS: Phrases =
    Phrases::new(&["run|running|rerun|re-run|execute|executing|try|trying|call|calling|invoke|use|using"]);

/// Words that may stand before the verb of an announcement.
const LEADS: &str = "i i'll i'm i'd we we'll let let's me us will shall should must need want have has got to am going about now next \
    first then so ok okay also just quickly briefly still again start begin starting by with try go ahead and take taking a an quick closer \
    deeper another brief short better give it do time ready great good perfect alright finally before that's today once more well right";

impl Announced {
    /// Reads the last sentence of an answer that ends with an announcement.
    pub(crate) fn read(text: &str) -> Self {
        let blocks = blocks(text);
        let last = blocks.last().map(|block| plain(&block.text)).unwrap_or_default();
        let sentence = sentences(&last).last().map(|sentence| fold(sentence)).unwrap_or_default();
        // What stands before it only says when: "Before I change it, let me look …".
        let from = ending_phrases::ANNOUNCING.find_all(&sentence).map(|(start, _)| start).min().unwrap_or(0);
        let said = &sentence[from..];
        let leads = |table: &Phrases| table.find_all(said).any(|(at, _)| said[..at].split_whitespace().all(is_lead));
        if leads(&LOOKS) || !ENGLISH.is_in(said) && LOOKS_ANYWHERE.is_in(said) {
            Self::Look
        } else if leads(&COMMANDS) {
            Self::Command
        } else {
            Self::Work
        }
    }
}

fn is_lead(word: &str) -> bool {
    let word = word.trim_matches(|c: char| !c.is_alphanumeric());
    word.is_empty() || LEADS.split_ascii_whitespace().any(|lead| lead == word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_looks_from_work() {
        for text in [
            "Let me look at the notes:",
            "One is old. Now let me take a closer look at it:",
            "Before changing it, let me read the file.",
            "I need to check the logs first.",
            "Checking the notes:",
            "Okay, I'll first wait for the build:",
            "Je vais vérifier les notes :",
            "让我检查一下这个文件：",
        ] {
            assert_eq!(Announced::read(text), Announced::Look, "{text}");
        }
        for text in ["Let me run `git status`:", "Now running the suite:", "I'll try again:"] {
            assert_eq!(Announced::read(text), Announced::Command, "{text}");
        }
        for text in [
            "Let me fix the check:",
            "I'll update the search box:",
            "Let me add code to read the list:",
            "Now let me fix it, and then I'll look at the rest:",
            "The new file:",
            "Let me mend the guard of the controller:",
            "Ich behebe jetzt den Fehler:",
            "让我修复这个问题：",
        ] {
            assert_eq!(Announced::read(text), Announced::Work, "{text}");
        }
    }
}
