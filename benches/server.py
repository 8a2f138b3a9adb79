"""A server that speaks just enough of OpenCode for `ocr-stream` to follow one session from its beginning to its rest:
`server.py LENGTH COUNT PAUSE` sends so many events with texts of that length, one every so many seconds, and prints how
long that took."""
import json, sys, threading, time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

SESSION = "ses_bench"


class Server:
    """Listens on a port of its own."""

    def __init__(self, length, count, pause):
        text = "x" * length
        sent = threading.Event()

        class Handler(BaseHTTPRequestHandler):
            def answer(self, value):
                body = json.dumps(value).encode()
                self.send_response(200)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def do_POST(self):
                self.answer([])

            def do_GET(self):
                path = self.path.split("?")[0]
                session = {"id": SESSION, "directory": "/project"}
                answers = {
                    "/session": [session],
                    f"/session/{SESSION}": session,
                    "/path": {"directory": "/project"},
                    "/global/health": {"healthy": True, "version": "1.18.33"},
                    "/session/status": {} if sent.is_set() else {SESSION: {"type": "busy"}},
                }
                if path == "/event":
                    self.events()
                else:
                    self.answer(answers.get(path, []))

            def events(self):
                self.send_response(200)
                self.send_header("content-type", "text/event-stream")
                self.end_headers()
                self.event("evt_0", "server.connected", {})
                begin = time.perf_counter()
                for n in range(count):
                    part = {"id": f"prt_{n}", "sessionID": SESSION, "messageID": "msg_1", "type": "text", "text": text}
                    self.event(f"evt_1{n:08}", "message.part.updated", {"sessionID": SESSION, "part": part})
                    ahead = begin + (n + 1) * pause - time.perf_counter()
                    if ahead > 0.001:
                        time.sleep(ahead)
                print(time.perf_counter() - begin, flush=True)
                sent.set()
                self.event("evt_2", "session.status", {"sessionID": SESSION, "status": {"type": "idle"}})
                # The stream leaves when the session rests.
                while self.rfile.read(1):
                    pass

            def event(self, name, kind, properties):
                event = json.dumps({"id": name, "type": kind, "properties": properties}, separators=(",", ":"))
                self.wfile.write(f"data: {event}\n\n".encode())

            def log_message(self, *_):
                pass

        class Quiet(ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, *_):
                pass

        self.server = Quiet(("127.0.0.1", 0), Handler)


if __name__ == "__main__":
    server = Server(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])).server
    print(f"http://127.0.0.1:{server.server_port}", flush=True)
    server.serve_forever()
