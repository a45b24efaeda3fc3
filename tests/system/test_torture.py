"""Many wipes at once with everything that can go wrong, in an order drawn from a seed: cables pulled and put back, tablets swapped, people
who tap, refuse, cancel or attest, tablets that lie, a daemon that is killed. The fleet's own counts are the truth at every step.

    TORTURE_SEED=7 TORTURE_WIPES=200 python3 -m pytest tests/system/test_torture.py -k torture -s
"""

import http.client
import os
import random
import resource
import threading
import time

import pytest
from daemon import Daemon, Problem
from fleet import Fleet, FleetError
from test_wipe import OVER, Bench, tablet, untouched

SEED = int(os.environ.get("TORTURE_SEED", "0")) or random.SystemRandom().randrange(1, 10**6)
WIPES = int(os.environ.get("TORTURE_WIPES", "60"))
CONFIG = "[bench]\ntap_s = 1.5\nprobe_s = 3\nleave_s = 1.5\nhuman_s = 2.5\nreturn_s = 4\nsettle_s = 0.4\n"
WAIT_SECONDS = 60  # for one wipe; each wait of CONFIG is far below
STOP_SECONDS = 10
ACTORS = [f"T{i}" for i in range(1, 8)]
LENT = ["LENT1", "LENT2"]
UNKNOWN = ["STRANGER"]
MISFORTUNES = [f"{fault}@{point}" for fault in ("unplug", "stall", "silent", "fail")
               for point in ("cnxn", "auth", "open", "shell-answer", "wipe-command", "gone", "recovery", "wiped", "return",
                             "erase", "erase-userdata", "reboot")
               if fault != "fail" or point not in ("cnxn", "gone", "recovery", "return")]
QUIRKS = ["stale", "short-header", "bad-magic", "huge-length", "stls", "no-features", "delayed-ack", "close-zero"]
# key of the fleet -> what it is as a rule, and what it is now and then
CHARACTER = {"android": ("15", ["14", "16"]), "wipe": ("honest", ["unwiped", "never_returns", "ignored", "refused"]),
             "adb": ("known", ["tap", "denied", "never", "off", "tradein"]), "after_wipe": ("plain", ["adb", "frp", "tradein"]),
             "google_accounts": ("0", ["1"]), "battery": ("80", ["12"]), "charging": ("true", ["false"]),
             "busy": ("false", ["true"]), "quirk": ("none", QUIRKS), "recovery_visible": ("false", ["true"]),
             "shell_v2": ("true", ["false"]), "composite": ("true", ["false"]), "snapshot": ("false", ["true"]),
             "bootloader": ("unlocked", ["locked"])}
STRATEGIES = [None, None, None, "recovery-wipe", "guided", "fastboot"]


def scenario():
    names = ACTORS + LENT + UNKNOWN
    return "".join(tablet(name, f"1-{1 + i // 5}.{1 + i % 5}", f"R9TORTURE{i:02}") for i, name in enumerate(names))


def serial_of(name):
    return f"R9TORTURE{(ACTORS + LENT + UNKNOWN).index(name):02}"


def limit_files(daemon, size):
    """No file of the daemon's can be written beyond that many bytes: with 1, its disk is full."""
    resource.prlimit(daemon.process.pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))


def stop_in_time(daemon):
    began = time.monotonic()
    daemon.stop()
    assert time.monotonic() - began < STOP_SECONDS


