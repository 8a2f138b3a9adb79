//! Reads what a person's message asks for, as far as it decides whether a rest without changes is a success.

use crate::detect::text::asked_acts::asked_acts;
use crate::detect::text::claims::Work;
use crate::detect::text::ending::Asked;
use crate::detect::text::omitted::omits_what_is_asked;
use crate::detect::text::phrases::{Phrases, fold, is_unspaced};
use crate::detect::text::remainder::{is_part_asked, leaves_remainder};
use crate::detect::text::still_running::says_it_runs;
use crate::wire::record::Claim;

/// How much of a message is read, in bytes.
const READ: usize = 2000;

/// Words that ask for a change of files.
static CHANGE: Phrases = Phrases::new(&[
    "fix|add|implement|change|update|refactor|rename|replace|remove|delete|migrate|rewrite|convert|port|upgrade|bump|extract|split|move|introduce|repair|correct|edit|write|create|make it|make the|set up|set the|clean up|improve|optimize|optimise|translate|format|install|finish|complete|resolve|simplify",
    "bring|adjust|adapt|apply|modify|amend|revise|rework|restructure|reorganize|reorganise|modernize|modernise|enable|disable|turn on|turn off|switch|swap|drop|get rid of|strip|insert|append|prepend|wire up|hook up|integrate|configure|scaffold|bootstrap|develop|patch|mend|tidy|harden|speed up|reduce|increase|raise|lower|merge|inline|unify|consolidate|deduplicate|populate|fill in|expand|shorten|comment out|uncomment|revert|restore|handle|support|prevent|ensure|annotate|deprecate|tweak|localize|localise",
    "aktualisiere|aktualisier|benenne|verschiebe|entferne|bringe|passe|ergänze|ergänz|verbessere|verbesser|optimiere|übersetze|richte|beheb|korrigier|reparier|füg|änder|ersetz|lösch|schreib|erstell|baue|mets|renomme|déplace|corriger|ajouter|mettre|améliore|traduis|rends|remplacer|mueve|renombra|actualice|mejora|traduce|borra|quita|agregue|cambie|mova|renomeie|melhore|traduza|mude|apague|conserte|sposta|rinomina|migliora|rimuovi|traduci|elimina|scrivi|sistema|обнови*|перенес*|переведи*|улучши*|убер*|сделай*|почини*|настрой*|改成|改为|改進|改进|重命名|移动|优化|翻译|补充|加上|去掉|生成|完善|替换|置き換え|移動|改善|翻訳|書いて|加えて|消して|作って|업데이트|바꿔|옮겨|개선|번역|만들어",
    "behebe|korrigiere|repariere|füge|ändere|implementiere|ersetze|lösche|schreibe|erstelle|corrige|ajoute|modifie|implémente|remplace|supprime|écris|crée|arregla|añade|agrega|cambia|implementa|elimina|escribe|actualiza|corrija|atualize|aggiorna|adicione|altere|implemente|remova|escreva|crie|correggi|aggiungi|modifica|исправ*|добав*|измени*|реализу*|удали*|напиши*|созда*|переимену*|修复|修正|添加|实现|修改|更新|重构|删除|创建|编写|追加|実装|変更|削除|作成|修理|直して|수정|추가|구현|변경|삭제|작성|고쳐",
]);

/// How messages begin that ask to look, to explain or to do something with what is there.
static LOOK: Phrases = Phrases::new(&[
    "can you look|can you review|can you check|could you look|could you review|please review|please look|have a look|take a look|let's discuss|let's look|what|why|how|where|when|which|who|is|are|does|do you|did|explain|describe|look|show|list|tell|read|review|check|verify|reproduce|try to reproduce|measure|assess|evaluate|estimate|determine|diagnose|audit|summarize|summarise|find|search|compare|investigate|analyze|analyse|think|plan|run|count|can you explain|can you tell|could you explain|was|warum|wie|wo|prüfe|prüf|überprüfe|untersuche|analysiere|miss|ist|sind|erkläre|zeige|liste|pourquoi|comment|explique|montre|vérifie|vérifiez|analyse|qué|por qué|cómo|explica|muestra|comprueba|verifica|analiza|verifique|analisa|analise|verifica|controlla|analizza|почему|как|объясни|покажи|проверь|проверьте|проанализируй|sprawdź|zweryfikuj|controleer|kontrollera|为什么|验证|请验证|帮我验证|核实|检查|检验|什么|解释|查看|看看|なぜ|説明|왜|설명",
]);

