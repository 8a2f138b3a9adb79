//! What the dashboard shows for every recording, at three sizes: `fixtures/screens`. Below each row that is not
//! plain stands its style, a letter a column. `OCR_ACCEPT=1 cargo test --test it snapshot` writes them anew.

use crate::support::{Snapshots, names, ocr, recording};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ocr::watch::{Board, Budget, Intake, Scene, Theme, View, draw};
use ratatui::buffer::{Buffer, Cell};
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier};

/// Usable from a small window to a wide one.
const SIZES: [(u16, u16); 3] = [(80, 24), (40, 12), (140, 45)];

/// The lines of a recording with what `ocr-detect` adds.
fn judged(text: &str) -> Vec<u8> {
    ocr("ocr-detect").write_stdin(text).output().unwrap().stdout
}

fn board(lines: &[u8]) -> Board {
    let mut board = Board::default();
    lines.split(|byte| *byte == b'\n').for_each(|line| board.see(line));
    board
}

fn press(view: &mut View, board: &Board, keys: &str) {
    for c in keys.chars() {
        let code = match c {
            '\n' => KeyCode::Enter,
            '\u{1b}' => KeyCode::Esc,
            c => KeyCode::Char(c),
        };
        view.press(KeyEvent::new(code, KeyModifiers::NONE), board);
    }
}

fn picture(board: &Board, view: &View, size: (u16, u16), colors: bool) -> Buffer {
    drawn(board, view, size, colors).0
}

/// A picture, and how many rows of a page of text are above it.
fn drawn(board: &Board, view: &View, (width, height): (u16, u16), colors: bool) -> (Buffer, usize) {
    let intake = Intake { ended: true, ..Intake::default() };
    let budget = Budget { turns: Some(10), cost: Some(5.0), ..Budget::default() };
    let area = Rect::new(0, 0, width, height);
    let mut buffer = Buffer::empty(area);
    let skipped = draw(&Scene { board, view, theme: Theme { colors }, budget, intake: &intake }, area, &mut buffer);
    (buffer, skipped)
}

/// The style of a cell as a letter; a style that no legend names fails the test.
fn style(cell: &Cell) -> char {
    let (bold, dim, reversed) = (Modifier::BOLD, Modifier::DIM, Modifier::REVERSED);
    let row = cell.modifier.contains(reversed) && cell.modifier != (bold | reversed);
    match (cell.fg, cell.modifier - if row { reversed } else { Modifier::empty() }) {
        (_, _) if cell.bg != Color::Reset => panic!("a background: {cell:?}"),
        (Color::Reset, Modifier::BOLD) if row => 'B',
        (Color::Reset, _) if row => '#',
        (Color::Red, _) if row => 'R',
        (Color::Magenta, _) if row => 'M',
        (Color::Green, _) if row => 'G',
        (Color::Reset, m) if m.is_empty() => ' ',
        (Color::Reset, m) if m == dim => '.',
        (Color::Reset, m) if m == bold => 'b',
        (Color::Reset, m) if m == bold | reversed => 'u',
        (Color::Red, m) if m == bold => 'r',
        (Color::Magenta, m) if m == bold | reversed => 'U',
        (Color::Magenta, m) if m.is_empty() => 'm',
        (Color::Green, m) if m.is_empty() => 'g',
        (Color::Cyan, m) if m.is_empty() => 'c',
        _ => panic!("no letter for {cell:?}"),
    }
}

fn text(buffer: &Buffer) -> String {
    let mut text = String::new();
    for row in rows(buffer) {
        text += row.iter().map(Cell::symbol).collect::<String>().trim_end();
        text.push('\n');
    }
    text
}

fn rows(buffer: &Buffer) -> impl Iterator<Item = &[Cell]> {
    buffer.content.chunks(usize::from(buffer.area.width))
}

/// The text of a picture with its styles, without the rows that are empty.
fn shown(buffer: &Buffer) -> String {
    let mut shown = String::new();
    for row in rows(buffer) {
        let text: String = row.iter().map(Cell::symbol).collect();
        let styles: String = row.iter().map(style).collect();
        if !text.trim().is_empty() {
            shown += &format!("|{}\n", text.trim_end());
        }
        if !styles.trim().is_empty() {
            shown += &format!("~{}\n", styles.trim_end());
        }
    }
    shown
}

