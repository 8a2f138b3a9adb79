//! Recognizes tool results that report a failure or refusal although the call itself succeeded.

use super::failure::{CallFailure, complains};
use crate::detect::hash;
use crate::detect::text::phrases::{Phrases, fold};
use crate::wire::{Raw, text};
use serde_json::{Map, Value};

/// A longer answer is what was asked for, whatever it begins with, in bytes.
const ANSWER: usize = 800;
/// A longer line is prose, in bytes.
const LINE: usize = 240;
/// What stands in brackets before a message of an error, in small letters.
const MARKS: [&str; 7] = ["error", "fatal", "critical", "failed", "failure", "panic", "exception"];

/// Members of such an answer, and what they hold (RFC 9110, 15.5).
const CODES: [&str; 5] = ["code", "status", "statusCode", "status_code", "errorCode"];
const REFUSALS: [u64; 2] = [401, 403];
const MESSAGES: [&str; 5] = ["message", "error", "detail", "title", "reason"];
const WORDS: [&str; 4] = ["unauthorized", "forbidden", "unauthenticated", "access denied"];

/// What says that whoever asks has no right to.
static REFUSED: Phrases = Phrases::new(&[
    "access denied|access is denied|permission denied|permission is denied|you are not allowed to|you're not allowed to|is not allowed to|you do not have permission*|you don't have permission*|does not have permission*|you do not have access|you don't have access|you do not have the required permission*|you are not authorized|you're not authorized|is not authorized to|not authorised|insufficient permission*|insufficient privilege*|insufficient rights|missing permission*|operation not permitted",
    "no tiene permiso*|no tienes permiso*|no tiene acceso|acceso denegado|permiso denegado|no está autorizad*|permisos insuficientes|acesso negado|permissão negada|não tem permissão|sem permissão|não está autorizad*|permissões insuficientes|accesso negato|permesso negato|non hai i permessi|non hai il permesso|non ha i permessi|non sei autorizzat*|autorizzazione negata",
    "accès refusé|accès interdit|permission refusée|n'avez pas l'autorisation|n'avez pas la permission|n'avez pas les droits|n'êtes pas autorisé*|droits insuffisants|acces interzis|acces refuzat|nu aveți permisiun*",
    "zugriff verweigert|zugriff wurde verweigert|berechtigung verweigert|keine berechtigung|nicht berechtigt|fehlende berechtigung*|toegang geweigerd|geen toestemming|geen rechten|niet gemachtigd|åtkomst nekad|saknar behörighet|inte behörighet|adgang nægtet|adgang nektet|ikke tilladelse|ikke tillatelse|ikke tilgang|käyttö estetty|ei käyttöoikeutta",
    "odmowa dostępu|brak uprawnień|nie masz uprawnień|přístup odepřen|nemáte oprávnění|доступ запрещ*|доступ заборонен*|отказано в доступе|недостаточно прав|нет прав|недостатньо прав|немає прав|hozzáférés megtagadva|nincs jogosultság*|erişim reddedildi|erişim engellendi|yetkiniz yok|izniniz yok|δεν έχετε δικαίωμα|άρνηση πρόσβασης",
    "没有权限|無權限|无权限|沒有權限|权限不足|權限不足|拒绝访问|拒絕存取|権限がありません|アクセス権がありません|アクセスが拒否|許可されていません|권한이 없|권한이 부족|액세스가 거부|접근이 거부|không có quyền|từ chối truy cập|akses ditolak|tidak memiliki izin|ไม่มีสิทธิ์|ปฏิเสธการเข้าถึง|אין הרשאה|הגישה נדחתה|تم رفض الوصول|ليس لديك صلاحية|ليس لديك إذن|अनुमति नहीं",
]);

/// How far a word for an error may reach with its colon, in bytes.
const LONGEST_NAME: usize = 32;

/// The failure of which a short answer tells in its first line: by a mark, as in `[ERROR] Kernel died`, or in words.
pub(super) fn soft_failure(body: &str) -> Option<CallFailure> {
    if body.len() > ANSWER {
        return None;
    }
    let answer = text::unescaped(body);
    let first = answer.lines().map(str::trim).find(|line| !line.is_empty())?;
    let is_data = first.starts_with('{') || first.starts_with("[{") || first.starts_with('<');
    let says = first.len() <= LINE && !is_data && (is_marked(first) || REFUSED.is_in(&fold(first)));
    (says || first.len() <= LINE && is_refusal(first)).then(|| CallFailure::of_line(first))
}

