"""Durable acts through the API beside the raw engine with the same batches, engine by engine and with a slow disk; other programs that
do the same in their way; a desk beside a long import; reads beside a server that knows the answer. Parts of `bench`."""

import contextlib
import http.client
import os
import re
import shutil
import socket
import statistics
import subprocess
import tempfile
import threading
import time

ROUNDS = 2
SLOW_MS = 5  # that each flush takes longer
# lends of a round, by engine, those milliseconds, and clients
LENDS = {
    ("sqlite", 0): {1: 300, 8: 800, 64: 2400},
    ("sqlite", SLOW_MS): {1: 60, 8: 300, 64: 1600},
    ("postgresql", 0): {1: 150, 8: 400, 64: 800},
    ("postgresql", SLOW_MS): {1: 60, 8: 200, 64: 600},
}
FILLED = 12_000  # items and people
LEAST = 0.7  # of the raw engine, at 64 clients
READS, READS_LEAST = 6_000, 0.5  # of a server that answers a constant, at 64 clients
IMPORTED = int(os.environ.get("BENCH_IMPORT", "50000"))  # lines: more than the acts take; a million takes some ten minutes
IMPORT_SECONDS = 1800  # waited for its answer
DESK_ACTS, DESK_LIMIT_MS = 200, 50
PEER_CLIENTS, PEER_SECONDS = 64, 4
FOSSIL_CHANGES = 20  # by one client: beside another one it refuses, its database is locked
NAMES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}

# The same lend by hand: one transaction, one commit each. The counter's row is held until the commit, so that the journal has no gap.
PGBENCH = """
BEGIN;
SELECT nextval('bench_turn') AS turn \\gset
SELECT person, item FROM bench_pair WHERE turn = :turn \\gset
UPDATE counter SET value = value + 1 WHERE kind = 'N' RETURNING value \\gset
SELECT max(seq) + 1 AS seq FROM journal \\gset
INSERT INTO loan (code, person, item, started_on, due_on, due_reason, state, renewals)
  VALUES ('N' || lpad(to_hex(:value::bigint), 7, '0'), :person, :item, '2027-01-01', '2028-01-03', 'term', 'open', 0);
UPDATE item SET state = 'lent', state_reason = NULL WHERE code = :item AND state = 'ready';
UPDATE item_count SET items = items + CASE WHEN state = 'lent' THEN 1 ELSE -1 END WHERE site = '' AND state IN ('lent', 'ready');
UPDATE person SET last_contact_at = 1798800000 WHERE code = :person;
INSERT INTO journal (seq, at, account, verb, subjects, before, after, reason, previous_hash, hash, number)
  VALUES (:seq, 1798800000, 'CBBBBBBB', 'loan.lend', :person, '', 'state=lent due=2028-01-03', '', repeat('0', 64), repeat('0', 64), :seq);
UPDATE journal_head SET number = :seq WHERE site = '';
INSERT INTO journal_subject (code, seq) VALUES (:person, :seq), (:item, :seq) ON CONFLICT DO NOTHING;
INSERT INTO idempotency (account, key, request_hash, status, body, at)
  VALUES ('CBBBBBBB', 'pgbench-' || :seq::text, repeat('0', 64), 201, repeat('a', 1150), 1798800000);
COMMIT;
"""


