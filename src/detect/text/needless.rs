//! Tells whether an answer says that nothing had to be done.

use super::answer::{blocks, plain, sentences};
use super::phrases::{Phrases, fold};

/// What says so.
static NEEDLESS: Phrases = Phrases::new(&[
    "nothing to fix|nothing to change|nothing to do|nothing needed|nothing had to|nothing needs to|no fix needed|no fix was needed|no fixes needed|no fixes were needed|no fix is needed|no change needed|no changes needed|no change was needed|no changes were needed|no change is needed|no changes are needed|no change was necessary|no changes were necessary|no change is necessary|no changes are necessary|no changes required|no change required|no change was required|no changes were required|none of them does|none of them do|none of them needed|none needed|nothing was wrong|found none|there are none|there were none",
    "nichts zu tun|nichts zu ändern|nichts zu beheben|keine änderung nötig|keine änderungen nötig|keine änderung notwendig|keine änderungen notwendig|war nichts nötig|rien à corriger|rien à changer|rien à faire|aucune modification n'était nécessaire|aucun changement nécessaire|nada que corregir|nada que cambiar|no hizo falta|no hubo que|nada a corrigir|nada a mudar|não foi necessário|niente da correggere|niente da cambiare|non è stato necessario|нечего исправлять|исправлять нечего|ничего менять не|изменений не потребовалось|правок не потребовалось",
    "无需修改|不需要修改|无需更改|没有需要修|無需|修正の必要はあり|修正は不要|変更は不要|変更の必要はあり|수정할 것이 없|변경할 필요가 없|nic do naprawy|nie trzeba było|niets te doen|inget att åtgärda|ingen ändring behövdes|ikke nødvendig",
]);

/// What says so where a look shows it: that all is as it should be, that none is missing, that nothing changed.
static UNCHANGED: Phrases = Phrases::new(&[
    "already|nothing|none|no changes|no change|not changed|didn't change|did not change|unchanged|no need|not needed|not necessary|unnecessary|there is no|there are no|there was no|there were no|there's no|found no|isn't any|aren't any|left as is|left as it is|left as they are|left it as|left them as|left everything|left the file|in sync|up to date",
    "bereits|schon|nichts|keine|kein|keiner|keines|keinen|unverändert|nicht nötig|nicht notwendig|überflüssig|déjà|rien|aucun|aucune|inchangé*|pas nécessaire|pas besoin|inutile|ya está*|ya cumpl*|ya tien*|ya tenía*|ya era*|ya había*|ya existe*|nada|ninguno|ninguna|ningún|sin cambios|no falta|no faltan|no hace falta|no hizo falta|no hay|no había",
    "já|nenhum|nenhuma|sem alterações|não falta|não faltam|não há|não havia|não foi preciso|inalterado*|già|niente|nulla|nessun|nessuna|nessuno|non manca|non mancano|non ci sono|non c'è|non serve|non serviva|invariato|invariati|уже|нечего|ничего|не нужно|не требу*|не потребовал*|отсутству*|изменений нет|не нашл*|не найден*|вже|нічого|нема|немає|już|niczego|nic|żadn*|brak|bez zmian|již|už|nic|žádn*|beze změn|al|niets|geen|ongewijzigd|niet nodig",
    "redan|inget|inga|ingen|ingenting|oförändrad*|behövs inte|behövdes inte|allerede|intet|ingenting|uændret|uendret|jo|mitään|ei ole|zaten|hiçbir*|gerek yok|değişiklik yok|eksik yok|đã|không có|không cần|sudah|tidak ada|tidak perlu|ήδη|τίποτα|καμία|deja|nimic|niciun*|már|semmi|nincs",
    "已经|已經|均已|都已|没有|沒有|无需|無需|不需要|无须|未发现|未發現|没发现|未作修改|未做修改|既に|すでに|ありません|ありませんでした|見つかりません|不要|必要はな|変更なし|変更していません|変更しませんでした|이미|없습니다|없었습니다|없어|필요가 없|변경하지 않|موجود|بالفعل|לא היה|אין",
]);

/// Whether a sentence of an answer says that nothing had to be done.
pub(crate) fn says_needless(text: &str) -> bool {
    says(text, &NEEDLESS)
}

/// Whether one says that things are as they should be, in words that prove it only together with a look.
pub(crate) fn says_unchanged(text: &str) -> bool {
    says(text, &NEEDLESS) || says(text, &UNCHANGED)
}

fn says(text: &str, table: &Phrases) -> bool {
    let blocks = blocks(text);
    blocks
        .iter()
        .flat_map(|block| sentences(&plain(&block.text)).into_iter().map(fold).collect::<Vec<_>>())
        .any(|said| table.is_in(&said))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_had_to_be_done() {
        for text in
            ["Both set a limit already, so there was nothing to fix.", "Keine Änderung nötig: alle haben eines."]
        {
            assert!(says_needless(text), "{text}");
        }
        for text in ["The limits are set now.", "I would set the limit in `a.yaml`."] {
            assert!(!says_needless(text), "{text}");
        }
    }
}
