//! Finds the claims in an answer that a call must support.

use super::answer::{blocks, plain, sentences};
use super::phrases::{Phrases, fold};
use crate::detect::quoted::quoted;
use crate::wire::text::EXCERPT;
use std::sync::LazyLock;

mod outside;
mod performed;
mod tests_run;
mod work;

pub(crate) use performed::{ClaimedOutcome, says_it_went};
pub(crate) use work::Work;

/// More claims than this are not kept.
const MOST: usize = 16;

/// One claim of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct WorkClaim {
    /// What is said to have been done.
    pub(crate) work: Work,
    /// The sentence that says so.
    pub(crate) excerpt: String,
}

/// For each kind of work: what is said at the beginning of a clause, and what anywhere in it.
static TABLE: [(Work, Phrases, Phrases); 5] = [
    (
        Work::RanChecks,
        Phrases::new(&[
            "ran the|ran all|ran cargo|ran npm|ran pytest|ran go|re-ran|reran|tested with|verified with|verified by running",
        ]),
        Phrases::new(&[
            "all tests pass*|tests pass|tests are passing|tests passing|tests passed|tests all pass*|tests now pass|tests still pass|tests are green|tests green|all tests are|all green|all checks pass*|test suite passes|test suite is green|test suite passed|suite passes|i ran the test*|i ran all|i've run the test*|i have run the test*|i ran the full|i ran the unit|ran the test*|ran the full test*|ran the unit test*|tests were run|tests have been run|executed the test*|i tested it|i've tested it|i tested the|i've verified that the tests",
            "alle tests laufen|alle tests bestehen|alle tests sind grün|tests sind grün|alle tests bestanden|tests laufen durch|tests bestanden|habe die tests|tests ausgeführt",
            "tous les tests passent|les tests passent|tests sont verts|j'ai lancé les tests|j'ai exécuté les tests|todas las pruebas pasan|todos los tests pasan|las pruebas pasan|los tests pasan|ejecuté las pruebas|he ejecutado las pruebas|he ejecutado los tests|todos os testes pass*|os testes passam|os testes passaram|rodei os testes|executei os testes|tutti i test passano|i test passano|ho eseguito i test",
            "все тесты прош*|все тесты проход*|тесты проход*|тесты прош*|запустил тесты|тесты зелёные|тесты зеленые|所有测试通过|所有测试都通过|所有测试均通过|测试全部通过|测试都通过|测试通过|全部通过|已运行测试|運行了測試|所有測試|テストはすべて|すべてのテストが|全テスト|テストを実行しました|テストが通り|テストはパス|테스트가 모두 통과|모든 테스트가 통과|모든 테스트를 통과|테스트를 실행했",
            "testleri çalıştırdım|testleri çalıştırdık|tüm testler geç*|bütün testler geç*|testlerin hepsi geç*|testlerin tamamı geç*|testler geçti|testler geçiyor|uruchomiłem testy|uruchomiłam testy|uruchomiłem wszystkie testy|wszystkie testy przechodzą|wszystkie testy przeszły|testy przechodzą|testy przeszły|všechny testy proš*|všechny testy procház*|testy prošly|spustil jsem testy|spustila jsem testy|усі тести прох*|всі тести прох*|тести пройшли|запустив тести|запустила тести",
            "alle tests slagen|tests slagen|heb de tests gedraaid|heb de tests uitgevoerd|alla tester går igenom|alla tester passerar|testerna går igenom|jag körde testerna|jag har kört testerna|alle testene passerer|alle tester består|jeg kjørte testene|jeg kørte testene|alle tests består|kaikki testit menevät läpi|ajoin testit|minden teszt átm*|az összes teszt átm*|lefuttattam a teszt*|toate testele trec|toate testele au trecut|am rulat testele|tất cả các bài kiểm thử đều|tất cả test đều|tôi đã chạy test|đã chạy các bài kiểm thử|semua tes lulus|semua pengujian lulus|semua test lulus|sudah menjalankan tes|saya menjalankan tes",
        ]),
    ),
    (
        Work::Committed,
        Phrases::new(&[
            "committed as|committed in|committed on|committed to|committed the|committed all|committed with|committed and|committed everything|committed both|committed it|committed them|committed my|committed these|committed this|committed successfully|committed x|commit created|created commit|created a commit|done and committed|fixed and committed|amended the|amended commit",
        ]),
        Phrases::new(&[
            "fix is committed|fix is now committed|fix was committed|fix has been committed|fixes are committed|fixes were committed|change is committed|change is now committed|change was committed|change has been committed|patch is committed|correction is committed|update is committed|refactoring is committed|rename is committed|both are committed|all is committed|all of it is committed",
            "i committed|i've committed|i have committed|changes are committed|changes were committed|changes have been committed|everything is committed|work is committed|all changes committed|is now committed|are now committed|successfully committed|and committed|commit has been created|i created a commit|i've created a commit|i made a commit|i've made a commit|commit was created",
            "committet|commit erstellt|eingecheckt|j'ai commité|j'ai committé|j'ai créé un commit|commit créé|changements commités|he hecho commit|hice commit|hice el commit|he creado un commit|cambios commiteados|fiz o commit|fiz commit|commit criado|commit realizado|ho fatto il commit|ho creato un commit|commit creato|закоммитил*|сделал коммит|создал коммит|коммит создан|изменения закоммичены|已提交|已经提交|提交了更改|コミットしました|コミット済み|커밋했|커밋을 생성했|커밋 완료",
        ]),
    ),
    (
        Work::Pushed,
        Phrases::new(&[
            "pushed to|pushed the|pushed all|pushed x|pushed and|pushed it|pushed as|pushed successfully|pushed both|pushed my|pushed everything|force-pushed*|force pushed*",
            "push realizado|push hecho|push completado|push feito|push concluído|push fatto|push eseguito|push effettuato|push effectué|push fait|push erledigt|пуш сделан|пуш выполнен|commit y push hechos|commit y push realizados|commit y push completados|commit e push feitos|commit e push realizados|commit e push concluídos|commit e push fatti|commit e push eseguiti|commit e push effettuati|commit et push effectués|commit et push faits|commit und push erledigt|коммит и пуш сделаны|коммит и пуш выполнены",
        ]),
        Phrases::new(&[
            "fix pushed|fixes pushed|commit pushed|commits pushed|branch pushed|i pushed|i've pushed|i have pushed|and pushed|and force-pushed|changes are pushed|changes were pushed|changes pushed|changes have been pushed|is pushed|has been pushed|was pushed to|were pushed to|is now pushed|are now pushed|successfully pushed",
            "gepusht|gepushed|j'ai poussé|j'ai pushé|he subido los cambios|he hecho push|hice push|subí los cambios|fiz push|fiz o push|enviei para o|ho fatto push|ho fatto il push|запушил*|отправил изменения|已推送|已经推送|推送到了|push edildi|push ettim|push'landı|pushlandı|pushladım|wypchnąłem|wypchnęłam|wypchnięt*|wypchnięto|pushnuto|pushnul*|har pushat|pushades|プッシュしました|プッシュ済み|푸시했|푸시 완료",
        ]),
    ),
    (
        Work::OpenedPr,
        Phrases::new(&[
            "draft pr created|pr created|pr opened|pull request created|pull request opened|opened pr|opened a pr|opened a pull request|opened a draft pr|created pr|created a pr|created a pull request|created a draft pr|merge request created|opened a merge request|created a merge request|opened merge request",
        ]),
        Phrases::new(&[
            "i opened a pr|i opened a pull request|i've opened a pr|i've opened a pull request|i have opened a pull request|i created a pr|i created a pull request|i've created a pr|i've created a pull request|i have created a pull request|i've raised a pr|i raised a pr|pr is up|pr is open|pr has been created|pull request has been created|pull request is open|pull request is up|and opened a pr|and opened a pull request|and created a pr|and opened pr|and created a pull request|i opened pr|i've opened pr|i've created pr|i submitted a pr|i submitted a pull request|i've submitted a pull request",
            "pull request erstellt|pull-request erstellt|pr erstellt|pull request geöffnet|pr geöffnet|j'ai ouvert une pr|j'ai ouvert une pull request|j'ai créé une pull request|he abierto un pr|he abierto una pr|he abierto un pull request|he creado un pull request|abrí un pr|abri um pr|abri o pr|abri um pull request|criei um pull request|ho aperto una pr|ho aperto una pull request|ho creato una pull request|открыл pr|создал pr|создал pull request|открыл pull request|已创建 pr|已创建pr|已创建 pull request|已提交 pr|pr を作成しました|prを作成しました|プルリクエストを作成しました|pr을 생성했|pr를 생성했|풀 리퀘스트를",
        ]),
    ),
    (
        Work::Deployed,
        Phrases::new(&[
            "deployed to|deployed the|deployed it|deployed x|deployed and|deployed successfully|deployed v*|deployed as|released v*|released x|published to|published x|published v*|rolled out to|shipped to",
        ]),
        Phrases::new(&[
            "i deployed|i've deployed|i have deployed|and deployed|has been deployed|was deployed|were deployed|is deployed|is now deployed|successfully deployed|deployment succeeded|deployment was successful|deployment completed|deployment complete|i published|i've published|i released|i've released|has been published|is published|is now published|has been released|is released|is live at|is now live|is live on",
            "ist deployt|deployt|ausgerollt|wurde veröffentlicht|j'ai déployé|a été déployé|déployé avec succès|he desplegado|desplegado con éxito|ha sido desplegado|implantei|fiz o deploy|fiz deploy|ho distribuito|ho fatto il deploy|развернул*|задеплоил*|已部署|部署成功|デプロイしました|デプロイ済み|배포했|배포 완료",
        ]),
    ),
];

