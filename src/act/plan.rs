//! What is to be done now. Pure: a record in, orders out.

use super::ledger::{Ledger, outcome_of};
use super::order::{Order, Report, Task};
use super::settings::{Answer, Remedy, Settings};
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
    let at_rest = decision.finding.is_none() && ledger.done.is_some();
    match decision.action {
        Verdict::Abort => {
            let outcome = finding.as_ref().map_or(RunOutcome::Unsure, outcome_of);
            abort(
                ledger,
                settings,
                &decision.session_id,
                finding.as_ref(),
                outcome,
                &decision.reason,
            )
        }
        Verdict::Steer => {
            let message = decision.message.as_deref().unwrap_or(&decision.reason);
            steer(
                ledger,
                settings,
                &decision.session_id,
                finding.as_ref(),
                message,
                &decision.reason,
            )
        }
        Verdict::Continue if at_rest && !is_over(ledger) => steer(
            ledger,
            settings,
            &decision.session_id,
            None,
            NUDGE,
            &decision.reason,
        ),
        Verdict::Done if at_rest => verify(ledger, settings, &decision.reason),
        Verdict::Unsure if at_rest && !ledger.steering.unanswered() => {
            if can_be_checked(ledger, settings) {
                return verify(ledger, settings, &decision.reason);
            }
            settle_rest(ledger, &decision.reason);
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
    let said = settings
        .policy
        .on
        .get(&finding.rule)
        .or_else(|| settings.policy.on.get(kind_name(finding.kind)));
    let remedy = match said {
        Some(remedy) if finding.grade >= Grade::Warn => *remedy,
        None if !ledger.reviewed && finding.grade == Grade::Stop => Remedy::Abort,
        _ => Remedy::Continue,
    };
    let about = Some(finding);
    orders.extend(match remedy {
        Remedy::Continue => None,
        Remedy::Abort => abort(
            ledger,
            settings,
            &finding.session_id,
            about,
            outcome_of(finding),
            &finding.summary,
        ),
        Remedy::Steer => steer(
            ledger,
            settings,
            &finding.session_id,
            about,
            &advice(finding),
            &finding.summary,
        ),
    });
    orders
}

/// What a rest asks for when nobody reviews.
pub(super) fn on_rest(ledger: &mut Ledger, settings: &Settings) -> Option<Order> {
    if ledger.reviewed || ledger.ended.is_some() || ledger.steering.unanswered() {
        return None;
    }
    let done = ledger.done.as_ref()?.outcome == Outcome::Done;
    if done || can_be_checked(ledger, settings) {
        return verify(ledger, settings, "the session says it is done");
    }
    None
}

/// Whether what nobody can tell by looking can be told by the checks of the command line: they say what done
/// means.
fn can_be_checked(ledger: &Ledger, settings: &Settings) -> bool {
    let rests = ledger.done.as_ref().map(|done| done.outcome);
    rests == Some(Outcome::Candidate) && !settings.checks.is_empty()
}

/// What the outcome of an order asks for.
pub(super) fn on_report(ledger: &mut Ledger, settings: &Settings, report: &Report) -> Option<Order> {
    let taken = report.phase == Phase::Taken;
    match &report.order.task {
        Task::Verify if taken => {
            ledger.end(
                RunOutcome::Done,
                &format!("done, and verified: {}", report.detail),
            );
            None
        }
        Task::Verify => {
            let told = format!("This is not done yet, a check fails. {}", report.detail);
            let follows = ledger.opened.as_ref().is_some_and(|o| o.follow) && ledger.closed.is_none();
            if follows && ledger.steering.sent < settings.policy.max_steers {
                return steer(
                    ledger,
                    settings,
                    &report.order.session,
                    None,
                    &told,
                    "a check failed",
                );
            }
            ledger.end(RunOutcome::Unverified, &report.detail);
            None
        }
        Task::Steer { .. } if !taken => {
            ledger.steering.failed();
            settle_rest(ledger, &format!("the agent could not be told: {}", report.detail));
            None
        }
        _ => None,
    }
}

/// Whether the session failed or was aborted: nothing is left to encourage.
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
) -> Option<Order> {
    if !watched(ledger, session) {
        return None;
    }
    ledger.end(outcome, why);
    let root = ledger.root().unwrap_or(session).to_owned();
    let rollback = finding
        .and_then(|f| f.rollback_to.clone())
        .filter(|_| settings.rollback);
    Some(Order {
        task: Task::Abort {
            child: (root != session).then(|| session.to_owned()),
            rollback,
        },
        session: root,
        why: why.to_owned(),
    })
}

fn steer(
    ledger: &mut Ledger,
    settings: &Settings,
    session: &str,
    finding: Option<&Finding>,
    message: &str,
    why: &str,
) -> Option<Order> {
    if !watched(ledger, session) || ledger.steering.unanswered() {
        return None;
    }
    let grave = finding.is_some_and(|f| f.grade == Grade::Stop);
    if ledger.steering.sent >= settings.policy.max_steers {
        let why = format!("told {} times already: {why}", ledger.steering.sent);
        if grave {
            let outcome = finding.map_or(RunOutcome::Unsure, outcome_of);
            return abort(ledger, settings, session, finding, outcome, &why);
        }
        settle_rest(ledger, &why);
        return None;
    }
    ledger.steering.ordered();
    Some(Order {
        session: ledger.root().unwrap_or(session).to_owned(),
        task: Task::Steer {
            message: message.to_owned(),
            abort_first: grave && ledger.done.is_none(),
        },
        why: why.to_owned(),
    })
}

fn verify(ledger: &mut Ledger, settings: &Settings, why: &str) -> Option<Order> {
    if settings.checks.is_empty() {
        ledger.end(RunOutcome::Done, why);
        return None;
    }
    let session = ledger.done.as_ref().map(|d| d.session_id.clone())?;
    Some(Order {
        session,
        task: Task::Verify,
        why: why.to_owned(),
    })
}

/// A rest that nothing more is done about.
fn settle_rest(ledger: &mut Ledger, why: &str) {
    let own_word = matches!(
        ledger.done.as_ref().map(|d| d.outcome),
        Some(Outcome::Aborted | Outcome::Error)
    );
    // How the session says that it ended weighs more than that nobody knows.
    if ledger.done.is_some() && !own_word {
        ledger.end(RunOutcome::Unsure, why);
    }
}

/// What to answer to everything that the blocked session asks.
fn answers(ledger: &Ledger, settings: &Settings, finding: &Finding) -> Vec<Order> {
    let open = ledger
        .asked
        .iter()
        .filter(|(_, asked)| asked.session == finding.session_id);
    open.filter_map(|(request, asked)| {
        let answer = if asked.question {
            settings.policy.on_question
        } else {
            settings.policy.on_permission
        };
        (answer != Answer::Ask).then(|| Order {
            session: asked.session.clone(),
            task: Task::Answer {
                request: request.clone(),
                question: asked.question,
                answer,
            },
            why: format!("nobody answers: {}", asked.what),
        })
    })
    .collect()
}

/// Whether this stream is about the session: on others nothing is done, whoever asks for it.
fn watched(ledger: &Ledger, session: &str) -> bool {
    let knows = ledger.knows(session);
    if !knows {
        tracing::warn!("asked to act on {session}, which this stream does not watch: refused");
    }
    knows
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