class World:
    """The fleet, a daemon that may be killed at any time, and what was found wrong."""

    def __init__(self, fleet, seed):
        self.fleet = fleet
        self.random = random.Random(f"{seed}/world")
        # libusb loses a device that arrives while libusb_exit runs: its leak at the end of the program, not ours
        allowed = os.path.join(fleet.folder, "lsan")
        with open(allowed, "w", encoding="utf-8") as file:
            file.write("leak:libusb-1.0.so\n")
        env = {**fleet.env(), "LSAN_OPTIONS": f"suppressions={allowed}:print_suppressions=0"}
        self.daemon = Daemon(env=env, bench=True, config=CONFIG)
        self.lock = threading.Lock()  # starts and stops of the daemon
        self.wrongs = []
        self.ended = {}
        self.left = WIPES

    def take(self):
        with self.lock:
            self.left -= 1
            return self.left >= 0 and not self.wrongs

    def wrong(self, text):
        self.wrongs.append(text)

    def call(self, method, path, body=None, key=None):
        """As Daemon.done, over as many daemons as it takes."""
        end = time.monotonic() + WAIT_SECONDS
        while True:
            try:
                return self.daemon.done(method, path, body, {"Idempotency-Key": key} if key else {})
            except (OSError, http.client.HTTPException, Problem) as failure:
                if isinstance(failure, Problem) and failure.status < 500:
                    raise
                assert time.monotonic() < end, f"no answer to {method} {path}: {failure}"
                time.sleep(0.05)  # it was killed and is not there yet, or its disk is full

    def send(self, command):
        """The fleet refuses what cannot be now (a cable that is out already): that is as good."""
        try:
            return self.fleet.send(command)
        except FleetError:
            return None

    def kill(self):
        self.daemon.kill()
        self.daemon.start()

    def stop(self):
        stop_in_time(self.daemon)
        self.daemon.start()

    def fill_the_disk(self):
        limit_files(self.daemon, 1)
        time.sleep(self.random.uniform(0.1, 1.5))
        limit_files(self.daemon, resource.RLIM_INFINITY)

    def mischief(self, is_over):
        """Kills the daemon, stops it, or takes its disk away, now and then."""
        try:
            while not is_over.wait(self.random.uniform(1, 4)):
                with self.lock:
                    self.random.choice([self.kill, self.stop, self.fill_the_disk])()
        except Exception as failure:  # told by the main thread
            self.wrong(f"the daemon: {failure!r}")


