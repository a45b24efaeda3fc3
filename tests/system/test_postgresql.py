"""temoind on PostgreSQL: the work of a desk, two daemons on one register, a server that goes away. What the verbs do is tested on both
engines in test_api.py; here is what only several daemons and a server can do.
"""

import threading
import time

import pytest

from cluster import Cluster
from daemon import Daemon, Problem
from fleet import Fleet

CLIENTS = 64
RECHARGES = 40
WAIT_SECONDS = 30


def at_once(clients):
    """Calls all of them at the same time; what they gave."""
    answers, start = [None] * len(clients), threading.Barrier(len(clients))

    def call(i):
        start.wait()
        answers[i] = clients[i]()

    threads = [threading.Thread(target=call, args=(i,)) for i in range(len(clients))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def in_the_end(ask):
    """As a client that is told to come back."""
    end = time.monotonic() + WAIT_SECONDS
    while True:
        try:
            return ask()
        except Problem as problem:
            assert problem.status == 503 and problem.body["code"] == "database_lost" and time.monotonic() < end
            time.sleep(0.02)


def lending(daemon, person, tablet):
    return lambda: daemon.request("POST", "/v1/loans", {"person": person, "things": [tablet]})


def test_register_outlives_its_daemon(cluster):
    url = cluster.database()
    with Daemon("--database", url) as daemon:
        person = daemon.post("/v1/persons", {"name": "Zoé Lévêque"})["code"]
        tablet = daemon.ready_tablet("R9PG0001")
        loan = daemon.post("/v1/loans", {"person": person, "things": [tablet]})
        daemon.kill()
        daemon.start()
        assert daemon.get(f"/v1/objects/{loan['code']}")["state"] == "open"
        daemon.post("/v1/returns", {"thing": tablet, "pieces": {"all": "present"}})
        assert daemon.get(f"/v1/objects/{tablet}")["state"] == "to_wipe"
        assert [found["code"] for found in daemon.get("/v1/find?q=leveque")["items"]] == [person]
        assert daemon.get("/v1/journal/verify")["ok"]


def test_64_clients_of_two_daemons_lend_one_tablet(cluster):
    url = cluster.database()
    with Daemon("--database", url) as one, Daemon("--database", url) as other:
        people = [one.post("/v1/persons", {"name": f"Client {i}"})["code"] for i in range(CLIENTS)]
        tablet = other.ready_tablet("R9PG0002")
        answers = at_once([lending((one, other)[i % 2], people[i], tablet) for i in range(CLIENTS)])
        statuses = sorted(status for status, _, _ in answers)
        assert statuses == [201] + [409] * (CLIENTS - 1)
        assert {answer["code"] for status, _, answer in answers if status == 409} == {"item_held"}
        assert one.get("/v1/journal/verify")["ok"] and other.get("/v1/journal/verify")["ok"]


def test_two_daemons_do_not_overspend_a_fund(cluster):
    url = cluster.database()
    with Daemon("--database", url) as one, Daemon("--database", url) as other:
        fund = one.post("/v1/funds", {"name": "Don", "amount": "100,00", "from": "2000-01-01", "to": "2199-12-31",
                                      "strand": "connection"})["code"]
        line = one.post("/v1/sims", {"iccid": "8933010000000000019", "msisdn": "06 39 98 00 20"})["code"]
        body = {"line": line, "amount": "9,90", "fund": fund}
        clients = [lambda daemon=(one, other)[i % 2]: daemon.request("POST", "/v1/recharges", body)[0]
                   for i in range(RECHARGES)]
        statuses = sorted(at_once(clients))
        assert statuses == [201] * 10 + [409] * (RECHARGES - 10)
        assert other.get(f"/v1/objects/{fund}")["balance_cents"] == 100
        seqs = [entry["seq"] for entry in other.get("/v1/journal?limit=200")["items"]]
        assert seqs == list(range(1, len(seqs) + 1))
        assert other.get("/v1/journal/verify")["ok"]


def test_copies_are_postgresqls_own_affair(cluster):
    with Daemon("--database", cluster.database()) as daemon:
        status, _, problem = daemon.request("GET", "/v1/backup")
        assert (status, problem["code"]) == (409, "backup_elsewhere")
        assert "pg_dump" in problem["fr"] and "pg_dump" in problem["en"]


def test_server_goes_away_and_comes_back():
    with Cluster() as cluster, Daemon("--database", cluster.database()) as daemon:
        daemon.post("/v1/persons", {"name": "Anne Durand"})
        cluster.do("halt")
        for path, body in (("/v1/persons", {"name": "Bruno Durand"}), ("/v1/persons", None)):
            status, _, problem = daemon.request("POST" if body else "GET", path, body)
            assert (status, problem["code"]) == (503, "database_lost")
        assert daemon.request("GET", "/healthz")[0] == 503
        cluster.do("resume")
        in_the_end(lambda: daemon.post("/v1/persons", {"name": "Carla Durand"}))
        people = in_the_end(lambda: daemon.get("/v1/persons"))["items"]
        assert {person["name"] for person in people} == {"Anne Durand", "Carla Durand"}
        assert daemon.request("GET", "/healthz")[0] == 200
        assert in_the_end(lambda: daemon.get("/v1/journal/verify"))["ok"]


def test_address_with_a_password_is_not_repeated(cluster):
    for url in ("postgres://temoin:SECRET@/x", "postgresql://temoin:SECRET@/nowhere?host=/no/such/folder"):
        with pytest.raises(RuntimeError) as refused, Daemon("--database", url):
            pass
        assert "SECRET" not in str(refused.value)


def bench_status(daemon):
    return daemon.request("GET", "/v1/bench")[0]


def test_one_daemon_a_database_drives_a_bench(cluster):
    url = cluster.database()
    scenario = "[tablet A]\nport=1-1\nserial=R9PGBENCH1\n"
    with Fleet(scenario) as here, Fleet(scenario) as there:
        with Daemon("--database", url, env=here.env(), bench=True) as first:
            with Daemon("--database", url, env=there.env(), bench=True) as second:
                assert (bench_status(first), bench_status(second)) == (200, 503)
                assert "another daemon of this site drives the bench" in second.said()
        with Daemon("--database", url, env=there.env(), bench=True) as second:
            assert bench_status(second) == 200
