//! Collects what contradicts that the work is done.

use super::{CHECKING, WorkLog};
use crate::detect::session::check_log::FailedCheck;
use crate::detect::session::ci_state::CiState;
use crate::detect::session::local_server::is_no_answer;
use crate::detect::session::lost_work::TAKES_BACK;
use crate::detect::session::request::RequestNumber;
use crate::detect::session::rollout::{self, RolloutState};
use crate::detect::session::todo_progress::{checks_named, reports_item};
use crate::detect::text::asked_acts::{tells_undone, verb};
use crate::detect::text::ci_claim::wants_ci_passing;
use crate::detect::text::claims::{Work, WorkClaim, claims, says_it_answers};
use crate::detect::text::ending::Ending;
use crate::detect::text::headings::headings;
use crate::detect::text::needless::{says_needless, says_unchanged};
use crate::detect::text::phrases::{Phrases, fold};
use crate::detect::text::reported::{gives_number, names_findings, names_item, says_red, tells_failure};
use crate::wire::record::{Claim, Contradiction, DoneFact, Evidence};

/// What an agent says of itself.
#[rustfmt::skip]
static OWN: Phrases = Phrases::new(&[
    "i|i've|i have|we|we've|my|ich|wir|habe|haben|j'ai|je|nous|he|hemos|yo|nosotros|eu|nós|fiz|ho|abbiamo|io|я|мы|jag|vi|jeg|ik|wij|ja|zrobiłem|我|我们|已|私|제가",
]);

/// Whether a claim is made of the agent, and not told of somebody else.
fn is_own(claim: &str) -> bool {
    OWN.is_in(&fold(claim))
}

/// Whether an answer says that checks ran or passed.
fn praises(answer: &str) -> bool {
    claims(answer).iter().any(|claim| CHECKING.contains(&claim.work))
}

/// Whether what an answer says of checks that passed is said beside what failed: "it passes there, and still fails here",
/// or with the name of what failed.
fn praises_a_part(answer: &str, items: &[String]) -> bool {
    let mut claims = claims(answer).into_iter().filter(|claim| CHECKING.contains(&claim.work));
    says_red(answer) && (names_item(answer, items) || claims.all(|claim| says_red(&claim.excerpt)))
}

/// What asks for a number.
#[rustfmt::skip]
const HOW_MANY: [&str; 14] = [
    "how many", "number of", "count the", "wie viele", "wieviele", "combien", "cuánt", "quant", "сколько", "ile ", "hoeveel", "hur många", "多少", "いくつ",
];

impl WorkLog {
    /// What contradicts that the work is done, apart from how the session ended. An agent that `asks` may have a reason
    /// for changing nothing yet.
    pub(crate) fn facts(&self, claim: Claim, asks: bool, last_text: &str) -> Vec<DoneFact> {
        let changes = self.changes_fact(claim, asks, last_text);
        // A promise is about all of the work; anything else is about what was asked last.
        let since = if claim == Claim::Promise { RequestNumber::default() } else { self.latest.number };
        // What was taken back needs no check.
        let unchecked = self.checks.unchecked_fact(since).filter(|_| !self.lost.is_undone());
        [
            self.todos_fact(claim, last_text).map(|fact| (Contradiction::OpenTodos, fact)),
            self.check_fact(since, claim, last_text),
            unchecked.map(|fact| (Contradiction::UncheckedChange, fact)),
            changes.map(|fact| (Contradiction::EmptyDiff, fact)),
            self.tampering.fact(last_text).map(|fact| (Contradiction::Tamper, fact)),
            self.unsupported(last_text).map(|fact| (Contradiction::UnsupportedClaim, fact)),
            self.forbidden.fact(last_text).map(|fact| (Contradiction::UnmetRequest, fact)),
        ]
        .into_iter()
        .flatten()
        .map(|(contradiction, fact)| DoneFact { contradiction, fact })
        .collect()
    }

    /// That items of the to-do list are open, and neither the calls nor the answer show that they are done. A promise is
    /// about all of the work, anything else only about a list that belongs to what was asked last.
    fn todos_fact(&self, claim: Claim, answer: &str) -> Option<String> {
        if self.todos.is_left() && claim != Claim::Promise {
            return None;
        }
        let is_checked = !self.checks.has_unchecked() && self.checks.is_clean();
        let ran = |text: &str| {
            let works = checks_named(text);
            !works.is_empty() && works.iter().all(|work| self.checks.ran(*work))
        };
        self.todos.fact(|id, text| is_checked && ran(text) || id.is_some_and(|id| reports_item(answer, id)))
    }

