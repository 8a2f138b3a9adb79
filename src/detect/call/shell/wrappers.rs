//! Unwraps programs that only run another one: `timeout`, `sudo`, `docker exec`, `uv run`, `bash -c`.

/// A program that runs the command after its own flags.
struct Wrapper {
    name: &'static str,
    /// The words that must follow the name, any one of the alternatives each.
    subcommand: &'static [&'static [&'static str]],
    /// Flags that take the next word as their value.
    values: &'static str,
    /// Words of its own before the command.
    operands: usize,
}

const fn wrapper(
    name: &'static str,
    subcommand: &'static [&'static [&'static str]],
    values: &'static str,
    operands: usize,
) -> Wrapper {
    Wrapper { name, subcommand, values, operands }
}

const PYTHON_VALUES: &str =
    "--with --python -p --project --directory --group --extra --env-file --package --from --index -n --name -e";
const CONTAINER_VALUES: &str = "-v --volume -e --env -p --publish -w --workdir -u --user --name --network --net --entrypoint \
     --env-file --mount -m --memory --cpus --platform --add-host -l --label --shm-size --gpus --index --ulimit";
const COMPOSE: &[&[&str]] = &[&["compose"], &["exec", "run"]];

/// Sources: the manuals of the programs, as of 2026.
#[rustfmt::skip]
const WRAPPERS: &[Wrapper] = &[
    wrapper("timeout", &[], "-k --kill-after -s --signal", 1),
    wrapper("gtimeout", &[], "-k --kill-after -s --signal", 1),
    wrapper("time", &[], "-f --format -o --output", 0),
    wrapper("nohup", &[], "", 0),
    wrapper("nice", &[], "-n --adjustment", 0),
    wrapper("ionice", &[], "-c -n", 0),
    wrapper("setsid", &[], "", 0),
    wrapper("stdbuf", &[], "-i -o -e", 0),
    wrapper("unbuffer", &[], "", 0),
    wrapper("xvfb-run", &[], "-n -s -e -f -w -p", 0),
    wrapper("sudo", &[], "-u -g -h -p -C -r -t -U -D -T --user --group", 0),
    wrapper("doas", &[], "-u -C", 0),
    wrapper("env", &[], "-u -C --unset --chdir", 0),
    wrapper("cross-env", &[], "", 0),
    wrapper("dotenv", &[], "-f -e -c", 0),
    wrapper("command", &[], "", 0),
    wrapper("builtin", &[], "", 0),
    wrapper("exec", &[], "-a", 0),
    wrapper("caffeinate", &[], "-t -w", 0),
    wrapper("chronic", &[], "", 0),
    wrapper("taskset", &[], "", 1),
    wrapper("flock", &[], "-w -E", 1),
    wrapper("strace", &[], "-o -e -p -s", 0),
    wrapper("valgrind", &[], "", 0),
    wrapper("fakeroot", &[], "", 0),
    wrapper("dbus-run-session", &[], "", 0),
    wrapper("gosu", &[], "", 1),
    wrapper("su-exec", &[], "", 1),
    wrapper("watch", &[], "-n --interval", 0),
    wrapper("watchexec", &[], "-e --exts -w --watch -i --ignore -f --filter -d --debounce -s --signal", 0),
    wrapper("xargs", &[], "-n -P -I -L -d -s -a -E --max-args --max-procs --delimiter", 0),
    wrapper("parallel", &[], "-j --jobs", 0),
    wrapper("entr", &[], "", 0),
    wrapper("npx", &[], "-p --package -w --workspace -c --call", 0),
    wrapper("bunx", &[], "-p --package", 0),
    wrapper("pnpx", &[], "", 0),
    wrapper("uvx", &[], PYTHON_VALUES, 0),
    wrapper("pipx", &[&["run"]], "--spec --python", 0),
    wrapper("uv", &[&["run"]], PYTHON_VALUES, 0),
    wrapper("uv", &[&["tool"], &["run"]], PYTHON_VALUES, 0),
    wrapper("poetry", &[&["run"]], "-C -P", 0),
    wrapper("pipenv", &[&["run"]], "", 0),
    wrapper("conda", &[&["run"]], "-n --name -p --prefix --cwd", 0),
    wrapper("mamba", &[&["run"]], "-n --name -p --prefix --cwd", 0),
    wrapper("micromamba", &[&["run"]], "-n --name -p --prefix --cwd", 0),
    wrapper("bundle", &[&["exec"]], "", 0),
    wrapper("rbenv", &[&["exec"]], "", 0),
    wrapper("pyenv", &[&["exec"]], "", 0),
    wrapper("asdf", &[&["exec"]], "", 0),
    wrapper("direnv", &[&["exec"]], "", 1),
    wrapper("nix", &[&["develop", "shell"]], "", 0),
    wrapper("rustup", &[&["run"]], "", 1),
    wrapper("coverage", &[&["run"]], "--source --rcfile -p --include --omit", 0),
    wrapper("docker", &[&["exec"]], CONTAINER_VALUES, 1),
    wrapper("docker", &[&["run"]], CONTAINER_VALUES, 1),
    wrapper("docker", &[&["container"], &["exec", "run"]], CONTAINER_VALUES, 1),
    wrapper("docker", COMPOSE, CONTAINER_VALUES, 1),
    wrapper("docker-compose", &[&["exec", "run"]], CONTAINER_VALUES, 1),
    wrapper("podman", &[&["exec", "run"]], CONTAINER_VALUES, 1),
    wrapper("podman", COMPOSE, CONTAINER_VALUES, 1),
    wrapper("nerdctl", &[&["exec", "run"]], CONTAINER_VALUES, 1),
    wrapper("ddev", &[&["exec"]], "-s -d", 0),
    wrapper("devcontainer", &[&["exec"]], "--workspace-folder", 0),
    wrapper("ssh", &[], "-i -p -o -l -F -J -L -R -D -b -c -E -W -S -m", 1),
];

/// Flags before the subcommand that take the next word as their value.
const GLOBAL_VALUES: &str = "-f --file -p --project-name --context -c -H --host --profile --env-file -C --directory";

/// The same of package managers.
const MANAGER_VALUES: &str = "--filter -F --prefix -C --dir --cwd -w --workspace";

/// What a command is inside its wrappers.
#[derive(Debug, PartialEq)]
pub enum Command {
    /// Assignments only, or nothing.
    Nothing,
    /// A program and its arguments.
    Program(Vec<String>),
    /// A script that is the argument of a shell.
    Script { text: String, errexit: bool, pipefail: bool },
}

/// A command without its wrappers.
#[derive(Debug, PartialEq)]
pub struct Unwrapped {
    pub command: Command,
    /// It runs again and again, as under `watch`.
    pub watched: bool,
    /// Variables that are set for it: `NAME=value`.
    pub environment: Vec<String>,
}

/// The most wrappers that are looked through.
const WRAPPED: usize = 12;

/// Looks through the wrappers of a command. `bodies` are the heredocs that it reads.
pub fn unwrap(words: Vec<String>, bodies: &[String]) -> Unwrapped {
    let mut unwrapped = Unwrapped { command: Command::Nothing, watched: false, environment: Vec::new() };
    let mut rest: &[String] = &words;
    for _ in 0..WRAPPED {
        while let Some((first, more)) = rest.split_first().filter(|(word, _)| is_assignment(word)) {
            unwrapped.environment.push(first.clone());
            rest = more;
        }
        let Some(first) = rest.first() else {
            return unwrapped;
        };
        let name = base(first);
        if let Some(command) = shell(name, rest, bodies) {
            unwrapped.command = command;
            return unwrapped;
        }
        let Some(next) = behind(name, rest) else {
            break;
        };
        unwrapped.watched |= matches!(name, "watch" | "watchexec" | "entr");
        if name == "ssh" || name == "watch" && next.len() == 1 {
            unwrapped.command = script(next.join(" "));
            return unwrapped;
        }
        rest = next;
    }
    if !rest.is_empty() {
        unwrapped.command = Command::Program(rest.to_vec());
    }
    unwrapped
}

fn script(text: String) -> Command {
    Command::Script { text, errexit: false, pipefail: false }
}

/// The command after one wrapper; `None` if this is none, or none that runs a command.
fn behind<'a>(name: &str, words: &'a [String]) -> Option<&'a [String]> {
    if name == "kubectl" || name == "oc" {
        words.iter().find(|word| *word == "exec")?;
        return after_dashes(words);
    }
    if matches!(name, "npm" | "pnpm" | "yarn" | "bun") {
        // Only flags and their values may be in front of it: `npm run exec` is a script.
        let (rest, _) = skip_flags(&words[1..], MANAGER_VALUES);
        let (first, rest) = rest.split_first()?;
        let runs = matches!(first.as_str(), "exec" | "dlx" | "x");
        return Some(skip_dashes(rest)).filter(|rest| runs && !rest.is_empty());
    }
    if matches!(
        name,
        "mise" | "rtx" | "doppler" | "op" | "aws-vault" | "hatch" | "pdm" | "nix" | "devbox" | "infisical"
    ) && let Some(rest) = after_dashes(words)
    {
        return Some(rest);
    }
    WRAPPERS.iter().filter(|wrapper| wrapper.name == name).find_map(|wrapper| wrapper.strip(words))
}

