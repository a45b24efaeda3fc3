"""What was answered is there: daemons killed and stopped under load, a disk that fills, backups made while others write.

The register's own failures (the n-th write that fails, a torn file) are tested in tests/store; here the whole program is seen from outside.
"""

import contextlib
import http.client
import itertools
import json
import os
import random
import shutil
import sqlite3
import subprocess
import threading
import time
import warnings

import pytest

from daemon import PROGRAM, Daemon
from test_cli import TEMOIN, environment

CLIENTS = 12
KILLS = 30
SEED = int(os.environ.get("SEED", random.randrange(2 ** 32)))  # printed by a failing test: run it again with SEED=
STEPS = ("loans", "returns", "waivers")  # the round of a tablet; each leaves it in the state below
STATE_AFTER = {"loans": "lent", "returns": "to_wipe", "waivers": "ready"}
NO_ANSWER = (OSError, http.client.HTTPException)  # the connection broke, or the daemon is gone


class Deed:
    """One request with its key, and what was answered: None when nobody knows."""

    def __init__(self, key, verb, body):
        self.key, self.verb, self.body = key, verb, body
        self.status = self.answer = None
        self.replayed = False

    def ask(self, link):
        """On a connection that stays open. Raises one of NO_ANSWER."""
        status, headers, answer = exchange(link, "POST", f"/v1/{self.verb}", self.body, self.key)
        self.status, self.answer = status, answer
        self.replayed = headers.get("Idempotency-Replayed") == "true"


def exchange(link, method, path, body=None, key=None):
    data = None if body is None else json.dumps(body).encode()
    link.request(method, path, data, {"Idempotency-Key": key} if key else {})
    answer = link.getresponse()
    return answer.status, dict(answer.getheaders()), json.loads(answer.read())


class Client:
    """One agent, who owns a tablet, a borrower and a line, so that what they must look like is known."""

    def __init__(self, number, rng, tablet, person, line):
        self.number, self.rng = number, rng
        self.tablet, self.person, self.line = tablet, person, line
        self.names = itertools.count()
        self.steps = 0  # made with the tablet
        self.done = []  # deeds that were answered 2xx, all of them
        self.fresh = []  # those since the last look
        self.pending = None  # the deed that got no answer
        self.refusals = []

    def next_deed(self):
        number = next(self.names)
        key = f"load-{self.number}-{number}"
        choice = self.rng.randrange(4)
        if choice == 0:
            return Deed(key, "persons", {"name": f"Charge {self.number} Essai {number}"})
        if choice == 1:
            return Deed(key, "recharges", {"line": self.line, "product": key, "amount_cents": self.rng.randrange(1, 500)})
        return Deed(key, *self.tablet_step())

    def tablet_step(self):
        verb = STEPS[self.steps % len(STEPS)]
        bodies = {
            "loans": {"person": self.person, "things": [self.tablet]},
            "returns": {"thing": self.tablet, "pieces": {"all": "present"}, "condition": "comme neuf"},
            "waivers": {"item": self.tablet, "overrides": ["wipe-waive"], "comment": "essai"},
        }
        return verb, bodies[verb]

    def take(self, deed):
        """The deed was answered."""
        if not 200 <= deed.status < 300:
            self.refusals.append(deed)
            return
        self.steps += deed.verb in STEPS
        self.done.append(deed)
        self.fresh.append(deed)

    def work(self, daemon, answered):
        """Until the daemon does not answer any more, or refuses."""
        with contextlib.closing(daemon.connection()) as link:
            while not self.refusals:
                deed = self.next_deed()
                try:
                    deed.ask(link)
                except NO_ANSWER:
                    self.pending = deed
                    return
                self.take(deed)
                answered.release()


