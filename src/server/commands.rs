//! Sends requests that make a session do something.

use super::{Error, Server, answer, segment};
use opencode_rs::types::message::{PromptPart, PromptRequest};
use opencode_rs::types::project::ModelRef;
use reqwest::Method;
use serde::de::IgnoredAny;
use serde_json::{Value, json};

impl Server {
    /// Gives the session a task; the answer arrives as events. `model` is `provider/model`; `None` is the server's
    /// own choice. With `no_tools`, the agent can do nothing but answer.
    ///
    /// # Errors
    /// Any [`Error`] of a request.
    pub async fn prompt(&self, id: &str, text: &str, model: Option<&str>, no_tools: bool) -> Result<(), Error> {
        let mut body = json!(message(text, model, None, false));
        if no_tools {
            body["tools"] = json!({"*": false});
        }
        self.send_message(id, &body).await
    }

    /// Sends the session a message in the user's place, marked as synthetic so that it is not taken for the user's
    /// own words.
    ///
    /// # Errors
    /// Any [`Error`] of a request.
    pub async fn steer(&self, id: &str, text: &str) -> Result<(), Error> {
        self.send_message(id, &json!(message(text, None, None, true))).await
    }

    /// The same with a message whose id is ours, so that it can be found again. The id orders it among the others.
    ///
    /// # Errors
    /// Any [`Error`] of a request.
    pub async fn send_on(&self, id: &str, message_id: &str, text: &str) -> Result<(), Error> {
        self.send_message(id, &json!(message(text, None, Some(message_id), true))).await
    }

    async fn send_message(&self, id: &str, body: &Value) -> Result<(), Error> {
        let path = format!("session/{}/prompt_async", segment(id));
        // The answer is empty.
        let request = self.http.post(self.route_in_directory(&path)).json(body);
        let purpose = "send the session a message";
        answer::check_status(&self.url, purpose, self.send(request, purpose).await?).await?;
        Ok(())
    }

    /// Aborts what the session is doing.
    ///
    /// # Errors
    /// Any [`Error`] of a request.
    pub async fn abort(&self, id: &str) -> Result<(), Error> {
        let path = format!("session/{}/abort", segment(id));
        self.post(&path, json!({}), "abort the session").await
    }

    /// Reverts the session to before this message: takes back the message and the changes since.
    ///
    /// # Errors
    /// Any [`Error`] of a request.
    pub async fn revert(&self, id: &str, message: &str) -> Result<(), Error> {
        let path = format!("session/{}/revert", segment(id));
        let body = json!({"messageID": message});
        self.post(&path, body, "revert the changes").await
    }

    /// Answers a permission request: `once`, `always` or `reject`, with a message for the agent.
    ///
    /// # Errors
    /// Any [`Error`] of a request.
    pub async fn answer_permission(&self, request: &str, reply: &str, message: Option<&str>) -> Result<(), Error> {
        let path = format!("permission/{}/reply", segment(request));
        let body = match message {
            Some(message) => json!({"reply": reply, "message": message}),
            None => json!({"reply": reply}),
        };
        self.post(&path, body, "answer the permission request").await
    }

    /// Answers a question: for each of its questions the chosen labels, or words of one's own.
    ///
    /// # Errors
    /// Any [`Error`] of a request.
    pub async fn answer_question(&self, request: &str, answers: &[Vec<String>]) -> Result<(), Error> {
        let path = format!("question/{}/reply", segment(request));
        self.post(&path, json!({"answers": answers}), "answer the question").await
    }

    /// Rejects a question.
    ///
    /// # Errors
    /// Any [`Error`] of a request.
    pub async fn reject_question(&self, request: &str) -> Result<(), Error> {
        let path = format!("question/{}/reject", segment(request));
        self.post(&path, json!({}), "reject the question").await
    }

    /// Makes a request whose answer says nothing that we use.
    async fn post(&self, path: &str, body: Value, purpose: &'static str) -> Result<(), Error> {
        let _: IgnoredAny = self.request(Method::POST, path, Some(body), purpose).await?;
        Ok(())
    }
}

/// A message in the user's place; a synthetic one is not taken for the user's own words.
fn message(text: &str, model: Option<&str>, message_id: Option<&str>, synthetic: bool) -> PromptRequest {
    PromptRequest {
        parts: vec![PromptPart::Text {
            text: text.to_owned(),
            synthetic: synthetic.then_some(true),
            ignored: None,
            metadata: synthetic.then(|| json!({"ocr": "steer"})),
        }],
        message_id: message_id.map(str::to_owned),
        model: model.map(model_ref),
        agent: None,
        no_reply: None,
        system: None,
        variant: None,
    }
}

/// Splits `provider/model`; the model's own name may contain more slashes.
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
    fn cli_04_splits_provider_from_model() {
        let model = model_ref("openrouter/meta/llama");
        assert_eq!(model.provider_id.as_deref(), Some("openrouter"));
        assert_eq!(model.model_id.as_deref(), Some("meta/llama"));
    }
}
