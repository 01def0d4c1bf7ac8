"""A marketplace that keeps some entries to itself: withholding_log.py PORT FIRST LAST. Prints "port N" and goes on until it is killed.

What it answers is that of the marketplace at the port, without the entries from one position to another. It says that it goes
on behind them, as a marketplace would say that has none there.
"""
import http.server
import json
import sys
import urllib.request

PORT, FIRST, LAST = int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        with urllib.request.urlopen(f"http://127.0.0.1:{PORT}{self.path}") as answer:
            body = answer.read()
        if "/events?" in self.path:
            page = json.loads(body)
            page["events"] = [entry for entry in page["events"] if not FIRST <= entry["position"] <= LAST]
            body = json.dumps(page).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
print(f"port {server.server_address[1]}", flush=True)
server.serve_forever()