class Ground:
    """A folder, a disk that may be slow, and pairs of a person and an item that nobody has lent yet."""

    def __init__(self, tools, delay_ms):
        self.tools = tools
        self.folder = tempfile.mkdtemp(prefix="bench-flow.")
        os.chmod(self.folder, 0o755)  # the server of PostgreSQL runs as somebody else
        self.env = dict(os.environ)
        if delay_ms:
            shim = shutil.copy(tools.program("slow_fsync.so"), self.folder)
            self.env.update(LD_PRELOAD=shim, FSYNC_DELAY_US=str(delay_ms * 1000))
        self.pairs = []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.folder, ignore_errors=True)

    def path(self, name):
        return os.path.join(self.folder, name)

    def fill(self, url):
        done = subprocess.run([self.tools.program("fill"), url, str(FILLED), str(FILLED)], stdout=subprocess.PIPE, text=True, check=True)
        codes = done.stdout.split()
        self.pairs = list(zip([code for code in codes if code[0] == "P"], [code for code in codes if code[0] == "T"]))

    def write(self, lines):
        with open(self.path("requests"), "w", encoding="utf-8") as file:
            file.write("".join(line + "\n" for line in lines))
        return self.path("requests")

    def take(self, count):
        taken, self.pairs = self.pairs[:count], self.pairs[count:]
        assert len(taken) == count, "not filled enough"
        return taken

    def lends(self, count):
        return self.write(f'POST /v1/loans {{"person":"{person}","things":["{item}"]}}' for person, item in self.take(count))

    def timed(self, name, *arguments):
        """(per second, p50 ms, p99 ms)."""
        done = subprocess.run([self.tools.program(name), *map(str, arguments)], env=self.env, stdout=subprocess.PIPE, text=True, check=True)
        return [float(word) for word in done.stdout.split("\n")[-2].split("\t")[2:]]


@contextlib.contextmanager
def databases(ground, engine):
    """Addresses of two registers that are filled alike: ours, and the raw engine's."""
    if engine == "sqlite":
        ground.fill("sqlite:" + ground.path("ours.db"))
        shutil.copyfile(ground.path("ours.db"), ground.path("raw.db"))
        yield "sqlite:" + ground.path("ours.db"), ground.path("raw.db")
        return
    env = dict(ground.env, TMPDIR=ground.folder,
               CLUSTER_OPTIONS="-c listen_addresses='' -c max_connections=200 -c shared_buffers=128MB")
    folder = subprocess.run(["tests/cluster", "start"], env=env, stdout=subprocess.PIPE, text=True, check=True).stdout.strip()
    try:
        address = f"postgresql://temoin@/ours?host={folder}"
        psql = ["psql", "-h", folder, "-U", "temoin", "-d", "postgres", "-XAtqc"]
        subprocess.run([*psql, "CREATE DATABASE ours"], check=True)
        ground.fill(address)
        subprocess.run([*psql, "CREATE DATABASE raw TEMPLATE ours"], check=True)
        yield address, address.replace("/ours?", "/raw?")
    finally:
        subprocess.run(["tests/cluster", "stop", folder], check=True)


def lend_round(ground, engine, daemon, raw_address, clients, count):
    """(ours, raw in batches of the size that ours had, that size)."""
    counters = ("temoin_register_requests_total", "temoin_register_batches_total")
    requests = ground.lends(count)
    before = [ground.tools.metric(daemon, name) for name in counters]
    ours = ground.timed("load", daemon.socket_path, clients, requests)
    asked, batches = (ground.tools.metric(daemon, name) - was for name, was in zip(counters, before))
    batch = max(1, round(asked / batches))
    return ours, ground.timed("raw" if engine == "sqlite" else "raw_postgresql", raw_address, batch, requests), batch


def lends(table, tools, engine, delay_ms):
    disk = f", {delay_ms} ms more a flush" if delay_ms else ""
    tools.say(f"flow: lends on {NAMES[engine]}{disk}")
    with Ground(tools, delay_ms) as ground, databases(ground, engine) as (address, raw_address):
        with tools.Daemon("--database", address, demo=False, env=ground.env) as daemon:
            found = {clients: [lend_round(ground, engine, daemon, raw_address, clients, count) for _ in range(ROUNDS)]
                     for clients, count in LENDS[engine, delay_ms].items()}
        for clients, rounds in found.items():
            ours, raw, batches = zip(*rounds)
            ours, raw, batch = tools.medians(ours), tools.medians(raw), round(statistics.median(batches))
            ratio = ours[0] / raw[0]
            table.add(f"{NAMES[engine]}{disk}: lends/s, {clients} client(s)", f"{ours[0]:.0f}", f"{raw[0]:.0f}",
                      f"the raw engine, same rows, {batch} a commit", ratio, least=LEAST if clients == 64 else None)
            table.add("  p50 / p99 ms", tools.milliseconds(ours), tools.milliseconds(raw), f"raw: a commit of {batch}")
        if engine == "postgresql":
            pgbench(table, tools, ground, raw_address, disk, statistics.median([ours[0] for ours, _, _ in found[64]]))


