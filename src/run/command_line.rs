//! Which stages, with which arguments.

use std::fmt;

/// One stage of the pipe.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// The binary: `ocr-detect`.
    pub name: &'static str,
    /// Its arguments.
    pub args: Vec<String>,
}

impl Step {
    /// A stage without arguments.
    pub fn new(name: &'static str) -> Self {
        Self {
            name,
            args: Vec::new(),
        }
    }

    /// With a flag and its value, where there is one. In one word: a value may begin like a flag.
    #[must_use]
    pub fn with(mut self, flag: &str, value: Option<impl fmt::Display>) -> Self {
        if let Some(value) = value {
            self.args.push(format!("{flag}={value}"));
        }
        self
    }

    /// With a flag that has no value, where it is wanted.
    #[must_use]
    pub fn flag(mut self, flag: &str, wanted: bool) -> Self {
        if wanted {
            self.args.push(flag.to_owned());
        }
        self
    }
}

/// The stages, from the source to the hand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pipe {
    /// In the order of the pipe.
    pub steps: Vec<Step>,
}

/// As it is typed into a shell.
impl fmt::Display for Pipe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, step) in self.steps.iter().enumerate() {
            if at > 0 {
                f.write_str(" | ")?;
            }
            f.write_str(step.name)?;
            for arg in &step.args {
                write!(f, " {}", quoted(arg))?;
            }
        }
        Ok(())
    }
}

/// One word of a POSIX shell. Of a flag with a value, the value is quoted.
fn quoted(word: &str) -> String {
    match word.split_once('=') {
        Some((flag, value)) if is_flag(flag) && !value.is_empty() => {
            format!("{flag}={}", quoted_whole(value))
        }
        _ => quoted_whole(word),
    }
}

fn is_flag(word: &str) -> bool {
    word.starts_with("--") && word.chars().all(|c| c.is_ascii_lowercase() || c == '-')
}

fn quoted_whole(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=,@%+".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_reads_as_a_person_would_type_it() {
        let pipe = Pipe {
            steps: vec![
                Step::new("ocr-stream")
                    .flag("--spawn", true)
                    .with("--task", Some("Don't")),
                Step::new("ocr-detect")
                    .with("--max-iterations", Some(10))
                    .with("--none", None::<u8>),
            ],
        };
        assert_eq!(
            pipe.to_string(),
            r"ocr-stream --spawn --task='Don'\''t' | ocr-detect --max-iterations=10"
        );
        assert_eq!(quoted("--on=loop=steer"), "--on=loop=steer");
        assert_eq!(quoted("--a b=c d"), "'--a b=c d'");
        assert_eq!(quoted("--task=--x=y z"), "--task='--x=y z'");
        assert_eq!(quoted(""), "''");
        assert_eq!(quoted("$(rm)"), "'$(rm)'");
    }
}
