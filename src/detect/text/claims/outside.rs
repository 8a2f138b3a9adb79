//! Recognizes claims of work outside the project, by a verb and its object: "he abierto el pull request", "I sent the
//! report by email".

use super::work::Work;
use crate::detect::text::phrases::Phrases;

/// What a pull or merge request is called.
const REQUESTS: &[&str] = &[
    "pr|prs|pull request*|pull-request*|merge request*|merge-request*|mr|pullrequest*|пулл*|拉取请求|合并请求|合併請求|プルリク*|プルリクエスト|マージリクエスト|풀 리퀘스트|머지 리퀘스트",
];
/// What mail is called.
const MAIL: &[&str] = &[
    "mail|mails|email|emails|e-mail|e-mails|inbox|mailing list|correo*|courriel*|mél|письмо|письма|письмом|почт*|邮件|郵件|电邮|メール|메일|이메일|e-posta*|wiadomość|mailem|mailu|email-ben|levelet",
];
/// What chats are called.
const CHATS: &[&str] = &[
    "slack|discord|telegram|teams|mattermost|whatsapp|irc|matrix|zulip|channel|chat|canal|kanal|канал|чат|频道|群|チャンネル|채널",
];
/// What issues are called.
const ISSUES: &[&str] =
    &["issue|issues|ticket|tickets|jira|incidencia|тикет*|задач*|工单|议题|チケット|課題|이슈|티켓"];
/// What benchmarks are called.
const BENCHMARKS: &[&str] = &["benchmark*|benches|bench"];

/// A push as a noun; a notification is pushed, too.
const PUSHES: &[&str] = &[
    "git push|y push|e push|et push|и push|и пуш|i push|el push|o push|il push|le push|un push|push a|push al|push sur|push vers|push para|push pro|push su|push в|push на|пуш в|пуш на|push auf|push nach|pusha|pushu",
];
/// Remote repositories, by their names and by what they are called.
const REMOTES: &[&str] = &[
    "origin|origin/*|upstream/*|github|gitlab|bitbucket|codeberg|remote repository|remote-repository|entferntes repository|dépôt distant|dépôt|repositorio remoto|repositorio|repositório remoto|repositório|repository remoto|удалённый репозиторий|удаленный репозиторий|репозитори*|віддалений репозиторій|zdalne repozytorium|zdalnego repozytorium|vzdáleného repozitáře|uzak depo*|远程仓库|远端|远程|遠端|リモート|원격",
];

/// Times and rates. Sizes and counts are read off any output.
const TIMES: &[&str] = &[
    "p50|p90|p95|p99|latency|latencies|throughput|req/s|requests/s|requests per second|ops/s|ms|milliseconds|seconds|microseconds|faster|slower|latenz|durchsatz|millisekunden|sekunden|gemessen|latence|latencia|latência|latenza|задержк*|мс|секунд*|毫秒|延迟|ミリ秒|밀리초|지연",
];
/// Browsers.
const BROWSERS: &[&str] = &[
    "in chrome|in chromium|in firefox|in safari|in a browser|in the browser|in my browser|in the devtools|in devtools|im browser|dans le navigateur|dans chrome|en el navegador|en chrome|no navegador|no chrome|nel browser|su chrome|в браузере|浏览器|ブラウザ*|브라우저*|w przeglądarce|tarayıcıda|in de browser|i webbläsaren|i nettleseren|i browseren",
];

/// A verb of the first person and, in another table, what it was done to.
struct Row {
    work: Work,
    verbs: Phrases,
    objects: Phrases,
}

