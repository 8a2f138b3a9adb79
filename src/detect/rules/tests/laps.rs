//! Tests laps that a person asked for, batches of targets, and work that gets on although its results look alike; and
//! their neighbours in which something must be found.

use super::support::{bash, call, edit, failed_after, gravest, is_quiet, task};
use crate::wire::record::Grade;
use serde_json::json;

const WORDS: [&str; 12] =
    ["ash", "birch", "cedar", "elder", "fir", "hazel", "larch", "maple", "oak", "pine", "rowan", "yew"];

#[test]
fn a_deed_that_is_only_confirmed_may_be_done_often() {
    let done = |tool: &str, times: usize, says: &str| {
        gravest((0..times).map(|n| call(4 * n, tool, &json!({"direction": "down"}), says)))
    };
    assert!(done("browser_scroll", 24, "Scrolled") <= Some(Grade::Notice));
    assert_eq!(done("browser_scroll", 40, "Scrolled"), Some(Grade::Warn));
    assert_eq!(done("browser_scroll", 60, "Scrolled"), Some(Grade::Stop));
    // What shows the page, or only looks, shows that nothing changes.
    let page = "Page: Inbox\n- link \"Next\"\n".repeat(8);
    assert_eq!(done("browser_scroll", 9, &page), Some(Grade::Stop));
    assert_eq!(done("read_gauge", 9, "41"), Some(Grade::Stop));
    let asked = |message: &str, times: usize| {
        let deed = |n: usize| call(4 * n, "pump_dispense", &json!({"ml": 1}), "ok");
        gravest(std::iter::once(task(message)).chain((1..=times).map(deed)))
    };
    assert!(asked("Dispense 40 doses of 1 ml", 40) <= Some(Grade::Notice));
    assert_eq!(asked("Dispense 40 doses of 1 ml", 60), Some(Grade::Stop));
    assert_eq!(asked("Dispense for 40 s", 30), Some(Grade::Warn));
}

#[test]
fn what_is_measured_in_turns_is_no_loop() {
    let turns = |says: &dyn Fn(usize) -> String| {
        gravest((0..24usize).flat_map(|n| {
            let set = format!("ln -sf lib{}.so alloc.so", if n % 2 == 0 { "arena" } else { "heap" });
            [bash(2 * n, &set, ""), bash(2 * n + 1, "LD_PRELOAD=./alloc.so ./parse in.json", &says(n))]
        }))
    };
    assert!(turns(&|n| format!("parse_1m {}.{:02} ms", 5 + n % 2, n * n * 7 % 97)) <= Some(Grade::Notice));
    assert!(turns(&|n| format!("{}.{} MB/s", 120 + n * n * 7 % 97, n % 10)) <= Some(Grade::Notice));
    // How long the run itself took: who compares two settings may ask for nothing else.
    for says in [
        (|n| format!("the whole of the file was parsed in {}.{:02} s", 5 + n % 2, n * n * 7 % 97))
            as fn(usize) -> String,
        |n| format!("all of the records are done ({}.{:02} ms)", 5 + n % 2, n * n * 7 % 97),
        |n| format!("real\t0m{}.{:03}s", 5 + n % 2, n * n * 7 % 997),
        |n| format!("\tMaximum resident set size (kbytes): {}", 421_000 + n * n * 7 % 997),
    ] {
        assert_eq!(turns(&says), Some(Grade::Warn), "{}", says(1));
    }
    assert_eq!(turns(&|_| "parse_1m 5.12 ms".to_owned()), Some(Grade::Stop), "it is the same each time");
}

#[test]
fn a_failing_test_measures_nothing() {
    let runs = (0..8usize).map(|n| {
        let said = format!("test_pay FAILED\nlatency {}.{} ms\n1 failed in 0.{n}1s", 3 + n, n);
        failed_after(1, 9 * n, "pytest -q test_pay.py", &said)
    });
    assert_eq!(gravest(runs), Some(Grade::Stop));
}

