//! What is asked about sessions, and of them.

use super::{Server, explain};
use crate::exit::{Code, Failure};
use opencode_rs::OpencodeError;
use opencode_rs::http::messages::MessagesApi;
use opencode_rs::types::message::{PromptPart, PromptRequest};
use opencode_rs::types::project::ModelRef;
use reqwest::Method;
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::{BTreeSet, HashMap, HashSet};
use std::path::{Path, PathBuf};

/// A session, as far as we use it.
#[derive(Debug, Clone, Deserialize)]
pub struct Session {
    /// Its id.
    pub id: String,
    /// The directory that it works in.
    #[serde(default)]
    pub directory: Option<String>,
    /// The session that started it, for a subagent's.
    #[serde(default, rename = "parentID")]
    pub parent: Option<String>,
}

impl Server {
    /// Opens a new session.
    ///
    /// # Errors
    /// As [`explain`] says.
    pub async fn create_session(&self) -> Result<Session, Failure> {
        self.ask_with(Method::POST, "/session", Some(json!({})), "open a session")
            .await
    }

    /// The session with this id.
    ///
    /// # Errors
    /// [`Code::Error`] when there is none; otherwise as [`explain`] says.
    pub async fn session(&self, id: &str) -> Result<Session, Failure> {
        let path = format!("/session/{}", segment(id));
        match self.http.request_json(Method::GET, &path, None).await {
            Ok(session) => Ok(session),
            // A version that knows no such id answers with a page, a 400 or a 404; 1.18 with a 500 to what cannot be one.
            Err(OpencodeError::Http { status, .. })
                if matches!(status, 400 | 404) || (status == 500 && !id.starts_with("ses")) =>
            {
                Err(Failure::new(
                    Code::Error,
                    format_args!(
                        "{} knows no session {id}; `opencode session list` in its directory names them",
                        self.url
                    ),
                ))
            }
            Err(error) => Err(explain(&self.url, "find the session", &error)),
        }
    }

    /// The sessions that this one started.
    ///
    /// # Errors
    /// As [`explain`] says.
    pub async fn children(&self, id: &str) -> Result<Vec<Session>, Failure> {
        let path = format!("/session/{}/children", segment(id));
        self.ask(Method::GET, &path, "list a session's children").await
    }

    /// Whether the session works or waits: whether it is anything but idle.
    ///
    /// # Errors
    /// As [`explain`] says.
    pub async fn is_busy(&self, id: &str) -> Result<bool, Failure> {
        Ok(self.busy().await?.contains(id))
    }

    /// The sessions of the directory that work or wait: a session of another directory is never among them.
    ///
    /// # Errors
    /// As [`explain`] says.
    pub async fn busy(&self) -> Result<HashSet<String>, Failure> {
        #[derive(Deserialize)]
        struct Status {
            #[serde(rename = "type")]
            kind: String,
        }
        let all: HashMap<String, Status> = self
            .ask(Method::GET, "/session/status", "ask what its sessions do")
            .await?;
        // Only sessions that are not idle are listed.
        let busy = all.into_iter().filter(|(_, status)| status.kind != "idle");
        Ok(busy.map(|(id, _)| id).collect())
    }

    /// Gives the session something to do; the answer comes as events. `model` is `provider/model`;
    /// none is the server's own choice.
    ///
    /// # Errors
    /// As [`explain`] says.
    pub async fn prompt(&self, id: &str, text: &str, model: Option<&str>) -> Result<(), Failure> {
        self.send(id, text, model, false).await
    }

    /// Tells the session something in the user's place. It is marked as written by a program, so that
    /// nobody takes it for the user's own words.
    ///
    /// # Errors
    /// As [`explain`] says.
    pub async fn steer(&self, id: &str, text: &str) -> Result<(), Failure> {
        self.send(id, text, None, true).await
    }

    async fn send(&self, id: &str, text: &str, model: Option<&str>, ours: bool) -> Result<(), Failure> {
        let request = PromptRequest {
            parts: vec![PromptPart::Text {
                text: text.to_owned(),
                synthetic: ours.then_some(true),
                ignored: None,
                metadata: ours.then(|| json!({"ocr": "steer"})),
            }],
            message_id: None,
            model: model.map(model_ref),
            agent: None,
            no_reply: None,
            system: None,
            variant: None,
        };
        MessagesApi::new(self.http.clone())
            .prompt_async(id, &request)
            .await
            .map_err(|e| explain(&self.url, "send the session a message", &e))
    }

