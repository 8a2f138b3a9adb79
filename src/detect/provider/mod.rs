//! Reads the error and retry messages of model providers. Pass only messages from the provider or its client, never
//! text of the agent.

mod calendar;
mod until;
mod zone;

use crate::detect::text::phrases::{Phrases, fold};
use until::{names_time, until};

/// How much of a message is read, in bytes: some carry the whole request after them.
const READ: usize = 4096;

/// Why a provider does not answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ProviderFault {
    /// The key is wrong, missing or has no permission: no further attempt helps.
    BadCredentials,
    /// Nothing is left to pay with: no further attempt helps.
    EmptyAccount,
    /// Too many requests or tokens for the moment.
    RateLimit,
    /// What a plan allows for hours or days is used up.
    Quota,
    /// The provider has too much to do, or a fault of its own.
    Overloaded,
    /// There is no such model, or not for this account.
    ModelNotFound,
    /// The request is too long for the model.
    ContextTooLong,
    /// The provider was not reached.
    Network,
    /// Something else.
    Other,
}

/// What a provider's message says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ProviderError {
    /// Why it does not answer.
    pub(crate) fault: ProviderFault,
    /// When the message says to ask again, in milliseconds since the epoch. An hour of the day without a time zone
    /// says nothing: a wrong time is worse than none. More than a day away, it is read as one of UTC.
    pub(crate) until: Option<i64>,
    /// It names a time to come, whose moment is unknown: `resets 3pm`.
    pub(crate) vague: bool,
}