def pgbench(table, tools, ground, address, disk, ours):
    """The peer: the same lend as a transaction written by hand."""
    program = shutil.which("pgbench") or next((path for path in ("/usr/lib/postgresql/15/bin/pgbench",) if os.path.exists(path)), None)
    if program is None:
        table.add(f"PEER MISSING: pgbench{disk}", "-", "-", "NOT MEASURED: install postgresql")
        return
    script = ground.path("lend.sql")
    with open(script, "w", encoding="ascii") as file:
        file.write(PGBENCH)
    rows = "".join(f"{person}\t{item}\n" for person, item in ground.pairs)
    psql = ["psql", "-Xqd", address, "-v", "ON_ERROR_STOP=1", "-c",
            "CREATE TABLE bench_pair (turn BIGSERIAL PRIMARY KEY, person TEXT, item TEXT); CREATE SEQUENCE bench_turn", "-c",
            "COPY bench_pair (person, item) FROM STDIN"]
    subprocess.run(psql, input=rows, text=True, check=True)
    each = max(1, len(ground.pairs) // PEER_CLIENTS // 2)
    said = subprocess.run([program, "-n", "-M", "prepared", "-c", str(PEER_CLIENTS), "-j", "2", "-t", str(min(each, 20)), "-f", script, address],
                          env=ground.env, stdout=subprocess.PIPE, text=True, check=True).stdout
    rate = float(re.search(r"tps = ([\d.]+)", said)[1])
    latency = float(re.search(r"latency average = ([\d.]+)", said)[1])
    table.add(f"PostgreSQL{disk}: lends/s, {PEER_CLIENTS} clients", f"{ours:.0f}", f"{rate:.0f}",
              f"pgbench, the same by hand, a commit each ({latency:.0f} ms)", ours / rate)


# ---- an application that others use ----

def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def change_ticket(port, ticket):
    """Milliseconds of each change."""
    spans = []
    for number in range(FOSSIL_CHANGES):
        body = f"name={ticket}&csrf=localhost&status=S{number}&submit=Submit"
        before = time.monotonic()
        link = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        link.request("POST", "/tktedit", body, {"Content-Type": "application/x-www-form-urlencoded",
                                               "Referer": f"http://127.0.0.1:{port}/tktedit/{ticket}"})
        assert link.getresponse().status == 302
        link.close()
        spans.append((time.monotonic() - before) * 1000)
    return spans


def wait_for_port(port, process):
    while process.poll() is None:
        with contextlib.suppress(ConnectionRefusedError), socket.create_connection(("127.0.0.1", port), 10):
            return
    raise RuntimeError("fossil did not start")


def fossil(table, tools):
    """The peer: Fossil, C and SQLite too, changes a ticket."""
    if shutil.which("fossil") is None:
        table.add("PEER MISSING: fossil", "-", "-", "NOT MEASURED: install fossil")
        return
    tools.say("flow: Fossil")
    with Ground(tools, 0) as ground:
        env = dict(os.environ, HOME=ground.folder, USER="bench")
        repository = ground.path("repository.fossil")
        run = lambda *words: subprocess.run(["fossil", *words], env=env, capture_output=True, text=True, check=True).stdout  # noqa: E731
        run("init", repository)
        ticket = run("ticket", "add", "title", "bench", "-R", repository).split()[-1]
        port = free_port()
        with subprocess.Popen(["fossil", "server", "--localauth", "--port", str(port), repository], env=env,
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
            try:
                wait_for_port(port, server)
                spans = change_ticket(port, ticket)
                rate = 1000 / statistics.mean(spans)
            finally:
                server.terminate()
        ground.fill("sqlite:" + ground.path("ours.db"))
        with tools.Daemon("--database", "sqlite:" + ground.path("ours.db"), demo=False) as daemon:
            ours = ground.timed("load", daemon.socket_path, 1, ground.lends(300))
        table.add("SQLite: lends/s, 1 client", f"{ours[0]:.0f}", f"{rate:.1f}", "Fossil: a ticket changed over HTTP", ours[0] / rate)
        table.add("  p50 ms", f"{ours[1]:.2f}", f"{statistics.median(spans):.1f}", "the same")


# ---- the desk beside an import, and reads ----

def desk_on(table, tools, delay_ms):
    """The same acts alone and while a long file comes in."""
    with Ground(tools, delay_ms) as ground, tools.Daemon(demo=False, env=ground.env) as daemon:
        def acts(name):
            return ground.write(f'POST /v1/persons {{"name":"{name} {number}"}}' for number in range(DESK_ACTS))
        alone = ground.timed("load", daemon.socket_path, 1, acts("Seule"))
        before = tools.resident(daemon.process.pid)
        body = ("serial;model;price\n" + "".join(f"R9LONG{number:07};Tab A9;526,67\n" for number in range(IMPORTED))).encode()
        seconds = []

        def send():
            started = time.monotonic()
            daemon.done("POST", "/v1/imports", body, timeout=IMPORT_SECONDS)
            seconds.append(time.monotonic() - started)
        sender = threading.Thread(target=send)
        sender.start()
        while not daemon.get("/v1/imports")["items"]:
            pass
        beside = ground.timed("load", daemon.socket_path, 1, acts("Pendant"))
        assert sender.is_alive(), "the import ended before the desk was measured"
        sender.join()
        slow = f", {delay_ms} ms more a flush" if delay_ms else ""
        table.add(f"desk during an import of {IMPORTED} lines{slow}: p50 / p99 ms", tools.milliseconds(beside), tools.milliseconds(alone),
                  "the same without an import", limit=None if delay_ms else DESK_LIMIT_MS, judged=beside[2] - alone[2])
        table.add("  lines/s; MiB that it took", f"{IMPORTED / seconds[0]:.0f}; {tools.resident(daemon.process.pid) - before:.1f}", "-",
                  f"a file of {len(body) / 2**20:.1f} MiB")


def desk(table, tools):
    for delay_ms in (0, SLOW_MS):
        desk_on(table, tools, delay_ms)


def read_round(ground, daemon, constant, clients, requests, number):
    """After a write, which makes all kept answers old, each item for the first time; then again; then the bound."""
    daemon.post("/v1/persons", {"name": f"Lue {clients} {number}"})
    return [ground.timed("load", path, clients, requests) for path in (daemon.socket_path, daemon.socket_path, constant.path)]


def reads(table, tools):
    with Ground(tools, 0) as ground:
        ground.fill("sqlite:" + ground.path("ours.db"))
        items = [item for _, item in ground.pairs]
        requests = ground.write(f"GET /v1/objects/{items[number % len(items)]}" for number in range(READS))
        with tools.Daemon("--database", "sqlite:" + ground.path("ours.db"), demo=False) as daemon:
            _, headers, _ = daemon.request("GET", "/v1/objects/" + items[0])
            with tools.Constant(ground.path("constant"), headers["Content-Length"]) as constant:
                for clients in (1, 64):
                    rounds = [read_round(ground, daemon, constant, clients, requests, number) for number in range(ROUNDS)]
                    first, again, bound = (tools.medians(side) for side in zip(*rounds))
                    for name, ours, least in ((", just after a write", first, None), ("", again, READS_LEAST if clients == 64 else None)):
                        table.add(f"reads/s{name}, {clients} client(s)", f"{ours[0]:.0f}", f"{bound[0]:.0f}",
                                  "libmicrohttpd, a constant of that size", ours[0] / bound[0], least=least)
        table.add("bytes of the register per item and person", f"{os.path.getsize(ground.path('ours.db')) / FILLED:.0f}", "-",
                  "with search, indexes and journal")


def flow(table, tools):
    """tools: the bench itself."""
    for engine, delay_ms in LENDS:
        if engine == "postgresql" and not os.path.exists("/usr/lib/postgresql"):
            table.add("PostgreSQL", "-", "-", "NOT MEASURED: PostgreSQL is not installed")
            continue
        lends(table, tools, engine, delay_ms)
    fossil(table, tools)
