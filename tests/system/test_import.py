"""A long file and the desk: neither waits for the other, and whatever happens in between, the file is in the register as a whole or
not at all.

What a cut or a full disk leaves is found in the register itself, after the daemon has had its time (the news on `import`).
"""

import contextlib
import errno
import http.client
import json
import os
import random
import sqlite3
import subprocess
import threading

import pytest

from daemon import Daemon
from powercut import EVER, FLUSHES, WRITES, Disk, PoweredDaemon
from test_cli import TEMOIN, environment
from test_durability import SEED, check_file

LINES = 60
CUTS = int(os.environ.get("IMPORT_CUTS", 12))
PRICE = 1000  # cents
KEY = "key-of-the-long-file"
LONG = {"sqlite": 2000, "postgresql": 400}  # lines: some tenths of a second at least


def tablets(lines, prefix="R9FLOW", price="10,00"):
    rows = (f"{prefix}{number:06};Tab A9;{price};housse\n" for number in range(lines))
    return ("serial;model;price;pieces\n" + "".join(rows)).encode()


@pytest.fixture(name="long")
def lines_of_a_long_file(request):
    """By the engine that the test runs on."""
    return LONG[request.node.callspec.params["new_register"]]


class News:
    """What the daemon tells on the topic `import`."""

    def __init__(self, daemon):
        self.link = daemon.connection()
        self.link.request("GET", "/v1/events")
        self.stream = self.link.getresponse()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.link.close()

    def wait(self):
        """The number of the next job that is told of."""
        is_ours = False
        while line := self.stream.readline():
            if is_ours and line.startswith(b"data:"):
                return json.loads(line[len(b"data:"):])["subject"]
            is_ours = line.strip() == b"event: import" if line.strip() else False
        raise AssertionError("the stream of news ended")


def wait_until_settled(daemon):
    """Nothing of an import is left over."""
    with News(daemon) as news:
        while daemon.get("/v1/imports")["items"]:
            news.wait()


class Office:
    """A fund that just pays for the file, and the file."""

    def __init__(self, daemon, lines=LINES):
        self.daemon = daemon
        self.lines = lines
        self.fund = daemon.post("/v1/funds", {"name": "Don", "amount_cents": lines * PRICE, "from": "2026-01-01", "to": "2036-12-31",
                                              "strand": "equipment"})["code"]
        self.path = f"/v1/imports?fund={self.fund}"
        self.body = tablets(lines)

    def send(self):
        """Status and body; (None, None) when the daemon went away."""
        try:
            status, _, answer = self.daemon.request("POST", self.path, self.body, {"Idempotency-Key": KEY})
            return status, answer
        except (OSError, http.client.HTTPException):
            return None, None

    def there(self):
        """How many tablets the register has; all the rest is checked to agree with that."""
        daemon, codes, after = self.daemon, [], ""
        while after is not None:
            page = daemon.get(f"/v1/items?limit=500&after={after}" if after else "/v1/items?limit=500")
            codes += [item["code"] for item in page["items"]]
            after = page["next"]
        fund = daemon.get(f"/v1/objects/{self.fund}")
        assert fund["spent_cents"] == len(codes) * PRICE and fund["reserved_cents"] == 0
        assert fund["entries_total"] == len(codes)
        assert daemon.get("/v1/journal/verify")["ok"]
        return len(codes)

    def check_whole_or_not_at_all(self):
        wait_until_settled(self.daemon)
        found = self.there()
        assert found in (0, self.lines)
        return found

    def check_sent_again(self):
        """Who got no answer sends the same again, and the file is there once."""
        status, answer = self.send()
        assert status in (200, 201), answer
        assert self.check_whole_or_not_at_all() == self.lines


# ---- the desk ----

def test_the_desk_is_served_while_a_long_file_is_imported(new_register, long):
    with Daemon(*new_register()) as daemon, News(daemon) as news:
        order = []

        def send():
            status, _, answer = daemon.request("POST", "/v1/imports", tablets(long))
            order.append(("import", status, answer.get("made")))
        sender = threading.Thread(target=send)
        sender.start()
        news.wait()
        for number in range(10):
            daemon.post("/v1/persons", {"name": f"Personne {number}"})
            order.append("desk")
        job, = daemon.get("/v1/imports")["items"]
        shown = subprocess.run([TEMOIN, "--socket", daemon.socket_path, "import", "list"], env=environment(), capture_output=True, text=True, check=True)
        assert "tablettes" in shown.stdout
        assert job["state"] in ("staging", "sealed") and job["of"] == "tablets" and not job["is_rehearsal"]
        sender.join()
        assert order == ["desk"] * 10 + [("import", 201, long)]
        wait_until_settled(daemon)


