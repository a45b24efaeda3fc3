"""How each question's cost grows with the register: the same questions at several sizes of one register that is filled further and
further, on both engines, and what a million more items (with their people, recharges and journal lines) would add to each. PostgreSQL gets
each size by `temoin migrate`, whose speed is printed.

BENCH_SIZE=1000000 measures a million items and people, ten million recharges and thirty million journal lines, which takes long
and some 60 GB; without it a small register shows the shape. BENCH_SIZE_FILES=FOLDER keeps the filled registers there and takes them from there the
next time (register-SIZE.db and codes-SIZE).
"""

import json
import math
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
KEPT = os.environ.get("BENCH_SIZE_FILES")
SIZES = [size for size in (10_000, 100_000) if size < FULL] + [FULL] if FULL else [10_000, 100_000]
RECHARGES, JOURNAL = (10, 30) if FULL else (1, 1)  # an item
FUNDS, LINES_OF, LOANS_OF = 500, 10, 3  # recharges a line, items a loan
ASKED = 200  # of each question
GROWTH_LIMIT = 3.0  # from the smallest to the largest size
# below it a growth is noise. A page of twenty objects is some sixty ways to a server and back; they take 2.5 ms or 7.5, at any size, as its process
# wakes up on this processor or on the other
FLOOR_MS = {"SQLite": 0.5, "PostgreSQL": 3.0}
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


def warm(path):
    """Puts what is there into the system's memory, as far as it holds it: what is compared is the work, not the disk."""
    if os.path.isdir(path):
        for name in os.listdir(path):
            warm(os.path.join(path, name))
        return
    with open(path, "rb") as file:
        while file.read(1 << 24):
            pass


