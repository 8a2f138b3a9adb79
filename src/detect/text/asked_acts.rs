//! Reads which acts a request asks for that a repository keeps: a commit, a push, a pull request, a tag. A request that
//! denies, bounds or only names one asks for none.

use super::answer::{blocks, plain, sentences};
use super::claims::{Work, denies, without_brackets, without_quotes};
use super::phrases::{Phrases, fold};

/// A longer request holds a plan or a text of somebody else, in bytes.
const LONGEST: usize = 2000;

/// What asks for one kind of act.
struct Act {
    work: Work,
    /// English verbs, which ask where they begin a clause, and what they are done to.
    verbs: Phrases,
    objects: Phrases,
    /// Whether the verb says it all.
    bare: bool,
    /// What asks for it in other languages, wherever it stands in a sentence.
    imperatives: Phrases,
    /// What names it.
    stems: Phrases,
    /// What makes it an act on something else than a repository.
    elsewhere: Phrases,
}

static ACTS: [Act; 4] = [
    Act {
        work: Work::Committed,
        verbs: Phrases::new(&["commit"]),
        objects: Phrases::new(&[
            "it|this|that|these|those|them|everything|all|all changes|the change|the changes|the fix|the fixes|the result|the results|the work|the file|the files|the code|the update|the updates|the patch|the rest|the staged|the edits|your change|your changes|your work|my changes|changes|each change|locally|to git|to main|to master|to the repo|to the repository|to the branch|on a branch|on a new branch|on main|in one commit|in a single commit",
        ]),
        bare: true,
        imperatives: Phrases::new(&[
            "committe|commite|und committen|und commiten|bitte committen|dann committen|danach committen|anschließend committen|und einchecken|bitte einchecken|mach einen commit|mache einen commit|mach nen commit|erstelle einen commit|erstell einen commit",
            "fais un commit|faites un commit|fais le commit|commitez|committez|et committer|crée un commit|créez un commit|haz un commit|haz commit|haz el commit|haga un commit|haga commit|commitea|comitea|crea un commit|faça um commit|faça commit|faça o commit|faz um commit|faz commit|faz o commit|crie um commit|fai un commit|fai commit|fai il commit|fate un commit|committa",
            "закоммить|закоммитьте|закоммити|сделай коммит|сделайте коммит|создай коммит|закоміть|зроби коміт|зробіть коміт|zacommituj|zakomituj|scommituj|skomituj|zrób commit|zrób commita|commit het|commit dit|commit de wijzigingen|en commit|en committen|maak een commit|committa det|committa ändring*|och committa|og commit|gör en commit|lag en commit|lav en commit|commitni|udělej commit|commit et|commit at|commitle|commit'le|commit yap",
            "提交代码|提交更改|提交修改|提交改动|提交一下|提交到仓库|做个提交|做一个提交|做一次提交|コミットしてください|コミットして下さい|コミットしておいて|コミットをお願い|コミットお願い|コミットまで|커밋해|커밋하고|커밋까지",
        ]),
        stems: Phrases::new(&[
            "commit*|comit*|uncommitted|eincheck*|eingecheckt|закомми*|закомі*|коммит*|коміт*|zacommit*|zakomit*|scommit*|提交|コミット|커밋",
        ]),
        elsewhere: Phrases::new(&[
            "transaction*|rollback|roll back|offset*|kafka|savepoint*|two-phase|2pc|unit of work|vuex|wal|raft|ledger|トランザクション|事务|트랜잭션",
        ]),
    },
    Act {
        work: Work::Pushed,
        verbs: Phrases::new(&["push"]),
        objects: Phrases::new(&[
            "it|this|that|these|those|them|everything|all|the branch|the commit|the commits|the change|the changes|the fix|the result|the work|the tag|the tags|a branch|a new branch|a feature branch|your branch|your changes|your commit|your work|my changes|my branch|changes|to origin|to origin/*|to main|to master|to develop|to dev|to trunk|to github|to gitlab|to bitbucket|to remote|to the remote|to the repo|to the repository|to the branch|to a branch|to a new branch|to upstream|origin|upstream|up",
        ]),
        bare: true,
        imperatives: Phrases::new(&[
            "pushe|push es|und pushen|bitte pushen|dann pushen|danach pushen|anschließend pushen|und push|pousse la branche|pousse-la|pousse-le|pousse les|pousse le|pousse tout|et pousse|puis pousse|poussez|fais un push|fais le push|et push|haz push|haz un push|haz el push|haga push|pushea|sube los cambios|sube la rama|y push|faça push|faça o push|faz push|faz o push|faça um push|fai push|fai il push|fai un push|pusha",
            "запушь|запуши|запушьте|сделай пуш|сделай push|и пуш|запуш|зроби пуш|wypchnij|zrób push|spushuj|push het|push de|en push|en pushen|och pusha|og push|pushni|pushla|push'la|ve pushla",
            "推送到远程|推送到 origin|推送到 main|推送到仓库|推送到github|推送到 github|推送一下|推送代码|推送分支|推上去|推到远程|推到 origin|push一下|push 一下|push上去|push 上去|プッシュしてください|プッシュして下さい|プッシュしておいて|プッシュまで|pushしてください|push してください|푸시해|푸시하고|푸시까지",
        ]),
        stems: Phrases::new(&[
            "push*|unpushed|pouss*|subir|subido|hochlad*|hochgeladen|remote*|origin|пуш*|запуш*|wypch*|推送|推|プッシュ|푸시",
        ]),
        elsewhere: Phrases::new(&[
            "stack|queue|array|notification*|registry|docker|image|images|helm|container|ecr|npm|benachrichtig*|通知|消息|キュー|스택|알림",
        ]),
    },
    Act {
        work: Work::OpenedPr,
        verbs: Phrases::new(&["open|create|make|raise|submit|file|send|put up|then pr"]),
        objects: Phrases::new(&[
            "pr|a pr|the pr|draft pr|a draft pr|a new pr|a separate pr|an mr|a mr|a draft mr|pull request|a pull request|the pull request|draft pull request|a draft pull request|a new pull request|a separate pull request|a merge request|the merge request|a draft merge request|a new merge request",
        ]),
        bare: false,
        imperatives: Phrases::new(&[
            "öffne einen pr|öffne einen pull request|öffne einen pull-request|erstelle einen pr|erstelle einen pull request|erstelle einen pull-request|erstell einen pr|eröffne einen pr|mach einen pr|mache einen pr|mach einen pull request|pr aufmachen|pr öffnen|pr erstellen|ouvre une pr|ouvre une pull request|ouvre une merge request|ouvrez une pr|crée une pr|crée une pull request|fais une pr|abre un pr|abre una pr|abre un pull request|abre una pull request|crea un pr|crea una pr|crea un pull request|crea una pull request|haz un pr|abra um pr|abra um pull request|abre um pr|crie um pr|crie um pull request|cria um pr|apri una pr|apri una pull request|apri un pr",
            "открой pr|открой pull request|открой пулл*|создай pr|создай pull request|создай пулл*|сделай pr|создай mr|відкрий pr|створи pr|otwórz pr|utwórz pr|stwórz pr|zrób pr|wystaw pr|maak een pr|maak een pull request|open een pr|öppna en pr|skapa en pr|opprett en pr|opret en pr|otevři pr|vytvoř pr|pr aç|pr oluştur|pull request aç",
            "创建 pr|创建pr|创建一个 pr|创建一个pr|创建拉取请求|创建合并请求|提个 pr|提个pr|提一个 pr|提一个pr|开个 pr|开个pr|开一个 pr|发个 pr|发个pr|提交 pr|提交pr|pr を作成して|prを作成して|prを出して|pr を出して|prを作って|プルリクを出して|プルリクエストを作成して|pr을 올려|pr 올려|pr을 만들어|pr 만들어|pr을 생성해|pr 생성해",
        ]),
        stems: Phrases::new(&[
            "pr|prs|pull request*|pull-request*|merge request*|merge-request*|mr|пулл*|拉取请求|合并请求|プルリク*|풀 리퀘스트",
        ]),
        elsewhere: Phrases::new(&["pr template|pull request template|press release"]),
    },
    Act {
        work: Work::Tagged,
        verbs: Phrases::new(&["tag|create|add|make|set"]),
        objects: Phrases::new(&[
            "the release|this release|the commit|this commit|the merge commit|a git tag|the git tag|a release tag|the release tag|tag v*|the tag v*|a tag v*|it v0*|it v1*|it v2*|it v3*|it v4*|it v5*|it v6*|it v7*|it v8*|it v9*|it as v*|as v0*|as v1*|as v2*|as v3*|as v4*|as v5*|as v6*|as v7*|as v8*|as v9*|v0*|v1*|v2*|v3*|v4*|v5*|v6*|v7*|v8*|v9*",
        ]),
        bare: false,
        imperatives: Phrases::new(&[
            "tagge den commit|tagge das release|erstelle einen git-tag|setze einen git-tag|crée un tag git|pose un tag git|crea un tag de git|crea un tag git|crie uma tag git|crie uma tag no git|crea un tag git|поставь git-тег|создай git-тег|打上 git 标签|打个 git 标签|打 git tag|gitタグを打って|git タグを打って",
        ]),
        stems: Phrases::new(&["tag*|etiqueta*|тег*|标签|タグ|태그"]),
        elsewhere: Phrases::new(&["docker|image|images|container|html|css|xml|registry|ecr"]),
    },
];

