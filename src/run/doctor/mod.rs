//! Checks before a run whether one would work. Each check says what it found and, if that is not good, what to do.

mod ask;
mod checked;
mod config;
mod git;
mod model;
mod opencode;
mod permissions;
mod reviewer;
mod settings;

pub use checked::{Checked, Health};
pub use settings::Doctor;

use crate::exit::Code;

/// Makes every check, tells of each as soon as it is made, and returns the exit code: that of the first failure, or
/// [`Code::Unsure`] if there are warnings.
pub fn doctor(doctor: &Doctor, mut tell: impl FnMut(&Checked)) -> Code {
    let mut code = Code::Ok;
    let mut take = |checked: Checked| {
        tell(&checked);
        code = match (checked.health, code) {
            (Health::Fail(failed), Code::Ok | Code::Unsure) => failed,
            (Health::Warn, Code::Ok) => Code::Unsure,
            _ => code,
        };
        !matches!(checked.health, Health::Fail(_))
    };
    // First: a session may leave files in the directory.
    take(git::check(&doctor.directory));
    if take(opencode::check(doctor)) {
        match config::read(doctor) {
            Ok(config) => {
                take(config::check(&config));
                take(permissions::check(&config));
                if let Some(args) = &doctor.model {
                    take(model::check(doctor, &config, args));
                }
            }
            Err(checked) => {
                take(checked);
            }
        }
    }
    take(reviewer::check(doctor));
    take(match &doctor.recordings {
        Ok(folder) => Checked::ok("recordings", folder.display().to_string()),
        Err(why) => {
            // The reason ends with what to do.
            let (why, cure) = why.rsplit_once("; ").unwrap_or((why, ""));
            Checked::fail("recordings", Code::Error, why, cure)
        }
    });
    code
}