#[test]
fn laps_that_were_asked_for_are_made() {
    let laps = |count: usize, says: &'static str| {
        (0..count).flat_map(move |n| {
            [
                bash(10 * n + 9, "python plug.py off && python plug.py on", "plug: off\nplug: on"),
                bash(10 * n + 14, "./alive.sh", says),
            ]
        })
    };
    let asked = |text: &str, count: usize, says| is_quiet([task(text)].into_iter().chain(laps(count, says)));
    assert!(asked("Power-cycle the meter 20 times and check each time that it answers.", 20, "alive, 12 V"));
    assert!(asked("把电表断电重启二十次，每次检查是否正常。", 20, "alive, 12 V"));
    assert!(!asked("Power-cycle the meter and check that it answers.", 20, "alive, 12 V"));
    assert!(!asked("Power-cycle the meter 6 times and check each time that it answers.", 20, "alive, 12 V"));
    let fails = (0..12usize).map(|n| failed_after(1, 10 * n + 9, "./alive.sh", "error: no answer"));
    assert!(!is_quiet([task("Power-cycle the meter 20 times.")].into_iter().chain(fails)));
}

#[test]
fn one_target_after_the_other() {
    let row = |command: &str, says: &str| {
        is_quiet(WORDS.iter().enumerate().map(|(n, word)| bash(7 * n, &command.replace("WORD", word), says)))
    };
    for command in [
        "ssh WORD systemctl is-active ntpd",
        "terraform -chdir=WORD plan -no-color | tail -1",
        "kubectl -n team-WORD rollout status deploy/api --timeout=60s",
        "west build -p -b WORD samples/hello 2>&1 | tail -1",
        "colcon build --packages-select WORD_driver --symlink-install 2>&1 | tail -2",
        "acme pack in/WORD.raw -o out/WORD.bin",
    ] {
        assert!(row(command, "fine, all in order"), "{command}");
    }
    let tuned =
        |n: usize| failed_after(1, 7 * n, &format!("acme pull --max-time {} big.iso", 10 * n), "acme: no route");
    assert!(!is_quiet((0..12).map(tuned)));
    let level = |n: usize| {
        bash(7 * n, &format!("colcon build --packages-select nav --cmake-args -DLEVEL={n}"), "cannot find -lnav")
    };
    assert!(gravest((0..12).map(level)) >= Some(Grade::Notice));
}

#[test]
fn pages_are_drawn_and_looked_at() {
    let draw = |n: usize| bash(20 * n, &format!("head -c {n}000 scan.raw | cat"), "(no output)");
    let look = |n: usize| {
        let name = format!("/tmp/page-{n:02}.png");
        call(20 * n + 9, "read", &json!({"filePath": name}), "Image read successfully")
    };
    assert!(is_quiet((0..18usize).flat_map(|n| [draw(n), look(n)])));
    assert!(!is_quiet((0..18usize).map(draw)));
}

#[test]
fn the_next_error_of_a_compiler_is_another() {
    let builds = |said: &dyn Fn(usize) -> String| {
        is_quiet((0..9usize).flat_map(|n| {
            [
                failed_after(1, 10 * n, "dune build 2>&1 | head -5", &said(n)),
                edit(10 * n + 5, "bin/main.ml", &format!("{n} old"), &format!("{n} new")),
            ]
        }))
    };
    let error = |line: usize, name: &str| {
        format!(
            "File \"bin/main.ml\", line {line}, characters 2-9:\n{line} |   let {name} = one +. two in\nError: This has type t"
        )
    };
    assert!(builds(&|n| error(12 + 20 * n, WORDS[n])));
    assert!(!builds(&|n| error(12 + 2 * n, "same")), "it is pushed down");
    assert!(!builds(&|n| error(12, WORDS[n])), "the line is written anew");
    assert!(!builds(&|n| error(12 + 20 * (n % 3), WORDS[n % 3])), "a circle");
}

