//! Passes every line on, and shows on standard error what it says.

use super::render::{Renderer, Tone};
use crate::exit::Failure;
use crate::pipe::Stage;
use anstyle::{AnsiColor, Style};
use std::io::Write;

/// Shows each line to a person.
#[derive(Debug, Default)]
pub struct Watch {
    renderer: Renderer,
}

impl Stage for Watch {
    fn line(&mut self, line: &[u8], _added: &mut Vec<u8>) -> Result<(), Failure> {
        let Ok(text) = std::str::from_utf8(line) else {
            return Ok(());
        };
        let mut stderr = anstream::stderr().lock();
        for (tone, text) in self.renderer.render(text) {
            let style = style(tone);
            // If standard error is closed, lines still pass.
            let _ = writeln!(stderr, "{style}{text}{style:#}");
        }
        Ok(())
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