/// How sentences begin that ask for proposals.
static PROPOSE: Phrases = Phrases::new(&[
    "suggest|please suggest|can you suggest|could you suggest|make a suggestion|make suggestions|propose|please propose|recommend|advise|brainstorm",
    "schlag|schlage|mach einen vorschlag|mach vorschläge|propose-moi|proposez|suggère|suggérez|sugiere|propón|propon|recomienda|sugira|proponha|sugere|propõe|suggerisci|proponi|consiglia|предложи|предложите|посоветуй|zaproponuj|doradź|stel voor|föreslå|foreslå|öner|建议|请建议|提议|给出建议|提案して|제안",
]);

/// What asks for words, not for a change of files: an answer that is written here, or a report on what is there.
static ANSWER: Phrases = Phrases::new(&[
    "tell me|let me know|report whether|report on|report back|update me|give me|write me|send me|summary|overview|in the chat|in chat|as your answer|in your answer|here in|add up|a poem|a haiku|a story|a joke|an email|a letter|a plan|plan only|no code yet|without writing code|don't change|do not change|don't edit|do not edit|don't fix|do not fix|don't touch|do not touch|without fixing|not fix anything|just look|only look|without changing|no changes|change nothing|not change anything|read-only",
    "sag mir|sage mir|berichte|zusammenfassung|überblick|einen plan|kein code|keinen code|noch kein code|ohne code|ändere nichts|nichts ändern|noch nichts|ohne etwas zu ändern|im chat|dime|resumen|un plan|nada de código|sin código|ningún código|sin cambiar|no cambies|dis-moi|résumé|pas de code|sans code|sans coder|sans modifier|ne modifie|ne change|resumo|um plano|nada de código|sem código|nenhum código|não altere|sem alterar|riassunto|un piano|niente codice|nessun codice|senza codice|non modificare|расскажи|сообщи|ничего не меняй|план|без кода|tylko plan|plan działania|bez kodu|żadnego kodu|alleen een plan|een plan|geen code|bara en plan|ingen kod|kun en plan|ingen kode|sadece plan|kod yazma|kod yok|告诉我|总结|摘要|只要计划|只写计划|只写方案|只出方案|不要写代码|不写代码|别写代码|先不写代码|不要修改|不要改|教えて|要約|まとめ|計画だけ|計画のみ|コードは書かない|コードは不要|変更しない|알려|요약|계획만|코드는 작성하지|코드 없이|변경하지",
]);

