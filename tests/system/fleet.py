"""Starts the emulated fleet for a test and speaks to it. Knows nothing of the daemon.

    with Fleet(SCENARIO) as fleet:
        subprocess.run([...], env=fleet.env())
        fleet.send("unplug TAB1")
        fleet.wait("TAB1", "mode=plain", 5)
        assert fleet.state("TAB1")["wiped"] == "1"
"""

import os
import select
import shutil
import signal
import socket
import subprocess
import tempfile

BUILD = os.environ.get("BUILD", "build")
PROGRAM = os.path.join(os.getcwd(), BUILD, "temoin-fleet")
PRELOAD = "libumockdev-preload.so.0"
START_SECONDS = 20
STOP_SECONDS = 10


class FleetError(Exception):
    """The fleet answered "error ..."."""


def sanitizer_runtime():
    """The runtime that must come first in LD_PRELOAD for our own sanitized programs, or None."""
    name = {"asan": "libasan.so", "tsan": "libtsan.so"}.get(os.environ.get("SAN", ""))
    if name is None:
        return None
    return subprocess.run(["gcc", f"-print-file-name={name}"], check=True, capture_output=True, text=True).stdout.strip()


class Fleet:
    """scenario: the text of a scenario file. nodes: "fifo", or "pty" for stock adb."""

    def __init__(self, scenario, nodes="fifo"):
        self.scenario = scenario
        self.nodes = nodes
        self.process = None
        self.folder = None  # short, because umockdev makes sockets deep below it
        self.root = None

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.stop()

    @property
    def socket_path(self):
        return os.path.join(self.folder, "socket")

    def start(self):
        self.folder = tempfile.mkdtemp(prefix="fleet.")
        try:
            self.root = self.launch()
        except BaseException:
            self.stop()
            raise
        return self

    def launch(self):
        path = os.path.join(self.folder, "scenario")
        with open(path, "w", encoding="utf-8") as file:
            file.write(self.scenario)
        self.log = open(os.path.join(self.folder, "log"), "w+", encoding="utf-8")
        self.process = subprocess.Popen(
            [PROGRAM, "--scenario", path, "--socket", self.socket_path, "--nodes", self.nodes],
            env={**os.environ, "TMPDIR": self.folder}, stdout=subprocess.PIPE, stderr=self.log, text=True)
        ready, _, _ = select.select([self.process.stdout], [], [], START_SECONDS)
        line = self.process.stdout.readline() if ready else ""
        if not line.startswith("READY "):
            raise FleetError(f"the fleet did not start: {line}{self.said()}")
        return dict(word.split("=", 1) for word in line.split()[1:])["UMOCKDEV_DIR"]

    def said(self):
        """What the fleet wrote on its error output."""
        self.log.flush()
        with open(self.log.name, encoding="utf-8") as file:
            return file.read()

    def stop(self):
        """Stops it, and waits for the end. Stop the clients first: they abort when the fleet goes."""
        process, said, self.process = self.process, "", None
        if process is not None:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            process.stdout.close()
            said = self.said()
            self.log.close()
        if self.folder is not None:
            shutil.rmtree(self.folder, ignore_errors=True)
            self.folder = None
        assert process is None or self.root is None or process.returncode == 0, \
            f"the fleet ended with {process.returncode}: {said}"

    def env(self, stock=False):
        """Environment for a client. stock: for adb or fastboot, which are not built with our sanitizer."""
        runtime = None if stock else sanitizer_runtime()
        preload = f"{runtime} {PRELOAD}" if runtime else PRELOAD
        return {**os.environ, "LD_PRELOAD": preload, "UMOCKDEV_DIR": self.root}

    def send(self, command, seconds=30):
        """One command; returns what follows "ok". Raises FleetError with what follows "error"."""
        with socket.socket(socket.AF_UNIX) as link:
            link.settimeout(seconds)
            link.connect(self.socket_path)
            link.sendall(command.encode() + b"\n")
            answer = b""
            while not answer.endswith(b"\n"):
                block = link.recv(65536)
                if not block:
                    break
                answer += block
        kind, _, rest = answer.decode().rstrip("\n").partition(" ")
        if kind != "ok":
            raise FleetError(rest)
        return rest

    def state(self, name):
        return dict(word.split("=", 1) for word in self.send(f"state {name}").split())

    def wait(self, name, condition, seconds=10):
        """Returns the state once it matches "key=value"; raises FleetError when it never does."""
        said = self.send(f"wait {name} {condition} {seconds}", seconds + 10)
        return dict(word.split("=", 1) for word in said.split())
