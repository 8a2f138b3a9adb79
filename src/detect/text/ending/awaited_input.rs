//! Tells whether a sentence waits for something that the user must provide: "as soon as you have sent me the password, I will …".

use crate::detect::text::ending_phrases::DENIALS;
use crate::detect::text::phrases::Phrases;

/// How one language says when something goes on, that something is handed over, and to whom. Where one word says all of it,
/// there is none of the others.
struct Row {
    when: Phrases,
    gives: Option<Phrases>,
    whom: Option<Phrases>,
}

#[rustfmt::skip]
static TABLE: [Row; 13] = [
    Row { when: Phrases::new(&["once you|once you've|once you have|as soon as you|as soon as you've|after you've|after you have"]), gives: Some(Phrases::new(&["give|gave|given|send|sent|provide|provided|share|shared|supply|supplied|pass|passed|tell|told|grant|granted|hand|handed|paste|pasted"])), whom: Some(Phrases::new(&["me|us|i'll|i will|i can|we can|we'll"])) },
    Row { when: Phrases::new(&["sobald|nachdem du|nachdem sie"]), gives: Some(Phrases::new(&["schick*|geschickt|zugeschickt|bereitgestellt|hinterlegt|übermittelt|gibst|gebt|geben|gegeben|nennst|nennen|genannt|mitteil*|mitgeteilt|bereitstell*|übergib*|hinterleg*|sendest|senden|gesendet|lieferst|liefern|durchgib*|zusend*"])), whom: Some(Phrases::new(&["mir|uns|ich"])) },
    Row { when: Phrases::new(&["dès que|une fois que vous|une fois que tu|lorsque vous m'|quand vous m'|quand tu m'"]), gives: Some(Phrases::new(&["transmis|transmises|transmettez|donné|données|donnés|donnez|donnes|envoyé|envoyés|envoyées|envoyez|envoies|fourni|fournis|fournies|fournissez|communiqué|communiqués|communiquez|partagé|partagés|indiqué|indiqués"])), whom: Some(Phrases::new(&["me|m'*|nous|je|j'*"])) },
    Row { when: Phrases::new(&["en cuanto|una vez que|tan pronto como|cuando me"]), gives: Some(Phrases::new(&["pases|pase|pasen|des|dé|envíes|envíe|envíen|mandes|mande|facilites|facilite|proporciones|proporcione|compartas|comparta|indiques|indique"])), whom: Some(Phrases::new(&["me|nos"])) },
    Row { when: Phrases::new(&["assim que|logo que|quando você me|quando me"]), gives: Some(Phrases::new(&["enviar|enviares|envie|passar|passares|passe|fornecer|forneça|mandar|mande|informar|compartilhar|partilhar|der|deres"])), whom: Some(Phrases::new(&["me|eu|nos"])) },
    Row { when: Phrases::new(&["appena|una volta che|quando mi"]), gives: Some(Phrases::new(&["dai|dà|darai|invii|invia|invierai|mandi|manda|fornisci|fornisce|fornirai|passi|passerai|comunichi|condividi|avrai dato|avrai inviato|avrai fornito"])), whom: Some(Phrases::new(&["mi|me|ci"])) },
    Row { when: Phrases::new(&["как только|когда вы|когда ты|після того як ви|як тільки"]), gives: Some(Phrases::new(&["пришл*|дад*|переда*|предостав*|отправ*|сообщ*|скин*|надішл*|нада*|дасте"])), whom: Some(Phrases::new(&["мне|нам|вы|ты|мені|ви"])) },
    Row { when: Phrases::new(&["zodra je|zodra u|zodra jij"]), gives: Some(Phrases::new(&["geeft|gegeven|stuurt|gestuurd|aanlevert|aangeleverd|deelt|gedeeld|doorgeeft|doorgegeven"])), whom: Some(Phrases::new(&["me|mij|ik|ons"])) },
    Row { when: Phrases::new(&["jak tylko|gdy tylko|jakmile"]), gives: Some(Phrases::new(&["prześl*|poda*|dasz|dostarcz*|udostępni*|wyśl*|pošl*|dá*|poskytn*"])), whom: Some(Phrases::new(&["mi|mnie|nam"])) },
    Row { when: Phrases::new(&["så snart|när du har|når du har"]), gives: Some(Phrases::new(&["skickar|skickat|ger|gett|delar|delat|sender|sendt|giver|givet|gir|gitt|oppgir"])), whom: Some(Phrases::new(&["mig|meg|jag|jeg|oss|os"])) },
    Row { when: Phrases::new(&["お送りいただければ|お送りいただき次第|お送りいただけれ*|お送りいただいた|送っていただければ|送っていただいたら|送ってくだされば|提供いただければ|提供いただき次第|提供いただけ*|提供していただければ|共有いただければ|共有いただけ*|共有していただければ|教えていただければ|教えていただき次第|いただけ次第|いただき次第|届き次第"]), gives: None, whom: None },
    Row { when: Phrases::new(&["一旦您提供|一旦你提供|您提供后|你提供后|发给我后|給我後|给我后|给我之后|等您提供|等你提供|보내 주시면|보내주시면|제공해 주시면|제공해주시면|공유해 주시면|공유해주시면|주시는 대로"]), gives: None, whom: None },
    Row { when: Phrases::new(&["gönderdiğinizde|gönderdiğinde|gönderir göndermez|ilettiğinizde|paylaştığınızda|bana verdiğinizde|khi bạn cung cấp|khi bạn gửi|ngay khi bạn gửi|setelah anda mengirim*|setelah anda memberi*|begitu anda mengirim*|begitu anda memberi*"]), gives: None, whom: None },
];

