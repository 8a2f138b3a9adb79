//! Tells which acts a call did that people like to keep for themselves: commits, pushes, deployments, new dependencies.

use super::supported_work::NO_COMMIT;
use crate::detect::call::Call;
use crate::detect::call::classify::CallKind;
use crate::detect::call::input::pieces;
use crate::detect::call::shell::{SimpleCommand, commands, is_interpreter};
use crate::detect::text::bans::{Ban, BannedAct};
use crate::wire::part::ToolState;
use crate::wire::{members, text};

/// How much of an output is read, in bytes.
const OUTPUT: usize = 8 * 1024;
/// The most acts of a call that are kept.
const MOST: usize = 16;

/// Programs, and which of their words do an act: any of the alternatives, with all of its words. None means that the
/// program does nothing else. Sources: the manuals of the programs, as of 2026.
#[rustfmt::skip]
const ROWS: [(BannedAct, &str, &str); 49] = [
    (BannedAct::Commit, "git hg svn jj sl", "commit"),
    (BannedAct::Push, "git hg jj sl", "push"),
    (BannedAct::Apply, "terraform tofu terragrunt", "apply|destroy"),
    (BannedAct::Apply, "pulumi", "up|update|destroy"),
    (BannedAct::Apply, "kubectl oc", "apply|create|replace|patch|scale|set|delete"),
    (BannedAct::Apply, "helm", "install|upgrade|uninstall|rollback"),
    (BannedAct::Apply, "cdk sst", "deploy|destroy"),
    (BannedAct::Apply, "ansible-playbook", ""),
    (BannedAct::Apply, "aws", "cloudformation deploy|cloudformation create-stack|cloudformation update-stack"),
    (BannedAct::Deploy, "sam serverless sls kamal cap skaffold firebase eb gcloud fly flyctl wrangler mrsk copilot convox", "deploy"),
    (BannedAct::Deploy, "wrangler", "publish"),
    (BannedAct::Deploy, "railway skaffold", "up|run"),
    (BannedAct::Deploy, "vercel netlify", "--prod"),
    (BannedAct::Deploy, "docker", "stack deploy|service update"),
    (BannedAct::Deploy, "argocd", "app sync"),
    (BannedAct::Deploy, "nomad", "job run"),
    (BannedAct::Publish, "npm pnpm yarn bun cargo poetry uv flit hatch vsce lerna", "publish"),
    (BannedAct::Publish, "twine", "upload"),
    (BannedAct::Publish, "gem docker podman helm dotnet", "push"),
    (BannedAct::Publish, "gh glab", "release create"),
    (BannedAct::Publish, "mvn", "deploy"),
    (BannedAct::Migrate, "prisma", "migrate deploy|migrate dev|migrate reset|db push"),
    (BannedAct::Migrate, "alembic", "upgrade|downgrade"),
    (BannedAct::Migrate, "rails rake", "db:migrate|db:rollback|db:schema:load"),
    (BannedAct::Migrate, "manage.py artisan flyway django-admin", "migrate"),
    (BannedAct::Migrate, "liquibase", "update"),
    (BannedAct::Migrate, "knex", "migrate:latest|migrate:up"),
    (BannedAct::Migrate, "sequelize sequelize-cli", "db:migrate"),
    (BannedAct::Migrate, "typeorm", "migration:run"),
    (BannedAct::Migrate, "drizzle-kit", "migrate|push"),
    (BannedAct::Migrate, "dbmate goose node-pg-migrate migrate", "up"),
    (BannedAct::Migrate, "atlas", "migrate apply|schema apply"),
    (BannedAct::Migrate, "diesel", "migration run"),
    (BannedAct::Migrate, "sqlx", "migrate run"),
    (BannedAct::Migrate, "mix", "ecto.migrate"),
    (BannedAct::Migrate, "dotnet dotnet-ef", "database update"),
    (BannedAct::Migrate, "console doctrine", "doctrine:migrations:migrate"),
    (BannedAct::Restart, "systemctl service rc-service supervisorctl pm2 launchctl brew", "restart|reload|stop|try-restart|reload-or-restart|kickstart"),
    (BannedAct::Restart, "docker docker-compose podman nerdctl", "restart|stop|kill|down"),
    (BannedAct::Restart, "kubectl oc", "rollout restart"),
    (BannedAct::Restart, "nginx", "-s reload|-s stop|-s quit"),
    (BannedAct::Restart, "apachectl apache2ctl", "restart|graceful|stop"),
    (BannedAct::Restart, "reboot shutdown", ""),
    (BannedAct::Delete, "kubectl oc gcloud az doctl heroku", "delete"),
    (BannedAct::Delete, "docker podman nerdctl", "rmi|rm|prune"),
    (BannedAct::Delete, "git", "rm|branch -d|branch -D|push --delete|tag -d"),
    (BannedAct::Delete, "aws", "s3 rm|s3 rb|delete-object|delete-bucket|delete-image|batch-delete-image|terminate-instances"),
    (BannedAct::Delete, "terraform tofu pulumi", "destroy"),
    (BannedAct::Delete, "find", "-delete"),
];
/// What adds a dependency, and keeps it in the manifest, with the words behind which its name stands.
#[rustfmt::skip]
const ADDS: [(&str, &str); 9] = [
    ("npm", "install i add"), ("pnpm", "add install i"), ("yarn bun uv poetry pdm cargo bundle rye", "add"), ("pipenv", "install"), ("go", "get"), ("composer", "require"),
    ("dotnet", "add"), ("flutter dart", "add"), ("deno", "add"),
];
/// Options with which what is installed is no dependency of the project.
#[rustfmt::skip]
const ELSEWHERE: [&str; 5] = ["-g", "--global", "--no-save", "--location=global", "--script"];
/// Options with which it is one that only its makers need.
#[rustfmt::skip]
const FOR_MAKERS: [&str; 6] = ["-D", "-d", "--save-dev", "--dev", "--group=dev", "--only-dev"];
/// Programs that run the tasks of a project.
#[rustfmt::skip]
const RUNNERS: [&str; 16] = [
    "npm", "pnpm", "yarn", "bun", "make", "just", "task", "rake", "gradle", "gradlew", "invoke", "inv", "poe", "mage", "composer", "mise",
];
/// What the names of tasks and scripts call an act, and parts of names that are no such act.
#[rustfmt::skip]
const TASKS: [(BannedAct, &str); 5] = [
    (BannedAct::Deploy, "deploy"), (BannedAct::Migrate, "migrate"), (BannedAct::Restart, "restart"), (BannedAct::Publish, "publish"), (BannedAct::Push, "push"),
];
#[rustfmt::skip]
const OTHER_TASKS: [&str; 14] = [
    "dry", "dryrun", "plan", "check", "test", "tests", "preview", "diff", "status", "lint", "build", "docs", "make", "create",
];
/// Options with which a program only shows what it would do, or does no such thing.
#[rustfmt::skip]
const SHOWING: [&str; 14] = [
    "--check", "--syntax-check", "--list-tasks", "--list-hosts", "--create-only", "--sql", "--plan", "--preview", "--help", "--version", "--validate-only", "--no-execute-changeset",
    "--cached", "--list",
];
/// What a database loses by, in small letters.
const SQL_DELETES: [&str; 4] = ["drop table", "drop database", "delete from", "truncate "];
const SQL_CLIENTS: [&str; 6] = ["psql", "mysql", "mariadb", "sqlite3", "sqlcmd", "mongosh"];
/// What takes a dependency out again.
const TAKES_OUT: [&str; 5] = ["uninstall", "remove", "rm", "un", "drop"];
/// What is said of a push that pushed nothing, or was refused, in small letters.
const NOT_PUSHED: [&str; 4] = ["everything up-to-date", "rejected]", "failed to push", "could not read from remote"];

