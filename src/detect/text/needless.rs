//! Tells whether an answer says that nothing had to be done.

use super::answer::{blocks, plain, sentences};
use super::phrases::{Phrases, fold};

/// What says so.
static NEEDLESS: Phrases = Phrases::new(&[
    "nothing to fix|nothing to change|nothing to do|nothing needed|nothing had to|nothing needs to|no fix needed|no fix was needed|no fixes needed|no fixes were needed|no fix is needed|no change needed|no changes needed|no change was needed|no changes were needed|no change is needed|no changes are needed|no change was necessary|no changes were necessary|no change is necessary|no changes are necessary|no changes required|no change required|no change was required|no changes were required|none of them does|none of them do|none of them needed|none needed|nothing was wrong|found none|there are none|there were none",
    "nichts zu tun|nichts zu ändern|nichts zu beheben|keine änderung nötig|keine änderungen nötig|keine änderung notwendig|keine änderungen notwendig|war nichts nötig|rien à corriger|rien à changer|rien à faire|aucune modification n'était nécessaire|aucun changement nécessaire|nada que corregir|nada que cambiar|no hizo falta|no hubo que|nada a corrigir|nada a mudar|não foi necessário|niente da correggere|niente da cambiare|non è stato necessario|нечего исправлять|исправлять нечего|ничего менять не|изменений не потребовалось|правок не потребовалось",
    "无需修改|不需要修改|无需更改|没有需要修|無需|修正の必要はあり|修正は不要|変更は不要|変更の必要はあり|수정할 것이 없|변경할 필요가 없|nic do naprawy|nie trzeba było|niets te doen|inget att åtgärda|ingen ändring behövdes|ikke nødvendig",
]);

/// Whether a sentence of an answer says that nothing had to be done.
pub(crate) fn says_needless(text: &str) -> bool {
    let blocks = blocks(text);
    blocks
        .iter()
        .flat_map(|block| sentences(&plain(&block.text)).into_iter().map(fold).collect::<Vec<_>>())
        .any(|said| NEEDLESS.is_in(&said))
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
