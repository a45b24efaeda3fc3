"""A stand-in for temoind that plays canned answers on a UNIX socket, and holds every question against docs/openapi.yaml.
It knows nothing of the rules: it is for what only the command line does (showing, following, retrying)."""
import http.server
import json
import os
import queue
import socketserver
import threading
import urllib.parse

import yaml

ROOT = os.path.join(os.path.dirname(__file__), "..", "..")
with open(os.path.join(ROOT, "docs", "openapi.yaml"), encoding="utf-8") as file:
    OPENAPI = yaml.safe_load(file)

CUT = object()  # an answer: the connection is closed without a word


def resolve(node):
    while "$ref" in node:
        target = OPENAPI
        for part in node["$ref"].split("/")[1:]:
            target = target[part]
        node = target
    return node


def operation(method, path):
    for pattern, row in OPENAPI["paths"].items():
        names, parts = pattern.split("/"), path.split("/")
        same = len(names) == len(parts) and all(n == p or n.startswith("{") and p for n, p in zip(names, parts))
        if same and method.lower() in row:
            return row[method.lower()]
    raise AssertionError(f"{method} {path} is not in docs/openapi.yaml")


def body_fields(node):
    node = resolve(node)
    names = set(node.get("properties", {}))
    for part in node.get("allOf", []):
        names |= body_fields(part)
    return names


def complaint_against_the_contract(question):
    row = operation(question.method, question.path)
    known = {resolve(p)["name"] for p in row.get("parameters", []) if resolve(p)["in"] == "query"}
    if set(question.query) - known:
        return f"{question.path}: unknown in the query: {set(question.query) - known}"
    content = row.get("requestBody", {}).get("content", {})
    if "application/json" in content:
        fields = set(json.loads(question.body)) - body_fields(content["application/json"]["schema"])
        if fields:
            return f"{question.path}: unknown fields: {fields}"
    return None


class Question:
    def __init__(self, method, target, headers, body):
        self.method, self.headers, self.body = method, headers, body
        parts = urllib.parse.urlsplit(target)
        self.path, self.query = parts.path, dict(urllib.parse.parse_qsl(parts.query))

    @property
    def json(self):
        return json.loads(self.body)


class FakeDaemon:
    """answers: {"METHOD /path": answer}. An answer is JSON (200), (status, JSON), bytes, CUT, a list of answers of which each is
    given once (the last one for ever), or a function of the Question that returns one of these."""

    def __init__(self, socket, answers):
        self.socket, self.answers, self.questions, self.complaints = socket, dict(answers), [], []
        self.listeners, self.lock = [], threading.Lock()
        self.start()

    def start(self):
        if os.path.exists(self.socket):
            os.unlink(self.socket)
        self.server = Server(self.socket, Handler)
        self.server.fake = self
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True)
        self.thread.start()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()
        with self.lock:
            for listener in self.listeners:
                listener.put(None)
            self.listeners.clear()
        self.thread.join()

    def publish(self, topic, subject=""):
        with self.lock:
            for listener in self.listeners:
                listener.put(f'event: {topic}\ndata: {{"subject":"{subject}"}}\n\n')

    def asked(self, row):
        method, path = row.split()
        return [q for q in self.questions if q.method == method and q.path == path]

    def answer(self, question):
        with self.lock:
            self.questions.append(question)
            complaint = complaint_against_the_contract(question)
            if complaint:
                self.complaints.append(complaint)
            answer = self.answers.get(f"{question.method} {question.path}", (404, problem("not_found", "Inconnu.", "Unknown.")))
            if isinstance(answer, list):
                answer = answer.pop(0) if len(answer) > 1 else answer[0]
        return answer(question) if callable(answer) else answer


class Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True
    request_queue_size = 32


class Handler(http.server.BaseHTTPRequestHandler):
    def address_string(self):
        return "unix"

    def log_message(self, *_):
        pass

    def events(self):
        news = queue.Queue()
        with self.server.fake.lock:
            self.server.fake.listeners.append(news)
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        self.wfile.write(b": hello\n\n")
        while (text := news.get()) is not None:
            self.wfile.write(text.encode())

    def serve(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.path == "/v1/events":
            return self.events()
        answer = self.server.fake.answer(Question(self.command, self.path, self.headers, body))
        if answer is CUT:
            return self.connection.close()
        status, content = answer if isinstance(answer, tuple) else (200, answer)
        content = content if isinstance(content, bytes) else json.dumps(content, ensure_ascii=False).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = serve

    def handle(self):
        try:
            super().handle()
        except (BrokenPipeError, ConnectionResetError, ValueError):
            pass  # the other end left, or the answer was CUT


def finding(code, fr, en, **more):
    return {"code": code, "fr": fr, "en": en, **more}


def problem(code, fr, en, **more):
    return {"type": "about:blank", "title": en, "status": 0, "code": code, "detail": en, "fr": fr, "en": en, **more}


def done(*items, **more):
    return {"code": items[0]["code"] if items else None, "items": list(items), "impossible": [], "needs_confirmation": [],
            "to_know": [], **more}


def page(*items, after=None):
    return {"items": list(items), "next": after}
