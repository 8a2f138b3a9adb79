//! Recognizes what shells say when they could not run a command: there is no such program, or it could not be read.

use super::failure::CallFailure;
use crate::wire::text;

/// The longest answer in which it is looked for, in bytes: nothing ran that could have said more.
const ANSWER: usize = 1024;

/// What shells say of a program that is not there: bash in the languages into which it is translated, `cmd.exe`,
/// PowerShell.
#[rustfmt::skip]
const NOT_FOUND: [&str; 31] = [
    "command not found", "is not recognized as", "CommandNotFoundException",
    "orden no encontrada", "comando no encontrado", "comando não encontrado", "comando não encontrada", "comando non trovato",
    "commande introuvable", "commande non trouvée", "Kommando nicht gefunden", "Befehl nicht gefunden", "entweder falsch geschrieben",
    "opdracht niet gevonden", "kommandot finns inte", "kommandoen ikke fundet", "komentoa ei löydy",
    "nie znaleziono polecenia", "polecenie nie znalezione", "příkaz nenalezen", "príkaz nenájdený", "команда не найдена",
    "команду не знайдено", "parancs nem található", "komut bulunamadı", "comandă negăsită",
    "コマンドが見つかりません", "未找到命令", "找不到命令", "명령어를 찾을 수 없음", "không tìm thấy lệnh",
];
/// What they say of a command that they could not read.
#[rustfmt::skip]
const UNREADABLE: [&str; 5] = [
    "ParserError:", "syntax error near unexpected token", "unexpected EOF while looking for", "syntax error: unexpected", "Syntax error: ",
];

/// Whether an error means that the program does not exist, so that nothing was checked.
pub(crate) fn has_no_program(error_line: &str) -> bool {
    NOT_FOUND.iter().any(|words| error_line.contains(words))
}

/// Whether an error means that nothing ran, whatever the command was given.
pub(crate) fn never_ran(error_line: &str) -> bool {
    has_no_program(error_line) || UNREADABLE.iter().any(|words| error_line.contains(words))
}

/// The failure of a command line whose whole answer says that there is no such program.
pub(super) fn failure(body: &str) -> Option<CallFailure> {
    if body.len() > ANSWER {
        return None;
    }
    let answer = text::unescaped(body);
    let mut lines = answer.lines().map(str::trim).filter(|line| !line.is_empty());
    let first = lines.next()?;
    // A sentence of `cmd.exe` may go on in a second line.
    (has_no_program(first) && lines.nth(1).is_none()).then(|| CallFailure::of_line(first))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shell_speaks_many_languages() {
        for answer in [
            "bash: line 1: terrafrom: command not found",
            "bash: terrafrom: comando não encontrado",
            "bash: terrafrom : commande introuvable",
            "bash: terrafrom: 未找到命令",
            "Der Befehl \\\"terrafrom\\\" ist entweder falsch geschrieben oder\\nkonnte nicht gefunden werden.",
        ] {
            assert!(failure(answer).is_some_and(|failure| never_ran(&failure.line)), "{answer}");
        }
        for answer in
            ["", "done", "a\\nb: command not found\\nc", "checked 7 scripts\\nx: command not found\\nall fine"]
        {
            assert!(failure(answer).is_none(), "{answer}");
        }
        assert!(never_ran("+ CategoryInfo          : ParserError: (:) [], ParentContainsErrorRecordException"));
        assert!(!has_no_program("+ CategoryInfo          : ParserError: (:) [], ParentContainsErrorRecordException"));
    }
}
