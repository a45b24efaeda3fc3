"""Too many at once: whoever cannot be served is told so, and when to come back; nobody waits in a queue without end, and reading goes on."""

import contextlib
import itertools
import json
import os
import sqlite3
import threading

from daemon import Daemon

CLIENTS = 100


def ask(daemon, number, answers):
    status, headers, body = daemon.request("POST", "/v1/persons", {"name": f"Personne {number}"})
    answers.append((status, body.get("code"), headers.get("Retry-After")))


def test_a_register_that_cannot_be_written_sends_everybody_back():
    """Another program holds the file's lock: each group waits its 5 s, and all of it is told to come back."""
    with Daemon() as daemon:
        daemon.post("/v1/persons", {"name": "Avant"})
        with contextlib.closing(sqlite3.connect(os.path.join(daemon.state_dir, "register.db"), isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            answers = []
            clients = [threading.Thread(target=ask, args=(daemon, number, answers)) for number in range(CLIENTS)]
            for client in clients:
                client.start()
            assert len(daemon.get("/v1/persons")["items"]) == 1  # readers are not held up
            for client in clients:
                client.join()
            other.execute("ROLLBACK")
        assert answers == [(503, "busy", "1")] * CLIENTS
        assert len(daemon.get("/v1/persons")["items"]) == 1
        daemon.post("/v1/persons", {"name": "Apres"})


CHANGES, READERS = 150, 4


def name_of(link, fund):
    link.request("GET", "/v1/objects/" + fund)
    return int(json.loads(link.getresponse().read())["name"].split()[1])


def test_what_one_desk_was_told_every_desk_sees():
    """Answers are kept while nothing is written: none of them may be older than the last change that anybody was told of."""
    with Daemon() as daemon:
        fund = daemon.post("/v1/funds", {"name": "Fonds 0", "amount_cents": 100, "strand": "connection", "from": "2026-01-01", "to": "2030-12-31"})["code"]
        told, is_over, stale, asked = [0], threading.Event(), [], []

        def look():
            link = daemon.connection()
            for number in itertools.count():
                least = told[0]  # before it is asked
                seen = name_of(link, fund)
                if seen < least:
                    stale.append((least, seen))
                if is_over.is_set():
                    break
            asked.append(number)
            link.close()
        lookers = [threading.Thread(target=look) for _ in range(READERS)]
        for looker in lookers:
            looker.start()
        for number in range(1, CHANGES + 1):
            daemon.post("/v1/funds/changes", {"fund": fund, "name": f"Fonds {number}", "comment": "essai"})
            told[0] = number
        is_over.set()
        for looker in lookers:
            looker.join()
        assert not stale
        assert sum(asked) > CHANGES and len(asked) == READERS