/// The acts that a call did.
#[derive(Debug, Clone, Default)]
pub(super) struct ActsDone {
    acts: Vec<Done>,
    /// It took a dependency out, or a commit back.
    undone: Vec<BannedAct>,
}

/// One act.
#[derive(Debug, Clone)]
struct Done {
    act: BannedAct,
    /// The command, or what the call changed.
    what: String,
    /// What bounds a ban may be looked for in, in small letters: the command, or the branch that it went to.
    names: Vec<String>,
    /// A dependency that only its makers need.
    for_makers: bool,
}

impl ActsDone {
    /// Reads what a call did. Of one that failed, nobody knows.
    pub(super) fn read(call: &Call, state: Option<&ToolState<'_>>) -> Self {
        if call.failed() || call.denied {
            return Self::default();
        }
        let Some(line) = call.input.command.as_deref().filter(|_| call.line.is_some()) else {
            return Self { acts: new_dependency(call, state).into_iter().collect(), undone: Vec::new() };
        };
        let output = state.and_then(|state| state.error.or(state.output));
        let said = output.map(|output| text::beginning(output, OUTPUT)).unwrap_or_default();
        let listed = commands(line);
        let mut done = Self::default();
        for command in &listed {
            done.acts.extend(acts(command, &said));
            done.undone.extend(undoes(command));
        }
        done.acts.truncate(MOST);
        done
    }

