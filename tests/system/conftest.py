"""What several test files use: one PostgreSQL a worker, and both engines.

    make ENGINE=postgresql system    every test of a daemon on PostgreSQL, but those of the file itself; `make check-asan` does so
"""

import os

import pytest

import daemon
from cluster import Cluster

# whose tests run once on each engine: every Daemon in them that names no register has one there
ON_BOTH = ("test_accounts", "test_clock", "test_find", "test_money", "test_prepare", "test_regie", "test_wipe")
# about a register that is a file: what cuts, disks, copies and other programs do to it
OF_THE_FILE = ("test_backup", "test_copy", "test_disk_faults", "test_durability", "test_flow", "test_powercut")
ENGINE = os.environ.get("ENGINE", "sqlite")


def pytest_generate_tests(metafunc):
    name = metafunc.module.__name__
    if name in ON_BOTH and ENGINE == "sqlite":
        metafunc.parametrize("engine", ["sqlite", "postgresql"], indirect=True, scope="module")
    elif ENGINE == "postgresql" and name not in OF_THE_FILE:
        metafunc.parametrize("engine", ["postgresql"], indirect=True, scope="module")



@pytest.fixture(scope="module", autouse=True)
def engine(request):
    if getattr(request, "param", "sqlite") == "sqlite":
        yield
        return
    shared, before = request.getfixturevalue("cluster"), daemon.new_register
    daemon.new_register = lambda: ["--database", shared.register()]
    yield
    daemon.new_register = before


@pytest.fixture()
def on_a_file():
    """For a test of what only a file has: backups and their restore, the copy on another disk, the daemon's own disk that is full."""
    if ENGINE == "postgresql":
        pytest.skip("of a register that is a file")


@pytest.fixture(scope="session")
def cluster():
    with Cluster() as started:
        yield started


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def new_register(request):
    """Gives the options of temoind for a new register, on each engine."""
    if request.param == "sqlite":
        return lambda: []
    shared = request.getfixturevalue("cluster")
    return lambda: ["--database", shared.register()]
