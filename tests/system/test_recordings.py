"""A recording of a port (temoin bench record): what is in it, what is never in it, how it ends. The tablets are emulated, and tell all they know."""

import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import tempfile
import time

import pytest
import test_wipe as wipes
from daemon import BUILD
from test_strategies import PACKAGE, app
from test_wipe import OVER, Bench, refused, tablet

TEMOIN = os.path.join(os.getcwd(), BUILD, "temoin")
SERIAL, IMEI = "R9TESTBENCH1", "356938035643809"
PEOPLE = ["Zoe Marchand", "06 39 98 00 12", "02:00:5e:10:00:01", "Livebox-4F2A", "490154203237518", "zoe@exemple.test"]
# what the emulator tells by itself besides: accounts, users, the owner, files, the key's comment
TOLD = ["personne1", "exemple.test", "Propri", "Marie", "org.exemple", "base.apk", "@temoin", SERIAL, IMEI]
PRIVATE = {"private": " ".join(PEOPLE), "imei": IMEI, "users": "2"}
PATIENCE_SECONDS = 30


class Recorder:
    """`temoin bench record` at work. lines(): what is in the file so far."""

    def __init__(self, bench, port="1-1.2", *options):
        self.folder = tempfile.TemporaryDirectory(prefix="recording.")
        self.path = os.path.join(self.folder.name, "tablet.jsonl")
        self.process = subprocess.Popen(
            [TEMOIN, "--socket", bench.daemon.socket_path, "--lang", "en", "bench", "record", port, "-o", self.path, *options],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def __enter__(self):
        self.until(lambda: any("temoin_recording" in line for line in self.lines()))
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
        self.process.communicate()
        self.folder.cleanup()

    def text(self):
        names = [name for name in os.listdir(self.folder.name) if name.startswith("tablet.jsonl")]
        if not names:
            return ""
        with open(os.path.join(self.folder.name, names[0]), encoding="utf-8") as file:
            return file.read()

    def lines(self):
        """Whole ones; the last may still be on its way."""
        return [json.loads(line) for line in self.text().split("\n")[:-1] if line]

    def of(self, kind):
        return [line for line in self.lines() if line.get("kind") == kind]

    def until(self, holds):
        end = time.monotonic() + PATIENCE_SECONDS
        while not holds():
            assert self.process.poll() is None, self.process.communicate()
            assert time.monotonic() < end, self.text()
            time.sleep(0.05)  # the program flushes what came about once a second: a file has no event to wait for

    def end(self, how=None):
        """Waits for its end, or stops it. Gives exit code, standard output, errors."""
        if how is not None:
            self.process.send_signal(how)
        out, err = self.process.communicate(timeout=PATIENCE_SECONDS)
        return self.process.returncode, out, err


def services(lines):
    return [line["text"] for line in lines if line.get("message") == "OPEN"]


def check_clean(text):
    for secret in PEOPLE + [word for whole in PEOPLE for word in whole.split() if len(word) > 3] + TOLD:
        assert secret not in text, secret
    digits = re.findall(r"\d{10,}", text.replace("64000000000", ""))  # the bytes of its storage are no secret
    assert all(re.fullmatch(r"0+\d", found) for found in digits), digits  # placeholders
    assert re.search(r"QAAAA", text) is None  # an adb key in base64 begins with its length


@pytest.mark.parametrize("shell", ["true", "false"])
def test_a_wipe_is_recorded_without_personal_data(shell):
    """Our own application wipes, so that accounts are told and stop nothing."""
    told = tablet(shell_v2=shell, google_accounts="1", samsung_accounts="1", owner=PACKAGE + "/.Admin", apps=PACKAGE, adb="tap", **PRIVATE)
    bench = Bench(told)
    bench.config += app("owner")
    with bench:
        item = bench.know()
        with Recorder(bench, item) as recorder:
            wipe = bench.ask(item)
            bench.reach(wipe, "wait_human", reason="tap")
            bench.fleet.send("allow TAB")
            bench.reach(wipe, "wait_human", reason="attest")
            bench.attest(wipe)
            leave, out, err = recorder.end()
            text, lines = recorder.text(), recorder.lines()
        assert leave == 0 and "File written" in out and "Read it" in err, err
        done = bench.wipe(wipe)
    check_clean(text)
    assert lines[0]["temoin_recording"] == 1 and lines[0]["settle_ms"] == 400
    first, back = [line for line in lines if line.get("kind") == "arrived"]
    assert first["was_there"] and not back["was_there"] and first["serial"] == back["serial"] == "S00000000001"
    assert first["interfaces"][1]["endpoints"][0] == {"address": 130, "attributes": 2, "packet": 512, "interval": 0}
    assert sum(line.get("kind") == "left" for line in lines) == 1
    kind = "shell:{};echo rc=$?" if shell == "false" else "shell,v2,raw:{}"
    assert services(lines)[0] == kind.format("getprop") and services(lines)[-1] == kind.format("am broadcast *")
    assert not any("?" in service.replace("$?", "") for service in services(lines))
    assert not [line for line in lines if line.get("because") == "unknown_command"]
    assert [line["state"] for line in lines if line.get("kind") == "wipe"][-1] == "verified"
    assert lines[-1]["because"] == "wipe_over"
    accounts = next(line for line in lines if line.get("kind") == "answer" and "com.google" in json.dumps(line))
    assert "Accounts: 2" in json.dumps(accounts) and "com.osp.app.signin" in json.dumps(accounts)
    assert done["verdict"] == "attested"


def test_the_imei_and_the_storage_are_read_without_being_told():
    with Bench(tablet(**PRIVATE)) as bench:
        bench.shows()
        with Recorder(bench, "1-1.2", "--until", "stopped") as recorder:
            bench.daemon.post("/v1/arrivals", {"port": "1-1.2"})
            recorder.until(lambda: any("iphonesubinfo" in service for service in services(recorder.lines())))
            recorder.until(lambda: recorder.of("link")[-1]["is"] == "closed")
            leave, _, _ = recorder.end(signal.SIGINT)
            text, lines = recorder.text(), recorder.lines()
        assert bench.daemon.get(f"/v1/arrivals/{SERIAL}")["state"] == "read"
    assert leave == 0 and lines[-1] == {"kind": "end", "because": "stopped"}
    check_clean(text)
    assert "52428800" in text and "0.0.0." in text


def test_a_fastboot_wipe_is_recorded():
    with Bench(tablet(bootloader="unlocked", mode="fastboot", **PRIVATE)) as bench:
        item = bench.know()
        with Recorder(bench) as recorder:
            wipe = bench.ask(item, overrides=["wipe-accounts-unseen"], comment="aucun compte")
            bench.reach(wipe, "wait_human", reason="attest")
            bench.attest(wipe)
            assert recorder.end()[0] == 0
            text, said = recorder.text(), recorder.of("fastboot")
    check_clean(text)
    asked = [line["text"] for line in said if line["from"] == "host"]
    assert asked[0] == "getvar:version" and asked[-1] == "reboot" and "erase:userdata" in asked
    assert {"OKAYS00000000001", "OKAYtab", "OKAYyes"} <= {line["text"] for line in said if line["from"] == "tablet"}


def test_a_reset_tablet_that_signs_is_recorded_without_its_certificates():
    with Bench(tablet(android="16", after_wipe="tradein", **PRIVATE)) as bench:
        item = bench.know()
        with Recorder(bench) as recorder:
            wipe = bench.ask(item)
            bench.until(lambda: bench.wipe(wipe)["state"] in OVER)
            assert bench.wipe(wipe)["verdict"] == "proven" and recorder.end()[0] == 0
            text = recorder.text()
    check_clean(text)
    assert "tradeinmode getstatus -challenge *" in text and "factory_reset_protection" in text
    assert not re.search(r"[0-9a-f]{32}", text) and not re.search(r"MII[A-Za-z0-9+/]{8}", text)


def test_what_is_recorded_is_said_to_nobody_else_and_touches_nothing():
    with Bench(tablet() + tablet("OTHER", "1-1.3", "R9TESTOTHER1")) as bench:
        bench.shows("R9TESTOTHER1")
        with Recorder(bench, "1-1.3", "--until", "unplugged") as recorder:
            recorder.until(lambda: recorder.of("arrived"))
            assert wipes.untouched(bench.fleet.state("OTHER"))
            wipe = bench.ask(bench.know())
            bench.reach(wipe, "wait_human", reason="attest")
            assert wipes.untouched(bench.fleet.state("OTHER"))
            bench.fleet.send("unplug OTHER")
            assert recorder.end()[0] == 0
            kinds = [line.get("kind") for line in recorder.lines()]
        assert kinds == [None, "arrived", "left", "end"]


def test_a_port_is_recorded_once_and_says_so():
    with Bench(tablet()) as bench:
        bench.shows()
        with Recorder(bench) as first:
            second = Recorder(bench)
            leave, _, err = second.end()
            assert leave == 1 and "being recorded already" in err and second.text() == ""
            second.__exit__()
            assert first.process.poll() is None
        with Recorder(bench) as third:  # the first one is over, and its port free again
            assert third.end(signal.SIGTERM)[0] == 0


def test_a_daemon_that_is_killed_leaves_what_came_before():
    with Bench(tablet()) as bench:
        item = bench.know()
        with Recorder(bench) as recorder:
            wipe = bench.ask(item)
            bench.reach(wipe, "wait_human", reason="attest")
            recorder.until(lambda: len(recorder.of("arrived")) == 2)
            bench.daemon.kill()
            leave, _, err = recorder.end()
            assert leave == 3 and "cut before its end" in err and os.path.exists(recorder.path)
            assert len(recorder.of("arrived")) == 2
        bench.daemon.start()


def test_a_daemon_that_stops_does_so_in_good_order():
    with Bench(tablet()) as bench:
        bench.shows()
        with Recorder(bench) as recorder:
            bench.daemon.stop()
            leave, _, err = recorder.end()
            assert leave == 3 and "kept" in err and recorder.of("arrived")
        bench.daemon.start()


def test_who_may_record_and_what():
    with Bench(tablet()) as bench:
        bench.shows()
        get = bench.daemon.get
        assert refused(get, "/v1/recordings") == "field_missing"
        assert refused(get, "/v1/recordings?port=nowhere") == "port_format"
        assert refused(get, "/v1/recordings?port=1-1.2&until=never") == "word_unknown"
        other = bench.daemon.post("/v1/items", {"serial": "R9TESTOTHER1", "model": "Galaxy Tab A9"})["code"]
        assert refused(get, f"/v1/recordings?port={other}") == "wipe_not_on_bench"
        bench.daemon.post("/v1/ports", {"port": "1-1.2", "name": "place 3"})
        with Recorder(bench, "Place 3") as recorder:
            assert recorder.lines()[0]["port"] == "1-1.2"


def test_a_reader_that_does_not_read_loses_the_recording_and_not_the_bench():
    """Answers of 900 KB that are told as they are; four megabytes wait, then no more."""
    with Bench(tablet(encrypted="k" * 900000), probe=20) as bench:
        bench.shows()
        with contextlib.closing(bench.daemon.raw()) as link:
            link.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            link.sendall(b"GET /v1/recordings?port=1-1.2&until=stopped HTTP/1.1\r\nHost: temoin\r\n\r\n")
            assert b"200" in link.recv(100)
            for _ in range(8):
                bench.daemon.post("/v1/arrivals", {"port": "1-1.2"})
                bench.until(lambda: bench.daemon.get(f"/v1/arrivals/{SERIAL}")["state"] in ("read", "failed"))
                assert bench.daemon.get(f"/v1/arrivals/{SERIAL}")["state"] == "read"
            said = b""
            while b"slow_reader" not in said[-200:]:
                block = link.recv(1 << 20)
                assert block, said[-300:]
                said += block
        assert len(said) < 6 << 20