#[test]
fn a_verdict_that_stays_is_no_progress() {
    let tries = |text: &str, said: &dyn Fn(usize) -> &'static str| {
        let steps = (0..9usize).flat_map(|n| {
            [
                edit(10 * n + 5, "model.R", &format!("{n} old"), &format!("{n} new")),
                bash(10 * n + 9, "Rscript eval.R", said(n)),
            ]
        });
        is_quiet([task(text)].into_iter().chain(steps))
    };
    let goal = "Get the F1 score over 0.8.";
    assert!(!tries(goal, &|_| "f1 0.714"));
    assert!(tries(goal, &|n| if n < 5 { "f1 0.714" } else { "f1 0.721" }), "it moves");
    assert!(tries("Keep the golden run; improve the names.", &|_| "differences: 0"), "it is as it should be");
    assert!(tries("Split the model into functions.", &|_| "f1 0.714"), "nobody asked for another");
    let steps = (0..9usize).flat_map(|n| {
        [
            edit(20 * n + 5, "pid.h", &format!("{n} old"), &format!("{n} new")),
            bash(20 * n + 9, "./flash.sh", "wrote 8123 bytes"),
            bash(20 * n + 14, "./overshoot.sh", &format!("overshoot {}.1 %", 40 - 2 * n)),
        ]
    });
    assert!(is_quiet([task("Bring the overshoot under 5 %.")].into_iter().chain(steps)), "another verdict moves");
}

#[test]
fn what_is_only_said_is_no_work() {
    let says = |command: &dyn Fn(&str) -> String, answer: &dyn Fn(&str) -> String| {
        is_quiet(WORDS.iter().enumerate().map(|(n, word)| bash(7 * n, &command(word), &answer(word))))
    };
    assert!(!says(&|word| format!("echo \"The {word} is planted.\""), &|word| format!("The {word} is planted.")));
    assert!(!says(&|word| format!("true # the {word} is planted"), &|_| String::new()));
    assert!(says(&|word| format!("echo {word} >> trees.txt"), &|_| String::new()));
    assert!(says(&|word| format!("echo {word} | ./plant"), &|word| format!("planted {word}")));
}

#[test]
fn one_thing_that_fails_whatever_the_numbers_is_no_batch() {
    let draws = |given: &dyn Fn(usize) -> serde_json::Value| {
        gravest((0..8usize).map(|n| call(30 * n, "draw_frame", &given(n), "Error: out of memory while drawing")))
    };
    assert!(draws(&|n| json!({"frame": 40, "samples": 64 - n})) >= Some(Grade::Warn));
    assert!(draws(&|n| json!({"frame": 40 + n, "samples": 64})) <= Some(Grade::Notice));
}

#[test]
fn a_number_that_is_changed_in_vain() {
    let turns = |change: &dyn Fn(usize) -> [String; 2], says: &dyn Fn(usize) -> &'static str| {
        gravest(
            (0..18usize).flat_map(|n| [change(n), bash(10 * n + 5, "curl -sI http://localhost | head -1", says(n))]),
        )
    };
    let tune = |n: usize| edit(10 * n, "web.conf", &format!("timeout {}0s;", n + 1), &format!("timeout {}0s;", n + 2));
    let patch =
        |n: usize| bash(10 * n, &format!("kubectl patch deploy/web -p 'memory: {}Mi'", 64 * (n + 1)), "web patched");
    for bad in ["HTTP/1.1 502 Bad Gateway", "web-1  Restarting (1)", r##"{"value":"#REF!"}"##, "web-1  unavailable"] {
        assert_eq!(turns(&tune, &|_| bad), Some(Grade::Warn), "{bad}");
        assert_eq!(turns(&patch, &|_| bad), Some(Grade::Warn), "{bad}");
    }
    assert!(turns(&tune, &|_| "HTTP/1.1 200 OK") <= Some(Grade::Notice));
    let page =
        |n: usize| edit(10 * n, &format!("tpl/{}.html", WORDS[n % 12]), "<center>", &format!("<div class=c{n}>"));
    assert!(turns(&page, &|_| "HTTP/1.1 502 Bad Gateway") <= Some(Grade::Notice), "each in another place");
}

#[test]
fn looks_in_a_rush_wait_for_nothing() {
    let looks = |count: usize, pause: usize, command: &str, says: &dyn Fn(usize) -> String| {
        gravest((0..count).map(|n| bash(pause * n, command, &says(n))))
    };
    let queued = |_| "QUEUED".to_owned();
    assert_eq!(looks(44, 2, "qstat -j 17", &queued), Some(Grade::Stop));
    assert_eq!(
        looks(44, 3, "kubectl get job seed -o name", &|_| "job.batch/seed: Pending".to_owned()),
        Some(Grade::Stop)
    );
    assert!(looks(30, 2, "qstat -j 17", &queued) <= Some(Grade::Warn));
    assert!(looks(44, 9, "qstat -j 17", &queued) <= Some(Grade::Warn), "there is a pause");
}