class Cluster:
    """A throw-away PostgreSQL, by tests/cluster; None in a with statement when PostgreSQL is not installed."""

    MISSING = 77

    def __enter__(self):
        self.lender = subprocess.Popen(["tests/cluster", "lend"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.folder = self.lender.stdout.readline().strip()
        return None if self.lender.wait() == self.MISSING else self

    def __exit__(self, *_):
        self.lender.stdin.close()  # it stops at the end of its input
        self.lender.stdout.close()

    def psql(self, database, words):
        return subprocess.run(["psql", "-h", self.folder, "-U", "temoin", "-d", database, "-XAtqc", words], stdout=subprocess.PIPE,
                              text=True, check=True).stdout

    def database(self, name):
        self.psql("postgres", f"CREATE DATABASE {name}")
        return f"postgresql://temoin@/{name}?host={self.folder}"

    def warm(self):
        warm(os.path.join(self.folder, "data", "base"))

    def mib(self, name):
        return int(self.psql(name, "SELECT pg_database_size(current_database())")) / 2**20

    def drop(self, name):
        self.psql("postgres", f"DROP DATABASE {name} WITH (FORCE)")


class Ground:
    """A register in a file, that grows. tools: program(name), timed(name, arguments...), Daemon."""

    def __init__(self, tools):
        self.tools = tools
        self.folder = tempfile.mkdtemp(prefix="bench-size.")
        self.path = os.path.join(self.folder, "register.db")
        self.codes = {kind: [] for kind in "TPFLN"}

    def __enter__(self):
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def url(self):
        return "sqlite:" + self.path

    def take(self, codes):
        for code in codes.split():
            self.codes[code[0]].append(code)

    def grow(self, size):
        """Seconds that it took; 0 for a register that was kept."""
        if KEPT and os.path.exists(os.path.join(KEPT, f"register-{size}.db")):
            self.fetch(size)
            return 0
        self.own()
        recharges = size * RECHARGES
        counts = (size, size, FUNDS, max(1, recharges // LINES_OF), size // LOANS_OF, recharges, size * JOURNAL)
        before = time.monotonic()
        done = subprocess.run([self.tools.program("fill"), self.url, *map(str, counts)], stdout=subprocess.PIPE, text=True,
                              check=True)
        self.take(done.stdout)
        took = time.monotonic() - before
        if KEPT:
            self.keep(size)
        return took

    def own(self):
        """What was kept is never filled further."""
        path = os.path.join(self.folder, "register.db")
        if self.path != path:
            self.path = shutil.copyfile(self.path, path)

    def fetch(self, size):
        """A kept register is used where it is: asking changes nothing in it but the account of who asks."""
        self.path = os.path.join(KEPT, f"register-{size}.db")
        self.codes = {kind: [] for kind in self.codes}
        with open(os.path.join(KEPT, f"codes-{size}"), encoding="ascii") as file:
            self.take(file.read())

    def keep(self, size):
        shutil.copyfile(self.path, os.path.join(KEPT, f"register-{size}.db"))
        with open(os.path.join(KEPT, f"codes-{size}"), "w", encoding="ascii") as file:
            file.write("\n".join(code for codes in self.codes.values() for code in codes))

    def mib(self):
        return os.path.getsize(self.path) / 2**20

    def move(self, url):
        """To that address, by `temoin migrate`: seconds, rows, and MiB of memory at the most."""
        with self.tools.Daemon("--database", self.url, demo=False) as daemon:
            command = [os.path.join(self.tools.BUILD, "temoin"), "--json", "--socket", daemon.socket_path, "migrate", "--to", url,
                       "--yes", "--comment", "bench"]
            before = time.monotonic()
            said = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout
            took = time.monotonic() - before
            return took, json.loads(said.splitlines()[-1])["rows"], self.tools.resident_most(daemon.process.pid)

    def ask(self, daemon, question, size):
        """p50, p99 in ms, and reads of the file an answer."""
        path = os.path.join(self.folder, "requests")
        with open(path, "w", encoding="ascii") as file:
            file.write("".join(f"GET {question(self.codes, size)}\n" for _ in range(ASKED)))
        before = reads(daemon)
        rounds = [self.tools.timed("load", daemon.socket_path, 1, path) for _ in range(self.tools.ROUNDS)]
        _, p50, p99 = self.tools.medians(rounds)
        return p50, p99, (reads(daemon) - before) / ASKED / len(rounds)

    def warm(self):
        warm(self.path)


def reads(daemon):
    """Calls of read() of the process so far, which a loaded machine does not change. One is the request's own."""
    with open(f"/proc/{daemon.process.pid}/io", encoding="ascii") as file:
        return int(dict(line.split(": ") for line in file)["syscr"])


def start_ms(daemon):
    before = time.monotonic()
    daemon.start()
    daemon.get("/healthz")
    return (time.monotonic() - before) * 1000


def measure(ground, url, size, warm_up):
    """Figure -> (p50, p99, reads): of each question, of the start; and the daemon's memory."""
    tools = ground.tools
    with tools.Daemon("--database", url, demo=False) as daemon:
        daemon.get("/metrics")
        daemon.stop()
        started = [start_ms(daemon)]
        for _ in range(2):
            daemon.stop()
            started.append(start_ms(daemon))
        warm_up()
        figures = {"start-up": (statistics.median(started), max(started), math.nan)}
        figures.update((name, ground.ask(daemon, question, size)) for name, question in QUESTIONS)
        return figures, tools.resident(daemon.process.pid)


def on_file(ground, size):
    """What measure gives, and what is told beside it."""
    ground.tools.say(f"SQLite: {size} items")
    filled = ground.grow(size)
    figures, resident = measure(ground, ground.url, size, ground.warm)
    return figures, {"file MiB": ground.mib(), "resident MiB": resident, "filled in s": filled}


def on_server(ground, cluster, size):
    ground.tools.say(f"PostgreSQL: {size} items")
    database = f"size_{size}"
    url = cluster.database(database)
    took, rows, most = ground.move(url)
    figures, resident = measure(ground, url, size, cluster.warm)
    told = {"database MiB": cluster.mib(database), "resident MiB": resident, "moved there in s": took, "moved rows/s": rows / took,
            "resident MiB at most during the move": most}
    cluster.drop(database)
    return figures, told


def add_rows(table, engine, found):
    """found: size -> what measure gave."""
    sizes = list(found)
    small, large = found[sizes[0]][0], found[sizes[-1]][0]
    millions = (sizes[-1] - sizes[0]) / MILLION
    for name in large:
        between = " ".join(f"{found[size][0][name][0]:.2f}" for size in sizes)
        read = "" if math.isnan(large[name][2]) else "; reads " + " ".join(f"{found[size][0][name][2]:.0f}" for size in sizes)
        added = (large[name][0] - small[name][0]) / millions
        growth = max(large[name][0], FLOOR_MS[engine]) / max(small[name][0], FLOOR_MS[engine])
        table.add(f"{engine}, {name}: p50 / p99 ms", f"{large[name][0]:.2f} / {large[name][1]:.2f}", f"{small[name][0]:.2f}",
                  f"p50 at each size: {between}; {added:+.2f} ms a million more{read}", growth, GROWTH_LIMIT, growth)
    for name in found[sizes[-1]][1]:
        values = [found[size][1][name] for size in sizes]
        table.add(f"{engine}, {name}", f"{values[-1]:.0f}", f"{values[0]:.0f}",
                  f"{(values[-1] - values[0]) / millions:+.0f} a million more")


def size(table, tools):
    found = {"SQLite": {}, "PostgreSQL": {}}
    with Ground(tools) as ground, Cluster() as cluster:
        for count in SIZES:
            found["SQLite"][count] = on_file(ground, count)
            if cluster is not None:
                found["PostgreSQL"][count] = on_server(ground, cluster, count)
    if cluster is None:
        tools.say("PostgreSQL IS NOT INSTALLED HERE: its figures are missing")
        del found["PostgreSQL"]
    tools.say("at sizes " + ", ".join(map(str, SIZES)) + f"; an item comes with a person, {RECHARGES} recharge(s), {JOURNAL} journal line(s)")
    for engine, figures in found.items():
        add_rows(table, engine, figures)
