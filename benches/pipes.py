#!/usr/bin/env python3
"""Measures whole processes and pipes, each next to another program in the same run, and prints a table.

    benches/pipes.py            everything: a gigabyte of events, ten for growth; about ten minutes
    benches/pipes.py --quick    a tenth of that

It builds what it measures, makes the events from the recordings (the same bytes every time), and installs jaq with
cargo where it is missing; jq and valgrind are used where they are. Figures are medians; ratios are made of runs that
followed one another.
"""
import argparse, os, re, shutil, statistics, subprocess, sys, threading, time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
HERE = os.path.join(ROOT, "target", "bench")
BIN = os.path.join(ROOT, "target", "release")
EVENTS = os.path.join(BIN, "examples", "events")
MB = 1_000_000
# The same tool calls that ocr-detect looks at: name, input, result, told apart by their text.
SELECT = """select(.type == "message.part.updated") | .properties.part
 | select(.type == "tool" and (.state.status == "completed" or .state.status == "error"))
 | [.tool, .state.input, .state.status, .state.output // .state.error] | tojson | @base64"""
RULES = 17


def stage(name, *args):
    return [os.path.join(BIN, "ocr-" + name), *args]


def peak(pid):
    """The most memory that a process had, looked at until it ends: what a finished one reports counts its parent's."""
    most = 0
    while True:
        try:
            with open(f"/proc/{pid}/status") as status:
                found = re.search(r"VmHWM:\s+(\d+)", status.read())
        except OSError:
            return most
        if not found:
            return most
        most = int(found[1])
        time.sleep(0.005)


class Run:
    """What a pipe took: seconds of wall clock, seconds of processor for each process, and where it was watched the
    most memory of the last in KiB."""

    def __init__(self, commands, file=None, generate=None, watch=False):
        source = subprocess.Popen([EVENTS, *generate], stdout=subprocess.PIPE) if generate else None
        before, stream = [], source.stdout if source else open(file or os.devnull, "rb")
        begin = time.perf_counter()
        for at, command in enumerate(commands):
            last = at == len(commands) - 1
            out = subprocess.DEVNULL if last else subprocess.PIPE
            process = subprocess.Popen(command, stdin=stream, stdout=out, stderr=subprocess.DEVNULL)
            stream.close()
            stream = process.stdout
            before.append(process)
        self.cpu, self.memory = [], peak(before[-1].pid) if watch else 0
        for process in before:
            _, _, usage = os.wait4(process.pid, 0)
            process.returncode = 0
            self.cpu.append(usage.ru_utime + usage.ru_stime)
        self.wall = time.perf_counter() - begin
        if source:
            source.wait()


def ratio(ours, theirs, times):
    """How many times as fast ours is, and our wall clock: medians over pairs of runs."""
    pairs = [(Run(*ours).wall, Run(*theirs).wall) for _ in range(times)]
    return statistics.median(b / a for a, b in pairs), statistics.median(a for a, _ in pairs)