static TABLE: [Row; 10] = [
    Row {
        work: Work::OpenedPr,
        verbs: Phrases::new(&[
            "i opened|i've opened|i have opened|i created|i've created|i have created|i raised|i've raised|i submitted|i've submitted|i filed|i've filed|and opened|and created|and raised|and submitted|i also opened|i also created",
            "eröffnet|geöffnet|erstellt|angelegt|aufgemacht|gestellt|j'ai ouvert|j'ai créé|j'ai soumis|j'ai également ouvert|j'ai aussi ouvert|ai ouvert|est ouverte|he abierto|abrí|he creado|creé|he enviado|queda abierto|abri|criei|enviei|foi aberto|está aberto|ho aperto|ho creato|ho inviato|открыл*|создал*|открыт",
            "已创建|创建了|已提交|提交了|已打开|已开|已建立|作成しました|作りました|出しました|オープンしました|開きました|생성했|올렸|만들었|열었|geopend|aangemaakt|gemaakt|otworzył*|utworzył*|stworzył*|açtım|oluşturdum|öppnade|skapade|åpnet|opprettet|åbnede|oprettede|otevřel*|vytvořil*|avasin|loin|megnyitottam|létrehoztam|am deschis|am creat|đã mở|đã tạo|telah membuat|sudah membuat|saya membuat|відкри*|створи*|άνοιξα|δημιούργησα|खोल दिया|खोल दी|बना दिया|فتحت|أنشأت|פתחתי|יצרתי|باز کردم|ایجاد کردم|เปิด pull|เปิด pr|เปิด merge|สร้าง pull|สร้าง pr|สร้าง merge",
        ]),
        objects: Phrases::new(REQUESTS),
    },
    Row {
        work: Work::Pushed,
        verbs: Phrases::new(&[
            "j'ai fait|j'ai également fait|he hecho|hice|realicé|he realizado|fiz|realizei|ho fatto|ho eseguito|сделал*|выполнил*|зробив|зробила|zrobiłem|zrobiłam|udělal*|proveden*|habe einen|habe den|yaptım",
        ]),
        objects: Phrases::new(PUSHES),
    },
    Row {
        work: Work::Pushed,
        verbs: Phrases::new(&[
            "poussé|poussée|poussés|poussées|envoyé|envoyés|envoyée|envoyées|he subido|subí|subido|subidos|enviado|enviados|enviada|enviadas|he enviado|envié|publicado|publicados|enviei|subi|publiquei|mandei|inviato|inviati|inviata|inviate|caricato|caricati|spinto|spinti|pushato|pubblicato|hochgeladen|übertragen|geschoben",
            "отправлен*|отправил*|запушен*|запушил*|залил*|залит*|выложен*|выложил*|загружен*|загрузил*|відправлен*|відправив|запушен*|надіслано|wypchnął*|wypchnęł*|wypchnięt*|wysłan*|odeslán*|odeslal*|nahrán*|pushnut*|pushnul*|pushade|pushat|pushats|pushet|skubbet|verstuurd|pushladım|pushlandı|gönderdim|gönderildi|đã push|đã đẩy|sudah push|telah push|di-push",
            "已推送|并推送|並推送|推送了|推送完成|推送成功|推到了|已推到|已上传|已同步|pushしました|push しました|push済|push 済|プッシュ済|反映しました|アップロードしました|푸시했|푸시하였|올렸",
        ]),
        objects: Phrases::new(REMOTES),
    },
    Row {
        work: Work::Sent,
        verbs: Phrases::new(&[
            "i sent|i've sent|i have sent|i also sent|and sent|sent the|sent it|sent an|i emailed|i've emailed|i have emailed|emailed|e-mailed|i mailed|i've mailed|mailed it|mailed the|and mailed",
            "habe ich|ich habe|verschickt|abgeschickt|j'ai envoyé|ai envoyé|he enviado|envié|he mandado|mandé|enviei|mandei|ho inviato|ho mandato|ho spedito|отправил*|выслал*|已发送|已经发送|已发给|已寄|發送了|发送了|送信しました|送りました|보냈|전송했|발송했|wysłał*|gönderdim|verstuurd|verzonden|skickade|har skickat|sendte|har sendt|odeslal*|poslal*|elküldtem|am trimis|đã gửi|telah mengirim|sudah mengirim|надіслав|надіслала|відправив",
        ]),
        objects: Phrases::new(MAIL),
    },
    Row {
        work: Work::Posted,
        verbs: Phrases::new(&[
            "i posted|i've posted|i have posted|posted a|posted the|posted it|and posted|i notified|i've notified|i messaged|i shared|i've shared|i announced|i've announced|i sent|i've sent|i have sent|i pinged",
            "habe ich|ich habe|gepostet|j'ai posté|j'ai publié|j'ai envoyé|j'ai prévenu|he publicado|publiqué|he enviado|envié|he avisado|avisé|publiquei|postei|enviei|avisei|ho pubblicato|ho postato|ho inviato|отправил*|написал*|опубликовал*|已发送|已发布|已通知|发到了|投稿しました|送りました|送信しました|通知しました|올렸|보냈|게시했|공유했|wysłał*|opublikował*|gönderdim|paylaştım|geplaatst|gepost|postade|skickade",
        ]),
        objects: Phrases::new(CHATS),
    },
    Row {
        work: Work::ClosedIssue,
        verbs: Phrases::new(&[
            "i closed|i've closed|i have closed|and closed|closed issue|closed the issue|closed ticket|closed the ticket|closed jira",
            "geschlossen|j'ai fermé|j'ai clos|j'ai clôturé|he cerrado|cerré|fechei|encerrei|ho chiuso|закрыл*|已关闭|关闭了|クローズしました|閉じました|닫았|종료했|zamknął*|zamknęł*|kapattım|gesloten|stängde|lukket|lukkede|zavřel*|uzavřel*",
        ]),
        objects: Phrases::new(ISSUES),
    },
    Row {
        work: Work::Measured,
        verbs: Phrases::new(&[
            "i ran|i've run|i have run|i also ran|i reran|i re-ran|ran the|habe die|j'ai lancé|ejecuté|he ejecutado|rodei|executei|ho eseguito|запустил*|运行了|已运行|実行しました|실행했|uruchomił*|çalıştırdım",
        ]),
        objects: Phrases::new(BENCHMARKS),
    },
    Row {
        work: Work::Measured,
        verbs: Phrases::new(&[
            "i measured|i've measured|i have measured|i timed|i've timed|i profiled|i've profiled",
            "gemessen|gestoppt|j'ai mesuré|j'ai chronométré|he medido|medí|medi|ho misurato|измерил*|замерил*|测量了|实测|測定しました|計測しました|측정했|zmierzył*|ölçtüm|gemeten|jag mätte|har målt",
        ]),
        objects: Phrases::new(TIMES),
    },
    Row {
        work: Work::Browsed,
        verbs: Phrases::new(&[
            "i opened|i've opened|i have opened|i checked|i've checked|i have checked|i verified|i've verified|i have verified|i tested|i've tested|i loaded|i viewed|i clicked|i tried|i looked at|i confirmed|opened it|opened the page|checked it|verified it|tested it",
            "geöffnet|geprüft|getestet|angesehen|überprüft|j'ai ouvert|j'ai vérifié|j'ai testé|he abierto|abrí|he comprobado|comprobé|he probado|probé|he verificado|abri|testei|verifiquei|ho aperto|ho verificato|ho testato|ho controllato|открыл*|проверил*|打开了|检查了|测试了|验证了|已验证|開きました|確認しました|열었|확인했|테스트했|otworzył*|sprawdził*|açtım|kontrol ettim|geopend|gecontroleerd|öppnade|testade",
        ]),
        objects: Phrases::new(BROWSERS),
    },
    Row {
        work: Work::Pictured,
        verbs: Phrases::new(&[
            "i took|i've taken|i have taken|took a|and took|i captured|i've captured|aufgenommen|bildschirmfoto gemacht|screenshot gemacht|j'ai pris|fait une capture|he tomado|tomé|hecho una captura|tirei|fatto uno screenshot|сделал скриншот*|сделала скриншот*|снял скриншот*|截取了|截了|拍了|撮りました|撮影しました|찍었|zrobiłem zrzut|zrobiłam zrzut",
        ]),
        objects: Phrases::new(&[
            "screenshot|screenshots|bildschirmfoto|bildschirmfotos|capture d'écran|captures d'écran|captura de pantalla|capturas de pantalla|captura de tela|schermata|скриншот*|截图|截屏|スクリーンショット|스크린샷|zrzut ekranu",
        ]),
    },
];

