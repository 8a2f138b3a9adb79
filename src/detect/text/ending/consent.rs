//! Whether a sentence says that the agent needs the user's consent, in whatever order: "before I go on, I need your approval".

use crate::detect::text::phrases::Phrases;
use std::sync::LazyLock;

/// How the agent says in one language that it needs or awaits something, whose that is, and what it is. Where the owner
/// is a part of the word, or stands behind it, there is none of its own.
struct Row {
    needs: Phrases,
    yours: Option<Phrases>,
    consents: Phrases,
}

#[rustfmt::skip]
static TABLE: [Row; 23] = [
    Row { needs: Phrases::new(&["i need|i'll need|i still need|we need|i require|i await|i'm awaiting|awaiting|i'm waiting|i am waiting|waiting for|waiting on|is needed|is required"]),
        yours: Some(Phrases::new(&["your"])), consents: Phrases::new(&["approval|confirmation|go-ahead|go ahead|permission|consent|sign-off|sign off|green light|decision"]) },
    Row { needs: Phrases::new(&["brauche ich|ich brauche|benötige ich|ich benötige|bräuchte ich|ich bräuchte|erwarte ich|ich erwarte|warte ich|ich warte|warte auf|brauchen wir|wir brauchen|benötigen wir|wir benötigen|fehlt mir|mir fehlt|fehlt noch|braucht es|bitte ich um|ich bitte um|steht noch aus"]),
        yours: Some(Phrases::new(&["dein*|ihr*|euer|eure*"])), consents: Phrases::new(&["bestätigung|freigabe|zustimmung|genehmigung|erlaubnis|einwilligung|entscheidung|antwort|rückmeldung|okay|ok|go|einverständnis|auswahl"]) },
    Row { needs: Phrases::new(&["nodig|wacht ik|ik wacht|verwacht ik|ik verwacht|in afwachting"]), yours: Some(Phrases::new(&["je|jouw|uw|jullie"])),
        consents: Phrases::new(&["goedkeuring|bevestiging|toestemming|akkoord|beslissing|antwoord|keuze|reactie|fiat"]) },
    Row { needs: Phrases::new(&["behöver jag|jag behöver|väntar jag|jag väntar|inväntar jag|jag inväntar|behöver vi|vi behöver"]), yours: Some(Phrases::new(&["ditt|din|dina|ert|er"])),
        consents: Phrases::new(&["godkännande|bekräftelse|tillstånd|beslut|svar|ok|klartecken|besked|samtycke|tillåtelse"]) },
    Row { needs: Phrases::new(&["afventer jeg|jeg afventer|avventer jeg|jeg avventer|brug for|trenger jeg|jeg trenger|behøver jeg|jeg behøver|venter jeg|jeg venter|mangler jeg|jeg mangler"]),
        yours: Some(Phrases::new(&["din|dit|ditt|deres|jeres"])), consents: Phrases::new(&["godkendelse|godkjenning|godkjennelse|bekræftelse|bekreftelse|tilladelse|tillatelse|beslutning|afgørelse|avgjørelse|svar|samtykke|ok|klarsignal"]) },
    Row { needs: Phrases::new(&["il me faut|me faut|il me faudra|j'ai besoin|ai-je besoin|j'attends|en attente|dans l'attente|j'aurai besoin|j'aurais besoin"]), yours: Some(Phrases::new(&["votre|ton|ta|vos"])),
        consents: Phrases::new(&["accord|confirmation|approbation|validation|feu vert|autorisation|décision|réponse|choix|aval|retour"]) },
    Row { needs: Phrases::new(&["necesito|necesitaré|necesitaría|espero|esperando|a la espera|a espera|me hace falta|hace falta|requiero|aguardo|me falta|falta"]), yours: Some(Phrases::new(&["tu|su|vuestra|vuestro"])),
        consents: Phrases::new(&["aprobación|confirmación|autorización|visto bueno|decisión|respuesta|permiso|ok|consentimiento|elección|luz verde"]) },
    Row { needs: Phrases::new(&["preciso|precisarei|precisaria|aguardo|aguardando|à espera|espero|esperando|necessito|falta"]), yours: Some(Phrases::new(&["sua|seu|tua|teu"])),
        consents: Phrases::new(&["aprovação|confirmação|autorização|permissão|decisão|resposta|aval|ok|consentimento|escolha|luz verde|sinal verde"]) },
    Row { needs: Phrases::new(&["ho bisogno|mi serve|mi servirà|mi servirebbe|attendo|aspetto|in attesa|mi occorre|necessito|manca"]), yours: Some(Phrases::new(&["tua|tuo|sua|suo|vostra|vostro"])),
        consents: Phrases::new(&["approvazione|conferma|autorizzazione|permesso|decisione|risposta|benestare|ok|consenso|via libera|scelta"]) },
    Row { needs: Phrases::new(&["жду|ожидаю|мне нужно|мне нужна|мне нужен|нужно|нужна|нужен|необходимо|необходима|требуется|прошу"]), yours: Some(Phrases::new(&["ваш*|твоё|твое|твоя|твой|твоего|твоей"])),
        consents: Phrases::new(&["подтвержд*|разрешен*|одобрен*|соглас*|решен*|ответ*|добро"]) },
    Row { needs: Phrases::new(&["чекаю|очікую|потрібно|потрібна|потрібен|потрібне"]), yours: Some(Phrases::new(&["ваш*|твоє|твоя|твій|твого|твоєї"])), consents: Phrases::new(&["підтвердж*|дозвіл|дозвол*|схвален*|згод*|рішен*|відповід*"]) },
    Row { needs: Phrases::new(&["czekam|potrzebuję|oczekuję|potrzebna|potrzebne|potrzebny|proszę o"]), yours: Some(Phrases::new(&["twoj*|twój|wasz*|państwa|pana|pani"])), consents: Phrases::new(&["potwierdz*|zgod*|akceptacj*|decyzj*|odpowied*|zatwierdz*|wyb*"]) },
    Row { needs: Phrases::new(&["čekám|potřebuji|potřebuju|vyčkám|vyčkávám|očekávám"]), yours: Some(Phrases::new(&["váš|vaš*|tvoj*|tvé|tvůj|tvého"])), consents: Phrases::new(&["potvrzen*|souhlas*|schválen*|rozhodnut*|odpověd*|odpověď|pokyn*"]) },
    Row { needs: Phrases::new(&["gerek*|bekliyor*|bekler*|ihtiyac*|lazım"]), yours: None, consents: Phrases::new(&["onayınız*|onayını|onayın|onayına|izniniz*|iznini|iznin|iznine|kararınız*|kararını|kararın|teyidiniz*|yanıtınız*|cevabınız*"]) },
    Row { needs: Phrases::new(&["tarvitsen|odotan|odotamme|jään odottamaan|tarvitsemme"]), yours: None,
        consents: Phrases::new(&["hyväksyntääsi|hyväksyntäsi|hyväksyntänne|hyväksyntäänne|vahvistustasi|vahvistuksesi|vahvistustanne|vahvistuksenne|lupaasi|lupasi|luvan sinulta|päätöstäsi|päätöksesi|päätöstänne|vastaustasi|vastauksesi"]) },
    Row { needs: Phrases::new(&["várom|várok|szükségem van|kell|szükséges"]), yours: None, consents: Phrases::new(&["jóváhagyásod*|jóváhagyását|jóváhagyására|megerősítésed*|megerősítését|megerősítésére|engedélyed*|engedélyét|döntésed*|döntését|döntésére|válaszod*|válaszát|válaszára"]) },
    Row { needs: Phrases::new(&["aștept|am nevoie|îmi trebuie"]), yours: None, consents: Phrases::new(&["aprobarea ta|aprobarea dumneavoastră|aprobarea dvs|confirmarea ta|confirmarea dumneavoastră|acordul tău|acordul dumneavoastră|decizia ta|răspunsul tău|permisiunea ta"]) },
    Row { needs: Phrases::new(&["χρειάζομαι|περιμένω|αναμένω|χρειάζεται"]), yours: None, consents: Phrases::new(&["έγκρισή σας|έγκρισή σου|επιβεβαίωσή σας|επιβεβαίωσή σου|άδειά σας|άδειά σου|απόφασή σας|απόφασή σου|απάντησή σας|απάντησή σου"]) },
    Row { needs: Phrases::new(&["cần|chờ|đợi"]), yours: None, consents: Phrases::new(&["xác nhận của bạn|xác nhận từ bạn|phê duyệt của bạn|đồng ý của bạn|quyết định của bạn|cho phép của bạn|phản hồi của bạn|bạn xác nhận|bạn phê duyệt|bạn đồng ý"]) },
    Row { needs: Phrases::new(&["menunggu|butuh|membutuhkan|perlu|memerlukan"]), yours: None, consents: Phrases::new(&["konfirmasi anda|konfirmasi dari anda|persetujuan anda|izin anda|keputusan anda|jawaban anda|persetujuanmu|konfirmasimu|izinmu|keputusanmu"]) },
    Row { needs: Phrases::new(&["需要|等待|等候|有待|請|请|必要|待っ|お待ち|필요|기다|부탁"]), yours: None,
        consents: Phrases::new(&["您的确认|你的确认|您确认|你确认|您的批准|你的批准|您批准|你批准|您的同意|你的同意|您同意|你同意|您的许可|你的许可|您的决定|你的决定|您的授权|您的审批|您的答复|您的回复|你的回复|您的確認|你的確認|您的同意|您的核准|ご承認|ご確認|ご許可|ご判断|ご同意|ご決定|ご回答|ご返答|あなたの承認|あなたの確認|사용자의 승인|사용자의 확인|사용자님의|귀하의 승인|당신의 승인"]) },
    Row { needs: Phrases::new(&["أحتاج|أنتظر|بانتظار|في انتظار|צריך|צריכה|ממתין|ממתינה|מחכה|זקוק|דרוש|נדרש|نیاز دارم|منتظر"]), yours: None,
        consents: Phrases::new(&["موافقتك|موافقتكم|تأكيدك|تأكيدكم|إذنك|إذنكم|قرارك|قراركم|ردك|אישורך|אישור שלך|הסכמתך|החלטתך|תשובתך|אישור ממך|تأیید شما|تایید شما|اجازه شما|تصمیم شما|پاسخ شما"]) },
    Row { needs: Phrases::new(&["चाहिए|आवश्यक|ज़रूरत|जरूरत|इंतज़ार|इंतजार|प्रतीक्षा|ต้องการ|รอ"]), yours: None,
        consents: Phrases::new(&["आपकी पुष्टि|आपकी अनुमति|आपकी स्वीकृति|आपकी मंज़ूरी|आपकी मंजूरी|आपके निर्णय|आपका निर्णय|आपके उत्तर|आपके जवाब|การยืนยันจากคุณ|การอนุมัติจากคุณ|คำตอบจากคุณ|คุณยืนยัน|คุณอนุมัติ|การตัดสินใจของคุณ"]) },
];

