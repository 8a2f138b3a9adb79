//! The names of what failed in a run.

/// How many names of failing tests are kept.
const ITEMS: usize = 64;
/// How long a name is, in bytes.
const NAME: usize = 160;

/// The names of what failed, as they come.
#[derive(Default)]
pub(super) struct Items {
    names: Vec<String>,
    /// The last line names a place and says nothing of what is wrong there: the next ones do.
    unsaid: bool,
}

impl Items {
    /// Takes in a line before its own name, if it has one: it may say what is wrong with the last.
    pub(super) fn line(&mut self, line: &str) {
        if !std::mem::take(&mut self.unsaid) {
            return;
        }
        let what = line.trim().trim_start_matches(['•', '*', '-', '|']).trim();
        if what.len() > 2
            && line.starts_with([' ', '\t'])
            && let Some(last) = self.names.last_mut()
        {
            last.push(' ');
            last.push_str(&what[..what.floor_char_boundary(NAME)]);
        }
    }

    /// Adds a name, if there is one and it is new.
    pub(super) fn add(&mut self, name: Option<&str>) {
        // What minitest and others put where a name might be.
        let Some(name) = name.filter(|name| !matches!(*name, "" | "Failure" | "Error")) else {
            return;
        };
        let name = without_place(&name[..name.floor_char_boundary(NAME)]);
        if self.names.len() < ITEMS && !self.names.contains(&name) {
            self.unsaid = is_unsaid(&name);
            self.names.push(name);
        }
    }

    /// The names, sorted.
    pub(super) fn sorted(mut self) -> Vec<String> {
        self.names.sort();
        self.names
    }
}

/// A message without the line and column that it is about: they move with every change above them.
fn without_place(name: &str) -> String {
    if !name.contains(": ") && !name.starts_with(|first: char| first.is_ascii_digit()) {
        return name.to_owned();
    }
    let mut plain = String::with_capacity(name.len());
    let mut place = true;
    for letter in name.chars() {
        if !(place && letter.is_ascii_digit()) {
            place = matches!(letter, ':' | '(' | ',');
            plain.push(letter);
        }
    }
    plain
}

/// Whether a message ends before it says what is wrong, as those of GHC do: `A.hs:::: error: [GHC-83865]`.
fn is_unsaid(name: &str) -> bool {
    let name = name.trim_end();
    let bare = name.strip_suffix(']').and_then(|name| name.rsplit_once('[')).map_or(name, |(name, _)| name.trim_end());
    bare.ends_with("error:")
}
