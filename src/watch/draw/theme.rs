//! Colours and signs. They must be readable on dark and light backgrounds and by the colour-blind: each state has a
//! sign and a word of its own, a colour only repeats it, and neither yellow, blue, white nor black is used for text.

use super::super::state::{LineKind, Rank, Session, Topic};
use crate::wire::record::SessionStatus;
use ratatui::style::{Color, Modifier, Style};

/// The styles of what is drawn.
#[derive(Debug, Clone, Copy)]
pub struct Theme {
    /// Whether to use colours; `NO_COLOR` turns them off. Bold, dim and reversed text stay.
    pub colors: bool,
}

impl Theme {
    fn color(self, color: Color) -> Style {
        if self.colors { Style::new().fg(color) } else { Style::new() }
    }

    /// What matters less.
    pub fn quiet(self) -> Style {
        Style::new().add_modifier(Modifier::DIM)
    }

    /// What comes first.
    pub fn strong(self) -> Style {
        Style::new().add_modifier(Modifier::BOLD)
    }

    /// Worth knowing.
    pub fn notice(self) -> Style {
        self.color(Color::Cyan)
    }

    /// Worth a look.
    pub fn warn(self) -> Style {
        self.color(Color::Magenta)
    }

    /// Bad.
    pub fn bad(self) -> Style {
        self.color(Color::Red).add_modifier(Modifier::BOLD)
    }

    /// Good.
    pub fn good(self) -> Style {
        self.color(Color::Green)
    }

    /// A person is needed.
    pub fn urgent(self) -> Style {
        self.color(Color::Magenta).add_modifier(Modifier::BOLD | Modifier::REVERSED)
    }

    /// The chosen row.
    pub fn chosen(self) -> Style {
        Style::new().add_modifier(Modifier::REVERSED)
    }

    /// What the search found.
    pub fn found(self) -> Style {
        Style::new().add_modifier(Modifier::UNDERLINED | Modifier::BOLD)
    }

    /// The sign, the word and the style of a state.
    pub fn status(self, status: SessionStatus) -> (&'static str, &'static str, Style) {
        match status {
            SessionStatus::Waiting => ("?", "waits for you", self.urgent()),
            SessionStatus::Silent => ("!", "silent", self.warn()),
            SessionStatus::Retrying => ("~", "retrying", self.warn()),
            SessionStatus::Quota => ("$", "out of quota", self.warn()),
            SessionStatus::Working => ("*", "working", self.good()),
            SessionStatus::Tool => (">", "tool", self.good()),
            SessionStatus::Resting => ("-", "resting", Style::new()),
            SessionStatus::Ended => ("x", "ended", self.quiet()),
        }
    }

    /// The same of a session: one with a grave finding says so, whatever it does.
    pub fn session(self, session: &Session) -> (&'static str, &'static str, Style) {
        let (sign, word, style) = self.status(session.state.status);
        if session.rank() == Rank::Trouble && session.state.rank() > Rank::Trouble {
            return ("!", word, self.bad());
        }
        (sign, word, style)
    }

    /// The style of what a session does: what it asks, what is wrong with it, or its latest call.
    pub fn doing(self, session: &Session) -> Style {
        match (session.rank(), session.trouble()) {
            (Rank::NeedsYou, _) => self.strong(),
            (Rank::Trouble, Some(_)) => self.bad(),
            (Rank::Trouble, None) | (_, Some(_)) => self.warn(),
            _ => self.quiet(),
        }
    }

    /// The word and the style of an entry of the log.
    pub fn topic(self, topic: Topic) -> (&'static str, Style) {
        match topic {
            Topic::Notice => ("notice", self.notice()),
            Topic::Warn => ("warn", self.warn()),
            Topic::Stop => ("STOP", self.bad()),
            Topic::Over => ("over", self.quiet()),
            Topic::Review => ("review", self.notice()),
            Topic::Acted => ("act", self.good()),
            Topic::ActFailed => ("act", self.bad()),
            Topic::Acting => ("act", Style::new()),
            Topic::Asks => ("asks", self.urgent()),
            Topic::Error => ("error", self.bad()),
            Topic::Info => ("info", self.quiet()),
            Topic::Says => ("says", self.warn()),
            Topic::Good => ("result", self.good()),
            Topic::Bad => ("result", self.bad()),
        }
    }

    /// The sign and the style of a line of output.
    pub fn line(self, kind: LineKind) -> (&'static str, Style) {
        match kind {
            LineKind::Said => ("", Style::new()),
            LineKind::Thought => ("· ", self.quiet()),
            LineKind::Asked => ("» ", self.strong()),
            LineKind::Running => ("> ", self.notice()),
            LineKind::Ended => ("✓ ", self.good()),
            LineKind::Failed => ("✗ ", self.bad()),
        }
    }
}