/// The words of each fault, the most special first. The comments name whose words they are; the samples in the
/// tests come from the vendors' documentation of errors and from public reports.
static TABLE: [(ProviderFault, Phrases); 9] = [
    (
        ProviderFault::ContextTooLong,
        Phrases::new(&[
            // OpenAI, Azure, vLLM, LiteLLM, Anthropic, Bedrock, Google, Groq, Mistral, xAI, Moonshot, llama.cpp.
            "context_length_exceeded|maximum context length|context length exceeded|context window|contextwindowexceeded*|prompt is too long|input is too long|too many input tokens|input token count|exceeds the maximum number of tokens|maximum number of tokens allowed|maximum prompt length|request too large for model|prompt too long|exceeds the context|exceed context limit|exceeded model token limit|reduce the length of the messages|please reduce the length|range of input length should be|request_too_large|input length and `max_tokens` exceed|tokens exceed|contextoverflow*|exceed_context_size_error|too large for model with",
        ]),
    ),
    (
        ProviderFault::EmptyAccount,
        Phrases::new(&[
            // Anthropic, OpenAI, DeepSeek, OpenRouter, xAI, Together, Fireworks.
            "credit balance is too low|insufficient_quota|insufficient balance|insufficient credits|insufficient credit|insufficient funds|insufficient_balance|not enough credits|no credits|out of credits|more credits|add credits|add more credits|used all available credits|monthly spending limit|spending limit reached|spend limit|credit limit|can only afford|payment required|billing_hard_limit_reached|billing hard limit|billing_not_active|account is not active|past due|past invoices|unpaid|prepaid credits|prepayment credits|credits are depleted|credits depleted|credits exhausted|negative balance|purchase credits|buy credits|buy more credits|top up|recharge|arrearage|arrears|good standing|no payment method|billing account|billing is disabled|billing to be enabled|enable billing|account is suspended|is suspended, please check your plan|has been suspended|suspended due to",
            // LiteLLM and other gateways with budgets of their own.
            "budget has been exceeded|exceededbudget*|budgetexceeded*|budget exceeded|budget_exceeded|key limit exceeded|insufficient user quota|quota is not enough|用户额度不足|额度不足|预扣费额度失败",
            // GLM, Qwen, Moonshot, DeepSeek.
            "余额不足|餘額不足|欠费|请充值|充值|账户余额|無可用資源包|无可用资源包|free allocated quota exceeded|free quota",
            "free usage exceeded|free credits|free trial has ended|trial credits|trial has expired|subscription has expired|no active subscription|subscription expired",
        ]),
    ),
    (
        ProviderFault::BadCredentials,
        Phrases::new(&[
            "incorrect api key|invalid api key|invalid_api_key|invalid api-key|invalidapikey|invalid x-api-key|api key not valid|api_key_invalid|api key is invalid|api key expired|api key has expired|api key is expired|expired api key|api key not found|api key is missing|missing api key|no api key|api key required|api key is required|api key was revoked|api key has been revoked|api key disabled|api key has been disabled|api key was reported as leaked|invalid key|bad api key|wrong api key|you didn't provide an api key|invalid token|invalid api token|invalid access token|invalid bearer token|invalid auth*|invalid_auth*|invalid credential*|bad credentials|missing credentials|no credentials|no auth credentials|could not load credentials|could not resolve authentication*|unable to locate credentials|unauthorized|unauthorised|unauthenticated|not authenticated|authentication_error|authenticationerror|authentication error|authentication failed|authentication fails|authentication failure|authentication required|providerautherror|failed to authenticate|please log in|please login|not logged in|/login|login required|re-authenticate|reauthenticate|session expired|token expired|token has expired|token is expired|expired token|expiredtoken*|oauth token|token revoked|token has been revoked|token was revoked|refresh token|invalid_grant|no such user",
            // Azure, AWS, Google.
            "invalid subscription key|security token|unrecognizedclient*|invalidsignature*|signaturedoesnotmatch|signature does not match|invalidclienttokenid|request signature|expected oauth 2|default credentials|permission_denied|permissiondenied|permission denied|permission_error|accessdenied*|access denied|does not have permission|not authorized|do not have access to the organization|ip not authorized|ip address not authorized|account has been deactivated|account deactivated|organization has been disabled|organization has been deactivated|api key doesn't have|forbidden",
            "身份验证失败|身份驗證失敗|无效的令牌|令牌无效|令牌已过期|鉴权失败|认证失败|api key 错误|无效的api|密钥无效|无权|未授权|api-key provided",
        ]),
    ),
    (
        ProviderFault::Quota,
        Phrases::new(&[
            // Claude Code, Codex, Gemini CLI, Copilot, Cursor, GLM, Kimi.
            "usage limit|usage_limit*|usagelimit*|hit your limit|reached your limit|limit reached|limit will reset|limit resets|5-hour limit|five-hour limit|weekly limit|daily limit|monthly limit|session limit|hourly limit|per day|per-day|per month|per week|free-models-per-day|tpd|rpd|requests per day|tokens per day|exhausted your daily|exhausted your capacity|daily quota|monthly quota|weekly quota|quota will reset|quota exceeded|quota_exceeded|exceeded your quota|exceeded your current quota|exceeded_current_quota*|quota exhausted|exhausted your quota|quota limit|out of quota|no quota|no remaining quota|over quota|quotaexceeded*|quota has been|terminalquota*|premium request*|out of extra usage|out of usage|copilot token usage|request allowance|allocated quota|message limit|limit for your plan|plan limit|plan's limit|使用上限|使用限制|配额|配額|额度已用|已达上限|达到上限|每日|今日|上限|上限に達し|制限に達し|한도",
        ]),
    ),
    (
        ProviderFault::RateLimit,
        Phrases::new(&[
            "rate limit*|rate-limit*|rate_limit*|ratelimit*|too many requests|too_many_requests|toomanyrequests*|too many tokens|throttl*|resource_exhausted|resource exhausted|resource has been exhausted|request limit exceeded|requests limit|requests per minute|tokens per min|tokens per minute|per-minute|per minute|limited to|concurrency|concurrent requests|slow down|slow_down|request rate|速率限制|频率|頻率|限流|并发|请求过多|访问过于频繁|api calls|calls per|tpm|rpm|burst",
        ]),
    ),
    (
        ProviderFault::ModelNotFound,
        Phrases::new(&[
            "model_not_found|modelnotfound*|model not found|no such model|unknown model|invalid model|unsupported model|not a valid model|model is not available|model not available|model is not supported|model not supported|model does not exist|model identifier is invalid|model id|deploymentnotfound|deployment for this resource does not exist|api deployment|try pulling it|no endpoints found|no allowed providers|model has been deprecated|model is deprecated|has been decommissioned|model_decommissioned|access to model|access to the model|not_found_error|is not found for api version|publisher model|model you requested|requested model|no healthy deployment|no healthy upstream model|model not exist|模型不存在|不存在的模型|models endpoint",
        ]),
    ),
    (
        ProviderFault::Overloaded,
        Phrases::new(&[
            "overloaded*|over capacity|at capacity|capacity exceeded|capacity|high demand|high load|server is busy|servers are busy|server busy|service busy|system busy|temporarily unavailable|service unavailable|serviceunavailable*|service_unavailable|unavailable|internal server error|internal_server_error|internalserver*|internal error|internal_error|internal service error|server error|server_error|api_error|bad gateway|gateway timeout|gateway time-out|upstream error|upstream connect error|no healthy upstream|provider returned error|unexpected system error|unable to process your request|had an error while processing|no deployments available|model is loading|model is currently loading|currently loading|model_stream_error|modelstreamerror*|modeltimeout*|modelnotready*|访问量过大|过载|繁忙|服务器忙|系统错误|内部错误|混雑|과부하",
        ]),
    ),
    (
        ProviderFault::Network,
        Phrases::new(&[
            "econnreset|econnrefused|enotfound|etimedout|eai_again|epipe|ehostunreach|enetunreach|econnaborted|enetdown|und_err_*|fetch failed|failed to fetch|socket hang up|socket connection|connection refused|connection reset|connection closed|connection error|connection timed out|connection was|connection lost|connectionerror|connection aborted|apiconnectionerror|could not connect|cannot connect|can't connect|unable to connect|failed to connect|network error|network is unreachable|network connection|networkerror|no route to host|dns|name resolution|resolve host|getaddrinfo|certificate|tls|ssl|handshake|proxy error|request timed out|request timeout|timed out|timeout|timeouterror|operation timed|other side closed|premature close|stream disconnected|stream closed|stream error|error sending request|error decoding response|unexpected eof|broken pipe|terminated|incomplete chunked|peer closed|remote end closed|remoteprotocolerror|offline|unreachable",
        ]),
    ),
    (ProviderFault::Overloaded, Phrases::new(&["try again later|temporarily|请稍后|稍后再试|稍后重试|experiencing"])),
];

