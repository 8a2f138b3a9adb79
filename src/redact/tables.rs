//! Columns of tables whose title sounds secret: CSV, tabs, Markdown and boxes.

use super::names::{Telling, telling};
use super::value::is_placeholder;
use std::ops::Range;

/// What separates columns.
const SEPARATORS: &[char] = &['|', '\t', ',', ';', '│'];
/// How many columns a row may have.
const COLUMNS: usize = 64;

/// The columns whose titles tell, in a table that goes on.
struct Table {
    separator: char,
    width: usize,
    secret: Vec<usize>,
}

/// Adds the cells of telling columns to `found`.
pub fn find(text: &str, found: &mut Vec<Range<usize>>) {
    let (mut table, mut start) = (None::<Table>, 0);
    for line in text.split_inclusive('\n') {
        let row = line.trim_end_matches(['\n', '\r']);
        match &table {
            Some(known) if is_row(row, known) => add(row, start, known, found),
            _ => table = titles(row),
        }
        start += line.len();
    }
}

/// Whether a line belongs to the table: the same columns, or a rule between rows.
fn is_row(row: &str, table: &Table) -> bool {
    row.split(table.separator).count() == table.width
        || !row.is_empty()
            && row.chars().all(|c| matches!(c, '-' | '+' | '|' | ' ' | ':' | '=' | '─' | '┼' | '├' | '┤' | '│'))
}

/// The table that a line of titles begins.
fn titles(row: &str) -> Option<Table> {
    let separator = SEPARATORS.iter().copied().find(|separator| row.contains(*separator))?;
    let cells: Vec<&str> = row.split(separator).take(COLUMNS).collect();
    let is_title = |cell: &str| cell.len() <= 40 && !cell.contains(['=', '(', '{', ':', '<']);
    let is_secret = |cell: &&str| telling(clean(cell)) == Some(Telling::Strong) && clean(cell).split(' ').count() <= 3;
    if cells.len() < 2 || !cells.iter().all(|cell| is_title(cell)) {
        return None;
    }
    let secret: Vec<usize> = cells.iter().enumerate().filter(|(_, cell)| is_secret(cell)).map(|(at, _)| at).collect();
    (!secret.is_empty()).then_some(Table { separator, width: cells.len(), secret })
}

fn clean(cell: &str) -> &str {
    cell.trim_matches(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '*' | '`'))
}

fn add(row: &str, start: usize, table: &Table, found: &mut Vec<Range<usize>>) {
    let mut at = start;
    for (column, cell) in row.split(table.separator).enumerate() {
        let value = clean(cell);
        let is_rule = value.chars().all(|c| matches!(c, '-' | ':' | '=' | '─' | '┼'));
        if table.secret.contains(&column) && !is_rule && !is_placeholder(value) {
            let offset = cell.find(value).unwrap_or(0);
            found.push(at + offset..at + offset + value.len());
        }
        at += cell.len() + table.separator.len_utf8();
    }
}