class Actor:
    """One tablet of the register, wiped again and again."""

    def __init__(self, world, name, seed):
        self.world, self.name = world, name
        self.random = random.Random(f"{seed}/{name}")
        self.item = world.call("POST", "/v1/items", {"serial": serial_of(name), "model": "Galaxy Tab A9"})["items"][0]["code"]
        self.number = 0
        self.story = []

    def do(self, command):
        self.story.append(command)
        return self.world.send(command)

    def truth(self):
        return self.world.fleet.state(self.name)

    def act(self, *chances):
        """chances: (probability, function)."""
        for chance, function in chances:
            if self.random.random() < chance:
                function()
                return

    # ---- before ----

    def rest(self):
        """Whatever it was doing ends; it is an ordinary used tablet on its port."""
        for key, (usual, _) in CHARACTER.items():
            self.do(f"set {self.name} {key}={usual}")
        for _ in range(20):  # an armed misfortune may pull the cable again
            self.do(f"plug {self.name}")
            self.do(f"set {self.name} mode=adb")
            self.do(f"human {self.name} reboot")
            time.sleep(0.4)  # boot_seconds
            truth = self.truth()
            if truth["plugged"] == "1" and truth["mode"] == "adb":
                return self.do(f"human {self.name} setup")
        raise AssertionError(f"{self.name} does not come to rest: {truth}")

    def dress(self):
        self.do(f"set {self.name} wipe_seconds={self.random.choice(['0.1', '0.4', '1'])}")
        for key, (_, others) in CHARACTER.items():
            if self.random.random() < 0.12:
                self.do(f"set {self.name} {key}={self.random.choice(others)}")
        self.do(f"set {self.name} mode={self.random.choice(['default'] * 5 + ['plain', 'fastboot'])}")
        if self.random.random() < 0.35:
            self.do(f"fail {self.name} {self.random.choice(MISFORTUNES)}")

    def ask(self):
        """The code of a new wipe, or None when the bench refuses it."""
        self.number += 1
        body = {"item": self.item, "overrides": ["wipe-accounts-unseen"], "comment": "vu dans Réglages : aucun compte"}
        self.strategy = self.random.choice(STRATEGIES)
        if self.strategy is not None:
            body["strategy"] = self.strategy
        end = time.monotonic() + 5
        while time.monotonic() < end:
            try:
                key = f"{self.name}-wipe-{self.number}-{time.monotonic_ns()}"
                return self.world.call("POST", "/v1/wipes", body, key)["items"][0]["code"]
            except Problem as problem:
                self.story.append(f"refused: {problem.body['code']}")
                time.sleep(0.1)  # not seen on the bench yet, or another wipe holds the port
        return None

    # ---- during ----

    def pull(self):
        self.do(f"unplug {self.name}")
        time.sleep(self.random.choice([0, 0.05, 0.5]))  # how long the cable is out is the case
        self.do(f"plug {self.name}")

    def swap(self):
        other = self.random.choice([name for name in ACTORS + LENT + UNKNOWN if name != self.name])
        self.do(f"swap {self.name} {other}")

    def cancel(self, wipe):
        self.story.append("cancel")
        try:
            self.world.call("POST", "/v1/cancellations", {"wipe": wipe["code"]})
        except Problem as problem:
            self.story.append(f"refused: {problem.body['code']}")

    def is_gone_for_sure(self, wipe):
        """Could the host know? Without adb before, coming back without adb tells nothing: the person's eyes are all there is."""
        return any(event["text"].startswith("facts:") for event in wipe["evidence"])

    def look(self, wipe):
        """The technician looks at the screen and says what is there."""
        truth = self.truth()
        is_wiped = truth["data"] == "0" and int(truth["wiped"]) > int(self.before["wiped"])
        again = self.world.call("GET", f"/v1/objects/{wipe['code']}")
        if not is_wiped and again["reason"] == "attest" and self.is_gone_for_sure(wipe):
            self.wrong(again, "it asks for the attestation of a tablet that has its data")
        if not is_wiped or self.random.random() < 0.15:
            return self.cancel(wipe)
        if self.random.random() < 0.3:
            self.act((0.5, self.pull), (0.5, self.swap))
        self.story.append("attest")
        try:
            self.world.call("POST", "/v1/attestations", {"wipe": wipe["code"], "text": "page Bienvenue"})
        except Problem as problem:
            self.story.append(f"refused: {problem.body['code']}")

    def help(self, wipe):
        """A wipe that waits for a person: somebody comes, or not."""
        if not wipe["todo_fr"] or not wipe["todo_en"]:
            self.wrong(wipe, "it waits for a person without a sentence")
        if wipe["reason"] == "attest":
            self.look(wipe)
        elif wipe["reason"] == "tap":
            self.act((0.6, lambda: self.do(f"allow {self.name}")), (0.2, lambda: self.do(f"deny {self.name}")),
                     (0.3, lambda: self.cancel(wipe)), (0.3, self.pull))
        elif wipe["reason"] == "reset_by_hand":
            self.act((0.6, lambda: self.do(f"human {self.name} settings-reset")), (0.2, self.pull), (0.2, self.swap),
                     (0.3, lambda: self.cancel(wipe)))

    def follow(self, code):
        end = time.monotonic() + WAIT_SECONDS
        while not self.world.wrongs:
            wipe = self.world.call("GET", f"/v1/objects/{code}")
            if wipe["state"] in OVER:
                return wipe
            if time.monotonic() > end:
                return self.wrong(wipe, "it is stuck")
            if wipe["state"] == "wait_human":
                self.help(wipe)
            self.act((0.008, self.pull), (0.006, self.swap), (0.004, lambda: self.cancel(wipe)),
                     (0.003, lambda: self.do(f"unplug {self.name}")), (0.01, lambda: self.do(f"plug {self.name}")))
            time.sleep(0.03)  # the api is asked again
        return None

    # ---- after ----

    def wrong(self, wipe, what):
        told = "\n".join(f"  {event['kind']}: {event['text']}" for event in wipe["evidence"])
        self.world.wrong(f"{self.name} {wipe['code']} {wipe['state']} ({wipe['reason']}): {what}\nasked: {self.strategy}\n{told}\n"
                         f"truth before: {self.before}\ntruth now: {self.truth()}\ndone: {self.story}")

    def check(self, wipe):
        truth = self.truth()
        item = self.world.call("GET", f"/v1/objects/{self.item}")["state"]
        wiped = int(truth["wiped"]) - int(self.before["wiped"])
        orders = int(truth["wipe_commands"]) - int(self.before["wipe_commands"])
        allowed = {"verified": ["ready"], "unknown": ["blocked", "to_wipe"]}.get(wipe["state"], ["to_wipe"])
        for is_wrong, what in [
                (orders > 1, f"{orders} orders to wipe"),
                (item not in allowed, f"its item is {item}"),
                (wipe["state"] == "verified" and (wiped == 0 or "attest" not in self.story), "verified without proof"),
                (wipe["state"] == "not_wiped" and wiped > 0 and wipe["reason"] != "wipe_cancelled", "called not wiped, and it is wiped"),
                (wipe["state"] in ("aborted", "blocked") and orders > 0, "an order was sent, and it says that none was"),
                (wipe["state"] != "verified" and not (wipe["todo_fr"] and wipe["todo_en"]), "no sentence says why"),
                ((wipe["verdict"] == "attested") != (wipe["state"] == "verified"), f"its verdict is {wipe['verdict']}")]:
            if is_wrong:
                self.wrong(wipe, what)
        with self.world.lock:
            how = f"{wipe['state']}:{(wipe['reason'] or '').split('|')[0]}"
            self.world.ended[how] = self.world.ended.get(how, 0) + 1

    def leave_the_shelf(self):
        """A ready tablet is lent and comes back, so that it may be wiped again."""
        state = self.world.call("GET", f"/v1/objects/{self.item}")["state"]
        if state != "ready":
            return
        person = self.world.call("POST", "/v1/persons", {"name": f"Emprunteur {self.name}"})["items"][0]["code"]
        self.world.call("POST", "/v1/loans", {"person": person, "things": [self.item]},
                        f"{self.name}-lend-{self.number:04}")
        self.world.call("POST", "/v1/returns", {"thing": self.item}, f"{self.name}-back-{self.number:04}")

    def once(self):
        self.story = []
        self.rest()
        self.before = self.truth()
        self.dress()
        code = self.ask()
        wipe = self.follow(code) if code is not None else None
        if wipe is not None:
            self.check(wipe)
            self.leave_the_shelf()

    def run(self):
        try:
            while self.world.take():
                self.once()
        except Exception as failure:  # told by the main thread
            self.world.wrong(f"{self.name}: {failure!r}\ndone: {self.story}")