/// A clause with these denies, plans, asks or tells of somebody else's work.
static NOT_OWN: Phrases = Phrases::new(&[
    "committed by|pushed by|opened by|deployed by|released by|not|n't|no|never|nothing|none|neither|without|uncommitted|unpushed|if|when|whenever|once|until|before|after you|unless|whether|should|will|would|can|could|may|might|must|to be|ready to|want|let me|let's|how|why|which|previously|earlier|already|you|your|they|user|the user|someone|agent|hook|session|gets|get|being|every time|always|by default|expected|supposed|plan|next|todo|only after|wait|waiting|verify that|make sure|ensure|ensures|fail|fails|failed|failing|i can|i'll|i did not|didn't|wasn't|weren't|hasn't|haven't|isn't|aren't|don't|doesn't|couldn't|won't|shouldn't|need*",
    "nicht|nichts|kein*|wenn|sobald|soll|sollte|würde|werde|werden|noch|muss|pas|ne|n'ai|quand|si|dois|faut|sans|aucun*|sin|cuando|ningun*|debe|não|quando|sem|nenhum*|deve|non|senza|nessun*|не|нет|если|когда|нужно|надо|без|未|没|沒|不|如果|需要|尚|还没|ない|ません|まだ|たら|않|아직|안|필요",
    "sera|seront|serait|pourrez|pouvez|peux|peut|veuillez|puedes|puede|podrás|podrá|será|serán|conviene|pode|podes|poderá|serão|puoi|può|potete|potrai|sarà|saranno|будет|будут|можете|можно|можешь|прошу|зможете|можна|możesz|można|můžete|můžeš|kannst|können|kunt|kan|yapabilirsiniz|edebilirsiniz|có thể|bisa|dapat|可以|请|請|才能|してください|します|しよう|したい|すれば|できます|できる|세요|하려면",
]);

