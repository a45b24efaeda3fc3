"""temoin against the real temoind: a day at the desk, and one wipe from the question to the certificate on an emulated tablet."""
import os
import subprocess
import tempfile

import pytest

from daemon import Daemon
from fleet import Fleet
from test_cli import TEMOIN, environment, terminal

TABLET = """
[tablet TAB1]
port=1-1.1
serial=R9TEST0001
maker=samsung
model=SM-X210
adb=tap
tap_after=3
android=15
wipe_seconds=0.2
boot_seconds=0.2
"""


def temoin(daemon, *words, leaves=0):
    """What it printed on standard output; on the other one when it leaves with another status than 0."""
    done = subprocess.run([TEMOIN, "--socket", daemon.socket_path, *words], capture_output=True, text=True, timeout=60, env=environment(), check=False)
    assert done.returncode == leaves, done.stdout + done.stderr
    return done.stderr if leaves else done.stdout


def code_of(line):
    return line.split()[0]


def test_a_day_at_the_desk():
    with Daemon() as daemon:
        fund = code_of(temoin(daemon, "fund", "add", "Don Durand", "--amount", "7900,00", "--from", "01/01/2020", "--to", "31/12/2099", "--strand", "équipement"))
        net = code_of(temoin(daemon, "fund", "add", "Connexion", "--amount", "100", "--from", "01/01/2020", "--to", "31/12/2099", "--strand", "connexion"))
        person = code_of(temoin(daemon, "person", "add", "Amina Diallo", "--phone", "06 39 98 00 12"))
        tablet = code_of(temoin(daemon, "tablet", "add", "--serial", "HA1XYZ0042", "--model", "Tab M10", "--price", "526,67", "--fund", fund, "--pieces", "housse,chargeur"))
        sim = code_of(temoin(daemon, "sim", "add", "--iccid", "8933010000000000001", "--msisdn", "06 39 98 00 01", "--operator", "Exemple", "--offer", "Mini"))
        assert "7 373,33 €" in temoin(daemon, "fund", "show", fund)
        assert "(item_not_ready)" in temoin(daemon, "lend", person, tablet, leaves=1)
        temoin(daemon, "wipe", tablet, "--waive", "neuve, scellée")
        assert len(temoin(daemon, "lend", person, tablet, sim).splitlines()) == 2
        assert "Amina Diallo" in temoin(daemon, "lend", person, tablet, leaves=1)
        assert temoin(daemon, "due", "--days", "500").count("Amina Diallo") == 2
        assert temoin(daemon, "recharge", sim, "--amount", "9,90", "--product", "5 Go").endswith("9,90 €  confirmée\n")
        assert "90,10 €" in temoin(daemon, "fund", "show", net)
        assert temoin(daemon, "return", tablet, "--piece", "housse=manquant", "--condition", "vitre rayée").startswith("N")
        assert "manquant" in temoin(daemon, "show", tablet)
        assert "Amina Diallo" in temoin(daemon, "find", "amin")
        assert "(code_length)" in temoin(daemon, "show", "NOPE", leaves=2)
        assert "Rien à montrer" not in temoin(daemon, "journal") and "entier" in temoin(daemon, "journal", "verify")


@pytest.mark.usefixtures("on_a_file")
def test_a_backup_comes_back():
    with Daemon() as daemon, tempfile.TemporaryDirectory(prefix="temoin-cli.") as folder:
        path = os.path.join(folder, "register.backup")
        temoin(daemon, "person", "add", "Amina Diallo")
        temoin(daemon, "backup", path)
        temoin(daemon, "person", "add", "Bo Petit")
        temoin(daemon, "restore", path, leaves=2)
        temoin(daemon, "restore", path, "--yes")
        assert "Amina" in (people := temoin(daemon, "person", "list")) and "Bo" not in people
        with open(path, "r+b") as file:
            file.truncate(1000)
        temoin(daemon, "restore", path, "--yes", leaves=2)
        assert "Amina" in temoin(daemon, "person", "list")


def test_a_wipe_from_the_question_to_the_certificate():
    with Fleet(TABLET) as fleet, Daemon(env=fleet.env(), bench=True, config="[bench]\nsettle_s=1\n") as daemon, \
            tempfile.TemporaryDirectory(prefix="temoin-cli.") as folder:
        daemon.socket = daemon.socket_path  # what terminal asks of a fake daemon
        code = code_of(temoin(daemon, "tablet", "add", "--serial", "R9TEST0001", "--model", "SM-X210"))
        with terminal(daemon, "wipe", code) as shown:
            shown.expect("port 1-1.1")
            shown.expect("[o/N]")
            shown.type("o\n")
            shown.expect("appuyez sur « Autoriser »")
            shown.expect("pas l'accueil) : ")
            assert fleet.state("TAB1")["wiped"] == "1"
            shown.type("page de bienvenue, aucun compte\n")
            assert shown.leave() == 0 and "est effacée" in shown.seen
        assert "prête" in temoin(daemon, "tablet", "list")
        path = os.path.join(folder, "certificate.pdf")
        temoin(daemon, "certificate", code, "-o", path)
        with open(path, "rb") as file:
            assert file.read(5) == b"%PDF-"
