//! Tables of phrases that agents use at the end of an answer, in the languages that their users write. The phrases of
//! each table are folded (see `phrases::fold`), and tested on real answers and on samples of each language.

use super::phrases::Phrases;

/// A question with these is meant for the reader.
pub static ADDRESSED: Phrases = Phrases::new(&[
    "you|your|yours|shall i|shall we|do i|do we|can i|can we|may i|could i|am i|would it be",
    "want me|okay to|ok to|ok if|okay if|fine to|safe to",
    "thoughts|prefer|proceed|go ahead|go with|sound good|does that|does this|is that right|is this right",
    "ready to|should|correct|which",
    "soll ich|sollen wir|soll es|soll das|möchtest|möchten|willst|wollen wir|darf ich|kann ich|du|dein*|sie|ihr|ihnen|welche*|passt das|einverstanden",
    "vous|votre|vos|tu|ton|ta|dois-je|devrais-je|puis-je|faut-il|quelle|quel|laquelle|lequel|préfér*|d'accord|on continue",
    "quieres|quiere|quieren|debo|debería|puedo|prefiere*|desea|deseas|cuál|qué opción|te parece|le parece|usted|confirmas|sigo|procedo|procedemos",
    "quer|queres|devo|deveria|posso|prefere*|deseja|gostaria|você|qual|confirma|prossigo|prosseguir",
    "vuoi|vuole|volete|dovrei|preferisci|preferisce|desideri|desidera|quale|confermi|procediamo|va bene",
    "хотите|хочешь|вы|вас|вам|ты|тебе|мне|нам|нужно ли|стоит ли|можно ли|какой|какую|какое|какие|как поступ*|что выбрать|предпочит*|продолж*",
    "wil je|wilt u|zal ik|moet ik|welke|kies*|czy|którą|który|jaką|mam|ska jag|vilken|skal jeg|hvilken|haluatko|kumpi|chcete|chceš|mám|který",
    "ister misin*|istiyor musun*|hangisi*|edeyim mi|yapayım mı|devam ed*|bạn|tôi nên|apakah|anda|saya harus|mau|θέλ*|να προχωρήσω|ποι*|doriți|vrei|care|szeretné*|melyik*",
]);

