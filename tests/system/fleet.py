"""Starts the emulated fleet for a test and speaks to it. Knows nothing of the daemon.

    with Fleet(SCENARIO) as fleet:
        subprocess.run([...], env=fleet.env())
        fleet.send("unplug TAB1")
        fleet.wait("TAB1", "mode=plain", 5)
        assert fleet.state("TAB1")["wiped"] == "1"

A modem: Fleet(modems(2)) has modems M1 and M2 with cards S1 and S2 of the operator OPERATOR. `fleet.node("M1")` is its node,
`fleet.insert("M1", "S2")` changes the card, `fleet.arm("M1", "lost@topup")` prepares a fault. `temoin-fleet --send SOCKET help` lists
all commands, keys and faults.
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


# Balance, menu, recharge by one code or by the menu, the same by message; three codes and all dates far away.
OPERATOR = """
[operator orange]
ussd #123#=page main
page main=Solde {balance} EUR jusqu'au {credit_expiry}\\n1:Recharger\\n2:Validite
choice main 1=page ask
choice main 2=page dates
page dates=Credit {credit_expiry}, ligne {line_expiry}
page ask=Votre code ?
choice ask *=topup
ussd *124*CODE#=topup
ussd #100#=sms balance
page balance=Votre solde est de {balance} EUR.
sms 555 conso=page balance
sms 555 CODE=topup
code 11111111111111=500 30 180
code 22222222222222=1000 60 365
code 33333333333333=2000 90 365
"""

HOME = "registration=3"  # of a modem that is on its network


def card(number, **keys):
    """A card S1, S2 ... with numbers of its own."""
    known = {"iccid": f"893301{number:013d}", "imsi": f"20801{number:010d}", "numbers": f"+336399800{number:02d}",
             "operator": "orange", "balance": 420, "credit_expiry": "2099-12-31", "line_expiry": "2099-12-31", **keys}
    return f"[sim S{number}]\n" + "".join(f"{key}={value}\n" for key, value in known.items())


def modem(number, **keys):
    """A modem M1, M2 ... on a port of its own, with the card of its number unless `sim` says otherwise."""
    known = {"port": f"3-{(number - 1) // 7 + 1}.{(number - 1) % 7 + 1}", "imei": f"35000000{number:07d}",
             "sim": f"S{number}", **keys}
    return f"[modem M{number}]\n" + "".join(f"{key}={value}\n" for key, value in known.items())


def modems(count, sim=None, **keys):
    """A scenario of so many modems, each with a card of its own. sim: keys of the cards; the rest: of the modems."""
    numbers = range(1, count + 1)
    return OPERATOR + "".join(card(number, **(sim or {})) + modem(number, **keys) for number in numbers)


class FleetError(Exception):
    """The fleet answered "error ..."."""


def sanitizer_runtime():
    """The runtime that must come first in LD_PRELOAD for our own sanitized programs, or None. Those of clang have it in themselves."""
    name = {"asan": "libasan.so", "tsan": "libtsan.so"}.get(os.environ.get("SAN", ""))
    if name is None or "clang" in os.environ.get("BUILD", ""):
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

    # ---- modems and cards ----

    def node(self, name):
        """The node of a modem as clients see it, "/dev/cdc-wdm0", or None while it is out."""
        node = self.state(name)["node"]
        return None if node == "-" else node

    def set(self, name, **keys):
        for key, value in keys.items():
            self.send(f"set {name} {key}={value}")

    def arm(self, name, step):
        """"lost@ussd": the next time, once."""
        self.send(f"fail {name} {step}")

    def insert(self, name, sim):
        self.send(f"insert {name} {sim}")

    def eject(self, name):
        self.send(f"eject {name}")

    def attempts(self, sim):
        """(PINs tried, of them wrong, PUKs tried, of them wrong) on a card since the fleet started."""
        state = self.state(sim)
        return tuple(int(state[key]) for key in ("pin_tries", "pin_wrong", "puk_tries", "puk_wrong"))
