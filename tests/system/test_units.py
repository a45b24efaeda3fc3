"""The systemd units as `make install` writes them: systemd itself reads them and finds every key, every program and every unit they name. That they
work is seen in tests/kernel (the scenario `units`)."""

import os
import shutil
import subprocess

import pytest
from daemon import BUILD

UNITS = {"temoind.service", "temoin-backup.service", "temoin-backup.timer", "temoin-modem.socket", "temoin-modem@.service"}

pytestmark = pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not here: nobody reads the units")


def verify(*paths):
    return subprocess.run(["systemd-analyze", "verify", "--man=no", "--recursive-errors=no", *paths], capture_output=True, text=True, timeout=60,
                          check=False)


@pytest.fixture(scope="module")
def units(tmp_path_factory):
    """The folder of the installed units, which name programs that are there: DESTDIR stands in front of PREFIX, so that PREFIX leads back to it."""
    root = tmp_path_factory.mktemp("stage")
    prefix = root / "usr"
    subprocess.run(["make", "-s", "install", f"BUILD={BUILD}", f"DESTDIR={root}", f"PREFIX={prefix}"], check=True, capture_output=True,
                   env={name: value for name, value in os.environ.items() if name not in ("MAKEFLAGS", "MAKELEVEL")})
    prefix.symlink_to(f"{root}{prefix}")
    return prefix / "lib" / "systemd" / "system"


def test_systemd_finds_nothing_wrong_in_the_installed_units(units):
    assert {path.name for path in units.iterdir()} == UNITS
    done = verify(*(units / name for name in sorted(UNITS)))
    assert (done.returncode, done.stderr) == (0, ""), done


@pytest.mark.parametrize("right, wrong", [("NoNewPrivileges", "NoNewPrivilege"), ("sbin/temoin-modem", "sbin/temoin-moden")])
def test_a_word_that_is_misspelt_is_found(units, tmp_path, right, wrong):
    text = (units / "temoin-modem@.service").read_text(encoding="utf-8")
    assert right in text
    (tmp_path / "temoin-modem@.service").write_text(text.replace(right, wrong), encoding="utf-8")
    done = verify(tmp_path / "temoin-modem@.service")
    assert done.returncode != 0 and wrong in done.stderr, done
