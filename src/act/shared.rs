//! The settings and handles that all runs of one stage share.

use super::executor::Pending;
use super::notify::{Courier, Notify};
use super::settings::Settings;
use super::shared_directory::Lookout;
use crate::pipe::{Out, Shutdown};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64};

/// What the runs of one stage share. Clones share it too.
#[derive(Clone)]
pub(super) struct Shared {
    pub settings: Arc<Settings>,
    pub out: Out,
    pub shutdown: Shutdown,
    /// The unfinished orders.
    pub pending: Pending,
    /// Sends what people are told.
    pub courier: Courier,
    pub lookout: Lookout,
    /// Whether it was said that nothing is done.
    pub warned: Arc<AtomicBool>,
    /// The time of the stream, in milliseconds since the Unix epoch, for what is written from other threads.
    pub now: Arc<AtomicI64>,
}

impl Shared {
    /// What the runs share that add their lines to `out`.
    pub fn new(settings: Settings, notify: Notify, out: Out, shutdown: Shutdown) -> Self {
        let now = Arc::<AtomicI64>::default();
        Self {
            settings: Arc::new(settings),
            courier: Courier::new(notify, out.clone(), Arc::clone(&now), shutdown.clone()),
            out,
            shutdown,
            pending: Pending::default(),
            lookout: Lookout::default(),
            warned: Arc::default(),
            now,
        }
    }
}
