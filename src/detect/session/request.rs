//! Reads what a person's message asks for, as far as it decides whether a rest without changes is a success.

use crate::detect::text::phrases::{Phrases, fold};
use crate::wire::record::Claim;
use std::sync::LazyLock;

/// How much of a message is read, in bytes.
const READ: usize = 2000;

/// Words that ask for a change of files.
static CHANGE: LazyLock<Phrases> = LazyLock::new(|| {
    Phrases::new(&[
        "fix|add|implement|change|update|refactor|rename|replace|remove|delete|migrate|rewrite|convert|port|upgrade|bump|extract|split|move|introduce|repair|correct|edit|write|create|make it|make the|set up|set the|clean up|improve|optimize|optimise|translate|format|install|finish|complete|resolve|simplify",
        "bring|adjust|adapt|apply|modify|amend|revise|rework|restructure|reorganize|reorganise|modernize|modernise|enable|disable|turn on|turn off|switch|swap|drop|get rid of|strip|insert|append|prepend|wire up|hook up|integrate|configure|scaffold|bootstrap|develop|patch|mend|tidy|harden|speed up|reduce|increase|raise|lower|merge|inline|unify|consolidate|deduplicate|populate|fill in|expand|shorten|comment out|uncomment|revert|restore|handle|support|prevent|ensure|annotate|deprecate|tweak|localize|localise",
        "aktualisiere|aktualisier|benenne|verschiebe|entferne|bringe|passe|ergänze|ergänz|verbessere|verbesser|optimiere|übersetze|richte|beheb|korrigier|reparier|füg|änder|ersetz|lösch|schreib|erstell|baue|mets|renomme|déplace|corriger|ajouter|mettre|améliore|traduis|rends|remplacer|mueve|renombra|actualice|mejora|traduce|borra|quita|agregue|cambie|mova|renomeie|melhore|traduza|mude|apague|conserte|sposta|rinomina|migliora|rimuovi|traduci|elimina|scrivi|sistema|обнови*|перенес*|переведи*|улучши*|убер*|сделай*|почини*|настрой*|改成|改为|改進|改进|重命名|移动|优化|翻译|补充|加上|去掉|生成|完善|替换|置き換え|移動|改善|翻訳|書いて|加えて|消して|作って|업데이트|바꿔|옮겨|개선|번역|만들어",
        "behebe|korrigiere|repariere|füge|ändere|implementiere|ersetze|lösche|schreibe|erstelle|corrige|ajoute|modifie|implémente|remplace|supprime|écris|crée|arregla|añade|agrega|cambia|implementa|elimina|escribe|actualiza|corrija|atualize|aggiorna|adicione|altere|implemente|remova|escreva|crie|correggi|aggiungi|modifica|исправ*|добав*|измени*|реализу*|удали*|напиши*|созда*|переимену*|修复|修正|添加|实现|修改|更新|重构|删除|创建|编写|追加|実装|変更|削除|作成|修理|直して|수정|추가|구현|변경|삭제|작성|고쳐",
    ])
});

/// How messages begin that ask to look, to explain or to do something with what is there.
static LOOK: LazyLock<Phrases> = LazyLock::new(|| {
    Phrases::new(&[
        "can you look|can you review|can you check|could you look|could you review|please review|please look|have a look|take a look|let's discuss|let's look|what|why|how|where|when|which|who|is|are|does|do you|did|explain|describe|look|show|list|tell|read|review|check|summarize|summarise|find|search|compare|investigate|analyze|analyse|think|plan|run|count|can you explain|can you tell|could you explain|was|warum|wie|wo|erkläre|zeige|liste|pourquoi|comment|explique|montre|qué|por qué|cómo|explica|muestra|почему|как|объясни|покажи|为什么|什么|解释|查看|看看|なぜ|説明|왜|설명",
    ])
});

/// What asks for words, not for a change of files: an answer that is written here, or a report on what is there.
static ANSWER: LazyLock<Phrases> = LazyLock::new(|| {
    Phrases::new(&[
        "tell me|let me know|report whether|report on|report back|update me|give me|write me|send me|summary|overview|in the chat|in chat|as your answer|in your answer|here in|add up|a poem|a haiku|a story|a joke|an email|a letter|a plan|don't change|do not change|don't edit|do not edit|don't fix|do not fix|don't touch|do not touch|without fixing|not fix anything|just look|only look|without changing|no changes|change nothing|not change anything|read-only",
        "sag mir|sage mir|berichte|zusammenfassung|überblick|einen plan|ändere nichts|ändere noch nichts|nichts ändern|noch nichts|ohne etwas zu ändern|im chat|dime|resumen|un plan|sin cambiar|no cambies|dis-moi|résumé|sans modifier|ne modifie|ne change|resumo|não altere|sem alterar|riassunto|non modificare|расскажи|сообщи|ничего не меняй|план|告诉我|总结|摘要|不要修改|不要改|教えて|要約|まとめ|変更しない|알려|요약|변경하지",
    ])
});