def test_the_numbers_of_a_file_are_its_own_until_it_is_there(new_register, long):
    with Daemon(*new_register()) as daemon, News(daemon) as news:
        body = tablets(long)
        sender = threading.Thread(target=daemon.request, args=("POST", "/v1/imports", body))
        sender.start()
        while not (jobs := daemon.get("/v1/imports")["items"]) or jobs[0]["lines"] == 0:
            news.wait()
        status, _, problem = daemon.request("POST", "/v1/items", {"serial": "R9FLOW000000"})
        assert status == 409
        assert problem["code"] in ("import_claimed", "serial_known")  # on its way, or there already
        sender.join()
        assert daemon.get("/v1/find?q=R9FLOW000000")["items"]


def test_a_rehearsal_leaves_nothing(new_register):
    with Daemon(*new_register()) as daemon:
        office = Office(daemon)
        before = daemon.get("/v1/journal")
        status, _, answer = daemon.request("POST", office.path + "&dry_run=1", office.body, {"Idempotency-Key": KEY})
        assert status == 200 and answer["made"] == LINES and answer["errors"] == 0
        assert daemon.get("/v1/journal") == before and office.check_whole_or_not_at_all() == 0


def test_an_error_on_the_last_line_keeps_all_out(new_register):
    with Daemon(*new_register()) as daemon:
        office = Office(daemon)
        office.body += b"R9FLOWLAST;Tab A9;ten;\n"
        status, answer = office.send()
        assert status == 409 and answer["code"] == "import_wrong"
        assert [row["line"] for row in answer["rows"] if row["verdict"] == "error"] == [LINES + 2]
        assert office.check_whole_or_not_at_all() == 0


# ---- a daemon that stops ----

def stop_in_the_middle(new_register, long, how):
    with Daemon(*new_register()) as daemon:
        office = Office(daemon, long)
        answers = []
        with News(daemon) as news:
            sender = threading.Thread(target=lambda: answers.append(office.send()))
            sender.start()
            while not (jobs := daemon.get("/v1/imports")["items"]) or jobs[0]["applied"] == 0:
                news.wait()
        how(daemon)
        sender.join()
        (status, answer), = answers
        assert status is None or (status == 503 and answer["code"] in ("import_paused", "stopping"))
        daemon.start()
        assert office.check_whole_or_not_at_all() == long, "it was sealed"
        before = daemon.get("/v1/journal?limit=1")
        office.check_sent_again()
        assert daemon.get("/v1/journal?limit=1") == before


def test_a_daemon_that_is_killed_in_the_middle_goes_on_with_it(new_register, long):
    stop_in_the_middle(new_register, long, Daemon.kill)


def test_a_daemon_that_is_stopped_in_the_middle_goes_on_with_it(new_register, long):
    stop_in_the_middle(new_register, long, Daemon.stop)


def operations_of_an_import():
    """How often a calm import asks the disk to write or to flush."""
    with Disk() as disk, PoweredDaemon(disk) as daemon:
        office = Office(daemon)
        disk.heal()
        office.check_sent_again()
        return disk.seen()


def test_power_cuts_leave_the_whole_file_or_nothing():
    print(f"SEED={SEED}")
    rng = random.Random(SEED)
    operations = operations_of_an_import()
    found = []
    for number in range(CUTS):
        with Disk(leak=(0, 500)[number % 2]) as disk, PoweredDaemon(disk) as daemon:
            office = Office(daemon)
            disk.die(rng.randrange(1, operations))
            office.send()
            daemon.kill()
            disk.heal()
            disk.cut()
            check_file(os.path.join(disk.live, "register.db"))
            daemon.start()
            found.append(office.check_whole_or_not_at_all())
            office.check_sent_again()
    print(f"{operations} operations; after a cut the register had {found}")


@pytest.mark.parametrize(("number", "kinds"), [(errno.ENOSPC, WRITES), (errno.EIO, WRITES | FLUSHES)], ids=["full", "broken"])
def test_a_disk_that_fails_leaves_the_whole_file_or_nothing(number, kinds):
    print(f"SEED={SEED}")
    rng = random.Random(SEED)
    operations = operations_of_an_import()
    for _ in range(CUTS // 3):
        with Disk() as disk, PoweredDaemon(disk) as daemon:
            office = Office(daemon)
            disk.fail(number, first=rng.randrange(1, operations), length=EVER, kinds=kinds)
            status, answer = office.send()
            disk.heal()
            if status >= 500:
                assert answer["code"] in ("disk_full", "disk_broken", "import_paused", "register_moved"), answer
            office.check_sent_again()


@pytest.mark.usefixtures("on_a_file")
def test_what_a_killed_daemon_was_receiving_is_removed():
    with Daemon() as daemon:
        path = os.path.join(daemon.state_dir, "upload-abcdef")
        daemon.stop()
        with open(path, "wb") as file:
            file.write(b"serial\n")
        daemon.start()
        assert not os.path.exists(path)
        with contextlib.closing(sqlite3.connect(os.path.join(daemon.state_dir, "register.db"))) as register:
            assert register.execute("SELECT count(*) FROM import_job").fetchone() == (0,)