    /// The command that did what was ruled out, if one did. `for_makers` says that what only its makers need may be added.
    pub(super) fn breaks(&self, ban: &Ban, for_makers: bool) -> Option<&str> {
        let is_it = |done: &&Done| done.act == ban.act && !(for_makers && done.for_makers) && done.is_among(&ban.only);
        self.acts.iter().find(is_it).map(|done| done.what.as_str())
    }

    /// Whether a call took such an act back.
    pub(super) fn undoes(&self, act: BannedAct) -> bool {
        self.undone.contains(&act)
    }
}

impl Done {
    /// Whether all of these words name it.
    fn is_among(&self, only: &[String]) -> bool {
        only.iter().all(|word| self.names.iter().any(|name| name == word || is_production(name) && is_production(word)))
    }
}

/// Whether a word is one for what users work with.
fn is_production(word: &str) -> bool {
    word == "live" || word.starts_with("prod")
}

/// What one command did.
fn acts(command: &SimpleCommand, said: &str) -> Vec<Done> {
    let shows = command.words.iter().any(|word| SHOWING.contains(&word.as_str()));
    if command.is_dry() || shows {
        return Vec::new();
    }
    let words = own_words(&command.words);
    let mut found: Vec<BannedAct> = ROWS.iter().filter(|row| is_row(row, words)).map(|row| row.0).collect();
    found.extend(task(words));
    // What is applied is rolled out, and what is removed is.
    if found.contains(&BannedAct::Apply) {
        found.push(BannedAct::Deploy);
    }
    if removes(command) {
        found.push(BannedAct::Delete);
    }
    let added = adds(words, said);
    found.extend(added.then_some(BannedAct::Depend));
    let lower = said.to_lowercase();
    let holds = |act: &BannedAct| match act {
        BannedAct::Commit => verb_of(words) == Some("commit") && !NO_COMMIT.iter().any(|none| lower.contains(none)),
        BannedAct::Push if command.program() == "git" => {
            verb_of(words) == Some("push") && !NOT_PUSHED.iter().any(|none| lower.contains(none))
        }
        _ => true,
    };
    let what = command.words.join(" ");
    let for_makers = command.words.iter().any(|word| FOR_MAKERS.contains(&word.as_str()));
    let names = |act| match act {
        BannedAct::Commit | BannedAct::Push => branches(act, words, said),
        _ => what.to_lowercase().split(|c: char| !c.is_alphanumeric()).map(str::to_owned).collect(),
    };
    let done = |act| Done { act, what: what.clone(), names: names(act), for_makers };
    found.into_iter().filter(holds).map(done).collect()
}