/// What says that the agent needs something, in languages in which that is no excuse of its own, and what only the user can
/// hand over.
static NEEDS: Phrases = Phrases::new(&[
    "brauche ich|ich brauche|benötige ich|ich benötige|mir fehlen|mir fehlt|fehlen mir|fehlt mir|il me faut|il me manque|j'ai besoin|j'ai encore besoin|necesito|aún necesito|me faltan|me falta|me hacen falta|preciso de|preciso da|preciso do|preciso das|preciso dos|faltam-me|me faltam|mi serve|mi servono|ho bisogno|mi mancano|мне нужны|мне нужен|мне нужна|мне нужно|мені потрібні|мені потрібен",
    "ik heb nog|heb ik nodig|potrzebuję|potřebuji|jag behöver|behöver jag|jeg trenger|trenger jeg|jeg mangler|jeg har brug for|tarvitsen|ihtiyacım var|tôi cần|saya membutuhkan|saya perlu",
]);
static HANDED_OVER: Phrases = Phrases::new(&[
    "zugangsdaten|passwort|kennwort|schlüssel|api-key|api-schlüssel|token|anmeldedaten|logindaten|zugriff|freigabe|identifiants|mot de passe|mots de passe|clé|clés|jeton|accès|credenciales|contraseña|contraseñas|clave|claves|acceso|credenciais|senha|senhas|chave|chaves|acesso|credenziali|password|chiave|chiavi|accesso|учётн*|учетн*|логин*|парол*|ключ*|токен*|доступ*|данные для входа|облікові*",
    "inloggegevens|wachtwoord|sleutel|dane logowania|danych logowania|hasł*|klucz*|přihlašovací*|hesl*|inloggningsuppgifter|lösenord|nyckel|nycklar|påloggings*|passord|adgangskode|legitimationsoplysninger|salasan*|tunnukset|kimlik bilgi*|şifre*|parola*|anahtar*|mật khẩu|khóa|kredensial|kata sandi|kunci",
]);

/// Whether a folded sentence says that the work goes on when the user has handed something over.
pub(super) fn waits_for_input(folded: &str) -> bool {
    TABLE.iter().any(|row| {
        let is_in = |words: &Option<Phrases>| words.as_ref().is_none_or(|words| words.is_in(folded));
        row.when.is_in(folded) && is_in(&row.gives) && is_in(&row.whom)
    })
}

/// Whether a folded sentence says that the agent needs what only the user can hand over.
pub(super) fn lacks_access(folded: &str) -> bool {
    NEEDS.is_in(folded) && HANDED_OVER.is_in(folded) && !DENIALS.is_in(folded)
}

#[cfg(test)]
mod tests {
    use crate::detect::text::ending::Ending;

    #[test]
    fn what_is_to_be_handed_over_is_waited_for() {
        let mut wrong = Vec::new();
        for text in [
            "The upload works in the tests. Once you've sent me the bucket's key, I'll switch it on.",
            "As soon as you have given us access, we can finish the import.",
            "Der Import läuft. Sobald Sie mir das Zertifikat geschickt haben, schalte ich ihn frei.",
            "L'import est prêt ; dès que tu m'auras envoyé la clé, je l'activerai.",
            "La importación está lista; en cuanto me envíes el certificado, la activo.",
            "Está pronto. Assim que você me passar o certificado, eu ativo a importação.",
            "È pronto. Appena mi mandi il certificato, lo attivo.",
            "Импорт готов. Как только вы пришлёте мне сертификат, я его включу.",
            "Импорт готов. Пришлите, пожалуйста, сертификат, и я его включу.",
            "取り込みは動いています。証明書をご提供いただければ、有効にします。",
            "가져오기는 준비되었습니다. 인증서를 보내주시면 활성화하겠습니다.",
            "The import is ready. Please review and approve the plan above.",
            "Der Import ist fertig. Für den Server brauche ich noch das Passwort.",
            "L'import est prêt. Il me faut encore les identifiants du serveur.",
            "La importación está lista. Necesito la contraseña del servidor para terminar.",
            "A importação está pronta. Preciso da senha do servidor para concluir.",
        ] {
            if !matches!(Ending::read(text), Ending::Asks | Ending::GaveUp) {
                wrong.push(text);
            }
        }
        assert!(wrong.is_empty(), "{wrong:#?}");
    }

    #[test]
    fn what_a_program_is_given_is_not_waited_for() {
        let mut wrong = Vec::new();
        for text in [
            "Once you pass a token, the client retries by itself. All tests pass.",
            "The job starts as soon as you push. All tests pass.",
            "Der Dienst startet, sobald die Datenbank antwortet.",
            "Ein Passwort brauche ich dafür nicht; die Tests laufen.",
            "Les tests passent. Dès que le service répond, la page s'affiche.",
            "Las pruebas pasan. En cuanto llega un mensaje, la lista se actualiza.",
            "Как только приходит сообщение, список обновляется.",
            "The form asks for the password once you have opened it.",
        ] {
            if Ending::read(text) != Ending::Plain {
                wrong.push(text);
            }
        }
        assert!(wrong.is_empty(), "{wrong:#?}");
    }
}
