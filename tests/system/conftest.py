"""What several test files use: one PostgreSQL a worker, and both engines."""

import pytest

import daemon
from cluster import Cluster

# whose tests run once on each engine: every Daemon in them that names no register has one there
ON_BOTH = ("test_accounts", "test_find", "test_money", "test_regie", "test_wipe")


def pytest_generate_tests(metafunc):
    if metafunc.module.__name__ in ON_BOTH:
        metafunc.parametrize("engine", ["sqlite", "postgresql"], indirect=True, scope="module")


@pytest.fixture(scope="module", autouse=True)
def engine(request):
    if getattr(request, "param", "sqlite") == "sqlite":
        yield
        return
    shared, before = request.getfixturevalue("cluster"), daemon.new_register
    daemon.new_register = lambda: ["--database", shared.database()]
    yield
    daemon.new_register = before


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
    return lambda: ["--database", shared.database()]