def lend(world, name):
    item = world.daemon.ready_tablet(serial_of(name))
    person = world.daemon.post("/v1/persons", {"name": "Amina Diallo"})["code"]
    world.daemon.post("/v1/loans", {"person": person, "things": [item]})
    return item


def torture(world, seed):
    actors = [Actor(world, name, seed) for name in ACTORS]
    lent = [lend(world, name) for name in LENT]
    is_over = threading.Event()
    threads = [threading.Thread(target=actor.run) for actor in actors]
    killer = threading.Thread(target=world.mischief, args=(is_over,))
    for thread in threads + [killer]:
        thread.start()
    for thread in threads:
        thread.join()
    is_over.set()
    killer.join()
    assert not world.wrongs, f"seed {seed}\n" + "\n\n".join(world.wrongs)
    for name in LENT + UNKNOWN:
        assert untouched(world.fleet.state(name)), f"seed {seed}: {name} {world.fleet.state(name)}"
    for item in lent:
        assert world.daemon.get(f"/v1/objects/{item}")["state"] == "lent"
    assert world.daemon.get("/v1/journal/verify")["ok"]


def complaints(said):
    """What the daemon should never have to say; a full disk it does say."""
    words = ("CRITICAL", "WARNING", "Sanitizer", "runtime error")
    return [line for line in said.splitlines() if any(word in line for word in words) and "cannot go on" not in line]


