//! The two channels that text comes in: answers and thoughts.

/// Where text comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Channel {
    /// What the model answers.
    Text,
    /// What the model thinks.
    Reasoning,
}

/// A value for each channel.
#[derive(Default)]
pub(crate) struct PerChannel<T>([T; 2]);

impl<T> PerChannel<T> {
    /// The value for a channel.
    pub(crate) fn get(&self, channel: Channel) -> &T {
        &self.0[channel as usize]
    }

    /// The value for a channel, to be changed.
    pub(crate) fn get_mut(&mut self, channel: Channel) -> &mut T {
        &mut self.0[channel as usize]
    }
}
