//! Whether a sentence says that the agent needs the user's consent, in whatever order: "before I go on, I need your approval".

use crate::detect::text::phrases::Phrases;
use std::sync::LazyLock;

/// How the agent says in one language that it needs or awaits something, whose that is, and what it is. Where the owner
/// is a part of the word, or stands behind it, there is none of its own.
struct Row {
    needs: &'static str,
    yours: &'static str,
    consents: &'static str,
}

#[rustfmt::skip]
const TABLE: [Row; 23] = [
    Row { needs: "i need|i'll need|i still need|we need|i require|i await|i'm awaiting|awaiting|i'm waiting|i am waiting|waiting for|waiting on|is needed|is required",
        yours: "your", consents: "approval|confirmation|go-ahead|go ahead|permission|consent|sign-off|sign off|green light|decision" },
    Row { needs: "brauche ich|ich brauche|benötige ich|ich benötige|bräuchte ich|ich bräuchte|erwarte ich|ich erwarte|warte ich|ich warte|warte auf|brauchen wir|wir brauchen|benötigen wir|wir benötigen|fehlt mir|mir fehlt|fehlt noch|braucht es|bitte ich um|ich bitte um|steht noch aus",
        yours: "dein*|ihr*|euer|eure*", consents: "bestätigung|freigabe|zustimmung|genehmigung|erlaubnis|einwilligung|entscheidung|antwort|rückmeldung|okay|ok|go|einverständnis|auswahl" },
    Row { needs: "nodig|wacht ik|ik wacht|verwacht ik|ik verwacht|in afwachting", yours: "je|jouw|uw|jullie",
        consents: "goedkeuring|bevestiging|toestemming|akkoord|beslissing|antwoord|keuze|reactie|fiat" },
    Row { needs: "behöver jag|jag behöver|väntar jag|jag väntar|inväntar jag|jag inväntar|behöver vi|vi behöver", yours: "ditt|din|dina|ert|er",
        consents: "godkännande|bekräftelse|tillstånd|beslut|svar|ok|klartecken|besked|samtycke|tillåtelse" },
    Row { needs: "afventer jeg|jeg afventer|avventer jeg|jeg avventer|brug for|trenger jeg|jeg trenger|behøver jeg|jeg behøver|venter jeg|jeg venter|mangler jeg|jeg mangler",
        yours: "din|dit|ditt|deres|jeres", consents: "godkendelse|godkjenning|godkjennelse|bekræftelse|bekreftelse|tilladelse|tillatelse|beslutning|afgørelse|avgjørelse|svar|samtykke|ok|klarsignal" },
    Row { needs: "il me faut|me faut|il me faudra|j'ai besoin|ai-je besoin|j'attends|en attente|dans l'attente|j'aurai besoin|j'aurais besoin", yours: "votre|ton|ta|vos",
        consents: "accord|confirmation|approbation|validation|feu vert|autorisation|décision|réponse|choix|aval|retour" },
    Row { needs: "necesito|necesitaré|necesitaría|espero|esperando|a la espera|a espera|me hace falta|hace falta|requiero|aguardo|me falta|falta", yours: "tu|su|vuestra|vuestro",
        consents: "aprobación|confirmación|autorización|visto bueno|decisión|respuesta|permiso|ok|consentimiento|elección|luz verde" },
    Row { needs: "preciso|precisarei|precisaria|aguardo|aguardando|à espera|espero|esperando|necessito|falta", yours: "sua|seu|tua|teu",
        consents: "aprovação|confirmação|autorização|permissão|decisão|resposta|aval|ok|consentimento|escolha|luz verde|sinal verde" },
    Row { needs: "ho bisogno|mi serve|mi servirà|mi servirebbe|attendo|aspetto|in attesa|mi occorre|necessito|manca", yours: "tua|tuo|sua|suo|vostra|vostro",
        consents: "approvazione|conferma|autorizzazione|permesso|decisione|risposta|benestare|ok|consenso|via libera|scelta" },
    Row { needs: "жду|ожидаю|мне нужно|мне нужна|мне нужен|нужно|нужна|нужен|необходимо|необходима|требуется|прошу", yours: "ваш*|твоё|твое|твоя|твой|твоего|твоей",
        consents: "подтвержд*|разрешен*|одобрен*|соглас*|решен*|ответ*|добро" },
    Row { needs: "чекаю|очікую|потрібно|потрібна|потрібен|потрібне", yours: "ваш*|твоє|твоя|твій|твого|твоєї", consents: "підтвердж*|дозвіл|дозвол*|схвален*|згод*|рішен*|відповід*" },
    Row { needs: "czekam|potrzebuję|oczekuję|potrzebna|potrzebne|potrzebny|proszę o", yours: "twoj*|twój|wasz*|państwa|pana|pani", consents: "potwierdz*|zgod*|akceptacj*|decyzj*|odpowied*|zatwierdz*|wyb*" },
    Row { needs: "čekám|potřebuji|potřebuju|vyčkám|vyčkávám|očekávám", yours: "váš|vaš*|tvoj*|tvé|tvůj|tvého", consents: "potvrzen*|souhlas*|schválen*|rozhodnut*|odpověd*|odpověď|pokyn*" },
    Row { needs: "gerek*|bekliyor*|bekler*|ihtiyac*|lazım", yours: "", consents: "onayınız*|onayını|onayın|onayına|izniniz*|iznini|iznin|iznine|kararınız*|kararını|kararın|teyidiniz*|yanıtınız*|cevabınız*" },
    Row { needs: "tarvitsen|odotan|odotamme|jään odottamaan|tarvitsemme", yours: "",
        consents: "hyväksyntääsi|hyväksyntäsi|hyväksyntänne|hyväksyntäänne|vahvistustasi|vahvistuksesi|vahvistustanne|vahvistuksenne|lupaasi|lupasi|luvan sinulta|päätöstäsi|päätöksesi|päätöstänne|vastaustasi|vastauksesi" },
    Row { needs: "várom|várok|szükségem van|kell|szükséges", yours: "", consents: "jóváhagyásod*|jóváhagyását|jóváhagyására|megerősítésed*|megerősítését|megerősítésére|engedélyed*|engedélyét|döntésed*|döntését|döntésére|válaszod*|válaszát|válaszára" },
    Row { needs: "aștept|am nevoie|îmi trebuie", yours: "", consents: "aprobarea ta|aprobarea dumneavoastră|aprobarea dvs|confirmarea ta|confirmarea dumneavoastră|acordul tău|acordul dumneavoastră|decizia ta|răspunsul tău|permisiunea ta" },
    Row { needs: "χρειάζομαι|περιμένω|αναμένω|χρειάζεται", yours: "", consents: "έγκρισή σας|έγκρισή σου|επιβεβαίωσή σας|επιβεβαίωσή σου|άδειά σας|άδειά σου|απόφασή σας|απόφασή σου|απάντησή σας|απάντησή σου" },
    Row { needs: "cần|chờ|đợi", yours: "", consents: "xác nhận của bạn|xác nhận từ bạn|phê duyệt của bạn|đồng ý của bạn|quyết định của bạn|cho phép của bạn|phản hồi của bạn|bạn xác nhận|bạn phê duyệt|bạn đồng ý" },
    Row { needs: "menunggu|butuh|membutuhkan|perlu|memerlukan", yours: "", consents: "konfirmasi anda|konfirmasi dari anda|persetujuan anda|izin anda|keputusan anda|jawaban anda|persetujuanmu|konfirmasimu|izinmu|keputusanmu" },
    Row { needs: "需要|等待|等候|有待|請|请|必要|待っ|お待ち|필요|기다|부탁", yours: "",
        consents: "您的确认|你的确认|您确认|你确认|您的批准|你的批准|您批准|你批准|您的同意|你的同意|您同意|你同意|您的许可|你的许可|您的决定|你的决定|您的授权|您的审批|您的答复|您的回复|你的回复|您的確認|你的確認|您的同意|您的核准|ご承認|ご確認|ご許可|ご判断|ご同意|ご決定|ご回答|ご返答|あなたの承認|あなたの確認|사용자의 승인|사용자의 확인|사용자님의|귀하의 승인|당신의 승인" },
    Row { needs: "أحتاج|أنتظر|بانتظار|في انتظار|צריך|צריכה|ממתין|ממתינה|מחכה|זקוק|דרוש|נדרש|نیاز دارم|منتظر", yours: "",
        consents: "موافقتك|موافقتكم|تأكيدك|تأكيدكم|إذنك|إذنكم|قرارك|قراركم|ردك|אישורך|אישור שלך|הסכמתך|החלטתך|תשובתך|אישור ממך|تأیید شما|تایید شما|اجازه شما|تصمیم شما|پاسخ شما" },
    Row { needs: "चाहिए|आवश्यक|ज़रूरत|जरूरत|इंतज़ार|इंतजार|प्रतीक्षा|ต้องการ|รอ", yours: "",
        consents: "आपकी पुष्टि|आपकी अनुमति|आपकी स्वीकृति|आपकी मंज़ूरी|आपकी मंजूरी|आपके निर्णय|आपका निर्णय|आपके उत्तर|आपके जवाब|การยืนยันจากคุณ|การอนุมัติจากคุณ|คำตอบจากคุณ|คุณยืนยัน|คุณอนุมัติ|การตัดสินใจของคุณ" },
];