class Load:
    """Clients that work at the same time on one register, and everything that must hold of it afterwards."""

    def __init__(self, daemon, rng, clients=CLIENTS):
        self.daemon, self.rng = daemon, rng
        fund = {"name": "Connexion", "amount": "1000000", "from": "2020-01-01", "to": "2099-12-31", "strand": "connection"}
        self.fund = daemon.post("/v1/funds", fund)["code"]
        self.clients = [self.client(number) for number in range(clients)]
        self.threads = []

    def client(self, number):
        body = f"89330100000000{number:04}"
        card = self.daemon.post("/v1/sims", {"iccid": body + luhn(body), "operator": "Orange", "offer": "Essai"})
        person = self.daemon.post("/v1/persons", {"name": f"Agent {number}"})
        return Client(number, random.Random(self.rng.random()), self.daemon.ready_tablet(f"LOAD{number:04}"), person["code"], card["line"])

    def start(self, answers):
        """Comes back when so many requests were answered, and the load goes on."""
        answered = threading.Semaphore(0)
        self.threads = [threading.Thread(target=client.work, args=(self.daemon, answered)) for client in self.clients]
        for thread in self.threads:
            thread.start()
        assert all(answered.acquire(timeout=30) for _ in range(answers)), "the daemon does not answer"

    def join(self):
        for thread in self.threads:
            thread.join(30)
            assert not thread.is_alive()

    # ---- what must hold ----

    def check_answered(self):
        """Everything that was answered since the last look is there."""
        for client in self.clients:
            for deed in client.fresh:
                if deed.verb in ("persons", "loans", "recharges"):
                    there = self.daemon.get(f"/v1/objects/{deed.answer['code']}")
                    for field in ("name", "amount_cents", "product", "person"):
                        assert there.get(field) == deed.answer["items"][0].get(field)
            client.fresh = []
            item = self.daemon.get(f"/v1/objects/{client.tablet}")
            allowed = {STATE_AFTER[STEPS[(client.steps - 1) % len(STEPS)]]}
            if client.pending is not None and client.pending.verb in STEPS:
                allowed.add(STATE_AFTER[client.pending.verb])
            assert item["state"] in allowed

    def check_whole(self):
        """No half action, whatever was answered."""
        verified = self.daemon.get("/v1/journal/verify")
        assert verified["ok"], verified
        loans = {loan["item"]: loan for loan in pages(self.daemon, "/v1/loans?open=1")}
        items = pages(self.daemon, "/v1/items")
        assert {item["code"] for item in items if item["state"] == "lent"} == set(loans)
        for item in items:
            assert (item["holder"] or {}).get("loan") == loans.get(item["code"], {}).get("code")
        for loan in loans.values():
            assert sorted(piece["name"] for piece in loan["pieces"]) == ["charger", "sleeve"]
            assert all(piece["in_state"] is None for piece in loan["pieces"])
        fund = self.daemon.get(f"/v1/objects/{self.fund}")
        ledger = self.ledger()
        assert fund["spent_cents"] == sum(debit - credit for _, debit, credit, _ in ledger)
        assert fund["balance_cents"] == fund["granted_cents"] - fund["spent_cents"]
        assert [number for number, *_ in ledger] == list(range(1, len(ledger) + 1))

    def ledger(self):
        return self.rows("SELECT number, debit, credit, subject FROM fund_entry WHERE fund = ? ORDER BY number", self.fund)

    def rows(self, wanted, *values):
        """All of them: the interface shows the first only."""
        uri = f"file:{os.path.join(self.daemon.state_dir, 'register.db')}?mode=ro"
        with contextlib.closing(sqlite3.connect(uri, uri=True)) as register:
            return register.execute(wanted, values).fetchall()

    def retry(self):
        """The same again, under the same key: the stored answer, or the effect, once. Tells how many had been done already."""
        replays = 0
        with contextlib.closing(self.daemon.connection()) as link:
            for client in self.clients:
                deed, client.pending = client.pending, None
                if deed is not None:
                    deed.ask(link)
                    assert 200 <= deed.status < 300, deed.answer
                    client.take(deed)
                    replays += deed.replayed
        return replays

    def check_once(self):
        """Each deed had one effect: nothing is there twice, and nothing that nobody asked for."""
        deeds = [deed for client in self.clients for deed in client.done]
        made = {verb: [deed for deed in deeds if deed.verb == verb] for verb in ("persons", "recharges", "loans")}
        names = [person["name"] for person in pages(self.daemon, "/v1/persons") if person["name"].startswith("Charge")]
        assert sorted(names) == sorted(deed.body["name"] for deed in made["persons"])
        assert sorted(subject for *_, subject in self.ledger()) == sorted(deed.answer["code"] for deed in made["recharges"])
        spent = self.daemon.get(f"/v1/objects/{self.fund}")["spent_cents"]
        assert spent == sum(deed.body["amount_cents"] for deed in made["recharges"])
        for client in self.clients:
            loans = self.rows("SELECT code FROM loan WHERE person = ?", client.person)
            asked = [deed.answer["code"] for deed in client.done if deed.verb == "loans"]
            assert sorted(code for code, in loans) == sorted(asked)

    def check_not_refused(self):
        assert [(deed.body, deed.answer) for client in self.clients for deed in client.refusals] == []


