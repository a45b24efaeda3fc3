"""temoind(8) and the program: the page names every option and every configuration key, with its default, and nothing else."""

import configparser
import os
import re
import subprocess
import tempfile

import pytest

from daemon import PROGRAM, Daemon
from fleet import Fleet


def manual():
    with open(os.path.join("docs", "man", "temoind.8"), encoding="utf-8") as file:
        return file.read().replace("\\-", "-")


def section(title):
    return re.search(rf"^\.SH {title}$(.*?)(?=^\.SH )", manual(), re.M | re.S)[1]


def shipped():
    """The keys of the shipped configuration file, with those that it shows as comments."""
    with open(os.path.join("daemon", "system", "temoin.conf"), encoding="utf-8") as file:
        text = re.sub(r"^# (?=[a-z_]+ = )", "", file.read(), flags=re.M)
    settings = configparser.ConfigParser(interpolation=None)
    settings.read_string(text)
    return settings


def test_every_option_is_in_the_manual_and_no_other():
    said = subprocess.run([PROGRAM, "--help"], check=True, capture_output=True, text=True).stdout
    options = set(re.findall(r"^  (?:-h, )?(--[a-z-]+)", said, re.M))
    assert len(options) > 5
    assert set(re.findall(r"^\\fB(--[a-z-]+)\\fR", section("OPTIONS"), re.M)) == options


def test_every_key_is_in_the_manual_with_its_default():
    page = section("CONFIGURATION")
    groups = dict(re.findall(r"^\.SS \[([a-z]+)\]$(.*?)(?=^\.SS|\Z)", page, re.M | re.S))
    settings = shipped()
    assert set(groups) == set(settings.sections())
    for group, text in groups.items():
        entries = dict(re.findall(r"^\.TP\n\\fB([a-z_]+)\\fR\n(.*?)(?=^\.TP|\Z)", text, re.M | re.S))
        assert set(entries) == set(settings[group]) | ({"database"} if group == "daemon" else set())
        for key, value in settings[group].items():
            if value and key not in ("closed_days", "copy_to"):  # shown as examples
                assert f"Default:\n{value}." in entries[key] or f"Default: {value}." in entries[key], key


@pytest.mark.usefixtures("on_a_file")
def test_the_daemon_takes_every_key_of_the_manual():
    settings = shipped()
    lines = [f"[{group}]\n" + "".join(f"{key} = {value}\n" for key, value in settings[group].items())
             for group in settings.sections()]
    with Daemon(config="\n".join(lines)) as daemon:  # the state directory and the socket of the test win
        assert daemon.get("/healthz")["ok"]


def test_steps_that_are_missing_name_the_key_that_finds_them(tmp_path):
    with Fleet("") as fleet, Daemon(env=fleet.env(), bench=True, config=f"[bench]\nreset_screens = {tmp_path}/none\n") as daemon:
        assert "reset_screens below [bench]" in daemon.said()


def test_exit_statuses_are_those_of_the_manual():
    def leave(*words):
        return subprocess.run([PROGRAM, *words], capture_output=True, timeout=30, check=False).returncode

    assert leave("--version") == 0
    assert leave("--no-such-option") == 2
    assert leave("surplus") == 2
    with tempfile.TemporaryDirectory(prefix="manual.") as folder:
        wrong = os.path.join(folder, "temoin.conf")
        with open(wrong, "w", encoding="utf-8") as file:
            file.write("[site]\nowner = CIAS\n")
        assert leave("--config", wrong, "--state-dir", folder) == 1


def test_the_guides_name_every_refusal_and_every_wait_of_the_bench():
    """A sentence that stops a technician, or asks for a hand, is in the tables of both guides, under its stable word; and no word there is
    dead."""
    with open(os.path.join("daemon", "rules", "messages.def.h"), encoding="utf-8") as file:
        text = file.read()
    words = set(re.findall(r'X \([A-Z0-9_]+, "((?:wipe|device|enrol)_[a-z0-9_]+)", MESSAGE_(?:REFUSED|CONFIRM|DEVICE)', text))
    words |= set(re.findall(r'X \([A-Z0-9_]+, "(todo_[a-z0-9_]+)"', text))
    for language in ("fr", "en"):
        with open(os.path.join("docs", f"guide-technician.{language}.md"), encoding="utf-8") as file:
            named = set(re.findall(r"^\|.*\| `([a-z0-9_]+)` \|$", file.read(), re.M))
        assert named == words, language
