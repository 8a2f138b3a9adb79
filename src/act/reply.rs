//! Answers permissions and questions of a running server from another terminal.

use crate::exit::{Code, Failure};
use crate::net::runtime;
use crate::server::{Error, OpenRequest, Server};
use serde::Deserialize;
use std::collections::BTreeSet;

/// The answer that rejects a request.
const REJECT: &str = "reject";

/// How OpenCode's ids of permissions begin.
const PERMISSION_ID: &str = "per";

/// The answers to a permission request.
const PERMISSION: [&str; 3] = ["once", "always", REJECT];

/// The answers to one request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    id: String,
    /// One for each of its questions.
    answers: Vec<String>,
}

/// Parses `ID=ANSWER`. Further answers with the same id are for its further questions.
///
/// # Errors
/// [`Code::Usage`] for anything else.
pub fn replies(given: &[String]) -> Result<Vec<Reply>, Failure> {
    let mut replies: Vec<Reply> = Vec::new();
    for text in given {
        let parsed = text.split_once('=').filter(|(id, answer)| !id.is_empty() && !answer.trim().is_empty());
        let (id, answer) = parsed.ok_or_else(|| {
            Failure::new(Code::Usage, "--answer: expected ID=ANSWER, such as per_1=once or que_1='the second one'")
        })?;
        match replies.iter_mut().find(|reply| reply.id == id) {
            Some(reply) => reply.answers.push(answer.to_owned()),
            None => replies.push(Reply { id: id.to_owned(), answers: vec![answer.to_owned()] }),
        }
    }
    Ok(replies)
}

/// Gives the server these answers, and says what was done through `told`.
///
/// # Errors
/// [`Code::Usage`] for an id that is not open and an answer that does not fit; else any error of a request.
pub fn reply_all(server: &Server, replies: &[Reply], mut told: impl FnMut(&str)) -> Result<(), Failure> {
    let runtime = runtime().map_err(|e| Failure::new(Code::Error, e))?;
    for reply in replies {
        told(&runtime.block_on(give(server, reply))?);
    }
    Ok(())
}

/// Where a request is open.
enum Found {
    /// Here, as the server lists it.
    Listed(Server, OpenRequest),
    /// Perhaps in one of these directories, whose requests the server cannot list, and why.
    Unlisted(Vec<(Server, Error)>),
}

/// Gives one answer. Returns what was done.
async fn give(server: &Server, reply: &Reply) -> Result<String, Failure> {
    let (server, request) = match find(server, &reply.id).await? {
        Found::Listed(server, request) => (server, request),
        Found::Unlisted(places) => return give_unlisted(server, places, reply).await,
    };
    let (id, session) = (&reply.id, &request.session);
    let given = if request.kind == "permission.asked" {
        let answer = permission(reply)?;
        server.answer_permission(id, answer, None).await?;
        answer.to_owned()
    } else if reply.answers == [REJECT] {
        server.reject_question(id).await?;
        REJECT.to_owned()
    } else {
        let chosen = chosen(&request, reply)?;
        server.answer_question(id, &chosen).await?;
        chosen.concat().join(", ")
    };
    Ok(format!("answered {id} of session {session}: {given}"))
}

/// Answers a permission that the server does not list, where it knows it.
async fn give_unlisted(server: &Server, places: Vec<(Server, Error)>, reply: &Reply) -> Result<String, Failure> {
    let id = &reply.id;
    for (place, error) in places {
        // The answers to a question can only be read with the question.
        if !id.starts_with(PERMISSION_ID) {
            return Err(error.into());
        }
        let answer = permission(reply)?;
        match place.answer_permission(id, answer, None).await {
            Ok(()) => return Ok(format!("answered {id}: {answer}")),
            Err(error) if error.is_unknown() => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(not_open(server, id))
}

/// The one answer to a permission.
fn permission(reply: &Reply) -> Result<&str, Failure> {
    let [answer] = &reply.answers[..] else {
        return Err(misfit(&reply.id, "a permission has one answer"));
    };
    let fits = PERMISSION.contains(&&**answer);
    fits.then_some(&**answer)
        .ok_or_else(|| misfit(&reply.id, "the answers to a permission are once, always and reject"))
}

/// Where the request is open: it is known where its session works.
async fn find(server: &Server, id: &str) -> Result<Found, Failure> {
    let mut unlisted = Vec::new();
    let mut open = async |server: &Server| {
        let open = server.open_requests().await?;
        unlisted.extend(open.missing.map(|error| (server.clone(), error)));
        Ok::<_, Failure>(open.listed.into_iter().find(|request| request.id == id))
    };
    if let Some(request) = open(server).await? {
        return Ok(Found::Listed(server.clone(), request));
    }
    let sessions = server.sessions().await?.sessions;
    let directories: BTreeSet<String> = sessions.into_iter().filter_map(|session| session.directory).collect();
    for directory in directories {
        let there = server.in_directory(Some(directory));
        if let Some(request) = open(&there).await? {
            return Ok(Found::Listed(there, request));
        }
    }
    if unlisted.is_empty() { Err(not_open(server, id)) } else { Ok(Found::Unlisted(unlisted)) }
}

fn not_open(server: &Server, id: &str) -> Failure {
    let url = server.url();
    let what = format_args!("--answer: {url} has no open request {id}; it was answered, or its session has ended");
    Failure::new(Code::Usage, what)
}

/// The answers of a question as the server takes them: the labels of its options, as it writes them.
fn chosen(request: &OpenRequest, reply: &Reply) -> Result<Vec<Vec<String>>, Failure> {
    #[derive(Deserialize)]
    struct Request {
        #[serde(default)]
        questions: Vec<Question>,
    }
    #[derive(Deserialize)]
    struct Question {
        #[serde(default)]
        options: Vec<Choice>,
    }
    #[derive(Deserialize)]
    struct Choice {
        label: String,
    }
    let asked: Request = serde_json::from_str(request.properties.get())
        .map_err(|_| misfit(&reply.id, "its questions cannot be read; answer it in OpenCode"))?;
    let count = asked.questions.len();
    if count != reply.answers.len() {
        let what = format!("it asks {count} questions; give as many answers, each with --answer ID=ANSWER, in order");
        return Err(misfit(&reply.id, &what));
    }
    let label = |(question, answer): (&Question, &String)| {
        let same = question.options.iter().find(|option| option.label.eq_ignore_ascii_case(answer));
        vec![same.map_or_else(|| answer.clone(), |option| option.label.clone())]
    };
    Ok(asked.questions.iter().zip(&reply.answers).map(label).collect())
}

fn misfit(id: &str, why: &str) -> Failure {
    Failure::new(Code::Usage, format_args!("--answer: cannot answer {id}: {why}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parses_answers() {
        let given = ["a=once", "b=x=y", "b=two"].map(str::to_owned);
        let parsed = replies(&given).unwrap();
        let one = |id: &str, answers: &[&str]| Reply {
            id: id.to_owned(),
            answers: answers.iter().map(|a| (*a).to_owned()).collect(),
        };
        assert_eq!(parsed, [one("a", &["once"]), one("b", &["x=y", "two"])]);
        for wrong in ["a", "=once", "a=", "a= "] {
            assert_eq!(replies(&[wrong.to_owned()]).unwrap_err().code, Code::Usage, "{wrong}");
        }
    }
}