/// What asks for nothing but an answer, whatever the message speaks of changing.
static ONLY_ANSWER: Phrases = Phrases::new(&[
    "just answer|only answer|answer only|just explain|only explain|explain only|just tell me|only tell me|just report|only report|report only|just a yes or no|just yes or no|analysis only|only analyse|only analyze|just analyse|just analyze",
    "nur antworten|antworte nur|nur eine antwort|nur beantworten|nur erklären|erkläre nur|erklär nur|sag mir nur|sag nur|nur berichten|nur analysieren|nur eine analyse|réponds seulement|réponds juste|réponds uniquement|répondez seulement|répondez uniquement|réponse seulement|explique seulement|explique juste|dis-moi seulement|dis-moi juste|analyse seulement|juste une réponse",
    "solo responde|sólo responde|responde solo|responde sólo|solo dime|sólo dime|dime solo|solo explica|sólo explica|solo analiza|só responde|só responda|apenas responda|responda apenas|responda só|diga apenas|apenas explica|apenas explique|só explica|rispondi solo|rispondi soltanto|solo una risposta|dimmi solo|dimmi soltanto|spiega solo|spiegami solo",
    "просто ответь*|только ответь*|просто скажи*|только скажи*|просто объясни*|только объясни*|tylko odpowiedz|tylko powiedz|tylko wyjaśnij|alleen antwoorden|antwoord alleen|alleen uitleggen|svara bara|bara svara|bare svar|svar bare|sadece cevap*|sadece yanıt*|sadece açıkla*",
    "只回答|只需回答|回答就行|回答即可|只要回答|只解释|只需解释|只要告诉我|答えるだけ|回答だけ|答えだけ|説明だけ|대답만|설명만",
]);
/// What asks to try something out or to take something away, after which what was written need not stay.
static TRIAL: Phrases = Phrases::new(&[
    "try|try out|experiment*|measure|benchmark|profile|see if|see whether|see what|see how|test if|test whether|reproduce|debug|bisect|temporar*|for now|prototype|spike|what happens|play with|explore|evaluate|estimate|instrument|out again|remove it again|then remove|afterwards",
    "probier*|versuch*|testweise|miss|messen|vorübergehend|temporär*|danach|essaie|essayez|essayer|mesure*|temporair*|provisoire*|prueba|probar|mide|medir|temporal*|prova|provare|misura*|tenta|tente|teste|meça|temporane*|provisori*|попробуй*|попробовать|измерь*|замерь*|эксперимент*|временно|spróbuj|zmierz|tymczasow*|probeer|tijdelijk|testa|mät|tillfällig*|prøv|mål|midlertidig*|dene|geçici",
    "give me|show|screenshot|prove|demonstrate|compare|how fast|how long|numbers|figures|zeig*|beweis*|vergleich*|montre*|prouve*|compar*|muestra|demuestra|mostra|dimostra|покажи*|докажи*|сравни*|展示|证明|比较|見せて|比較",
    "delete|remove|clean up|take out|lösch*|entfern*|aufräum*|supprim*|enlève*|retire*|nettoie|borra*|elimina*|quita*|limpia|apaga*|limpe|cancella*|rimuov*|togli|удали*|убери*|usuń|posprzątaj|verwijder*|ruim|ta bort|fjern|sil",
    "删除|移除|清理|削除|消して|片付け|삭제|제거|정리",
    "试试|尝试|测量|临时|实验|試し|計測|一時|実験|시도|측정|임시|실험",
]);

/// Whether a folded message asks for nothing but an answer, in a clause of its own: what "should only report errors" is
/// something else.
fn asks_only_answer(folded: &str) -> bool {
    const MARKS: [char; 13] = ['.', ',', ';', ':', '!', '?', '\n', '(', ')', '—', '。', '，', '？'];
    const POLITE: [&str; 5] = ["please", "bitte", "svp", "por favor", "пожалуйста"];
    ONLY_ANSWER.find_all(folded).any(|(start, end)| {
        let (before, behind) = (folded[..start].trim_end_matches(' '), folded[end..].trim_start_matches(' '));
        let begins = before.is_empty() || before.ends_with(MARKS) || POLITE.iter().any(|word| before.ends_with(word));
        begins || behind.is_empty() || behind.starts_with(MARKS)
    })
}

/// How far after a verb its object is looked for, in bytes.
const OBJECT: usize = 60;
/// Verbs of writing, whose object may be a report.
#[rustfmt::skip]
const WRITING: [&str; 22] = [
    "write", "create", "finish", "complete", "apply", "schreib", "schreibe", "erstell", "erstelle", "écris", "crée", "escribe", "escreva", "crie", "scrivi", "напиши", "编写", "创建", "生成", "作成",
    "書いて", "작성",
];

/// What asks for a test that fails, or for no mending of what it shows.
static FAILING_TEST: Phrases = Phrases::new(&[
    "failing test|failing tests|failing spec|failing regression test|red test|test that fails|tests that fail|should fail for now|should still fail|it should fail|must fail for now|fails for now|expected to fail|test that reproduces and fails|do not fix|don't fix|without fixing|fix comes separately|fix comes later|leave the fix",
    "fehlschlagenden test|fehlschlagender test|test, der fehlschlägt|roten test|nicht beheben|test qui échoue|test rouge|ne corrige pas|sans corriger|prueba que falle|test que falle|no lo arregles|sin arreglar|teste que falhe|não corrija|sem corrigir|test che fallisce|non correggere|падающий тест|не исправляй|не чини|失败的测试|不要修复|先不修|失敗するテスト|修正しない|실패하는 테스트|수정하지",
]);

