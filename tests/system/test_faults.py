"""Each strategy against each fault of the bench, held against tests/data/faults.golden. All tablets hang on two daemons: a wipe is mostly
waiting, so hundreds of them take as long as the slowest. Whoever waits hears the daemon's news and asks nothing meanwhile. At each tablet
stands an honest technician: he resets by hand when he is asked to, looks at the screen when he is asked what he sees, and says what is there.

    FAULTS_WRITE=1 python3 -m pytest tests/system/test_faults.py     writes the table anew: read each changed line before you keep it
    FAULTS_ONLY=recovery-wipe/stale                                  these cells alone (a glob)
"""

import difflib
import fnmatch
import json
import os
import queue
import socket
import threading
import time
from concurrent import futures
from dataclasses import dataclass, field

from daemon import Daemon, Problem
from fleet import Fleet, FleetError
from test_strategies import APK, PACKAGE, WAYS, app, story
from test_wipe import CONFIG, OVER, tablet

GOLDEN = os.path.join(os.path.dirname(__file__), os.pardir, "data", "faults.golden")
BENCHES = 2  # each with a daemon and a fleet of its own: both wait for the other, and two of them fill two cores
AT_ONCE = 28  # on each; the preload library opens 50 nodes at most, and a cell may have two tablets
ASK_SECONDS, CELL_SECONDS, REST_SECONDS, POLL_SECONDS, LOOK_AGAIN_SECONDS = 20, 60, 5, 0.2, 2
WAITS = {"tap": 4, "probe": 12, "leave": 5, "back": 15}
ORDERED, FASTBOOT = ("owner", "recovery-wipe", "helper", "test-harness"), ("fastboot", "fastbootd")
BY_HAND = {"guided": "settings-reset", "recovery-keys": "recovery-wipe"}
HEAD = """# Each strategy (column 1) against each fault of the bench (column 2):
# how the wipe ended | its verdict | its tablet in the register | the sentence that is shown, by its code | orders that reached the tablet | times
# it was erased, by the tablet's own count. "-": this fault cannot meet this strategy, and why. The faults are in tests/system/test_faults.py.
"""


# ---- which strategies a fault can meet: None, or why not ----

def anything(way):
    return None


def talks_adb(way):
    """Something is read or ordered over adb. (The keys use adb when the tablet knows our key.)"""
    return {"guided": "nothing is sent"}.get(way, "no adb there" if way in FASTBOOT else None)


def ordered_over_adb(way):
    return None if way in ORDERED else talks_adb(way) or "no order is sent"


def in_fastboot(way):
    return None if way in FASTBOOT else "not in fastboot"


def in_android(way):
    return "Android does not run" if way in FASTBOOT else None


def resets_in_recovery(way):
    """The tablet erases itself after it left its port."""
    return "it is erased before it leaves" if way in FASTBOOT else None


def by_recovery(way):
    return resets_in_recovery(way) or ("reset in Android" if way == "guided" else None)


def shows_recovery(way):
    return by_recovery(way)


def only(*ways):
    return lambda way: None if way in ways else "it does not do that"


# ---- what else happens, asked again and again while the wipe goes on ----

def replug(cell, wipe):
    if cell.truth()["plugged"] == "0" and cell.once("replug"):
        time.sleep(0.3)  # how long the cable is out is the case
        cell.send(f"plug {cell.name}")


def replug_at_the_question(cell, wipe):
    if wipe["reason"] == "tap" and cell.once("replug"):
        cell.send(f"unplug {cell.name}")
        cell.send(f"plug {cell.name}")


def swap_when_gone(cell, wipe):
    if wipe["state"] in ("gone", "recovery") and cell.once("swap"):
        cell.send(f"plug {cell.other}")
        cell.send(f"swap {cell.name} {cell.other}")


def pull_the_hub(cell, wipe):
    if wipe["state"] in ("gone", "recovery") and cell.once("hub"):
        cell.send(f"hub {cell.port.split('.')[0]} out")


def pull_the_hub_for_a_moment(cell, wipe):
    pull_the_hub(cell, wipe)
    if "hub" in cell.memory and cell.once("hub in"):
        time.sleep(0.3)  # how long it is out is the case
        cell.send(f"hub {cell.port.split('.')[0]} in")


def another_takes_the_port(cell, wipe):
    if cell.truth()["plugged"] == "0" and cell.once("another"):
        cell.send(f"plug {cell.other} {cell.port}")