def latencies(commands, lines):
    """Microseconds that each line takes through a pipe, one every 2 ms."""
    processes, stream = [], subprocess.PIPE
    for command in commands:
        process = subprocess.Popen(command, stdin=stream, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        processes.append(process)
        stream = process.stdout
    entry, sent, took = processes[0].stdin, {}, []

    def read():
        for line in processes[-1].stdout:
            begin = sent.pop(line, None)
            if begin:
                took.append((time.perf_counter() - begin) * 1e6)

    reader = threading.Thread(target=read)
    reader.start()
    for line in lines:
        sent[line] = time.perf_counter()
        entry.write(line)
        entry.flush()
        time.sleep(0.002)
    entry.close()
    reader.join()
    for process in processes:
        process.wait()
    return sorted(took[len(took) // 10 :])


class Table:
    def __init__(self):
        self.rows = []

    def add(self, what, measured, wanted, met):
        mark = {True: "met", False: "missed", None: "–"}[met]
        self.rows.append((what, measured, wanted, mark))
        print(f"{what}: {measured} ({wanted}: {mark})", file=sys.stderr)

    def write(self):
        print("| what | measured | goal | |\n|---|---|---|---|")
        for row in self.rows:
            print("| " + " | ".join(row) + " |")


def prepare(size):
    subprocess.run(["cargo", "build", "--release", "--locked", "--bins", "--example", "events"], cwd=ROOT, check=True)
    os.makedirs(HERE, exist_ok=True)
    file = os.path.join(HERE, f"events-{size}.ndjson")
    if not os.path.exists(file):
        with open(file + ".partial", "wb") as out:
            subprocess.run([EVENTS, str(size * MB)], stdout=out, check=True)
        os.rename(file + ".partial", file)
    with open(file, "rb") as warm:
        while warm.read(1 << 20):
            pass
    jaq = shutil.which("jaq") or os.path.join(HERE, "tools", "bin", "jaq")
    if not os.path.exists(jaq):
        subprocess.run(["cargo", "install", "-q", "jaq", "--locked", "--root", os.path.join(HERE, "tools")], check=True)
    return file, jaq


def bulk(table, file, jaq, size, times):
    faster, seconds = ratio(([stage("detect")], file), ([[jaq, "-r", SELECT]], file), times)
    table.add("`ocr-detect` with every rule, compared with jaq selecting the same calls", f"{faster:.1f} times as fast", "10", faster >= 10)
    table.add("`ocr-detect` alone", f"{size / seconds:.0f} MB/s", "1,000 MB/s", size / seconds >= 1000)
    if shutil.which("jq"):
        faster, _ = ratio(([stage("detect")], file), ([["jq", "-r", SELECT]], file), 1)
        table.add("`ocr-detect` alone, compared with jq", f"{faster:.1f} times as fast", "", None)
    one, both = (Run([stage("detect", "--only", "-j", jobs, *[file] * 4)]) for jobs in ("1", "2"))
    table.add("four recordings, `-j 2` compared with `-j 1`", f"{one.wall / both.wall:.2f} times as fast", "", None)
    cat = [["cat"], ["cat"]]
    for name, args in (("review", []), ("act", ["--quiet"]), ("stream", ["--replay", "-"])):
        share, _ = ratio(([["cat"], stage(name, *args)], file), (cat, file), times)
        table.add(f"throughput of `cat` into `ocr-{name}`, relative to `cat` into `cat`", f"{100 * share:.0f} %", "60 %", share >= 0.6)
    ours = [stage("stream", "--replay", "-"), stage("detect"), stage("review"), stage("act", "--quiet")]
    share, _ = ratio((ours, file), ([["cat"]] * 4, file), times)
    table.add("the four-stage replay compared with four `cat`s", f"{100 * share:.0f} %", "70 %", share >= 0.7)


def live(table, file):
    with open(file, "rb") as events:
        lines = [next(events) for _ in range(2000)]
    passers = [stage("stream", "--replay", "-"), stage("detect"), stage("review"), stage("act", "--quiet")]
    ours, cats = latencies(passers, lines), latencies([["cat"]] * 4, lines)
    half = (statistics.median(ours), statistics.median(cats))
    table.add("a live line through four stages compared with four `cat`s, p50", f"{half[0]:.0f} to {half[1]:.0f} µs", "1.2 times", half[0] <= 1.2 * half[1])
    late = ours[len(ours) * 99 // 100]
    table.add("the same, p99", f"{late:.0f} µs", "1000 µs", late <= 1000)
    # Without any input it also says so, which needs the masker of secrets.
    one = os.path.join(HERE, "one.ndjson")
    with open(one, "wb") as only:
        only.write(lines[0])
    starts = sorted(Run([stage("detect")], one).wall for _ in range(51))
    table.add("start of `ocr-detect`, to the end of one line", f"{starts[25] * 1000:.1f} ms", "2 ms", starts[25] <= 0.002)


def streaming(table):
    def cpu(length, count, pause):
        # A process of its own: what it remembers is not to be counted as ours.
        command = [sys.executable, os.path.join(ROOT, "benches", "server.py"), str(length), str(count), str(pause)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
            url = server.stdout.readline().strip()
            run = Run([stage("stream", "--server", url, "--session", "ses_bench")])
            seconds = float(server.stdout.readline())
            server.kill()
        return run.cpu[0], seconds

    small = min(cpu(100, 1, 0)[0] for _ in range(3))
    large = statistics.median(cpu(16 * MB, 1, 0)[0] for _ in range(3)) - small
    table.add("one event of 16 MB in `ocr-stream`", f"{large * 1000:.0f} ms of processor", "50 ms", large <= 0.05)
    count = 10_000
    busy, seconds = cpu(700, count, 1 / 2000)
    share = (busy - small) / seconds
    table.add(f"`ocr-stream` live, {count / seconds:,.0f} events per second", f"{100 * share:.1f} % of a core", "5 %", share < 0.05)


def memory(table, file, size):
    longest, sessions = 0, set()
    with open(file, "rb") as events:
        for line in events:
            longest = max(longest, len(line))
            sessions.update(re.findall(rb'"sessionID":"(ses_\w+)"', line[:300]))
    kib = Run([stage("detect")], file, watch=True).memory
    bound = 12 * 1024 + 1.4 * longest / 1024 + 64 * min(len(sessions), 10_000)
    table.add(f"memory of `ocr-detect`, {len(sessions):,} sessions", f"{kib / 1024:.0f} MiB", f"{bound / 1024:.0f} MiB", kib <= bound)
    for name, args in (("review", []), ("act", ["--quiet"])):
        kib = Run([stage(name, *args)], file, watch=True).memory
        bound = 12 * 1024 + 1.4 * longest / 1024
        table.add(f"memory of `ocr-{name}`", f"{kib / 1024:.1f} MiB", f"{bound / 1024:.0f} MiB", kib <= bound)


def growth(table, size):
    """The same sort of events, ten times as many: from the generator, so that no disk is in the way."""
    def per(size, sessions):
        run = Run([stage("detect")], generate=[str(size * MB), str(sessions)], watch=True)
        return run.cpu[0] / size, run.memory / 1024

    (one, small), (ten, large) = per(size, 100), per(10 * size, 100)
    grown = ten / one
    table.add(f"time per byte, {10 * size:,} MB compared with {size:,} MB", f"{grown:.2f} times", "linear", grown <= 1.15)
    table.add(f"memory with {10 * size:,} MB and {size:,} MB", f"{large:.0f} and {small:.0f} MiB", "flat", None)
    many, wide = per(size, 10_000)
    table.add("time per byte, 10,000 interleaved sessions compared with 100", f"{many / one:.2f} times", "", None)
    table.add("memory with 10,000 interleaved sessions", f"{wide:.0f} MiB", "640 MiB", wide <= 640)


def instructions(table, file):
    if not shutil.which("valgrind"):
        return
    small = os.path.join(HERE, "callgrind.ndjson")
    with open(file, "rb") as events, open(small, "wb") as out:
        lines = [next(events) for _ in range(20_000)]
        out.writelines(lines)

    def count(args, source):
        command = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", *stage("detect", "--only", "-j", "1", *args)]
        told = subprocess.run(command, stdin=open(source, "rb"), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        return int(re.search(r"Collected : (\d+)", told.stderr)[1])

    start = count([], os.devnull)
    every = (count([], small) - start) / len(lines)
    table.add("instructions a line, every rule", f"{every:,.0f}", "", None)


def rule_cost(table, file):
    rules = subprocess.run(stage("detect", "--help"), capture_output=True, text=True).stdout
    names = re.findall(r"^  ([a-z]+(?:-[a-z]+)*) {2,}\S", rules.split("Rules, and the limits")[1], re.M)
    with open(file, "rb") as events, open(os.path.join(HERE, "calls.ndjson"), "wb") as out:
        calls = [line for _, line in zip(range(400_000), events) if b'"type":"tool"' in line and b'"status":"completed"' in line]
        # A hundred calls a session: recordings have ten, and the rules would be paid for the making of sessions.
        out.writelines(re.sub(rb"ses_\w+", b"ses_%024d" % (n // 100), call) for n, call in enumerate(calls))
    on = [Run([stage("detect", "--only", "-j", "1")], out.name).cpu[0] for _ in range(9)]
    off = [Run([stage("detect", "--only", "-j", "1", "--disable", ",".join(names))], out.name).cpu[0] for _ in range(9)]
    nanoseconds = (min(on) - min(off)) / len(calls) / RULES * 1e9
    table.add("a rule, a call", f"{nanoseconds:.0f} ns", "100 ns", nanoseconds < 100)


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--quick", action="store_true", help="a tenth of the events, fewer runs")
    quick = options.parse_args().quick
    size, times = (100, 3) if quick else (1000, 5)
    file, jaq = prepare(size)
    table = Table()
    bulk(table, file, jaq, size, times)
    live(table, file)
    streaming(table)
    memory(table, file, size)
    rule_cost(table, file)
    instructions(table, file)
    growth(table, size)
    table.write()


main()
