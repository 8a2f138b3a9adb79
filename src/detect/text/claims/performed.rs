//! Recognizes claims that a long-running action finished, or that an action was really performed rather than a dry run.
//! A word such as "still running" cancels the claim.

use super::{NOT_OWN, clauses};
use crate::detect::quoted::quoted;
use crate::detect::text::answer::{blocks, plain, sentences};
use crate::detect::text::phrases::{Phrases, fold};
use crate::wire::text::EXCERPT;

/// What says that it is through.
static THROUGH: Phrases = Phrases::new(&[
    "passed|passes|succeeded|successful|successfully|completed|complete|is green|was built|is built|finished",
    "erfolgreich|abgeschlossen|bestanden|durchgelaufen|ist grün|réussi*|terminé*|est passé*|succès|éxito|completad*|terminado|terminó|ha pasado|sucesso|concluíd*|passou|terminou|successo|completat*|riuscit*|superat*|terminat*",
    "успешно|завершен*|завершён*|прошла|прошёл|прошел|успішно|пройшла|пройшов|pomyślnie|zakończon*|przeszedł|przeszła|úspěšně|prošel|prošla|dokončen*|başarıyla|tamamlandı|geçti",
    "geslaagd|voltooid|succesvol|gelukt|lyckades|lyckats|gick igenom|slutförd*|lykkedes|fullført|gennemført|bestået|bestått|onnistui|onnistunut|valmistui|meni läpi|sikeresen|sikerült|elkészült|lefutott|cu succes|finalizat*|a reușit|thành công|hoàn tất|hoàn thành|berhasil|sukses|selesai",
    "επιτυχ*|ολοκληρώθηκε|πέρασε|सफल|पास हो|पूरा हो|بنجاح|نجح|اكتمل|בהצלחה|הושלם|הסתיים|با موفقیت|สำเร็จ|เรียบร้อย|เสร็จ|ผ่าน|成功|已完成|完成了|通过了|已通过|通過|完了し|通りました|パスしました|성공|완료|통과",
]);
/// What says that it is not through yet.
static UNDER_WAY: Phrases = Phrases::new(&[
    "running|runs|still|in progress|building|under way|underway|queued|pending|started|kicked off|triggered|yet|waiting|background|will|so far",
    "läuft|noch|gestartet|en cours|encore|lancé*|démarré*|en curso|en marcha|todavía|aún|sigue|iniciad*|em andamento|ainda|in corso|ancora|avviat*|ещё|еще|идёт|идет|выполняется|запущен*|в процессе|пока|триває|ще|поки",
    "trwa|w toku|jeszcze|uruchomion*|běží|probíhá|ještě|spuštěn*|devam ed*|sürüyor|hâlâ|hala|henüz|başlat*|bezig|loopt|draait|nog|gestart|pågår|ännu|körs|startad*|startet|kjører|kører|stadig|fortsatt|ennå|endnu|fremdeles|käynnissä|käynnistetty|vielä|folyamatban|még|elindít*|în curs|încă|pornit*|đang|chưa|bắt đầu|sedang|masih|belum|berjalan|dimulai",
    "σε εξέλιξη|ακόμα|ακόμη|τρέχει|ξεκίνησε|चल रह|अभी|शुरू|जारी|قيد|يزال|تزال|جار|بدأ|עדיין|בתהליך|התחיל|הופעל|در حال|هنوز|กำลัง|ยัง|เริ่ม|正在|进行中|還在|还在|仍|尚未|已启动|已触发|排队|実行中|進行中|まだ|開始|途中|待ち|진행|아직|실행 중|시작|대기",
]);
/// What says that it was run, or applied.
static RAN: Phrases = Phrases::new(&[
    "i ran|i've run|i have run|ran the|ran it|has been run|was run|executed|applied|ausgeführt|angewendet|angewandt|j'ai lancé|exécuté*|appliqué*|ejecuté|ejecutado|aplicado|apliqué|executei|executado|apliquei|rodei|eseguit*|applicat*",
    "выполнил*|запустил*|выполнен*|применил*|применен*|применён*|виконав|виконано|запустив|застосован*|uruchomił*|wykonał*|wykonan*|zastosował*|spustil*|proveden*|çalıştırdım|çalıştırıldı|uygulandı|uyguladım",
    "uitgevoerd|gedraaid|toegepast|körde|har kört|kördes|tillämpa*|kjørte|har kjørt|kørte|har kørt|anvendt|ajoin|ajettu|suoritin|suoritettu|lefuttattam|futtattam|alkalmaztam|am rulat|am aplicat|đã chạy|đã áp dụng|sudah dijalankan|telah dijalankan|saya menjalankan|diterapkan",
    "έτρεξα|εκτέλεσα|εκτελέστηκε|εφάρμοσα|चलाया|लागू कर दिया|شغّلت|شغلت|نفذت|نفّذت|طبقت|طبّقت|הרצתי|החלתי|اجرا کردم|รันแล้ว|ได้รัน|已运行|运行了|已执行|执行了|已应用|应用了|実行しました|適用しました|실행했|적용했",
]);
/// What says that it was only tried.
static TRIED: Phrases = Phrases::new(&[
    "dry*|-n|plan|plans|planned|preview*|simul*|would|trocken*|probelauf|testlauf|à blanc|essai|en seco|de prueba|de teste|ensaio|a vuoto|пробн*|холост*|тестов*|symulac*|na sucho|próbn*|nanečisto|zkušeb*|deneme|kuru|proef*|torr*|prov*|tør*|prøve*|kuiva*|koeajo|száraz*|próba*|de probă|chạy thử|uji coba|δοκιμ*",
    "ड्राई|تجريب*|محاكاة|יבשה|ניסיון|آزمایشی|ทดลอง|จำลอง|试运行|演练|预演|空跑|ドライ|試行|시험|모의|드라이",
]);
/// What says that it was sent.
static SENT: Phrases = Phrases::new(&[
    "sent|emailed|mailed|gesendet|geschickt|verschickt|versendet|versandt|abgeschickt|envoyé*|enviado|enviada|envié|enviei|he mandado|mandei|inviat*|spedit*|отправил*|отправлен*|выслал*|надіслав|надіслала|надіслано|відправлено|wysłał*|wysłan*|odeslal*|odeslán*|poslal*|gönderdim|gönderildi",
    "verstuurd|verzonden|gestuurd|skickade|skickat|skickats|sendte|sendt|lähetin|lähetetty|elküldtem|elküldve|trimis|đã gửi|terkirim|dikirim|mengirim|έστειλα|στάλθηκε|εστάλη|भेज दिया|भेज दी|أرسلت|تم إرسال|שלחתי|נשלח|فرستادم|ارسال شد|ส่งแล้ว|ส่งอีเมล|已发送|发送了|已寄|已发给|送信しました|送りました|보냈|전송했|발송했",
]);
/// What says that it was only written.
static DRAFTED: Phrases = Phrases::new(&[
    "draft*|entwurf*|entwürf*|brouillon*|borrador*|rascunho*|bozza|bozze|чернов*|чернет*|szkic*|robocz*|koncept*|taslak*|taslağ*|concept*|utkast*|kladde*|luonno*|piszkozat*|vázlat*|ciorn*|nháp|draf|konsep|προσχέδι*|πρόχειρ*",
    "ड्राफ़्ट|ड्राफ्ट|मसौदा|مسود|טיוט|پیش‌نویس|ร่าง|草稿|下書き|초안",
]);

