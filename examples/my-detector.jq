# A detector of your own: it stops a session that runs `rm -rf`. jq writes every line again instead of passing its bytes.
#     ocr-stream … | ocr-detect | jq -c --unbuffered -f examples/my-detector.jq | ocr-act
., (select(.properties.part.state.input.command? // "" | test("rm -rf")) | {ts, type: "ocr.detect.finding", properties: {
  sessionID: .properties.sessionID, kind: "loop", grade: "stop", rule: "rm", summary: "it wants to delete everything"}})
