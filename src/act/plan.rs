//! Decides what to do next, without I/O: takes a record in, updates the state and returns orders.

use super::order::{Order, OrderKind, Report};
use super::outcome::named;
use super::settings::{Answer, Remedy, Settings};
use super::state::{Asked, RunState};
use crate::wire::record::{Decision, Done, Finding, Grade, Kind, Outcome, Phase, RunOutcome, Verdict};
use std::collections::BTreeSet;

/// The message to an agent that stopped before it was done, if the reviewer gives no message.
const NUDGE: &str =
    "The task is not finished yet. Go on with what is left; when everything is done and checked, say so.";

/// The rule of the findings that a quota explains.
const QUOTA: &str = "quota";

/// Responds to a decision of the reviewer.
pub(super) fn on_decision(state: &mut RunState, settings: &Settings, decision: &Decision) -> Option<Order> {
    if state.ended.is_some() {
        return None;
    }
    let finding = state.judged(decision).cloned();
    let finding = finding.as_ref();
    if let Some(remedy) = finding.filter(|_| decision.finding.is_some()).and_then(|f| configured(settings, f)) {
        return overruled(decision, remedy);
    }
    let (session, reason) = (&decision.session_id, &decision.reason);
    let at_rest = decision.finding.is_none() && state.done.is_some() && !state.is_of_directory();
    match decision.action {
        Verdict::Abort => {
            let outcome = finding.map_or(RunOutcome::Unsure, Finding::run_outcome);
            Some(abort(state, settings, session, finding, outcome, reason))
        }
        Verdict::Steer => {
            let message = decision.message.as_deref().unwrap_or(reason);
            Some(steer(state, settings, session, finding, message, reason))
        }
        Verdict::Continue if at_rest && !state.is_lost() => {
            let message = nudge(state);
            Some(steer(state, settings, session, None, &message, reason))
        }
        Verdict::Done if at_rest && !state.is_lost() => match hard_evidence(state) {
            Some(evidence) => doubt(state, settings, &evidence),
            None => verify(state, settings, reason),
        },
        Verdict::Unsure if at_rest => doubt(state, settings, reason),
        _ => None,
    }
}

/// Lets the checks decide about a session at rest that may not be done, or ends the run as unsure.
fn doubt(state: &mut RunState, settings: &Settings, why: &str) -> Option<Order> {
    if state.steering.is_unanswered() {
        return None;
    }
    if can_be_checked(state, settings) {
        return verify(state, settings, why);
    }
    settle_rest(state, why);
    None
}

/// What speaks so strongly against the session being done that nobody can call it done.
fn hard_evidence(state: &RunState) -> Option<String> {
    state.done.as_ref()?.hard_evidence()
}

/// The message to an agent that stopped too early: the facts that it must attend to.
fn nudge(state: &RunState) -> String {
    let facts = state.done.as_ref().map(Done::objections).unwrap_or_default();
    if facts.is_empty() { NUDGE.to_owned() } else { format!("{NUDGE} What speaks against it: {facts}.") }
}

/// Responds to a finding: as `--on` says; otherwise, without a reviewer, by aborting if its grade is `stop`.
pub(super) fn on_finding(state: &mut RunState, settings: &Settings, finding: &Finding) -> Vec<Order> {
    if state.ended.is_some() || finding.counts_only {
        return Vec::new();
    }
    let mut orders = if finding.kind == Kind::Blocked { answers(state, settings, finding) } else { Vec::new() };
    let remedy = match configured(settings, finding) {
        Some(remedy) => remedy,
        None if settings.resume_at_reset && finding.rule == QUOTA => Remedy::Continue,
        None if !state.reviewed && finding.grade == Grade::Stop => Remedy::Abort,
        None => Remedy::Continue,
    };
    let (session, why, about) = (&finding.session_id, &finding.summary, Some(finding));
    orders.extend(match remedy {
        Remedy::Continue => None,
        Remedy::Abort => Some(abort(state, settings, session, about, finding.run_outcome(), why)),
        Remedy::Steer => Some(steer(state, settings, session, about, &advice(finding), why)),
    });
    orders
}

/// Responds to the session coming to rest when there is no reviewer.
pub(super) fn on_rest(state: &mut RunState, settings: &Settings) -> Option<Order> {
    if state.reviewed || state.ended.is_some() || state.steering.is_unanswered() || state.is_of_directory() {
        return None;
    }
    let done = state.done.as_ref()?.outcome == Outcome::Done;
    if done || can_be_checked(state, settings) {
        return verify(state, settings, "the session says it is done");
    }
    None
}

