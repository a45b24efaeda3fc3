"""Too many at once: whoever cannot be served is told so, and when to come back; nobody waits in a queue without end, and reading goes on."""

import contextlib
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