/// A request that waits for the user, with or without a mark.
pub static ASKING: Phrases = Phrases::new(&[
    "please confirm|please choose|please pick|please select|please decide|please advise|please let me know|please clarify|please specify|please provide|please share|please tell me|please send|please approve|please respond|please reply|please answer|please review and confirm|please indicate|please paste|please grant|please review and approve|please review and confirm|please approve",
    "let me know which|let me know what|let me know how|let me know when|let me know whether|let me know where|let me know your|let me know the|let me know once|let me know if this|let me know if that|let me know if it's ok|let me know if i should|let me know if i can proceed|let me know if i can go ahead|let me know if i can continue|let me know if i can start|let me know if i can merge|let me know if i can delete|let me know if i may|let me know whether i|let me know if you want me to proceed|let me know if you'd like me to proceed|let me know so|and let me know",
    "could you tell me|can you tell me|just tell me|tell me which|tell me what|tell me how|tell me whether|tell me if|tell me where|which would you prefer|which do you prefer|your call|your choice|your decision|up to you which|say the word|type yes|confirm and i|confirm so i",
    "awaiting your|await your|waiting for your|waiting on your|wait for your|wait for you|waiting for you|waiting on you|need your|your go-ahead|need you to|need a decision|need to know which|need to know whether|need to know what|before i proceed|before i continue|before proceeding i|once you confirm|once you've decided|once you decide|as soon as you confirm|can you confirm|could you confirm|could you clarify|can you clarify|need clarification|over to you|i have a question|i have some questions|i have a few questions|could you please|i'd like your|would like your",
    "bitte bestätig*|bitte wähl*|bitte entscheid*|bitte gib|bitte geben|bitte sag*|bitte teil*|bitte antwort*|sag mir|sagen sie mir|gib mir bescheid, welche*|gib bescheid, welche*|lass mich wissen, welche*|lassen sie mich wissen, welche*|lass mich wissen, ob ich|gib mir bescheid, ob ich|sag bescheid, ob ich|ich warte auf deine|ich warte auf ihre|warte auf antwort|deine entscheidung|ihre entscheidung|welche variante|welche option|brauche deine|benötige ihre|benötige deine|brauche ihre|wähle eine|wählen sie",
    "veuillez confirmer|veuillez choisir|veuillez préciser|veuillez indiquer|veuillez fournir|merci de confirmer|merci de préciser|merci de choisir|merci d'indiquer|confirmez|choisissez|dites-moi|dis-moi|indiquez-moi|faites-moi savoir lequel*|faites-moi savoir si je peux continuer|faites-moi savoir si je dois|fais-moi savoir si je peux continuer|fais-moi savoir si je dois|faites-moi savoir laquelle*|faites-moi savoir quel*|j'attends votre|j'attends ta|en attente de votre|j'ai besoin de votre|j'ai besoin de ta|à vous de choisir",
    "por favor elige|por favor, elige|por favor indica|por favor, indica|confírmame|confirma si|confirme si|elige una|elija una|dime qué|dime cuál|dime si|díga* cuál|indícame|avísame cuál|avísame si puedo continuar|avísame si puedo proceder|avísame si puedo seguir|avísame si puedo empezar|avísame si procedo|espero tu|espero su|a la espera de tu|a la espera de su|quedo a la espera|necesito tu|necesito su|necesito que me|tú decides|usted decide",
    "por favor, confirm*|por favor confirm*|por favor, escolha|por favor escolha|por favor, informe|por favor, indique|me diga qual|me diga se|me diga como|diga-me|me avise qual|me avise se posso continuar|me avise se posso prosseguir|me avise se posso começar|me diga se posso continuar|me diga se posso prosseguir|me diga se posso começar|escolha uma|aguardo sua|aguardo a sua|aguardando sua|aguardo seu|preciso da sua|preciso que você|preciso de sua",
    "per favore conferma|per favore, conferma|per favore scegli|conferma se|confermami|scegli una|scegli tra|dimmi quale|dimmi se|dimmi come|fammi sapere quale|fammi sapere come|fammi sapere se devo|fammi sapere se posso procedere|fammi sapere se posso continuare|fammi sapere se posso andare avanti|fammi sapere se posso iniziare|fammi sapere se procedere|fammi sapere se va bene|attendo la tua|attendo una tua|attendo la sua|attendo conferma|in attesa della tua|ho bisogno della tua|ho bisogno che tu|si prega di confermare",
    "пожалуйста, подтверд*|пожалуйста подтверд*|подтвердите|подтверди|пожалуйста, выбер*|выберите|выбери|пожалуйста, уточн*|уточните|уточни|пожалуйста, укаж*|пожалуйста, сообщ*|скажите, как*|скажи, как*|скажите, нужно|дайте знать, как*|дай знать, как*|напишите, как*|пришлите|предоставьте|отправьте мне|передайте мне|жду вашего|жду твоего|жду ответа|жду подтверж*|жду решения|ожидаю ваш*|нужно ваше|решать вам",
    "请确认|請確認|请选择|請選擇|请告诉我|請告訴我|请告知|請告知|请提供|請提供|请问|請問|请指示|请回复|请决定|请说明|请明确|等待您的|等待你的|等您|等你确认|需要您|需要你的|需要你确认|您希望|你希望|您想|你想要|需要知道|需要确认|需要明确|等你回复|由您决定|由你决定|哪一种|哪个方案|选哪",
    "確認してください|ご確認ください|選んでください|お選びください|選択してください|教えてください|お知らせください|ご指示ください|指示をお願い|ご返信|確認をお願い|ご回答|お待ちして|ご判断|決めてください|ご連絡ください|ご連絡をお願い|お返事|ご希望",
    "확인해 주세요|확인해주세요|선택해 주세요|선택해주세요|알려 주세요|알려주세요|말씀해 주세요|말씀해주세요|결정해 주세요|답변을 기다|확인을 기다|기다리겠습니다|제공해 주세요|지정해 주세요|확인이 필요합니다|승인이 필요합니다|결정이 필요합니다|답변 부탁",
    "bevestig*|laat me weten welke|laat weten welke|kies een|potwierdź*|proszę potwierdz*|proszę wybra*|daj znać, któr*|bekräfta|välj|meddela vilk*|bekreft|bekræft|vælg|vahvista|valitse|potvrďte|vyberte|lütfen onay*|lütfen seç*|lütfen belirt*|hangisini tercih|vui lòng xác nhận|vui lòng chọn|hãy cho tôi biết|silakan pilih|tolong konfirmasi|beri tahu saya|επιβεβαιώστε|επιλέξτε|πείτε μου|confirmați|alegeți|erősítse|válassz*",
    "proszę o potwierdz*|proszę o decyzj*|proszę o wyb*|proszę o odpowied*|proszę o informacj*|proszę o zgod*|proszę o wskaz*|proszę wskaz*|proszę poda*|proszę wybierz|czekam na twoj*|czekam na wasz*|czekam na pan*|czekam na decyzj*|czekam na odpowied*|czekam na potwierdz*|daj mi znać, któr*|daj znać, czy mam|potrzebuję twoj*|potrzebuję wasz*|która opcja|którą opcję wybierasz",
    "belirtin|belirtiniz|belirtir misin*|bildirin|bildiriniz|söyleyin|söyler misin*|onaylayın|onaylayınız|onaylar mısın*|onaylıyor mu*|seçin|seçiniz|karar verin|onayınızı|onayını bekli*|kararınızı|kararını bekli*|yanıtınızı bekli*|cevabınızı bekli*|talimatınızı bekli*|onayınıza ihtiya*",
    "gelieve te|graag uw|graag je|laat me weten of ik|laat mij weten welke|laat mij weten of ik|ik wacht op je|ik wacht op uw|ik wacht op jouw|geef aan welke|geef aan of|jouw beslissing|uw beslissing|väntar på ditt|väntar på din|inväntar ditt|inväntar din|låt mig veta vilk*|låt mig veta om jag|säg till vilk*|vänligen ange|behöver ditt|behöver din|venter på din|venter på ditt|lad mig vide, hvilk*|lad mig vide, om jeg|la meg vite hvilk*|la meg vite om jeg|vennligst|venligst|odotan vahvistus*|odotan päätös*|kerro, kumpi|kerro, mikä",
    "prosím o potvrzení|prosím potvrď*|prosím vyber*|prosím o rozhodnutí|čekám na vaše|čekám na tvé|čekám na tvoje|čekám na potvrzení|čekám na rozhodnutí|dejte mi vědět, kter*|dejte mi vědět, zda|dej mi vědět, kter*|dej mi vědět, zda|upřesněte|várom a|várok a|a megerősítésére várok|vă rog să confirma*|te rog să confirm*|vă rog să aleg*|te rog să aleg*|aștept confirm*|aștept decizi*|aștept răspuns*|spuneți-mi care|spuneți-mi dacă|spune-mi care|spune-mi dacă",
    "vui lòng cho biết|vui lòng cho tôi biết|xin vui lòng|xin xác nhận|xin cho biết|hãy xác nhận|hãy chọn|chờ xác nhận của bạn|chờ quyết định của bạn|đang chờ bạn|tôi chờ bạn|mohon konfirmasi*|mohon pilih|mohon beri tahu|harap konfirmasi*|harap pilih|harap beri tahu|silakan konfirmasi*|menunggu konfirmasi*|menunggu keputusan*|menunggu persetujuan*|menunggu jawaban*|будь ласка, підтверд*|будь ласка, обер*|будь ласка, вкаж*|підтвердьте|підтверди|оберіть|чекаю на ваш*|чекаю на твоє|чекаю на твою|чекаю вашого|чекаю підтвердж*|чекаю на рішення|повідомте, як*|скажіть, як*",
    "necesito saber|preciso saber|j'ai besoin de savoir|il me faut savoir|je dois savoir|muss ich wissen|ich muss wissen|müsste ich wissen|devo sapere|ho bisogno di sapere|mi serve sapere|moet ik weten|ik moet weten|muszę wiedzieć|potrzebuję wiedzieć|мне нужно знать|мне надо знать|мені потрібно знати|behöver jag veta|jag behöver veta|må jeg vite|jeg må vite|skal jeg vide|er jeg nødt til at vide|minun täytyy tietää|minun pitää tietää|potřebuji vědět|potřebuju vědět|bilmem gerekiyor|bilmem lazım|tôi cần biết|saya perlu tahu|tudnom kell|trebuie să știu|πρέπει να ξέρω|χρειάζεται να ξέρω|知る必要があります|알아야 합니다|알아야 해요",
    "يرجى|الرجاء|أخبرني|من فضلك|بانتظار|אנא|בבקשה אשר|ספר לי|कृपया|बताएं|बताइए|โปรด|กรุณา",
]);

