//! The dashboard on a real terminal: it draws there, takes its keys from there, passes every line on, and gives the
//! terminal back whatever ends it.

use crate::support::{Tmux, ocr, recording};
use std::fs::{self, File};
use std::io::Write;
use std::process::Command;

/// A dashboard whose input the test writes, between two looks at the modes of the terminal.
struct Bench {
    tmux: Tmux,
    input: Option<File>,
}

/// Starts `command`, which reads the pipe `in` and writes its process id to `pid` through `$NOTE`.
fn start(command: &str, (width, height): (u16, u16)) -> Option<Bench> {
    let tmux = Tmux::start(width, height)?;
    assert!(Command::new("mkfifo").arg(tmux.file("in")).status().unwrap().success());
    tmux.line("stty -a > before; echo 'echo $$ > pid; exec ocr-watch \"$@\"' > watch");
    tmux.line(&format!("{command}; echo \"code=$?\"; stty -a > after"));
    // Opens as soon as the shell has opened the other end.
    let input = File::options().write(true).open(tmux.file("in")).unwrap();
    let bench = Bench { tmux, input: Some(input) };
    bench.tmux.wait_until("nothing is drawn", |_| bench.tmux.is_drawn_on());
    Some(bench)
}

const ALONE: &str = "sh watch < in > out";

impl Bench {
    fn write(&mut self, lines: &str) {
        self.input.as_mut().unwrap().write_all(lines.as_bytes()).unwrap();
    }

    fn end(&mut self) {
        self.input = None;
    }

    fn signal(&self, name: &str) {
        let pid = self.tmux.read("pid");
        assert!(Command::new("kill").args([name, pid.trim()]).status().unwrap().success());
    }

    /// The terminal is the shell's again, in the modes it had.
    fn is_restored(&self) {
        self.tmux.wait_for_shell();
        let after = self.tmux.read("after");
        assert_eq!(after, fs::read_to_string(self.tmux.file("before")).unwrap());
    }
}

/// A recording up to the moment at which a person is asked.
fn until_asked(name: &str) -> String {
    let text = recording(name);
    let asked = text.find(".asked\"").unwrap();
    let end = text[asked..].find('\n').unwrap();
    text[..=asked + end].to_owned()
}

/// A recording with a call that is repeated.
fn lines() -> String {
    recording("one-call-loop")
}

#[test]
fn tui_01_restores_terminal_at_end() {
    let Some(mut bench) = start(ALONE, (80, 24)) else { return };
    bench.write(&lines());
    bench.tmux.wait_for("missing.log");
    bench.end();
    bench.is_restored();
    let screen = bench.tmux.wait_for("code=0");
    assert!(screen.contains("14 calls"), "a summary stays:\n{screen}");
}

#[test]
fn tui_01_restores_terminal_after_signals() {
    for (signal, code) in [("-INT", "code=0"), ("-TERM", "code=0"), ("-HUP", "code=129"), ("-QUIT", "code=131")] {
        let Some(mut bench) = start(ALONE, (80, 24)) else { return };
        bench.write(&lines());
        bench.tmux.wait_for("missing.log");
        bench.signal(signal);
        bench.tmux.wait_for_shell();
        bench.end();
        bench.is_restored();
        bench.tmux.wait_for(code);
    }
}

#[test]
fn tui_01_restores_terminal_while_stopped() {
    let Some(mut bench) = start(ALONE, (80, 24)) else { return };
    bench.write(&lines());
    bench.tmux.wait_for("missing.log");
    bench.tmux.key("C-z");
    bench.is_restored();
    fs::remove_file(bench.tmux.file("after")).unwrap();
    bench.tmux.line("fg; stty -a > after");
    bench.tmux.wait_until("nothing is drawn", |_| bench.tmux.is_drawn_on());
    bench.tmux.wait_for("missing.log");
    bench.tmux.key("?");
    bench.tmux.wait_for("none of them changes what flows");
    bench.end();
    bench.is_restored();
    assert_eq!(fs::read_to_string(bench.tmux.file("out")).unwrap(), lines());
}

