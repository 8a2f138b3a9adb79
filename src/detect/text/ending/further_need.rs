//! Whether a sentence asks to be told only in case that something more is needed: "如需调整，请告诉我".

use crate::detect::text::phrases::Phrases;

/// How one language says that something depends, and what is needed or wrong then. A mere wish is none: "if you want them
/// deleted" leaves it to the user. Where one word says both, there is none of the second.
struct Row {
    conditions: Phrases,
    needs: Option<Phrases>,
}

#[rustfmt::skip]
static TABLE: [Row; 20] = [
    Row { conditions: Phrases::new(&["wenn|falls|sofern"]), needs: Some(Phrases::new(&["brauchst|brauchen|benötig*|nötig|gebraucht|etwas|fehlt|auffällt|problem*|weitere*|ander*"])) },
    Row { conditions: Phrases::new(&["bei bedarf|bei problemen|bei rückfragen|si besoin|au besoin|en cas de besoin|en cas de problème|en caso necesario|si es necesario|si hace falta|se necessário|caso precise|se serve altro|in caso di necessità|in caso di problemi|при необходимости|за потреби|w razie potrzeby|w razie pytań|v případě potřeby|indien nodig|vid behov|ved behov|gerekirse|szükség esetén|khi cần|dacă este nevoie|tarvittaessa"]), needs: None },
    Row { conditions: Phrases::new(&["si"]), needs: Some(Phrases::new(&["besoin|quelque chose|autre|autres|problème|problèmes"])) },
    Row { conditions: Phrases::new(&["si|en caso de que"]), needs: Some(Phrases::new(&["necesitas|necesita|necesitan|algo|otro|otra|otros|otras|problema|problemas"])) },
    Row { conditions: Phrases::new(&["se|caso"]), needs: Some(Phrases::new(&["precisar|precisa|precisares|algo|outro|outra|outros|outras|problema|problemas"])) },
    Row { conditions: Phrases::new(&["se"]), needs: Some(Phrases::new(&["serve|servono|hai bisogno|ha bisogno|qualcosa|altro|altra|altri|altre|problemi"])) },
    Row { conditions: Phrases::new(&["если"]), needs: Some(Phrases::new(&["нужно|нужна|нужен|нужны|понадоб*|потребу*|возникн*|будут|что-то|что-нибудь|друг*|ещё|еще"])) },
    Row { conditions: Phrases::new(&["якщо"]), needs: Some(Phrases::new(&["потрібно|потрібна|потрібен|потрібні|знадоб*|виникн*|будуть|щось|інш*"])) },
    Row { conditions: Phrases::new(&["jeśli|jeżeli|gdyby"]), needs: Some(Phrases::new(&["potrzeb*|coś|inn*|problem*|pojawi*"])) },
    Row { conditions: Phrases::new(&["pokud|kdyby|ak"]), needs: Some(Phrases::new(&["potřeb*|něco|jin*|další*|problém*|potrebuj*|niečo"])) },
    Row { conditions: Phrases::new(&["als|indien|mocht"]), needs: Some(Phrases::new(&["nodig|iets|andere|problemen"])) },
    Row { conditions: Phrases::new(&["om|hvis|dersom"]), needs: Some(Phrases::new(&["behöver|något|annat|fler|problem|trenger|noe|annet|flere|brug for|noget|andet|problemer"])) },
    Row { conditions: Phrases::new(&["jos|ha|dacă|αν|εάν"]), needs: Some(Phrases::new(&["tarvits*|jotain|muuta|ongelm*|szükség*|valami|más|probléma|nevoie|ceva|alt*|probleme|χρειαστ*|χρειάζ*|κάτι|άλλ*|πρόβλημα"])) },
    Row { conditions: Phrases::new(&["ihtiyacınız olursa|ihtiyacın olursa|ihtiyaç olursa|gerekiyorsa|sorun olursa|sorun varsa|bir şey olursa"]), needs: None },
    Row { conditions: Phrases::new(&["nếu"]), needs: Some(Phrases::new(&["cần|có|gặp|vấn đề|câu hỏi|thêm|khác"])) },
    Row { conditions: Phrases::new(&["kalau|jika|bila|apabila|seandainya|andai"]), needs: Some(Phrases::new(&["ada|perlu|diperlukan|butuh|membutuhkan|memerlukan|masalah|pertanyaan|kendala|lain"])) },
    Row { conditions: Phrases::new(&["如果|如需|如有|如要|如遇|若需|若有|若要|若遇|若您|若你|若还|若還|若仍|要是|假如|倘若|有需要"]), needs: Some(Phrases::new(&["需|有|发现|發現|遇到|问题|問題|疑问|疑問|其他|更多|别的"])) },
    Row { conditions: Phrases::new(&["あれば|ありましたら|ございましたら|有れば|必要な場合|必要なら|必要であれば|必要でしたら|必要になれば|必要になったら|必要となれば|ある場合|見つかれば|気になる"]), needs: None },
    Row { conditions: Phrases::new(&["있으면|있으시면|있다면|있을 경우|생기면|발생하면|필요하면|필요하시면|필요하다면|필요한 경우|필요할 경우|궁금하"]), needs: None },
    Row { conditions: Phrases::new(&["यदि|अगर|หาก|ถ้า|إذا|إن|في حال|אם|במידה|اگر|در صورت"]), needs: Some(Phrases::new(&["चाहिए|ज़रूरत|जरूरत|आवश्यक|समस्या|सवाल|प्रश्न|จำเป็น|ปัญหา|คำถาม|เพิ่ม|อื่น|احتجت|احتجتم|بحاجة|لديك|مشكلة|آخر|أخرى|צריך|צריכה|תצטרך|דרוש|משהו|בעיה|שאלות|نیاز|لازم|مشکل|سؤال|سوال|دیگر"])) },
];