/// What asks to take back what was done.
static TAKING_BACK: Phrases = Phrases::new(&[
    "undo|revert|roll back|rollback|roll it back|put it back|put that back|put them back|value back|old one back|change it back|set it back|take it back|restore|mach es rückgängig|mach das rückgängig|rückgängig|zurücksetzen|setz es zurück|setze es zurück|stell es wieder her|wieder auf den alten|wieder auf die alte|wieder wie vorher|annule|annulez|remets|remettez|reviens à|revenez à|rétablis|rétablissez",
    "deshaz|revierte|vuelve al|vuelve a la|vuelve a poner|restaura|déjalo como estaba|desfaça|desfaz|reverta|reverte|volta ao|volta à|volte ao|restaure|annulla|ripristina|rimetti|torna al|torna alla|riporta",
    "верни|верните|откати|откатите|отмени|отмените|cofnij|przywróć|wróć do|draai terug|draai het terug|zet terug|zet het terug|maak ongedaan|ångra|återställ|fortryd|gendan|angre|gjenopprett|geri al|geri getir|eski haline",
    "撤销|撤銷|撤回|改回|还原|還原|恢复原|恢复成|退回|元に戻|戻してください|戻して|되돌려|되돌리|원래대로|복구해",
]);
/// What says that a message is about what comes after it.
static LASTING: Phrases = Phrases::new(&[
    "in future|in the future|from now on|next time|always|in zukunft|künftig|zukünftig|ab jetzt|ab sofort|von nun an|beim nächsten mal|immer|à l'avenir|désormais|dorénavant|la prochaine fois|toujours|en adelante|a partir de ahora|en el futuro|la próxima vez|siempre|a partir de agora|daqui em diante|no futuro|da próxima vez|sempre|d'ora in poi|in futuro|la prossima volta",
    "впредь|в будущем|отныне|в следующий раз|всегда|voortaan|od teraz|odtąd|w przyszłości|następnym razem|zawsze|från och med nu|fremover|bundan sonra|her zaman|从现在起|以后|今后|下次|今後|次回から|これからは|앞으로|다음부터",
]);

/// What makes a change depend on what is found: "fix what it reports", "if any fails, …".
static CONDITIONS: Phrases = Phrases::new(&[
    "if|those that|those which|the ones that|any that|all that|every one that|wherever|diejenigen|ceux qui|celles qui|los que|las que|os que|as que|quelli che|quelle che|те, которые|те, что|what it|what they|what you|whatever|anything|any|where needed|where necessary|as needed|falls|wenn|bei bedarf|was es|was sie|was du|etwaige|ce qu'il|ce qu'elle|ce que tu|ce que vous|si|s'il|au besoin|le cas échéant|lo que|en caso|o que|se|ciò che|quello che|eventuali|если|то, что|при необходимости|jeśli|jeżeli|co znajdzie|als|wat het|om|vad den|hvis|hvad den|jos|ha|pokud|eğer|nếu|jika",
    "如果|若|如有|发现的|有问题的|見つかった|あれば|필요하면|있으면|발견된",
]);
/// Words by which a message wants something left out.
static LEAVING_OUT: Phrases = Phrases::new(&[
    "ignore|ignoring|skip|skipping|leave out|leaving out|leave|exclude|excluding|except|except for|without|apart from|besides|other than|but not|not run|don't run|disregard|deselect|omit|never mind|don't care about|don't worry about|doesn't matter|not matter",
    "ignorier*|überspring*|auslassen|lass|lasse|außer|ohne|abgesehen|ausschließen|ignorez|saute|sautez|sauf|sans|exclus|exclure|hormis|laisse|ignora|ignorar|omite|omitir|salta|saltar|excepto|salvo|sin|excluye|excluir|deja|pule|pular|exceto|sem|exclua|ignorare|escludi|salta|tranne|senza|пропусти*|игнорир*|кроме|без|исключ*|pomiń|zignoruj|oprócz|bez|negeer|behalve|zonder",
    "忽略|跳过|排除|除了|不要运行|不用管|無視|スキップ|除外|以外|除いて|무시|건너뛰|제외",
]);
/// How far from a verb its condition is looked for, in bytes.
const CONDITION: usize = 20;