/// The words of a command without a program before them that only runs it: `npx prisma`, `python manage.py`.
fn own_words(words: &[String]) -> &[String] {
    const RUN: [&str; 14] = [
        "npx", "bunx", "pnpx", "pnpm", "yarn", "npm", "bundle", "poetry", "uv", "pipenv", "python", "python3", "php",
        "ruby",
    ];
    const BETWEEN: [&str; 8] = ["exec", "run", "dlx", "--yes", "-y", "--", "-m", "x"];
    let Some(first) = words.first().filter(|first| RUN.contains(&first.as_str())) else { return words };
    let at = words[1..].iter().position(|word| !BETWEEN.contains(&word.as_str())).map_or(1, |at| at + 1);
    let is_known = |name: &str| ROWS.iter().any(|(_, programs, _)| programs.split(' ').any(|known| known == name));
    let inner = words.get(at).map_or("", |word| word.rsplit('/').next().unwrap_or(word));
    let runs_itself = RUNNERS.contains(&first.as_str()) && !is_known(inner);
    if is_known(inner) && !runs_itself { &words[at..] } else { words }
}

/// The name of the program.
fn program(words: &[String]) -> &str {
    words.first().map_or("", |word| word.rsplit('/').next().unwrap_or(word))
}

/// The first word that is no option, nor the value of one of Git's.
fn verb_of(words: &[String]) -> Option<&str> {
    let mut is_value = false;
    words.get(1..)?.iter().map(String::as_str).find(|word| {
        let was_value = std::mem::replace(&mut is_value, matches!(*word, "-C" | "-c" | "-R"));
        !was_value && !word.starts_with('-')
    })
}

fn is_row((_, programs, verbs): &(BannedAct, &str, &str), words: &[String]) -> bool {
    let name = program(words);
    let has = |word: &str| words[1..].iter().any(|other| other == word);
    programs.split(' ').any(|known| known == name)
        && (verbs.is_empty() || verbs.split('|').any(|verb| verb.split(' ').all(has)))
}

/// The act that the name of a task or a script says: `npm run deploy`, `./scripts/migrate.sh`.
fn task(words: &[String]) -> Option<BannedAct> {
    let name = program(words);
    let is_option = |word: &&String| word.starts_with('-') || word.contains('=') || *word == "run";
    let first = words.get(1..)?.iter().find(|word| !is_option(word));
    let said = if RUNNERS.contains(&name) || is_interpreter(name) {
        first?.as_str()
    } else if words[0].contains('/') || name.rsplit('.').next() == Some("sh") {
        name
    } else {
        return None;
    };
    let parts: Vec<&str> = said.rsplit('/').next()?.split(|c: char| !c.is_alphanumeric()).collect();
    let is_other = parts.iter().any(|part| OTHER_TASKS.contains(part));
    let act = TASKS.iter().find(|(_, word)| parts.contains(word)).map(|(act, _)| *act);
    act.filter(|_| !is_other)
}

/// Whether a command removes what is no artifact of a build and nothing temporary.
fn removes(command: &SimpleCommand) -> bool {
    const ARTIFACTS: [&str; 12] = [
        "tmp",
        "temp",
        "dist",
        "build",
        "target",
        "node_modules",
        "__pycache__",
        "coverage",
        "cache",
        "venv",
        "out",
        "log",
    ];
    let words = &command.words;
    if SQL_CLIENTS.contains(&command.program()) {
        let said = words.join(" ").to_lowercase();
        return SQL_DELETES.iter().any(|sign| said.contains(sign));
    }
    let is_recursive = |word: &String| word.starts_with('-') && !word.starts_with("--") && word.contains(['r', 'R']);
    let is_artifact = |word: &String| {
        let lower = word.to_lowercase();
        lower.split(|c: char| !c.is_alphanumeric() && c != '_').any(|part| ARTIFACTS.contains(&part))
            || word.contains('$')
    };
    let mut paths = command.arguments().iter().filter(|word| !word.starts_with('-')).peekable();
    command.program() == "rm" && words.iter().any(is_recursive) && paths.peek().is_some() && !paths.all(is_artifact)
}

