//! Finds secrets in columns that only spaces separate, as commands print them: `NAME    TOKEN`.

use super::names::{SecretName, telling};
use super::placeholder::is_placeholder;
use super::tables::is_made_up;
use std::ops::Range;

/// How many columns are read.
const COLUMNS: usize = 16;

/// Adds the cells below telling titles to `found`.
pub fn find(text: &str, found: &mut Vec<Range<usize>>) {
    let (mut titles, mut start) = (None::<Vec<bool>>, 0);
    for line in text.split_inclusive('\n') {
        let row = line.trim_end();
        let cells = cells(row);
        match &titles {
            Some(titles) if titles.len() == cells.len() || !line.ends_with('\n') && cells.len() > 1 => {
                let secrets = cells.iter().zip(titles).filter(|(cell, secret)| **secret && is_made_up(cell));
                for (cell, _) in secrets.filter(|(cell, _)| !is_placeholder(cell)) {
                    let at = start + (cell.as_ptr() as usize - line.as_ptr() as usize);
                    found.push(at..at + cell.len());
                }
            }
            _ => titles = titles_of(&cells),
        }
        start += line.len();
    }
}

/// The cells of a row, between two spaces or more; none if there is only one.
fn cells(row: &str) -> Vec<&str> {
    let row = row.trim_start();
    if !row.contains("  ") {
        return Vec::new();
    }
    row.split("  ").map(str::trim).filter(|cell| !cell.is_empty()).take(COLUMNS).collect()
}

/// Which of these titles tell, if all are titles and one tells.
fn titles_of(cells: &[&str]) -> Option<Vec<bool>> {
    let is_title = |cell: &&str| {
        cell.len() <= 24
            && cell.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | ' '))
            && !is_made_up(cell)
    };
    if cells.len() < 2 || !cells.iter().all(is_title) {
        return None;
    }
    let secret: Vec<bool> = cells.iter().map(|cell| telling(cell) == Some(SecretName::Certain)).collect();
    secret.contains(&true).then_some(secret)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn masks_cells_below_telling_titles() {
        let masked = |text: &str| {
            let mut found = Vec::new();
            find(text, &mut found);
            found.into_iter().map(|range| text[range].to_owned()).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(masked("NAME    TOKEN\nbob     x1y2z3w4\nann     <none>\n"), "x1y2z3w4");
        assert_eq!(masked("  USER   PASSWORD   AGE\n  bob    x1y2z3   5d"), "x1y2z3");
        for text in [
            "NAME          TYPE     DATA\ndb-secret2    Opaque   3",
            "let token  = a;\nlet b      = x1y2z3;",
            "Token kinds  are listed\nhere  x1y2z3",
        ] {
            assert_eq!(masked(text), "", "{text}");
        }
    }
}
