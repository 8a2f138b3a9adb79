//! What is to be done now. Pure: a record in, orders out.

use super::order::{Order, Report, Task};
use super::settings::{Answer, Remedy, Settings};
use super::state::{Ledger, outcome_of};
use crate::wire::record::{Decision, Finding, Grade, Kind, Outcome, Phase, RunOutcome, Verdict};

/// What an agent is told that rests with its work undone and no advice of the reviewer's.
const NUDGE: &str =
    "The task is not finished yet. Go on with what is left; when everything is done and checked, say so.";

/// What a decision asks for.
pub(super) fn on_decision(ledger: &mut Ledger, settings: &Settings, decision: &Decision) -> Option<Order> {
    if ledger.ended.is_some() {
        return None;
    }
    let finding = ledger.judged(decision).cloned();
    let finding = finding.as_ref();
    if let Some(remedy) = finding
        .filter(|_| decision.finding.is_some())
        .and_then(|f| said(settings, f))
    {
        return overruled(decision, remedy);
    }
    let (session, reason) = (&decision.session_id, &decision.reason);
    let at_rest = decision.finding.is_none() && ledger.done.is_some() && !ledger.is_of_many();
    match decision.action {
        Verdict::Abort => {
            let outcome = finding.map_or(RunOutcome::Unsure, outcome_of);
            Some(abort(ledger, settings, session, finding, outcome, reason))
        }
        Verdict::Steer => {
            let message = decision.message.as_deref().unwrap_or(reason);
            Some(steer(ledger, settings, session, finding, message, reason))
        }
        Verdict::Continue if at_rest && !is_over(ledger) => {
            Some(steer(ledger, settings, session, None, NUDGE, reason))
        }
        Verdict::Done if at_rest && !is_over(ledger) => verify(ledger, settings, reason),
        Verdict::Unsure if at_rest && !ledger.steering.unanswered() => {
            if can_be_checked(ledger, settings) {
                return verify(ledger, settings, reason);
            }
            settle_rest(ledger, reason);
            None
        }
        _ => None,
    }
}

/// What a finding asks for: what the command line says about it; else, when nobody reviews, what its grade
/// says: a `stop` needs no second opinion.
pub(super) fn on_finding(ledger: &mut Ledger, settings: &Settings, finding: &Finding) -> Vec<Order> {
    if ledger.ended.is_some() {
        return Vec::new();
    }
    let mut orders = if finding.kind == Kind::Blocked {
        answers(ledger, settings, finding)
    } else {
        Vec::new()
    };
    let remedy = match said(settings, finding) {
        Some(remedy) => remedy,
        None if !ledger.reviewed && finding.grade == Grade::Stop => Remedy::Abort,
        None => Remedy::Continue,
    };
    let (session, why, about) = (&finding.session_id, &finding.summary, Some(finding));
    orders.extend(match remedy {
        Remedy::Continue => None,
        Remedy::Abort => Some(abort(ledger, settings, session, about, outcome_of(finding), why)),
        Remedy::Steer => Some(steer(ledger, settings, session, about, &advice(finding), why)),
    });
    orders
}

/// What a rest asks for when nobody reviews.
pub(super) fn on_rest(ledger: &mut Ledger, settings: &Settings) -> Option<Order> {
    if ledger.reviewed || ledger.ended.is_some() || ledger.steering.unanswered() || ledger.is_of_many() {
        return None;
    }
    let done = ledger.done.as_ref()?.outcome == Outcome::Done;
    if done || can_be_checked(ledger, settings) {
        return verify(ledger, settings, "the session says it is done");
    }
    None
}

/// What the outcome of an order asks for.
pub(super) fn on_report(ledger: &mut Ledger, settings: &Settings, report: &Report) -> Option<Order> {
    let taken = report.phase == Phase::Taken;
    match &report.order.task {
        Task::Verify { .. } if taken => {
            ledger.end(
                RunOutcome::Done,
                &format!("done, and verified: {}", report.detail),
            );
            None
        }
        // The check did not fail: it was not let finish.
        Task::Verify { .. } if report.cut => {
            ledger.cut = true;
            None
        }
        Task::Verify { .. } => unverified(ledger, settings, report),
        Task::Steer { .. } if !taken => {
            ledger.steering.failed();
            settle_rest(ledger, &format!("the agent could not be told: {}", report.detail));
            None
        }
        Task::Answer { request, .. } if !taken => {
            ledger.answered.remove(request);
            None
        }
        Task::Abort { .. } if !taken => {
            ledger.gave_up = true;
            None
        }
        _ => None,
    }
}

