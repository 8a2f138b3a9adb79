//! Against a real `OpenCode`: what the rest is built on, and the whole chain.

mod abroad;
mod act;
mod all;
mod asked;
mod chain;
mod children;
mod codes;
mod escalation;
mod export;
mod family;
mod faults;
mod hung;
mod notify;
mod oldest;
mod quota;
mod readme;
mod recorded;
mod resume;
mod shared;
mod soak;
mod starts;
mod steer;
mod stream;
mod stream_left;
mod wire;

use crate::support::{OpenCode, Project, Provider, Script};

/// A project and its provider, for a server that is spawned by us.
pub struct Bench {
    pub opencode: OpenCode,
    pub project: Project,
    pub provider: Provider,
}

fn bench(script: &str) -> Option<Bench> {
    let script = Script::parse(script).unwrap();
    let opencode = OpenCode::get()?;
    let provider = Provider::start(script.clone());
    let project = Project::new(&script, &provider);
    Some(Bench { opencode, project, provider })
}
