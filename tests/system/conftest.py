"""What several test files use: one PostgreSQL a worker, and both engines."""

import pytest

from cluster import Cluster


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