/// A check fails: the agent is told as long as it listens.
fn unverified(ledger: &mut Ledger, settings: &Settings, report: &Report) -> Option<Order> {
    let told = format!("This is not done yet, a check fails. {}", report.detail);
    let follows = ledger.opened.as_ref().is_some_and(|o| o.follow) && ledger.closed.is_none();
    if follows && ledger.steering.sent < settings.policy.max_steers {
        let session = &report.order.session;
        return Some(steer(ledger, settings, session, None, &told, "a check failed"));
    }
    // The rest, the end of what a command wrote, is in the line about the check.
    let first = report.detail.lines().next().unwrap_or_default();
    ledger.end(RunOutcome::Unverified, first);
    None
}

/// What it means that something could not be tried at all.
pub(super) fn on_skipped(ledger: &mut Ledger, order: &Order, why: &str) {
    match order.task {
        Task::Steer { .. } => ledger.steering.failed(),
        Task::Verify { .. } => ledger.end(RunOutcome::Unsure, &format!("nothing was checked: {why}")),
        _ => {}
    }
}

/// What the command line says about a finding: about its rule, or else about its kind.
fn said(settings: &Settings, finding: &Finding) -> Option<Remedy> {
    let on = &settings.policy.on;
    let said = on.get(&finding.rule).or_else(|| on.get(kind_name(finding.kind)));
    said.copied().filter(|_| finding.grade >= Grade::Warn)
}

/// A decision about a finding of which the command line has said what to do: that was done when it was found.
fn overruled(decision: &Decision, remedy: Remedy) -> Option<Order> {
    let task = match (decision.action, remedy) {
        (Verdict::Abort, Remedy::Continue | Remedy::Steer) => Task::Abort {
            child: None,
            changed: Vec::new(),
            then: None,
        },
        (Verdict::Steer, Remedy::Continue | Remedy::Abort) => Task::Steer {
            message: String::new(),
            abort_first: false,
        },
        _ => return None,
    };
    let order = Order::new(&decision.session_id, task, &decision.reason);
    Some(order.withheld("--on says otherwise"))
}

/// Whether what nobody can tell by looking can be told by the checks of the command line: they say what done
/// means.
fn can_be_checked(ledger: &Ledger, settings: &Settings) -> bool {
    let rests = ledger.done.as_ref().map(|done| done.outcome);
    rests == Some(Outcome::Candidate) && !settings.checks.is_empty()
}

/// Whether the session failed or was aborted: nothing is left to encourage, and nothing to check.
fn is_over(ledger: &Ledger) -> bool {
    let outcome = ledger.done.as_ref().map(|d| d.outcome);
    matches!(outcome, Some(Outcome::Aborted | Outcome::Error))
}

fn abort(
    ledger: &mut Ledger,
    settings: &Settings,
    session: &str,
    finding: Option<&Finding>,
    outcome: RunOutcome,
    why: &str,
) -> Order {
    let root = ledger.root().unwrap_or(session).to_owned();
    let rollback = finding.filter(|_| settings.rollback).and_then(|finding| {
        let message = finding.rollback_to.clone()?;
        let why = "what it did since the trouble began is taken back";
        Some(Order::new(&finding.session_id, Task::Rollback { message }, why))
    });
    let task = Task::Abort {
        child: (root != session).then(|| session.to_owned()),
        changed: ledger.changed(),
        then: rollback.map(Box::new),
    };
    if let Some(why_not) = unwatched(ledger, session) {
        return Order::new(session, task, why).withheld(why_not);
    }
    ledger.end(outcome, why);
    Order::new(&root, task, why)
}