/// A sentence that begins so waits for the user as well.
pub static COMMANDS: Phrases = Phrases::new(&[
    "tell me|pick one|pick a|choose one|choose between|choose from|choose which|select one|reply x|reply yes|reply with|respond with|respond x|answer x|answer with|type x|say x|say yes|enter x|confirm and|confirm to|confirm if|confirm whether|i need to know|to go on i need|to continue, i need to know|to proceed, i need to know|to continue i need to know|to proceed i need to know|to go on, i need to know",
]);

/// A request with these is for a decision: it waits for the user, whatever else the text could not do.
pub static DECISIONS: Phrases = Phrases::new(&[
    "confirm*|choose*|pick one|select*|decide|decision|approve*|approval|which|whether",
    "bestätig*|wähl*|entscheid*|choisi*|elige*|elija|escolh*|scegli*|conferma*|подтверд*|выбер*|решит*",
    "确认|確認|选择|選擇|决定|決定|是否|哪|同意|選んで|お選び|決めて|指示|どちら|확인|선택|결정",
]);

/// A sentence that begins so is a question, whatever its mark.
pub static QUESTION_STARTS: Phrases = Phrases::new(&[
    "should i go|should i proceed|should i use|should i keep|shall i|do you want|would you like me to|would you prefer|do you prefer|which do you prefer|which would you|which one would|which option do|which option would|which approach would|which approach do|is it ok if|is it okay if",
]);

/// An offer to do more.
pub static OFFERS: Phrases = Phrases::new(&[
    "would you like|want to|want me to|do you want me to|do you want to|shall i also|should i also|shall i go ahead and|should i go ahead and|shall i commit|should i commit|should i push|shall i push|shall i open|should i open|should i create a pr|shall i create a pr|happy to|i can also|if you'd like|if you want|if you like|let me know if you want me to|let me know if you'd like me to|interested in",
    "soll ich auch|soll ich noch|soll ich außerdem|soll ich das committen|möchtest du, dass ich|möchten sie, dass ich|wenn du möchtest|wenn sie möchten",
    "souhaitez-vous que je|souhaites-tu que je|voulez-vous que je|veux-tu que je|si vous le souhaitez|si tu veux",
    "quieres que|quiere que|deseas que|desea que|te gustaría que|le gustaría que|si quieres|si lo deseas",
    "quer que eu|gostaria que eu|deseja que eu|se quiser|vuoi che|vuole che|desideri che|se vuoi",
    "хотите, чтобы я|хочешь, чтобы я|если хотите|если нужно",
    "需要我|要我再|要不要我|是否需要我|如果需要|如需|必要であれば|必要なら|他に|원하시면|필요하시면|추가로",
    "wil je dat ik|wilt u dat ik|chcesz, żebym|czy chcesz, abym|vill du att jag|vil du have mig til|vil du at jeg|ister misin*",
]);

/// What an offer is about when the work that was asked for is done.
pub static EXTRAS: Phrases = Phrases::new(&[
    "also|as well|too|commit*|push*|merge*|pr|prs|pull request|a ticket|tickets|an issue|linear issue|github issue|follow-up|followup|tests|a test|documentation|docs|readme|changelog|another|next|else|more|further|additional|clean up|squash|rebase|tag|release|deploy|a comment",
    "auch|noch|außerdem|weitere*|aussi|également|encore|d'autres|también|además|más|também|mais|ainda|anche|inoltre|altri|также|ещё|еще|тоже|再|还|還|也|提交|推送|さらに|追加で|他に|また|추가로|더|ook|też|również|också|også|myös|také|nog",
]);

/// What joins two ways.
pub static ALTERNATIVES: Phrases = Phrases::new(&[
    "or|versus|vs|oder|ou|o|u|oppure|или|либо|还是|還是|或者|それとも|または|아니면|혹은|of|lub|czy|eller|tai|nebo|veya|yoksa|hoặc|atau|ή|sau|vagy|أم|או|या|หรือ",
]);

/// What stands above options.
pub static CHOICES: Phrases = Phrases::new(&[
    "would you prefer|would you like|do you want|do you prefer|want me to|should i|should we|shall i|shall we|which one|which of|which option|which approach|which way|which would|which should|which do|choose|pick|options:|your options|the options are|decision needed|question:|questions:|open questions",
    "soll ich|sollen wir|möchtest du|möchten sie|welche*|optionen:|fragen:|voulez-vous|dois-je|préférez-vous|options :|questions :|quieres|prefieres|prefiere|debo|opciones:|preguntas:|quer que|prefere|devo|opções:|perguntas:|vuoi|preferisci|opzioni:|domande:|хотите|варианты:|какой|вопросы:|选项|以下方案|哪|問題|选择|選択肢|どちら|どれ|옵션|선택지|어느|어떤",
]);

/// A question that begins so leaves out whom it asks: "Want to go with that?", "Prefer to:" and the options.
pub static ELLIPTIC: Phrases = Phrases::new(&["want to|wanna|prefer to|care to|rather"]);

/// What is said for politeness, and waits for nothing.
pub static COURTESIES: Phrases = Phrases::new(&[
    "anything else|any other questions|any questions|have questions|any follow-up|further questions|any concerns|any issues|need anything|any changes|any adjustments|further changes|more details|any further|any additional|need help|run into|something else you|want any|like any|need them in|need it in|need more",
    "let me know if you want to|let me know if you'd like to|let me know if something|let me know if there's|let me know if there is|let me know if anything|let me know if you have|let me know if you need|let me know if you encounter|feel free to|don't hesitate|how can i help|what can i help|how may i help|what would you like to do next|what would you like to work on|what's next|what would you like me to help",
    "fragen hast|fragen haben|noch fragen|noch etwas|sonst noch|weitere fragen|bei fragen|kann ich sonst|weitere änderungen",
    "d'autres questions|des questions|autre chose|n'hésitez pas|n'hésite pas|besoin d'autre",
    "alguna pregunta|otra pregunta|algo más|más preguntas|no dudes|no dude|tienes preguntas|tiene preguntas|cualquier duda",
    "alguma dúvida|mais alguma coisa|algo mais|qualquer dúvida|outra coisa|alguma pergunta",
    "altre domande|qualche domanda|altro|hai domande|ha domande|non esitare",
    "есть вопросы|будут вопросы|есть ли вопросы|что-то еще|что-то ещё|что-нибудь еще|что-нибудь ещё|остались вопросы|возникнут вопросы",
    "如需其他|如需更多|如需帮助|如需进一步|如有需要|其他帮助|更多帮助|随时告诉|随时联系|随时提问|お気軽に|お申し付け|ご要望|언제든|还有什么|還有什麼|还有其他|其他问题|其他需要|如有问题|如有疑问|有任何问题|如有任何|有什么问题|他に何か|ほかに何か|ご質問|ご不明|何かあれば|다른 도움|더 필요한|더 도와|궁금한 점|질문이 있|문의",
    "nog vragen|iets anders|coś jeszcze|jakieś pytania|något mer|några frågor|noget andet|mitään muuta|ještě něco|başka bir|olursa|sorunuz|câu hỏi nào|pertanyaan lain|أي أسئلة|κάτι άλλο|altceva|întrebări",
]);