#[test]
fn snapshot_screens() {
    let mut snapshots = Snapshots::in_folder("screens");
    for name in names() {
        let board = board(&judged(&recording(&name)));
        let all: String = SIZES
            .iter()
            .map(|size| format!("{} x {}\n{}", size.0, size.1, shown(&picture(&board, &View::default(), *size, true))))
            .collect();
        snapshots.check(&format!("{name}.txt"), &all);
    }
    snapshots.finish();
}

#[test]
fn no_color_draws_none() {
    for name in names() {
        let board = board(&judged(&recording(&name)));
        for size in SIZES {
            for keys in ["", "e", "?", "\n"] {
                let mut view = View::default();
                press(&mut view, &board, keys);
                let plain = picture(&board, &view, size, false);
                assert!(plain.content.iter().all(|cell| cell.fg == Color::Reset), "{name}");
                assert_eq!(text(&plain), text(&picture(&board, &view, size, true)), "colours only repeat the text");
            }
        }
    }
}

#[test]
fn any_size_is_drawn() {
    let board = board(&judged(&(recording("subagent") + &recording("one-call-loop"))));
    for width in [0, 1, 2, 3, 7, 20, 39, 119, 120, 300] {
        for height in [0, 1, 2, 3, 5, 8, 17, 18, 100] {
            for keys in ["", "e", "?", "\n", "/x"] {
                let mut view = View::default();
                press(&mut view, &board, keys);
                picture(&board, &view, (width, height), true);
            }
        }
    }
}

fn screen(name: &str, keys: &str, size: (u16, u16)) -> String {
    let board = board(&judged(&recording(name)));
    let mut view = View::default();
    press(&mut view, &board, keys);
    text(&picture(&board, &view, size, true))
}

fn has(screen: &str, texts: &[&str]) {
    for text in texts {
        assert!(screen.contains(text), "no {text:?} in\n{screen}");
    }
}

#[test]
fn tui_03_has_four_parts() {
    let screen = screen("one-call-loop", "", (80, 24));
    has(
        &screen,
        &["Find out why the nightly job failed", "output of ", "cat missing.log", "findings, decisions, actions"],
    );
    has(&screen, &["STOP   repeat:", "q quit", "the input has ended"]);
}

#[test]
fn tui_04_shows_iteration_status_uptime() {
    let screen = screen("priced", "", (80, 24));
    has(&screen, &["- resting ", "turn 1/10", "/$5.00", "tokens", " calls"]);
    assert!(regex::Regex::new(r"· \d+s ·").unwrap().is_match(&screen), "{screen}");
}

#[test]
fn tui_06_shows_decisions() {
    let mut lines = judged(&recording("one-call-loop"));
    let session = "ses_df53e4ec8ffewlaMKt34Y4kGIy";
    lines.extend_from_slice(
        format!(
            r#"{{"ts":1795476830000,"type":"ocr.review.decision","properties":{{"sessionID":"{session}","action":"abort","reason":"it repeats one call","reviewer":"rules"}}}}
{{"ts":1795476830001,"type":"ocr.act.action","properties":{{"sessionID":"{session}","action":"abort","phase":"taken","detail":"the server confirms it"}}}}
{{"ts":1795476830002,"type":"ocr.act.result","properties":{{"sessionID":"{session}","outcome":"loop","exitCode":10,"reason":"one call"}}}}"#
        )
        .as_bytes(),
    );
    let screen = text(&picture(&board(&lines), &View::default(), (140, 45), true));
    has(
        &screen,
        &["review abort (rules): it repeats one call", "act    abort (taken)", "result loop, exit code 10: one call"],
    );
}

#[test]
fn tui_07_shows_model_and_server() {
    has(&screen("one-call-loop", "", (80, 24)), &["build · fake/scripted · 127.0.0.1:19819 · OpenCode 1.18.33"]);
}

#[test]
fn e_shows_lap_once() {
    let screen = screen("one-call-loop", "e", (80, 24));
    has(&screen, &["finding 1 of ", "repeat (stop", "began ", "cost ", "╭▸ ", "╰─ "]);
    let screen = self::screen("clean-completion", "e", (80, 24));
    has(&screen, &["nothing was found in this session"]);
}