/// How far after a verb its object is looked for, in bytes.
const OBJECT: usize = 60;
/// Verbs of writing, whose object may be a report.
#[rustfmt::skip]
const WRITING: [&str; 22] = [
    "write", "create", "finish", "complete", "apply", "schreib", "schreibe", "erstell", "erstelle", "écris", "crée", "escribe", "escreva", "crie", "scrivi", "напиши", "编写", "创建", "生成", "作成",
    "書いて", "작성",
];

/// What asks for a test that fails, or for no mending of what it shows.
static FAILING_TEST: LazyLock<Phrases> = LazyLock::new(|| {
    Phrases::new(&[
        "failing test|failing tests|failing spec|failing regression test|red test|test that fails|tests that fail|should fail for now|should still fail|it should fail|must fail for now|fails for now|expected to fail|test that reproduces and fails|do not fix|don't fix|without fixing|fix comes separately|fix comes later|leave the fix",
        "fehlschlagenden test|fehlschlagender test|test, der fehlschlägt|roten test|nicht beheben|noch nicht beheben|test qui échoue|test rouge|ne corrige pas|sans corriger|prueba que falle|test que falle|no lo arregles|sin arreglar|teste que falhe|não corrija|sem corrigir|test che fallisce|non correggere|падающий тест|не исправляй|не чини|失败的测试|不要修复|先不修|失敗するテスト|修正しない|실패하는 테스트|수정하지",
    ])
});

/// What the last message asks for.
#[derive(Debug, Default)]
pub(crate) struct UserRequest {
    wants_change: bool,
    looks: bool,
    folded: String,
}

impl UserRequest {
    /// Reads a message.
    pub(crate) fn read(text: &str) -> Self {
        let folded = fold(&text[..text.floor_char_boundary(READ)]);
        let looks = ANSWER.is_in(&folded)
            || LOOK.begins(folded.trim_start()) && !then_changes(&folded)
            || folded.trim_end().ends_with(['?', '？', '؟']);
        let wants_change = CHANGE.find_all(&folded).any(|(start, _)| is_asked(&folded[..start])) || mends(&folded);
        Self { wants_change, looks, folded }
    }

    /// Whether the message asks for a report on what is there, and for no change of files. A promise of work that nobody
    /// knows is taken for one of changes.
    pub(crate) fn wants_report(&self, claim: Claim) -> bool {
        if claim == Claim::Promise && !self.looks {
            return false;
        }
        let asked = |&(start, end): &(usize, usize)| {
            let (before, verb) = (&self.folded[..start], &self.folded[start..end]);
            is_asked(before) && !is_forbidden(before) && !(WRITING.contains(&verb) && self.writes_answer(end))
        };
        !CHANGE.find_all(&self.folded).any(|hit| asked(&hit)) && !mends(&self.folded)
    }

    /// Whether what is to be written is an answer, or a report: "write a short summary".
    fn writes_answer(&self, from: usize) -> bool {
        let rest = &self.folded[from..];
        ANSWER.is_in(&rest[..rest.floor_char_boundary(OBJECT)])
    }

    /// Whether the message asks for a test that fails.
    pub(crate) fn wants_failing_test(&self) -> bool {
        FAILING_TEST.is_in(&self.folded)
    }

    /// Whether a rest with this claim and without any change contradicts the request. A promise of work that
    /// nobody knows is taken for one of changes.
    pub(crate) fn wants_change(&self, claim: Claim) -> bool {
        match claim {
            Claim::Promise => !self.looks,
            Claim::Prose | Claim::None => self.wants_change && !self.looks,
        }
    }

    /// Whether the message has one of these words, so that doing so is what was asked for.
    pub(crate) fn names(&self, words: &[&str]) -> bool {
        words.iter().any(|word| self.folded.contains(word))
    }

    /// Whether the message has this number.
    pub(crate) fn names_number(&self, number: &str) -> bool {
        let mut numbers = self.folded.split(|c: char| !c.is_ascii_digit() && c != '.');
        numbers.any(|found| found.trim_matches('.') == number)
    }
}

/// Verbs that ask for a state of something, and the words for that state, in the same sentence: "make build.sh work".
const MENDS: [(&str, &[&str]); 2] = [
    ("make ", &[" work", " pass", " compile", " build", " green", " succeed", " run", " faster", " smaller"]),
    ("get ", &[" working", " passing", " to work", " to pass", " to compile", " to build", " green", " to run"]),
];

