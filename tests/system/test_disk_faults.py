"""The disk fails, may only be read, or loses the register's file: no act is half done, none that was answered is lost, none goes
into a file that nobody will ever read, and the desk is told why.
"""

import contextlib
import errno
import os
import random
import shutil
import sqlite3

import pytest

from daemon import Daemon
from powercut import EVER, FLUSHES, OPENS, WRITES, Disk, PoweredDaemon
from test_durability import SEED, Deed, Load, check_file, names_of

ROUND = ("persons", "recharges", "loans", "returns", "waivers")  # a tablet ends it as it began
CODE_OF = {errno.ENOSPC: "disk_full", errno.EIO: "disk_broken"}


class Bench:
    """One client's rounds on a disk that fails."""

    def __init__(self, daemon):
        self.daemon = daemon
        self.load = Load(daemon, random.Random(SEED), 1)
        self.client, = self.load.clients
        self.refusals = []

    def deed(self, verb, key):
        if verb == "persons":
            return Deed(key, verb, {"name": f"Charge {key}"})
        if verb == "recharges":
            return Deed(key, verb, {"line": self.client.line, "product": key, "amount_cents": 100})
        return Deed(key, *self.client.tablet_step())

    def round(self, name):
        """Every deed is asked; one that is refused is asked again under its key when the disk is well."""
        failed = 0
        with contextlib.closing(self.daemon.connection()) as link:
            for verb in ROUND:
                deed = self.deed(verb, f"round-{name}-{verb}")
                deed.ask(link)
                if deed.status >= 500:
                    failed += self.daemon.disk.heal()
                    self.refusals.append((deed.status, deed.answer["code"]))
                    self.load.check_whole()
                    deed.ask(link)
                    assert not deed.replayed, "it was refused, and done"
                assert 200 <= deed.status < 300, deed.answer
                self.client.take(deed)
        return failed + self.daemon.disk.heal()


@pytest.mark.parametrize(("number", "kinds", "length"), [
    (errno.ENOSPC, WRITES, 1), (errno.ENOSPC, WRITES, EVER), (errno.EIO, FLUSHES, 1), (errno.EIO, WRITES | FLUSHES, EVER),
], ids=["one-write", "full", "one-flush", "broken"])
def test_each_operation_that_fails_is_one_refusal_and_no_half_act(number, kinds, length):
    with Disk() as disk, PoweredDaemon(disk) as daemon:
        bench = Bench(daemon)
        first = failed = 1
        while failed > 0:
            disk.fail(number, first, length, kinds)
            failed = bench.round(first)
            first += 1
        print(f"{first - 1} places, {len(bench.refusals)} refusals")
        assert first > len(ROUND) and {code for _, code in bench.refusals} == {CODE_OF[number]}
        assert daemon.get("/healthz")["ok"]
        bench.load.check_whole()
        bench.load.check_once()
        daemon.cut()  # what the disk refused to flush is gone for good: nothing answered may have relied on it
        check_file(os.path.join(shutil.copytree(disk.live, os.path.join(disk.folder, "copy")), "register.db"))
        daemon.start()
        bench.load.check_answered()
        bench.load.check_whole()
        bench.load.check_once()


def refused(daemon, code, method="POST", path="/v1/persons", body=None):
    status, _, problem = daemon.request(method, path, body or ({"name": "Paul Martin"} if method == "POST" else None))
    assert (status, problem["code"]) == (503, code), problem
    return problem


def test_a_disk_that_may_only_be_read_is_read():
    with Disk() as disk, PoweredDaemon(disk) as daemon:
        daemon.post("/v1/persons", {"name": "Anne Durand"})
        disk.fail(errno.EROFS, kinds=WRITES | FLUSHES | OPENS)
        refused(daemon, "disk_broken")
        assert names_of(daemon) == {"Anne Durand"}
        assert daemon.request("GET", "/healthz")[0] == 503
        disk.heal()
        daemon.post("/v1/persons", {"name": "Paul Martin"})
        assert daemon.get("/healthz")["ok"] and names_of(daemon) == {"Anne Durand", "Paul Martin"}


@pytest.mark.parametrize(("first", "said"), [(1, "Read-only file system"), (2, "may only be read")])
def test_a_daemon_does_not_start_on_a_disk_that_may_only_be_read(first, said):
    """first: of what it opens for writing. The lock comes before the register."""
    with Disk() as disk, PoweredDaemon(disk) as daemon:
        daemon.post("/v1/persons", {"name": "Anne Durand"})
        daemon.stop()
        disk.fail(errno.EROFS, first, kinds=OPENS)
        daemon.output.clear()
        with pytest.raises(RuntimeError, match=said):
            daemon.start()