/// Responds to the result of an order.
pub(super) fn on_report(state: &mut RunState, settings: &Settings, report: &Report) -> Option<Order> {
    let taken = report.phase == Phase::Taken;
    match &report.order.kind {
        // The check did not fail: it was interrupted.
        OrderKind::Verify { .. } if !taken && report.interrupted => {
            state.interrupted = true;
            None
        }
        // The session went on: what was checked is not what is there now.
        OrderKind::Verify { round, .. } if *round != state.rounds => None,
        OrderKind::Verify { .. } if taken => {
            state.failed_check = None;
            state.settle(RunOutcome::Done, &format!("done, and verified: {}", report.detail));
            None
        }
        OrderKind::Verify { .. } => unverified(state, settings, report),
        OrderKind::Steer { .. } if !taken => {
            state.steering.failed();
            settle_rest(state, &format!("the message could not be sent to the agent: {}", report.detail));
            None
        }
        OrderKind::Steer { .. } => {
            state.steering.accepted(state.clock.now());
            None
        }
        OrderKind::Answer { request, .. } if !taken => {
            if let Some(asked) = state.asked.get_mut(request) {
                asked.answered = false;
            }
            None
        }
        OrderKind::Rollback { message } if taken => {
            state.totals.take_back(&report.order.session, message);
            None
        }
        OrderKind::Abort { .. } if !taken => {
            state.gave_up = true;
            None
        }
        _ => None,
    }
}

/// Responds to a failed check: tells the agent while it can still be told, or else ends the run.
fn unverified(state: &mut RunState, settings: &Settings, report: &Report) -> Option<Order> {
    let message = format!("This is not done yet: a check failed. {}", report.detail);
    // The other lines are a command's output, which the action's record has.
    let first = report.detail.lines().next().unwrap_or_default();
    // Should the agent never get the message, this is how the session rests.
    state.failed_check = Some(first.to_owned());
    let follows = state.opened.as_ref().is_some_and(|o| o.follow) && state.closed.is_none() && !state.cut_off;
    if follows && state.steering.sent() < settings.policy.max_steers {
        let session = &report.order.session;
        return Some(steer(state, settings, session, None, &message, "a check failed"));
    }
    state.settle(RunOutcome::Unverified, first);
    None
}

/// Ends the run of a session that rests although a message was sent to its agent long ago.
pub(super) fn on_time(state: &mut RunState) {
    if state.done.is_none() || !state.steering.is_overdue(state.clock.now()) {
        return;
    }
    state.steering.give_up();
    settle_rest(state, "the agent was sent a message, and did not go on");
}

/// Responds to an order that could not be tried.
pub(super) fn on_skipped(state: &mut RunState, order: &Order, why: &str) {
    match order.kind {
        OrderKind::Steer { .. } => state.steering.skipped(),
        OrderKind::Verify { .. } => state.settle(RunOutcome::Unsure, &format!("nothing was checked: {why}")),
        _ => {}
    }
}

/// What `--on` says about a finding: about its rule, or else about its kind.
fn configured(settings: &Settings, finding: &Finding) -> Option<Remedy> {
    let on = &settings.policy.on;
    let remedy = on.get(&finding.rule).or_else(|| on.get(&finding.kind.to_string()));
    remedy.copied().filter(|_| finding.grade >= Grade::Warn)
}

/// Responds to a decision about a finding that `--on` covers: its remedy was applied when it was found.
fn overruled(decision: &Decision, remedy: Remedy) -> Option<Order> {
    let task = match (decision.action, remedy) {
        (Verdict::Abort, Remedy::Continue | Remedy::Steer) => {
            OrderKind::Abort { child: None, changed: Vec::new(), rollback: None }
        }
        (Verdict::Steer, Remedy::Continue | Remedy::Abort) => {
            OrderKind::Steer { message: String::new(), abort_first: false }
        }
        _ => return None,
    };
    let order = Order::new(&decision.session_id, task, &decision.reason);
    Some(order.withheld("--on overrides the reviewer"))
}

/// Whether the session may be done, and there are checks that can tell.
fn can_be_checked(state: &RunState, settings: &Settings) -> bool {
    let rests = state.done.as_ref().map(|done| done.outcome);
    rests == Some(Outcome::Candidate) && !settings.checks.is_empty()
}

