"""The copy on another disk (copy_to): it follows, it is whole whatever happens to either disk, and it never stops the desk.

The other disk is a folder in /dev/shm, which is another file system than that of the state directory.
"""

import contextlib
import errno
import http.client
import os
import random
import re
import select
import shutil
import sqlite3
import tempfile
import time

import pytest

from daemon import Daemon
from powercut import FLUSHES, WRITES, Disk, PoweredDaemon
from test_durability import SEED, Load, check_file

CUTS = int(os.environ.get("POWERCUT_CUTS", 24)) // 2
LEAKS = (0, 500)
OTHER_DISK = "/dev/shm"

pytestmark = pytest.mark.skipif(
    not os.path.isdir(OTHER_DISK) or os.stat(OTHER_DISK).st_dev == os.stat(tempfile.gettempdir()).st_dev,
    reason="no second file system here: NOTHING of the copy on another disk was tested")


@pytest.fixture
def other():
    """A folder on the other disk."""
    with tempfile.TemporaryDirectory(prefix="copy.", dir=OTHER_DISK) as folder:
        yield folder


def config(folder):
    return f"[daemon]\ncopy_to = {folder}\n"


def until(daemon, state, seconds=60):
    """Waits until the copy is in that state; following means: with nothing behind."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        copy = daemon.get("/healthz")["copy"]
        if copy["state"] == state and (state != "following" or copy["behind_ms"] == 0):
            return copy
        select.select([], [], [], 0.02)
    raise AssertionError(f"the copy is not {state} but {copy}")


def numbers(folder):
    return sorted(int(found[1]) for name in os.listdir(folder) if (found := re.fullmatch(r"register-(\d+)\.db", name)))


def restore(folder, to):
    """As the manual says: both files of the highest N, copied. to: a new folder."""
    os.makedirs(to, exist_ok=True)
    number = numbers(folder)[-1]
    for suffix in ("", "-wal"):
        path = os.path.join(folder, f"register-{number}.db{suffix}")
        if suffix == "" or os.path.exists(path):
            shutil.copyfile(path, os.path.join(to, "register.db" + suffix))
    return os.path.join(to, "register.db")


def head_of(folder):
    """(lines, hash) of the journal in a copy, checked by the engine."""
    with tempfile.TemporaryDirectory(prefix="restored.") as scratch:
        path = restore(folder, scratch)
        check_file(path)
        with contextlib.closing(sqlite3.connect(path)) as register:
            return register.execute("SELECT seq, hash FROM journal ORDER BY seq DESC LIMIT 1").fetchone() or (0, "0" * 64)


def hash_of_line(daemon, seq):
    if seq == 0:
        return "0" * 64
    return daemon.get(f"/v1/journal?limit=1&after={seq - 1}")["items"][0]["hash"]


def head_of_daemon(daemon):
    report = daemon.get("/v1/journal/verify")
    assert report["ok"]
    return report["lines"], report["head_hash"]


def codes_of_doctor(daemon):
    answer = daemon.get("/v1/doctor")
    return {finding["code"] for finding in answer["troubles"]}, {finding["code"] for finding in answer["notes"]}


def add(daemon, count, name="Bo Petit"):
    for number in range(count):
        daemon.post("/v1/persons", {"name": f"{name} {number}"})


# ---- following ----

def test_every_change_reaches_the_other_disk_and_comes_back(other):
    with Daemon(config=config(other)) as daemon:
        until(daemon, "following")
        for number in range(5):
            add(daemon, 3, f"Ana {number}")
            until(daemon, "following")
            assert head_of(other) == head_of_daemon(daemon)
        assert "copy_good" in codes_of_doctor(daemon)[1]
        text = daemon.get("/metrics").decode()
        assert "temoin_copy_broken 0\n" in text and "temoin_copy_behind_ms 0\n" in text
        with tempfile.TemporaryDirectory(prefix="restored.") as state:
            restore(other, state)
            with Daemon(state_dir=state, demo=False) as restored:
                assert head_of_daemon(restored) == head_of_daemon(daemon)
                assert len(restored.get("/v1/persons")["items"]) == 15
                add(restored, 1)
    assert os.stat(os.path.join(other, f"register-{numbers(other)[0]}.db")).st_mode & 0o777 == 0o600


def test_it_follows_when_the_log_starts_again_many_times(other):
    """A thousand frames are a checkpoint; after it the log begins with other salts."""
    lines = "".join(f"R9COPY{i:05d};Tab\n" for i in range(900))
    with Daemon(config=config(other)) as daemon:
        until(daemon, "following")
        number = numbers(other)
        for part in range(6):
            daemon.done("POST", "/v1/imports", ("serial;model\n" + lines.replace("COPY", f"C{part}")).encode(), {"Content-Type": "text/csv"})
            add(daemon, 2, f"Bo {part}")
        until(daemon, "following")
        assert numbers(other) == number  # it was followed, not made anew
        assert head_of(other) == head_of_daemon(daemon)


def test_what_was_answered_before_a_good_stop_is_in_the_copy(other):
    with Daemon(config=config(other)) as daemon:
        add(daemon, 50)
        head = head_of_daemon(daemon)
        daemon.stop()
        assert head_of(other) == head
        daemon.start()
        until(daemon, "following")
        assert head_of(other) == head and numbers(other) == [2]  # one copy only, of this start


def test_a_restore_begins_a_new_copy(other):
    with Daemon(config=config(other)) as daemon:
        status, _, backup = daemon.request("GET", "/v1/backup")
        assert status == 200
        add(daemon, 3)
        until(daemon, "following")
        daemon.done("POST", "/v1/restore?confirm=1", backup)
        add(daemon, 1, "After")
        until(daemon, "following")
        assert head_of(other) == head_of_daemon(daemon)


# ---- the other disk is not well ----

def test_a_disk_that_is_taken_away_is_told_and_caught_up_with_when_it_is_back(other):
    away = other + ".away"
    with Daemon(config=config(other)) as daemon:
        until(daemon, "following")
        os.rename(other, away)
        try:
            add(daemon, 30)
            # the disk is gone for the names; what is still open goes on until a log begins or somebody looks
            daemon.done("POST", "/v1/imports", ("serial;model\n" + "".join(f"R9AWAY{i:05d};Tab\n" for i in range(3000))).encode(),
                        {"Content-Type": "text/csv"})
            add(daemon, 3, "Ana")
            until(daemon, "broken")
            assert daemon.get("/healthz")["ok"] and "copy_gone" in codes_of_doctor(daemon)[0]
            assert "temoin_copy_broken 1\n" in daemon.get("/metrics").decode()
            add(daemon, 5, "Chloe")
            old = head_of(away)
            assert hash_of_line(daemon, old[0]) == old[1]  # what is there is whole, and old
        finally:
            os.rename(away, other)
        until(daemon, "following")
        assert head_of(other) == head_of_daemon(daemon)


def test_a_folder_on_the_registers_own_disk_is_no_copy():
    """As when the other disk is not mounted and its mount point is an empty folder."""
    with tempfile.TemporaryDirectory(prefix="copy.") as folder, Daemon(config=config(folder)) as daemon:
        until(daemon, "broken")
        assert "copy_same_disk" in codes_of_doctor(daemon)[0] and os.listdir(folder) == []
        add(daemon, 1)


def test_a_disk_that_is_missing_at_the_start_is_waited_for(other):
    folder = os.path.join(other, "later")
    with Daemon(config=config(folder)) as daemon:
        until(daemon, "broken")
        add(daemon, 3)
        os.mkdir(folder)
        until(daemon, "following")
        assert head_of(folder) == head_of_daemon(daemon)


@pytest.mark.parametrize("number, code", [(errno.ENOSPC, "copy_full"), (errno.EIO, "copy_failed")])
@pytest.mark.parametrize("kinds", [WRITES, FLUSHES])
def test_a_disk_that_fails_stops_nobody_and_keeps_what_it_had(number, code, kinds):
    with OtherDisk(0) as disk, Daemon(env=disk.env(), config=config(disk.live)) as daemon:
        until(daemon, "following")
        add(daemon, 5)
        until(daemon, "following")
        before = head_of(disk.live)
        disk.fail(number, kinds=kinds)
        add(daemon, 5, "Ana")
        until(daemon, "broken")
        assert code in codes_of_doctor(daemon)[0]
        add(daemon, 5, "Chloe")
        left = os.path.join(disk.folder, "left")
        disk.left(left)
        assert head_of(left)[0] >= before[0]
        assert disk.heal() > 0
        until(daemon, "following")
        assert head_of(disk.live) == head_of_daemon(daemon)


# ---- power cuts ----

class OtherDisk(Disk):
    """The other disk's power can be cut: it is in OTHER_DISK."""

    def __init__(self, leak):
        saved, tempfile.tempdir = tempfile.tempdir, OTHER_DISK
        try:
            super().__init__(leak)
        finally:
            tempfile.tempdir = saved