/// A question that begins so and has an answer below is a headline.
pub static HEADLINES: Phrases = Phrases::new(&[
    "what changed|what has changed|what did|what was|what i|what happened|what is this|what does this|what's new|what you get|what you need|what you should|why this|why did|why does|why not|why is|how it works|how does|how do you use|how do i use|how to|how you can|how can i|what this means|what does it|what does that|how did|how was|which files|which file|which tests|which changes|which commands",
    "was hat sich|was wurde|warum|wie funktioniert|pourquoi|comment|qu'est-ce qui|qué cambió|qué ha cambiado|por qué|cómo|o que mudou|por que|como|cosa è cambiato|perché|come funziona|что изменилось|что было|почему|зачем|как это|什么变了|改了什么|为什么|怎么|如何|何が変わ|なぜ|どうして|どのように|무엇이 바뀌|왜|어떻게",
]);

/// A sentence that begins so reports work that is done.
pub static FINISHED: Phrases = Phrases::new(&[
    "done|all done|fixed|implemented|committed|pushed|merged|updated|added|created|removed|deleted|refactored|renamed|replaced|completed|finished|resolved|deployed|installed|migrated|successfully|reverted|rebased|moved|cleaned|built|all set|great, all|perfect",
    "i've fixed|i've implemented|i've added|i've updated|i've created|i've removed|i've committed|i've pushed|i've refactored|i've renamed|i've completed|i've replaced|i've moved|i've written|i've made|i've changed|i've now|i've successfully|i have fixed|i have implemented|i have added|i have updated|i have created|i have completed|i have successfully|i fixed|i added|i updated|i implemented|i created|i removed|i replaced|i changed|i moved|i wrote|i refactored|i renamed|i committed|i pushed",
    "all tests|tests pass|all checks|all unit tests|unit tests|the tests pass|lint clean|everything works|everything passes|the fix is|the feature is|the implementation is|it's done|it's working|it works|works now|the migration is|the refactor is|the refactoring is|the change is|the changes are|implementation complete|both",
    "fertig|erledigt|behoben|umgesetzt|implementiert|ich habe|abgeschlossen|alle tests|hinzugefügt",
    "terminé|fait|c'est fait|c'est terminé|corrigé|j'ai ajouté|j'ai corrigé|j'ai mis|j'ai implémenté|j'ai créé|j'ai modifié|j'ai supprimé|tous les tests",
    "listo|hecho|completado|terminado|corregido|implementado|he añadido|he agregado|he corregido|he actualizado|he implementado|he creado|he eliminado|todas las pruebas|todos los tests",
    "pronto|feito|concluído|corrigido|adicionei|corrigi|atualizei|implementei|criei|removi|todos os testes",
    "fatto|completato|corretto|implementato|ho aggiunto|ho corretto|ho aggiornato|ho implementato|ho creato|ho rimosso|tutti i test",
    "готово|сделано|исправлено|исправил*|добавил*|обновил*|реализовал*|создал*|удалил*|я исправил*|я добавил*|все тесты",
    "完成|已完成|已修复|已添加|已实现|已更新|已创建|已删除|我已|修复完成|搞定|全部完成|所有测试|完了|修正しました|追加しました|実装しました|更新しました|作成しました|すべてのテスト|완료|수정했|추가했|구현했|업데이트했|생성했|모든 테스트",
    "klaar|gereed|gotowe|zrobione|klart|färdigt|färdig|ferdig|færdig|valmis|hotovo|tamamlandı|xong|đã hoàn thành|selesai|έτοιμο|gata|kész",
]);

/// What tells of a list that it is part of the work.
pub static HANDLED: Phrases = Phrases::new(&[
    "i added|i've added|i have added|added|i wrote|i've written|wrote|translated|created|documented|answered|covered|inserted|included|replaced|renamed|extracted|now contains|now has|now covers|now answers",
    "hinzugefügt|ergänzt|geschrieben|übersetzt|angelegt|eingetragen|aufgenommen|beantwortet|ersetzt|enthält jetzt|ajouté*|rédigé*|écrit*|traduit*|créé*|répondu|remplacé*|contient maintenant|contient désormais",
    "añadí|añadid*|agregué|agregad*|he escrito|escribí|escrit*|redacté|redactad*|traducid*|traduje|cread*|creé|contiene ahora|adicionei|adicionad*|acrescentei|escrevi|traduzi*|criei|criad*|agora contém|aggiunt*|scritt*|tradott*|creat*|inserit*|ora contiene",
    "добавил*|добавлен*|написал*|написан*|перевел*|перевёл|переведен*|создал*|создан*|ответил*|dodałem|dodałam|dodan*|napisał*|napisan*|przetłumaczy*|przetłumaczon*|uzupełni*|utworzy*|toegevoegd|geschreven|vertaald|lade till|tillagd*|skrev|översatt*|tilføj*|lagt til|eklendi|ekledim|yazdım|çevrildi|çevirdim|přidal*|přidán*|adăugat",
    "已添加|添加了|新增了|写了|翻译了|已翻译|增加了|追加しました|書きました|翻訳しました|作成しました|추가했|작성했|번역했",
]);

/// What says of a list that it is not settled.
pub static STILL_OPEN: Phrases = Phrases::new(&[
    "open|need*|remain*|pending|decide|decision*|unclear|before i|left|for you|offen*|brauche|benötige|unklar*|entscheid*|ouvert*|besoin|reste*|décid*|abiert*|necesit*|pendient*|quedan|decid*|precis*|abert*|apert*|serv*|открыт*|нужно|осталось|otwart*|potrzeb*|nodig|öppn*|åbne|belirsiz|待|需要|未|確認|필요",
]);

