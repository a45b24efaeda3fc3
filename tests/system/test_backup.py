"""Backups as an administrator makes them: sealed with a key, tried, restored; and what the doctor says of them."""

import json
import os
import random
import subprocess
import time

import pytest

from daemon import BUILD, Daemon

CLI = os.path.join(os.getcwd(), BUILD, "temoin")
PIECE = 64 * 1024 + 17  # of a sealed file, after its head
HEAD = 16 + 16 + 24


def temoin(daemon, *words, leaves=0, lang="fr", env=None):
    """What it printed on both outputs."""
    done = subprocess.run([CLI, "--socket", daemon.socket_path, "--lang", lang, *words], capture_output=True, text=True,
                          env={**os.environ, **(env or {})})
    assert done.returncode == leaves, (words, done)
    return done.stdout + done.stderr


@pytest.fixture(scope="module")
def daemon():
    with Daemon() as running:
        for number in range(600):
            running.post("/v1/persons", {"name": f"Bo Petit {number}"})
        yield running


@pytest.fixture(scope="module")
def sealed(daemon, tmp_path_factory):
    """(path of a sealed backup of several pieces, path of its key)"""
    folder = tmp_path_factory.mktemp("sealed")
    key, path = folder / "key", folder / "register.sealed"
    assert "sans elle" in temoin(daemon, "backup", "key", str(key))
    said = temoin(daemon, "backup", str(path), "--key-file", str(key))
    assert "Sauvegarde vérifiée" in said and "personnes : 600" in said
    assert os.path.getsize(path) > HEAD + 4 * PIECE
    return str(path), str(key)


# ---- sealed ----

def test_a_sealed_backup_shows_nothing_and_comes_back(daemon, sealed):
    path, key = sealed
    with open(path, "rb") as file:
        data = file.read()
    assert b"Petit" not in data and b"SQLite" not in data
    with open(key, encoding="ascii") as file:
        assert file.read().split()[1].encode() not in data
    with Daemon() as fresh:
        assert "entière" in temoin(fresh, "backup", "verify", path, "--key-file", key)
        temoin(fresh, "restore", path, "--key-file", key, "--yes")
        assert len(fresh.get("/v1/persons?limit=500")["items"]) == 500
        assert fresh.get("/v1/journal/verify")["ok"]


def test_a_key_is_for_its_owner_and_not_overwritten(daemon, sealed, tmp_path):
    path, key = sealed
    assert os.stat(key).st_mode & 0o777 == 0o600
    before = open(key, "rb").read()
    assert "existe déjà" in temoin(daemon, "backup", "key", key, leaves=2)
    assert open(key, "rb").read() == before
    loose = tmp_path / "loose"
    loose.write_bytes(before)
    os.chmod(loose, 0o640)
    assert "chmod 600" in temoin(daemon, "backup", str(tmp_path / "b"), "--key-file", str(loose), leaves=2)
    for content in (b"", before[:-10], before.replace(b"1", b"2", 1), before + b"00", b"x" * 100):
        loose.write_bytes(content)
        os.chmod(loose, 0o600)
        assert "ne peut pas servir" in temoin(daemon, "backup", "verify", path, "--key-file", str(loose), leaves=2)
    assert "introuvable" in temoin(daemon, "backup", str(tmp_path / "b"), "--key-file", str(tmp_path / "none"), leaves=2)
    assert not (tmp_path / "b").exists()


def test_without_its_key_or_with_another_it_stays_shut(daemon, sealed, tmp_path):
    path, _ = sealed
    assert "Donnez sa clé" in temoin(daemon, "restore", path, "--yes", leaves=2)
    temoin(daemon, "backup", "key", str(tmp_path / "other"))
    assert "une autre clé" in temoin(daemon, "restore", path, "--yes", "--key-file", str(tmp_path / "other"), leaves=2)


def swap_pieces(data):
    first, second = data[HEAD:HEAD + PIECE], data[HEAD + PIECE:HEAD + 2 * PIECE]
    return data[:HEAD] + second + first + data[HEAD + 2 * PIECE:]


def flip(data, place):
    return data[:place] + bytes([data[place] ^ 1]) + data[place + 1:]


@pytest.mark.parametrize("harm", [
    swap_pieces,
    lambda data: data[:HEAD] + data[HEAD + PIECE:],  # the first piece is gone
    lambda data: data[:HEAD + 2 * PIECE],            # cut between two pieces
    lambda data: data[:-1],
    lambda data: data[:HEAD],
    lambda data: data[:HEAD - 5],
    lambda data: data[:40],
    lambda data: data + b"x",
    lambda data: data + data[HEAD:HEAD + PIECE],
    lambda data: flip(data, 33),          # the stream's header
    lambda data: flip(data, HEAD + 100),
    lambda data: flip(data, len(data) - 1),
    lambda data: flip(data, random.randrange(HEAD, len(data))),
], ids=["swapped", "first-gone", "cut-clean", "cut", "head-only", "head-cut", "short", "longer", "repeated", "header", "early",
        "last", "anywhere"])