#[test]
fn tui_01_restores_terminal_when_neighbours_die() {
    let command = "{ sh -c 'echo $$ > cat.pid; exec cat in'; } | { sh watch; echo $? > code; } | sh -c 'echo $$ > pid2; exec cat' > out";
    for (pid, code) in [("cat.pid", "0\n"), ("pid2", "141\n")] {
        let Some(mut bench) = start(command, (80, 24)) else { return };
        bench.write(&lines());
        bench.tmux.wait_for("missing.log");
        let pid = bench.tmux.read(pid);
        assert!(Command::new("kill").args(["-KILL", pid.trim()]).status().unwrap().success());
        bench.tmux.wait_for_shell();
        assert_eq!(bench.tmux.read("code"), code);
        bench.end();
        bench.is_restored();
    }
}

#[test]
fn tui_01_restores_terminal_after_panic() {
    let panics = std::env::current_exe().unwrap();
    let command =
        format!("{} --ignored --exact watch_terminal::dashboard_that_panics < in > out 2>&1", panics.display());
    let Some(mut bench) = start(&command, (80, 24)) else { return };
    bench.write(&lines());
    bench.tmux.wait_for("missing.log");
    bench.end();
    bench.is_restored();
    bench.tmux.wait_for("code=101");
}

/// A dashboard whose input panics at its end.
#[cfg(feature = "tui")]
#[test]
#[ignore = "needs a terminal of its own: tui_01_restores_terminal_after_panic starts it in one"]
fn dashboard_that_panics() {
    struct Panics(std::io::Stdin);

    impl std::io::Read for Panics {
        fn read(&mut self, bytes: &mut [u8]) -> std::io::Result<usize> {
            let read = self.0.read(bytes)?;
            assert_ne!(read, 0, "the input has ended");
            Ok(read)
        }
    }

    let Some(tty) = ocr::watch::Tty::open() else { return };
    let budget = ocr::watch::Budget::default();
    let settings = ocr::watch::Dashboard { tty, colors: false, budget, columns: None, stays: false, words: None };
    let out = ocr::pipe::Out::new(std::io::sink(), false);
    let shutdown = ocr::pipe::Shutdown::outlive_first_signal();
    let _ = ocr::watch::dashboard(settings, Panics(std::io::stdin()), &out, &shutdown);
}

#[test]
fn tui_02_passes_every_byte_while_it_draws() {
    let Some(mut bench) = start(ALONE, (80, 24)) else { return };
    let odd = "no json\n\n\u{1b}[2J{\"type\":\"x\"}\r\n";
    let text = lines() + odd + &recording("permission-block") + &recording("subagent") + "no newline at the end";
    for (at, piece) in text.as_bytes().chunks(20_000).enumerate() {
        bench.write(&String::from_utf8_lossy(piece));
        // None of these keys changes what flows.
        let key = ["j", "Enter", "e", "Escape", "f", "f", "?", "Escape", "/", "x", "Enter", "k"][at % 12];
        bench.tmux.key(key);
    }
    bench.end();
    bench.is_restored();
    assert_eq!(fs::read_to_string(bench.tmux.file("out")).unwrap(), text);
}

#[test]
fn tui_02_needs_you_is_first() {
    let Some(mut bench) = start(ALONE, (100, 30)) else { return };
    bench.write(&lines());
    bench.write(&until_asked("question-block"));
    let screen = bench.tmux.wait_for("? waits for you");
    assert!(screen.contains(" 1 waits for you "), "{screen}");
    let mut list = screen.lines().skip_while(|line| !line.contains(" 2 sessions "));
    assert!(list.nth(1).unwrap().starts_with("? waits for you"), "{screen}");
    bench.end();
    bench.is_restored();
}

