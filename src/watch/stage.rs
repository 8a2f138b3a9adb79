//! Passes every line on, and shows on standard error what it says.

use super::render::{Renderer, Tone};
use crate::exit::Failure;
use crate::pipe::Stage;
use crate::wire::{Recognizer, is_event_field, observe};
use anstyle::{AnsiColor, Style};
use std::io::Write;

/// Shows each line to a person.
#[derive(Debug, Default)]
pub struct Watch {
    renderer: Renderer,
    recognizer: Recognizer,
}

impl Watch {
    /// Finds out whether the lines are events at all: otherwise a person would look at nothing.
    fn recognize(&mut self, line: &[u8]) {
        if self.recognizer.is_understood() || line.trim_ascii().is_empty() || is_event_field(line) {
            return;
        }
        let seen = std::str::from_utf8(line).ok().and_then(|text| observe(text).ok());
        if seen.is_some_and(|seen| seen.dialect.is_some()) {
            self.recognizer.note_understood();
        } else {
            self.recognizer.note_foreign(line);
        }
    }
}

impl Stage for Watch {
    fn line(&mut self, line: &[u8], _added: &mut Vec<u8>) -> Result<(), Failure> {
        self.recognize(line);
        let Ok(text) = std::str::from_utf8(line) else {
            return Ok(());
        };
        show(self.renderer.render(text));
        Ok(())
    }

    fn finish(&mut self, _added: &mut Vec<u8>) -> Result<(), Failure> {
        // If nothing came, the program before this one has said why.
        if let Some(foreign) = self.recognizer.foreign().filter(|_| self.recognizer.foreign_lines() > 0) {
            show([(Tone::Warn, format!("nothing in this input was understood: {foreign}"))]);
        }
        Ok(())
    }
}

fn show(lines: impl IntoIterator<Item = (Tone, String)>) {
    let mut stderr = anstream::stderr().lock();
    for (tone, text) in lines {
        let style = style(tone);
        // If standard error is closed, lines still pass.
        let _ = writeln!(stderr, "{style}{text}{style:#}");
    }
}

fn style(tone: Tone) -> Style {
    match tone {
        Tone::Plain => Style::new(),
        Tone::Quiet => Style::new().dimmed(),
        Tone::Notice => AnsiColor::Cyan.on_default(),
        Tone::Warn => AnsiColor::Yellow.on_default(),
        Tone::Bad => AnsiColor::Red.on_default().bold(),
        Tone::Good => AnsiColor::Green.on_default().bold(),
    }
}
