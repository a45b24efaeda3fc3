"""Starts the real temoind for a test, on a throw-away register, and speaks HTTP to its admin socket.

    with Daemon() as daemon:
        person = daemon.post("/v1/persons", {"name": "Anne Durand"})
        status, headers, body = daemon.request("GET", "/v1/nowhere")

A bench: Daemon(env=fleet.env(), bench=True), inside `with Fleet(...)`, so that the daemon stops first.
"""

import contextlib
import http.client
import json
import os
import select
import shutil
import signal
import socket
import sqlite3
import subprocess
import tempfile
import threading
import time

BUILD = os.environ.get("BUILD", "build")
PROGRAM = os.path.join(os.getcwd(), BUILD, "temoind")
START_SECONDS = 30
STOP_SECONDS = 30
ANSWER_SECONDS = 60


def new_register():
    """Options of temoind for the new register of a Daemon that names none. conftest.py puts another one here, for another engine."""
    return []


class BenchKey:
    """The key that a bench shows to tablets: the first daemon of this process makes one, the others are given it. Making it takes longer than
    all else that a daemon does in most tests."""

    NAME = "adbkey.pem"
    made = None  # its bytes

    @classmethod
    def give(cls, state_dir):
        path = os.path.join(state_dir, cls.NAME)
        if cls.made is None or os.path.exists(path):
            return
        os.makedirs(state_dir, mode=0o700, exist_ok=True)
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(cls.made)

    @classmethod
    def keep(cls, state_dir):
        with open(os.path.join(state_dir, cls.NAME), "rb") as file:
            cls.made = file.read()


class Problem(Exception):
    """An answer that is not 2xx. body: the parsed problem."""

    def __init__(self, status, body):
        super().__init__(f"{status} {body}")
        self.status = status
        self.body = body


class UnixConnection(http.client.HTTPConnection):
    """http.client over a Unix socket."""

    def __init__(self, path, timeout=ANSWER_SECONDS):
        super().__init__("temoin", timeout=timeout)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