/// With these, the work itself waits for the answer: a decision, or what is to be handed over.
#[rustfmt::skip]
static BLOCKING: Phrases = Phrases::new(&[
    "dass ich|que je|que eu|che io|quieres que|quiere que|queres que|quer que|vuoi che|vuole che|чтобы я|щоб я|żebym|abych|dat ik|att jag|at jeg|需要我|要我|让我|讓我|weitermach*|fortfahr*|bevor ich|bestätig*|entscheid*|confirm*|approuv*|aprob*|aprov*|continuer|poursuivre|avant que je|avant de|continúe|continuar|seguir|proceder|proceda|antes de|prosseguir|prossiga|proseguire|procedere|procedo|prima di|conferm*|продолж*|подтверд*|прежде чем|перед|підтверд*|kontynu*|potwierdź*|pokrač*|potvrď*|doorga*|verderga*|bevestig*|fortsätt*|fortsett*|fortsæt*|bekräft*|devam|onay*",
    "tiếp tục|xác nhận|tiến hành|lanjut*|melanjutkan|konfirmasi*|setuju|继续|繼續|确认|確認|批准|同意|提供|决定|決定|选择|選擇|是否|进行下一步|続け|続行|進め|承認|提供|送って|確認して|ご確認|계속|진행|승인|확인해|제공|보내|결정|선택|जारी|पुष्टि|ดำเนินการต่อ|ยืนยัน|أكمل|المتابعة|تأكيد|تأكد|להמשיך|לאשר|ادامه|تأیید|تایید",
]);

/// Whether a folded sentence, which asks for something, does so only then.
pub(super) fn is_for_further_need(folded: &str) -> bool {
    let depends =
        |row: &Row| row.conditions.is_in(folded) && row.needs.as_ref().is_none_or(|needs| needs.is_in(folded));
    !BLOCKING.is_in(folded) && TABLE.iter().any(depends)
}

#[cfg(test)]
mod tests {
    use crate::detect::text::ending::Ending;

    #[test]
    fn what_is_asked_in_case_of_need_is_not_waited_for() {
        let mut wrong = Vec::new();
        for text in [
            "캐시를 지웠고 테스트가 통과합니다. 다른 문제가 생기면 알려 주세요.",
            "수정했습니다. 추가로 필요한 사항이 있으면 말씀해 주세요.",
            "已改好，测试通过。如需修改颜色，请告诉我。",
            "已改好。若有問題，請告知。",
            "设置已更新。如果还需要别的格式，请告诉我。",
            "設定を変更しました。修正が必要な場合はお知らせください。",
            "追加しました。気になる点があれば教えてください。",
            "Đã sửa xong. Nếu cần thêm cột, vui lòng cho tôi biết.",
            "बटन अब नीला है। अगर कोई समस्या हो तो कृपया बताएं।",
            "Sudah diperbaiki. Jika perlu kolom lain, beri tahu saya.",
            "แก้ไขเรียบร้อยแล้ว หากต้องการเพิ่มคอลัมน์ กรุณาแจ้ง",
            "تم التعديل. إذا احتجت إلى عمود آخر، يرجى إخباري.",
            "Der Filter ist drin. Sag mir Bescheid, falls du weitere Spalten brauchst.",
            "Filtre eklendi. Başka sütuna ihtiyacınız olursa lütfen belirtin.",
        ] {
            if Ending::read(text) != Ending::Plain {
                wrong.push(text);
            }
        }
        assert!(wrong.is_empty(), "{wrong:#?}");
    }

    #[test]
    fn what_the_work_needs_is_waited_for() {
        let mut wrong = Vec::new();
        for text in [
            "캐시를 모두 지울지 알려 주세요.",
            "계속 진행하기를 원하시면 알려 주세요.",
            "请告诉我应该保留哪一个。",
            "如果需要继续，请确认。",
            "どちらの期間にするか教えてください。",
            "続行が必要な場合はお知らせください。",
            "Vui lòng cho tôi biết nên giữ cột nào.",
            "Beri tahu saya kolom mana yang harus dihapus.",
            "कृपया बताएं कि कौन सा कॉलम हटाना है।",
            "Hay dos tablas. Antes de seguir necesito saber con cuál quieres que trabaje.",
            "Há duas tabelas. Antes de continuar, preciso saber qual devo usar.",
            "Il y a deux tables. Avant de continuer, j'ai besoin de savoir laquelle utiliser.",
            "Es gibt zwei Tabellen. Bevor ich weitermache, muss ich wissen, welche gemeint ist.",
            "Ci sono due tabelle. Prima di procedere devo sapere quale usare.",
            "Есть две таблицы. Прежде чем продолжить, мне нужно знать, какую использовать.",
            "Er zijn twee tabellen. Voordat ik verderga moet ik weten welke je bedoelt.",
            "Są dwie tabele. Zanim pójdę dalej, muszę wiedzieć, której użyć.",
            "İki tablo var. Devam etmeden önce hangisini kullanacağımı bilmem gerekiyor.",
        ] {
            if Ending::read(text) != Ending::Asks {
                wrong.push(text);
            }
        }
        assert!(wrong.is_empty(), "{wrong:#?}");
    }
}