fn abort(
    state: &mut RunState,
    settings: &Settings,
    session: &str,
    finding: Option<&Finding>,
    outcome: RunOutcome,
    why: &str,
) -> Order {
    let root = state.root().unwrap_or(session).to_owned();
    let rollback = finding.filter(|_| settings.rollback).and_then(|finding| {
        let message = finding.rollback_to.clone()?;
        let why = "reverting the changes since the problem began";
        Some(Order::new(&finding.session_id, OrderKind::Rollback { message }, why))
    });
    let task = OrderKind::Abort {
        child: (root != session).then(|| session.to_owned()),
        changed: state.changed(),
        rollback: rollback.map(Box::new),
    };
    if let Some(why_not) = unwatched(state, session) {
        return Order::new(session, task, why).withheld(why_not);
    }
    state.end(outcome, why);
    Order::new(&root, task, why)
}

fn steer(
    state: &mut RunState,
    settings: &Settings,
    session: &str,
    finding: Option<&Finding>,
    message: &str,
    why: &str,
) -> Order {
    let grave = finding.is_some_and(|f| f.grade == Grade::Stop);
    let task = OrderKind::Steer { message: message.to_owned(), abort_first: grave && state.done.is_none() };
    if let Some(why_not) = unwatched(state, session) {
        return Order::new(session, task, why).withheld(why_not);
    }
    let order = Order::new(state.root().unwrap_or(session), task, why);
    if state.closed.is_some() {
        settle_rest(state, why);
        return order.withheld("the stream has ended, so the answer would not be seen");
    }
    if state.steering.is_unanswered() {
        return order.withheld("the agent has not answered the last message yet");
    }
    if state.steering.sent() >= settings.policy.max_steers {
        let spent = format!("{} messages were sent already", state.steering.sent());
        let why = format!("{spent}: {why}");
        if grave {
            let outcome = finding.map_or(RunOutcome::Unsure, Finding::run_outcome);
            return abort(state, settings, session, finding, outcome, &why);
        }
        settle_rest(state, &why);
        return order.withheld(format!("{spent} (--max-steers)"));
    }
    state.steering.sending();
    order
}

fn verify(state: &mut RunState, settings: &Settings, why: &str) -> Option<Order> {
    if settings.checks.is_empty() {
        state.settle(RunOutcome::Done, why);
        return None;
    }
    let session = state.done.as_ref().map(|d| d.session_id.clone())?;
    let changed = state.changed();
    Some(Order::new(&session, OrderKind::Verify { changed, round: state.rounds }, why))
}

/// Ends the run of a session at rest as unsure, unless the session failed or was aborted.
fn settle_rest(state: &mut RunState, why: &str) {
    if state.done.is_none() || state.is_lost() {
        return;
    }
    // That a check failed says more than that nothing can be done about it.
    if let Some(failed) = state.failed_check.clone() {
        state.settle(RunOutcome::Unverified, &failed);
    } else {
        let outcome = state.done.as_ref().map(|done| done.outcome);
        state.settle(RunOutcome::Unsure, &outcome.map_or_else(|| why.to_owned(), |outcome| named(outcome, why)));
    }
}

/// Answers to the open requests of the blocked session, each answered once.
fn answers(state: &mut RunState, settings: &Settings, finding: &Finding) -> Vec<Order> {
    let is_open = |asked: &Asked| asked.session == finding.session_id && !asked.answered;
    let open = state.asked.iter().filter(|(_, asked)| is_open(asked)).map(|(request, _)| request.clone());
    // In the same order each time.
    let open: BTreeSet<String> = open.collect();
    open.into_iter()
        .filter_map(|request| {
            let asked = state.asked.get_mut(&request)?;
            let answer = if asked.question { settings.policy.on_question } else { settings.policy.on_permission };
            if answer == Answer::Ask {
                return None;
            }
            asked.answered = true;
            let task = OrderKind::Answer { request, question: asked.question, answer };
            let why = format!("unanswered: {}", asked.what);
            Some(Order::new(&asked.session, task, &why))
        })
        .collect()
}

/// Why this session must not be acted on; `None` if it may.
fn unwatched(state: &RunState, session: &str) -> Option<String> {
    let why = if state.is_of_directory() {
        "the stream covers a whole directory; choose one session with ocr-stream --session, start one with --task, or act on all with ocr-act --act-on-all"
            .to_owned()
    } else if state.knows(session) {
        return None;
    } else {
        "this stream does not watch that session, or last showed it long ago".to_owned()
    };
    tracing::warn!("cannot act on {session}: {why}");
    Some(why)
}

/// The message to an agent that goes in circles.
fn advice(finding: &Finding) -> String {
    format!(
        "You are going in circles: {}. Stop repeating this. Say in one sentence why it does not work, then try something different, or stop and say what is blocking you.",
        finding.summary
    )
}

#[cfg(test)]
#[path = "plan_tests.rs"]
mod tests;