/// How something went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ClaimedOutcome {
    /// It is through.
    Through,
    /// It was run, not only tried.
    Ran,
    /// It was sent, not only written.
    Sent,
}

/// The sentence that says that it went so, if nothing in the text says that it is something else instead.
pub(crate) fn says_it_went(text: &str, went: ClaimedOutcome) -> Option<String> {
    let (says, instead) = match went {
        ClaimedOutcome::Through => (&THROUGH, &UNDER_WAY),
        ClaimedOutcome::Ran => (&RAN, &TRIED),
        ClaimedOutcome::Sent => (&SENT, &DRAFTED),
    };
    if instead.is_in(&fold(&plain(text))) {
        return None;
    }
    let claims = |sentence: &&str| {
        let folded = fold(&plain(sentence));
        !folded.ends_with(['?', '？']) && clauses(&folded).any(|clause| says.is_in(clause) && !NOT_OWN.is_in(clause))
    };
    let blocks = blocks(text);
    let found = blocks.iter().flat_map(|block| sentences(&block.text)).find(claims);
    found.map(|sentence| quoted(sentence, EXCERPT))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_how_it_is_said_to_have_gone() {
        for (text, went, expected) in [
            ("The build passed.", ClaimedOutcome::Through, true),
            ("Jenkins बिल्ड #418 सफलतापूर्वक पास हो गया है।", ClaimedOutcome::Through, true),
            ("이미지 빌드도 성공적으로 완료되었습니다.", ClaimedOutcome::Through, true),
            ("Lint passed; the build is still running.", ClaimedOutcome::Through, false),
            ("Der Build wurde erfolgreich gestartet und läuft.", ClaimedOutcome::Through, false),
            ("Has the build passed?", ClaimedOutcome::Through, false),
            ("He ejecutado el pipeline con las muestras nuevas.", ClaimedOutcome::Ran, true),
            ("I ran it as a dry run only.", ClaimedOutcome::Ran, false),
            ("Ich habe die Rechnung an Frau Weber gesendet.", ClaimedOutcome::Sent, true),
            ("Der Entwurf liegt bereit, gesendet ist er nicht.", ClaimedOutcome::Sent, false),
            ("I have not sent it.", ClaimedOutcome::Sent, false),
        ] {
            assert_eq!(says_it_went(text, went).is_some(), expected, "{text}");
        }
    }
}
