"""How each question's cost grows with the register: the same questions at several sizes of one register that is filled further and
further, and what a million more items (with their people, recharges and journal lines) would add to each.

BENCH_SIZE=1000000 measures a million items and people, ten million recharges and thirty million journal lines, which takes long
and some 20 GB; without it a small register shows the shape.
"""

import os
import random
import shutil
import statistics
import subprocess
import tempfile
import time
import urllib.parse

MILLION = 1_000_000
FULL = int(os.environ.get("BENCH_SIZE", "0"))
SIZES = [size for size in (10_000, 100_000) if size < FULL] + [FULL] if FULL else [10_000, 100_000]
RECHARGES, JOURNAL = (10, 30) if FULL else (1, 1)  # an item
FUNDS, LINES_OF, LOANS_OF = 500, 10, 3  # recharges a line, items a loan
ASKED = 200  # of each question
GROWTH_LIMIT = 3.0  # from the smallest to the largest size
FLOOR_MS = 0.5  # below it a growth is noise
KEY = "BCDFGHJKLNPRSTVX"


def mistyped(code):
    """One letter wrong."""
    at = random.randrange(1, 8)
    return code[:at] + random.choice(KEY.replace(code[at], "")) + code[at + 1:]


def find(text):
    return "/v1/find?limit=20&q=" + urllib.parse.quote(text)


# What is asked. Each gives one target, from the lists of codes by kind and the number of items.
QUESTIONS = (
    ("show an item", lambda codes, size: "/v1/objects/" + random.choice(codes["T"])),
    ("show a person", lambda codes, size: "/v1/objects/" + random.choice(codes["P"])),
    ("show a line and its clocks", lambda codes, size: "/v1/objects/" + random.choice(codes["L"])),
    ("show a fund and its balance", lambda codes, size: "/v1/objects/" + random.choice(codes["F"])),
    ("all funds, a page", lambda codes, size: "/v1/funds?limit=20"),
    ("a fund's ledger, a page", lambda codes, size: "/v1/entries?limit=20&fund=" + random.choice(codes["F"])),
    ("a line's recharges", lambda codes, size: "/v1/recharges?limit=20&line=" + random.choice(codes["L"])),
    ("a fund's recharges, a page", lambda codes, size: "/v1/recharges?limit=20&fund=" + random.choice(codes["F"])),
    ("find a name without accents", lambda codes, size: find(f"leveque {random.randrange(1, size)}")),
    ("find a frequent name", lambda codes, size: find("eleonore leveque")),
    ("find three letters", lambda codes, size: find(random.choice(("lev", "nun", "fra", "gar")))),
    ("find a long beginning", lambda codes, size: find(random.choice(("leveq", "franco", "r9bench000", "galax")))),
    ("find a whole serial", lambda codes, size: find(f"r9bench{random.randrange(1, size):07}")),
    ("find a phone number", lambda codes, size: find(f"06 39 98 {random.randrange(100):02} {random.randrange(100):02}")),
    ("find a mistyped code", lambda codes, size: find(mistyped(random.choice(codes["T"])))),
    ("items, a page", lambda codes, size: "/v1/items?limit=20&after=" + random.choice(codes["T"])),
    ("items lent, a page", lambda codes, size: "/v1/items?limit=20&state=lent&after=" + random.choice(codes["T"])),
    ("laptops lost (none)", lambda codes, size: "/v1/items?limit=20&state=lost&kind=laptop"),
    ("people, a page", lambda codes, size: "/v1/persons?limit=20&after=" + random.choice(codes["P"])),
    ("due, a page", lambda codes, size: "/v1/due?limit=20&days=3000"),
    ("due, a page far in", lambda codes, size: "/v1/due?limit=20&days=3000&after=2028-07-11." + random.choice(codes["N"])),
    ("journal, a page", lambda codes, size: f"/v1/journal?limit=20&after={random.randrange(size * JOURNAL)}"),
    ("metrics", lambda codes, size: "/metrics"),
)


class Ground:
    """A register that grows. tools: program(name), timed(name, arguments...), Daemon."""

    def __init__(self, tools):
        self.tools = tools
        self.folder = tempfile.mkdtemp(prefix="bench-size.")
        self.database = os.path.join(self.folder, "register.db")
        self.codes = {kind: [] for kind in "TPFLN"}

    def __enter__(self):
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.folder, ignore_errors=True)

    def grow(self, size):
        """Seconds that it took."""
        recharges = size * RECHARGES
        counts = (size, size, FUNDS, max(1, recharges // LINES_OF), size // LOANS_OF, recharges, size * JOURNAL)
        before = time.monotonic()
        done = subprocess.run([self.tools.program("fill"), "sqlite:" + self.database, *map(str, counts)],
                              stdout=subprocess.PIPE, text=True, check=True)
        for code in done.stdout.split():
            self.codes[code[0]].append(code)
        return time.monotonic() - before

    def ask(self, daemon, question, size):
        """p50, p99 in ms."""
        path = os.path.join(self.folder, "requests")
        with open(path, "w", encoding="ascii") as file:
            file.write("".join(f"GET {question(self.codes, size)}\n" for _ in range(ASKED)))
        return self.tools.timed("load", daemon.socket_path, 1, path)[1:]


def start_ms(daemon):
    before = time.monotonic()
    daemon.start()
    daemon.get("/healthz")
    return (time.monotonic() - before) * 1000


def measure(ground, tools, size):
    """Figure -> (p50, p99): of each question, of the start; and what is told beside them."""
    tools.say(f"size: {size} items")
    filled = ground.grow(size)
    with tools.Daemon("--database", "sqlite:" + ground.database, demo=False) as daemon:
        daemon.get("/metrics")
        daemon.stop()
        started = [start_ms(daemon)]
        for _ in range(2):
            daemon.stop()
            started.append(start_ms(daemon))
        figures = {"start-up": (statistics.median(started), max(started))}
        figures.update((name, ground.ask(daemon, question, size)) for name, question in QUESTIONS)
        resident = tools.resident(daemon.process.pid)
    return figures, {"file MiB": os.path.getsize(ground.database) / 2**20, "resident MiB": resident, "filled in s": filled}


def add_rows(table, found):
    sizes = list(found)
    small, large = found[sizes[0]][0], found[sizes[-1]][0]
    millions = (sizes[-1] - sizes[0]) / MILLION
    for name in large:
        between = " ".join(f"{found[size][0][name][0]:.2f}" for size in sizes)
        added = (large[name][0] - small[name][0]) / millions
        growth = max(large[name][0], FLOOR_MS) / max(small[name][0], FLOOR_MS)
        table.add(f"{name}: p50 / p99 ms", f"{large[name][0]:.2f} / {large[name][1]:.2f}", f"{small[name][0]:.2f}",
                  f"p50 at each size: {between}; {added:+.2f} ms a million more", growth, GROWTH_LIMIT, growth)
    for name in found[sizes[-1]][1]:
        values = [found[size][1][name] for size in sizes]
        table.add(name, f"{values[-1]:.0f}", f"{values[0]:.0f}",
                  f"{(values[-1] - values[0]) / millions:+.0f} a million more")


def size(table, tools):
    with Ground(tools) as ground:
        found = {count: measure(ground, tools, count) for count in SIZES}
    tools.say("at sizes " + ", ".join(map(str, SIZES)) + f"; an item comes with a person, {RECHARGES} recharge(s), {JOURNAL} journal line(s)")
    add_rows(table, found)