#[test]
fn those_that_wait_are_first() {
    let blocked = recording("permission-block");
    let asked = blocked.lines().position(|line| line.contains("permission.asked")).unwrap();
    let until_asked: String = blocked.lines().take(asked + 1).map(|line| format!("{line}\n")).collect();
    let lines = [recording("one-call-loop"), until_asked, recording("clean-completion")].concat();
    let board = board(&judged(&lines));
    let picture = text(&picture(&board, &View::default(), (140, 45), true));
    let list = picture.lines().skip_while(|line| !line.contains(" 3 sessions "));
    assert!(list.clone().nth(1).unwrap().starts_with("? waits for you"), "{picture}");
    assert!(list.clone().nth(2).unwrap().starts_with("! "), "{picture}");
    has(&picture, &[" 1 waits for you ", "1 in trouble"]);
}

/// Two sessions with the same title ask something; the one that was seen last has waited longer.
fn asking() -> Board {
    let session = |n: u32, folder: &str| {
        format!(
            r#"{{"ts":{n},"type":"session.created","properties":{{"sessionID":"ses_{n}","info":{{"id":"ses_{n}","title":"Mend the build","directory":"/srv/{folder}"}}}}}}"#
        )
    };
    let asks = |ts: u32, n: u32| {
        let what = format!("rm -r out{n}");
        [
            format!(
                r#"{{"ts":{ts},"type":"permission.asked","properties":{{"id":"per_{n}","sessionID":"ses_{n}","permission":"bash","patterns":["{what}"]}}}}"#
            ),
            format!(
                r#"{{"ts":{ts},"type":"ocr.detect.state","properties":{{"sessionID":"ses_{n}","state":"waiting","since":{ts},"on":"permission: bash: {what}","request":"per_{n}","options":["once","always","reject"],"told":"event"}}}}"#
            ),
        ]
    };
    let begun = [session(1, "api"), session(2, "web"), session(3, "web")];
    let lines: Vec<String> = begun.into_iter().chain(asks(4000, 2)).chain(asks(9000, 1)).collect();
    board(lines.join("\n").as_bytes())
}

#[test]
fn longest_wait_is_first_and_names_tell_apart() {
    let board = asking();
    for (size, first, second) in [
        ((140, 45), "? waits for you     5s es_2: Mend the build", "? waits for you     0s api: Mend the build"),
        ((40, 12), "?     5s es_2: Mend the…", "?     0s api: Mend the…"),
    ] {
        let picture = text(&picture(&board, &View::default(), size, true));
        let mut list = picture.lines().skip_while(|line| !line.contains(" 3 sessions "));
        assert!(list.nth(1).unwrap().starts_with(first), "{picture}");
        assert!(list.next().unwrap().starts_with(second), "{picture}");
    }
}

#[test]
fn log_says_what_is_asked() {
    let picture = text(&picture(&asking(), &View::default(), (140, 45), true));
    let asked: Vec<&str> = picture.lines().filter(|line| line.contains("asks   ")).collect();
    assert_eq!(asked.len(), 2, "{picture}");
    assert!(asked[1].contains("permission: bash: rm -r out1"), "{picture}");
}

#[test]
fn e_says_what_an_answer_needs() {
    let (mut view, board) = (View::default(), asking());
    press(&mut view, &board, "e");
    let picture = text(&picture(&board, &view, (80, 24), true));
    has(&picture, &["permission: bash: rm -r out2", "answers   once / always / reject"]);
    has(&picture, &["answer it with: ocr-act --answer per_2=once --server URL"]);
}