/// All verbs and imperatives in one automaton: most requests have none.
static NAMED: Phrases = Phrases::new(&[
    "commit*|comit*|push*|pouss*|pr|mr|pull*|merge*|tag*|einchecken|закомм*|коммит*|закомі*|коміт*|запуш*|пуш*|пулл*|тег*|zacommit*|zakomit*|scommit*|skomit*|wypch*|spush*|git|sube|提交|推|コミット|プッシュ|プル|タグ|标签|合并|拉取|커밋|푸시",
]);

/// What stands before an English verb that begins a clause: joins, and words to a listener.
#[rustfmt::skip]
const LEADS: [&str; 25] = [
    "and", "then", "please", "pls", "also", "now", "finally", "afterwards", "just", "&", "+", "ok", "okay", "great", "good", "thanks", "yes", "yep",
    "sure", "lgtm", "perfect", "nice", "cool", "fine", "alright",
];
/// What asks a listener politely, and is no question and no condition.
static POLITE: Phrases = Phrases::new(&[
    "can you|could you|would you|will you|please|don't forget to|do not forget to|remember to|make sure to|be sure to|make sure you|i want you to|i need you to|i'd like you to|i would like you to|you should|you must|you can now|you can|go ahead and|when you're done|when you are done|when done|when finished|when you're finished|once you're done|once done|once finished|once you are done|when you have finished|feel free to",
]);
/// What follows a verb without an object.
static CLOSES: Phrases = Phrases::new(&[
    "when|once|afterwards|at the end|as you go|with a message|with the message|with message|using|now|please|again|too|as well|separately|together",
]);
/// What follows an object that is meant as a whole, not "it down into the helper".
static FOLLOWS: Phrases = Phrases::new(&[
    "and|then|to|with|when|once|as|in|on|for|so|using|under|please|now|afterwards|after|too|here|again|locally|together|separately|upstream|up|also|at|via|but|from|directly|straight|right|first|change|changes|fix|fixes|file|files|commit|commits|branch|work|against|that|titled|named|towards|v*",
]);

