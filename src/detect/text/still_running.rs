//! Tells whether an answer says that what was asked for still runs, and that its result is to come.

use super::answer::{blocks, plain, sentences};
use super::phrases::{Phrases, fold, is_unspaced};
use crate::detect::quoted::quoted;
use crate::wire::text::EXCERPT;

/// How many of the last sentences are read.
const LAST: usize = 5;

/// What says of something that it runs, or that it waits to.
#[rustfmt::skip]
static RUNS: Phrases = Phrases::new(&[
    "still running|is running|are running|runs in the background|running in the background|still in progress|is in progress|still pending|is pending|still queued|is queued|pending in the queue|waiting in the queue|still training|still building|still importing|still compiling|still going|still executing|still processing|not finished yet|has not finished|have not finished|hasn't finished|under way|underway",
    "läuft noch|laufen noch|läuft im hintergrund|laufen im hintergrund|läuft weiter|läuft gerade|noch nicht fertig|noch nicht durch|in der warteschlange|wartet noch|est en cours|sont en cours|toujours en cours|encore en cours|tourne encore|tourne en arrière-plan|en file d'attente|pas encore terminé*",
    "sigue en marcha|siguen en marcha|sigue ejecutándose|sigue corriendo|sigue en curso|está en curso|en segundo plano|no ha terminado|está en cola|se está ejecutando|ainda está rodando|ainda está a correr|ainda em execução|está em execução|em segundo plano|em andamento|ainda não terminou|está na fila|ancora in corso|è in corso|ancora in esecuzione|è in esecuzione|in background|è in coda|non è ancora finit*|non è ancora terminat*",
    "ещё выполняется|еще выполняется|ещё идёт|еще идет|ещё идет|выполняется в фоне|в фоновом режиме|стоит в очереди|ещё не завершен*|еще не завершен*|draait nog|loopt nog|op de achtergrond|is nog bezig|in de wachtrij|nadal trwa|wciąż trwa|jeszcze trwa|działa w tle|w kolejce|körs fortfarande|pågår fortfarande|i bakgrunden|kjører fortsatt|i bakgrunnen|kører stadig|i baggrunden|stále běží|běží na pozadí",
    "hâlâ çalışıyor|hala çalışıyor|arka planda|hâlâ sürüyor|devam ediyor|kuyrukta|henüz bitmedi|vẫn đang chạy|đang chạy nền|masih berjalan|仍在|还在|正在后台|后台运行|后台进行|进行中|运行中|排队|尚未完成|还没跑完|実行中|進行中|バックグラウンドで|まだ終わって|待機中|キューに|실행 중|진행 중|백그라운드에서|아직 끝나지|대기 중",
]);
/// What says that other agents are waited for, which were sent off.
#[rustfmt::skip]
static AGENTS: Phrases = Phrases::new(&[
    "waiting for the agent|waiting for the agents|waiting for agents|waiting for the subagents|waiting for subagents|waiting for both agents|waiting for all agents|waiting for the background agents|waiting for the other agents|waiting for the remaining agents|waiting on the agents|waiting on the subagents|wait for the agents to|wait for the subagents to",
    "warte auf die agenten|warte auf die subagenten|warte, bis die agenten|warten auf die agenten|j'attends les agents|j'attends que les agents|en attente des agents|esperando a los agentes|esperando a que los agentes|espero a los agentes|aguardando os agentes|à espera dos agentes|in attesa degli agenti|aspetto che gli agenti|жду агентов|жду, пока агенты|ожидаю агентов|wacht op de agents|wachten op de agents|czekam na agentów|väntar på agenterna|venter på agentene|venter på agenterne|ajanların bitmesini",
    "等待代理|等待子代理|等待各代理|エージェントの完了を待|エージェントを待|에이전트가 끝나기를|에이전트를 기다",
]);
/// What promises its result.
#[rustfmt::skip]
static LATER: Phrases = Phrases::new(&[
    "i'll report|i will report|i'll let you know|i will let you know|i'll tell you|i will tell you|i'll share|i will share|i'll post|i will post|i'll send|i will send|i'll update you|i will update you|i'll give you|i will give you|i'll come back|i'll follow up|i'll summarize|i'll have the|will be available once|will be available when|will be ready once|results will follow|result will follow|results follow|result follows",
    "melde mich|melde ich|nenne ich|sage ich|gebe ich|liefere ich|berichte ich|reiche ich|schicke ich|das ergebnis folgt|die ergebnisse folgen|je vous dirai|je te dirai|je vous donnerai|je te donnerai|je vous tiendrai|je te tiendrai|je vous communiquerai|le résultat suivra|les résultats suivront",
    "te diré|le diré|te daré|le daré|te avisaré|le avisaré|informaré|te aviso|te direi|lhe direi|te avisarei|avisarei|informarei|te aviso|te dou|ti dirò|ti darò|ti farò sapere|riferirò|ti aggiornerò|vi dirò",
    "сообщу|напишу|скажу|пришлю|отчитаюсь|laat ik weten|meld ik|geef ik|laat het je weten|dam znać|podam|napiszę|poinformuję|prześlę|återkommer|meddelar|gir beskjed|giver besked|vender tilbage|kommer tilbake|dám vědět|bildireceğim|haber vereceğim|ileteceğim|paylaşacağım|tôi sẽ báo|saya akan melaporkan",
    "再汇报|再报告|会汇报|会报告|后汇报|后报告|再告诉|再告知|会告诉|会告知|后告诉|后告知|結果を報告|報告します|お知らせします|共有します|お伝えします|알려드리겠|알려 드리겠|보고하겠|보고드리겠|말씀드리겠|공유하겠|공유드리겠",
]);
/// What stays running when the work is done, or is done for others.
#[rustfmt::skip]
static OTHERS: Phrases = Phrases::new(&[
    "server*|service|services|daemon|watcher|container*|port|localhost|http|https|pod|pods|emulator|users|user|customer*|listening|dienst|nutzer*|kunden|serveur*|utilisateur*|servidor*|usuario*|usuári*|servizio|utenti|utente|сервер*|пользовател*|serwer*|użytkowni*|sunucu*|kullanıcı*",
    "服务|伺服|容器|用户|用戶|サーバー|コンテナ|ユーザー|서버|컨테이너|사용자",
]);
/// What makes it a case, before it, or of the past.
#[rustfmt::skip]
static CASES: Phrases = Phrases::new(&[
    "while|as long as|if|when|whenever|unless|until|after|because|was|were|no longer|not|nothing|solange|während|wenn|falls|bis|war|waren|nicht|nichts|tant que|pendant que|lorsque|quand|si|était|n'est plus|mientras|cuando|estaba|ya no|enquanto|quando|estava|já não|mentre|se|era|пока|если|когда|больше не|terwijl|als|podczas|gdy|jeśli|medan|mens|om|när|når|hvis|eğer",
]);
const CASES_ANYWHERE: [&str; 9] = ["如果", "不再", "的时候", "時に", "場合", "間は", "경우", "동안", "때"];
/// What asks to leave something running.
#[rustfmt::skip]
static LEAVES: Phrases = Phrases::new(&[
    "in the background|leave it running|leave it on|leave running|leaves running|keep it running|keep running|don't wait|do not wait|no need to wait|submit|enqueue|queue|kick off|schedule|im hintergrund|laufen lassen|lass es laufen|lass sie laufen|lass ihn laufen|nicht warten|reiche|stoß|en arrière-plan|laisse tourner|laisse-le tourner|n'attends pas|soumets",
    "en segundo plano|déjalo corriendo|déjalo en marcha|no esperes|envía|encola|em segundo plano|deixa rodando|deixe rodando|não espere|submete|submeta|in background|lascialo girare|non aspettare|в фоне|в фоновом режиме|не жди|поставь в очередь|op de achtergrond|wacht niet|w tle|nie czekaj|i bakgrunden|i baggrunden|arka planda|bekleme",
    "后台|後台|提交作业|提交任务|不用等|不要等|バックグラウンド|待たなくて|投入して|백그라운드|기다리지",
]);
/// What only starts something, which its result is not asked of.
#[rustfmt::skip]
static STARTS: Phrases = Phrases::new(&[
    "start|launch|trigger|starte|startet|anstoßen|lance|lancez|démarre|inicia|lanza|arranca|inicie|dispara|avvia|lancia|запусти|запустите|uruchom|start op|starta|başlat|启动|啟動|触发|起動|시작해",
]);
#[rustfmt::skip]
static RESULTS: Phrases = Phrases::new(&[
    "report|give me|tell me|result*|score*|how many|send me|show me|nenne|nennen|ergebnis*|sag mir|berichte|dis-moi|donne-moi|résultat*|dime|dame|resultado*|diga-me|me diga|dimmi|dammi|risultat*|сообщи|результат*|podaj|wynik*|vertel|resultaat|resultat*|söyle|sonuç*",
    "报告|汇报|告诉|结果|結果|教えて|報告|알려|보고|결과",
]);