def power_goes(daemon, disk, load, rng):
    """While many work: between two operations on the other disk, or at any time."""
    load.start(answers=rng.randrange(1, 120))
    if rng.randrange(2):
        disk.die(rng.randrange(1, 40))
        daemon.process.wait(60)
    else:
        select.select([], [], [], rng.random() / 5)
    daemon.kill()
    disk.heal()
    load.join()


def fill_log(daemon, disk, mark):
    """Makes the log so long that the next commit begins it again; that commit's operations are counted from here on."""
    lines = "".join(f"R9{mark}{i:05d};Tab\n" for i in range(900))
    daemon.done("POST", "/v1/imports", ("serial;model\n" + lines).encode(), {"Content-Type": "text/csv"})
    until(daemon, "following")
    disk.heal()


def power_goes_as_the_log_begins_again(daemon, disk, rng):
    """At one of the last operations: the old log is in the file, the new one is begun. How many there are is seen the first time."""
    mark = f"{rng.randrange(1 << 40):010X}"
    fill_log(daemon, disk, mark)
    add(daemon, 1)
    until(daemon, "following")
    operations = disk.seen()
    fill_log(daemon, disk, mark + "X")
    disk.die(max(1, operations - rng.randrange(12)))
    with contextlib.suppress(OSError, http.client.HTTPException):
        for _ in range(20):
            add(daemon, 1)
    daemon.kill()
    disk.heal()