def luhn(body):
    """The check digit of a SIM card's number."""
    total = 0
    for place, digit in enumerate(reversed(body)):
        double = int(digit) * (2 if place % 2 == 0 else 1)
        total += double - 9 if double > 9 else double
    return str(-total % 10)


def pages(daemon, path):
    found, after = [], ""
    while after is not None:
        sign = "&" if "?" in path else "?"
        page = daemon.get(f"{path}{sign}limit=500{after and '&after=' + after}")
        found += page["items"]
        after = page["next"]
    return found


def check_file(path):
    """The file as SQLite itself sees it."""
    with contextlib.closing(sqlite3.connect(path)) as register:
        assert register.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert register.execute("PRAGMA foreign_key_check").fetchall() == []


# ---- killed, stopped ----

def test_thirty_kills_under_load_lose_nothing_that_was_answered():
    print(f"SEED={SEED}")
    rng = random.Random(SEED)
    unanswered = replayed = 0
    with Daemon() as daemon:
        load = Load(daemon, rng)
        for _ in range(KILLS):
            load.start(answers=rng.randrange(1, 120))
            time.sleep(rng.random() / 50)  # where the kill falls is the case
            daemon.kill()
            load.join()
            load.check_not_refused()
            unanswered += sum(client.pending is not None for client in load.clients)
            daemon.start()
            load.check_answered()
            load.check_whole()
            replayed += load.retry()
            load.check_whole()
        load.check_once()
        deeds = sum(len(client.done) for client in load.clients)
        daemon.stop()
        check_file(os.path.join(daemon.state_dir, "register.db"))
    print(f"{deeds} requests, {unanswered} without an answer, of which {replayed} had been done")
    assert unanswered >= KILLS, "the load was not there when the kills fell"


def test_a_stop_under_load_answers_what_it_took_and_ends_well():
    rng = random.Random(SEED)
    with Daemon() as daemon:
        load = Load(daemon, rng)
        for _ in range(3):
            load.start(answers=100)
            asked_at = time.monotonic()
            daemon.stop()  # asserts the exit status 0
            assert time.monotonic() - asked_at < 5
            load.join()
            for client in load.clients:
                assert all((deed.status, deed.answer["code"]) == (503, "stopping") for deed in client.refusals)
                client.refusals.clear()
            assert not os.path.exists(daemon.socket_path)
            check_file(os.path.join(daemon.state_dir, "register.db"))
            daemon.start()
            load.check_answered()
            load.check_whole()
            load.retry()
        load.check_not_refused()
        load.check_once()


def test_a_second_daemon_on_the_same_register_is_refused_and_the_first_goes_on():
    with Daemon() as daemon:
        other = os.path.join(daemon.folder, "other-socket")
        words = [PROGRAM, "--state-dir", daemon.state_dir, "--socket", other, "--demo", "--no-bench"]
        ended = subprocess.run(words, capture_output=True, text=True, timeout=30, check=False)
        assert ended.returncode == 1 and "another temoind already works on" in ended.stderr
        assert not os.path.exists(other)
        daemon.post("/v1/persons", {"name": "Anne Durand"})
        daemon.kill()
        daemon.start()  # the lock of a killed daemon is free
        assert [person["name"] for person in daemon.get("/v1/persons")["items"]] == ["Anne Durand"]


# ---- a full disk ----

DISK_BYTES = 6 * 1024 * 1024
MOUNT = 'mount -t tmpfs -o size=$1,mode=0700 temoin "$2" && shift 2 && exec "$@"'