/// Whether a command adds a dependency that was not there.
fn adds(words: &[String], said: &str) -> bool {
    const THERE: [&str; 3] = ["up to date", "already in", "already satisfied"];
    let name = program(words);
    let Some((_, verbs)) = ADDS.iter().find(|(programs, _)| programs.split(' ').any(|known| known == name)) else {
        return false;
    };
    let mut rest = words[1..].iter().skip_while(|word| word.starts_with('-'));
    // `dotnet add web.csproj package Polly`, `flutter pub add http`.
    let verb = rest.by_ref().find(|word| *word != "pub" && *word != "workspace" && !word.starts_with('-'));
    let is_name = |word: &&String| {
        !word.starts_with(['-', '.', '/', '$']) && !word.contains("...") && *word != "package" && *word != "reference"
    };
    verb.is_some_and(|verb| verbs.split(' ').any(|known| known == verb))
        && (name != "dotnet" || words.iter().any(|word| word == "package"))
        && rest.clone().any(|word| is_name(&word))
        && !words.iter().any(|word| ELSEWHERE.contains(&word.as_str()))
        && !THERE.iter().any(|sign| said.contains(sign))
}

/// What a command takes back.
fn undoes(command: &SimpleCommand) -> Vec<BannedAct> {
    let has = |word: &str| command.arguments().iter().any(|other| other == word);
    let is_manifest = |word: &String| MANIFESTS.iter().any(|name| word.ends_with(name));
    let git = command.program() == "git";
    let mut found = Vec::new();
    if git && has("reset") && command.arguments().iter().any(|word| word.contains(['~', '^', '@'])) {
        found.push(BannedAct::Commit);
    }
    let restores = git && (has("checkout") || has("restore")) && command.arguments().iter().any(is_manifest);
    let known = ADDS.iter().any(|(programs, _)| programs.split(' ').any(|known| known == command.program()));
    if restores || known && TAKES_OUT.iter().any(|verb| has(verb)) {
        found.push(BannedAct::Depend);
    }
    found
}

/// The branches that a commit or a push went to, in small letters: those that the command names, else those that Git does.
pub(super) fn branches(act: BannedAct, words: &[String], said: &str) -> Vec<String> {
    let mut found = Vec::new();
    if act == BannedAct::Push {
        // `git push -u origin HEAD:main`.
        let named =
            words.iter().skip_while(|word| *word != "push").skip(1).filter(|word| !word.starts_with('-')).skip(1);
        let named = named.filter_map(|word| word.rsplit(':').next()).filter(|word| *word != "HEAD");
        found.extend(named.map(str::to_lowercase));
        if found.is_empty() {
            found.extend(
                said.lines().filter(|line| !line.contains("rejected]")).filter_map(pushed_to).map(str::to_lowercase),
            );
        }
    } else {
        found.extend(said.lines().filter_map(committed_to).map(str::to_lowercase));
    }
    found
}

/// The branch in `   a1b2c3d..e4f5a6b  topic -> main`.
fn pushed_to(line: &str) -> Option<&str> {
    let (before, behind) = line.split_once(" -> ")?;
    let moves = before.contains("..") || before.trim_start().starts_with(['*', '+', '=']);
    behind.split_whitespace().next().filter(|_| moves)
}

/// The branch in `[main a1b2c3d] Fix it`, also of a first commit.
pub(super) fn committed_to(line: &str) -> Option<&str> {
    let (inside, _) = line.trim_start().strip_prefix('[')?.split_once(']')?;
    let (branch, id) = inside.trim_end_matches(')').rsplit_once(' ')?;
    let is_id = id.len() >= 4 && id.bytes().all(|byte| byte.is_ascii_hexdigit());
    let branch = branch.split(' ').next().unwrap_or_default();
    (is_id && branch != "detached").then_some(branch)
}