/// Verbs of the first person that need no object: that something was rolled out or published.
static ROLLED_OUT: Phrases = Phrases::new(&[
    "habe ich ausgerollt|habe es ausgerollt|habe sie ausgerollt|auf staging ausgerollt|in produktion gebracht|live geschaltet|j'ai mis en production|j'ai mis en ligne|est en production|desplegué|lo he desplegado|lo desplegué|publiqué la|he publicado la|he publicado el|publiquei a|publiquei o|implantei|ho pubblicato la|ho rilasciato|выложил*|выкатил*|опубликовал*|已发布到|已上线|已部署|已发布|公開しました|リリースしました|배포했|출시했|wdrożył*|opublikował*|yayınladım|uitgerold|gedeployed|rullade ut|nasadil*|élesítettem",
]);

/// Verbs that say by themselves that something was measured.
static BENCHMARKED: Phrases = Phrases::new(&[
    "i benchmarked|i've benchmarked|i have benchmarked|i load-tested|i've load-tested|i load tested|he hecho un benchmark|压测了|做了基准测试",
]);
static SAYS_TIMES: Phrases = Phrases::new(TIMES);
/// Verbs of the first person that say of times in the same sentence that they were measured: "I measured it: 412 ms".
static MEASURED: Phrases = Phrases::new(&[
    "i measured|i've measured|i have measured|i timed|i've timed|gemessen|j'ai mesuré|j'ai chronométré|he medido|medí|ho misurato|измерил*|замерил*|виміряв|виміряла|测量了|实测|測定しました|計測しました|측정했|zmierzył*|změřil*|ölçtüm|gemeten|jag mätte|har mätt|har målt|jeg målte|mittasin|mittasimme|megmértem|am măsurat|đã đo|saya mengukur|μέτρησα|मापा|قست|מדדתי|วัดได้|วัดผล",
]);
/// Another agent.
static OTHER_AGENT: Phrases = Phrases::new(&[
    "second agent|another agent|reviewer agent|review agent|subagent|sub-agent|second model|another model|code-reviewer|zweiter agent|zweiten agenten|anderer agent|weiterer agent|deuxième agent|second agent|autre agent|sous-agent|segundo agente|otro agente|subagente|outro agente|secondo agente|altro agente|второй агент|другой агент|субагент|другий агент|інший агент|drugi agent|inny agent|druhý agent|jiný agent|ikinci ajan|ikinci bir ajan|başka bir ajan|tweede agent|andere agent|andra agenten|annan agent|anden agent|annen agent|toinen agentti|második ügynök|al doilea agent|alt agent|agent thứ hai|agen kedua|agen lain",
    "δεύτερος agent|δεύτερος πράκτορας|άλλος agent|दूसरे एजेंट|दूसरे agent|وكيل ثان|وكيل آخر|סוכן שני|סוכן נוסף|عامل دوم|เอเจนต์ตัวที่สอง|เอเจนต์อีกตัว|agent ตัวที่สอง|第二个代理|另一个代理|第二个智能体|第二个 agent|另一个 agent|子代理|別のエージェント|2つ目のエージェント|サブエージェント|두 번째 에이전트|다른 에이전트",
]);
/// What it did.
static REVIEWED: Phrases = Phrases::new(&[
    "reviewed|approved|checked|verified|signed off|geprüft|begutachtet|freigegeben|a relu|a revu|a approuvé|a validé|revisó|ha revisado|aprobó|ha aprobado|revisou|aprovou|ha rivisto|ha revisionato|ha approvato|проверил*|одобрил*|перевірив|схвалив|sprawdził*|zatwierdził*|zkontroloval*|schválil*|inceledi|onayladı|gecontroleerd|goedgekeurd|nagekeken|granskade|har granskat|godkände|har gennemgået|godkendte|gjennomgikk|godkjente|tarkasti|hyväksyi|átnézte|jóváhagyta|a revizuit|a aprobat|đã xem xét|đã duyệt|sudah meninjau|telah meninjau|menyetujui|έκανε review|ενέκρινε|έλεγξε|समीक्षा की|मंज़ूर|راجع|وافق|סקר|אישר|بررسی کرد|تأیید کرد|ตรวจแล้ว|อนุมัติ|审查了|审核了|已审查|已批准|批准了|レビューし|承認し|검토했|승인했|리뷰했",
]);