/// A clause with these describes something, unless it says who did it.
static DESCRIBED: Phrases =
    Phrases::new(&["metadata|state|files|checkpoint*|content|version*|data|struct|lines|code|make|summary"]);
/// Who did it.
static OWN: Phrases = Phrases::new(&["i|i've|i have"]);

/// What makes a claim one of what the code does, as a clause says it: "offsets are now committed", "the item is pushed onto
/// the stack", "the event is published on the bus".
static OF_CODE: [(Work, Phrases); 3] = [
    (
        Work::Committed,
        Phrases::new(&[
            "offset|offsets|transaction|transactions|row|rows|memory|kafka|savepoint*|database|cursor|batch|batches|order|orders|wal|write|writes|heap|pages",
        ]),
    ),
    (
        Work::Pushed,
        Phrases::new(&[
            "onto|into|down|out of|stack|queue|array|buffer|heap|history stack|notification*|event|events|item|items|entry|entries|subscriber*|websocket*|further",
        ]),
    ),
    (
        Work::Deployed,
        Phrases::new(&[
            "event|events|bus|queue|topic|topics|subscriber*|message|messages|broker|lock|locks|memory|resource*|connection*|handle|handles|semaphore*|mutex*|buffer*|cursor|pool|lease*|after a flush|subscription*",
        ]),
    ),
];

/// Linters, checkers of types and formatters, by the names that no other word has.
static LINTERS: Phrases = Phrases::new(&[
    "lint|linter|linters|linting|eslint|stylelint|tslint|oxlint|clippy|mypy|pyright|flake8|pylint|ruff|tsc|typecheck|type check|type-check|type checker|dialyzer|credo|rubocop|phpstan|psalm|staticcheck|shellcheck|hadolint|yamllint|detekt|ktlint|swiftlint|checkstyle|cppcheck|clang-tidy|hlint|sqlfluff|markdownlint|prettier",
]);
/// What says of a linter that it was run, or has no complaints.
static CLEAN: Phrases =
    Phrases::new(&["i ran|i've run|i have run|i also ran|is clean|are clean|both clean|runs clean|comes back clean"]);

