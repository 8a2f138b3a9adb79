//! Checks whether the configuration of `OpenCode` can be read, and which model it names.

use super::ask::{PATIENCE, ask};
use super::checked::Checked;
use super::settings::Doctor;
use crate::exit::Code;
use serde_json::Value;

const WHAT: &str = "config";

/// The configuration of the working directory, as `OpenCode` itself resolves it, or why it cannot be read.
pub(super) fn read(doctor: &Doctor) -> Result<Value, Checked> {
    let program = doctor.opencode.display().to_string();
    let failed = |why: &str| {
        let found = format!("the configuration cannot be read: {why}");
        Checked::fail(WHAT, Code::Error, found, "fix opencode.json; `opencode debug config` says what is wrong")
    };
    let said = ask(&[&program, "debug", "config"], &doctor.directory, PATIENCE).map_err(|why| failed(&why))?;
    if !said.success {
        return Err(failed(&said.complaint()));
    }
    // It may say something before.
    let json = said.stdout.find('{').map_or("", |from| &said.stdout[from..]);
    serde_json::from_str(json).map_err(|error| failed(&error.to_string()))
}

pub(super) fn check(config: &Value) -> Checked {
    match config["model"].as_str() {
        Some(model) => Checked::ok(WHAT, format!("model {model}")),
        None => Checked::warn(
            WHAT,
            "it names no model, so OpenCode chooses one",
            r#"add "model": "provider/model" to opencode.json, or use --worker-model"#,
        ),
    }
}