/// An English sentence with these before the verb asks somebody else, describes, or bounds.
static BEFORE: Phrases = Phrases::new(&[
    "not|n't|don't|dont|doesn't|never|without|cannot|can't|won't|instead of|rather than|avoid|stop|should|must|would|might|may|will|shall|can|could|if|unless|whether|until|whenever|before|so that|lets|let|allow*|enable*|i|i'll|i'd|we|we'll|they|he|she|users|user|someone|people|to be able to|able to|how to|when|why|instead",
]);
/// A sentence that begins so asks a question, or describes.
static BEGINNINGS: Phrases = Phrases::new(&[
    "how|what|why|where|which|when|who|explain|describe|document|show|tell me|teach|is|are|was|were|does|did|do we|do i|should|learn|imagine|no",
]);
/// What is said of an act that stays the user's, or depends.
static AFTER: Phrases = Phrases::new(&[
    "myself|ourselves|himself|by hand|manually|later|tomorrow|if|unless|until|only when|only after|only if|when i|once i|after i|when we|once we|hook|hooks",
]);
/// What does such things by itself, and is what the request is about.
static ACTORS: Phrases = Phrases::new(&[
    "script*|workflow*|job*|action*|bot*|hook*|button*|command*|pipeline*|cron|skill*|prompt*|agent*|function*|method*|step*|target*|recipe*|alias*|task*|feature*|option*|flag*|docs|documentation|readme|instructions|guide*|template*|test|tests|tool*|endpoint*|handler*",
]);
/// What joins such a thing and what it does.
static DOES: Phrases = Phrases::new(&["to|that|which|for|so|who"]);
/// What denies or bounds an act in other languages, or keeps it for the user.
static ELSEWISE: Phrases = Phrases::new(&[
    "nicht|kein*|selbst|selber|ich|wir|wenn|falls|sobald|bevor|ohne|statt|erst|ne|pas|sans|si|moi-même|je|nous|avant|quand|sin|yo|mismo|cuando|antes|não|sem|se|eu|quando|non|senza|io|prima|не|без|если|сам|сама|я|мы|когда|пока|перед|якщо|коли|nie|bez|jeśli|jeżeli|sama|niet|geen|zonder|als|ik|zelf|wij|inte|utan|jag|själv|ikke|uten|uden|hvis|jeg|selv|pokud|když|sám|değil|eğer|ben|kendim",
    "don't|not|never|if|不|别|勿|如果|若|我自己|我来|我会|しない|せず|ない|なら|場合|もし|自分|않|말고|말아|만약|하면|되면|으면|직접|제가|내가",
]);