    /// That a check fails, or the rollout is not complete, or that nobody can tell.
    fn check_fact(&self, since: RequestNumber, claim: Claim, last_text: &str) -> Option<(Contradiction, String)> {
        let failed = self.checks.failed().find(|check| !self.accepted.covers(check));
        let failed = failed.filter(|check| !self.is_reported(check, claim, last_text));
        let failed = failed.map(|check| check.fact.clone()).or_else(|| self.rollout_fact(last_text));
        let failed = failed.or_else(|| self.ci_failed_fact(last_text));
        failed.map(|fact| (Contradiction::LastCheckFailed, fact)).or_else(|| {
            // Who is asked something may run a check to look at anything else than whether it passes.
            let only_looks = self.request.is_question() && !self.latest.changed && !praises(last_text);
            let unread = self.checks.unread_fact(since).filter(|_| !only_looks);
            let unknown = unread.or_else(|| self.ci_open_fact());
            unknown.map(|fact| (Contradiction::CheckUnknown, fact))
        })
    }

    /// Whether a failed check needs no fix: only a report was asked for and the answer tells of the failure, or a failing
    /// test was asked for, or a fixer left what the answer names.
    fn is_reported(&self, check: &FailedCheck, claim: Claim, last_text: &str) -> bool {
        let latest = &self.latest;
        let looked = !latest.changed && self.request.wants_report(claim);
        let wrote_test = !latest.changed_code && latest.changed && self.request.wants_failing_test();
        let is_found = || {
            let counts = self.request.names(&HOW_MANY) && gives_number(last_text, &check.said);
            looked && (counts || names_findings(last_text, &check.said, &check.called))
        };
        // What a fixer left is named, or counted.
        let is_left = || {
            check.is_remainder
                && (names_findings(last_text, &check.said, &check.called)
                    || check.count.is_some_and(|count| gives_number(last_text, &count.to_string())))
        };
        let is_told = || (looked || wrote_test) && (tells_failure(last_text, &check.items) || is_found());
        let is_praised = praises(last_text) && !praises_a_part(last_text, &check.items);
        check.request == latest.number && (is_left() || is_told()) && !is_praised
    }

    /// That checks elsewhere failed that the request wants to pass: who only asks how they went has an answer in that.
    fn ci_failed_fact(&self, last_text: &str) -> Option<String> {
        let fact = self.latest.ci.as_ref()?.failed_fact()?;
        let told = self.request.is_question() && tells_failure(last_text, &[]);
        (self.request.any_sentence(wants_ci_passing) && !told).then_some(fact)
    }

    /// That checks elsewhere had not ended that the request waits for.
    fn ci_open_fact(&self) -> Option<String> {
        let standing = self.latest.ci.as_ref().filter(|_| self.request.any_sentence(wants_ci_passing));
        standing.and_then(CiState::awaited_fact)
    }

    /// That the rollout is not complete. Where the text claims that it is, see [`Self::unsupported`].
    fn rollout_fact(&self, text: &str) -> Option<String> {
        let Some(RolloutState::NotThrough { said, .. }) = &self.latest.rollout else { return None };
        let is_claimed = || claims(text).iter().any(|claim| claim.work == Work::Deployed);
        (self.request.names(&rollout::REQUESTS) && !is_claimed())
            .then(|| format!("the rollout is not complete: \"{said}\""))
    }

    /// That no change is there, though one was asked for.
    fn changes_fact(&self, claim: Claim, asks: bool, last_text: &str) -> Option<String> {
        let takes_back = self.latest.number.is_later() && self.request.takes_back();
        if asks {
            return None;
        }
        // Who asks to take something back has that done.
        let is_meant = self.request.names(TAKES_BACK) || self.request.takes_back();
        let undone = || self.lost.taken_back_fact(last_text).filter(|_| !is_meant);
        if !self.request.wants_change(claim) && !takes_back {
            return undone().filter(|_| self.request.is_lasting_order());
        }
        if self.changes.is_empty() || self.only_answered(last_text) {
            let well = self.checks.is_clean() || !self.checks.is_failing() && says_needless(last_text);
            let needless = self.request.is_conditional() && well || self.was_nothing_to_do(last_text);
            let is_answer = self.request.wants_text(last_text) || self.is_new_draft(last_text);
            let fact = if self.changes.is_empty() {
                "no file changed, though a change was asked for"
            } else {
                "no call was made since the user asked for another change"
            };
            return (!needless && !is_answer).then(|| fact.to_owned());
        }
        // A script may have been written for one run.
        undone().filter(|_| !self.lost.is_undone_by_hand() || self.request.is_lasting_order())
    }

    /// Whether the answer says that nothing had to be changed, and a look shows it.
    fn was_nothing_to_do(&self, answer: &str) -> bool {
        !self.latest.changed
            && !self.checks.is_failing()
            && self.latest.looks.show_nothing(&self.request)
            && says_unchanged(answer)
    }