/// What is brought to a remote repository.
static BROUGHT: Phrases = Phrases::new(&[
    "commit|commits|branch|branches|tag|tags|fix|change|changes|everything|work|patch|merge|änderung|änderungen|alles|zweig|modifications|changements|correctif|branche|tout|cambio|cambios|rama|todo|alterações|mudanças|alteração|modifica|modifiche|correzione|коммит*|изменени*|ветк*|исправлени*",
    "提交|更改|修改|改动|分支|修正|変更|コミット|ブランチ|커밋|변경|브랜치",
]);
/// What says that it is there.
static THERE: Phrases = Phrases::new(&[
    "is on|are on|is now on|are now on|is up on|are up on|is already on|is at|are at|is now at|are now at|now on|landed on|lives on|sits on",
    "ist auf|sind auf|liegt auf|liegen auf|ist jetzt auf|sind jetzt auf|est sur|sont sur|est maintenant sur|sont maintenant sur|está en|están en|ya está en|está em|estão em|está no|estão no|è su|sono su|è ora su|sono ora su|находится в|находятся в|уже в|теперь в|已在|现在在|已经在|にあります|に入っています|に反映され|에 있습니다|에 반영",
]);
/// How the branches of a remote repository, and its host, are called.
static BRANCHES: Phrases = Phrases::new(&["origin/*|upstream/*|the remote|github|gitlab|bitbucket|codeberg"]);