/// How many words may stand between the owner and what is owned: "your explicit approval".
const BETWEEN: usize = 1;

/// Words close before a need that deny it: "ya no hace falta", "nothing is needed".
#[rustfmt::skip]
const DENYING: [&str; 14] =
    ["no", "not", "nothing", "longer", "ya", "não", "non", "nicht", "kein", "keine", "niet", "inte", "ne", "не"];
/// How many words before it are looked at.
const NEAR: usize = 3;

/// The tables of a row; the second is `None` where no owner has to be named.
type Tables = (Phrases, Option<Phrases>, Phrases);

static TABLES: LazyLock<Vec<Tables>> = LazyLock::new(|| {
    let of = |table: &str| Phrases::new(&[table]);
    TABLE.iter().map(|row| (of(row.needs), (!row.yours.is_empty()).then(|| of(row.yours)), of(row.consents))).collect()
});
/// All consents in one automaton: few sentences name one.
static CONSENTS: LazyLock<Phrases> =
    LazyLock::new(|| Phrases::new(&TABLE.iter().map(|row| row.consents).collect::<Vec<_>>()));

/// Whether a folded sentence says so.
pub(super) fn needs_consent(folded: &str) -> bool {
    CONSENTS.is_in(folded)
        && TABLES.iter().any(|(needs, yours, consents)| {
            let is_yours = |at: usize| yours.as_ref().is_none_or(|yours| is_owned(&folded[..at], yours));
            let is_needed =
                |at: usize| !folded[..at].split_whitespace().rev().take(NEAR).any(|word| DENYING.contains(&word));
            consents.find_all(folded).any(|(at, _)| is_yours(at)) && needs.find_all(folded).any(|(at, _)| is_needed(at))
        })
}