/// The acts that a request asks for.
pub(crate) fn asked_acts(text: &str) -> Vec<Work> {
    if text.len() > LONGEST || !NAMED.is_in(&fold(text)) {
        return Vec::new();
    }
    let blocks = blocks(text);
    let said: Vec<String> = blocks
        .iter()
        .flat_map(|block| sentences(&block.text))
        .flat_map(|sentence| sentence.split(';'))
        .map(|sentence| without_quotes(&without_brackets(&fold(&plain(sentence)))))
        .collect();
    let any = |is: &dyn Fn(&str) -> bool| said.iter().any(|sentence| is(sentence));
    let is_asked =
        |act: &&Act| any(&|said| asks(act, said)) && !any(&|said| rules_out(act, said) || act.elsewhere.is_in(said));
    ACTS.iter().filter(is_asked).map(|act| act.work).collect()
}

/// Whether an answer says of an act that it was not done, or who is to do it.
pub(crate) fn tells_undone(answer: &str, work: Work) -> bool {
    ACTS.iter().any(|act| act.work == work && denies(answer, &act.stems))
}

/// What an act is called in a request.
pub(crate) fn verb(work: Work) -> &'static str {
    match work {
        Work::Pushed => "push",
        Work::OpenedPr => "open a pull request",
        Work::Tagged => "tag",
        _ => "commit",
    }
}

fn asks(act: &Act, sentence: &str) -> bool {
    asks_in_english(act, sentence) || act.imperatives.is_in(sentence) && !ELSEWISE.is_in(sentence)
}

/// Whether a sentence names an act and denies it, or leaves it to the user.
fn rules_out(act: &Act, sentence: &str) -> bool {
    let Some((start, _)) = act.stems.find_all(sentence).next() else { return false };
    let (before, behind) = (without_politeness(&sentence[..start]), &sentence[start..]);
    let denied = ["not", "don't", "dont", "never", "without", "no", "avoid", "i'll", "i will"];
    let is_denied = before.split(|c: char| !c.is_alphanumeric() && c != '\'').any(|word| denied.contains(&word));
    is_denied || AFTER.is_in(clause(behind))
}

fn asks_in_english(act: &Act, sentence: &str) -> bool {
    let polite = POLITE.begins(sentence.trim_start());
    if !polite && (BEGINNINGS.begins(sentence.trim_start()) || sentence.trim_end().ends_with('?')) {
        return false;
    }
    act.verbs.find_all(sentence).any(|(start, end)| {
        let before = without_politeness(&sentence[..start]);
        begins_clause(&before)
            && is_object(act, &sentence[end..])
            && !BEFORE.is_in(&before)
            && !AFTER.is_in(clause(&sentence[end..]))
            && !is_of_actor(&before)
    })
}

/// The words before a verb without those that only make a request polite.
fn without_politeness(before: &str) -> String {
    let mut left = String::with_capacity(before.len());
    let mut at = 0;
    for (start, end) in POLITE.find_all(before) {
        if start >= at {
            left.push_str(&before[at..start]);
            left.push_str("please");
        }
        at = at.max(end);
    }
    left + &before[at..]
}

/// Whether a verb behind these words begins a clause.
fn begins_clause(before: &str) -> bool {
    let before = before.trim_end();
    let Some(last) = before.chars().next_back() else { return true };
    if matches!(last, ',' | ':' | '.' | '!' | '—' | '–' | '→' | ')' | ']') {
        return true;
    }
    let (rest, word) = before.rsplit_once(' ').unwrap_or(("", before));
    // Of several verbs, each asks as the first does: "add commit and push" asks for neither.
    let shared = ["commit", "push", "tag"].iter().find_map(|verb| rest.trim_end().strip_suffix(verb));
    LEADS.contains(&word) && shared.filter(|_| word == "and").is_none_or(begins_clause)
}