#[test]
fn tui_08_q_closes_dashboard_and_lines_go_on() {
    let Some(mut bench) = start(ALONE, (80, 24)) else { return };
    let text = lines();
    let (first, rest) = text.split_at(text.find("\"status\":\"completed\"").unwrap());
    bench.write(first);
    bench.tmux.wait_for("so far, nothing found");
    bench.tmux.key("q");
    bench.tmux.wait_for_shell();
    bench.tmux.wait_for("The dashboard is closed.");
    bench.write(rest);
    bench.tmux.wait_for("cat missing.log →");
    bench.end();
    bench.is_restored();
    assert_eq!(fs::read_to_string(bench.tmux.file("out")).unwrap(), text);
}

#[test]
fn what_others_write_on_it_goes_away() {
    let Some(mut bench) = start(ALONE, (80, 24)) else { return };
    bench.write(&lines());
    bench.tmux.wait_for("missing.log");
    fs::write(bench.tmux.tty(), "\r\nWARN something\r\nWARN else\r\n").unwrap();
    bench.tmux.wait_for("WARN something");
    let tick = "{\"ts\":9999999999999,\"type\":\"ocr.stream.tick\",\"properties\":{}}\n";
    let whole = |screen: &str| screen.contains("missing.log") && !screen.contains("WARN");
    bench.tmux.wait_until("the damage stays", |screen| {
        bench.input.as_ref().unwrap().write_all(tick.as_bytes()).unwrap();
        whole(screen)
    });
    bench.end();
    bench.is_restored();
}

#[test]
fn summary_says_what_still_worked() {
    let Some(mut bench) = start(ALONE, (80, 24)) else { return };
    let text = lines();
    let begun = &text[..text.find("\"status\":\"completed\"").unwrap()];
    let begun = &begun[..=begun.rfind('\n').unwrap()];
    let judged = ocr("ocr-detect").write_stdin(begun).output().unwrap().stdout;
    bench.write(&String::from_utf8(judged).unwrap());
    bench.end();
    bench.is_restored();
    let screen = bench.tmux.wait_for("code=0");
    assert!(screen.contains("still working when the stream ended"), "{screen}");
    assert!(!screen.contains("$0.00"), "{screen}");
}

#[test]
fn last_screen_stays_if_nobody_reads_on() {
    let Some(mut bench) = start("sh watch --only < in", (80, 24)) else { return };
    bench.write(&lines());
    bench.end();
    bench.tmux.wait_for("the input has ended");
    bench.tmux.key("e");
    bench.tmux.wait_for("nothing was found in this session");
    bench.tmux.key("q");
    bench.is_restored();
}

#[test]
fn follows_size_of_terminal() {
    let Some(mut bench) = start(ALONE, (80, 24)) else { return };
    bench.write(&lines());
    bench.tmux.wait_for("q quit · ? help · j/k scroll · e evidence");
    for (width, height) in [(40, 12), (140, 45), (10, 3), (80, 24)] {
        bench.tmux.resize(width, height);
        bench.tmux.wait_until("not drawn anew", |screen| {
            let footer = screen.lines().nth(usize::from(height) - 1).unwrap_or_default();
            footer.trim_end().ends_with("up to date")
        });
    }
    bench.end();
    bench.is_restored();
}

#[test]
fn tui_10_tells_story_without_terminal_or_on_request() {
    let Some(tmux) = Tmux::start(80, 24) else { return };
    fs::write(tmux.file("run.ndjson"), lines()).unwrap();
    for flags in ["--story", "2> told"] {
        tmux.line(&format!("clear; ocr-watch --only {flags} < run.ndjson; echo \"code=$?\""));
        let screen = tmux.wait_until("no end", |screen| screen.contains("code=0"));
        let told = fs::read_to_string(tmux.file("told")).unwrap_or(screen);
        assert!(told.contains("cat missing.log →"), "{told}");
        assert!(!tmux.is_drawn_on());
    }
}

#[test]
fn tui_10_is_a_feature_of_its_own() {
    let manifest = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml")).unwrap();
    assert!(manifest.contains("default = [\"tui\"]"));
    for dependency in ["crossterm", "ratatui"] {
        let line = manifest.lines().find(|line| line.starts_with(dependency)).unwrap();
        assert!(line.contains("optional = true"), "{line}");
    }
}
