"""What the tests of random faults share: who speaks to a daemon that may be killed at any time, keys drawn from dice, lists of any length."""

import http.client
import threading
import time

from daemon import Problem


class Survivor:
    """Asks over as many daemons as it takes. Its workers take what is to be done one by one; the kills are spread over it."""

    wait_seconds = 60

    def __init__(self, daemon, left, kills=0):
        self.daemon = daemon
        self.lock = threading.Lock()
        self.left = left
        self.every = max(left // (kills + 1), 1) if kills else 0  # between two kills
        self.kill_now = threading.Event()
        self.kills = 0
        self.wrongs = []

    def take(self):
        with self.lock:
            self.left -= 1
            if self.every and self.left > 0 and self.left % self.every == 0:
                self.kill_now.set()
            return self.left >= 0 and not self.wrongs

    def is_answer(self, problem):
        """Does that refusal say something, or is it only that of a daemon that is not well just now?"""
        return problem.status < 500

    def call(self, method, path, body=None, key=None):
        """As Daemon.done. An act is asked again with the same key: it is done once."""
        end = time.monotonic() + self.wait_seconds
        while True:
            try:
                return self.daemon.done(method, path, body, {"Idempotency-Key": key} if key else {})
            except (OSError, http.client.HTTPException, Problem) as failure:
                if isinstance(failure, Problem) and self.is_answer(failure):
                    raise
                assert time.monotonic() < end, f"no answer to {method} {path}: {failure}"
                time.sleep(0.02)  # it was killed and is not there yet, or its disk is full

    def kill_now_and_then(self, is_over):
        while not is_over.is_set():
            if self.kill_now.wait(0.1):
                self.kill_now.clear()
                self.daemon.kill()
                self.daemon.start()
                self.kills += 1

    def run(self, works):
        """Each work (a function) in a thread of its own, and the killer beside them. Fails with what any of them found wrong."""
        is_over = threading.Event()
        workers = [threading.Thread(target=work) for work in works]
        killer = threading.Thread(target=self.kill_now_and_then, args=(is_over,))
        for thread in [*workers, killer]:
            thread.start()
        for thread in workers:
            thread.join()
        is_over.set()
        killer.join()
        assert self.wrongs == []


def key(dice, word):
    return f"{word}-{dice.getrandbits(64):016x}"


def all_of(daemon, path):
    """Every item of that list, page by page."""
    items, after = [], ""
    while True:
        page = daemon.get(f"{path}{'&' if '?' in path else '?'}limit=500{after}")
        items += page["items"]
        if page["next"] is None:
            return items
        after = f"&after={page['next']}"