class SmallDisk(Daemon):
    """A daemon whose state directory is a small disk of its own, that nobody else sees mounted."""

    def command(self):
        os.makedirs(self.state_dir, exist_ok=True)
        return [*private(), "sh", "-c", MOUNT, "sh", str(DISK_BYTES), self.state_dir, *super().command()]

    @property
    def disk(self):
        """The mounted directory, seen through the process."""
        return f"/proc/{self.process.pid}/root{self.state_dir}"

    @property
    def filler(self):
        return os.path.join(self.disk, "filler")

    def fill(self):
        with open(self.filler, "ab", buffering=0) as file, contextlib.suppress(OSError):
            for size in (65536, 4096, 1):
                with contextlib.suppress(OSError):
                    while file.write(b"x" * size):
                        pass

    def free(self):
        os.unlink(self.filler)


def private():
    """The words that run a program where its mounts are its own."""
    return ["unshare", "--mount"] if os.geteuid() == 0 else ["unshare", "--map-root-user", "--mount"]


@pytest.fixture()
def small_disk():
    trial = [*private(), "sh", "-c", MOUNT, "sh", "65536", "/mnt", "true"]
    reason = "no unshare here"
    if shutil.which("unshare"):
        tried = subprocess.run(trial, capture_output=True, text=True, check=False)
        reason = None if tried.returncode == 0 else tried.stderr.strip()
    if reason is not None:
        reason = f"A FULL DISK WAS NOT TESTED: a small disk cannot be mounted here ({reason})"
        warnings.warn(reason)
        pytest.skip(reason)
    with SmallDisk() as daemon:
        yield daemon


def doctor(daemon):
    return subprocess.run([TEMOIN, "--socket", daemon.socket_path, "doctor"], capture_output=True, text=True, timeout=30,
                          env=environment(TEMOIN_LANG="fr"), check=False)


def names_of(daemon):
    return {person["name"] for person in pages(daemon, "/v1/persons")}