/// How the agent asks the user in one language to confirm something, and what says that it goes on only then.
struct Confirm {
    asks: Phrases,
    onward: Phrases,
}

#[rustfmt::skip]
static CONFIRMS: [Confirm; 14] = [
    Confirm { asks: Phrases::new(&["i need you to confirm|i'd like you to confirm|i would like you to confirm|need confirmation from you|have you confirm"]),
        onward: Phrases::new(&["before i|before we|before proceeding|before continuing|so i can|so that i|to proceed|to continue|i may|i can"]) },
    Confirm { asks: Phrases::new(&["bestätige mir|bestätigen sie|bestätigst|bestätigt mir|mir zu bestätigen|mir kurz bestätigen|mir bestätigen|gib mir grünes licht|geben sie mir grünes licht"]),
        onward: Phrases::new(&["bevor ich|ehe ich|damit ich|dass ich|ob ich|ich darf|darf ich|um fortzufahren|um weiterzumachen"]) },
    Confirm { asks: Phrases::new(&["me confirmer|me le confirmer|merci de confirmer|merci de valider|prière de confirmer|me valider|confirmez|confirmiez|tu confirmes|vous confirmiez|validez|valides|confirme-moi|confirmez-moi|dire si|votre confirmation|ta confirmation"]),
        onward: Phrases::new(&["avant que je|avant de continuer|avant de poursuivre|pour que je|afin que je|afin de poursuivre|que je peux|si je peux|que je puisse|si je dois|pour continuer|pour poursuivre"]) },
    Confirm { asks: Phrases::new(&["que confirmes|que confirme|que me confirmes|que me confirme|que confirméis|confírmame|confírmeme|confírmenme|favor de confirmar|favor confirmar|favor confirma|favor confirme|confirmarme|que apruebes|que apruebe|que me digas|que me diga|que des el visto bueno"]),
        onward: Phrases::new(&["para continuar|para seguir|para proceder|para poder|para que pueda|antes de continuar|antes de seguir|antes de que|antes de proceder|que puedo|si puedo|que proceda|y continúo|y sigo"]) },
    Confirm { asks: Phrases::new(&["que confirme|que você confirme|que confirmes|que me confirme|que me confirmes|favor confirmar|favor confirme|confirme se|confirme que|confirma-me|que aprove|que me diga"]),
        onward: Phrases::new(&["para continuar|para prosseguir|para que eu|para eu|antes de continuar|antes de prosseguir|antes que eu|antes de eu|que posso|se posso|que eu possa|e eu continuo|e continuo"]) },
    Confirm { asks: Phrases::new(&["che confermi|che tu confermi|che lei confermi|che mi confermi|confermami|confermatemi|mi confermi|mi confermate|di confermarmi|ti chiedo di confermare|le chiedo di confermare|vi chiedo di confermare|che approvi|che mi dica"]),
        onward: Phrases::new(&["prima che io|prima di continuare|prima di procedere|per continuare|per procedere|perché possa|perché io|così posso|che posso|se posso|se devo"]) },
    Confirm { asks: Phrases::new(&["чтобы вы подтвердили|чтобы ты подтвердил*|прошу подтвердить|нужно подтвердить|підтвердити мені|щоб ви підтвердили|щоб ти підтверди*|прошу підтвердити"]),
        onward: Phrases::new(&["прежде чем|перед тем|чтобы я|чтобы продолжить|что можно|можно ли|могу ли|что я могу|перш ніж|щоб я|щоб продовжити|що можна"]) },
    Confirm { asks: Phrases::new(&["żebyś potwierdził*|aby pan potwierdził|aby pani potwierdziła|potwierdź|abyście potwierdzili|abyste potvrdil*|abys potvrdil*|potvrď|potvrďte|aby ste potvrdili"]),
        onward: Phrases::new(&["zanim|żebym|abym|czy mogę|że mogę|aby kontynuować|než|abych|že mohu|zda mohu|aby som"]) },
    Confirm { asks: Phrases::new(&["bevestig|dat je bevestigt|dat u bevestigt|te bevestigen|att du bekräftar|at du bekrefter|at du bekræfter|bekrefter du|bekräfta att|bekreft at|bekræft at"]),
        onward: Phrases::new(&["voordat ik|zodat ik|dat ik|of ik|om verder te gaan|innan jag|så att jag|att jag kan|att jag får|før jeg|så jeg|at jeg kan|at jeg må"]) },
    Confirm { asks: Phrases::new(&["onaylamanız*|onaylamanı|onay verin|onay vermeniz*|teyit edin|teyit etmeniz*|erősítse meg|erősítsd meg|vahvistat|vahvistatte|să confirmați|să confirmi|confirmați-mi|επιβεβαιώσετε|επιβεβαιώσεις"]),
        onward: Phrases::new(&["devam ed*|önce|gerek*|folytat*|mielőtt|ennen kuin|jotta voin|înainte să|înainte de a|ca să pot|pentru a continua|πριν|για να συνεχίσω"]) },
    Confirm { asks: Phrases::new(&["bạn hãy xác nhận|nhờ bạn xác nhận|mong bạn xác nhận|anda mengonfirmasi|anda konfirmasi|konfirmasikan|mengonfirmasikan"]), onward: Phrases::new(&["trước khi|để tôi|sebelum saya|agar saya|supaya saya|untuk melanjutkan"]) },
    Confirm { asks: Phrases::new(&["您确认|你确认|您批准|你批准|您同意|你同意|您確認|你確認|烦请确认|麻烦确认|麻煩確認"]), onward: Phrases::new(&["再继续|再執行|再执行|后我|後我|才能继续|才能繼續|之前我|我再|我才|然后我|以便我"]) },
    Confirm { asks: Phrases::new(&["確認いただ|承認いただ|ご確認の上|ご承認の上|許可をいただ|확인해 주시면|확인해주시면|승인해 주시면|승인해주시면|확인해 주셔야|승인해 주셔야"]), onward: Phrases::new(&["前に|次第|続行|進め|てから|できれば|진행하|계속하|시작하|삭제하|실행하"]) },
    Confirm { asks: Phrases::new(&["أن تؤكد|تأكيد منك|أكد لي|שתאשר|שתאשרי|אשר לי|تأیید کنید|تایید کنید|पुष्टि करें|पुष्टि कर|ช่วยยืนยัน|ยืนยันให้"]), onward: Phrases::new(&["قبل أن|حتى أتمكن|كي أتابع|لأتابع|לפני שאני|כדי שאוכל|قبل از|تا ادامه|ताकि मैं|पहले|ก่อนที่|เพื่อให้"]) },
];

