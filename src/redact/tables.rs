//! Finds secrets in tables by the title of their column: CSV, tabs, Markdown and boxes.

use super::names::{SecretName, telling};
use super::placeholder::is_placeholder;
use super::value::{is_arbitrary, is_version};
use std::ops::Range;

/// What separates columns.
const SEPARATORS: &[char] = &['|', '\t', ',', ';', '│'];
/// How many columns a row may have.
const COLUMNS: usize = 64;

/// A table that goes on, and the columns whose titles tell.
struct Table {
    separator: char,
    width: usize,
    secret: Vec<usize>,
}

/// Adds the cells of telling columns to `found`, and the cells after telling names in tables of names and values.
pub fn find(text: &str, found: &mut Vec<Range<usize>>) {
    let has_query = text.contains("select ") || text.contains("SELECT ");
    let (mut table, mut before, mut start) = (None::<Table>, "", 0);
    for line in text.split_inclusive('\n') {
        let row = line.trim_end_matches(['\n', '\r']);
        if let Some(separator) = bar(row) {
            pair(row, separator, start, found);
        }
        match &table {
            Some(known) if is_row(row, known) => add(row, start, known, |_| true, found),
            // The last line may be cut.
            Some(known) if !line.ends_with('\n') && row.contains(known.separator) => {
                add(row, start, known, is_made_up, found);
            }
            // Below a rule, rows follow, whatever is in them.
            _ if is_rule(row) => {
                let separator = row
                    .chars()
                    .find(|c| matches!(c, '|' | '│' | '┼' | '+'))
                    .map(|c| if c == '|' || c == '+' { '|' } else { '│' });
                table = separator.filter(|separator| before.contains(*separator)).map(|separator| Table {
                    separator,
                    width: before.split(separator).count(),
                    secret: Vec::new(),
                });
            }
            _ => table = titles(row).or_else(|| if has_query { queried(row) } else { None }),
        }
        before = row;
        start += line.len();
    }
}

/// What may separate a name from its value in a line: a bar, or the side of a box, which then also begins the line.
fn bar(row: &str) -> Option<char> {
    if row.trim_start().starts_with('│') { Some('│') } else { row.contains('|').then_some('|') }
}

/// Whether a line belongs to the table: the same columns, or a rule between rows.
fn is_row(row: &str, table: &Table) -> bool {
    row.split(table.separator).count() == table.width || is_rule(row)
}

/// Whether a line only separates rows.
fn is_rule(row: &str) -> bool {
    row.len() >= 3
        && row.chars().all(|c| matches!(c, '-' | '+' | '|' | ' ' | ':' | '=' | '─' | '┼' | '├' | '┤' | '│'))
        && row.contains(['-', '─', '='])
}

/// The table that a line of titles begins.
fn titles(row: &str) -> Option<Table> {
    let separator = SEPARATORS.iter().copied().find(|separator| row.contains(*separator))?;
    let cells: Vec<&str> = row.split(separator).take(COLUMNS).collect();
    let is_title = |cell: &str| {
        cell.len() <= 40
            && cell.split_whitespace().count() <= 4
            && !(separator == '|' && cell.contains('.'))
            && !cell.contains(['=', '(', '{', ':', '<', '/', '$', '+', '?', '!', '[', '>'])
            && !clean(cell).starts_with('-')
    };
    let is_secret =
        |cell: &&str| telling(clean(cell)) == Some(SecretName::Certain) && clean(cell).split(' ').count() <= 3;
    // The end of a statement, an item of a list, an indentation.
    let is_code = !matches!(separator, '|' | '│') && cells.iter().any(|cell| cell.trim().is_empty());
    // A name and its value make a table of pairs.
    // A number or a version is no title.
    let is_number = |cell: &&str| {
        let cell = clean(cell);
        cell.starts_with(|c: char| c.is_ascii_digit()) && !cell.contains(' ')
    };
    let is_data = cells.iter().any(is_number);
    let filled = cells.iter().filter(|cell| !cell.trim().is_empty());
    let is_pair = filled.clone().count() == 2 && filled.clone().any(|cell| is_made_up(clean(cell)));
    if cells.len() < 2 || is_code || is_data || is_pair || !cells.iter().all(|cell| is_title(cell)) {
        return None;
    }
    let secret: Vec<usize> = cells.iter().enumerate().filter(|(_, cell)| is_secret(cell)).map(|(at, _)| at).collect();
    (!secret.is_empty()).then_some(Table { separator, width: cells.len(), secret })
}