/// What says that something runs by itself, and not that something else is pending.
#[rustfmt::skip]
const BACKGROUND: [&str; 17] = [
    "background", "still running", "still training", "still building", "hintergrund", "läuft noch", "laufen noch", "arrière-plan", "segundo plano", "в фоне", "фоновом",
    "后台", "バックグラウンド", "백그라운드", "arka planda", "achtergrond", "w tle",
];

/// The sentence of an answer that says so, unless a folded request asks to leave it running, or only how it stands.
pub(crate) fn says_it_runs(answer: &str, request: &str) -> Option<String> {
    let blocks = blocks(answer);
    let texts: Vec<String> = blocks.iter().map(|block| plain(&block.text)).collect();
    let said: Vec<&str> = texts.iter().flat_map(|text| sentences(text)).collect();
    let last: Vec<(&str, String)> = said.iter().rev().take(LAST).map(|said| (*said, fold(said))).collect();
    let promises = || last.iter().any(|(_, folded)| LATER.is_in(folded));
    // What was asked for is the result.
    let is_owed = |folded: &str| BACKGROUND.iter().any(|word| folded.contains(word)) && RESULTS.is_in(request);
    let is_open = |folded: &str| runs(folded) && (has_progress(folded) || promises() || is_owed(folded));
    let awaits = |folded: &str| AGENTS.find_all(folded).next().is_some_and(|(at, _)| !is_case(folded, at));
    let (found, _) = last.iter().find(|(_, folded)| is_open(folded) || awaits(folded))?;
    let is_meant = LEAVES.is_in(request) || STARTS.is_in(request) && !RESULTS.is_in(request);
    let only_asks = request.trim_end().ends_with(['?', '？']);
    (!is_meant && !only_asks).then(|| quoted(found.trim(), EXCERPT))
}