    /// Ends what the session is doing.
    ///
    /// # Errors
    /// As [`explain`] says.
    pub async fn abort(&self, id: &str) -> Result<(), Failure> {
        let path = format!("/session/{}/abort", segment(id));
        let _taken: Value = self
            .ask_with(Method::POST, &path, Some(json!({})), "abort the session")
            .await?;
        Ok(())
    }
}

impl Server {
    /// The files that the session has changed, those below `directory` relative to it.
    ///
    /// Measured: until 1.1 the session's diff names them; since 1.18 it stays empty, and the patches among
    /// the parts of its messages name them.
    ///
    /// # Errors
    /// As [`explain`] says.
    pub async fn changed_files(&self, id: &str, directory: &Path) -> Result<Vec<String>, Failure> {
        #[derive(Deserialize)]
        struct Changed {
            file: String,
        }
        #[derive(Deserialize)]
        struct Patch {
            #[serde(rename = "type")]
            kind: String,
            #[serde(default)]
            files: Vec<PathBuf>,
        }
        let path = format!("/session/{}/diff", segment(id));
        let diff: Vec<Changed> = self
            .ask(Method::GET, &path, "say what the session changed")
            .await?;
        let mut changed: BTreeSet<String> = diff.into_iter().map(|change| change.file).collect();
        let messages = self.messages(id).await?;
        let parts = messages.iter().flat_map(|message| &message.parts);
        // A part of another shape is no patch.
        let patches = parts.filter_map(|part| serde_json::from_str::<Patch>(part.get()).ok());
        for file in patches
            .filter(|patch| patch.kind == "patch")
            .flat_map(|p| p.files)
        {
            let file = file.strip_prefix(directory).unwrap_or(&file);
            changed.insert(file.to_string_lossy().into_owned());
        }
        Ok(changed.into_iter().collect())
    }

    /// Takes back what the session changed since this message, and the message.
    ///
    /// # Errors
    /// As [`explain`] says.
    pub async fn revert(&self, id: &str, message: &str) -> Result<(), Failure> {
        let path = format!("/session/{}/revert", segment(id));
        let body = json!({"messageID": message});
        let _session: Value = self
            .ask_with(Method::POST, &path, Some(body), "take the changes back")
            .await?;
        Ok(())
    }

    /// Answers a permission: `once`, `always` or `reject`, with something for the agent to read.
    ///
    /// # Errors
    /// As [`explain`] says.
    pub async fn answer_permission(
        &self,
        request: &str,
        reply: &str,
        message: Option<&str>,
    ) -> Result<(), Failure> {
        let path = format!("/permission/{}/reply", segment(request));
        let body = match message {
            Some(message) => json!({"reply": reply, "message": message}),
            None => json!({"reply": reply}),
        };
        let _taken: Value = self
            .ask_with(Method::POST, &path, Some(body), "answer the permission")
            .await?;
        Ok(())
    }

    /// Turns a question down.
    ///
    /// # Errors
    /// As [`explain`] says.
    pub async fn reject_question(&self, request: &str) -> Result<(), Failure> {
        let path = format!("/question/{}/reject", segment(request));
        let _taken: Value = self
            .ask_with(Method::POST, &path, Some(json!({})), "turn the question down")
            .await?;
        Ok(())
    }
}

/// An id as one segment of a path: whatever is not a letter, a digit, `_`, `-` or `.` is escaped.
pub(super) fn segment(id: &str) -> String {
    url::form_urlencoded::byte_serialize(id.as_bytes()).collect()
}

/// `provider/model`; the model's own name may contain more slashes.
fn model_ref(text: &str) -> ModelRef {
    let (provider, model) = text.split_once('/').unwrap_or(("", text));
    ModelRef {
        provider_id: Some(provider.to_owned()),
        model_id: Some(model.to_owned()),
        variant: None,
        extra: Value::Null,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_model_names_its_provider_first() {
        let model = model_ref("openrouter/meta/llama");
        assert_eq!(model.provider_id.as_deref(), Some("openrouter"));
        assert_eq!(model.model_id.as_deref(), Some("meta/llama"));
    }

    #[test]
    fn an_id_cannot_leave_its_segment() {
        assert_eq!(segment("ses_1-a.b"), "ses_1-a.b");
        assert!(!segment("../x?y#z").contains(['/', '?', '#']));
    }
}