/// A sentence with these says that it did not work out.
pub static GAVE_UP: Phrases = Phrases::new(&[
    "i could not|i couldn't|i was unable to|i wasn't able to|i was not able to|i am unable to|i'm unable to|i'm not able to|i am not able to|i haven't been able to|i have not been able to|i've been unable to|i have been unable to|we were unable to|we could not|we couldn't|i did not manage to|i didn't manage to|i failed to|i've failed to|i have failed to|i never managed to|i never got",
    "i can't|i cannot|i can not",
    "i don't have access|i do not have access|i don't have permission|i do not have permission|i don't have the|i do not have the|i don't have enough|i do not have enough|i don't have a way|i do not have a way|i don't have credentials|i have no access|i have no way|i had no way|i lack the|i lack access|no access to the|i had no access|i didn't have access|i did not have access",
    "i had to guess|i guessed|i'm guessing|i am guessing|i made a guess|my best guess|i had to assume|i assumed|is a guess|are guesses|is guesswork|i gave up|i give up|i'm giving up|i am giving up|i'm stuck|i am stuck|i got stuck|i ran out of|i've run out of|i'm out of ideas|out of ideas",
    "i need access|i need the|i need credentials|i need permission|i need more information|i need more context|i need additional|i would need|i'd need|i'll need|i need your api|i need an api|i need a valid|i do not know why|i don't know why|i do not know how|i don't know how|i'm not sure why|i have no idea why|unclear to me why",
    "i've hit a wall|i have hit a wall|i hit a wall|hit a dead end|reached a dead end|could only work around|only worked around it|only worked around the|nur umgehen können|konnte es nur umgehen|konnte ihn nur umgehen|n'ai pu que contourner|solo pude sortear|solo he podido esquivar|só consegui contornar|potuto solo aggirare|удалось только обойти|只能绕过|只能绕开|回避することしか",
    "i was not successful|i wasn't successful|i have not been successful|i haven't been successful|i was unsuccessful|my attempts were unsuccessful|bug remains|bug still remains|crash remains|failure remains|problem persists|issue persists|error persists|bug persists|failure persists|problem remains|error remains|issue remains|error is still|problem is still|bug is still|issue is still|failure is still|crash is still|still occurs|still happens|still don't pass|still do not pass|still doesn't pass|stopped there|stopped here|i stopped|isn't something i can|is not something i can|did not find a way|didn't find a way|found no way|could not find a way|no way for me to|not possible to finish|not possible to run|not possible to proceed|not possible to verify|not possible to test|not possible to fix|not possible to install|not possible to reach|not possible for me|beyond what i can|still fails|still failing|still fail|still broken|still crashes|still does not work|still doesn't work|still not working|still red|remains red|remain red|remains failing|remain failing|was refused|were refused|remains unresolved|remain unresolved|remains broken|is not fixed|isn't fixed|not fixed yet|not yet fixed|is not working yet|remains unfixed|is still open and i|could not be fixed|could not be completed|could not be verified|could not be tested|could not be run|could not be executed|couldn't be verified|couldn't be completed|couldn't be run|couldn't be tested|couldn't be fixed|could not be resolved|could not be reached|could not be installed|could not be reproduced|was not able to be|unable to complete|unable to proceed|unable to continue|unable to verify|unable to finish|cannot proceed|can't proceed|cannot continue without|can't continue without|can't be done without|cannot be done without|not possible to complete|not possible to continue|impossible to complete|impossible without",
    "work is blocked|i'm blocked|i am blocked|blocked by a|blocked by the|blocked by missing|blocked on|is blocked until|was blocked|is blocked by|was denied|were denied|was rejected by the user|remains untested|remains unverified|have not verified|haven't verified|has not been verified|hasn't been verified|not been tested|did not finish|didn't finish|did not complete the|i had to stop|i'm stopping here|i am stopping here|stopping here because|remains incomplete|is incomplete because|only partially|without success|to no avail|no luck|nothing worked|none of them worked|none of this worked|did not help|didn't help",
    "konnte ich nicht|konnte ich leider nicht|konnte nicht|konnte leider nicht|kann ich nicht|kann ich leider nicht|ist mir nicht gelungen|gelang mir nicht|gelang es mir nicht|nicht gelungen|ich habe keinen zugriff|keinen zugriff|keine berechtigung|ich musste raten|geraten|ich weiß nicht, warum|ich weiß nicht, wie|weiß nicht weiter|ich komme nicht weiter|komme nicht weiter|schlägt weiterhin fehl|schlägt immer noch fehl|schlagen weiterhin fehl|schlagen immer noch fehl|leider nicht|nicht möglich|ich benötige zugriff|ich brauche zugriff|blockiert durch|aufgegeben",
    "je n'ai pas pu|je n'ai pas réussi|je n'ai pas été en mesure|je n'arrive pas|je ne peux pas|je ne suis pas en mesure|je ne parviens pas|je n'y suis pas parvenu|je n'ai pas accès|je n'ai pas les droits|j'ai dû deviner|j'ai deviné|je ne sais pas pourquoi|impossible de|échoue toujours|échouent toujours|échoue encore|je suis bloqué|bloqué par|j'ai besoin d'un accès|j'ai besoin de l'accès|j'abandonne|sans succès",
    "no pude|no he podido|no puedo|no logré|no he logrado|no he conseguido|no conseguí|no es posible|no fue posible|no ha sido posible|no me fue posible|no tengo acceso|no tengo permiso*|tuve que adivinar|he tenido que adivinar|no sé por qué|sigue fallando|siguen fallando|todavía falla|estoy bloqueado|bloqueado por|necesito acceso|me rindo|sin éxito",
    "não consegui|não é possível|não foi possível|não posso|não pude|não consigo|não tenho acesso|não tenho permissão|tive que adivinhar|tive de adivinhar|não sei por que|não sei porque|continua falhando|continuam falhando|ainda falha|ainda falham|estou bloqueado|preciso de acesso|desisto|sem sucesso",
    "non sono riuscito|non sono riuscita|non ho potuto|non posso|non riesco|non è possibile|non è stato possibile|non ho accesso|non ho i permessi|ho dovuto indovinare|non so perché|fallisce ancora|falliscono ancora|continua a fallire|continuano a fallire|sono bloccato|bloccato da|ho bisogno dell'accesso|ho bisogno di accesso|mi arrendo|senza successo",
    "не удалось|не смог|не смогла|не получилось|не получается|не могу|у меня нет доступа|нет доступа к|нет прав|пришлось угадывать|пришлось гадать|пришлось предположить|не знаю, почему|не знаю почему|всё ещё падает|все еще падает|всё ещё падают|все еще падают|по-прежнему падает|по-прежнему падают|всё ещё не работает|по-прежнему не работает|заблокирован*|мне нужен доступ|сдаюсь|безуспешно",
    "无法|無法|没有办法|沒有辦法|未能|没能|沒能|没有权限|沒有權限|没有访问权限|不知道为什么|不知道原因|猜测|猜測|只能猜|仍然失败|仍然失敗|还是失败|依然失败|仍未解决|没有成功|未成功|被阻塞|被拒绝|需要访问权限|放弃了|暂时放弃|只好放弃|不得不放弃|放棄了|还没有解决|尚未解决|尚未解決|不清楚下一步|不知道下一步|不知道该怎么|不知道怎么|无从下手|做不到",
    "できません|出来ませんでした|できなかった|権限がありません|アクセスできません|アクセス権がありません|推測しました|推測で|わかりません|分かりません|まだ失敗し|依然として失敗|失敗したまま|解決できて|ブロックされ|行き詰ま|諦め|進められません|続けられません|見つけられません|見つかりませんでした|直せません|うまくいきませんでした|拒否されました",
    "못했습니다|수 없습니다|수 없었습니다|수 없어|중단했습니다|하지 못|권한이 없|접근 권한|추측했|추측입니다|이유를 모르|모르겠습니다|여전히 실패|아직 실패|해결되지 않|실패했습니다|막혀|거부되었|포기",
    "luovutin|luovutan|annoin periksi|en saanut|en osannut|en ehtinyt|feladtam|feladom|elakadtam|nem sikerült|nem tudtam|jag gav upp|jag ger upp|jag fastnade|jag hann inte|jeg ga opp|jeg gir opp|jeg gav op|jeg giver op|jeg rakk ikke|jeg nåede ikke|opgegeven|ik geef het op|ik zit vast|poddaję się|poddałem się|poddałam się|nie zdążył*|utknąłem|utknęłam|vzdávám to|vzdal jsem|vzdala jsem|nestihl jsem|vzdávam|nepodarilo sa|nedokázal*|pes ettim|vazgeçtim|bitiremedim|tamamlayamadım|çözemedim|çözülemedi|düzeltilemedi|düzeltemedim|am renunțat|renunț|nu am reușit|nu am terminat|m-am blocat",
    "i only got|i got only|i only managed|i managed only|nur geschafft|nur hinbekommen|n'ai réussi que|solo logré|solo conseguí|só consegui|riuscito solo|riuscita solo|успел только|успела только|udało mi się tylko|не справился|не справилась|не осилил*|vẫn chưa giải quyết|chưa giải quyết được|chưa khắc phục|τα παράτησα|εγκατέλειψα|δεν τα κατάφερα|tôi bỏ cuộc|chưa sửa được|không sửa được|saya menyerah|belum berhasil|gagal memperbaiki|здаюся|не вдалося|не зміг|не змогла|не успях|отказах се|не можах|нисам успео|нисам успела|одустајем|nisam uspio|nisam uspjela|nisam uspeo|nisam uspela|odustajem|ni mi uspelo|nisem uspel*|andsin alla|ei õnnestunud|nepavyko|pasiduodu|neizdevās|padodos|no he pogut|no ha estat possible|ויתרתי|استسلمت|تعذر|لم ينجح|لم تنجح|نتوانستم|موفق نشدم|हार मान|नहीं हो पाया|পারিনি|ยอมแพ้|ไม่สำเร็จ",
    "niet gelukt|kon ik niet|ik kan niet|geen toegang|nie udało|nie mogę|nie mogłem|brak dostępu|nie mam dostępu|lyckades inte|kunde inte|jag kan inte|kunne ikke|jeg kan ikke|ikke mulig|en pystynyt|ei onnistunut|nepodařilo se|se nepodařilo|se mi nepodařilo|nemohu|nemám přístup|yapamadım|edemedim|çalıştıramadım|başaramadım|mümkün olmadı|erişimim yok|không thể|không có quyền|tidak dapat|tidak bisa|tidak berhasil|tidak punya akses|δεν μπόρεσα|δεν κατάφερα|δεν έχω πρόσβαση|nu am putut|nu am acces|لم أتمكن|لم أستطع|لا أستطيع|לא הצלחתי|אין לי גישה|नहीं कर सका|नहीं कर पाया|ไม่สามารถ",
]);

