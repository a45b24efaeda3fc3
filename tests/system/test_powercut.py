"""The power goes while many work: what was answered is on the disk, and what is on the disk is whole; the disk fails, and nothing is
half done.

A cut keeps only what was flushed (tests/powercut/); half of them also let sectors through that nobody flushed, as disks do.
"""

import contextlib
import os
import random
import sqlite3
import subprocess
import sys
import time

import pytest

from powercut import Disk, PoweredDaemon
from test_durability import SEED, Load, check_file

CLIENTS = 64
CUTS = int(os.environ.get("POWERCUT_CUTS", 24))  # 200 once a release, by POWERCUT_CUTS=200
LEAKS = (0, 500)  # of 1000 sectors

# A small program that writes as the daemon does, or as one that does not wait for the disk.
WRITER = """
import sqlite3, sys
path, journal, synchronous = sys.argv[1:]
register = sqlite3.connect(path, isolation_level=None)
register.execute(f"PRAGMA journal_mode = {journal}")
register.execute("PRAGMA synchronous = FULL")
register.execute("CREATE TABLE word (number INTEGER PRIMARY KEY, text TEXT)")
register.execute(f"PRAGMA synchronous = {synchronous}")
for number in range(1 << 30):
    register.execute("INSERT INTO word VALUES (?, ?)", (number, "x" * 300))
    print(number, flush=True)
"""


# ---- the disk itself: without flushes, words are lost ----

def words_lost(journal, synchronous, leak, answers):
    """How many of the acknowledged rows a cut loses."""
    with Disk(leak) as disk:
        path = os.path.join(disk.live, "words.db")
        command = [sys.executable, "-c", WRITER, path, journal, synchronous]
        with subprocess.Popen(command, env=disk.env(), stdout=subprocess.PIPE, text=True) as writer:
            said = [int(writer.stdout.readline()) for _ in range(answers)]
            writer.kill()
            said += [int(line) for line in writer.stdout if line.endswith("\n")]
        disk.cut()
        with contextlib.closing(sqlite3.connect(path)) as register:
            if synchronous != "OFF":  # which may lose the file as a whole
                assert register.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            there = {number for number, in register.execute("SELECT number FROM word")}
        return len(set(said) - there)


@pytest.mark.parametrize("leak", LEAKS)
@pytest.mark.parametrize("journal", ["WAL", "DELETE"])
def test_a_program_that_waits_for_the_disk_loses_nothing(journal, leak):
    assert words_lost(journal, "FULL", leak, 300) == 0


def test_one_that_does_not_wait_loses_what_it_acknowledged():
    """The proof that a lost word would be seen."""
    assert words_lost("WAL", "NORMAL", 0, 300) > 0
    assert words_lost("WAL", "OFF", 0, 300) >= 300


# ---- the daemon ----

def check_left(disk):
    """As the engine sees what is on the disk, before the daemon touches it."""
    copy = os.path.join(disk.folder, "copy")
    disk.left(copy)
    check_file(os.path.join(copy, "register.db"))
    for name in os.listdir(copy):
        os.unlink(os.path.join(copy, name))
    os.rmdir(copy)


def power_goes(daemon, rng):
    """Somewhere under load, or between two operations on the disk."""
    if rng.randrange(2):
        daemon.disk.die(rng.randrange(1, 600))
        daemon.process.wait(30)
    else:
        time.sleep(rng.random() / 50)
    daemon.kill()
    daemon.disk.heal()


@pytest.mark.parametrize("leak", LEAKS)
def test_cuts_under_load_lose_nothing_that_was_answered(leak):
    print(f"SEED={SEED}")
    rng = random.Random(SEED)
    unanswered = replayed = 0
    cuts = CUTS // len(LEAKS)
    with Disk(leak) as disk, PoweredDaemon(disk) as daemon:
        load = Load(daemon, rng, CLIENTS)
        for _ in range(cuts):
            load.start(answers=rng.randrange(1, 250))
            power_goes(daemon, rng)
            load.join()
            load.check_not_refused()
            unanswered += sum(client.pending is not None for client in load.clients)
            check_left(disk)
            disk.cut()
            daemon.start()
            load.check_answered()
            load.check_whole()
            replayed += load.retry()
        load.check_whole()
        load.check_once()
        deeds = sum(len(client.done) for client in load.clients)
    print(f"{cuts} cuts, {deeds} requests, {unanswered} without an answer, of which {replayed} had been done")
    assert unanswered >= cuts, "the load was not there when the power went"