/// What asks for the rest of what is planned already.
static GOING_ON: Phrases = Phrases::new(&[
    "continue|carry on|go on|go ahead|keep going|proceed|resume|remaining|the rest|next step|next one|next task|next item|the next|to-do|to-dos|todo|todos|task list|tasks|the list|the plan|steps|finish up|finish it|finish them|complete it|complete them|the others|all of them|pick up where",
    "weiter|mach weiter|fahr fort|fahre fort|setze fort|restlichen|den rest|nächste|nächsten|nächster|aufgaben|die liste|den plan|continuez|poursuis|poursuivez|le reste|la suite|suivant|suivante|tâches|la liste|le plan|continúa|continua|sigue|prosigue|adelante|el resto|los demás|siguiente|tareas|la lista|o resto|próximo|próxima|tarefas|a lista|prossegui|vai avanti|il resto|prossimo|prossima|le attività",
    "продолж*|дальше|далее|остальн*|оставш*|следующ*|задач*|список|по плану|kontynuuj|dalej|resztę|następn*|zadania|ga door|ga verder|de rest|volgende|taken|fortsätt|resten|nästa|fortsett|fortsæt|devam|kalan|sonraki|继续|接着|剩下|其余|下一|任务|待办|清单|計画|続け|次の|残り|タスク|계속|나머지|다음|할 일|작업",
]);
/// The longest message that can only agree to what is planned, in characters.
const AGREEING: usize = 40;

/// Verbs that ask for a text, which the answer itself may be.
#[rustfmt::skip]
const COMPOSING: [&str; 15] = [
    "write", "translate", "schreib", "schreibe", "übersetze", "écris", "traduis", "escribe", "traduce", "escreva", "traduza", "scrivi", "traduci", "напиши", "编写",
];
/// The shortest answer that may be the text that was asked for, in bytes: what tells of work is shorter.
const TEXT: usize = 1500;

/// The number of a person's message: greater than that of each before it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct RequestNumber(u64);

impl RequestNumber {
    /// The number of the next one.
    pub(crate) fn next(self) -> Self {
        Self(self.0 + 1)
    }

    /// Whether one came before it.
    pub(crate) fn is_later(self) -> bool {
        self.0 > 1
    }
}

/// What the last message asks for.
#[derive(Debug, Default)]
pub(crate) struct UserRequest {
    wants_change: bool,
    looks: bool,
    folded: String,
    acts: Vec<Work>,
}

impl UserRequest {
    /// Reads a message.
    pub(crate) fn read(text: &str) -> Self {
        let folded = fold(&text[..text.floor_char_boundary(READ)]);
        let looks = ANSWER.is_in(&folded)
            || (LOOK.begins(folded.trim_start()) || ends_with_proposal(&folded)) && !then_changes(&folded)
            || folded.trim_end().ends_with(['?', '？', '؟']);
        let only_answer = asks_only_answer(&folded) && !then_changes(&folded);
        let looks = looks || only_answer;
        let wants_change =
            !only_answer && (CHANGE.find_all(&folded).any(|(start, _)| is_asked(&folded[..start])) || mends(&folded));
        Self { wants_change, looks, folded, acts: asked_acts(text) }
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

    /// The acts that it asks for and that a repository keeps.
    pub(crate) fn acts(&self) -> &[Work] {
        &self.acts
    }

    /// Whether the message asks a question, and for no change.
    pub(crate) fn is_question(&self) -> bool {
        (self.looks || self.has_question()) && !self.wants_change
    }

    /// Whether a question stands in it. The mark in an address is none.
    fn has_question(&self) -> bool {
        let ends = |(at, _): (usize, &str)| {
            !self.folded[at + 1..]
                .starts_with(|c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '&' | '=' | '/'))
        };
        self.folded.contains(['？', '؟']) || self.folded.match_indices('?').any(ends)
    }