/// For messages without such a phrase: what they are about, and what is said of it.
const PAIRS: [(ProviderFault, &[&str], &[&str]); 6] = [
    (
        ProviderFault::EmptyAccount,
        &["balance", "credit", "funds", "billing", "payment"],
        &[
            "too low",
            "insufficient",
            "negative",
            "required",
            "exhaust",
            "deplet",
            "empty",
            "ran out",
            "run out",
            "used up",
            "not enough",
            "overdue",
            "failed",
        ],
    ),
    (
        ProviderFault::BadCredentials,
        &[
            "api key",
            "apikey",
            "api-key",
            "key ",
            "access token",
            "credentials",
            "password",
            "login",
            "sign in",
            "log in",
        ],
        &[
            "not valid",
            "invalid",
            "disabled",
            "revoked",
            "expired",
            "missing",
            "not be refreshed",
            "required",
            "rejected",
            "wrong",
            "incorrect",
            "not found",
            "again",
        ],
    ),
    (
        ProviderFault::ContextTooLong,
        &["token", "prompt", "context", "input"],
        &[
            "too long",
            "exceeded limit",
            "exceeds limit",
            "exceed the limit",
            "exceeds the limit",
            "exceeded the limit",
            "too large",
            "too many",
        ],
    ),
    (
        ProviderFault::ModelNotFound,
        &["model"],
        &[
            "not supported with",
            "not include",
            "not available",
            "not found",
            "not exist",
            "no access",
            "not allowed",
            "not enabled",
            "retired",
        ],
    ),
    (
        ProviderFault::Network,
        &["server", "connection", "socket", "network"],
        &["disconnected", "closed", "lost", "dropped", "interrupted"],
    ),
    (ProviderFault::Overloaded, &["busy", "heavy load", "heavy traffic", "maintenance"], &[""]),
];
/// Words of a limit that is not one of a minute.
const LONG: [&str; 6] = ["weekly", "daily", "monthly", "5-hour", "per week", "per month"];
/// A wait longer than this is for a plan's quota, in milliseconds.
const SHORT: i64 = 10 * 60 * 1000;

