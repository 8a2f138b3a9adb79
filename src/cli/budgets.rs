//! The flags for the budgets of a session: `ocr-detect` enforces them, and the dashboard shows what is left.

use super::units;
use crate::detect::Config;

/// The flags for the budgets of a session, which `ocr-detect`, `ocr-watch` and `ocr-run` share.
#[derive(Debug, Clone, clap::Args)]
#[allow(clippy::struct_field_names, reason = "the names of the flags")]
pub(super) struct Budgets {
    /// Report a session that has rested or had a finding more than N times since the user's last message.
    #[arg(long, env = "OCR_MAX_ITERATIONS", value_name = "N", default_value_t = Config::default().max_iterations, value_parser = units::some_count::<u64>)]
    pub(super) max_iterations: u64,
    /// Stop the session after N tokens: input, output, reasoning and cached.
    #[arg(long, env = "OCR_MAX_TOKENS", value_name = "N", value_parser = units::some_count::<u64>)]
    pub(super) max_tokens: Option<u64>,
    /// Stop the session once it has cost DOLLARS.
    ///
    /// The cost is what the server reports; where it knows no price, nothing is stopped, and a warning says so.
    #[arg(long, env = "OCR_MAX_COST", value_name = "DOLLARS", value_parser = units::dollars)]
    pub(super) max_cost: Option<f64>,
    /// Stop the session TIME after its first line.
    #[arg(long, env = "OCR_MAX_TIME", value_name = "TIME", value_parser = units::some_seconds::<u32>)]
    pub(super) max_time: Option<u32>,
}