def crowd(daemon, clients, each):
    """So many clients add so many people at once; the answers by name."""
    answers = {}

    def add(number):
        with contextlib.closing(daemon.connection()) as link:
            for i in range(each):
                name = f"Plein {number} Essai {i}"
                status, _, answer = exchange(link, "POST", "/v1/persons", {"name": name}, f"full-{number}-{i}")
                answers[name] = (status, answer)

    threads = [threading.Thread(target=add, args=(number,)) for number in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
        assert not thread.is_alive()
    return answers


def test_a_full_disk_is_said_nothing_is_half_done_and_space_heals_it(small_disk):
    daemon = small_disk
    daemon.post("/v1/persons", {"name": "Anne Durand"})
    tablet = daemon.ready_tablet("FULLDISK01")
    daemon.fill()
    answers = crowd(daemon, clients=8, each=40)
    refused = [answer for status, answer in answers.values() if status != 201]
    assert len(refused) >= 100, "the disk was not full"
    assert {(answer["status"], answer["code"]) for answer in refused} == {(507, "disk_full")}
    assert "plein" in refused[0]["fr"] and "full" in refused[0]["en"]
    made = {name for name, (status, _) in answers.items() if status == 201}
    # what was refused is not there, what was answered is; reading goes on
    assert names_of(daemon) == made | {"Anne Durand"}
    assert daemon.get("/v1/journal/verify")["ok"] and daemon.get(f"/v1/objects/{tablet}")["state"] == "ready"
    status, _, problem = daemon.request("POST", "/v1/imports", b"serial;model\n" + b"".join(b"FULL%06d;Tab\n" % i for i in range(2000)))
    assert (status, problem["code"]) == (507, "disk_full"), problem
    status, _, problem = daemon.request("GET", "/v1/backup")
    assert (status, problem["code"]) == (507, "disk_full"), problem
    assert not [name for name in os.listdir(daemon.disk) if name.startswith(("upload", "backup"))]
    # it says so
    status, _, health = daemon.request("GET", "/healthz")
    assert (status, health["ok"]) == (503, False) and health["last_error"]
    told = doctor(daemon)
    assert told.returncode == 3 and "ne peut pas écrire" in told.stderr
    # and it heals by itself
    daemon.free()
    person = daemon.post("/v1/persons", {"name": "Paul Martin"})
    daemon.post("/v1/loans", {"person": person["code"], "things": [tablet]})
    assert daemon.get("/healthz")["ok"] and doctor(daemon).returncode == 0
    assert names_of(daemon) == made | {"Anne Durand", "Paul Martin"}
    assert daemon.get("/v1/journal/verify")["ok"]


def test_a_deed_refused_for_want_of_space_is_done_once_under_its_key_later(small_disk):
    daemon = small_disk
    daemon.fill()
    crowd(daemon, clients=4, each=40)
    deed = Deed("after-the-full-disk", "persons", {"name": "Anne Durand"})
    with contextlib.closing(daemon.connection()) as link:
        deed.ask(link)
        assert (deed.status, deed.answer["code"]) == (507, "disk_full")
        daemon.free()
        deed.ask(link)
        assert deed.status == 201 and not deed.replayed
        deed.ask(link)
        assert deed.status == 201 and deed.replayed
    assert len(daemon.get("/v1/find?q=durand")["items"]) == 1


# ---- backups ----

@pytest.fixture(scope="module")
def backup():
    """Made while everybody writes. bytes, and what had been answered before it was asked."""
    with Daemon() as daemon:
        load = Load(daemon, random.Random(SEED))
        load.start(answers=200)
        answered = [deed.answer["code"] for client in load.clients for deed in list(client.done) if deed.verb != "waivers"]
        status, headers, data = daemon.request("GET", "/v1/backup")
        daemon.kill()
        load.join()
        load.check_not_refused()
        assert status == 200 and f"items={CLIENTS}" in headers["X-Temoin-Backup"]
        yield {"bytes": data, "answered": answered, "load": load}


def test_a_backup_made_while_others_write_is_whole(backup):
    with Daemon() as fresh:
        told = fresh.done("POST", "/v1/restore?confirm=1", backup["bytes"])
        assert told["restored"] and told["items"] == CLIENTS
        verified = fresh.get("/v1/journal/verify")
        assert (verified["ok"], verified["lines"], verified["head_hash"]) == (True, told["journal_lines"], told["journal_hash"])
        for code in backup["answered"]:
            fresh.get(f"/v1/objects/{code}")
        load = backup["load"]
        load.daemon = fresh
        load.check_whole()
        fresh.kill()
        fresh.start()  # the register that was put in place is the one that stays
        assert fresh.get("/v1/journal/verify")["head_hash"] == told["journal_hash"]
        fresh.post("/v1/persons", {"name": "Anne Durand"})


def damaged_in_journal(data):
    """One letter of one line, where SQLite sees nothing wrong."""
    place = data.index(b"loan.lend") if b"loan.lend" in data else data.index(b"person.add")
    return data[:place] + b"X" + data[place + 1:]


def damaged_pages(data):
    """The first bytes of every page but the first."""
    changed = bytearray(data)
    for start in range(4096, len(data), 4096):
        changed[start:start + 8] = bytes(byte ^ 0xFF for byte in changed[start:start + 8])
    return bytes(changed)


@pytest.mark.parametrize("damage", [
    damaged_in_journal, damaged_pages, lambda data: b"\0" * 100 + data[100:], lambda data: data[:len(data) // 2],
    lambda data: data[:-5000], lambda data: data[:4096] + data, lambda data: data[:8192] + data[4096:8192] + data[12288:],
], ids=["journal", "pages", "header", "half", "cut", "shifted", "doubled-page"])
def test_a_damaged_backup_is_refused_and_changes_nothing(backup, damage):
    with Daemon() as daemon:
        daemon.post("/v1/persons", {"name": "Anne Durand"})
        before = daemon.get("/v1/journal/verify")
        status, _, problem = daemon.request("POST", "/v1/restore?confirm=1", damage(backup["bytes"]))
        assert (status, problem["code"]) == (400, "backup_unreadable"), problem
        assert daemon.get("/v1/journal/verify") == before and names_of(daemon) == {"Anne Durand"}
        daemon.post("/v1/persons", {"name": "Paul Martin"})
        assert not [name for name in os.listdir(daemon.state_dir) if name.startswith(("upload", "backup"))]


def test_a_backup_of_a_newer_version_is_refused(backup):
    with Daemon() as daemon:
        path = os.path.join(daemon.folder, "newer")
        with open(path, "wb") as file:
            file.write(backup["bytes"])
        with contextlib.closing(sqlite3.connect(path)) as register:
            register.execute("PRAGMA user_version = 9999")
        with open(path, "rb") as file:
            status, _, problem = daemon.request("POST", "/v1/restore?confirm=1", file.read())
        assert (status, problem["code"]) == (400, "backup_newer"), problem
        assert names_of(daemon) == set()