/// A sentence with the first and the second of a pair does as well.
pub static GAVE_UP_PAIRS: [(Phrases, Phrases); 5] = [
    (
        Phrases::new(&["ich konnte|ich kann|konnte ich|kann ich|konnten nicht|konnte der|konnten die"]),
        Phrases::new(&["nicht|kein*|leider"]),
    ),
    (
        Phrases::new(&[
            "ik kon|ik kan|kon ik|jag kunde|kunde jag|jag kan|jeg kunne|kunne jeg|jeg kan|en voinut|en saanut",
        ]),
        Phrases::new(&["niet|geen|inte|ingen|inga|ikke|ingen|ei|en"]),
    ),
    (
        Phrases::new(&["je n'ai|je ne|je n'y|nous n'avons"]),
        Phrases::new(&["pas pu|pas réussi|parviens|arrive pas|peux pas|pas accès|pas trouvé de"]),
    ),
    (
        Phrases::new(&["ich komme|komme ich|ich weiß|weiß ich"]),
        Phrases::new(&["nicht weiter|nicht mehr weiter|keinen rat"]),
    ),
    (Phrases::new(&["ließ sich|ließen sich"]), Phrases::new(&["nicht"])),
];

/// A sentence that begins so does as well.
pub static GAVE_UP_STARTS: Phrases = Phrases::new(&[
    "unable to|could not|couldn't|cannot|can't|failed to|not able to|blocked|blocker|unfortunately, i|unfortunately i|unfortunately, the|sorry, i|sorry, but i|i'm sorry, but|i'm sorry, i|i am sorry, but|i apologize, but|without access|without the|without a|without credentials|not verified|unverified|not tested|untested|not done|incomplete|i tried|i attempted",
]);

