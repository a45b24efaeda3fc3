"""The register of an older release, served by this one: on each engine, and as a backup."""

import os
import subprocess

import pytest

from daemon import BUILD, Daemon

RESTORE = os.path.join(os.getcwd(), BUILD, "tests", "store", "kept")
TEMOIN = os.path.join(os.getcwd(), BUILD, "temoin")
LINES = 38
ZOE, LENT, WIPING = "PHDJPBLK", "TRDNGHHR", "THXHNDDT"


def serves_the_old_register(daemon):
    assert daemon.get("/v1/journal/verify")["lines"] >= LINES
    assert daemon.get(f"/v1/objects/{LENT}")["holder"]["due_on"] == "2029-01-22"
    assert daemon.get(f"/v1/objects/{WIPING}")["state"] == "wiping"
    assert [found["code"] for found in daemon.get("/v1/find?q=leveque")["items"]] == [ZOE]
    assert {fund["spent_cents"] for fund in daemon.get("/v1/funds")["items"]} == {4 * 52667, 3 * 999}
    daemon.post("/v1/returns", {"thing": LENT, "pieces": {"all": "present"}})
    assert daemon.get(f"/v1/objects/{LENT}")["state"] == "to_wipe"
    report = daemon.get("/v1/journal/verify")
    assert report["ok"] and report["lines"] > LINES


def test_on_sqlite(tmp_path):
    url = f"sqlite:{tmp_path}/register.db"
    subprocess.run([RESTORE, "restore", url], check=True)
    with Daemon("--database", url) as daemon:
        serves_the_old_register(daemon)


def test_on_postgresql(cluster):
    url = cluster.database()
    subprocess.run([RESTORE, "restore", url], check=True)
    with Daemon("--database", url) as daemon:
        serves_the_old_register(daemon)


@pytest.mark.usefixtures("on_a_file")
def test_as_a_backup(tmp_path):
    file = tmp_path / "old.db"
    subprocess.run([RESTORE, "restore", f"sqlite:{file}"], check=True)
    with Daemon() as daemon:
        command = [TEMOIN, "--socket", daemon.socket_path, "restore", str(file), "--yes"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        serves_the_old_register(daemon)
        assert [name for name in os.listdir(daemon.state_dir) if "up-to-date" in name] == []
