//! Passes every line on, and tells it as a story on standard error.

use super::render::{Renderer, Tone};
use crate::exit::Failure;
use crate::pipe::Stage;
use crate::wire::{Recognizer, is_event_field, observe};
use anstyle::{AnsiColor, Style};
use std::io::Write;

/// Shows each line to a person.
#[derive(Debug)]
pub struct Watch {
    renderer: Renderer,
    recognizer: Recognizer,
}

impl Watch {
    /// Tells the lines on a terminal with so many columns, if there is one.
    pub fn new(columns: Option<usize>) -> Self {
        Self { renderer: Renderer::new(columns), recognizer: Recognizer::default() }
    }

    /// Finds out whether the lines are events at all: otherwise a person would look at nothing.
    pub(super) fn recognize(&mut self, line: &[u8]) {
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

    /// What the input seems to be, if it has lines and none was understood.
    pub(super) fn foreign(&self) -> Option<String> {
        let foreign = self.recognizer.foreign().filter(|_| self.recognizer.foreign_lines() > 0);
        foreign.map(|foreign| foreign.to_string())
    }

    /// Tells what a line says.
    pub(super) fn tell(&mut self, line: &[u8]) {
        self.recognize(line);
        if let Ok(text) = std::str::from_utf8(line) {
            show(self.renderer.render(text));
        }
    }

    /// Goes on where the dashboard was closed.
    #[cfg(all(unix, feature = "tui"))]
    pub(super) fn resume(&mut self, origins: crate::wire::Origins) {
        self.renderer.resume(origins);
    }
}

impl Stage for Watch {
    fn line(&mut self, line: &[u8], _added: &mut Vec<u8>) -> Result<(), Failure> {
        self.tell(line);
        Ok(())
    }

    fn finish(&mut self, _added: &mut Vec<u8>) -> Result<(), Failure> {
        // If nothing came, the program before this one has said why.
        if let Some(foreign) = self.foreign() {
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
