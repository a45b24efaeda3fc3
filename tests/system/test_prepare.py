"""Preparing a tablet: our management application becomes its device owner. The real temoind and temoin against the emulated bench; nothing is
ever erased by it, and it ends with a sentence whatever happens."""

import os
import subprocess
import tempfile

import pytest
from daemon import BUILD, Problem
from test_strategies import APK, PACKAGE, app, bench_of
from test_wipe import refused

CLI = os.path.join(os.getcwd(), BUILD, "temoin")


def prepare(bench, item):
    bench.daemon.post("/v1/preparations", {"item": item})


def slot(bench, item):
    return next((slot for slot in bench.slots() if slot["item"] == item), {})


def ends(bench, item):
    bench.until(lambda: slot(bench, item).get("preparation_state") in ("enrolled", "refused"))
    return slot(bench, item)


def journal(bench):
    return [line for line in bench.daemon.get("/v1/journal?limit=500")["items"] if line["verb"].startswith("item.prepare")]


def nothing_erased(bench):
    truth = bench.fleet.state("TAB")
    return (truth["wiped"], truth["wipe_commands"], truth["data"]) == ("0", "0", "1")


def test_a_tablet_is_enrolled_then_wiped_by_its_owner_with_an_account_on_it():
    with tempfile.NamedTemporaryFile(suffix=".apk") as file:
        file.write(APK)
        file.flush()
        with bench_of({"after_wipe": "frp"}, app("owner") + f"apk = {file.name}\n") as bench:
            item = bench.know()
            prepare(bench, item)
            assert ends(bench, item)["preparation_state"] == "enrolled" and nothing_erased(bench)
            bench.until(lambda: [line["after"] for line in journal(bench)] == ["asked", "enrolled"])
            bench.fleet.send("set TAB google_accounts=1")  # the borrower's
            wipe = bench.ask(item)
            told = bench.reach(wipe, "wait_human", reason="attest")
            assert told["strategy"] == "owner" and bench.fleet.state("TAB")["frp"] == "0"
            assert slot(bench, item)["preparation_state"] is None  # it is another plug-in now


@pytest.mark.parametrize("settings, code", [
    ({"google_accounts": "1"}, "compte"), ({"users": "2"}, "utilisateurs"), ({"owner": "org.autre/.Admin"}, "organisme"),
    ({"adb": "off"}, "débogage"), ({"busy": "true"}, "adb kill-server"), ({"adb": "never"}, "Autoriser"), ({"apps": ""}, "refusé"),
    ({"adb": "tradein", "android": "16"}, "page de bienvenue")])
def test_what_stands_against_it_is_said(settings, code):
    with bench_of({"apps": PACKAGE, **settings}, app("owner"), tap=1 if settings.get("adb") == "never" else 20) as bench:
        item = bench.know()
        prepare(bench, item)
        end = ends(bench, item)
        assert end["preparation_state"] == "refused" and code in end["preparation_fr"] and end["preparation_en"], end
        assert nothing_erased(bench) and bench.item_state(item) == "to_wipe"
        bench.until(lambda: journal(bench)[-1]["after"].startswith("refused reason="))
        assert bench.daemon.get("/v1/journal/verify")["ok"]


def test_what_may_not_be_prepared_is_refused_before_a_byte_is_sent():
    with bench_of({"apps": PACKAGE}, "") as bench:
        item = bench.know()
        assert refused(prepare, bench, item) == "enrol_no_app"
        assert bench.fleet.state("TAB")["opened"] == "0"
    with bench_of({"apps": PACKAGE, "adb": "never"}, app("owner")) as bench:
        item = bench.know()
        other = bench.know(serial="R9TESTELSEWHERE", plugged=False)
        assert refused(prepare, bench, other) == "enrol_not_on_bench"
        wipe = bench.ask(item)
        bench.reach(wipe, "wait_human", reason="tap")
        assert refused(prepare, bench, item) == "wipe_running"
        bench.daemon.post("/v1/cancellations", {"wipe": wipe})
        prepare(bench, item)
        bench.until(lambda: slot(bench, item)["preparation_state"] == "tap")
        assert "Autoriser" in slot(bench, item)["preparation_fr"]
        assert refused(prepare, bench, item) == "enrol_running" == refused(bench.ask, item)
        bench.fleet.send("allow TAB")
        assert ends(bench, item)["preparation_state"] == "enrolled"
        assert not journal(bench)[0]["after"].startswith("refused")