# ---- the file of the register ----

def file_of(daemon, suffix=""):
    return os.path.join(daemon.state_dir, "register.db" + suffix)


def bytes_of(path):
    with open(path, "rb") as file:
        return file.read()


def people_in(path):
    """As SQLite sees it, in the file itself."""
    with contextlib.closing(sqlite3.connect(path)) as register:
        return {name for name, in register.execute("SELECT name FROM person")}


def test_a_register_that_was_moved_away_is_not_written_and_is_whole():
    with Daemon() as daemon:
        daemon.post("/v1/persons", {"name": "Anne Durand"})
        away = os.path.join(daemon.folder, "away.db")
        os.rename(file_of(daemon), away)
        problem = refused(daemon, "register_moved")
        assert "déplacé" in problem["fr"] and "moved" in problem["en"]
        refused(daemon, "register_moved", "GET", "/v1/persons")
        status, _, health = daemon.request("GET", "/healthz")
        assert status == 503 and "is gone" in health["last_error"]
        os.rename(away, file_of(daemon))  # a slip, put right
        daemon.post("/v1/persons", {"name": "Bo Petit"})
        assert daemon.get("/healthz")["ok"]
        os.rename(file_of(daemon), away)
        refused(daemon, "register_moved")
        daemon.stop()
        check_file(away)
        assert people_in(away) == {"Anne Durand", "Bo Petit"} and not os.path.exists(file_of(daemon))


def test_a_register_that_was_replaced_is_left_alone():
    with Daemon() as daemon, Daemon() as other:
        other.post("/v1/persons", {"name": "Autre Registre"})
        other.stop()
        given = bytes_of(file_of(other))
        daemon.post("/v1/persons", {"name": "Anne Durand"})
        os.replace(file_of(other), file_of(daemon))
        refused(daemon, "register_moved")
        daemon.stop()
        assert bytes_of(file_of(daemon)) == given
        daemon.start()
        assert names_of(daemon) == {"Autre Registre"} and daemon.get("/v1/journal/verify")["ok"]


def test_a_register_written_by_another_program_is_not_written():
    with Daemon() as daemon:
        daemon.post("/v1/persons", {"name": "Anne Durand"})
        with open(file_of(daemon), "r+b") as file:
            file.write(file.read(16))
            os.utime(file.fileno(), (1, 1))  # files have coarse clocks
        refused(daemon, "register_moved")
        daemon.stop()
        daemon.start()  # the engine reads it anew
        daemon.post("/v1/persons", {"name": "Bo Petit"})
        assert names_of(daemon) == {"Anne Durand", "Bo Petit"}


@pytest.mark.parametrize("lose", [os.unlink, lambda log: os.truncate(log, 5000)], ids=["removed", "cut"])
def test_a_log_lost_under_a_running_daemon_is_seen(lose):
    with Daemon() as daemon:
        daemon.post("/v1/persons", {"name": "Anne Durand"})
        lose(file_of(daemon, "-wal"))
        refused(daemon, "register_moved")
        daemon.kill()
        check_file(file_of(daemon))


def test_a_log_without_its_register_starts_no_new_register():
    with Daemon() as daemon:
        daemon.post("/v1/persons", {"name": "Anne Durand"})
        daemon.kill()
        away = os.path.join(daemon.folder, "away.db")
        os.rename(file_of(daemon), away)
        folder, daemon.folder = daemon.folder, None
        try:
            with pytest.raises(RuntimeError, match="put both back together"):
                Daemon(state_dir=os.path.join(folder, "state")).start()
        finally:
            daemon.folder = folder
        os.rename(away, file_of(daemon))
        daemon.start()
        assert names_of(daemon) == {"Anne Durand"}


def test_a_log_that_was_cut_loses_its_end_and_nothing_is_half_there():
    """Nobody can tell such a register from an earlier one, except by a journal hash noted elsewhere."""
    with Daemon() as daemon:
        load = Load(daemon, random.Random(SEED), 4)
        load.start(answers=100)
        daemon.kill()
        load.join()
        size = os.path.getsize(file_of(daemon, "-wal"))
        place = os.path.join(daemon.folder, "cut")
        rng = random.Random(SEED)
        for length in sorted(rng.randrange(size) for _ in range(12)):
            shutil.copytree(daemon.state_dir, place)
            os.truncate(os.path.join(place, "register.db-wal"), length)
            check_file(os.path.join(place, "register.db"))
            shutil.rmtree(place)
        os.truncate(file_of(daemon, "-wal"), size - rng.randrange(1, size // 4))
        daemon.start()
        load.check_whole()
