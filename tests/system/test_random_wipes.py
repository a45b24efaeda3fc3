"""Many wipes at once with everything that can go wrong, in an order drawn from a seed: every strategy, every misfortune that the fleet
knows, cables pulled and put back, tablets swapped, people who tap, refuse, cancel or attest, tablets that lie, a daemon that is killed or has no
disk. The fleet's own counts are the truth at every step. What must hold (field.md): no other tablet is touched, nothing is called wiped
without its evidence, no wipe is lost, and each order is on disk before it is sent.

    TORTURE_SEED=7 TORTURE_WIPES=2000 TORTURE_TABLETS=24 python3 -m pytest tests/system/test_random_wipes.py -s
"""

import os
import random
import resource
import threading
import time

from daemon import Daemon, Problem
from fleet import Fleet, FleetError
from test_strategies import PACKAGE, WAYS, app
from test_wipe import OVER, tablet, untouched
from torture import Survivor

SEED = int(os.environ.get("TORTURE_SEED", "0")) or random.SystemRandom().randrange(1, 10**6)
WIPES = int(os.environ.get("TORTURE_WIPES", "150"))
ACTORS = [f"T{i}" for i in range(1, 1 + int(os.environ.get("TORTURE_TABLETS", "14")))]
CONFIG = "[bench]\ntap_s = 2\nprobe_s = 12\nleave_s = 3\nhuman_s = 4\nreturn_s = 10\nsettle_s = 0.4\n"
WAIT_SECONDS = 150  # for one wipe; a silent tablet is waited for 75 s once its order may have left
STOP_SECONDS = 10
LENT = ["LENT1", "LENT2"]
UNKNOWN = ["STRANGER"]
QUIRKS = ["stale", "short-header", "bad-magic", "huge-length", "stls", "no-features", "delayed-ack", "close-zero"]
# key of the fleet -> what it is as a rule, and what it is now and then
CHARACTER = {"android": ("15", ["9", "13", "14", "16"]), "wipe": ("honest", ["unwiped", "never_returns", "ignored", "refused", "dies"]),
             "adb": ("known", ["tap", "denied", "never", "off", "tradein"]), "after_wipe": ("plain", ["adb", "frp", "tradein"]),
             "tradein": ("honest", ["no-attestation", "forged", "other-challenge", "garbage"]),
             "google_accounts": ("0", ["1"]), "samsung_accounts": ("0", ["1"]), "battery": ("80", ["12"]), "charging": ("true", ["false"]),
             "busy": ("false", ["true"]), "quirk": ("none", QUIRKS), "recovery_visible": ("false", ["true"]),
             "shell_v2": ("true", ["false"]), "composite": ("true", ["false"]), "snapshot": ("false", ["true"]),
             "bootloader": ("unlocked", ["locked"]), "says_unlocked": ("false", ["true"]), "boot_loops": ("0", ["1", "3", "100"]),
             "screen_lock": ("false", ["true"]), "protocol": ("2", ["1"]), "maxdata": ("262144", ["4096"]),
             "partition_type": ("raw", ["f2fs", "absent"]), "reboot_says": ("true", ["false"]), "halt_refused": ("false", ["true"]),
             "erase_seconds": ("0", ["1"]), "install": ("ok", ["refused"]), "userspace": ("false", []), "owner": ("", []), "apps": ("", [])}
# what nobody may rely on: the wipe chooses by itself
STRATEGIES = [None] * 3 + list(WAYS)
BY_HAND = {"reset_by_hand": "settings-reset", "keys_by_hand": "recovery-wipe"}


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


def misfortunes(fleet):
    """All that the fleet can be told to go wrong with a tablet, "unplug@erase"."""
    return fleet.send("help").split("; steps: ")[1].split("; ")[0].split()


def has_evidence(wipe):
    """Is what a proof needs all there, as decision 0021 says it? Read from the story alone, without the daemon's own rules."""
    notes = {event["text"].split(":")[0] for event in wipe["evidence"] if event["kind"] in ("usb", "human")}
    back = {"same-port", "same-serial"} <= notes
    story = back and {"command-accepted", "left-port"} <= notes and notes & {"key-refused", "trade-in", "adb-absent"}
    if "frp-locked" in notes:
        return False
    if wipe["verdict"] == "attested":
        return story and "attested" in notes
    return back and {"trade-in-reset", "attestation-holds"} <= notes or story and "test-harness" in notes


