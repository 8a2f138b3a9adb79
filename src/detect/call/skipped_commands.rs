//! Recognizes commands that never ran, whatever they were to work on: a shell has no such program or cannot read the
//! command, a runtime lacks a module, a tool refuses its arguments.

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

/// What runtimes say before the name of a module that is not installed: Python, Node.js, Ruby, Perl, R, Go, .NET.
#[rustfmt::skip]
const NO_MODULE: [&str; 8] = [
    "No module named ", "Cannot find module ", "Cannot find package ", "cannot load such file -- ", "Can't locate ",
    "there is no package called ", "no required module provides package ", "Could not load file or assembly ",
];

/// What tools say whose arguments do not fit, in small letters: JSON-RPC and MCP.
#[rustfmt::skip]
const REFUSED: [&str; 8] = [
    "-32602", "invalid params", "invalid_params", "invalid arguments", "invalid_arguments", "input validation error", "validation failed:",
    "unexpected keyword argument",
];
/// The same in the words of their libraries, which say it of the data in a file as well: Zod, Ajv, Pydantic, JSON Schema.
#[rustfmt::skip]
const MISFITS: [&str; 16] = [
    ", received ", "must be an array", "must be array", "must be an object", "must be object", "must be a string", "must be string",
    "must be a number", "must be number", "must be a boolean", "must be boolean", "must have required property", "is a required property",
    "is not of type ", "input should be a valid ", "field required",
];

/// Whether an error means that a module is not installed. One that is named by its path is a file of the work.
pub(crate) fn lacks_module(error_line: &str) -> bool {
    NO_MODULE.iter().any(|words| {
        let name = error_line.split_once(words).map(|(_, name)| name.trim_start_matches(['\'', '"', '`', '‘', '“']));
        name.is_some_and(|name| !name.is_empty() && !name.starts_with(['.', '/', '~']) && !name.contains(":\\"))
    })
}

/// Whether an error of a tool means that it does not take the arguments; `names_file` says that they name a file, in
/// which the fault may lie.
pub(crate) fn refuses_arguments(error_line: &str, names_file: bool) -> bool {
    let lower = error_line.to_ascii_lowercase();
    let says = |table: &[&str]| table.iter().any(|words| lower.contains(words));
    says(&REFUSED) || !names_file && says(&MISFITS)
}

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
    #[test]
    fn modules_are_not_installed() {
        for line in [
            "ModuleNotFoundError: No module named 'pandas'",
            "Error: Cannot find module 'express'",
            "cannot load such file -- nokogiri (LoadError)",
            "Error in library(ggplot2) : there is no package called ‘ggplot2’",
        ] {
            assert!(lacks_module(line), "{line}");
        }
        for line in ["Error: Cannot find module './routes'", "Error: Cannot find module 'C:\\w\\a.js'", "No module", ""]
        {
            assert!(!lacks_module(line), "{line}");
        }
    }

    #[test]
    fn tools_refuse_arguments() {
        assert!(refuses_arguments("MCP error -32602: tags: expected array, received string", true));
        assert!(refuses_arguments("Error: expected array, received string at tags", false));
        assert!(!refuses_arguments("Error: expected array, received string at tags", true));
        assert!(!refuses_arguments("Error: issue 7 was not found", false));
    }
}