/// Whether a message asks to bring something into a state that it is not in.
fn mends(folded: &str) -> bool {
    folded.split(['\n', '?', '!']).flat_map(|line| line.split(". ")).any(|sentence| {
        MENDS.iter().any(|(verb, states)| {
            let after = sentence.find(verb).filter(|at| is_asked(&sentence[..*at])).map(|at| &sentence[at..]);
            after.is_some_and(|after| states.iter().any(|state| after.contains(state)))
        })
    })
}

/// What joins a read and what is to be done about what it shows, where an object follows: "find out why, and fix it".
static THEN: LazyLock<Phrases> = LazyLock::new(|| {
    Phrases::new(&[
        "and fix|and then fix|then fix|and repair|and correct|and resolve|and solve|and mend|and patch|and remove|and replace|and rewrite|and refactor|and implement|und behebe|und behebe|und beheb|und repariere|und korrigiere|und ändere|et corrige|et corrigez|et répare|y corrige|y arregla|y arréglalo|y corrígelo|e corrija|e conserte|e correggi|e ripara|и исправь|и исправьте|и почини|и почините|i napraw|och fixa|en los|ve düzelt|并修复|并修正|然后修复|并解决|修正して|直して|고쳐|수정해",
    ])
});

/// Whether a message that begins with a read asks for a change after it.
fn then_changes(folded: &str) -> bool {
    THEN.is_in(folded)
}

/// Words before a verb that make it a noun, or a statement: "the fix", "it would create".
const STATED: [&str; 29] = [
    "a", "an", "the", "this", "that", "these", "those", "your", "my", "its", "their", "of", "no", "any", "last",
    "each", "would", "might", "may", "did", "does", "didn't", "doesn't", "won't", "wouldn't", "it", "they", "which",
    "who",
];

/// Whether a verb is one of what must not be done, by what stands before it: "do not change", "不要修改".
fn is_forbidden(before: &str) -> bool {
    const WORDS: [&str; 15] = [
        "not", "don't", "never", "without", "nothing", "nicht", "ohne", "ne", "sans", "no", "sin", "não", "sem", "non",
        "не",
    ];
    const JOINED: [&str; 6] = ["不要", "不", "别", "勿", "不用", "不必"];
    let before = before.trim_end();
    let word = before.rsplit(' ').next().unwrap_or_default();
    WORDS.contains(&word) || JOINED.iter().any(|end| before.ends_with(end))
}

/// Whether a verb is one that asks, by what stands before it.
fn is_asked(before: &str) -> bool {
    let word = before.trim_end().rsplit(' ').next().unwrap_or_default();
    !STATED.contains(&word)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wants_change(text: &str) -> bool {
        UserRequest::read(text).wants_change(Claim::Prose)
    }

    #[test]
    fn asks_for_a_change_of_files() {
        for text in [
            "Fix the parser",
            "Make build.sh work.",
            "Please get the e2e suite to pass",
            "Actualiza el README",
            "README の誤字を直してください",
            "Add a test for the lexer",
            "Bring the price list up to date.",
            "Get rid of the old client",
            "Mets à jour la liste",
            "Обнови список цен",
            "把标题改成中文",
            "Find out why the job hangs and fix it.",
        ] {
            assert!(wants_change(text), "{text}");
        }
    }

    #[test]
    fn asks_for_a_report() {
        let wants_report = |text: &str| UserRequest::read(text).wants_report(Claim::None);
        for text in [
            "Scan the image with trivy and write a short summary here. Don't fix anything.",
            "Run the suite and tell me which tests fail. Don't change anything.",
            "Is the build on main green? Just look, do not fix anything.",
            "Why does the build fail?",
            "运行测试，告诉我哪些失败，不要修改。",
        ] {
            assert!(wants_report(text), "{text}");
        }
        for text in [
            "Fix the tests and tell me what was wrong",
            "Can you fix the flaky test?",
            "Make the suite green.",
            "Fix the parser. Don't change the tests.",
            "Find out why the job hangs and fix it.",
        ] {
            assert!(!wants_report(text), "{text}");
        }
    }

    #[test]
    fn asks_for_an_answer() {
        for text in [
            "Build the tools and report whether they link",
            "Write me a few lines about notes.md",
            "Create a list of all risks, here in the chat",
            "Mach einen Plan, aber ändere noch nichts",
            "Add up the amounts",
            "Update me on the release branch",
            "Why does the build fail?",
            "The suffix solves this: the second session would create its own branch",
        ] {
            assert!(!wants_change(text), "{text}");
        }
    }
}