/// A sentence with these, or with these in the next one, got over it.
pub static OVERCOME: Phrases = Phrases::new(&[
    "at first|at the first|initially|originally|earlier|previously|before the fix|before this|until i|but then|but now|but after|eventually|then fixed|then i found|then found|your go-ahead|your approval|your permission|your confirmation|your decision|no longer|is fixed now|now passes|now pass|now works|now work|works now|so i used|so i switched|so i instead|so instead|instead i used|solved it by|worked around|managed to|is resolved now|is now resolved|is now fixed|fixed it|fixed that|never again|any more|anymore|i could not have",
    "wcześniej|najpierw|początkowo|na początku|teraz działa|już działa|ale potem|w końcu|önceden|ilk başta|başlangıçta|ama sonra|ama şimdi|sonunda|artık|şimdi çalışıyor|eerst|aanvankelijk|maar nu|först|till slut|nejdřív|původně|ale teď|nyní funguje|eleinte|most már|inițial|acum funcționează|ban đầu|nhưng bây giờ|awalnya|sekarang sudah|спочатку|але потім|тепер працює",
    "zunächst|anfangs|zuerst|am anfang|inzwischen|jetzt behoben|doch noch|aber dann|keine weiteren|d'abord|au début|au départ|mais ensuite|finalement|désormais|aucune autre|al principio|inicialmente|pero luego|finalmente|ahora funciona|ningún otro|no início|a princípio|mas depois|agora funciona|nenhum outro|all'inizio|inizialmente|ma poi|alla fine|ora funziona|nessun altro|сначала|поначалу|изначально|но потом|но затем|в итоге|теперь работает|больше не|起初|一开始|最初|后来|现在已经|不再|现在可以|避免|以防|最終的に|その後|当初|もう|처음에는|결국|이제는|더 이상",
]);

/// A sentence with these speaks of something else.
pub static NO_EXCUSE: Phrases = Phrases::new(&[
    "break it|break this|make it fail|make it crash|get it to fail|get it to crash|crash it|fool it|the only thing i can't|the only thing i cannot|the only thing i could not|guess by|guess of|guess from|guessed by|reproduzir mais|reproducir más|plus reproduire|mehr reproduzieren|mehr nachstellen|mehr feststellen",
    "find any|see any|spot any|identify any|detect any|found any|think of any|find anything|see anything|find other|find another|find more|find a single|find further|locate any other|reproduce it anymore|reproduce the issue anymore|reproduce it any more|fault|agree more|help but|nothing still|no tests still|none still|not blocked|isn't blocked|nothing is blocked|unblocked|was blocked by|that blocked|i needed the|if i don't|if i can't|when i couldn't|users couldn't|user couldn't|why i couldn't|successfully|failed to load|without changing|without breaking|without the need|without a single",
    "i can't recommend|i cannot recommend|i can't overstate|i cannot overstate|i can't stress|i cannot stress|i can't emphasize|i cannot emphasize|i can't say|i cannot say|i can't think|i cannot think|i can't promise|i cannot promise|i can't guarantee|i cannot guarantee|i can't speak to|i cannot speak to|i can't rule out|i cannot rule out|can't wait|can't imagine|cannot imagine|can't go wrong|can't be sure that no",
]);

/// A sentence with the first and the second of a pair got over it as well: what failed is gone.
pub static OVERCOME_PAIRS: [(Phrases, Phrases); 1] = [(
    Phrases::new(&[
        "reproduce*|reproduz*|reproduc*|reproduire|riprodurre|reproduzieren|nachstellen|odtworzyć|воспроизв*|再现|復現|复现|再現|재현|trigger*|provoke*",
    ]),
    Phrases::new(&[
        "after the fix|after my fix|after this fix|since the fix|with the fix|after the change|with the change|depois da correção|após a correção|tras la corrección|tras el arreglo|después de la corrección|después del arreglo|après la correction|après le correctif|nach der korrektur|nach dem fix|nach der änderung|dopo la correzione|po poprawce|po zmianie|düzeltmeden sonra|после исправления|修复后|修正後|수정 후",
    ]),
)];

/// Words before an announcement.
pub const INTERJECTIONS: &[&str] = &[
    "okay",
    "ok",
    "great",
    "good",
    "perfect",
    "excellent",
    "alright",
    "right",
    "so",
    "and",
    "now",
    "next",
    "first",
    "then",
    "finally",
    "also",
    "interesting",
    "hmm",
    "wait",
    "actually",
    "but",
    "gut",
    "also",
    "jetzt",
    "bien",
    "bon",
    "bueno",
    "vale",
    "bom",
    "bene",
    "allora",
    "хорошо",
    "отлично",
    "итак",
    "теперь",
    "сейчас",
    "好的",
    "现在",
    "接下来",
    "首先",
    "然后",
    "では",
    "それでは",
    "次に",
    "まず",
    "이제",
    "먼저",
    "다음으로",
];

/// What tells the user that a request was understood.
#[rustfmt::skip]
pub const ACKNOWLEDGEMENTS: [&str; 77] = [
    "understood", "sure thing", "sure", "of course", "certainly", "absolutely", "got it", "no problem", "yes",
    "you're right", "you are right", "verstanden", "alles klar", "klar", "natürlich", "in ordnung", "einverstanden",
    "compris", "entendu", "d'accord", "bien sûr", "entendido", "claro", "de acuerdo", "por supuesto", "perfecto",
    "perfeito", "capito", "certo", "va bene", "d'accordo", "ricevuto", "понял", "поняла", "понятно", "ясно",
    "конечно", "begrepen", "duidelijk", "rozumiem", "jasne", "oczywiście", "förstått", "uppfattat", "forstået",
    "forstått", "selvfølgelig", "anladım", "tamam", "tabii", "elbette", "了解しました", "承知しました", "承知いたしました", "かしこまりました",
    "わかりました", "分かりました", "明白了", "明白", "收到", "了解", "没问题", "知道了", "알겠습니다", "네", "물론입니다", "ok", "okay", "gut", "bien",
    "vale", "bene", "bon", "хорошо", "好的", "好", "はい",
];

/// What says of an action that it follows now.
pub static AT_ONCE: Phrases = Phrases::new(&[
    "right away|right now|immediately|at once|straight away|in a moment|sofort|gleich|umgehend|tout de suite|immédiatement|à l'instant|sur-le-champ|ahora mismo|enseguida|de inmediato|inmediatamente|ya mismo|agora mesmo|imediatamente|de imediato|subito|immediatamente|adesso|all'istante",
    "сейчас|немедленно|сразу|od razu|natychmiast|zaraz|meteen|onmiddellijk|direct|direkt|genast|omedelbart|med en gång|med det samme|straks|umiddelbart|hemen|derhal|şimdi|ngay|segera",
    "马上|馬上|立即|立刻|这就|這就|すぐに|ただちに|直ちに|今すぐ|바로|즉시|곧",
]);

/// What stands for an announcement, behind an acknowledgement.
pub static WILL_DO: Phrases = Phrases::new(&[
    "will do|on it|i'm on it|doing it|mache ich|mach ich|wird gemacht|wird erledigt|je m'en occupe|je le fais|lo hago|me pongo|me encargo|faço isso|vou fazer|lo faccio|ci penso|me ne occupo|сделаю|делаю|займусь|zrobię|robię|doe ik|ga ik doen|det gör jag|jeg gør det|jeg gjør det|yapıyorum|yaparım|hallediyorum|照做|我来|対応します|やります|하겠습니다",
]);