/// Whether a clause says of the work that it is in the remote repository: "the commit is on origin/main".
pub(super) fn is_on_remote(clause: &str) -> bool {
    // "On top of origin/main" and "on a local branch" are here.
    !clause.contains("on top of")
        && !clause.contains("local")
        && [&BROUGHT, &THERE, &BRANCHES].iter().all(|words| words.is_in(clause))
}

/// Whether a clause says that another agent looked over the work.
pub(super) fn is_reviewed(clause: &str) -> bool {
    OTHER_AGENT.is_in(clause) && REVIEWED.is_in(clause)
}

/// Whether a clause says that something was measured, and the sentence how long it took.
pub(super) fn is_measured(clause: &str, sentence: &str) -> bool {
    MEASURED.is_in(clause) && SAYS_TIMES.is_in(sentence) && sentence.contains(|c: char| c.is_ascii_digit())
}

/// Whether a clause names a channel of a chat: `#releases`. An issue has a number.
fn names_channel(clause: &str) -> bool {
    clause.split_whitespace().any(|word| {
        word.trim_start_matches(['`', '"', '('])
            .strip_prefix('#')
            .is_some_and(|name| name.starts_with(char::is_alphabetic))
    })
}

/// The work outside of the project that a clause claims.
pub(super) fn works(clause: &str) -> Vec<Work> {
    let mut found: Vec<Work> = TABLE
        .iter()
        .filter(|row| {
            (row.objects.is_in(clause) || row.work == Work::Posted && names_channel(clause)) && row.verbs.is_in(clause)
        })
        .map(|row| row.work)
        .collect();
    if BENCHMARKED.is_in(clause) && !found.contains(&Work::Measured) {
        found.push(Work::Measured);
    }
    if ROLLED_OUT.is_in(clause) {
        found.push(Work::Deployed);
    }
    found
}