fn skip_dashes(words: &[String]) -> &[String] {
    let flags = words.iter().take_while(|word| word.starts_with('-')).count();
    &words[flags..]
}

fn after_dashes(words: &[String]) -> Option<&[String]> {
    let at = words.iter().position(|word| word == "--")?;
    words.get(at + 1..).filter(|rest| !rest.is_empty())
}

impl Wrapper {
    fn strip<'a>(&self, words: &'a [String]) -> Option<&'a [String]> {
        let mut rest = &words[1..];
        for alternatives in self.subcommand {
            let (skipped, _) = skip_flags(rest, GLOBAL_VALUES);
            rest = skipped;
            let (first, more) = rest.split_first()?;
            if !alternatives.contains(&first.as_str()) {
                return None;
            }
            rest = more;
        }
        if self.name == "command" && rest.first().is_some_and(|flag| flag == "-v" || flag == "-V") {
            return None;
        }
        let (skipped, dashes) = skip_flags(rest, self.values);
        rest = skipped;
        if self.operands > 0 {
            rest = rest.get(self.operands..)?;
            if !dashes {
                rest = rest.strip_prefix(["--".to_owned()].as_slice()).unwrap_or(rest);
            }
        }
        (!rest.is_empty()).then_some(rest)
    }
}

/// The words after the flags, and whether `--` ended them.
fn skip_flags<'a>(mut words: &'a [String], values: &str) -> (&'a [String], bool) {
    while let Some(flag) = words.first() {
        if flag == "--" {
            return (&words[1..], true);
        }
        if !flag.starts_with('-') || flag.len() == 1 {
            break;
        }
        let takes = values.split_ascii_whitespace().any(|value| value == flag);
        words = words.get(if takes { 2 } else { 1 }..).unwrap_or_default();
    }
    (words, false)
}