/// The table that the columns of a query begin, as a shell of a database prints it: `select name, password from users;`.
fn queried(row: &str) -> Option<Table> {
    let at = row.find("select ").or_else(|| row.find("SELECT "))?;
    let rest = &row[at + "select ".len()..];
    let columns: Vec<&str> = rest[..rest.find(" from ").or_else(|| rest.find(" FROM "))?].split(',').collect();
    let is_secret = |column: &&str| telling(column.trim()) == Some(SecretName::Certain);
    let secret: Vec<usize> =
        columns.iter().enumerate().filter(|(_, column)| is_secret(column)).map(|(at, _)| at).collect();
    (!secret.is_empty() && columns.len() > 1).then_some(Table { separator: '|', width: columns.len(), secret })
}

/// The second cell of a row of two, if the first is a name that tells.
fn pair(row: &str, separator: char, start: usize, found: &mut Vec<Range<usize>>) {
    let inside = row.trim().trim_matches(separator);
    let Some((name, value)) = inside.split_once(separator).filter(|(_, value)| !value.contains(separator)) else {
        return;
    };
    let word = clean(value);
    if clean(name).split(' ').count() <= 3
        && telling(clean(name)).is_some()
        && is_made_up(word)
        && !is_placeholder(word)
    {
        let at = start + (word.as_ptr() as usize - row.as_ptr() as usize);
        found.push(at..at + word.len());
    }
}

/// Whether a cell looks like a secret: one word with a digit in it.
pub fn is_made_up(word: &str) -> bool {
    word.len() >= 6
        && word.contains(|c: char| c.is_ascii_digit())
        && !word.contains([' ', '/', '('])
        && is_arbitrary(word)
        && !is_version(word)
}

fn clean(cell: &str) -> &str {
    cell.trim_matches(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '*' | '`'))
}

fn add(row: &str, start: usize, table: &Table, is_secret: fn(&str) -> bool, found: &mut Vec<Range<usize>>) {
    let mut at = start;
    for (column, cell) in row.split(table.separator).enumerate() {
        let value = clean(cell);
        let is_rule = value.chars().all(|c| matches!(c, '-' | ':' | '=' | '─' | '┼'));
        if table.secret.contains(&column) && !is_rule && !is_placeholder(value) && is_secret(value) {
            let offset = cell.find(value).unwrap_or(0);
            found.push(at + offset..at + offset + value.len());
        }
        at += cell.len() + table.separator.len_utf8();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::redact::tests::found_by;

    #[test]
    fn masks_columns_and_pairs() {
        for (text, secrets) in [
            ("name,password\njoe,x1y2z3\nann,w4\n", "x1y2z3 w4"),
            ("| a | Password |\n|---|---|\n| b | x1y2z3 |", "x1y2z3"),
            ("| Variable | Value |\n|---|---|\n| `API_KEY` | `x1y2z3` |\n| `PORT` | `80` |", "x1y2z3"),
            ("│ NAME │ VALUE │\n│ DB_PASSWORD │ x1y2z3 │\n│ PORT │ 80 │", "x1y2z3"),
            ("| Password | x1y2z3 |\n|---|---|\n| User | joe |", "x1y2z3"),
            ("sqlite> select name, password from users;\njoe|x1y2z3\nann|v9", "x1y2z3 v9"),
        ] {
            assert_eq!(found_by(find, text), secrets, "{text}");
        }
    }

    #[test]
    fn leaves_rows_that_only_contain_the_word() {
        for text in [
            " src/auth/token.rs    | 12 ++++++------\n src/auth/b.rs |  4 ++--",
            "| Option | Text |\n|---|---|\n| `--password` | of the server |\n| `--token-file` | a file |",
            "private String password;\npublic void setPassword(String password) { this.password = password; }",
            "import (\n\t\"go/token\"\n\t\"go/types\"\n",
            "[\n  \"cookies\",\n  \"elapsed\",\n]",
            "chars: \"key\u{2502}x1y2z3\"",
            "apt\tbase-passwd\t3.6\napt\tbash\t5.2.15-2+b8\napt\tbc\t1.07",
            "#define ERRORTOKEN\t56\n#define N_TOKENS\t57",
            "     1\tPASS src/password.test.ts\n     2\tok",
        ] {
            assert_eq!(found_by(find, text), "", "{text}");
        }
    }
}
