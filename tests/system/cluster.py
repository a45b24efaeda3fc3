"""A throw-away PostgreSQL for a test, by tests/cluster.

    with Cluster() as cluster:
        with Daemon("--database", cluster.register()) as daemon: ...
"""

import itertools
import os
import subprocess

import pytest

from daemon import Daemon

PROGRAM = os.path.join(os.getcwd(), "tests", "cluster")
MISSING = 77  # what the program ends with when PostgreSQL is not installed


class Cluster:
    def __init__(self):
        self.folder = None
        self.numbers = itertools.count(1)
        self.has_template = False

    def __enter__(self):
        # it stops at the end of its input: also when this process is killed
        self.lender = subprocess.Popen([PROGRAM, "lend"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.folder = self.lender.stdout.readline().strip()
        status = self.lender.wait()
        if status == MISSING:
            pytest.skip("PostgreSQL is not installed here: NOTHING of this engine was tested (make deps)")
        assert status == 0, "the throw-away PostgreSQL did not start"
        return self

    def __exit__(self, *_):
        self.do("stop")
        self.lender.stdin.close()
        self.lender.stdout.close()

    def do(self, verb):
        """verb: stop, halt, resume."""
        subprocess.run([PROGRAM, verb, self.folder], check=True)

    def sql(self, text, database="postgres"):
        """What psql prints, without ornament."""
        command = ["psql", "-h", self.folder, "-U", "temoin", "-d", database, "-XAtqc", text]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()

    def url(self, name):
        return f"postgresql://temoin@/{name}?host={self.folder}"

    def database(self, template="template1"):
        """The address of a new empty one."""
        name = f"d{next(self.numbers)}"
        self.sql(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")
        return self.url(name)

    def register(self):
        """The address of a new register: as a daemon makes it that is started on an empty database, which takes longer than most tests."""
        if not self.has_template:
            self.sql("CREATE DATABASE register")
            with Daemon("--database", self.url("register"), demo=False):
                pass
            self.has_template = True
        return self.database("register")