impl ProviderError {
    /// Reads a message that came at `now` (milliseconds since the epoch).
    pub(crate) fn read(message: &str, now: i64) -> Self {
        let folded = fold(&message[..message.floor_char_boundary(READ)]);
        let until = until(&folded, now);
        let vague = until.is_none() && names_time(&folded, now);
        let names_time = || until.is_some() || vague;
        let said = TABLE.iter().find(|(_, words)| words.is_in(&folded));
        let fault = said.map_or_else(|| of_pairs(&folded).unwrap_or_else(|| of_status(&folded)), |(fault, _)| *fault);
        let fault = match fault {
            // "You exceeded your current quota, please check your plan and billing details": of OpenAI's API this
            // is an empty account; Google says it of a limit per minute or day as well, and says when to come back.
            ProviderFault::Quota
                if !names_time() && folded.contains("billing details") && !folded.contains("metric") =>
            {
                ProviderFault::EmptyAccount
            }
            // A limit of a minute is a rate, whatever else it is called.
            ProviderFault::Quota if is_of_a_minute(&folded) => ProviderFault::RateLimit,
            // "Purchase more credits or try again at 5 PM": a plan, not an empty account.
            ProviderFault::EmptyAccount if names_time() => ProviderFault::Quota,
            // "Weekly rate limit"
            ProviderFault::RateLimit if LONG.iter().any(|word| folded.contains(word)) => ProviderFault::Quota,
            // A time to come back says what it is, whatever the words.
            ProviderFault::Other if until.is_some_and(|until| until.saturating_sub(now) > SHORT) => {
                ProviderFault::Quota
            }
            ProviderFault::Other if vague => ProviderFault::Quota,
            ProviderFault::Other if until.is_some() => ProviderFault::RateLimit,
            fault => fault,
        };
        Self { fault, until, vague }
    }

    /// Whether no further attempt helps until a person does something.
    pub(crate) fn is_final(self) -> bool {
        matches!(self.fault, ProviderFault::BadCredentials | ProviderFault::EmptyAccount | ProviderFault::ModelNotFound)
    }
}

/// What a message without a known phrase says by two of its words.
fn of_pairs(folded: &str) -> Option<ProviderFault> {
    let has = |words: &[&str]| words.iter().any(|word| folded.contains(word));
    PAIRS.iter().find(|(_, what, how)| has(what) && has(how)).map(|(fault, ..)| *fault)
}

/// Whether a limit is one of a minute and not one of a day.
fn is_of_a_minute(folded: &str) -> bool {
    let minute = ["per minute", "per min", "perminute", "per-minute", "rate limit"];
    let day = ["per day", "perday", "per-day", "daily", "weekly", "monthly", "usage limit"];
    minute.iter().any(|word| folded.contains(word)) && !day.iter().any(|word| folded.contains(word))
}

/// What a status code alone says: at the start of the message, or after a word such as "status" or "code".
fn of_status(folded: &str) -> ProviderFault {
    let mut before = "status";
    for word in folded.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| !word.is_empty()) {
        let named = matches!(before, "status" | "code" | "http" | "error" | "statuscode" | "status_code" | "1" | "2");
        if named && word.len() == 3 {
            match word {
                "401" | "403" => return ProviderFault::BadCredentials,
                "402" => return ProviderFault::EmptyAccount,
                "404" => return ProviderFault::ModelNotFound,
                "413" => return ProviderFault::ContextTooLong,
                "429" => return ProviderFault::RateLimit,
                "408" => return ProviderFault::Network,
                _ if word.starts_with('5') && word.bytes().all(|b| b.is_ascii_digit()) => {
                    return ProviderFault::Overloaded;
                }
                _ => {}
            }
        }
        before = word;
    }
    ProviderFault::Other
}

#[cfg(test)]
mod tests;