#[test]
fn hosts_of_a_merged_stream_are_told_apart() {
    const DAY: i64 = 86_400_000;
    let hosts = [("one", 100 * DAY, 5000), ("two", 103 * DAY, 9000)];
    let opened = hosts.iter().map(|(host, ts, _)| {
        format!(
            r#"{{"ts":{ts},"type":"ocr.stream.opened","properties":{{"server":"http://{host}:4096","version":"1.{host}","directory":"/srv/{host}","replay":false}}}}"#
        )
    });
    let created = hosts.iter().map(|(host, ts, _)| {
        format!(
            r#"{{"ts":{ts},"type":"session.created","properties":{{"sessionID":"ses_{host}","info":{{"id":"ses_{host}","title":"On {host}","directory":"/srv/{host}"}}}}}}"#
        )
    });
    let asks = hosts.iter().map(|(host, ts, _)| {
        format!(
            r#"{{"ts":{ts},"type":"ocr.detect.state","properties":{{"sessionID":"ses_{host}","state":"waiting","since":{ts},"on":"permission: bash: make","request":"per_{host}","options":["once"],"told":"event"}}}}"#
        )
    });
    let ticks = hosts.iter().map(|(host, ts, waits)| {
        format!(r#"{{"ts":{},"type":"ocr.stream.tick","properties":{{"sessions":["ses_{host}"]}}}}"#, ts + waits)
    });
    let lines: Vec<String> = opened.chain(created).chain(asks).chain(ticks).collect();
    let (mut view, board) = (View::default(), board(lines.join("\n").as_bytes()));
    let size = (140, 45);
    let list = text(&picture(&board, &view, size, true));
    has(&list, &["? waits for you     9s On two", "? waits for you     5s On one"]);
    assert!(list.find("9s On two") < list.find("5s On one"), "{list}");
    has(&list, &["two:4096 · OpenCode 1.two · /srv/two", "turn 0/10 · 9s"]);
    press(&mut view, &board, "e");
    has(&text(&picture(&board, &view, size, true)), &["--answer per_two=once --server http://two:4096"]);
    press(&mut view, &board, "\u{1b}je");
    let other = text(&picture(&board, &view, size, true));
    has(&other, &["--answer per_one=once --server http://one:4096", "one:4096 · OpenCode 1.one · /srv/one"]);
}

#[test]
fn search_looks_at_what_is_shown() {
    let (mut view, board) = (View::default(), asking());
    press(&mut view, &board, "/OUT1\n");
    assert_eq!(view.session(&board).unwrap().id, "ses_1");
    press(&mut view, &board, "/mend\nN");
    assert_eq!(view.session(&board).unwrap().id, "ses_2", "the one above");
    press(&mut view, &board, "/nowhere\n");
    has(&text(&picture(&board, &view, (80, 24), true)), &["nothing found"]);
    press(&mut view, &board, "j");
    assert!(!text(&picture(&board, &view, (80, 24), true)).contains("nothing found"));
}

#[test]
fn help_scrolls_where_it_does_not_fit() {
    let (mut view, board) = (View::default(), asking());
    let mut shown_after = |keys: &str| {
        press(&mut view, &board, keys);
        let (picture, skipped) = drawn(&board, &view, (40, 12), true);
        view.was_drawn(skipped);
        text(&picture)
    };
    assert!(!shown_after("?").contains("x ended"));
    has(&shown_after(&"j".repeat(30)), &["x ended"]);
    assert!(!shown_after("kkk").contains("x ended"), "no key was in vain");
}

/// On every size, a person sees which session waits and what it asks.
#[test]
fn narrow_screen_shows_what_is_needed() {
    let question = "Which of the two databases should the nightly job read from now on?";
    let parent = r#"{"ts":1,"type":"message.part.updated","properties":{"part":{"id":"p","messageID":"m","sessionID":"above","type":"tool","tool":"task","state":{"status":"running","input":{}}}}}"#;
    let child = r#"{"ts":2,"type":"session.created","properties":{"info":{"id":"below","parentID":"above","title":"Look at the job"}}}"#;
    let asks = format!(
        r#"{{"ts":3,"type":"question.asked","properties":{{"id":"que_1","sessionID":"below","questions":[{{"question":"{question}","options":[{{"label":"a"}}]}}]}}}}"#
    );
    let other = r#"{"ts":4,"type":"session.idle","properties":{"sessionID":"other"}}"#;
    let lines = [parent, child, &asks, other].join("\n") + "\n";
    let board = board(&judged(&lines));
    assert_eq!(View::default().session(&board).unwrap().id, "below", "its parent only waits for it");
    for size in [(40, 12), (60, 12), (40, 24), (80, 24)] {
        let screen = text(&picture(&board, &View::default(), size, true));
        let words: Vec<&str> = screen.split_whitespace().collect();
        assert!(words.join(" ").contains(question), "{size:?}\n{screen}");
        has(&screen, &["1 waits for you", "Look at"]);
    }
}