/// What needs a consent in a sentence that tells of a program: "your confirmation is required before the script deletes".
const PASSIVE: [&str; 2] = ["is required", "is needed"];
#[rustfmt::skip]
const PROGRAMS: [&str; 16] = [
    "script", "command", "tool", "app", "application", "cli", "program", "server", "function", "wizard", "form", "button", "dialog", "api", "client", "bot",
];
/// What tells in Chinese of what a program does from now on, where the agent does not name itself: "now, before a file is
/// deleted, it needs …".
const NOW: [&str; 3] = ["现在", "現在", "如今"];
const BEFORE: [&str; 5] = ["前", "之前", "时", "時", "都"];
const NEEDS: &str = "需要";
const AGENT: char = '我';

/// How many words may stand between the owner and what is owned: "your explicit approval".
const BETWEEN: usize = 1;

/// Words close before a need that deny it: "ya no hace falta", "nothing is needed".
#[rustfmt::skip]
const DENYING: [&str; 14] =
    ["no", "not", "nothing", "longer", "ya", "não", "non", "nicht", "kein", "keine", "niet", "inte", "ne", "не"];
/// How many words before it are looked at.
const NEAR: usize = 3;

/// All consents in one automaton: few sentences name one.
static CONSENTS: LazyLock<Phrases> = LazyLock::new(|| Phrases::joined(TABLE.iter().map(|row| &row.consents)));

