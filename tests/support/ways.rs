//! How a played server can differ from a freshly started OpenCode 1.18.

/// How a played server differs from a freshly started OpenCode 1.18.
#[derive(Debug, Clone, Copy, Default)]
pub struct Ways {
    /// How its clock, from which ids are made, behaves.
    pub ids: Clock,
    /// The password it requires.
    pub password: Option<&'static str>,
    /// The HTTP status that it sends instead of its event log.
    pub log_fails: Option<u16>,
}

/// The clock from which a server makes its ids.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Clock {
    /// It runs forward; the ids are those of the recording.
    #[default]
    GoesOn,
    /// It is set back repeatedly.
    StepsBack,
    /// Its number wraps around in the middle of the recording.
    Wraps,
}

impl Clock {
    /// The id of event `n` of `of` events; `None` keeps the recorded one.
    pub(super) fn id(self, n: usize, of: usize) -> Option<String> {
        const WRAPS_AT: usize = 1 << 48;
        match self {
            Clock::GoesOn => None,
            Clock::StepsBack => Some(format!("evt_{:012x}", (of - n / 20) * 1000 + n)),
            Clock::Wraps => Some(format!("evt_{:012x}", (WRAPS_AT - of / 2 + n) % WRAPS_AT)),
        }
    }
}
