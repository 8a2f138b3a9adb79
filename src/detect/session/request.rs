//! What a person's message asks for, as far as it decides what a rest without changes means.

use crate::detect::text::phrases::{Phrases, fold};
use crate::wire::record::Claim;
use std::sync::LazyLock;

/// How much of a message is read, in bytes.
const READ: usize = 2000;

/// Words that ask for a change of files.
static CHANGE: LazyLock<Phrases> = LazyLock::new(|| {
    Phrases::new(&[
        "fix|add|implement|change|update|refactor|rename|replace|remove|delete|migrate|rewrite|convert|port|upgrade|bump|extract|split|move|introduce|repair|correct|edit|write|create|build|make it|make the|set up|set the|clean up|improve|optimize|optimise|translate|format|install|finish|complete|resolve|simplify",
        "behebe|korrigiere|repariere|füge|ändere|implementiere|ersetze|lösche|schreibe|erstelle|baue|corrige|ajoute|modifie|implémente|remplace|supprime|écris|crée|arregla|añade|agrega|cambia|implementa|elimina|escribe|corrija|adicione|altere|implemente|remova|escreva|crie|correggi|aggiungi|modifica|исправ*|добав*|измени*|реализу*|удали*|напиши*|созда*|переимену*|修复|修正|添加|实现|修改|更新|重构|删除|创建|编写|追加|実装|変更|削除|作成|修理|수정|추가|구현|변경|삭제|작성|고쳐",
    ])
});

/// How messages begin that ask to look, to explain or to do something with what is there.
static LOOK: LazyLock<Phrases> = LazyLock::new(|| {
    Phrases::new(&[
        "can you look|can you review|can you check|could you look|could you review|please review|please look|have a look|take a look|let's discuss|let's look|what|why|how|where|when|which|who|is|are|does|do you|did|explain|describe|look|show|list|tell|read|review|check|summarize|summarise|find|search|compare|investigate|analyze|analyse|think|plan|run|count|can you explain|can you tell|could you explain|was|warum|wie|wo|erkläre|zeige|liste|pourquoi|comment|explique|montre|qué|por qué|cómo|explica|muestra|почему|как|объясни|покажи|为什么|什么|解释|查看|看看|なぜ|説明|왜|설명",
    ])
});

/// What the last message asks for.
#[derive(Debug, Default)]
pub(crate) struct UserRequest {
    /// Whether it is known.
    known: bool,
    wants_change: bool,
    looks: bool,
    folded: String,
}

impl UserRequest {
    /// Reads a message.
    pub(crate) fn read(text: &str) -> Self {
        let folded = fold(&text[..text.floor_char_boundary(READ)]);
        let looks = LOOK.begins(folded.trim_start()) || folded.trim_end().ends_with(['?', '？', '؟']);
        Self { known: true, wants_change: CHANGE.is_in(&folded), looks, folded }
    }

    /// Whether a rest with this claim and without any change contradicts the request. A promise of work that
    /// nobody knows is taken for one of changes.
    pub(crate) fn wants_change(&self, claim: Claim) -> bool {
        match claim {
            Claim::Promise => !self.looks,
            Claim::Prose if !self.known => true,
            Claim::Prose | Claim::None => self.wants_change && !self.looks,
        }
    }

    /// Whether the message has one of these words, so that doing so is what was asked for.
    pub(crate) fn names(&self, words: &[&str]) -> bool {
        words.iter().any(|word| self.folded.contains(word))
    }
}