/// What begins an announcement in English.
pub const ENGLISH_ANNOUNCING: &str = "let me|let's|i'll|i will|i'm going to|i am going to|i'm about to|i'm now|i am now|we'll now|we will now|i need to run|i need to check|i need to look|i need to fix|i need to update|i should now|i still need to|next step is to|the next step is to|my next step|time to|now running|now checking|now fixing|now updating|now testing|now building|now adding|now implementing|now creating|now writing|now let|now i'll|now i will|now for|next i'll|next, i|next up|moving on to|proceeding to|proceeding with|continuing with|starting with|on to the|going to";

/// A sentence that begins so announces an action.
pub static ANNOUNCING: Phrases = Phrases::new(&[
    ENGLISH_ANNOUNCING,
    "lass mich|lassen sie mich|ich werde|ich führe|ich starte|ich prüfe|ich schaue|ich beginne|nun werde ich|nun führe ich|jetzt werde ich|jetzt führe ich|jetzt prüfe ich|jetzt starte ich|als nächstes|im nächsten schritt|werde ich|führe ich|prüfe ich|schauen wir",
    "je vais|maintenant, je|maintenant je|laissez-moi|laisse-moi|passons à|ensuite, je|voyons|je lance|je commence|je vérifie",
    "voy a|ahora voy|ahora vamos|déjame|permíteme|a continuación|procederé|ejecutaré|ahora ejecuto|comenzaré|revisaré",
    "vou|agora vou|vamos|deixe-me|deixa-me|a seguir|em seguida|irei|agora irei|executarei",
    "ora eseguo|ora procedo|adesso|fammi|lasciami|lascia che|vado a|procedo|procederò|eseguirò|ora controllo|ora verifico|passo a|ora vediamo",
    "давайте|давай|я запущу|я проверю|я сейчас|сейчас я|теперь я|теперь запущу|запущу|проверю|посмотрю|перейду к|начну с|приступаю|запускаю|проверяю|далее",
    "让我|讓我|现在我来|现在我将|现在我会|现在让我|现在来|我现在|現在我來|我将|我將|我来|我會|我会|我先|接下来|接著|下一步|现在开始|开始运行|下面我|次に|これから|では、|それでは|続いて|今から|まずは|이제|다음으로|먼저|지금부터|확인해 보겠|실행해 보겠|진행하겠",
    "laat me|laat ik|ik ga|nu ga ik|pozwól|teraz|następnie|uruchomię|sprawdzę|låt mig|nu ska jag|jag ska|la meg|nå skal jeg|lad mig|nu vil jeg|seuraavaksi|nyt|nyní|teď|dále|şimdi|bir sonraki|bây giờ|tiếp theo|để tôi|sekarang|selanjutnya|biarkan saya|τώρα θα|ας|acum|să verific|most|következő",
]);

/// An announcement with these depends on somebody else.
pub static CONDITIONS: Phrases = Phrases::new(&[
    "if|unless|once you|when you|whenever|after you|until you|as soon as you|should you|in case|on request|when needed|wenn|falls|sobald|si quieres|si lo|si quiere|si vous|si tu|si le|lorsque|dès que|cuando|se quiser|se você|se preferir|se vuoi|se desideri|quando|если|когда|如果|一旦|当您|もし|場合|되면|으면|시면|하면|경우|als je|als u|jeśli|gdy|om du|om ni|när|hvis|jos|pokud|eğer|nếu|jika|εάν|αν|dacă|ha szeretn*",
]);

/// What begins as an announcement does, and is none.
pub static NO_ACTION: Phrases = Phrases::new(&[
    "let me know|let me explain|let me summarize|let me be clear|let you know|i'll be here|i'll be happy|i will be happy|i'll be glad|i will be glad|i'd be|i will gladly|i'll gladly|i'll wait|i will wait|i'll leave|i will leave|i'll stop|i will stop|i'll keep|i will keep|i'll remember|i'll assume|i will not|i won't|i'll not|i'm going to stop|i'll hold|i'll stand by|standing by|i'll let|i'll follow|i'll skip|i'm now done|i am now done|i'm now confident|going forward|i'm now finished|let's discuss|i'll defer|i'll use that|i will use that|i'll report|i'll notify|i'll tell you|in future|in the future|from now on|next time",
    "in zukunft|künftig|zukünftig|ab jetzt|ab sofort|von nun an|beim nächsten mal|à l'avenir|désormais|dorénavant|la prochaine fois|en adelante|a partir de ahora|en el futuro|la próxima vez|a partir de agora|daqui em diante|doravante|no futuro|da próxima vez|d'ora in poi|in futuro|la prossima volta|впредь|в будущем|отныне|в следующий раз|voortaan|in het vervolg|od teraz|odtąd|w przyszłości|następnym razem|från och med nu|i fortsättningen|fremover|bundan sonra|gelecekte|从现在起|以后|今后|下次|今後|次回から|これからは|다음부터",
    "lass mich wissen|lassen sie mich wissen|ich werde warten|ich warte|faites-moi savoir|laissez-moi savoir|je vais attendre|j'attends|déjame saber|esperaré|me avise|vou esperar|vou aguardar|fammi sapere|aspetterò|attendo|дайте знать|подожду|сообщу|告诉我|等待|我会等|告诉你|告訴我|お待ち|기다리|앞으로|주의하겠|기억하겠|알려드리|알려 드리|말씀드리|말씀 드리|보고드리|보고하겠|도와드리|도와 드리|설명드리|안내",
]);

/// What a line before a promise says when it only announces or denies it.
pub static NOT_PROMISED: Phrases = Phrases::new(&[
    "not|cannot|can't|won't|don't|will|would|once|when|until|after|before|unless|yet|later|output|if|nicht|erst|wenn|werde|sobald|pas|quand|lorsque|ne|no|cuando|hasta|não|quando|até|non|finché|не|когда|пока|после|不|未|尚|后|まだ|ない|たら|아직|않|면",
]);

/// Words that turn a sentence into its opposite: "it does not fail as expected".
pub static DENIALS: Phrases = Phrases::new(&[
    "not|cannot|can't|don't|doesn't|didn't|isn't|never|nicht|kein*|pas|aucun*|plus|no|ningún|ninguna|não|nenhum*|non|nessun*|не|ні|niet|geen|nie|żadn*|ne|žádn*|inte|ingen|inga|ikke|ei|yok|không|tidak",
]);