def charge_it(cell, wipe):
    if wipe["state"] in ("gone", "recovery") and "off" in cell.memory:
        if cell.once("charge"):
            cell.send(f"human {cell.name} power-on")
    elif wipe["state"] in ("gone", "recovery"):
        cell.memory.add("off" if cell.is_off() else "on")


@dataclass
class Fault:
    meets: object = anything  # strategy -> None, or why it cannot
    tablet: dict = field(default_factory=dict)
    arm: str = None           # fault of the emulated bench
    before: str = None        # of a person, before the wipe is asked
    during: object = None
    hand: str = "reset"       # of the technician who is to reset it: reset, reboot, nothing
    twin: dict = None         # a second tablet, shown from the start unless it says otherwise
    is_shown: bool = True     # on the bench, under its own serial
    is_slow: bool = False     # begun first


LOOPS = {"boot_loops": "1000", "boot_seconds": "1", "loop_seconds": "0.05"}  # too short to be spoken to
FAULTS = {
    "none": Fault(),
    # who is asked, and answers
    "tap-late": Fault(talks_adb, {"adb": "tap", "tap_after": "1"}),
    "tap-never": Fault(talks_adb, {"adb": "never"}),
    "tap-denied": Fault(talks_adb, {"adb": "denied"}),
    "tap-keyguard": Fault(talks_adb, {"adb": "tap", "tap_after": "0.1", "keyguard": "true"}),
    "tap-replugged": Fault(talks_adb, {"adb": "never"}, during=replug_at_the_question),
    "key-expired": Fault(talks_adb, before="revoke-keys"),
    "key-refused-once": Fault(talks_adb, {"tap_after": "0.5"}, arm="fail@auth"),
    "trade-in-before": Fault(talks_adb, {"adb": "tradein", "android": "16"}),
    # on the wire
    "checksums": Fault(talks_adb, {"protocol": "1"}),
    "maxdata-4096": Fault(talks_adb, {"maxdata": "4096"}),
    "maxdata-1M": Fault(talks_adb, {"maxdata": "1048576"}),
    "stale": Fault(talks_adb, {"quirk": "stale"}),
    "short-header": Fault(talks_adb, {"quirk": "short-header"}),
    "bad-magic": Fault(talks_adb, {"quirk": "bad-magic"}),
    "huge-length": Fault(talks_adb, {"quirk": "huge-length"}),
    "stls": Fault(talks_adb, {"quirk": "stls"}),
    "no-features": Fault(talks_adb, {"quirk": "no-features"}),
    "delayed-ack": Fault(talks_adb, {"quirk": "delayed-ack"}),
    "close-zero": Fault(talks_adb, {"quirk": "close-zero"}),
    "no-shell-v2": Fault(talks_adb, {"shell_v2": "false"}),
    "clear-halt-refused": Fault(anything, {"halt_refused": "true"}),
    "stall@cnxn": Fault(talks_adb, arm="stall@cnxn"),
    "stall@shell-answer": Fault(talks_adb, arm="stall@shell-answer"),
    "stall@wipe-command": Fault(ordered_over_adb, arm="stall@wipe-command"),
    "silent@cnxn": Fault(talks_adb, arm="silent@cnxn"),
    "silent@shell-answer": Fault(talks_adb, arm="silent@shell-answer", is_slow=True),
    "silent@wipe-command": Fault(ordered_over_adb, arm="silent@wipe-command"),
    "fail@open": Fault(talks_adb, arm="fail@open"),
    # the cable, and what hangs on it
    "unplug@cnxn": Fault(talks_adb, arm="unplug@cnxn"),
    "unplug@auth": Fault(talks_adb, arm="unplug@auth"),
    "unplug@open": Fault(talks_adb, arm="unplug@open"),
    "unplug@shell-answer": Fault(talks_adb, arm="unplug@shell-answer"),
    "unplug@payload": Fault(talks_adb, arm="unplug@payload"),
    "unplug@wipe-command": Fault(ordered_over_adb, arm="unplug@wipe-command"),
    "unplug@gone": Fault(by_recovery, arm="unplug@gone"),
    "unplug@recovery": Fault(shows_recovery, {"recovery_visible": "true"}, arm="unplug@recovery"),
    "unplug@wiped": Fault(by_recovery, arm="unplug@wiped"),
    "unplug@return": Fault(anything, arm="unplug@return"),
    "replug@shell-answer": Fault(talks_adb, arm="unplug@shell-answer", during=replug),
    "replug@wipe-command": Fault(ordered_over_adb, arm="unplug@wipe-command", during=replug),
    "replug@gone": Fault(by_recovery, arm="unplug@gone", during=replug),
    "replug@recovery": Fault(shows_recovery, {"recovery_visible": "true"}, arm="unplug@recovery", during=replug),
    "replug@return": Fault(anything, arm="unplug@return", during=replug),
    "recovery-shown": Fault(by_recovery, {"recovery_visible": "true"}),
    "charging-only-cable": Fault(anything, is_shown=False),
    "no-serial": Fault(anything, {"serial": ""}),
    "placeholder-twice": Fault(anything, {"serial": "0123456789ABCDEF"}, twin={"serial": "0123456789ABCDEF"}),
    "serial-twice": Fault(anything, twin={"serial": None}),
    "serial-late": Fault(anything, {"serial_after": "1"}),
    "swapped-while-gone": Fault(anything, {"wipe_seconds": "2", "boot_seconds": "1"}, during=swap_when_gone, twin={"plugged": "false"}),
    "another-on-the-port": Fault(by_recovery, arm="unplug@gone", during=another_takes_the_port, twin={"plugged": "false"}),
    "interface-busy": Fault(lambda way: talks_adb(way) if way not in FASTBOOT else None, {"busy": "true"}),
    "no-permission": Fault(anything, {"claim": "denied"}),
    "controller-full": Fault(anything, {"claim": "full"}),
    "hub-vanishes": Fault(by_recovery, {"wipe_seconds": "2", "recovery_visible": "true"}, during=pull_the_hub),
    "hub-out-and-in": Fault(by_recovery, {"wipe_seconds": "2", "recovery_visible": "true"}, during=pull_the_hub_for_a_moment),
    "no-adb": Fault(in_android, {"adb": "off"}),
    "no-mtp": Fault(in_android, {"composite": "false"}),
    # the wipe
    "refused": Fault(ordered_over_adb, {"wipe": "refused"}),
    "ignored": Fault(ordered_over_adb, {"wipe": "ignored"}),
    "nobody-resets-it": Fault(only(*BY_HAND), hand="nothing"),
    "only-restarted": Fault(only(*BY_HAND), hand="reboot"),
    "unwiped": Fault(by_recovery, {"wipe": "unwiped"}),
    "never-returns": Fault(by_recovery, {"wipe": "never_returns"}),
    "battery-dies": Fault(by_recovery, {"wipe": "dies"}),
    "battery-dies-charged": Fault(by_recovery, {"wipe": "dies"}, during=charge_it),
    "boot-loops-twice": Fault(resets_in_recovery, {"boot_loops": "2"}),
    "boot-loops-for-ever": Fault(resets_in_recovery, LOOPS),
    "slow-first-boot": Fault(anything, {"boot_seconds": "5"}),
    "adb-back": Fault(anything, {"after_wipe": "adb"}),
    "trade-in-back": Fault(anything, {"after_wipe": "tradein", "android": "16"}),
    "trade-in-forged": Fault(anything, {"after_wipe": "tradein", "android": "16", "tradein": "forged"}),
    "adb-off@cnxn": Fault(talks_adb, arm="adb-off@cnxn"),
    "adb-off@shell-answer": Fault(talks_adb, arm="adb-off@shell-answer"),
    "adb-off@wipe-command": Fault(ordered_over_adb, arm="adb-off@wipe-command"),
    "android-9": Fault(in_android, {"android": "9"}),
    "android-14": Fault(in_android, {"android": "14"}),
    "screen-lock": Fault(in_android, {"screen_lock": "true"}),
    "install-refused": Fault(only("helper"), {"apps": "", "install": "refused"}),
    "installed-first": Fault(only("helper"), {"apps": ""}),
    "google-account": Fault(anything, {"google_accounts": "1"}),
    "google-account-16": Fault(in_android, {"google_accounts": "1", "android": "16", "after_wipe": "tradein"}),
    "samsung-account": Fault(anything, {"samsung_accounts": "1"}),
    "foreign-owner": Fault(in_android, {"owner": "org.autre/.Admin"}),
    "update-pending": Fault(anything, {"snapshot": "true"}),
    "battery-low": Fault(anything, {"battery": "12", "charging": "false"}),
    # in fastboot
    "locked": Fault(in_fastboot, {"bootloader": "locked"}),
    **{f"refuses-{text}": Fault(in_fastboot, {"bootloader": "locked", "says_unlocked": "true", "lock_text": text})
       for text in ("aosp", "state", "flag", "unlock-first")},
    "erase-slow": Fault(in_fastboot, {"erase_seconds": "2"}),
    "erase-25s-silent": Fault(in_fastboot, {"erase_seconds": "25", "erase_says": "false"}, is_slow=True),
    "fail@erase": Fault(in_fastboot, arm="fail@erase"),
    "data@erase": Fault(in_fastboot, arm="data@erase"),
    "unplug@erase": Fault(in_fastboot, arm="unplug@erase"),
    "silent@erase-userdata": Fault(in_fastboot, arm="silent@erase-userdata", is_slow=True),
    "stall@erase-userdata": Fault(in_fastboot, arm="stall@erase-userdata"),
    "fail@reboot": Fault(in_fastboot, arm="fail@reboot"),
    "stall@reboot": Fault(in_fastboot, arm="stall@reboot"),
    "reboot-without-okay": Fault(in_fastboot, {"reboot_says": "false"}),
    "unknown-is-empty": Fault(in_fastboot, {"unknown_variable": "empty"}),
    "replies-of-64": Fault(in_fastboot, {"reply_bytes": "64"}),
    "partition-f2fs": Fault(in_fastboot, {"partition_type": "f2fs"}),
    "partition-ext4": Fault(in_fastboot, {"partition_type": "ext4"}),
    "partition-absent": Fault(in_fastboot, {"partition_type": "absent"}),
}
# an emulated tablet of 9 is as old for every way; those that need none of it still meet it