/// The script of `bash -c '…'`, `eval …` and of a shell that reads a heredoc.
fn shell(name: &str, words: &[String], bodies: &[String]) -> Option<Command> {
    match name {
        "eval" => return Some(script(words[1..].join(" "))),
        "su" | "script" | "nix-shell" | "vagrant" => {
            let flag = |word: &&String| matches!(word.as_str(), "-c" | "--run" | "--command" | "-qc" | "-qec");
            let at = words.iter().position(|word| flag(&word))?;
            return words.get(at + 1).cloned().map(script);
        }
        "sh" | "bash" | "zsh" | "dash" | "ash" | "ksh" | "fish" | "pwsh" | "powershell" => {}
        _ => return None,
    }
    let (mut errexit, mut pipefail, mut inline, mut at) = (false, false, false, 1);
    while let Some(flag) = words.get(at).filter(|word| word.starts_with(['-', '+'])) {
        at += 1;
        if flag.starts_with("--") {
            continue;
        }
        if flag.eq_ignore_ascii_case("-command") {
            inline = true;
            continue;
        }
        errexit |= flag.contains('e');
        inline |= flag.contains('c');
        if flag.ends_with(['o', 'O']) {
            pipefail |= words.get(at).is_some_and(|option| option == "pipefail");
            at += 1;
        }
        if flag == "-n" {
            return None;
        }
    }
    let text = if inline {
        words.get(at).cloned()
    } else if words.get(at).is_none() || words.get(at - 1).is_some_and(|flag| flag == "-s") {
        (!bodies.is_empty()).then(|| bodies.join("\n"))
    } else {
        None
    };
    text.map(|text| Command::Script { text, errexit, pipefail })
}

/// The file name of a program.
pub fn base(program: &str) -> &str {
    program.rsplit(['/', '\\']).next().unwrap_or(program)
}

/// Whether a word sets a variable: `NAME=value`.
pub fn is_assignment(word: &str) -> bool {
    word.split_once('=').is_some_and(|(name, _)| {
        !name.is_empty()
            && !name.starts_with(|first: char| first.is_ascii_digit())
            && name.trim_end_matches('+').bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    })
}
