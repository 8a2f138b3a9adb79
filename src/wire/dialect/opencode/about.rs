//! Reads what OpenCode's bus says about a session itself: its title, its agent, its model.

use crate::wire::json::raw::Raw;
use crate::wire::text;
use serde::Deserialize;
use std::borrow::Cow;

/// What a line says about the session it belongs to, for a person. `None` for what it does not say.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct About<'a> {
    /// The title of the session.
    pub title: Option<Cow<'a, str>>,
    /// The name of the agent, such as `build`.
    pub agent: Option<Cow<'a, str>>,
    /// The model, as `provider/model`.
    pub model: Option<String>,
    /// The working directory.
    pub directory: Option<Cow<'a, str>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Line<'a> {
    #[serde(borrow)]
    properties: Option<Properties<'a>>,
    #[serde(borrow)]
    payload: Option<Raw<'a>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Properties<'a> {
    #[serde(borrow)]
    info: Option<Info<'a>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Info<'a> {
    #[serde(borrow, deserialize_with = "text::borrowed")]
    title: Option<Cow<'a, str>>,
    #[serde(borrow, deserialize_with = "text::borrowed")]
    directory: Option<Cow<'a, str>>,
    #[serde(borrow, deserialize_with = "text::borrowed")]
    agent: Option<Cow<'a, str>>,
    // The answer of a model, in versions that name no agent.
    #[serde(borrow, deserialize_with = "text::borrowed")]
    mode: Option<Cow<'a, str>>,
    #[serde(borrow, rename = "providerID", deserialize_with = "text::borrowed")]
    provider: Option<Cow<'a, str>>,
    #[serde(borrow, rename = "modelID", deserialize_with = "text::borrowed")]
    model_id: Option<Cow<'a, str>>,
    #[serde(borrow)]
    model: Option<Model<'a>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Model<'a> {
    #[serde(borrow, rename = "providerID", deserialize_with = "text::borrowed")]
    provider: Option<Cow<'a, str>>,
    #[serde(borrow, alias = "modelID", deserialize_with = "text::borrowed")]
    id: Option<Cow<'a, str>>,
}

impl<'a> Info<'a> {
    fn about(self) -> About<'a> {
        let (provider, id) = match self.model {
            Some(model) if model.id.is_some() => (model.provider, model.id),
            _ => (self.provider, self.model_id),
        };
        let model = id.map(|id| provider.map_or_else(|| id.to_string(), |provider| format!("{provider}/{id}")));
        About {
            title: self.title.filter(|title| !title.is_empty()),
            agent: self.agent.or(self.mode).filter(|agent| !agent.is_empty()),
            model,
            directory: self.directory.filter(|directory| !directory.is_empty()),
        }
    }
}

/// What an event about a session or a message says about its session; nothing for any other line.
pub fn about(line: &str) -> About<'_> {
    let Some(object) = line.find('{').map(|at| &line[at..]) else {
        return About::default();
    };
    // Members of another shape mean nothing here.
    let line: Line<'_> = serde_json::from_str(object.trim_end()).unwrap_or_default();
    let inner = line.payload.and_then(|payload| serde_json::from_str::<Line<'_>>(payload.get()).ok());
    let properties = line.properties.or_else(|| inner?.properties);
    properties.and_then(|properties| properties.info).map(Info::about).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_session_and_message() {
        let session = r#"{"ts":1,"type":"session.updated","properties":{"info":{"title":"Fix it","directory":"/w","model":{"id":"m","providerID":"p"}}}}"#;
        let read = about(session);
        assert_eq!((read.title.as_deref(), read.directory.as_deref()), (Some("Fix it"), Some("/w")));
        assert_eq!(read.model.as_deref(), Some("p/m"));
        let answer = r#"{"directory":"/w","payload":{"type":"message.updated","properties":{"info":{"mode":"plan","modelID":"m2","providerID":"p"}}}}"#;
        let read = about(answer);
        assert_eq!((read.agent.as_deref(), read.model.as_deref()), (Some("plan"), Some("p/m2")));
    }

    #[test]
    fn other_lines_say_nothing() {
        for line in ["", "[1]", "{}", r#"{"properties":[]}"#, r#"{"properties":{"info":{"title":5}}}"#] {
            assert_eq!(about(line), About::default(), "{line}");
        }
    }
}