@pytest.mark.parametrize("point", ["cnxn", "auth", "open", "shell-answer"])
def test_a_cable_pulled_in_the_middle_ends_it(point):
    with bench_of({"apps": PACKAGE}, app("owner")) as bench:
        item = bench.know()
        bench.fleet.send(f"fail TAB unplug@{point}")
        prepare(bench, item)
        bench.until(lambda: len(journal(bench)) == 2)
        assert journal(bench)[-1]["after"] == "refused reason=enrol_cable"
        bench.fleet.send("plug TAB")
        bench.until(lambda: slot(bench, item) != {})
        prepare(bench, item)
        assert ends(bench, item)["preparation_state"] == "enrolled"


def test_a_preview_prepares_nothing_and_a_daemon_killed_leaves_nothing_behind():
    with bench_of({"apps": PACKAGE, "adb": "tap"}, app("owner")) as bench:
        item = bench.know()
        bench.daemon.post("/v1/preparations", {"item": item, "preview": True})
        assert journal(bench) == [] and bench.fleet.state("TAB")["opened"] == "0"
        prepare(bench, item)
        bench.until(lambda: slot(bench, item)["preparation_state"] == "tap")
        bench.daemon.kill()
        bench.daemon.start()
        bench.until(lambda: slot(bench, item) != {})
        assert slot(bench, item)["preparation_state"] is None
        prepare(bench, item)
        bench.until(lambda: slot(bench, item)["preparation_state"] == "tap")
        bench.fleet.send("allow TAB")
        assert ends(bench, item)["preparation_state"] == "enrolled"
        assert "DeviceOwner" not in bench.daemon.said()


@pytest.mark.parametrize("settings, status, says", [
    ({"apps": PACKAGE}, 0, "notre application la gère"), ({"apps": PACKAGE, "google_accounts": "2"}, 5, "n'est PAS préparée. 2 compte")])
def test_on_the_command_line(settings, status, says):
    with bench_of(settings, app("owner")) as bench:
        item = bench.know()
        done = subprocess.run([CLI, "--socket", bench.daemon.socket_path, "--lang", "fr", "prepare", item], capture_output=True,
                              text=True, timeout=60, check=False)
        assert (done.returncode, says in done.stdout) == (status, True), done


def test_the_command_line_says_what_to_do_and_waits_for_it():
    with bench_of({"apps": PACKAGE, "adb": "never"}, app("owner")) as bench:
        item = bench.know()
        with subprocess.Popen([CLI, "--socket", bench.daemon.socket_path, "--lang", "fr", "prepare", item], stdout=subprocess.PIPE,
                              text=True) as asked:
            assert any("À FAIRE : Déverrouillez" in line for line in asked.stdout)
            bench.fleet.send("allow TAB")
            assert "notre application la gère" in asked.stdout.read()
            assert asked.wait(60) == 0


def test_a_wipe_takes_the_port_over_from_a_preparation_whose_end_leaves_the_link_alone():
    """Asked in the same moment: the wipe is accepted when the bench does not show the preparation yet, and then the port is its own."""
    with bench_of({"apps": PACKAGE, "answer_seconds": "0.3"}, app("owner")) as bench:
        item = bench.know()
        for _ in range(20):
            prepare(bench, item)
            try:
                wipe = bench.ask(item)
                break
            except Problem as problem:
                assert problem.body["code"] == "enrol_running"
                assert ends(bench, item)["preparation_state"] in ("enrolled", "refused")
        bench.until(lambda: journal(bench)[-1]["after"] == "refused reason=wipe_port_taken")
        bench.reach(wipe, "wait_human", reason="attest")
        assert bench.fleet.state("TAB")["wipe_commands"] == "1"


def test_a_reading_does_not_close_the_link_of_a_preparation():
    with bench_of({"apps": PACKAGE, "answer_seconds": "0.3"}, app("owner")) as bench:
        item = bench.know()
        prepare(bench, item)
        bench.fleet.wait("TAB", "opened=1")
        bench.daemon.post("/v1/arrivals", {"port": "1-1.2"})
        bench.until(lambda: bench.daemon.get("/v1/arrivals/R9TESTBENCH1")["state"] == "failed")
        assert bench.daemon.get("/v1/arrivals/R9TESTBENCH1")["reason"] == "wipe_port_taken"
        assert ends(bench, item)["preparation_state"] == "enrolled"