/// Whether what follows a verb is what is done to the repository, or nothing.
fn is_object(act: &Act, behind: &str) -> bool {
    let behind = behind.trim_start();
    let ends = |rest: &str| {
        rest.trim_start()
            .chars()
            .next()
            .is_none_or(|c| matches!(c, ',' | '.' | ':' | '!' | '?' | ')' | '—' | '–' | '-'))
    };
    if act.bare && (ends(behind) || CLOSES.begins(behind) || goes_on(behind)) {
        return true;
    }
    let near = &behind[..behind.floor_char_boundary(80)];
    act.objects.find_all(near).filter(|(start, _)| *start == 0).any(|(_, end)| {
        // A version has a beginning in the table.
        let end = end + behind[end..].find([' ', ',']).filter(|_| act.work == Work::Tagged).unwrap_or(0);
        ends(&behind[end..]) || FOLLOWS.begins(behind[end..].trim_start())
    })
}

/// Whether another act follows that is asked for as well: "commit and push".
fn goes_on(behind: &str) -> bool {
    let next = ["and ", "& ", "then ", "and then "].iter().filter_map(|join| behind.strip_prefix(join));
    next.filter(|next| !next.starts_with("commit")).any(|next| {
        ACTS.iter().any(|act| act.verbs.find_all(next).any(|(start, end)| start == 0 && is_object(act, &next[end..])))
    })
}

/// The clause that a text begins with.
fn clause(text: &str) -> &str {
    text.split([',', '.', '—']).next().unwrap_or_default().split(" but ").next().unwrap_or_default()
}

/// Whether these words are about something that does the act: "a workflow to build the image and".
fn is_of_actor(before: &str) -> bool {
    ACTORS.find_all(before).any(|(_, end)| DOES.is_in(&before[end..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked_for() {
        use Work::{Committed, OpenedPr, Pushed, Tagged};
        for (text, expected) in [
            ("Fix the header and commit it.", vec![Committed]),
            ("Great, commit that please.", vec![Committed]),
            ("commit", vec![Committed]),
            ("Rename the module. Then commit and push.", vec![Committed, Pushed]),
            ("Fix the header, run the tests, commit, and push to origin", vec![Committed, Pushed]),
            ("Can you fix the header and push it?", vec![Pushed]),
            ("Handle the empty list, push a branch and open a draft PR against main.", vec![Pushed, OpenedPr]),
            ("Create a pull request for it", vec![OpenedPr]),
            ("Set the version to 2.1.0, commit, and tag it v2.1.0.", vec![Committed, Tagged]),
            ("Don't forget to commit when you're done.", vec![Committed]),
            ("Commit it, but don't push.", vec![Committed]),
            ("Bitte beheben und committen.", vec![Committed]),
            ("Corrige le lien, fais un commit puis pousse la branche.", vec![Committed, Pushed]),
            ("修复登录页面，然后提交代码并推送到远程。", vec![Committed, Pushed]),
            ("直してコミットしてください。", vec![Committed]),
        ] {
            assert_eq!(asked_acts(text), expected, "{text}");
        }
    }

    #[test]
    fn what_is_only_named() {
        for text in [
            "Fix it. Don't commit, I want to look at it first.",
            "Fix it; I'll commit and push myself.",
            "Fix the typo. Committen und pushen mache ich selbst.",
            "The commit message linter rejects reverts. Fix.",
            "Push notifications arrive twice; fix it in push/fcm.ts",
            "Commit hooks are slow, make them faster",
            "How do I commit and push from CI?",
            "Write a script that builds the site and pushes it, then commit hooks should run",
            "Add a workflow to build the site and push it to the branch",
            "Commit Kafka offsets only after the batch was written",
            "Implement begin, commit and rollback.",
            "Add commit and push to the menu of the editor",
            "Create a PR template",
            "Push the null check down into the helper",
            "If the tests pass, commit it",
            "Commit it once I say so",
            "Our job should build, test and push it.",
            "The README says: `git commit -m x`, correct it",
            "> commit and push\n\nWhat does he mean?",
            "Add a tag to the article",
            "不要提交代码，先修复测试。",
        ] {
            assert_eq!(asked_acts(text), [], "{text}");
        }
    }

    #[test]
    fn what_was_left_undone() {
        assert!(tells_undone("I have not committed it, because the hook fails.", Work::Committed));
        assert!(tells_undone("Fixed. Nothing is pushed yet.", Work::Pushed));
        assert!(!tells_undone("Fixed, all tests pass.", Work::Committed));
    }
}