class Daemon:
    """options: more of temoind's. env: environment of the process (of a fleet). state_dir: kept when given, else thrown away."""

    def __init__(self, *options, env=None, bench=False, demo=True, state_dir=None, config=None):
        is_named = "--database" in options or state_dir is not None
        self.options = list(options) + ([] if is_named else new_register())
        self.env = env
        self.bench = bench
        self.demo = demo
        self.config = config
        self.given_dir = state_dir
        self.before = []  # words before the command: another user, other limits
        self.folder = None
        self.process = None
        self.output = []

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.stop()
        self.clean()

    @property
    def state_dir(self):
        return self.given_dir or os.path.join(self.folder, "state")

    def edit(self, sql):
        """Changes the register behind the daemon's back, as another program would."""
        if "--database" in self.options:
            url = self.options[self.options.index("--database") + 1]
            subprocess.run(["psql", "-Xq", "-v", "ON_ERROR_STOP=1", "-d", url, "-c", sql], check=True)
            return
        with contextlib.closing(sqlite3.connect(os.path.join(self.state_dir, "register.db"), isolation_level=None)) as register:
            register.execute(sql)

    @property
    def socket_path(self):
        return os.path.join(self.folder, "socket")

    def command(self):
        words = [PROGRAM, "--state-dir", self.state_dir, "--socket", self.socket_path]
        words += ["--demo"] if self.demo else []
        words += [] if self.bench else ["--no-bench"]
        if self.config is not None:
            path = os.path.join(self.folder, "temoind.conf")
            with open(path, "w", encoding="utf-8") as file:
                file.write(self.config)
            words += ["--config", path]
        return self.before + words + self.options

    def start(self):
        """May be called again after stop or kill: the register is still there."""
        self.folder = self.folder or tempfile.mkdtemp(prefix="temoind.")
        shares_key = self.bench and not self.before  # another user's files are another user's
        if shares_key:
            BenchKey.give(self.state_dir)
        self.process = subprocess.Popen(self.command(), env=self.env, stdout=subprocess.PIPE,
                                        stderr=subprocess.STDOUT, text=True,
                                        restore_signals=False)  # SIGXFSZ stays ignored: tests fill disks by limits
        began = time.monotonic()
        if not self.wait_until_ready():
            waited, status = time.monotonic() - began, self.process.poll()
            self.kill()
            said = "".join(self.output)
            self.clean()
            raise RuntimeError(f"temoind did not start in {waited:.1f} s (status {status}): {said}")
        if shares_key and BenchKey.made is None:
            BenchKey.keep(self.state_dir)
        # whoever writes to a full pipe stops: read on
        self.reader = threading.Thread(target=self.output.extend, args=(self.process.stdout,), daemon=True)
        self.reader.start()
        return self

    def wait_until_ready(self):
        said, more = b"", b"-"
        while b"answers on" not in said and more:
            ready, _, _ = select.select([self.process.stdout], [], [], START_SECONDS)
            # what the descriptor has, not lines: select knows nothing of a line that was read ahead
            more = os.read(self.process.stdout.fileno(), 65536) if ready else b""
            said += more
        self.output.append(said.decode(errors="replace"))
        return b"answers on" in said

    def end(self, how):
        process, self.process = self.process, None
        if process is None:
            return None
        process.send_signal(how)
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if hasattr(self, "reader"):
            self.reader.join()
            del self.reader
        process.stdout.close()
        return process.returncode

    def stop(self):
        """Asks it to stop and checks that it did so in good order."""
        status = self.end(signal.SIGTERM)
        assert status in (None, 0), f"temoind ended with {status}: {self.said()}"

    def kill(self):
        """As a power cut would."""
        self.end(signal.SIGKILL)

    def clean(self):
        if self.folder is not None:
            shutil.rmtree(self.folder, ignore_errors=True)
            self.folder = None

    def said(self):
        """What it wrote on its outputs."""
        return "".join(self.output)

    def connection(self, timeout=ANSWER_SECONDS):
        return UnixConnection(self.socket_path, timeout)

    def raw(self):
        """A bare socket, connected."""
        link = socket.socket(socket.AF_UNIX)
        link.settimeout(ANSWER_SECONDS)
        link.connect(self.socket_path)
        return link

    def request(self, method, path, body=None, headers=None, timeout=ANSWER_SECONDS):
        """body: bytes, or something to send as JSON. Returns status, headers, and the body: parsed when it is JSON."""
        data = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        link = self.connection(timeout)
        try:
            try:
                link.request(method, path, data, headers or {})
            except BrokenPipeError:
                pass  # refused before the whole body was sent: the answer is there to read
            answer = link.getresponse()
            content = answer.read()
        finally:
            link.close()
        is_json = "json" in answer.getheader("Content-Type", "")
        return answer.status, dict(answer.getheaders()), json.loads(content) if is_json else content

    def done(self, method, path, body=None, headers=None, timeout=ANSWER_SECONDS):
        """The body of an answer that is 2xx; Problem otherwise."""
        status, _, content = self.request(method, path, body, headers, timeout)
        if status >= 300:
            raise Problem(status, content)
        return content

    def import_lines(self, header, lines, at_once=500):
        """How many were made. In several files: one of ten thousand lines may take longer than this client waits."""
        files = ("\n".join([header, *lines[start:start + at_once]]) + "\n" for start in range(0, len(lines), at_once))
        return sum(self.done("POST", "/v1/imports", file.encode())["made"] for file in files)

    def get(self, path):
        return self.done("GET", path)

    def post(self, path, body, key=None):
        """The main object that a verb made or changed (the whole answer when there is none)."""
        answer = self.done("POST", path, body, {"Idempotency-Key": key} if key else {})
        return answer["items"][0] if answer.get("items") else answer

    def ready_tablet(self, serial):
        """A tablet that may be lent: waived, because this daemon may have no bench."""
        tablet = self.post("/v1/items", {"serial": serial, "model": "Galaxy Tab A9", "pieces": ["sleeve", "charger"]})
        waiver = {"item": tablet["code"], "overrides": ["wipe-waive"], "comment": "brand new, sealed"}
        self.post("/v1/waivers", waiver)
        return tablet["code"]
