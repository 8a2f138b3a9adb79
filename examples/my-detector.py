#!/usr/bin/env python3
# A detector of your own: it stops a session that runs `rm -rf`. It passes every line on, byte for byte.
#     ocr-stream … | ocr-detect | examples/my-detector.py | ocr-act
import json, sys

def command(line):
    try:
        return str(json.loads(line)["properties"]["part"]["state"]["input"]["command"])
    except (ValueError, LookupError, TypeError):
        return ""  # not a shell command

for line in sys.stdin.buffer:
    sys.stdout.buffer.write(line)
    if b"rm -rf" in line and "rm -rf" in command(line):
        event = json.loads(line)
        finding = {
            "sessionID": event["properties"]["sessionID"],
            "kind": "loop",
            "grade": "stop",
            "rule": "rm",
            "summary": "it wants to delete everything",
        }
        record = {"ts": event["ts"], "type": "ocr.detect.finding", "properties": finding}
        sys.stdout.buffer.write(json.dumps(record).encode() + b"\n")
    sys.stdout.buffer.flush()
