//! The ways in which servers differ from one of 1.18 that has just been started.

/// How this server differs from one of 1.18 that has just been started.
#[derive(Debug, Clone, Copy, Default)]
pub struct Ways {
    /// What its clock does to the ids of its events.
    pub ids: Clock,
    /// What it wants to be told before it answers.
    pub password: Option<&'static str>,
    /// The status with which it answers when asked for its log, instead of the log.
    pub log_fails: Option<u16>,
}

/// What a server's clock does: ids are made of it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Clock {
    /// It goes on: the ids are those of the recording.
    #[default]
    GoesOn,
    /// It is set back again and again.
    StepsBack,
    /// The number that is made of it wraps in the middle.
    Wraps,
}

impl Clock {
    /// The id of event number `n` of so many; `None`: its own.
    pub(super) fn id(self, n: usize, of: usize) -> Option<String> {
        const WRAPS_AT: usize = 1 << 48;
        match self {
            Clock::GoesOn => None,
            Clock::StepsBack => Some(format!("evt_{:012x}", (of - n / 20) * 1000 + n)),
            Clock::Wraps => Some(format!("evt_{:012x}", (WRAPS_AT - of / 2 + n) % WRAPS_AT)),
        }
    }
}