def test_a_sealed_backup_that_was_harmed_is_refused_as_a_whole(daemon, sealed, tmp_path, harm):
    path, key = sealed
    harmed = tmp_path / "harmed"
    with open(path, "rb") as file:
        harmed.write_bytes(harm(file.read()))
    before = daemon.get("/v1/journal/verify")
    said = temoin(daemon, "restore", str(harmed), "--key-file", key, "--yes", leaves=2)
    assert "coupée ou modifiée" in said or "il en manque une partie" in said, said
    assert daemon.get("/v1/journal/verify") == before


def test_the_service_finds_its_key_among_its_credentials(daemon, sealed, tmp_path):
    """As under systemd with LoadCredential=backup-key:..."""
    _, key = sealed
    os.link(key, tmp_path / "backup-key")
    env = {"CREDENTIALS_DIRECTORY": str(tmp_path)}
    temoin(daemon, "backup", str(tmp_path / "b"), env=env)
    assert (tmp_path / "b").read_bytes().startswith(b"TEMOIN-SEALED-1\n")
    temoin(daemon, "backup", "verify", str(tmp_path / "b"), env=env)
    temoin(daemon, "backup", "verify", str(tmp_path / "b"), leaves=2)


def test_a_full_temporary_folder_is_said(daemon, sealed, tmp_path):
    path, key = sealed
    said = temoin(daemon, "backup", "verify", path, "--key-file", key, leaves=2, env={"TMPDIR": str(tmp_path / "none")})
    assert "$TMPDIR" in said


# ---- tried ----

def of_doctor(daemon):
    answer = json.loads(temoin(daemon, "doctor", "--json"))
    return [finding["code"] for finding in answer["troubles"]], [finding["code"] for finding in answer["notes"]]


def test_the_doctor_nags_when_there_is_no_verified_backup_or_an_old_one(tmp_path):
    def day_in(days):
        return time.strftime("%Y-%m-%d", time.gmtime(time.time() + days * 86400))

    with Daemon() as daemon:
        assert of_doctor(daemon) == ([], ["backup_soon"])  # asking made an account, which is an act
        daemon.post("/v1/demo/clock", {"day": day_in(10)})
        assert of_doctor(daemon) == (["backup_never"], [])
        temoin(daemon, "backup", str(tmp_path / "a"), "--no-verify")
        assert of_doctor(daemon) == (["backup_never"], [])
        temoin(daemon, "backup", str(tmp_path / "b"))
        assert of_doctor(daemon) == ([], ["backup_good"])
        daemon.post("/v1/demo/clock", {"day": day_in(12)})
        temoin(daemon, "backup", str(tmp_path / "c"))
        assert daemon.get("/v1/journal")["items"][-1]["verb"] == "backup.verify"
        daemon.post("/v1/demo/clock", {"day": day_in(17)})  # an act of day 12: the only one that is in no backup
        assert of_doctor(daemon) == ([], ["backup_good"])
        daemon.post("/v1/demo/clock", {"day": day_in(30)})
        assert of_doctor(daemon) == (["backup_old"], [])
        assert "! La dernière sauvegarde vérifiée est du" in temoin(daemon, "doctor")
        temoin(daemon, "backup", "verify", str(tmp_path / "c"))  # an old one is not newer for being tried again
        assert of_doctor(daemon) == (["backup_old"], [])
        temoin(daemon, "backup", str(tmp_path / "d"))
        assert of_doctor(daemon) == ([], ["backup_good"])
        assert 'temoin_backup_missing_seconds 0\n' in daemon.get("/metrics").decode()


def test_a_backup_of_another_register_is_whole_but_does_not_count(daemon, tmp_path):
    with Daemon() as other:
        other.post("/v1/persons", {"name": "Ana Diallo"})
        temoin(other, "backup", str(tmp_path / "other"))
        before = daemon.get("/v1/journal/verify")
        assert "une autre" in temoin(daemon, "backup", "verify", str(tmp_path / "other"))
        assert daemon.get("/v1/journal/verify") == before


def test_trying_touches_nothing_and_leaves_nothing(daemon, tmp_path):
    before = sorted(os.listdir(daemon.state_dir))
    temoin(daemon, "backup", str(tmp_path / "b"))
    people = len(daemon.get("/v1/persons?limit=500")["items"])
    with open(tmp_path / "b", "rb") as file:
        data = file.read()
    for bad in (data[:-5000], b"x" * 5000, b""):
        status, _, problem = daemon.request("POST", "/v1/backup/verify", bad)
        assert (status, problem["code"]) == (400, "backup_unreadable")
    assert len(daemon.get("/v1/persons?limit=500")["items"]) == people
    assert sorted(os.listdir(daemon.state_dir)) == before


def test_what_a_killed_daemon_left_of_a_backup_is_removed_at_the_next_start():
    with Daemon() as daemon:
        daemon.stop()
        rehearsal = os.path.join(daemon.state_dir, "rehearsal-AbC123")
        os.mkdir(rehearsal)
        for path in ("upload-AbC123", "backup-1.tmp", "backup-1.tmp.unproven", "rehearsal-AbC123/register.db"):
            with open(os.path.join(daemon.state_dir, path), "wb") as file:
                file.write(b"x")
        kept = os.path.join(daemon.state_dir, "backup-mine.db")  # somebody's own
        with open(kept, "wb") as file:
            file.write(b"x")
        daemon.start()
        left = os.listdir(daemon.state_dir)
        assert not [name for name in left if name.startswith(("upload", "rehearsal")) or ".tmp" in name] and os.path.exists(kept)