fn steer(
    ledger: &mut Ledger,
    settings: &Settings,
    session: &str,
    finding: Option<&Finding>,
    message: &str,
    why: &str,
) -> Order {
    let grave = finding.is_some_and(|f| f.grade == Grade::Stop);
    let task = Task::Steer {
        message: message.to_owned(),
        abort_first: grave && ledger.done.is_none(),
    };
    if let Some(why_not) = unwatched(ledger, session) {
        return Order::new(session, task, why).withheld(why_not);
    }
    let order = Order::new(ledger.root().unwrap_or(session), task, why);
    if ledger.closed.is_some() {
        settle_rest(ledger, why);
        return order.withheld("the stream has ended, and nobody would see what comes of it");
    }
    if ledger.steering.unanswered() {
        return order.withheld("the last message is not answered yet");
    }
    if ledger.steering.sent >= settings.policy.max_steers {
        let told = format!("told {} times already", ledger.steering.sent);
        let why = format!("{told}: {why}");
        if grave {
            let outcome = finding.map_or(RunOutcome::Unsure, outcome_of);
            return abort(ledger, settings, session, finding, outcome, &why);
        }
        settle_rest(ledger, &why);
        return order.withheld(format!("{told} (--max-steers)"));
    }
    ledger.steering.ordered();
    order
}

fn verify(ledger: &mut Ledger, settings: &Settings, why: &str) -> Option<Order> {
    if settings.checks.is_empty() {
        ledger.end(RunOutcome::Done, why);
        return None;
    }
    let session = ledger.done.as_ref().map(|d| d.session_id.clone())?;
    let changed = ledger.changed();
    Some(Order::new(&session, Task::Verify { changed }, why))
}

/// A rest that nothing more is done about.
fn settle_rest(ledger: &mut Ledger, why: &str) {
    // How the session says that it ended weighs more than that nobody knows.
    if ledger.done.is_some() && !is_over(ledger) {
        ledger.end(RunOutcome::Unsure, why);
    }
}

/// What to answer to everything that the blocked session asks. Each is answered once.
fn answers(ledger: &mut Ledger, settings: &Settings, finding: &Finding) -> Vec<Order> {
    let asked = ledger.asked.iter();
    let open = asked.filter(|(request, asked)| {
        asked.session == finding.session_id && !ledger.answered.contains(*request)
    });
    let orders: Vec<(String, Order)> = open
        .filter_map(|(request, asked)| {
            let answer = if asked.question {
                settings.policy.on_question
            } else {
                settings.policy.on_permission
            };
            let task = Task::Answer {
                request: request.clone(),
                question: asked.question,
                answer,
            };
            let why = format!("nobody answers: {}", asked.what);
            (answer != Answer::Ask).then(|| (request.clone(), Order::new(&asked.session, task, &why)))
        })
        .collect();
    orders
        .into_iter()
        .map(|(request, order)| {
            ledger.answered.insert(request);
            order
        })
        .collect()
}

/// Why nothing may be done to this session, whoever asks for it.
fn unwatched(ledger: &Ledger, session: &str) -> Option<String> {
    let why = if ledger.is_of_many() {
        "the stream is of a whole directory; name one session with ocr-stream --session or --task".to_owned()
    } else if ledger.knows(session) {
        return None;
    } else {
        "this stream does not watch it".to_owned()
    };
    tracing::warn!("asked to act on {session}, and refused: {why}");
    Some(why)
}

/// What an agent is told about its own going in circles.
fn advice(finding: &Finding) -> String {
    format!(
        "You are going in circles: {}. Stop repeating this. Say in one sentence why it does not work, then try something different, or end with what keeps you.",
        finding.summary
    )
}

/// The kind as the line protocol writes it.
fn kind_name(kind: Kind) -> &'static str {
    match kind {
        Kind::Loop => "loop",
        Kind::Text => "text",
        Kind::Stagnation => "stagnation",
        Kind::Checks => "checks",
        Kind::Stall => "stall",
        Kind::Blocked => "blocked",
        Kind::Storm => "storm",
        Kind::Budget => "budget",
        Kind::Steering => "steering",
    }
}

#[cfg(test)]
#[path = "plan_tests.rs"]
mod tests;
