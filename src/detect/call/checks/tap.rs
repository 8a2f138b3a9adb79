//! The Test Anything Protocol, which counts by its lines and has no summary.

/// How many tests are planned, and how many were well.
#[derive(Default)]
pub(super) struct Tap {
    planned: Option<u32>,
    well: u32,
}

impl Tap {
    /// Takes in a line.
    pub(super) fn line(&mut self, line: &str) {
        if let Some(planned) = line.strip_prefix("1..") {
            let plan = planned.split(' ').next().and_then(|number| number.parse().ok());
            self.planned = plan.or(self.planned);
        } else if let Some(rest) = line.strip_prefix("ok ") {
            self.well += u32::from(rest.as_bytes().first().is_some_and(u8::is_ascii_digit));
        }
    }

    /// Whether all that were planned were well.
    pub(super) fn is_complete(&self) -> bool {
        self.planned.is_some_and(|planned| planned > 0 && planned == self.well)
    }
}