/// All of them in one automaton: most clauses claim nothing, and one search says so.
static CLAIMING_ANY: LazyLock<Phrases> =
    LazyLock::new(|| Phrases::joined(TABLE.iter().flat_map(|(_, starts, within)| [starts, within])));

/// What the text claims to have done, in the past tense, affirmatively and as its own work. Each kind once.
pub(crate) fn claims(text: &str) -> Vec<WorkClaim> {
    let mut found: Vec<WorkClaim> = Vec::new();
    let blocks = blocks(text);
    for block in &blocks {
        for sentence in sentences(&block.text) {
            let folded = without_quotes(&without_brackets(&fold(&plain(sentence))));
            for work in works(&folded) {
                if found.len() < MOST && found.iter().all(|claim| claim.work != work) {
                    found.push(WorkClaim { work, excerpt: quoted(sentence, EXCERPT) });
                }
            }
        }
    }
    found
}

/// What says that a server answers, or that this was tried.
static ANSWERS: Phrases = Phrases::new(&[
    "answers|responds|works|working|running|reachable|serves|served|is up|returns|returned|i checked|i've checked|i tested|i've tested|verified|confirmed|checked it",
    "antwortet|läuft|funktioniert|geprüft|répond|fonctionne|vérifié|responde|funciona|comprobado|verificado|risponde|funziona|verificato|отвечает|работает|проверил*|正常|可以访问|已验证|返回|動作|応答|確認しました|작동|응답|확인했|odpowiada|działa|yanıt veriyor|çalışıyor|antwoordt|werkt|svarar|fungerar",
]);

/// The sentence that says that a server answers, or that this was tried.
pub(crate) fn says_it_answers(text: &str) -> Option<String> {
    let blocks = blocks(text);
    let mut sentences = blocks.iter().flat_map(|block| sentences(&block.text));
    let claims = |sentence: &&str| {
        let folded = fold(&plain(sentence));
        // What is needed for it may stand before it.
        let gives_code = |part: &str| ANSWERS.is_in(part) && names_success(part) && !NOT_OWN.is_in(part);
        let claims = || !NOT_OWN.is_in(&folded) || folded.split(" and ").any(gives_code);
        !folded.ends_with(['?', '？']) && ANSWERS.is_in(&folded) && claims()
    };
    sentences.find(claims).map(|sentence| quoted(sentence, EXCERPT))
}

/// Whether a folded text has the code of an answer that is well: `200`, `204`.
fn names_success(folded: &str) -> bool {
    let mut words = folded.split(|c: char| !c.is_ascii_alphanumeric());
    words.any(|word| word.len() == 3 && word.starts_with("20") && word.bytes().all(|byte| byte.is_ascii_digit()))
}

/// The work that a sentence claims.
fn works(folded: &str) -> Vec<Work> {
    if folded.ends_with(['?', '？']) {
        return Vec::new();
    }
    let mut found = Vec::new();
    for clause in clauses(folded) {
        let clause = without_echo(clause.trim_start_matches(|c: char| !c.is_alphanumeric()));
        let passed = counts_passed(clause);
        let may_claim = passed || CLAIMING_ANY.is_in(clause) || TABLE.iter().any(|(work, ..)| is_bare(*work, clause));
        let claimed = TABLE.iter().filter(|_| may_claim).filter(|(work, starts, within)| {
            starts.begins(clause)
                || within.is_in(clause)
                || (passed && *work == Work::RanChecks)
                || (!folded.contains(" or ") && is_bare(*work, clause))
        });
        let describes = DESCRIBED.is_in(clause) && !OWN.is_in(clause);
        let hands_over = may_claim && tests_run::hands_over(clause);
        for (work, ..) in claimed.filter(|(work, ..)| *work != Work::RanChecks || !hands_over) {
            // A number is that of a version.
            let is_of_code = OF_CODE.iter().any(|(of, words)| of == work && words.is_in(clause));
            let describes = describes && !(*work == Work::Deployed && clause.contains(|c: char| c.is_ascii_digit()));
            if !is_denied(clause, "") && !describes && !is_of_code {
                let of_tests = *work == Work::RanChecks && tests_run::names_tests(clause);
                found.push(if of_tests { Work::RanTests } else { *work });
            }
        }
        // Both measurements were made.
        if !is_denied(clause, "before and after") {
            found.extend(outside::works(clause));
            found.extend(outside::is_on_remote(clause).then_some(Work::OnRemote));
            found.extend(outside::is_measured(clause, folded).then_some(Work::Measured));
        }
        if tests_run::claims_tests(clause, folded).is_some_and(|said| !is_denied(said, "")) {
            found.push(Work::RanTests);
        }
        if outside::is_reviewed(clause) && !is_denied(clause, "agent") {
            found.push(Work::Reviewed);
        }
        if LINTERS.is_in(clause) && CLEAN.is_in(clause) && !is_denied(clause, "") && !describes {
            found.push(Work::Linted);
        }
        // A sentence that a condition opens depends on it as a whole.
        if CONDITIONS.begins(clause) {
            return found;
        }
    }
    found
}

