"""What the random wipes (test_random_wipes.py) and a reading of the code have found, each by its name."""

import resource
import time

import pytest
from test_random_wipes import complaints, limit_files
from test_wipe import OVER, Bench, tablet, untouched

CONFIG = "[bench]\ntap_s = 1.5\nprobe_s = 3\nleave_s = 1.5\nhuman_s = 2.5\nreturn_s = 4\nsettle_s = 0.4\n"


class Short(Bench):
    """A bench whose waits are short."""

    def __init__(self, scenario):
        super().__init__(scenario)
        self.config = CONFIG


def words_of(wipe):
    return [event["text"].split(":")[0] for event in wipe["evidence"]]


def test_a_wait_that_ends_while_the_disk_is_full_does_not_end_the_next_one():
    with Short(tablet(adb="tap")) as bench:
        wipe = bench.ask(bench.know())
        bench.reach(wipe, "wait_human", reason="tap")
        limit_files(bench.daemon, 1)
        bench.fleet.send("allow TAB")
        time.sleep(2)  # longer than the wait for the tap
        limit_files(bench.daemon, resource.RLIM_INFINITY)
        assert bench.finish(wipe)["reason"] == "attest"


def test_a_tablet_that_left_again_while_the_disk_was_full_is_not_back():
    with Short(tablet(adb="off", wipe_seconds="1")) as bench:
        wipe = bench.ask(bench.know())
        bench.reach(wipe, "wait_human", reason="reset_by_hand")
        bench.fleet.send("human TAB settings-reset")
        bench.reach(wipe, "gone")
        limit_files(bench.daemon, 1)
        bench.fleet.wait("TAB", "mode=plain")
        bench.until(lambda: any(slot["serial"] == "R9TESTBENCH1" for slot in bench.slots()))
        bench.fleet.send("unplug TAB")
        time.sleep(0.8)  # longer than a tablet takes to settle
        limit_files(bench.daemon, resource.RLIM_INFINITY)
        ended = bench.finish(wipe)
        assert (ended["state"], ended["reason"]) == ("unknown", "wipe_lost"), ended["evidence"]


def test_a_reset_by_hand_while_the_daemon_is_down_is_not_called_not_wiped():
    with Short(tablet(android="14")) as bench:
        item = bench.know()
        wipe = bench.ask(item)
        bench.reach(wipe, "wait_human", reason="reset_by_hand")
        bench.daemon.kill()
        bench.fleet.send("human TAB settings-reset")
        bench.fleet.wait("TAB", "mode=plain")
        bench.daemon.start()
        ended = bench.finish(wipe)
        assert (ended["state"], ended["verdict"]) == ("unknown", "unknown"), ended["evidence"]
        assert bench.item_state(item) == "blocked"


def test_a_key_that_never_opened_the_tablet_proves_nothing_by_being_refused():
    with Short(tablet(adb="never")) as bench:
        wipe = bench.ask(bench.know(), strategy="guided")
        bench.reach(wipe, "wait_human", reason="reset_by_hand")
        bench.fleet.send("unplug TAB")
        bench.reach(wipe, "gone")
        bench.fleet.send("plug TAB")
        ended = bench.finish(wipe)
        assert ended["state"] == "unknown" and "key-refused" not in words_of(ended), ended["evidence"]


def test_a_tablet_that_shows_its_bootloader_again_is_not_back():  # seed 21
    with Short(tablet(bootloader="locked", mode="fastboot")) as bench:
        item = bench.know()
        wipe = bench.ask(item, overrides=["wipe-accounts-unseen"], comment="vu dans Réglages : aucun compte")
        bench.reach(wipe, "wait_human", reason="reset_by_hand")
        bench.fleet.send("unplug TAB")
        bench.reach(wipe, "gone")
        bench.fleet.send("plug TAB")
        ended = bench.finish(wipe)
        assert ended["state"] == "unknown" and "adb-absent" not in words_of(ended), ended["evidence"]


