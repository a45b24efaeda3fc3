"""docs/postgresql.md, as it stands there, against a throw-away cluster: archive, base backup, back to a minute."""

import glob
import os
import pwd
import re
import subprocess
import tempfile
import time

import pytest

from cluster import Cluster
from daemon import Daemon

PROGRAMS = sorted(glob.glob("/usr/lib/postgresql/*/bin"))


def blocks():
    """title -> commands"""
    with open(os.path.join("docs", "postgresql.md"), encoding="utf-8") as file:
        return dict(re.findall(r"^## (.*?)\n.*?^```sh\n(.*?)^```", file.read(), re.M | re.S))


class Administrator:
    """Types the commands of the page, as the user that owns the cluster."""

    def __init__(self, cluster):
        folder = cluster.folder
        self.owner = os.stat(os.path.join(folder, "data")).st_uid
        self.env = {"PATH": f"{PROGRAMS[-1]}:/usr/bin:/bin", "PGDATA": f"{folder}/data", "PGHOST": folder, "PGUSER": "temoin",
                    "ARCHIVE": f"{folder}/archive", "BASE": f"{folder}/base", "LC_ALL": "C.UTF-8"}

    def types(self, title, **more):
        command = ["bash", "-euc", blocks()[title]]
        if os.geteuid() == 0:
            group = pwd.getpwuid(self.owner).pw_gid
            command = ["setpriv", f"--reuid={self.owner}", f"--regid={group}", "--clear-groups", *command]
        with tempfile.TemporaryFile("w+", encoding="utf-8") as said:  # not a pipe: the server keeps it open
            done = subprocess.run(command, env={**self.env, **more}, cwd=self.env["PGHOST"], stdout=said,
                                  stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, timeout=120, check=False)
            said.seek(0)
            assert done.returncode == 0, f"{title}: {said.read()}"


def archived(cluster):
    """Everything so far is in the archive."""
    last = cluster.sql("SELECT pg_walfile_name(pg_switch_wal())")
    deadline = time.monotonic() + 60
    while cluster.sql("SELECT coalesce(max(last_archived_wal), '') FROM pg_stat_archiver") < last:
        assert time.monotonic() < deadline, cluster.sql("SELECT * FROM pg_stat_archiver")


def names(daemon):
    return {person["name"] for person in daemon.get("/v1/persons")["items"]}


def test_the_page_brings_back_the_register_of_a_minute():
    with Cluster() as cluster:
        if not PROGRAMS:
            pytest.skip("PostgreSQL is not installed here: NOTHING of its restore was tested")
        # what tests/cluster gives on the command line, so that the page's pg_ctl need not
        cluster.sql(f"ALTER SYSTEM SET unix_socket_directories = '{cluster.folder}'")
        cluster.sql("ALTER SYSTEM SET listen_addresses = ''")
        cluster.sql("ALTER SYSTEM SET max_connections = 200")
        administrator = Administrator(cluster)
        administrator.types("Once: archive every change")
        database = cluster.database()
        with Daemon("--database", database) as daemon:
            daemon.post("/v1/persons", {"name": "Before Base"})
            administrator.types("Every week: a base backup")
            daemon.post("/v1/persons", {"name": "After Base"})
            head = daemon.get("/v1/journal/verify")
            until = cluster.sql("SELECT clock_timestamp()")
            daemon.post("/v1/persons", {"name": "A Mistake"})
            archived(cluster)
            daemon.stop()
            administrator.types("Going back to a minute", UNTIL=until)
            daemon.start()
            assert names(daemon) == {"Before Base", "After Base"}
            assert daemon.get("/v1/journal/verify") == head
            daemon.post("/v1/persons", {"name": "Life Goes On"})
            assert daemon.get("/v1/journal/verify")["ok"]
