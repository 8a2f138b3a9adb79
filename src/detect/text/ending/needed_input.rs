//! Tells whether a sentence says that the agent needs to be told something by the user, with no mark of a question: "I need
//! two details from you: the host, and how long to keep the copies."

use super::awaited_input::lacks_access;
use crate::detect::text::ending_phrases::CONDITIONS;
use crate::detect::text::phrases::Phrases;

/// How the agent says in one language that it needs something, that it comes from the user, and what it is.
struct Row {
    needs: Phrases,
    yours: Phrases,
    things: Phrases,
}

#[rustfmt::skip]
static TABLE: [Row; 19] = [
    Row { needs: Phrases::new(&["i need|i'll need|i'd need|i still need|i would need|i require|we need|i'm missing|i am missing|i'm waiting for|i am waiting for"]),
        yours: Phrases::new(&["from you|from your side|from your end"]),
        things: Phrases::new(&["details|detail|information|info|input|answer|answers|decision|decisions|choice|clarification|clarifications|specifics|values|preference|two things|three things|one thing|a few things|some things|two points|two facts"]) },
    Row { needs: Phrases::new(&["brauche ich|ich brauche|benötige ich|ich benötige|bräuchte ich|ich bräuchte|brauchen wir|wir brauchen|fehlt mir|fehlen mir|mir fehlt|mir fehlen|warte ich auf|ich warte auf"]),
        yours: Phrases::new(&["von dir|von ihnen|von euch|deinerseits|ihrerseits"]),
        things: Phrases::new(&["angabe*|information*|info|infos|auskunft|auskünfte|vorgabe*|werte|eingabe*|auswahl|hinweis*|klärung|einzelheiten|details|entscheidung*|antwort*|zwei dinge|zwei punkte|drei punkte|drei dinge"]) },
    Row { needs: Phrases::new(&["il me faut|me faut-il|me faut|il me faudrait|j'ai besoin|j'aurais besoin|j'aurai besoin|il me manque|me manque|me manquent|j'attends"]), yours: Phrases::new(&["de votre part|de ta part|de vous|de toi|de votre côté|que vous|que tu"]),
        things: Phrases::new(&["information*|renseignement*|précision*|indication*|détail*|élément*|réponse*|choix|décision*|deux choses|trois choses|savoir|précisiez|précises|indiquiez|indiques|choisissiez|choisisses"]) },
    Row { needs: Phrases::new(&["necesito|necesitaría|necesitaré|me falta|me faltan|me hace falta|me hacen falta|preciso|espero|hace falta"]), yours: Phrases::new(&["de ti|de usted|de tu parte|de su parte|por tu parte|por su parte|que me"]),
        things: Phrases::new(&["dato*|información|informaciones|detalle*|aclaración|aclaraciones|indicación|indicaciones|respuesta*|elección|decisión|decisiones|cosas|digas|diga|indiques|indique|aclares|aclare|elijas|elija"]) },
    Row { needs: Phrases::new(&["preciso|precisaria|precisarei|necessito|falta-me|faltam-me|me falta|me faltam|aguardo"]), yours: Phrases::new(&["de você|da sua parte|de sua parte|da tua parte|de ti|de si|que você|que me"]),
        things: Phrases::new(&["dado|dados|informação|informações|detalhe*|esclarecimento*|indicação|indicações|resposta*|escolha|decisão|decisões|coisas|diga|digas|informe|indique|escolha"]) },
    Row { needs: Phrases::new(&["mi serve|mi servono|mi servirebbe|mi servirebbero|ho bisogno|avrei bisogno|mi manca|mi mancano|mi occorre|mi occorrono|attendo|aspetto"]), yours: Phrases::new(&["da te|da lei|da voi|da parte tua|da parte sua|tue|sue|che tu|che lei"]),
        things: Phrases::new(&["informazion*|indicazion*|dettagli*|chiariment*|dato|dati|risposta|risposte|scelta|decisione|decisioni|due cose|tre cose|dica|indichi|scelga"]) },
    Row { needs: Phrases::new(&["мне нужно|мне нужны|мне нужна|мне нужен|нужно|нужны|нужна|мне не хватает|не хватает|требуется|требуются|жду|необходимо"]), yours: Phrases::new(&["от вас|от тебя|с вашей стороны|с твоей стороны|чтобы вы|чтобы ты"]),
        things: Phrases::new(&["информаци*|данн*|уточнен*|сведен*|детал*|ответ*|решени*|выбор*|указани*|две вещи|вещи|сообщил*|уточнил*|выбрал*|сказал*"]) },
    Row { needs: Phrases::new(&["мені потрібно|мені потрібні|мені потрібна|потрібно|потрібні|потрібна|бракує|чекаю"]), yours: Phrases::new(&["від вас|від тебе|щоб ви|щоб ти"]),
        things: Phrases::new(&["інформаці*|дан*|уточнен*|відомост*|детал*|відповід*|рішен*|вибір*"]) },
    Row { needs: Phrases::new(&["potrzebuję|potrzebowałbym|potrzebne|brakuje mi|brakuje|czekam"]), yours: Phrases::new(&["od ciebie|od was|od pana|od pani|od państwa|z twojej strony|z państwa strony|żebyś"]),
        things: Phrases::new(&["informacj*|szczegół*|danych|dane|wskazówek|wyjaśnie*|odpowiedzi|decyzj*|wybor*|rzeczy|podał*|wskazał*|wybrał*"]) },
    Row { needs: Phrases::new(&["potřebuji|potřebuju|potřeboval*|chybí mi|čekám"]), yours: Phrases::new(&["od vás|od tebe|z vaší strany|abyste|abys"]), things: Phrases::new(&["informac*|údaj*|detail*|upřesněn*|odpověd*|rozhodnut*|výběr*|věci"]) },
    Row { needs: Phrases::new(&["nodig|mis ik|ik mis|ik wacht|wacht ik"]), yours: Phrases::new(&["van je|van jou|van u|van jullie|jouw kant|uw kant|dat je|dat u"]),
        things: Phrases::new(&["gegeven|gegevens|informatie|details|antwoord|antwoorden|keuze|beslissing|toelichting|verduidelijking|twee dingen"]) },
    Row { needs: Phrases::new(&["behöver jag|jag behöver|saknar jag|jag saknar|väntar jag|jag väntar"]), yours: Phrases::new(&["från dig|från er|av dig|av er|att du"]), things: Phrases::new(&["uppgift*|information|besked|svar|detaljer|beslut|val|förtydligande*|saker"]) },
    Row { needs: Phrases::new(&["trenger jeg|jeg trenger|mangler jeg|jeg mangler|har jeg brug for|jeg har brug for|jeg skal bruge|skal jeg bruge|behøver jeg|jeg behøver|venter jeg|jeg venter"]), yours: Phrases::new(&["fra deg|fra dig|fra dere|fra jer|av deg|af dig|at du"]),
        things: Phrases::new(&["opplysning*|oplysning*|informasjon|information|svar|detaljer|beslutning*|valg|avklaring*|ting"]) },
    Row { needs: Phrases::new(&["tarvitsen|minulta puuttuu|odotan"]), yours: Phrases::new(&["sinulta|teiltä"]), things: Phrases::new(&["tieto*|tiedon|tiedot|tietoa|vastau*|päätö*|valin*|tarkennu*|asiaa"]) },
    Row { needs: Phrases::new(&["ihtiyacım var|gerekiyor|lazım|bekliyorum|gerek"]), yours: Phrases::new(&["sizden|senden|tarafınızdan"]), things: Phrases::new(&["bilgi*|ayrıntı*|cevap*|yanıt*|karar*|seçim*|açıklama*|şey*"]) },
    Row { needs: Phrases::new(&["tôi cần|cần|saya butuh|saya perlu|saya memerlukan|χρειάζομαι|am nevoie|îmi trebuie|szükségem van|kellene"]), yours: Phrases::new(&["từ bạn|bạn cho|bạn cung cấp|dari anda|dari kamu|από εσάς|από εσένα|de la tine|de la dumneavoastră|tőled|öntől"]),
        things: Phrases::new(&["thông tin|chi tiết|câu trả lời|quyết định|informasi|keterangan|detail|jawaban|keputusan|πληροφορί*|στοιχεί*|απάντηση|informații|detalii|răspuns*|decizi*|információ*|adat*|válasz*|döntés*"]) },
    Row { needs: Phrases::new(&["需要您|需要你|请您|等待您|等待你|还缺|還缺"]), yours: Phrases::new(&["您|你"]), things: Phrases::new(&["提供|告知|说明|說明|信息|資訊|信息|回答|答复|决定|決定|选择|選擇|指定|明确|补充|补齐"]) },
    Row { needs: Phrases::new(&["必要です|必要があります|必要となります|不足しています|お願いします|お願いいたします"]), yours: Phrases::new(&["そちら|お客様|あなた|ご|から"]), things: Phrases::new(&["ご指定|ご教示|ご提供|ご回答|ご選択|ご判断|ご決定|情報をいただ|教えていただ|決めていただ|選んでいただ|指定していただ"]) },
    Row { needs: Phrases::new(&["필요합니다|필요해요|부탁드립니다|부족합니다"]), yours: Phrases::new(&["사용자|님께|님의|쪽에서|직접|주셔야|주시"]), things: Phrases::new(&["정보|답변|결정|선택|값|지정|알려|말씀"]) },
];