def power_goes_in_peace(daemon, disk, rng):
    """When the daemon has said that nothing is behind. Gives the head of its journal."""
    add(daemon, rng.randrange(1, 40))
    until(daemon, "following")
    head = head_of_daemon(daemon)
    daemon.kill()
    return head


@pytest.mark.parametrize("leak", LEAKS)
def test_cuts_of_the_other_disk_leave_a_whole_copy(leak):
    """What is on it after each cut is the register as it was at one instant: every line of the journal is the register's, each fund
    equals its ledger; and when the daemon had said that nothing was behind, nothing is missing."""
    print(f"SEED={SEED}")
    rng = random.Random(SEED + leak)
    cuts, missing = CUTS // len(LEAKS) + 1, 0
    with OtherDisk(leak) as disk, Daemon(env=disk.env(), config=config(disk.live)) as daemon:
        load = Load(daemon, rng, 8)
        until(daemon, "following")
        for _ in range(cuts):
            head = power_goes_in_peace(daemon, disk, rng) if rng.randrange(3) == 0 else power_goes(daemon, disk, load, rng)
            missing += check_left(daemon, disk, head)
            load.retry()
            if rng.randrange(2):
                until(daemon, "following")  # else the next cut may come while a new copy is made
    print(f"{cuts} cuts, {missing} lines behind in all")


@pytest.mark.parametrize("leak", LEAKS)
def test_cuts_while_the_log_begins_again_leave_a_whole_copy(leak):
    rng = random.Random(SEED + leak)
    print(f"SEED={SEED}")
    with OtherDisk(leak) as disk, Daemon(env=disk.env(), config=config(disk.live)) as daemon:
        for _ in range(max(2, CUTS // 6)):
            until(daemon, "following")
            power_goes_as_the_log_begins_again(daemon, disk, rng)
            check_left(daemon, disk, None)


def check_left(daemon, disk, head):
    """After a cut; the daemon is started again. Tells how many lines of the journal were not on the other disk."""
    disk.cut()
    found = head_of(disk.live)  # always a copy, always whole
    check_restored(disk.live)
    daemon.start()
    assert hash_of_line(daemon, found[0]) == found[1]
    assert head is None or found == head
    return head_of_daemon(daemon)[0] - found[0]


def check_restored(folder):
    with tempfile.TemporaryDirectory(prefix="restored.") as state:
        restore(folder, state)
        with Daemon(state_dir=state, demo=False) as restored:
            assert restored.get("/v1/journal/verify")["ok"]
            for fund in restored.get("/v1/funds")["items"]:
                entries = restored.get(f"/v1/entries?limit=500&fund={fund['code']}")["items"]
                assert fund["spent_cents"] == sum(entry["debit_cents"] - entry["credit_cents"] for entry in entries)


def test_cuts_of_the_registers_disk_are_caught_up_with(other):
    rng = random.Random(SEED)
    with Disk(500) as disk, PoweredDaemon(disk) as daemon:
        daemon.config = config(other)
        daemon.stop()
        daemon.start()
        load = Load(daemon, rng, 8)
        for _ in range(3):
            load.start(answers=rng.randrange(1, 100))
            disk.die(rng.randrange(1, 200))
            daemon.process.wait(60)
            load.join()
            daemon.kill()
            disk.heal()
            disk.cut()
            daemon.start()
            until(daemon, "following")
            assert head_of(other) == head_of_daemon(daemon)
            load.retry()
