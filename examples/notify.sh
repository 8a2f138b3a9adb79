#!/bin/sh
# Runs a command of your own for each finding of grade `stop`, with the summary on its standard input. It passes every
# line on. Use it where you want to know of a loop, and not end the session:
#     ocr-stream … | ocr-detect | NOTIFY='mail -s ocr me@example.org' examples/notify.sh > run.ndjson
while IFS= read -r line; do
  printf '%s\n' "$line"
  case $line in
  *'"type":"ocr.detect.finding"'*)
    summary=$(printf '%s\n' "$line" | jq -r '.properties
      | select(.grade == "stop" and (.state == "open" or .state == "graver")) | .summary')
    [ -z "$summary" ] || printf '%s\n' "$summary" | sh -c "${NOTIFY:-cat}" >&2
    ;;
  esac
done