/// Whether a folded sentence says so.
pub(super) fn needs_consent(folded: &str) -> bool {
    asks_to_confirm(folded)
        || CONSENTS.is_in(folded)
            && !describes(folded)
            && TABLE.iter().any(|row| {
                let is_yours = |at: usize| row.yours.as_ref().is_none_or(|yours| is_owned(&folded[..at], yours));
                let is_needed =
                    |at: usize| !folded[..at].split_whitespace().rev().take(NEAR).any(|word| DENYING.contains(&word));
                row.consents.find_all(folded).any(|(at, _)| is_yours(at))
                    && row.needs.find_all(folded).any(|(at, _)| is_needed(at))
            })
}

/// All requests in one automaton.
static CONFIRMING_ANY: LazyLock<Phrases> = LazyLock::new(|| Phrases::joined(CONFIRMS.iter().map(|row| &row.asks)));

/// Whether a sentence asks the user to confirm something, and says that the agent goes on only then.
fn asks_to_confirm(folded: &str) -> bool {
    CONFIRMING_ANY.is_in(folded) && CONFIRMS.iter().any(|row| row.asks.is_in(folded) && row.onward.is_in(folded))
}

/// Whether a sentence tells of a program that asks for consent.
pub(super) fn describes(folded: &str) -> bool {
    let of_program = |(at, _): (usize, &str)| {
        let rest = &folded[at + " before the ".len()..];
        rest.split(' ').next().is_some_and(|word| PROGRAMS.contains(&word))
    };
    let passive = PASSIVE.iter().any(|passive| folded.contains(passive));
    let from_now = NOW.iter().filter_map(|now| folded.split_once(now)).any(|(_, rest)| {
        let act = rest.split_once(NEEDS).map_or("", |(act, _)| act);
        BEFORE.iter().any(|before| act.ends_with(before)) && !act.contains(['，', ',', '。']) && !folded.contains(AGENT)
    });
    passive && folded.match_indices(" before the ").any(of_program) || from_now
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
    fn a_confirmation_that_is_asked_for_is_waited_for() {
        let mut missed = Vec::new();
        for text in [
            "Trois tables sont vides. Merci de me confirmer que je peux les supprimer avant que je continue.",
            "Necesito que confirmes qué tabla se borra para continuar.",
            "Preciso que você confirme a janela para que eu prossiga.",
            "Ho bisogno che confermi la finestra per procedere.",
            "Bitte bestätigen Sie, dass ich die drei Tabellen löschen darf.",
            "Мне нужно, чтобы вы подтвердили окно, прежде чем я продолжу.",
            "Proszę, potwierdź okno, zanim zacznę.",
            "확인해 주시면 삭제를 진행하겠습니다.",
            "您确认后我再继续。",
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
            "现在删除文件前需要您的确认。",
            "Your confirmation is required before the script deletes a folder.",
            "J'ai lancé les tests pour confirmer que la page s'affiche avant de continuer la lecture.",
            "Los tests confirman que el límite es 120.",
            "Le script demande de confirmer avant de continuer.",
            "Radering kräver nu ett godkännande av en administratör.",
            "El borrado funciona. Ya no hace falta tu confirmación.",
            "The limit is 20 now. Let me know if I can help with anything else.",
            "Il limite è 20. Fammi sapere se posso aiutarti.",
        ] {
            assert_ne!(Ending::read(text), Ending::Asks, "{text}");
        }
    }
}