@pytest.mark.parametrize("fault", ["fail@reboot", "stall@reboot"])
def test_data_erased_by_fastboot_are_not_called_not_wiped_when_the_restart_fails(fault):
    with Short(tablet(bootloader="unlocked", mode="fastboot")) as bench:
        item = bench.know()
        bench.fleet.send(f"fail TAB {fault}")
        ended = bench.finish(bench.ask(item, overrides=["wipe-accounts-unseen"], comment="vu dans Réglages : aucun compte"))
        assert bench.fleet.state("TAB")["wiped"] == "1"
        assert (ended["state"], ended["verdict"]) == ("unknown", "unknown"), ended["evidence"]


@pytest.mark.parametrize("point", ["cnxn", "auth", "open", "shell-answer"])
def test_a_cable_pulled_before_the_order_is_called_so(point):
    with Short(tablet()) as bench:
        item = bench.know()
        bench.fleet.send(f"fail TAB unplug@{point}")
        ended = bench.finish(bench.ask(item))
        assert (ended["state"], ended["reason"]) == ("aborted", "wipe_cable"), ended["evidence"]
        assert bench.item_state(item) == "to_wipe"


def test_a_wipe_asked_long_ago_is_not_begun_by_a_daemon_that_starts():
    with Short(tablet(adb="tap")) as bench:
        item = bench.know()
        wipe = bench.ask(item)
        bench.reach(wipe, "wait_human", reason="tap")
        bench.daemon.kill()
        bench.daemon.start()
        bench.daemon.post("/v1/demo/clock", {"day": "2190-03-01"})
        bench.daemon.kill()
        bench.daemon.start()
        ended = bench.finish(wipe)
        assert (ended["state"], ended["reason"]) == ("aborted", "wipe_old"), ended["evidence"]
        assert bench.fleet.state("TAB")["wipe_commands"] == "0" and bench.item_state(item) == "to_wipe"


def test_a_restore_in_the_middle_of_a_wipe_leaves_no_run_behind_and_takes_up_what_it_brings(on_a_file):
    with Short(tablet(adb="tap") + tablet("OTHER", "1-1.3", "R9TESTOTHER1", adb="tap")) as bench:
        first, second = bench.know(), bench.know("R9TESTOTHER1")
        old = bench.ask(first)
        bench.reach(old, "wait_human", reason="tap")
        backup = bench.daemon.get("/v1/backup")
        bench.daemon.post("/v1/cancellations", {"wipe": old})
        newer = bench.ask(second)
        bench.reach(newer, "wait_human", reason="tap")
        bench.daemon.done("POST", "/v1/restore?confirm=1", backup)
        ended = bench.finish(old)  # the wait for the tap begins again, and ends
        assert (ended["state"], ended["reason"]) == ("aborted", "wipe_no_tap"), ended["evidence"]
        assert bench.fleet.state("OTHER")["wipe_commands"] == "0" and not complaints(bench.daemon.said())
        assert "cannot go on" not in bench.daemon.said()
        again = bench.ask(second)
        bench.reach(again, "wait_human", reason="tap")
        bench.fleet.send("allow OTHER")
        assert bench.finish(again)["reason"] == "attest"


@pytest.mark.parametrize("when", ["gone", "wait_human"])
def test_a_twin_that_comes_after_the_order_leaves_no_proof(when):
    with Short(tablet(wipe_seconds="1") + tablet("TWIN", "1-1.3", plugged="false")) as bench:
        wipe = bench.ask(bench.know())
        bench.reach(wipe, when)
        bench.fleet.send("plug TWIN")
        bench.until(lambda: bench.wipe(wipe)["state"] in OVER)
        ended = bench.wipe(wipe)
        assert (ended["state"], ended["reason"]) == ("unknown", "wipe_duplicate|R9TESTBENCH1"), ended["evidence"]
        assert untouched(bench.fleet.state("TWIN"))