def port_of(number):
    return f"{1 + number // 144}-{1 + number // 12 % 12}.{1 + number % 12}"


class Cell:
    """One tablet, one fault, one wipe."""

    def __init__(self, bench, number, way, fault):
        self.bench, self.way, self.fault = bench, way, FAULTS[fault]
        self.title = f"{way}/{fault}"
        self.name, self.other, self.port = f"T{number}", f"T{number}B", port_of(2 * number)
        if self.fault.during in (pull_the_hub, pull_the_hub_for_a_moment):
            self.port = f"9-{1 + number % 99}.1"  # nobody else's hub
        self.serial = f"R9FAULT{number:04}"
        self.memory = set()
        self.news = threading.Event()  # of its wipe
        self.story = ""

    def scenario(self):
        keys = {**WAYS[self.way][0], "plugged": "false", **self.fault.tablet}
        if keys.get("owner") not in (None, WAYS["owner"][0]["owner"]) and self.way == "owner":
            keys["apps"] = PACKAGE
        text = tablet(self.name, self.port, keys.pop("serial", self.serial), **keys)
        if self.fault.twin is not None:
            serial = self.fault.twin.get("serial", self.serial + "B") or self.serial
            text += tablet(self.other, port_of(int(self.name[1:]) * 2 + 1), serial, plugged="false")
        return text

    # ---- what it does ----

    def once(self, what):
        is_new = what not in self.memory
        self.memory.add(what)
        return is_new

    def send(self, command):
        try:
            return self.bench.fleet.send(command)
        except FleetError:
            return None  # cannot be now: as good

    def truth(self):
        return self.bench.fleet.state(self.name)

    def is_off(self):
        return self.truth()["wiped"] == "0" and self.truth()["mode"] == "away"

    def until(self, holds, seconds):
        end = time.monotonic() + seconds
        while not holds():
            assert time.monotonic() < end, f"{self.title}: waited in vain"
            time.sleep(POLL_SECONDS)  # the api is asked again: there is no event to wait for from a plain client

    def show(self):
        ports = {self.port} | ({port_of(int(self.name[1:]) * 2 + 1)} if self.fault.twin and "plugged" not in self.fault.twin else set())
        if self.fault.arm:
            self.bench.fleet.send(f"fail {self.name} {self.fault.arm}")
        if not self.fault.is_shown:
            return
        self.bench.fleet.send(f"plug {self.name}")
        if len(ports) > 1:
            self.bench.fleet.send(f"plug {self.other}")
        if self.fault.before:
            self.bench.fleet.send(f"human {self.name} {self.fault.before}")
        self.until(lambda: ports <= self.bench.ports, ASK_SECONDS)

    def ask(self):
        """The code of the wipe; or how it was refused."""
        fields = {**WAYS[self.way][2], "item": self.item, "strategy": self.way, "comment": "essai de panne",
                  "overrides": ["wipe-strategy", "wipe-accounts-unseen"]}
        end = time.monotonic() + ASK_SECONDS
        while True:
            try:
                return self.bench.daemon.post("/v1/wipes", fields)["code"], None
            except Problem as problem:
                code = problem.body["code"]
                is_late = code == "wipe_not_on_bench" and self.fault.is_shown and self.fault.tablet.get("serial") is None
                if not is_late or time.monotonic() > end:
                    return None, code
            time.sleep(POLL_SECONDS)

    def reset_by_hand(self, wipe):
        if self.fault.hand != "nothing" and self.once("by hand"):
            self.send(f"human {self.name} {'reboot' if self.fault.hand == 'reboot' else BY_HAND[self.way]}")

    def look(self, wipe):
        """The technician looks at the screen."""
        truth = self.truth()
        seen = {"wipe": wipe["code"]}
        try:
            if truth["data"] == "1":
                self.bench.daemon.post("/v1/cancellations", seen)
            elif truth["frp"] == "1":
                self.bench.daemon.post("/v1/attestations", {**seen, "lock": True})
            else:
                self.bench.daemon.post("/v1/attestations", {**seen, "text": "page Bienvenue, aucun compte demandé"})
        except Problem as problem:
            assert problem.status == 409, problem  # it went on meanwhile

    def help(self, wipe):
        if self.fault.during is not None:
            self.fault.during(self, wipe)
        if wipe["reason"] == "attest":
            self.look(wipe)
        elif wipe["reason"] in ("reset_by_hand", "keys_by_hand"):
            self.reset_by_hand(wipe)
        elif self.way == "recovery-keys" and wipe["state"] in ("gone", "recovery") and self.truth()["mode"] in ("recovery", "away"):
            self.reset_by_hand(wipe)

    def follow(self, code):
        end = time.monotonic() + CELL_SECONDS
        self.bench.following[code] = self
        while True:
            self.news.clear()
            wipe = self.bench.daemon.get(f"/v1/objects/{code}")
            if wipe["state"] in OVER:
                return wipe
            self.story = story(wipe)
            assert time.monotonic() < end, f"{self.title}: still {wipe['state']} ({wipe['reason']})"
            self.help(wipe)
            # what a fault does meanwhile looks at the tablet again and again: of that there are no news
            self.news.wait(POLL_SECONDS if self.fault.during is not None else LOOK_AGAIN_SECONDS)

    def rested(self):
        """The truth, once the tablet's own life goes on no more: an erasure that was seen to begin is over."""
        try:
            return self.bench.fleet.wait(self.name, "busy=0", REST_SECONDS)
        except FleetError:
            return self.truth()  # it restarts for ever

    def told(self, state, verdict, code):
        truth = self.rested()
        item = self.bench.daemon.get(f"/v1/objects/{self.item}")["state"]
        return f"{state} {verdict} {item} {code} orders={truth['wipe_commands']} erased={truth['wiped']}"

    def play(self):
        self.item = self.bench.daemon.post("/v1/items", {"serial": self.serial, "model": "Galaxy Tab A9"})["code"]
        self.show()
        code, refusal = self.ask()
        if code is None:
            return self.told("refused", "none", refusal)
        wipe = self.follow(code)
        del self.bench.following[code]
        self.story = story(wipe)
        assert wipe["state"] == "verified" or wipe["todo_fr"] and wipe["todo_en"], f"{self.title}: no sentence"
        return self.told(wipe["state"], wipe["verdict"], (wipe["reason"] or "-").split("|")[0])

    def run(self):
        began = time.monotonic()
        try:
            self.result = self.play()
        except Exception as failure:  # told by the main thread
            self.result = f"broken {failure!r}".replace("\n", " ")
        self.send(f"unplug {self.name}")
        self.send(f"unplug {self.other}")
        self.seconds = time.monotonic() - began


