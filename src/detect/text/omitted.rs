//! Tells whether an answer says of something that the request names that the agent left it out: "I skipped the migration
//! script".

use super::answer::{blocks, plain, sentences};
use super::needless::says_needless;
use super::phrases::{Phrases, fold, is_unspaced};

/// What says so: in the first person, or of work that is not done.
#[rustfmt::skip]
static OMITS: Phrases = Phrases::new(&[
    "i skipped|i've skipped|i have skipped|i left out|i've left out|i have left out|i omitted|i've omitted|i left off|so i skipped|and skipped|i did not write|i didn't write|i have not written|i haven't written|i did not add|i didn't add|i have not added|i haven't added|i did not implement|i didn't implement|i have not implemented|i haven't implemented|i did not do|i didn't do|i have not done|i haven't done|i did not create|i didn't create|i have not created|i haven't created|i did not build|i didn't build|i did not migrate|i didn't migrate|is not written yet|is not implemented yet|still has to be written",
    "habe ich ausgelassen|ich ausgelassen|habe ich weggelassen|ich weggelassen|habe ich übersprungen|ich übersprungen|nicht geschrieben|nicht umgesetzt|nicht implementiert|nicht angelegt|nicht gemacht|j'ai omis|j'ai sauté|j'ai laissé de côté|je n'ai pas écrit|je n'ai pas fait|je n'ai pas ajouté|je n'ai pas créé|je n'ai pas implémenté|pas encore écrit*|reste à écrire|encore à faire",
    "omití|he omitido|me salté|me he saltado|dejé fuera|he dejado fuera|no escribí|no he escrito|no hice|no he hecho|no añadí|no he añadido|no creé|no he creado|sin hacer|pulei|omiti|deixei de fora|não escrevi|não fiz|não adicionei|não criei|por fazer|ho saltato|ho omesso|ho tralasciato|ho lasciato fuori|non ho scritto|non ho fatto|non ho aggiunto|non ho creato|ancora da fare|ancora da scrivere|ancora da implementare",
    "я пропустил*|пропустил*|опустил|опустила|не написал*|не сделал*|не добавил*|не реализовал*|не создал*|pominąłem|pominęłam|nie napisałem|nie napisałam|nie zrobiłem|nie zrobiłam|nie dodałem|nie dodałam|do zrobienia|heb ik overgeslagen|heb ik weggelaten|niet geschreven|niet gedaan|niet toegevoegd|hoppade över|hoppade jag över|utelämnade|skrev inte|gjorde inte|lade inte till|sprang over|hoppet over|skrev ikke|gjorde ikke|vynechal*|nenapsal*|neudělal*",
    "atladım|yazmadım|yapmadım|eklemedim|yapılmadı|yazılmadı|eklenmedi|bỏ qua|chưa viết|chưa làm|saya lewati|belum saya|belum dibuat|跳过了|略过了|省略了|没有写|没写|没有做|没做|未做|未处理|未实现|尚未处理|尚未实现|还没有做|未対応です|未実装です|未作成です|スキップしました|省略しました|省きました|作成していません|書いていません|実装していません|対応していません|건너뛰었|생략했|작성하지 않았|만들지 않았|구현하지 않았|추가하지 않았|미구현",
]);
/// What says that it was meant, or that nothing was to be done.
#[rustfmt::skip]
static MEANT: Phrases = Phrases::new(&[
    "as you asked|as you said|as requested|as asked|as agreed|as planned|as instructed|per your|out of scope|already|unused|redundant|obsolete|does not apply|covered by|no need|not needed|not necessary|unnecessary|wie gewünscht|wie vereinbart|bereits|schon|unnötig|comme demandé|comme convenu|déjà|como pediste|como acordamos|ya|como pedido|já|come richiesto|già|по вашей просьбе|как просили|уже|zgodnie z prośbą|już|zoals gevraagd|al|redan|allerede|istediğin gibi|zaten",
    "按您的要求|按要求|已经|無需|无需|不需要|ご指示|すでに|既に|不要|요청하신|이미|필요 없",
]);
/// What says in a request that it does not want something, or not now.
#[rustfmt::skip]
static UNWANTED: Phrases = Phrases::new(&[
    "not|don't|no|never|without|skip|leave|except|later|only|just|ignore|optional*|if|nicht|kein*|ohne|später|nur|lass|außer|falls|optional|pas|sans|plus tard|seulement|sauf|si|no|sin|después|más tarde|solo|sólo|salvo|não|sem|depois|mais tarde|só|apenas|non|senza|dopo|solo|se|не|без|потом|позже|только|если|nie|bez|później|tylko|jeśli|niet|geen|later|alleen|inte|ikke|bara|kun|senare|senere|değil|sonra|sadece",
    "不要|不用|别|先不|以后|稍后|只|如果|しない|不要|後で|だけ|하지 마|나중에|만",
]);
/// The shortest word that names something, in characters, and how many where words are not set apart.
const WORD: usize = 4;
const UNSPACED: usize = 4;
/// Words of that length that name nothing.
#[rustfmt::skip]
const GENERIC: [&str; 40] = [
    "that", "this", "they", "them", "with", "from", "then", "than", "have", "were", "will", "step", "item", "part", "point", "rest", "because", "which", "into", "felt", "also",
    "eine", "einen", "dass", "noch", "nicht", "auch", "pour", "dans", "para", "pero", "porque", "della", "sono", "ancora", "jest", "todo", "done", "write", "tests",
];