def test_torture():
    print(f"TORTURE_SEED={SEED} TORTURE_WIPES={WIPES}")
    with Fleet(scenario()) as fleet:
        world = World(fleet, SEED)
        with world.daemon as daemon:
            torture(world, SEED)
            stop_in_time(daemon)
            assert not complaints(daemon.said()), f"seed {SEED}: {daemon.said()}"
        print(dict(sorted(world.ended.items())))


# ---- what the torture and a reading of the code have found, each by its name ----


class Short(Bench):
    """A bench with the short waits of the torture."""

    def __init__(self, scenario):
        super().__init__(scenario)
        self.config = CONFIG


def words_of(wipe):
    return [event["text"].split(":")[0] for event in wipe["evidence"]]


def test_a_wait_that_ends_while_the_disk_is_full_does_not_end_the_next_one():
    with Short(tablet(adb="tap")) as bench:
        wipe = bench.ask(bench.know())
        bench.reach(wipe, "wait_human", reason="tap")
        limit_files(bench.daemon, 1)
        bench.fleet.send("allow TAB")
        time.sleep(2)  # longer than the wait for the tap
        limit_files(bench.daemon, resource.RLIM_INFINITY)
        assert bench.finish(wipe)["reason"] == "attest"


def test_a_tablet_that_left_again_while_the_disk_was_full_is_not_back():
    with Short(tablet(adb="off", wipe_seconds="1")) as bench:
        wipe = bench.ask(bench.know())
        bench.reach(wipe, "wait_human", reason="reset_by_hand")
        bench.fleet.send("human TAB settings-reset")
        bench.reach(wipe, "gone")
        limit_files(bench.daemon, 1)
        bench.fleet.wait("TAB", "mode=plain")
        bench.until(lambda: any(slot["serial"] == "R9TESTBENCH1" for slot in bench.slots()))
        bench.fleet.send("unplug TAB")
        time.sleep(0.8)  # longer than a tablet takes to settle
        limit_files(bench.daemon, resource.RLIM_INFINITY)
        ended = bench.finish(wipe)
        assert (ended["state"], ended["reason"]) == ("unknown", "wipe_lost"), ended["evidence"]


def test_a_reset_by_hand_while_the_daemon_is_down_is_not_called_not_wiped():
    with Short(tablet(android="14")) as bench:
        item = bench.know()
        wipe = bench.ask(item)
        bench.reach(wipe, "wait_human", reason="reset_by_hand")
        bench.daemon.kill()
        bench.fleet.send("human TAB settings-reset")
        bench.fleet.wait("TAB", "mode=plain")
        bench.daemon.start()
        ended = bench.finish(wipe)
        assert (ended["state"], ended["verdict"]) == ("unknown", "unknown"), ended["evidence"]
        assert bench.item_state(item) == "blocked"


def test_a_key_that_never_opened_the_tablet_proves_nothing_by_being_refused():
    with Short(tablet(adb="never")) as bench:
        wipe = bench.ask(bench.know(), strategy="guided")
        bench.reach(wipe, "wait_human", reason="reset_by_hand")
        bench.fleet.send("unplug TAB")
        bench.reach(wipe, "gone")
        bench.fleet.send("plug TAB")
        ended = bench.finish(wipe)
        assert ended["state"] == "unknown" and "key-refused" not in words_of(ended), ended["evidence"]


def test_a_tablet_that_shows_its_bootloader_again_is_not_back():  # seed 21
    with Short(tablet(bootloader="locked", mode="fastboot")) as bench:
        item = bench.know()
        wipe = bench.ask(item, overrides=["wipe-accounts-unseen"], comment="vu dans Réglages : aucun compte")
        bench.reach(wipe, "wait_human", reason="reset_by_hand")
        bench.fleet.send("unplug TAB")
        bench.reach(wipe, "gone")
        bench.fleet.send("plug TAB")
        ended = bench.finish(wipe)
        assert ended["state"] == "unknown" and "adb-absent" not in words_of(ended), ended["evidence"]