/// The failure of a request that a command made to a server and that it refused, as its whole answer says: the command
/// itself went well. The same answer about another address is another failure.
pub(super) fn refused_request(command: &str, body: &str) -> Option<CallFailure> {
    let (scheme, address) = command.split_once("://")?;
    if body.len() > ANSWER || !scheme.ends_with("http") && !scheme.ends_with("https") {
        return None;
    }
    let answer = text::unescaped(body);
    let answer = answer.trim();
    let by_status = || {
        let mut words = answer.split_ascii_whitespace();
        let is_http = words.next().is_some_and(|word| word.starts_with("HTTP/"));
        let code = words.next().and_then(|code| code.parse().ok());
        is_http && code.is_some_and(|code| REFUSALS.contains(&code))
    };
    let failure =
        (is_refusal(answer) || by_status()).then(|| CallFailure::of_line(answer.lines().next().unwrap_or_default()))?;
    let address = address.split(['?', '\'', '"', '`', ' ', ')', '\n']).next().unwrap_or_default();
    Some(CallFailure { class: hash::join(failure.class, hash::of(address)), ..failure })
}

/// Members that hold the number of an error, which is none for a success.
const NUMBERS: [&str; 6] = ["errcode", "err_code", "errno", "error_code", "errorcode", "errorno"];
/// Members that say in a word how a request came out, and what they say of one that did not go well.
const OUTCOMES: [&str; 5] = ["status", "result", "state", "outcome", "type"];
#[rustfmt::skip]
const FAILED: [&str; 10] =
    ["error", "failed", "failure", "fail", "fault", "rejected", "refused", "denied", "invalid", "exception"];
/// Members that hold what went wrong, and those that say whether all went well.
const ERRORS: [&str; 5] = ["error", "errors", "err", "errormessage", "error_message"];
const WELL: [&str; 2] = ["ok", "success"];
/// The words for an error before a colon, in small letters.
#[rustfmt::skip]
const NAMED: [&str; 34] = [
    "error", "fatal", "failed", "failure", "fehler", "erreur", "échec", "errore", "erro", "falha", "fallo", "fout", "fel", "fejl", "feil", "virhe",
    "błąd", "chyba", "hiba", "eroare", "greška", "грешка", "ошибка", "помилка", "σφάλμα", "hata", "lỗi", "kesalahan", "ralat", "错误", "錯誤", "エラー", "오류",
    "שגיאה",
];

/// Whether a short answer is no success, by its status, by what it holds or by its first word: `{"status":422}`,
/// `HTTP/1.1 403 Forbidden`, `Fehler: …`.
pub(super) fn is_no_success(answer: Raw<'_>) -> bool {
    let body = text::body(answer);
    body.len() <= ANSWER && says_no_success(&text::unescaped(&body))
}

/// What else says that something is not as it should be: the errors of a spreadsheet, the states of what keeps crashing.
#[rustfmt::skip]
const FAULTS: [&str; 12] = [
    "#ref!", "#name?", "#value!", "#div/0!", "#n/a", "#num!", "restarting", "crashloopbackoff", "unavailable", "panic", "status=failed", "status: failed",
];

/// Whether the beginning of an answer says that something is not as it should be, whatever the exit code.
pub(super) fn tells_fault(said: &str) -> bool {
    let lower = said.to_ascii_lowercase();
    complains(said) || FAULTS.iter().any(|fault| lower.contains(fault)) || says_no_success(said)
}

fn says_no_success(answer: &str) -> bool {
    let said = answer.trim();
    match serde_json::from_str(said) {
        Ok(Value::Object(members)) => members.iter().any(|(name, value)| is_failure(name, value)),
        Ok(_) => false,
        Err(_) => has_failed_status(said) || names_error(said),
    }
}

/// Whether a member of an answer says that it is no success.
fn is_failure(name: &str, value: &Value) -> bool {
    let lower = name.to_ascii_lowercase();
    match value {
        Value::Bool(well) => !well && WELL.contains(&&*lower) || *well && ERRORS.contains(&&*lower),
        Value::Number(number) => {
            let number = number.as_u64().unwrap_or_default();
            CODES.contains(&name) && (400..600).contains(&number) || NUMBERS.contains(&&*lower) && number != 0
        }
        Value::String(said) => {
            ERRORS.contains(&&*lower) && !said.is_empty()
                || OUTCOMES.contains(&&*lower) && FAILED.contains(&&*said.to_ascii_lowercase())
        }
        Value::Object(members) => ERRORS.contains(&&*lower) && !members.is_empty(),
        Value::Array(items) => ERRORS.contains(&&*lower) && !items.is_empty(),
        Value::Null => false,
    }
}

/// Whether an answer begins with the status line of a request that did not go well.
fn has_failed_status(answer: &str) -> bool {
    let mut words = answer.split_ascii_whitespace();
    let is_http = words.next().is_some_and(|word| word.starts_with("HTTP/"));
    is_http && words.next().and_then(|code| code.parse().ok()).is_some_and(|code| (400..600).contains(&code))
}

/// Whether an answer begins with the word for an error and a colon.
fn names_error(answer: &str) -> bool {
    let plain = answer.trim_start_matches(|c: char| !c.is_alphanumeric());
    let near = &plain[..plain.floor_char_boundary(LONGEST_NAME)];
    near.split_once([':', '：']).is_some_and(|(word, _)| NAMED.contains(&&*word.trim().to_lowercase()))
}