/// Whether the owner stands before what is owned, close to it.
fn is_owned(before: &str, yours: &Phrases) -> bool {
    before.split_whitespace().rev().take(BETWEEN + 1).any(|word| yours.is_in(word))
}

#[cfg(test)]
mod tests {
    use crate::detect::text::ending::Ending;

    #[test]
    fn a_consent_that_is_needed_is_waited_for() {
        let mut missed = Vec::new();
        for text in [
            "Nine flags are unused. Before I delete them, I need your explicit approval.",
            "Bevor ich sie lösche, brauche ich deine Freigabe.",
            "Dafür benötige ich Ihre ausdrückliche Zustimmung.",
            "Voordat ik verder ga, heb ik je goedkeuring nodig.",
            "Innan jag tar bort dem behöver jag ditt godkännande.",
            "Før jeg sletter dem, har jeg brug for din godkendelse.",
            "Avant de les supprimer, il me faut votre feu vert.",
            "Antes de borrarlos necesito tu visto bueno.",
            "Antes de apagar, preciso da sua aprovação.",
            "Prima di eliminarli mi serve la tua conferma.",
            "Прежде чем удалить их, мне нужно ваше разрешение.",
            "Перш ніж видалити, потрібна ваша згода.",
            "Zanim je usunę, potrzebuję Twojej zgody.",
            "Než je smažu, potřebuji váš souhlas.",
            "Silmeden önce onayınız gerekiyor.",
            "Ennen poistamista tarvitsen hyväksyntäsi.",
            "Mielőtt törlöm, szükségem van a jóváhagyásodra.",
            "Înainte de a le șterge, am nevoie de acordul tău.",
            "删除之前需要您的批准。",
            "削除する前にご承認が必要です。",
            "قبل الحذف أحتاج موافقتك.",
            "לפני המחיקה אני צריך את אישורך.",
            "Sebelum menghapus, saya butuh persetujuan Anda.",
        ] {
            if Ending::read(text) != Ending::Asks {
                missed.push(text);
            }
        }
        assert!(missed.is_empty(), "{missed:#?}");
    }

    #[test]
    fn a_consent_that_the_program_asks_for_is_none() {
        for text in [
            "Deleting now asks for confirmation, and waits for the approval of an admin.",
            "Das Löschen verlangt jetzt eine Bestätigung.",
            "Danke für deine Freigabe; die Flags sind gelöscht.",
            "La suppression demande maintenant une confirmation.",
            "El borrado requiere ahora la aprobación de un administrador.",
            "Удаление теперь требует подтверждения пользователя.",
            "删除前现在需要管理员的批准。",
            "Radering kräver nu ett godkännande av en administratör.",
            "El borrado funciona. Ya no hace falta tu confirmación.",
        ] {
            assert_ne!(Ending::read(text), Ending::Asks, "{text}");
        }
    }
}