/// Files in which projects say what they depend on.
#[rustfmt::skip]
const MANIFESTS: [&str; 16] = [
    "package.json", "pyproject.toml", "Cargo.toml", "go.mod", "Gemfile", "composer.json", "build.gradle", "build.gradle.kts", "pom.xml", "mix.exs", "pubspec.yaml", "Pipfile", "requirements.txt",
    "deno.json", ".csproj", "libs.versions.toml",
];
/// Names in manifests whose values are versions, and that are no dependencies.
#[rustfmt::skip]
const NO_DEPENDENCIES: [&str; 16] = [
    "version", "edition", "rust-version", "node", "npm", "pnpm", "yarn", "python", "requires-python", "php", "go", "toolchain", "packagemanager", "resolver", "target", "sdk",
];

/// The dependency that an edit of a manifest adds.
fn new_dependency(call: &Call, state: Option<&ToolState<'_>>) -> Option<Done> {
    let target = call.input.target.as_deref().filter(|_| call.kind == CallKind::Mutate)?;
    let file = target.rsplit(['/', '\\']).next()?;
    let is_list = file.starts_with("requirements") && file.rsplit('.').next() == Some("txt");
    if !is_list && !MANIFESTS.iter().any(|name| file == *name || name.starts_with('.') && file.ends_with(name)) {
        return None;
    }
    let members = members(state?.input?)?;
    let pieces = pieces(&members, Some(target));
    let added = pieces.iter().find_map(|piece| {
        let old = piece.old.as_deref()?;
        piece
            .new
            .lines()
            .filter_map(|line| dependency(line, is_list))
            .find(|name| !old.contains(*name))
            .map(str::to_owned)
    })?;
    let (what, names) = (format!("an edit of {file} adds {added}"), vec![added.to_lowercase()]);
    Some(Done { act: BannedAct::Depend, what, names, for_makers: file.contains("dev") })
}

/// The name that a line of a manifest gives to a dependency: `"left-pad": "^1.3.0"`, `serde = { version = "1" }`,
/// `isodate==0.7`, `gem 'rack'`, `github.com/a/b v1.2.0`.
fn dependency(line: &str, is_list: bool) -> Option<&str> {
    let line = line.trim().trim_start_matches("require ");
    if is_list {
        let name = line.split(['=', '<', '>', '~', '!', '[', ';', ' ', '@']).next()?;
        return (!name.is_empty() && !name.starts_with(['#', '-', '.'])).then_some(name);
    }
    if let Some(rest) = line.strip_prefix("gem ") {
        return rest.trim_start_matches(['\'', '"']).split(['\'', '"']).next();
    }
    if let Some((name, version)) = line.split_once(" v").filter(|(name, _)| name.contains('/') && !name.contains(' ')) {
        return version.starts_with(|c: char| c.is_ascii_digit()).then_some(name);
    }
    let (name, value) = line.split_once([':', '=']).map(|(name, value)| (name.trim(), value.trim()))?;
    let bare = name.trim_matches(['"', '\'']);
    let is_version = |text: &str| {
        let text = text.trim_start_matches(['"', '\'']);
        let number = text.trim_start_matches(['^', '~', '>', '<', '=', ' ']);
        number.starts_with(|c: char| c.is_ascii_digit()) && number.contains(['.', '"', '\'']) && text.len() < 40
    };
    let is_table =
        value.starts_with('{') && ["version", "workspace", "git ", "path "].iter().any(|key| value.contains(key));
    let is_name = bare.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"@/-_.".contains(&byte)) && !bare.is_empty();
    let is_known = NO_DEPENDENCIES.contains(&&*bare.to_lowercase());
    (is_name && !is_known && (is_table || is_version(value))).then_some(bare)
}
