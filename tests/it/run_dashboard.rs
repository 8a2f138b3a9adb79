//! `ocr-run` on a real terminal: the dashboard is drawn, and the terminal is given back whatever ends the run.

use crate::support::Tmux;
use std::fs;

/// A run of the demo between two looks at the modes of the terminal, once it is drawn on.
fn start(command: &str) -> Option<Tmux> {
    let tmux = Tmux::start(100, 30)?;
    tmux.line("stty -a > before");
    tmux.line(&format!("{command}; echo \"code=$?\"; stty -a > after"));
    Some(tmux)
}

fn is_restored(tmux: &Tmux) {
    tmux.wait_for_shell();
    let after = tmux.read("after");
    assert_eq!(after, fs::read_to_string(tmux.file("before")).unwrap());
}

#[test]
fn draws_and_leaves_a_summary() {
    let Some(tmux) = start("ocr-run --demo") else { return };
    tmux.wait_until("nothing is drawn", |_| tmux.is_drawn_on());
    tmux.wait_for("missing.log");
    let screen = tmux.wait_for("code=0");
    assert!(screen.contains("result: loop, exit code 10") && !screen.contains("ocr.act.result"), "{screen}");
    is_restored(&tmux);
}

#[test]
fn what_stages_say_goes_to_the_dashboard() {
    let Some(tmux) = start("ocr-run --demo --reviewer-cmd 'echo odd >&2; exit 7'") else { return };
    tmux.wait_until("nothing is drawn", |_| tmux.is_drawn_on());
    let screen = tmux
        .wait_until("nothing is said", |screen| tmux.is_drawn_on() && screen.contains("says   ocr-review: warning"));
    let footer = screen.trim_end().lines().last().unwrap();
    assert!(footer.contains("q quit"), "the dashboard is damaged:\n{screen}");
    let screen = tmux.wait_for("code=0");
    assert!(screen.contains("ocr-review: warning"), "it is not told again:\n{screen}");
    is_restored(&tmux);
}

#[test]
fn ctrl_c_gives_the_terminal_back() {
    let Some(tmux) = start("ocr-run --demo") else { return };
    tmux.wait_until("nothing is drawn", |_| tmux.is_drawn_on());
    tmux.key("C-c");
    tmux.wait_for("code=130");
    is_restored(&tmux);
}

#[test]
fn ctrl_z_gives_the_terminal_back_for_as_long() {
    let Some(tmux) = start("ocr-run --demo") else { return };
    tmux.wait_until("nothing is drawn", |_| tmux.is_drawn_on());
    tmux.key("C-z");
    tmux.wait_for_shell();
    tmux.line("fg");
    tmux.wait_for("result: loop");
    tmux.wait_for_shell();
}

#[test]
fn headless_and_story_draw_nothing() {
    for command in ["ocr-run --demo --headless > lines", "TERM=dumb ocr-run --demo"] {
        let Some(tmux) = start(command) else { return };
        let was_drawn_on = std::cell::Cell::new(false);
        tmux.wait_until("no end", |screen| {
            was_drawn_on.set(was_drawn_on.get() || tmux.is_drawn_on());
            screen.contains("code=0")
        });
        assert!(!was_drawn_on.get(), "{command}");
    }
}
