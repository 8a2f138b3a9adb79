#!/usr/bin/env node
// What `opencode serve` would be if it did not end a session when it is asked to. FAKE says how it fails:
// "tool": it goes on until its tool is gone; "ever": whatever happens; "dies": it crashes when it is asked.
const http = require("node:http");
const { spawn } = require("node:child_process");

const port = Number(process.argv[process.argv.indexOf("--port") + 1]);
const session = { id: "ses_fake1", directory: process.cwd() };
let busy = false;
let told = 0;
const listeners = new Set();

function tell(type, properties) {
  const event = { id: `evt_${++told}`, type, properties: { sessionID: session.id, ...properties } };
  for (const listener of listeners) listener.write(`data: ${JSON.stringify(event)}\n\n`);
}

function work() {
  busy = true;
  tell("session.status", { status: { type: "busy" } });
  // Two levels, as a shell and what it runs.
  const tool = spawn("sh", ["-c", "sleep 600; :"], { stdio: "ignore" });
  tool.on("exit", () => {
    if (process.env.FAKE !== "tool") return;
    busy = false;
    tell("session.status", { status: { type: "idle" } });
  });
  const part = { id: "prt_1", messageID: "msg_1", sessionID: session.id, type: "tool", tool: "bash" };
  tell("message.part.updated", { part: { ...part, state: { status: "running", input: { pid: tool.pid } } } });
}

function answer(method, path) {
  if (path === "/global/health") return { healthy: true, version: "1.18.33" };
  if (path === "/session/status") return busy ? { [session.id]: { type: "busy" } } : {};
  if (path.endsWith("/abort")) return process.env.FAKE === "dies" ? process.exit(1) : true;
  if (path.endsWith("/prompt_async")) return setTimeout(work, 0), undefined;
  if (path === "/session") return method === "POST" ? session : [session];
  if (path === `/session/${session.id}`) return session;
  return [];
}

const password = process.env.OPENCODE_SERVER_PASSWORD;
const authorization = `Basic ${Buffer.from(`opencode:${password}`).toString("base64")}`;

const server = http.createServer((request, response) => {
  if (password && request.headers.authorization !== authorization) return response.writeHead(401).end();
  const path = request.url.split("?")[0];
  if (path === "/event") {
    response.writeHead(200, { "content-type": "text/event-stream" });
    listeners.add(response);
    response.write(`data: ${JSON.stringify({ id: "evt_0", type: "server.connected", properties: {} })}\n\n`);
    return;
  }
  const body = answer(request.method, path);
  response.writeHead(body === undefined ? 204 : 200, { "content-type": "application/json" });
  response.end(body === undefined ? "" : JSON.stringify(body));
});
server.listen(port, "127.0.0.1", () => console.log(`opencode server listening on http://127.0.0.1:${port}`));