/// Whether a line is an answer in JSON that says that the request was refused, as in `{"message":"Unauthorized","code":401}`.
fn is_refusal(line: &str) -> bool {
    let Ok(Value::Object(members)) = serde_json::from_str(line) else {
        return false;
    };
    says_refused(&members) || matches!(members.get("error"), Some(Value::Object(error)) if says_refused(error))
}

fn says_refused(members: &Map<String, Value>) -> bool {
    members.iter().any(|(name, value)| match value {
        Value::Number(number) => {
            CODES.contains(&&**name) && number.as_u64().is_some_and(|code| REFUSALS.contains(&code))
        }
        Value::String(text) => MESSAGES.contains(&&**name) && WORDS.contains(&&*text.to_ascii_lowercase()),
        _ => false,
    })
}

/// Whether a line begins with the mark of an error in brackets and a message.
fn is_marked(line: &str) -> bool {
    let line = line.trim_start_matches(|c: char| !c.is_alphanumeric() && c != '[');
    let mark = line.strip_prefix('[').and_then(|rest| rest.split_once(']'));
    mark.is_some_and(|(mark, message)| {
        MARKS.contains(&mark.trim().to_ascii_lowercase().as_str()) && message.contains(char::is_alphabetic)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_that_are_no_success() {
        for (answer, is_none) in [
            (r#"{"status": 422, "error": "owner"}"#, true),
            (r#"{"data":null,"errors":[{"message":"x"}]}"#, true),
            (r#"{"errcode":40013}"#, true),
            (r#"{"status":"error"}"#, true),
            (r#"{"ok":false}"#, true),
            ("HTTP/1.1 403 Forbidden\nx", true),
            ("Fehler: unbekannt", true),
            ("错误：没有", true),
            (r#"{"ok":true,"error":null,"errors":[]}"#, false),
            (r#"{"errcode":0}"#, false),
            (r#"{"status":200}"#, false),
            ("HTTP/1.1 200 OK", false),
            ("No error: fine", false),
        ] {
            assert_eq!(says_no_success(answer), is_none, "{answer}");
        }
    }

    #[test]
    fn refusals_and_marks() {
        for answer in [
            "[ERROR] Worker 7 stopped unexpectedly",
            "[FATAL]: no memory",
            "⚠️ El servidor respondió: No tiene permiso para crear registros.\\n\\nContacte con su administrador.",
            "You are not allowed to modify 'Invoice' (account.move).",
            "Zugriff verweigert: Tabelle Kunden",
            "Error 403: доступ запрещён",
            "権限がありません",
            r#"{\"message\":\"Unauthorized\",\"code\":401}"#,
            r#"{\"error\":\"forbidden\"}"#,
        ] {
            assert!(soft_failure(answer).is_some(), "{answer}");
        }
    }

    #[test]
    fn other_answers() {
        for answer in [
            "",
            "[ERROR]",
            "[INFO] started",
            "[2 errors] of 7 lines",
            "Created invoice 4411.\\nUsers without the role get: access denied",
            r#"{\"rules\":[\"access denied\"]}"#,
            r#"{\"id\":401,\"code\":200}"#,
            "You are allowed to modify this.",
        ] {
            assert!(soft_failure(answer).is_none(), "{answer}");
        }
        let page = format!("Access denied: what it means\\n{}", "It is a page of a manual. ".repeat(40));
        assert!(soft_failure(&page).is_none());
    }

    #[test]
    fn requests_that_are_refused() {
        let class = |command: &str, answer: &str| refused_request(command, answer).map(|failure| failure.class);
        let nested = r#"{\"error\":{\"code\":401,\"message\":\"The token has expired.\"}}"#;
        let first = class("curl -s -H 'A: 1' https://api.test/v2/orders?page=1", nested);
        assert!(first.is_some());
        assert_eq!(first, class("http GET https://api.test/v2/orders", nested));
        assert_ne!(first, class("http GET https://api.test/v2/users", nested));
        assert!(class("curl -si https://api.test/a", "HTTP/1.1 401 Unauthorized\\nserver: x").is_some());
        for (command, answer) in [
            ("cat answer.json", nested),
            ("curl -s https://api.test/a", r#"{\"id\":401,\"error\":null}"#),
            ("curl -si https://api.test/a", "HTTP/1.1 503 Service Unavailable"),
            ("curl -s https://api.test/a", "The docs say: 401 means that the token has expired."),
            ("git clone ssh://host/a", nested),
        ] {
            assert_eq!(class(command, answer), None, "{command}: {answer}");
        }
    }

    #[test]
    fn one_refusal_is_one_class() {
        let class = |answer| soft_failure(answer).map(|failure| failure.class);
        assert_eq!(class("Access denied: row 3\\n(ref 113ac140)"), class("Access denied: row 3\\n(ref 6611e8d1)"));
        assert_ne!(class("Access denied: orders"), class("Access denied: customers"));
    }
}