class World(Survivor):
    """The fleet, a daemon that may be killed at any time, and what was found wrong."""

    wait_seconds = WAIT_SECONDS

    def __init__(self, fleet, seed):
        self.fleet = fleet
        self.random = random.Random(f"{seed}/world")
        # libusb loses a device that arrives while libusb_exit runs: its leak at the end of the program, not ours
        allowed = os.path.join(fleet.folder, "lsan")
        with open(allowed, "w", encoding="utf-8") as file:
            file.write("leak:libusb-1.0.so\n")
        env = {**fleet.env(), "LSAN_OPTIONS": f"suppressions={allowed}:print_suppressions=0"}
        super().__init__(Daemon(env=env, bench=True, config=CONFIG + app("owner") + app("helper", 0)), WIPES)
        self.misfortunes = misfortunes(fleet)
        self.actors = []
        self.ended = {}

    def wrong(self, text):
        self.wrongs.append(text)

    def send(self, command):
        """The fleet refuses what cannot be now (a cable that is out already): that is as good."""
        try:
            return self.fleet.send(command)
        except FleetError:
            return None

    def kill(self):
        """What was sent by then must be on disk: the fleet has counted it, and the daemon can write no more."""
        self.daemon.kill()
        sent = [(actor, actor.code, actor.orders()) for actor in self.actors if actor.code is not None]
        self.daemon.start()
        for actor, code, orders in sent:
            steps = actor.steps_on_disk(code)
            if orders > steps and actor.code == code:
                self.wrong(f"{actor.name} {code}: {orders} orders were sent, {steps} were on disk when the daemon was killed")

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
            while not is_over.wait(self.random.uniform(3, 12)):
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
        self.code, self.codes, self.before, self.steps_so_far = None, [], self.truth(), 0

    def do(self, command):
        self.story.append(command)
        return self.world.send(command)

    def truth(self):
        return self.world.fleet.state(self.name)

    def orders(self):
        """To wipe, that reached the tablet since the wipe was asked."""
        return int(self.truth()["wipe_commands"]) - int(self.before["wipe_commands"])

    def steps_on_disk(self, code):
        """How often the register says of a wipe that its order is about to be sent."""
        wipe = self.world.call("GET", f"/v1/objects/{code}")
        return sum(event["kind"] == "state" and "-> started" in event["text"] for event in wipe["evidence"])

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
            self.do(f"set {self.name} adb=known")
            self.do(f"set {self.name} mode=adb")
            self.do(f"human {self.name} reboot")
            time.sleep(0.4)  # boot_seconds
            truth = self.truth()
            if truth["frp"] == "1":
                self.do(f"human {self.name} settings-reset")  # the account was entered; this lifts the lock
                time.sleep(2)  # wipe_seconds, boot_seconds
            elif truth["plugged"] == "1" and truth["mode"] == "adb":
                return self.do(f"human {self.name} setup")
        raise AssertionError(f"{self.name} does not come to rest: {truth}")

    def dress(self):
        self.do(f"set {self.name} wipe_seconds={self.random.choice(['0.1', '0.4', '1'])}")
        for key, (_, others) in CHARACTER.items():
            if others and self.random.random() < 0.04:
                self.do(f"set {self.name} {key}={self.random.choice(others)}")
        self.strategy = self.random.choice(STRATEGIES)
        way = dict(WAYS[self.strategy][0]) if self.strategy and self.random.random() < 0.9 else {}
        mode = way.pop("mode", None) or self.random.choice(["default"] * 5 + ["plain", "fastboot"])
        if self.random.random() < 0.3:
            way["apps"] = PACKAGE
        for key, value in way.items():
            self.do(f"set {self.name} {key}={value}")
        if mode != "default":
            self.do(f"set {self.name} mode={mode}")
        time.sleep(0.3)  # it may show itself anew: who asks has looked at the bench
        if self.random.random() < 0.35:
            self.do(f"fail {self.name} {self.random.choice(self.world.misfortunes)}")

    def ask(self):
        """The code of a new wipe, or None when the bench refuses it."""
        self.number += 1
        body = {"item": self.item, "overrides": ["wipe-accounts-unseen", "wipe-strategy"], "comment": "vu dans Réglages : aucun compte"}
        if self.strategy is not None:
            body["strategy"] = self.strategy
        end = time.monotonic() + 5
        while time.monotonic() < end:
            try:
                key = f"{self.name}-wipe-{self.number}-{time.monotonic_ns()}"
                return self.world.call("POST", "/v1/wipes", body, key)["items"][0]["code"]
            except Problem as problem:
                self.story.append(f"refused: {problem.body['code']}")
                if problem.body["code"] == "wipe_locked":
                    self.world.call("POST", "/v1/unlocks", {"item": self.item, "text": "compte saisi par Mme D."})
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

    def could_be_known(self, wipe, truth):
        """By the host. It cannot when the tablet had no adb before, nor when its adb was switched off in between (Samsung's Auto Blocker): then
        the person's eyes are all there is."""
        return truth["mode"] == "adb" and any(event["text"].startswith("facts:") for event in wipe["evidence"])

    def look(self, wipe):
        """The technician looks at the screen and says what is there."""
        truth = self.truth()
        is_wiped = truth["data"] == "0" and int(truth["wiped"]) > int(self.before["wiped"])
        again = self.world.call("GET", f"/v1/objects/{wipe['code']}")
        if not is_wiped and again["reason"] == "attest" and self.could_be_known(wipe, truth):
            self.wrong(again, "it asks for the attestation of a tablet that has its data")
        if not is_wiped or self.random.random() < 0.15:
            return self.cancel(wipe)
        if self.random.random() < 0.3:
            self.act((0.5, self.pull), (0.5, self.swap))
        self.story.append("attest")
        said = {"lock": True} if truth["frp"] == "1" else {"text": "page Bienvenue"}
        try:
            self.world.call("POST", "/v1/attestations", {"wipe": wipe["code"], **said})
        except Problem as problem:
            self.story.append(f"refused: {problem.body['code']}")

    def help(self, wipe):
        """A wipe that waits for a person: somebody comes, or not."""
        if not wipe["todo_fr"] or not wipe["todo_en"]:
            self.wrong(wipe, "it waits for a person without a sentence")
        if wipe["reason"] == "attest":
            self.look(wipe)
        elif wipe["reason"] == "tap":
            self.act((0.7, lambda: self.do(f"allow {self.name}")), (0.2, lambda: self.do(f"deny {self.name}")),
                     (0.2, lambda: self.cancel(wipe)), (0.2, self.pull))
        elif wipe["reason"] in BY_HAND:
            self.act((0.7, lambda: self.do(f"human {self.name} {BY_HAND[wipe['reason']]}")), (0.2, self.pull), (0.1, self.swap),
                     (0.2, lambda: self.cancel(wipe)))

    def meddle(self, wipe):
        """What happens to a tablet on a bench while nobody is asked for anything."""
        if self.strategy == "recovery-keys" and wipe["state"] in ("gone", "recovery"):
            self.act((0.2, lambda: self.do(f"human {self.name} recovery-wipe")))
        self.act((0.0006, self.pull), (0.0002, self.swap), (0.0004, lambda: self.cancel(wipe)),
                 (0.0004, lambda: self.do(f"unplug {self.name}")), (0.02, lambda: self.do(f"plug {self.name}")),
                 (0.02, lambda: self.do(f"human {self.name} power-on")))

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
            self.meddle(wipe)
            time.sleep(0.05)  # the api is asked again
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
        orders, steps = self.orders(), self.steps_on_disk(wipe["code"])
        state, code = wipe["state"], (wipe["reason"] or "").split("|")[0]
        is_locked = code == "wipe_frp"
        allowed = {"verified": ["ready"], "unknown": ["blocked", "to_wipe"]}.get(state, ["blocked"] if is_locked else ["to_wipe"])
        for is_wrong, what in [
                (orders > steps, f"{orders} orders to wipe, {steps} on disk"),
                (steps > (2 if self.strategy == "test-harness" else 1), f"begun {steps} times"),
                (item not in allowed, f"its item is {item}"),
                (state == "verified" and wiped == 0, "verified, and it was not wiped"),
                (state == "verified" and not has_evidence(wipe), "verified without its evidence"),
                (state == "not_wiped" and wiped > 0 and code != "wipe_cancelled" and truth["test_mode"] == "0",
                 "called not wiped, and it is wiped"),  # in test mode it waits for its real reset: to be wiped is right
                (state in ("aborted", "blocked") and orders > 0 and not is_locked, "an order was sent, and it says that none was"),
                (is_locked and truth["frp"] == "0", "called locked, and it is not"),
                (state != "verified" and not (wipe["todo_fr"] and wipe["todo_en"]), "no sentence says why"),
                ((wipe["verdict"] in ("attested", "proven")) != (state == "verified"), f"its verdict is {wipe['verdict']}")]:
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
        if self.orders() > self.steps_so_far:
            self.world.wrong(f"{self.name}: an order after the end of {self.code}: {self.truth()}")
        self.code, self.before, self.steps_so_far = None, self.truth(), 0
        self.dress()
        self.code = self.ask()
        wipe = self.follow(self.code) if self.code is not None else None
        if wipe is not None:
            self.codes.append(self.code)
            self.check(wipe)
            self.steps_so_far = self.orders()
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
    actors = world.actors = [Actor(world, name, seed) for name in ACTORS]
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
    for code in [code for actor in actors for code in actor.codes]:
        assert world.daemon.get(f"/v1/objects/{code}")["state"] in OVER, f"seed {seed}: {code} was over, and is lost"
    assert world.daemon.get("/v1/journal/verify")["ok"]


def complaints(said):
    """What the daemon should never have to say; a full disk it does say."""
    words = ("CRITICAL", "WARNING", "Sanitizer", "runtime error")
    return [line for line in said.splitlines() if any(word in line for word in words) and "cannot go on" not in line]


def test_random_wipes():
    print(f"TORTURE_SEED={SEED} TORTURE_WIPES={WIPES} TORTURE_TABLETS={len(ACTORS)}")
    with Fleet(scenario()) as fleet:
        world = World(fleet, SEED)
        with world.daemon as daemon:
            torture(world, SEED)
            stop_in_time(daemon)
            assert not complaints(daemon.said()), f"seed {SEED}: {daemon.said()}"
        print(dict(sorted(world.ended.items())))