class FaultBench:
    """One fleet and one daemon for all cells, and one ear for the daemon's news."""

    def __init__(self, fleet, daemon):
        self.fleet, self.daemon = fleet, daemon
        self.following = {}  # wipe -> its cell
        self.ports = set()   # that show something

    def hear(self, stream):
        topic = b""
        for line in stream:
            name, _, text = line.rstrip().partition(b": ")
            if name == b"event":
                topic = text
            elif name == b"data" and topic == b"slot":
                told = json.loads(text)
                (self.ports.discard if told["slot"] is None else self.ports.add)(told["subject"])
            elif name == b"data" and topic == b"wipe":
                cell = self.following.get(json.loads(text)["subject"])
                if cell is not None:
                    cell.news.set()

    def work(self, waiting):
        while True:
            try:
                cell = waiting.get_nowait()
            except queue.Empty:
                return
            cell.run()

    def run(self, cells):
        waiting = queue.SimpleQueue()
        for cell in sorted(cells, key=lambda cell: not cell.fault.is_slow):
            waiting.put(cell)
        link = self.daemon.connection(timeout=None)
        link.request("GET", "/v1/events")
        listener = threading.Thread(target=self.hear, args=(link.getresponse(),))
        workers = [threading.Thread(target=self.work, args=(waiting,)) for _ in range(min(AT_ONCE, len(cells)))]
        for thread in [listener] + workers:
            thread.start()
        for thread in workers:
            thread.join()
        link.sock.shutdown(socket.SHUT_RDWR)  # ends the stream
        listener.join()
        link.close()