/// What says that it was so, or that it is the program that needs it.
#[rustfmt::skip]
static OTHERWISE: Phrases = Phrases::new(&[
    "nothing|no longer|no further|no more|don't need|do not need|nichts|keine|kein|nicht mehr|rien|aucun*|plus besoin|nada|ningun*|ningún|nenhum*|niente|nessun*|ничего|не нужно|не требуется|nic|niets|geen|inget|inga|ingen|intet|ei mitään|gerekmiyor|gerek yok|không cần|tidak perlu|不需要|无需|無需|必要はありません|필요하지 않|필요 없",
]);

/// Whether a folded sentence says so. What opens a door, such as a password, is no information.
pub(super) fn needs_input(folded: &str) -> bool {
    let is_row = |row: &Row| row.needs.is_in(folded) && row.yours.is_in(folded) && row.things.is_in(folded);
    TABLE.iter().any(is_row) && !OTHERWISE.is_in(folded) && !CONDITIONS.begins(folded) && !lacks_access(folded)
}

#[cfg(test)]
mod tests {
    use crate::detect::text::ending::Ending;

    #[test]
    fn what_is_to_be_told_is_waited_for() {
        let mut missed = Vec::new();
        for text in [
            "Both buckets exist. Before I set this up I need two details from you: the region, and how long to keep the logs.",
            "Es gibt zwei Kalender. Dafür brauche ich noch eine Angabe von dir: in welchen die Termine sollen.",
            "Il y a deux serveurs. Avant de commencer, il me faut une précision de votre part : lequel doit être migré.",
            "Hay dos zonas. Para seguir necesito un dato de tu parte: la zona que debo usar.",
            "Há duas filas. Antes de começar, preciso de uma informação da sua parte: qual delas usar.",
            "Ci sono due listini. Prima mi serve un'indicazione da te: quale dei due vale.",
            "Есть два тарифа. Мне нужно уточнение от вас: какой из них считать основным.",
            "Są dwa konta. Potrzebuję od Ciebie jednej informacji: które obciążyć.",
            "Er zijn twee agenda's. Ik heb één gegeven van je nodig: welke ik moet vullen.",
            "İki hesap var. Sizden bir bilgiye ihtiyacım var: hangisi kullanılacak.",
            "有两个分区。开始之前需要您提供两项信息:目标分区和保留天数。",
            "二つの領域があります。進めるには対象の領域をご指定いただく必要があります。",
        ] {
            if Ending::read(text) != Ending::Asks {
                missed.push(text);
            }
        }
        assert!(missed.is_empty(), "{missed:#?}");
    }

    #[test]
    fn what_is_needed_from_nobody_is_not() {
        let mut wrong = Vec::new();
        for text in [
            "The export runs. Nothing more is needed from you: no details are missing.",
            "The form asks for two details from you now, the region and the name.",
            "Der Import läuft. Von dir brauche ich keine weiteren Angaben.",
            "The parser reads the values from your config now.",
            "I have the details for you in `report.md`.",
            "Ich habe die Angaben von dir übernommen.",
            "现在您可以提供自定义配置。",
            "If I need more details from you, I will say so in the ticket.",
        ] {
            if Ending::read(text) == Ending::Asks {
                wrong.push(text);
            }
        }
        assert!(wrong.is_empty(), "{wrong:#?}");
    }
}