/// Whether a clause denies, plans or asks, or tells of somebody else's work, in words that are no part of `own`.
fn is_denied(clause: &str, own: &str) -> bool {
    NOT_OWN
        .find_all(clause)
        .any(|(start, end)| !clause.match_indices(own).any(|(at, _)| at <= start && end <= at + own.len()))
}

/// The clause without an end that says no more: "I ran the tests and they pass", "all passed when I ran them".
fn without_echo(clause: &str) -> &str {
    let ends = [" and they ", " when i ran ", " when i last ran ", " after i ran "];
    ends.iter().filter_map(|end| clause.find(end)).min().map_or(clause, |at| &clause[..at])
}

/// What makes the rest of a sentence depend on its first clause.
static CONDITIONS: Phrases =
    Phrases::new(&["if|when|once|after|until|unless|before|wenn|sobald|si|quand|cuando|se|quando|если|когда|如果"]);

/// Whether a clause is one word or two that say it: "Pushed.", "all committed".
fn is_bare(work: Work, clause: &str) -> bool {
    let clause = clause.trim_end_matches(['.', '!', ' ', '✓', '✅', ':']);
    let said = clause.strip_prefix("all ").unwrap_or(clause);
    match work {
        Work::Committed => matches!(said, "committed" | "changes committed" | "work committed"),
        Work::Pushed => matches!(said, "pushed" | "force-pushed" | "changes pushed"),
        Work::Deployed => said == "deployed",
        _ => false,
    }
}

/// Whether a text says of what is called so that it was not done, or who is to do it.
pub(super) fn denies(text: &str, named: &Phrases) -> bool {
    let blocks = blocks(text);
    blocks
        .iter()
        .flat_map(|block| sentences(&block.text))
        .map(fold)
        .any(|said| named.is_in(&said) && NOT_OWN.is_in(&said))
}

/// The text outside of brackets.
pub(super) fn without_brackets(folded: &str) -> String {
    let mut depth = 0_u32;
    let mut text = String::with_capacity(folded.len());
    for c in folded.chars() {
        match c {
            '(' | '[' => depth += 1,
            ')' | ']' => depth = depth.saturating_sub(1),
            _ if depth == 0 => text.push(c),
            _ => {}
        }
    }
    text
}

/// How quotations begin and end.
const QUOTES: [(char, char); 5] = [('"', '"'), ('“', '”'), ('«', '»'), ('„', '“'), ('「', '」')];

/// The text outside of quotation marks: what is quoted is said by somebody else.
pub(super) fn without_quotes(folded: &str) -> String {
    let mut text = String::with_capacity(folded.len());
    let mut rest = folded;
    while let Some((at, mark)) = rest.char_indices().find(|(_, c)| QUOTES.iter().any(|(open, _)| open == c)) {
        let behind = &rest[at + mark.len_utf8()..];
        let end = QUOTES
            .iter()
            .filter(|(open, _)| *open == mark)
            .find_map(|(_, close)| behind.find(*close).map(|end| end + close.len_utf8()));
        text.push_str(&rest[..at]);
        let Some(end) = end else { return text + behind };
        rest = &behind[end..];
    }
    text + rest
}

/// The clauses of a sentence.
fn clauses(folded: &str) -> impl Iterator<Item = &str> {
    folded
        .split([',', ';', '(', ')', '—', '–', '，', '、', '；'])
        .flat_map(|clause| clause.split(" - "))
        .flat_map(|clause| clause.split(" but "))
        .flat_map(|clause| clause.split(": "))
}

/// Whether a clause counts what passed: `254 passed`, `12/12 tests passing`.
fn counts_passed(clause: &str) -> bool {
    let mut words = clause.split(' ');
    let number = words.next().is_some_and(|word| word.starts_with(|c: char| c.is_ascii_digit()));
    number && words.take(3).any(|word| matches!(word.trim_end_matches('.'), "passed" | "passing" | "pass"))
}

#[cfg(test)]
mod tests;