/// Whether a folded sentence says that something runs now, which is to end.
fn runs(folded: &str) -> bool {
    let Some((start, _)) = RUNS.find_all(folded).next() else { return false };
    !is_case(folded, start) && !OTHERS.is_in(folded)
}

/// Whether a folded sentence tells of a case, or of the past, by what stands before `start`.
fn is_case(folded: &str, start: usize) -> bool {
    if folded.chars().any(is_unspaced) {
        CASES_ANYWHERE.iter().any(|case| folded.contains(case))
    } else {
        CASES.is_in(&folded[..start])
    }
}

/// Whether a folded sentence has a share of a whole that is not all of it: `(14 of 60)`, `312/2408`, `12 %`.
fn has_progress(folded: &str) -> bool {
    const OF: [&str; 12] = ["of", "von", "de", "sur", "di", "из", "van", "z", "av", "af", "/", "ze"];
    let is_part = |part: &str, whole: &str| match (part.parse::<u32>(), whole.parse::<u32>()) {
        (Ok(part), Ok(whole)) => part < whole && whole > 1,
        _ => false,
    };
    let number = |c: char| c.is_ascii_digit() || matches!(c, '/' | '%' | '.');
    let mut pieces = folded.split(|c: char| !number(c)).filter(|piece| !piece.is_empty());
    let bare = |word: &'_ str| word.trim_matches(|c: char| !c.is_alphanumeric() && c != '/').to_owned();
    let words: Vec<String> = folded.split_whitespace().map(bare).collect();
    folded.contains('%')
        || pieces.any(|piece| piece.trim_matches('.').split_once('/').is_some_and(|(part, whole)| is_part(part, whole)))
        || words.windows(3).any(|words| OF.contains(&words[1].as_str()) && is_part(&words[0], &words[2]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_still_runs() {
        let mut missed = Vec::new();
        for text in [
            "Training runs in the background (epoch 1 of 80). I'll report the score once it has finished.",
            "The sweep is still running (14 of 60).",
            "The sweep has been started and runs in the background. It takes about 15 minutes.",
            "The ablation is submitted and still pending in the queue. The table will be available once it has run.",
            "Der Import läuft noch (etwa 12 %). Die Zahl nenne ich dir, sobald er fertig ist.",
            "El barrido sigue en marcha en segundo plano; te diré el mejor cuando termine.",
            "L'entraînement est en cours. Je vous donnerai le score à la fin.",
            "Обучение ещё идёт, результат сообщу позже.",
            "ビルドはバックグラウンドで実行中です（312/2408）。完了したらサイズを報告します。",
            "训练仍在后台进行中，完成后再汇报准确率。",
            "Two agents look over the modules. Waiting for the agents to finish.",
            "Beide sind unterwegs. Ich warte auf die Agenten.",
        ] {
            if says_it_runs(text, "run the sweep and give me the best score").is_none() {
                missed.push(text);
            }
        }
        assert!(missed.is_empty(), "{missed:#?}");
    }

    #[test]
    fn what_is_done() {
        for (request, text) in [
            ("fix the worker", "While a job is still running, 3 of 5 further triggers are ignored. The tests pass."),
            ("start the dev server", "The dev server is running in the background on port 5173 (200)."),
            ("export in pages", "Exports run in the background now; users get a mail when they finish."),
            ("just submit the job, don't wait", "Job 88123 is queued (0 of 4). I'll let you know."),
            ("start the backfill", "The backfill is running (2 of 90)."),
            ("how far is the training?", "It is still running: epoch 14 of 80."),
            ("show me what would change", "One change is pending in `envs/stage`."),
            ("run the sweep", "The sweep was still running at noon (14 of 60) and has ended: the best score is 0.91."),
            ("fix the pool", "The pool was waiting for the agents that had ended; it no longer does."),
            ("fix the count", "The progress bar says 14 of 60 now."),
        ] {
            assert_eq!(says_it_runs(text, request), None, "{text}");
        }
    }
}