@pytest.mark.parametrize("fault", ["fail@reboot", "stall@reboot"])
def test_data_erased_by_fastboot_are_not_called_not_wiped_when_the_restart_fails(fault):
    with Short(tablet(bootloader="unlocked", mode="fastboot")) as bench:
        item = bench.know()
        bench.fleet.send(f"fail TAB {fault}")
        ended = bench.finish(bench.ask(item, overrides=["wipe-accounts-unseen"], comment="vu dans Réglages : aucun compte"))
        assert bench.fleet.state("TAB")["wiped"] == "1"
        assert (ended["state"], ended["verdict"]) == ("unknown", "unknown"), ended["evidence"]


@pytest.mark.parametrize("point", ["cnxn", "auth", "open", "shell-answer"])
def test_a_cable_pulled_before_the_order_is_called_so(point):
    with Short(tablet()) as bench:
        item = bench.know()
        bench.fleet.send(f"fail TAB unplug@{point}")
        ended = bench.finish(bench.ask(item))
        assert (ended["state"], ended["reason"]) == ("aborted", "wipe_cable"), ended["evidence"]
        assert bench.item_state(item) == "to_wipe"


def test_a_wipe_asked_long_ago_is_not_begun_by_a_daemon_that_starts():
    with Short(tablet(adb="tap")) as bench:
        item = bench.know()
        wipe = bench.ask(item)
        bench.reach(wipe, "wait_human", reason="tap")
        bench.daemon.kill()
        bench.daemon.start()
        bench.daemon.post("/v1/demo/clock", {"day": "2190-03-01"})
        bench.daemon.kill()
        bench.daemon.start()
        ended = bench.finish(wipe)
        assert (ended["state"], ended["reason"]) == ("aborted", "wipe_old"), ended["evidence"]
        assert bench.fleet.state("TAB")["wipe_commands"] == "0" and bench.item_state(item) == "to_wipe"


def test_a_restore_in_the_middle_of_a_wipe_leaves_no_run_behind_and_takes_up_what_it_brings(on_a_file):
    with Short(tablet(adb="tap") + tablet("OTHER", "1-1.3", "R9TESTOTHER1", adb="tap")) as bench:
        first, second = bench.know(), bench.know("R9TESTOTHER1")
        old = bench.ask(first)
        bench.reach(old, "wait_human", reason="tap")
        backup = bench.daemon.get("/v1/backup")
        bench.daemon.post("/v1/cancellations", {"wipe": old})
        newer = bench.ask(second)
        bench.reach(newer, "wait_human", reason="tap")
        bench.daemon.done("POST", "/v1/restore?confirm=1", backup)
        ended = bench.finish(old)  # the wait for the tap begins again, and ends
        assert (ended["state"], ended["reason"]) == ("aborted", "wipe_no_tap"), ended["evidence"]
        assert bench.fleet.state("OTHER")["wipe_commands"] == "0" and not complaints(bench.daemon.said())
        assert "cannot go on" not in bench.daemon.said()
        again = bench.ask(second)
        bench.reach(again, "wait_human", reason="tap")
        bench.fleet.send("allow OTHER")
        assert bench.finish(again)["reason"] == "attest"


@pytest.mark.parametrize("when", ["gone", "wait_human"])
def test_a_twin_that_comes_after_the_order_leaves_no_proof(when):
    with Short(tablet(wipe_seconds="1") + tablet("TWIN", "1-1.3", plugged="false")) as bench:
        wipe = bench.ask(bench.know())
        bench.reach(wipe, when)
        bench.fleet.send("plug TWIN")
        bench.until(lambda: bench.wipe(wipe)["state"] in OVER)
        ended = bench.wipe(wipe)
        assert (ended["state"], ended["reason"]) == ("unknown", "wipe_duplicate|R9TESTBENCH1"), ended["evidence"]
        assert untouched(bench.fleet.state("TWIN"))