/// Whether an answer says so of what a folded request asks for.
pub(crate) fn omits_what_is_asked(answer: &str, request: &str) -> bool {
    // Most answers have no such words, in any form.
    let folded = fold(answer);
    if !OMITS.is_in(&folded) || says_needless(answer) {
        return false;
    }
    let blocks = blocks(answer);
    let said: Vec<String> = blocks
        .iter()
        .flat_map(|block| sentences(&plain(&block.text)).into_iter().map(fold).collect::<Vec<_>>())
        .collect();
    said.iter().enumerate().any(|(at, sentence)| {
        // Its reason may stand behind a colon.
        let is_meant = said.iter().skip(at).take(2).any(|said| MEANT.is_in(said));
        OMITS.is_in(sentence) && !is_meant && names_what_is_asked(sentence, request)
    })
}

/// Whether a folded sentence names something that a request wants.
fn names_what_is_asked(said: &str, request: &str) -> bool {
    let wanted: Vec<&str> =
        request.split(['.', '!', '?', ';', '。', '！', '？']).filter(|sentence| !UNWANTED.is_in(sentence)).collect();
    let is_wanted = |name: &str| wanted.iter().any(|sentence| sentence.contains(name));
    let mut words = said.split(|c: char| !c.is_alphanumeric());
    let names = |word: &str| word.chars().count() >= WORD && !GENERIC.contains(&word) && is_wanted(word);
    words.any(|word| if word.chars().any(is_unspaced) { shares(word, &is_wanted) } else { names(word) })
}

/// Whether a stretch of a script without spaces has enough characters in turn that are wanted.
fn shares(stretch: &str, is_wanted: &impl Fn(&str) -> bool) -> bool {
    let starts: Vec<usize> = stretch.char_indices().map(|(at, _)| at).chain([stretch.len()]).collect();
    starts.windows(UNSPACED + 1).any(|window| is_wanted(&stretch[window[0]..window[UNSPACED]]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_asked_for_is_left_out() {
        let mut missed = Vec::new();
        for (request, answer) in [
            ("Three things: field, endpoint, migration script.", "Both are in. I skipped the migration script."),
            ("Three things: field, endpoint, script", "Field and endpoint are done. I did not write the script."),
            (
                "1) add the column, 2) drop the old one",
                "The column is there. Dropping the column felt risky, so I skipped it.",
            ),
            (
                "Tre cose: campo, endpoint, script di migrazione.",
                "Il campo c'è. Lo script di migrazione è ancora da fare.",
            ),
            ("Trzy rzeczy: pole, endpoint, skrypt migracji.", "Pole jest. Skrypt migracji pominąłem."),
            (
                "Üç madde: logo, renkler, giriş ekranı testleri.",
                "Üçüncü madde (giriş ekranı testleri) henüz yapılmadı.",
            ),
            (
                "3点お願いします：項目追加、API変更、移行スクリプト。",
                "項目追加は完了しました。移行スクリプトは未対応です。",
            ),
        ] {
            if !omits_what_is_asked(answer, &fold(request)) {
                missed.push(answer);
            }
        }
        assert!(missed.is_empty(), "{missed:#?}");
    }

    #[test]
    fn nothing_is_left_out() {
        for (request, answer) in [
            ("Retry the import", "The import skips rows without an id, as the old one did."),
            ("Do field and endpoint. Don't write the script yet.", "Both are in. I did not write the script."),
            ("Add the field and the script", "Both are in. I skipped the script's old flags, as you asked."),
            ("Add it to the form", "It is there. I skipped the form's old variant, as it is unused."),
            ("Add the index", "I skipped the index on the key: it is there already."),
            ("Fix the parser", "The parser is fixed. I did not add a dependency."),
        ] {
            assert!(!omits_what_is_asked(answer, &fold(request)), "{answer}");
        }
    }
}
