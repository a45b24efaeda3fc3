"""A throw-away PostgreSQL for a test, by tests/cluster.

    with Cluster() as cluster:
        with Daemon("--database", cluster.database()) as daemon: ...
"""

import itertools
import os
import subprocess

import pytest

PROGRAM = os.path.join(os.getcwd(), "tests", "cluster")
MISSING = 77  # what the program ends with when PostgreSQL is not installed


class Cluster:
    def __init__(self):
        self.folder = None
        self.numbers = itertools.count(1)

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

    def database(self):
        """The address of a new empty one."""
        name = f"d{next(self.numbers)}"
        self.sql(f"CREATE DATABASE {name}")
        return f"postgresql://temoin@/{name}?host={self.folder}"
