//! Passes every line on, and tells the person what it says.

use super::render::{Story, Tone};
use crate::exit::Failure;
use crate::pipe::Stage;
use anstyle::{AnsiColor, Style};
use std::io::Write;

/// The stage.
#[derive(Debug, Default)]
pub struct Watch {
    story: Story,
}

impl Watch {
    /// A view that has told nothing yet.
    pub fn new() -> Self {
        Self::default()
    }
}

impl Stage for Watch {
    fn line(&mut self, line: &[u8], _added: &mut Vec<u8>) -> Result<(), Failure> {
        let Ok(text) = std::str::from_utf8(line) else {
            return Ok(());
        };
        let mut person = anstream::stderr().lock();
        for (tone, told) in self.story.line(text) {
            let style = style(tone);
            // Nobody to tell is no reason to stop passing lines on.
            let _ = writeln!(person, "{style}{told}{style:#}");
        }
        Ok(())
    }

    fn finish(&mut self, _added: &mut Vec<u8>) -> Result<(), Failure> {
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