    /// Whether the message is an order to do something that stays: no question, and nothing to try out.
    pub(crate) fn is_lasting_order(&self) -> bool {
        // "go on" asks for what was asked before.
        let is_long = self.folded.split_whitespace().count() > 2 || self.folded.chars().any(is_unspaced);
        !self.looks && is_long && !TRIAL.is_in(&self.folded)
    }

    /// What an answer to the message has to be read with.
    pub(crate) fn asked(&self, is_question: bool) -> Asked<'_> {
        Asked { is_question, is_checked: false, request: &self.folded }
    }

    /// Whether an answer leaves a rest of the changes that the message asks for, or that were made for it.
    pub(crate) fn is_left_in_part(&self, answer: &str, changed: bool) -> bool {
        (self.wants_change || changed) && leaves_remainder(answer, &self.folded) && !is_part_asked(answer, &self.folded)
    }

    /// Whether an answer says that something was left out that the message asks for.
    pub(crate) fn is_omitted(&self, answer: &str) -> bool {
        omits_what_is_asked(answer, &self.folded)
    }

    /// What an answer says still runs that the message wants the result of.
    pub(crate) fn still_runs(&self, answer: &str) -> Option<String> {
        says_it_runs(answer, &self.folded)
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

    /// Whether the message asks to take back what was done.
    pub(crate) fn takes_back(&self) -> bool {
        let is_meant =
            |&(start, _): &(usize, usize)| is_asked(&self.folded[..start]) && !is_forbidden(&self.folded[..start]);
        !self.looks && TAKING_BACK.find_all(&self.folded).any(|hit| is_meant(&hit))
    }

    /// Whether the message agrees to what is planned, or asks for the rest of it, and for nothing of its own.
    pub(crate) fn goes_on(&self) -> bool {
        let agrees = || self.folded.trim().chars().count() <= AGREEING && !self.wants_change && !self.looks;
        GOING_ON.is_in(&self.folded) || agrees()
    }

    /// Whether the message is about what comes after it: "in future, ask before you change a default".
    pub(crate) fn is_lasting(&self) -> bool {
        LASTING.is_in(&self.folded)
    }

    /// Whether every change that the message asks for depends on what is found.
    pub(crate) fn is_conditional(&self) -> bool {
        let depends = |(start, end): (usize, usize)| {
            let (before, behind) = (&self.folded[..start], &self.folded[end..]);
            let before = before.rsplit(['.', ';', '!', '?', '。']).next().unwrap_or_default();
            let near = &behind[..behind.floor_char_boundary(CONDITION)];
            let near = near.split(['.', ';', '!', '?', '。']).next().unwrap_or_default();
            CONDITIONS.is_in(near)
                || CONDITIONS.is_in(&before[before.ceil_char_boundary(before.len().saturating_sub(CONDITION))..])
        };
        let mut asked = CHANGE.find_all(&self.folded).filter(|(start, _)| is_asked(&self.folded[..*start])).peekable();
        asked.peek().is_some() && asked.all(depends) && !mends(&self.folded)
    }

    /// Whether an answer can be the text that the message asks for: a long one without code, where all that is asked for
    /// is to write, and no file is named.
    pub(crate) fn wants_text(&self, answer: &str) -> bool {
        let mut asked = CHANGE.find_all(&self.folded).filter(|(start, _)| is_asked(&self.folded[..*start])).peekable();
        let is_file = |word: &str| {
            let word = word.trim_matches(|c: char| !c.is_alphanumeric() && c != '/');
            word.contains('/')
                || word.split_once('.').is_some_and(|(name, ending)| !name.is_empty() && !ending.is_empty())
        };
        answer.len() >= TEXT
            && !answer.contains("```")
            && asked.peek().is_some()
            && asked.all(|(start, end)| COMPOSING.contains(&&self.folded[start..end]))
            && !mends(&self.folded)
            && !self.folded.split(' ').any(is_file)
    }

    /// Whether the message has one of these words, so that doing so is what was asked for.
    pub(crate) fn names(&self, words: &[&str]) -> bool {
        words.iter().any(|word| self.folded.contains(word))
    }

    /// Whether the message wants a test, a file or a task left out, by its name.
    pub(crate) fn leaves_out(&self, name: &str) -> bool {
        let name = name.rsplit(['/', ':']).find(|part| !part.is_empty()).unwrap_or_default().to_lowercase();
        let stem = name.split('.').next().unwrap_or_default();
        let wants = |sentence: &str| sentence.contains(stem) && LEAVING_OUT.is_in(sentence);
        !stem.is_empty() && self.any_sentence(wants)
    }

    /// Whether any of its sentences is such.
    pub(crate) fn any_sentence(&self, is: impl Fn(&str) -> bool) -> bool {
        self.sentences().any(is)
    }

    /// Its sentences. A point within a word, as in the name of a file, ends none.
    pub(crate) fn sentences(&self) -> impl Iterator<Item = &str> {
        let ends = self.folded.split(". ").flat_map(|part| part.split(['?', '!', ';', '。', '？', '！']));
        ends.map(|sentence| sentence.trim_start_matches(|c: char| !c.is_alphanumeric())).filter(|part| !part.is_empty())
    }

    /// Whether it has a verb that asks for a change.
    pub(crate) fn asks_for_change(&self) -> bool {
        self.wants_change
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

/// What joins a look and what is to be done about what it shows, where an object follows: "find out why, and fix it".
static THEN_CHANGE: Phrases = Phrases::new(&[
    "and fix|then fix|then apply|then implement|then rename|then change|then update|and apply it|and implement it|and do it|and make the change|and repair|and correct|and resolve|and solve|and mend|and patch|and remove|and replace|and rewrite|and refactor|and implement|und behebe|und beheb|und repariere|und korrigiere|und ändere|et corrige|et corrigez|et répare|y corrige|y arregla|y arréglalo|y corrígelo|e corrija|e conserte|e correggi|e ripara|и исправь|и исправьте|и почини|и почините|i napraw|och fixa|en los|ve düzelt|并修复|并修正|然后修复|并解决|修正して|直して|고쳐|수정해",
]);

/// Whether a message that begins with a read asks for a change after it.
fn then_changes(folded: &str) -> bool {
    THEN_CHANGE.is_in(folded)
}

/// Whether the last sentence asks for proposals: what stands before it says what they are to be about.
fn ends_with_proposal(folded: &str) -> bool {
    let sentences = folded.split('\n').flat_map(|line| line.split(". ")).flat_map(|line| line.split(['?', '!', '。']));
    let last = sentences.map(str::trim).filter(|sentence| !sentence.is_empty()).last();
    last.is_some_and(|last| PROPOSE.begins(last))
}

/// Words before a verb that make it a noun, or a statement: "the fix", "it would create".
const STATED: [&str; 39] = [
    "a", "an", "the", "this", "that", "these", "those", "your", "my", "its", "their", "of", "no", "any", "last",
    "each", "would", "might", "may", "did", "does", "didn't", "doesn't", "won't", "wouldn't", "it", "they", "which",
    "who", "i", "i'll", "i'd", "we'll", "ich", "je", "yo", "io", "eu", "я",
];

/// Whether a verb is one of what must not be done, by what stands before it: "do not change", "不要修改".
fn is_forbidden(before: &str) -> bool {
    const WORDS: [&str; 15] = [
        "not", "don't", "never", "without", "nothing", "nicht", "ohne", "ne", "sans", "no", "sin", "não", "sem", "non",
        "не",
    ];
    const JOINED: [&str; 6] = ["不要", "不", "别", "勿", "不用", "不必"];
    /// What may stand between them and the verb.
    const BETWEEN: [&str; 14] =
        ["rien", "to", "etwas", "zu", "anything", "ever", "nada", "nulla", "niente", "ничего", "le", "la", "lo", "es"];
    let before = before.trim_end();
    let word = before.rsplit(' ').find(|word| !BETWEEN.contains(word)).unwrap_or_default();
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
            "Propose a better name, then rename the module.",
            "Suggest an index and apply it.",
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
            "Lance la suite et dis-moi ce qui est rouge, sans rien corriger.",
            "What fails on the branch? I'll repair it myself.",
            "Führ die Suite aus, ohne etwas zu ändern.",
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
    fn asks_for_a_change_of_what_is_found() {
        let is_conditional = |text: &str| UserRequest::read(text).is_conditional();
        for text in [
            "Run shellcheck over the scripts and fix what it finds.",
            "Lint the charts. If any has problems, fix them.",
            "Run the linter and fix any warnings.",
            "Lance le linter et corrige ce qu'il trouve.",
            "Ejecuta el linter y corrige lo que encuentre.",
        ] {
            assert!(is_conditional(text), "{text}");
        }
        for text in [
            "Fix the parser.",
            "Fix the parser. If a test fails, tell me.",
            "Rename run to start and fix any test that breaks.",
            "What does it do?",
        ] {
            assert!(!is_conditional(text), "{text}");
        }
    }

    #[test]
    fn a_long_answer_may_be_the_text() {
        let notes = "- adds the missing index on the key\n".repeat(60);
        let is_text = |request: &str, answer: &str| UserRequest::read(request).wants_text(answer);
        assert!(is_text("Escreva as notas de versão das 60 migrações.", &notes));
        assert!(is_text("Write the release notes of the last sprint.", &notes));
        assert!(!is_text("Write the release notes into NOTES.md.", &notes));
        assert!(!is_text("Write the release notes of the last sprint.", "I wrote the release notes."));
        assert!(!is_text("Write a parser.", &format!("```rust\n{notes}\n```")));
        assert!(!is_text("Fix the release notes.", &notes));
    }

    #[test]
    fn asks_a_question() {
        let is_question = |text: &str| UserRequest::read(text).is_question();
        for text in [
            "Can we drop the old driver? Just answer.",
            "Please verify: can the archive be restored? Production stays as it is.",
            "帮我确认一下：归档能不能还原？别碰线上。",
            "Why does test_total fail? Just explain, I'll fix it.",
        ] {
            assert!(is_question(text), "{text}");
        }
        for text in ["Fix the total. Why is it wrong?", "Open http://localhost/?a=1 and log in"] {
            assert!(!is_question(text), "{text}");
        }
    }

    #[test]
    fn asks_for_something_that_stays() {
        let lasts = |text: &str| UserRequest::read(text).is_lasting_order();
        assert!(lasts("Use a queue in mail.py") && lasts("Verwende in mail.py eine Warteschlange"));
        assert!(!lasts("Try a queue in mail.py") && !lasts("Miss, was eine Warteschlange bringt"));
        assert!(!lasts("Would a queue help?"));
    }

    #[test]
    fn asks_for_an_answer() {
        for text in [
            "Build the tools and report whether they link",
            "Write me a few lines about notes.md",
            "Create a list of all risks, here in the chat",
            "Mach einen Plan, aber ändere noch nichts",
            "Scrivi solo un piano per sostituire Redux, niente codice.",
            "Escribe solo un plan, nada de código.",
            "只写方案，不要写代码。",
            "Add up the amounts",
            "Make a suggestion at making the copy friendlier, and how to change the tone",
            "Suggest how to simplify the error messages",
            "It must be friendly to newcomers. We should guess the shell and add a fallback.  Make a suggestion at that",
            "Schlage vor, wie wir das Menü umbenennen und ersetzen",
            "Предложи, как улучшить текст",
            "Update me on the release branch",
            "Why does the build fail?",
            "The suffix solves this: the second session would create its own branch",
            "Could we remove the old endpoint without hurting the app. Just answer",
            "Können wir Node 18 entfernen. Nur antworten",
            "Peut-on supprimer la table des jetons. Réponds seulement",
            "能不能删除旧接口，只回答",
        ] {
            assert!(!wants_change(text), "{text}");
        }
    }
}