def table_of(cells):
    results = {cell.title: cell.result for cell in cells}
    lines = []
    for fault, row in FAULTS.items():
        for way in WAYS:
            why_not = row.meets(way)
            title = f"{way}/{fault}"
            if why_not is not None:
                lines.append(f"{way:14}{fault:24}- {why_not}")
            elif title in results:
                lines.append(f"{way:14}{fault:24}{results[title]}")
    return lines


def golden_lines():
    with open(GOLDEN, encoding="utf-8") as file:
        return [line.rstrip("\n") for line in file if not line.startswith("#")]


def wished(cell):
    return fnmatch.fnmatch(cell.title, os.environ.get("FAULTS_ONLY", "*"))


def play(cells, config):
    """These cells on a fleet and a daemon of their own."""
    with Fleet("".join(cell.scenario() for cell in cells)) as fleet, Daemon(env=fleet.env(), bench=True, config=config) as daemon:
        bench = FaultBench(fleet, daemon)
        for cell in cells:
            cell.bench = bench
        bench.run(cells)
        assert daemon.get("/v1/journal/verify")["ok"]


def test_each_strategy_against_each_fault(tmp_path):
    titles = [(way, fault) for fault, row in FAULTS.items() for way in WAYS if row.meets(way) is None]
    cells = [cell for cell in (Cell(None, number, *title) for number, title in enumerate(titles)) if wished(cell)]
    apk = tmp_path / "helper.apk"
    apk.write_bytes(APK)
    config = CONFIG.format(**WAITS) + app("owner") + app("helper", 0) + f"apk = {apk}\n"
    config = config.replace("human_s = 20", "human_s = 6").replace("settle_s = 0.4", "settle_s = 0.8")
    with futures.ThreadPoolExecutor(BENCHES) as pool:
        for played in [pool.submit(play, cells[number::BENCHES], config) for number in range(BENCHES)]:
            played.result()
    lines = table_of(cells)
    slowest = sorted(cells, key=lambda cell: -cell.seconds)[:5]
    print(f"{len(cells)} wipes; slowest: " + ", ".join(f"{cell.title} {cell.seconds:.0f} s" for cell in slowest))
    if "FAULTS_WRITE" in os.environ:
        with open(GOLDEN, "w", encoding="utf-8") as file:
            file.write(HEAD + "\n".join(lines) + "\n")
    if "FAULTS_ONLY" in os.environ:
        print("\n".join(f"{cell.title}: {cell.result}\n{cell.story}" for cell in cells))
        return
    differs = list(difflib.unified_diff(golden_lines(), lines, "faults.golden", "this run", n=0, lineterm=""))
    changed = {cell.title: cell.story for cell in cells if any(cell.title.split("/") == line[1:].split()[:2] for line in differs)}
    assert not differs, "\n".join(differs) + "".join(f"\n\n{title}\n{told}" for title, told in changed.items())