    /// Whether a later message that asks for a change had a short answer and nothing else.
    fn only_answered(&self, answer: &str) -> bool {
        /// A longer answer may be the text that was asked for, in bytes.
        const SHORT: usize = 400;
        let length = answer.trim().len();
        self.latest.number.is_later()
            && !self.latest.called
            && (1..=SHORT).contains(&length)
            && !self.request.is_lasting()
    }

    /// Whether an answer is the new version of a text that the answer before the request was, and not a report.
    fn is_new_draft(&self, answer: &str) -> bool {
        !self.drafts.is_empty() && headings(answer).iter().any(|heading| self.drafts.contains(heading))
    }

    /// That the user asked for an act that a repository keeps, and no call did it. The answer may say so, and where
    /// nothing changed that was to be changed, there is nothing to keep.
    pub(crate) fn unmet_fact(&self, answer: &str) -> Option<String> {
        let changed = self.latest.changed || !self.request.asks_for_change();
        let acts = self.request.acts();
        if !changed || acts.iter().any(|work| tells_undone(answer, *work)) {
            return None;
        }
        let unmet: Vec<&str> =
            acts.iter().filter(|work| !self.latest.kept.has(**work)).map(|work| verb(*work)).collect();
        (!unmet.is_empty()).then(|| format!("the user asked to {}, and no call did", unmet.join(" and ")))
    }

    /// What the text claims and no call did.
    fn unsupported(&self, text: &str) -> Option<String> {
        // A request that names the code may want that.
        let names_code = |said: &str| said.split(|c: char| !c.is_ascii_alphanumeric()).any(is_no_answer);
        if let Some(said) = says_it_answers(text).filter(|said| self.unanswered && !names_code(said)) {
            return Some(format!("the agent says \"{said}\", but the server did not answer when it was last tried"));
        }
        let claims = claims(text);
        let rolled = claims.iter().find(|claim| claim.work == Work::Deployed);
        if let (Some(RolloutState::NotThrough { said, .. }), Some(claim)) = (&self.latest.rollout, rolled) {
            return Some(format!("the agent says \"{}\", but the last output about it says \"{said}\"", claim.excerpt));
        }
        self.undone(&claims)
            .or_else(|| self.latest.last_looks.fact(text, |word| self.request.names(&[word])))
            .or_else(|| self.latest.test_runs.fact(text, &self.request))
            .or_else(|| self.latest.measurements.fact(text, &self.request))
            .or_else(|| self.latest.ci.as_ref().and_then(|ci| ci.claim_fact(text)))
            .or_else(|| self.refused_fact(text))
            .or_else(|| self.latest.unfinished.as_ref().and_then(|unfinished| unfinished.fact(text)))
            .or_else(|| self.latest.replies.fact(text, &self.request).filter(|_| !self.latest.changed))
            .or_else(|| self.latest.stubs.fact())
            .or_else(|| self.lost.failed_fact(text, |name| self.request.names(&[&name.to_lowercase()])))
    }

    /// That the last commit or push failed, or the last thing that was done was refused, and the text does not say so.
    fn refused_fact(&self, text: &str) -> Option<String> {
        let reports = || !text.trim().is_empty() && !self.request.is_question() && self.ending(text) == Ending::Plain;
        // A push may be more than what was asked for.
        let is_asked = |work| work == Work::Committed || self.request.acts().contains(&work);
        if let Some(failed) = self.latest.failed_record.as_ref().filter(|failed| is_asked(failed.work())) {
            return failed.fact(text).filter(|_| reports());
        }
        self.latest.outside_action.as_ref()?.fact(text, |words| self.request.names(words), reports)
    }

    /// The first claim for which there is no call.
    fn undone(&self, claims: &[WorkClaim]) -> Option<String> {
        let is_done = |work| match work {
            Work::OnRemote => self.supported_work.has(Work::Pushed) || !self.supported_work.commits(),
            work if CHECKING.contains(&work) => self.checks.ran(work),
            work => self.supported_work.has(work),
        };
        // Who asks about what happened is told what others did.
        let is_history = |claim: &WorkClaim| {
            self.request.is_question() && !self.latest.changed && !self.latest.kept.any() && !is_own(&claim.excerpt)
        };
        let claimed = claims.iter().find(|claim| !is_done(claim.work) && !is_history(claim))?;
        let missing = claimed.work.missing(self.checks.ran(Work::RanChecks));
        Some(format!("the agent says \"{}\", but {missing}", claimed.excerpt))
    }

    /// The events that the contradictions rest on.
    pub(crate) fn evidence(&self) -> Vec<Evidence> {
        self.checks.evidence().cloned().collect()
    }
}
