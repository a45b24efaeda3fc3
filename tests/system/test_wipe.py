"""A wipe from the request to the verdict: the real temoind and its real libusb against the emulated bench. The fleet's own count of what
reached each tablet (opened, wipe_commands, wiped) is the truth that every claim of the daemon is held against."""

import contextlib
import time

import pytest
from daemon import Daemon, Problem
from fleet import Fleet

CONFIG = """[bench]
tap_s = {tap}
probe_s = {probe}
leave_s = {leave}
human_s = 20
return_s = {back}
settle_s = 0.4
"""
OVER = ("verified", "not_wiped", "unknown", "blocked", "aborted")
PATIENCE_SECONDS = 30


def tablet(name="TAB", port="1-1.2", serial="R9TESTBENCH1", **settings):
    keys = {"port": port, "serial": serial, "maker": "Samsung", "model": "SM-X110", "android": "15", "adb": "known",
            "wipe_seconds": "0.3", **settings}
    return f"[tablet {name}]\n" + "".join(f"{key}={value}\n" for key, value in keys.items())


class Bench:
    """A fleet, a daemon on it, and a register that knows the tablets it is told of."""

    def __init__(self, scenario, tap=20, leave=3, back=8, probe=5):
        self.fleet = Fleet(scenario)
        self.config = CONFIG.format(tap=tap, leave=leave, back=back, probe=probe)

    def __enter__(self):
        with contextlib.ExitStack() as stack:
            stack.enter_context(self.fleet)
            self.daemon = stack.enter_context(Daemon(env=self.fleet.env(), bench=True, config=self.config))
            self.stack = stack.pop_all()
        return self

    def __exit__(self, *failure):
        return self.stack.__exit__(*failure)

    def know(self, serial="R9TESTBENCH1", plugged=True):
        """Adds the tablet to the register (to_wipe); waits until the bench shows it, when it is plugged in."""
        code = self.daemon.post("/v1/items", {"serial": serial, "model": "Galaxy Tab A9"})["code"]
        if plugged:
            self.until(lambda: any(slot["item"] == code for slot in self.slots()))
        return code

    def slots(self):
        return self.daemon.get("/v1/bench")["items"]

    def until(self, holds):
        end = time.monotonic() + PATIENCE_SECONDS
        while not holds():
            assert time.monotonic() < end, f"waited in vain; the daemon said: {self.daemon.said()}"
            time.sleep(0.02)  # the api is asked again: there is no event to wait for from a plain client

    def shows(self, serial="R9TESTBENCH1"):
        self.until(lambda: any(slot["serial"] == serial for slot in self.slots()))

    def ask(self, item, **fields):
        return self.daemon.post("/v1/wipes", {"item": item, **fields})["code"]

    def wipe(self, code):
        return self.daemon.get(f"/v1/objects/{code}")

    def reach(self, code, *states, reason=None):
        """Waits until the wipe is in one of the states (and waits for that reason); gives the wipe."""
        def holds():
            self.last = self.wipe(code)
            return self.last["state"] in states and (reason is None or self.last["reason"] == reason)
        end = time.monotonic() + PATIENCE_SECONDS
        while not holds():
            story = "\n".join(f"  {event['kind']}: {event['text']}" for event in self.last["evidence"])
            assert self.last["state"] not in OVER, f"it ended {self.last['state']} ({self.last['reason']}):\n{story}"
            assert time.monotonic() < end, f"still {self.last['state']} ({self.last['reason']}):\n{story}\n{self.daemon.said()}"
            time.sleep(0.02)
        return self.last

    def finish(self, code):
        """Waits until it is over or only a person's eyes are missing."""
        self.until(lambda: (lambda wipe: wipe["state"] in OVER or wipe["reason"] == "attest")(self.wipe(code)))
        return self.wipe(code)

    def item_state(self, item):
        return self.daemon.get(f"/v1/objects/{item}")["state"]

    def attest(self, wipe):
        return self.daemon.post("/v1/attestations", {"wipe": wipe, "text": "page Bienvenue, aucun compte demandé"})


def refused(call, *arguments, **fields):
    with pytest.raises(Problem) as problem:
        call(*arguments, **fields)
    return problem.value.body["code"]


def untouched(state):
    return state["wipe_commands"] == "0" and state["opened"] == "0" and state["wiped"] == "0"


def test_a_returned_tablet_is_wiped_attested_certified_and_lent():
    with Bench(tablet(recovery_visible="true", wipe_seconds="1")) as bench:
        item = bench.know()
        wipe = bench.ask(item)
        bench.reach(wipe, "wait_human", reason="attest")
        assert bench.item_state(item) == "wiping"
        truth = bench.fleet.state("TAB")
        assert truth["wiped"] == "1" and truth["wipe_commands"] == "1"
        assert refused(bench.daemon.get, f"/v1/certificates/{item}") in ("certificate_none", "certificate_no_wipe")
        bench.attest(wipe)
        done = bench.wipe(wipe)
        assert (done["state"], done["verdict"], done["strategy"]) == ("verified", "attested", "recovery-wipe")
        assert bench.item_state(item) == "ready"
        status, headers, pdf = bench.daemon.request("GET", f"/v1/certificates/{item}")
        assert status == 200 and headers["Content-Type"] == "application/pdf" and pdf.startswith(b"%PDF-")
        person = bench.daemon.post("/v1/persons", {"name": "Amina Diallo"})["code"]
        bench.daemon.post("/v1/loans", {"person": person, "things": [item]})
        assert bench.item_state(item) == "lent"


def test_nothing_is_sent_to_a_tablet_that_nobody_asked_to_wipe():
    with Bench(tablet() + tablet("OTHER", "1-1.3", "R9TESTOTHER1")) as bench:
        item = bench.know()
        bench.shows("R9TESTOTHER1")
        wipe = bench.ask(item)
        bench.reach(wipe, "wait_human", reason="attest")
        assert untouched(bench.fleet.state("OTHER"))


def test_a_lent_tablet_is_refused_and_untouched():
    with Bench(tablet()) as bench:
        bench.shows()
        item = bench.daemon.ready_tablet("R9TESTBENCH1")
        person = bench.daemon.post("/v1/persons", {"name": "Amina Diallo"})["code"]
        bench.daemon.post("/v1/loans", {"person": person, "things": [item]})
        assert refused(bench.ask, item) == "wipe_item_lent"
        assert untouched(bench.fleet.state("TAB"))


def test_a_tablet_that_is_not_on_the_bench_is_refused():
    with Bench(tablet(plugged="false") + tablet("OTHER", "1-1.3", "R9TESTOTHER1")) as bench:
        item = bench.know(plugged=False)
        bench.shows("R9TESTOTHER1")
        assert refused(bench.ask, item) == "wipe_not_on_bench"
        assert untouched(bench.fleet.state("OTHER"))


def test_the_same_serial_on_two_ports_is_refused():
    with Bench(tablet() + tablet("TWIN", "1-1.3")) as bench:
        item = bench.know()
        bench.until(lambda: sum(slot["is_duplicate"] for slot in bench.slots()) == 2)
        assert refused(bench.ask, item) == "wipe_duplicate"
        assert untouched(bench.fleet.state("TAB")) and untouched(bench.fleet.state("TWIN"))


def test_a_twin_that_arrives_while_the_tap_is_awaited_stops_it():
    with Bench(tablet(adb="never") + tablet("TWIN", "1-1.3", plugged="false")) as bench:
        item = bench.know()
        wipe = bench.ask(item)
        bench.reach(wipe, "wait_human", reason="tap")
        bench.fleet.send("plug TWIN")
        bench.until(lambda: sum(slot["is_duplicate"] for slot in bench.slots()) == 2)
        bench.fleet.send("allow TAB")
        assert bench.finish(wipe)["state"] == "blocked"
        assert bench.fleet.state("TAB")["wipe_commands"] == "0" and untouched(bench.fleet.state("TWIN"))


def test_two_tablets_swapped_while_the_tap_is_awaited_are_both_left_alone():
    with Bench(tablet(adb="never") + tablet("OTHER", "1-1.3", "R9TESTOTHER1")) as bench:
        item = bench.know()
        wipe = bench.ask(item)
        bench.reach(wipe, "wait_human", reason="tap")
        bench.fleet.send("swap TAB OTHER")
        ended = bench.finish(wipe)
        assert ended["state"] in ("aborted", "blocked") and ended["verdict"] == "none"
        assert bench.item_state(item) == "to_wipe"
        assert bench.fleet.state("TAB")["wipe_commands"] == "0" and untouched(bench.fleet.state("OTHER"))


@pytest.mark.parametrize("point", ["auth", "open", "shell-answer", "wipe-command"])
def test_another_tablet_on_the_port_after_a_pulled_cable_gets_nothing(point):
    with Bench(tablet() + tablet("OTHER", "1-1.3", "R9TESTOTHER1", plugged="false"), back=3) as bench:
        item = bench.know()
        bench.fleet.send(f"fail TAB unplug@{point}")
        wipe = bench.ask(item)
        bench.fleet.wait("TAB", "plugged=0")
        bench.fleet.send("plug OTHER 1-1.2")
        ended = bench.finish(wipe)
        assert ended["state"] in ("aborted", "blocked", "unknown"), ended
        assert untouched(bench.fleet.state("OTHER"))


@pytest.mark.parametrize("settings, waits", [({"adb": "never"}, True), ({"answer_seconds": "0.3"}, False)])
def test_debugging_switched_off_before_the_order_is_no_pulled_cable(settings, waits):
    with Bench(tablet(**settings)) as bench:
        item = bench.know()
        wipe = bench.ask(item)
        if waits:
            bench.reach(wipe, "wait_human", reason="tap")
        else:
            bench.fleet.wait("TAB", "opened=1")
        bench.fleet.send("set TAB mode=plain")
        ended = bench.finish(wipe)
        assert (ended["state"], ended["reason"]) == ("aborted", "wipe_adb_off") and "débogage" in ended["todo_fr"], ended
        assert bench.fleet.state("TAB")["wipe_commands"] == "0" and bench.item_state(item) == "to_wipe"


def test_a_tablet_at_its_welcome_page_is_told_so_and_reset_by_its_keys():
    """Somebody reset it elsewhere: in trade-in mode it refuses all that a wipe over the cable needs, and is in no state to be called wiped."""
    with Bench(tablet(adb="tradein", android="16")) as bench:
        item = bench.know()
        ended = bench.finish(bench.ask(item))
        assert (ended["state"], ended["reason"], ended["verdict"]) == ("blocked", "device_trade_in", "none"), ended
        assert "--strategy recovery-keys" in ended["todo_fr"] and "--strategy recovery-keys" in ended["todo_en"]
        assert bench.item_state(item) == "to_wipe" and bench.fleet.state("TAB")["wipe_commands"] == "0"
        wipe = bench.ask(item, strategy="recovery-keys", overrides=["wipe-accounts-unseen", "wipe-strategy"], comment="page Bienvenue")
        bench.reach(wipe, "wait_human", reason="keys_by_hand")
        bench.fleet.send("human TAB recovery-wipe")
        bench.reach(wipe, "wait_human", reason="attest")
        bench.attest(wipe)
        assert bench.item_state(item) == "ready" and bench.fleet.state("TAB")["wiped"] == "1"


def test_a_google_account_blocks_unless_a_person_resets_it_in_settings():
    with Bench(tablet(google_accounts="1", after_wipe="frp")) as bench:
        item = bench.know()
        blocked = bench.finish(bench.ask(item))
        assert blocked["state"] == "blocked" and blocked["reason"].startswith("wipe_google")
        assert "Google" in blocked["todo_fr"]
        assert bench.fleet.state("TAB")["wipe_commands"] == "0" and bench.item_state(item) == "to_wipe"
        wipe = bench.ask(item, strategy="guided")
        bench.reach(wipe, "wait_human", reason="reset_by_hand")
        bench.fleet.send("human TAB settings-reset")
        bench.reach(wipe, "wait_human", reason="attest")
        assert bench.fleet.state("TAB")["wiped"] == "1"
        bench.attest(wipe)
        assert bench.item_state(item) == "ready"


def test_a_low_battery_blocks():
    with Bench(tablet(battery="12", charging="false")) as bench:
        item = bench.know()
        blocked = bench.finish(bench.ask(item))
        assert blocked["state"] == "blocked" and blocked["reason"].startswith("wipe_battery")
        assert bench.fleet.state("TAB")["wipe_commands"] == "0"


def test_a_tablet_that_comes_back_with_its_data_is_not_wiped():
    with Bench(tablet(wipe="unwiped")) as bench:
        item = bench.know()
        ended = bench.finish(bench.ask(item))
        assert (ended["state"], ended["verdict"]) == ("not_wiped", "not_wiped")
        assert bench.item_state(item) == "to_wipe"
        assert refused(bench.attest, ended["code"]) == "wipe_attest_when"


@pytest.mark.parametrize("behaviour, state, item_state",
                         [("never_returns", "unknown", "blocked"), ("ignored", "not_wiped", "to_wipe"),
                          ("refused", "not_wiped", "to_wipe")])
def test_an_order_that_leads_nowhere_is_never_verified(behaviour, state, item_state):
    with Bench(tablet(wipe=behaviour), leave=1, back=2) as bench:
        item = bench.know()
        ended = bench.finish(bench.ask(item))
        assert ended["state"] == state, ended["evidence"]
        assert ended["todo_fr"] and bench.item_state(item) == item_state
        assert bench.fleet.state("TAB")["wiped"] == "0" or behaviour == "never_returns"


def test_a_tablet_whose_adb_comes_back_without_our_key_waits_for_a_person():
    with Bench(tablet(after_wipe="adb")) as bench:
        item = bench.know()
        wipe = bench.ask(item)
        waiting = bench.reach(wipe, "wait_human", reason="attest")
        assert any(event["text"].startswith("key-refused:") for event in waiting["evidence"])


def test_the_tap_is_awaited_then_the_wipe_goes_on():
    with Bench(tablet(adb="tap")) as bench:
        item = bench.know()
        wipe = bench.ask(item)
        waiting = bench.reach(wipe, "wait_human", reason="tap")
        assert "Autoriser" in waiting["todo_fr"] and "Allow" in waiting["todo_en"]
        bench.fleet.send("allow TAB")
        bench.reach(wipe, "wait_human", reason="attest")
        assert bench.fleet.state("TAB")["wiped"] == "1"


@pytest.mark.parametrize("answer", ["never", "denied"])
def test_without_a_tap_nothing_is_wiped(answer):
    with Bench(tablet(adb=answer), tap=1) as bench:
        item = bench.know()
        ended = bench.finish(bench.ask(item))
        assert ended["state"] == "aborted" and ended["reason"] == "wipe_no_tap"
        assert bench.item_state(item) == "to_wipe" and bench.fleet.state("TAB")["wipe_commands"] == "0"


def test_android_14_is_reset_by_hand():
    with Bench(tablet(android="14")) as bench:
        item = bench.know()
        assert bench.finish(bench.ask(item, strategy="recovery-wipe"))["reason"].startswith("wipe_objection")
        wipe = bench.ask(item)
        bench.reach(wipe, "wait_human", reason="reset_by_hand")
        bench.fleet.send("human TAB settings-reset")
        waiting = bench.reach(wipe, "wait_human", reason="attest")
        assert waiting["strategy"] == "guided" and bench.fleet.state("TAB")["wiped"] == "1"


def test_debugging_off_is_reset_by_hand_without_a_byte_sent():
    with Bench(tablet(adb="off")) as bench:
        item = bench.know()
        wipe = bench.ask(item)
        bench.reach(wipe, "wait_human", reason="reset_by_hand")
        bench.fleet.send("human TAB settings-reset")
        bench.reach(wipe, "wait_human", reason="attest")
        truth = bench.fleet.state("TAB")
        assert truth["wipe_commands"] == "0" and truth["wiped"] == "1"


def test_an_unlocked_bootloader_is_erased_by_fastboot():
    with Bench(tablet(bootloader="unlocked", mode="fastboot")) as bench:
        item = bench.know()
        wipe = bench.ask(item, overrides=["wipe-accounts-unseen"], comment="vu dans Réglages : aucun compte")
        waiting = bench.reach(wipe, "wait_human", reason="attest")
        assert waiting["strategy"] == "fastboot"
        assert bench.fleet.state("TAB")["wiped"] == "1"


def test_a_locked_bootloader_is_refused():
    with Bench(tablet(bootloader="locked", mode="fastboot")) as bench:
        item = bench.know()
        ended = bench.finish(bench.ask(item, strategy="fastboot", overrides=["wipe-accounts-unseen"], comment="aucun compte"))
        assert ended["state"] == "blocked" and ended["reason"].startswith("wipe_objection")
        assert bench.fleet.state("TAB")["wiped"] == "0"


def test_an_interface_held_by_another_program_is_said():
    with Bench(tablet(busy="true")) as bench:
        item = bench.know()
        ended = bench.finish(bench.ask(item))
        assert ended["state"] == "blocked" and ended["reason"].startswith("device_busy_by|temoin-fleet|")
        assert "« temoin-fleet »" in ended["todo_fr"] and str(bench.fleet.process.pid) in ended["todo_en"]


POINTS = ["cnxn", "auth", "open", "shell-answer", "wipe-command", "wiped", "gone", "recovery", "return"]


@pytest.mark.parametrize("point", POINTS)
def test_a_cable_pulled_at_each_step_never_ends_verified_and_plugging_in_again_resumes(point):
    with Bench(tablet(recovery_visible="true", wipe_seconds="0.6"), leave=2, back=6) as bench:
        item = bench.know()
        bench.fleet.send(f"fail TAB unplug@{point}")
        wipe = bench.ask(item)
        bench.fleet.wait("TAB", "plugged=0")
        time.sleep(0.3)  # the cable stays out for a while: that is the case, not a wait for something
        assert bench.wipe(wipe)["verdict"] in ("none", "unknown")
        bench.fleet.send("plug TAB")
        ended = bench.finish(wipe)
        truth = bench.fleet.state("TAB")
        assert ended["state"] != "verified" and int(truth["wipe_commands"]) <= 1
        if ended["state"] == "wait_human":
            assert truth["wiped"] == "1", "it asks for the attestation of a tablet that still has its data"
        else:
            assert ended["verdict"] in ("none", "unknown", "not_wiped")


@pytest.mark.parametrize("point", POINTS)
def test_a_cable_pulled_for_good_ends_without_a_verdict(point):
    with Bench(tablet(recovery_visible="true", wipe_seconds="0.6"), leave=1, back=1) as bench:
        item = bench.know()
        bench.fleet.send(f"fail TAB unplug@{point}")
        ended = bench.finish(bench.ask(item))
        assert ended["state"] in ("aborted", "blocked", "unknown", "not_wiped"), ended["evidence"]
        assert bench.item_state(item) in ("to_wipe", "blocked")


def at_tap(bench, wipe):
    bench.reach(wipe, "wait_human", reason="tap")


def at_gone(bench, wipe):
    bench.reach(wipe, "gone", "recovery")


def at_attest(bench, wipe):
    bench.reach(wipe, "wait_human", reason="attest")


@pytest.mark.parametrize("settings, where", [({"adb": "tap"}, at_tap), ({"wipe_seconds": "2"}, at_gone), ({}, at_attest)])
def test_a_daemon_killed_in_the_middle_takes_the_story_up(settings, where):
    with Bench(tablet(**settings)) as bench:
        item = bench.know()
        wipe = bench.ask(item)
        where(bench, wipe)
        bench.daemon.kill()
        bench.daemon.start()
        if where is at_tap:  # the new daemon asks the tablet anew
            bench.until(lambda: sum("wait_human: tap" in event["text"] for event in bench.wipe(wipe)["evidence"]) == 2)
            bench.fleet.send("allow TAB")
        bench.reach(wipe, "wait_human", reason="attest")
        truth = bench.fleet.state("TAB")
        assert truth["wiped"] == "1" and truth["wipe_commands"] == "1"
        bench.attest(wipe)
        assert bench.item_state(item) == "ready"
        assert bench.daemon.get("/v1/journal/verify")["ok"]


def test_a_daemon_killed_at_random_never_sends_the_order_twice():
    for delay in (0.0, 0.01, 0.02, 0.04, 0.08, 0.16):
        with Bench(tablet(wipe_seconds="0.5"), leave=1, back=4) as bench:
            item = bench.know()
            wipe = bench.ask(item)
            time.sleep(delay)  # where the kill falls is the case
            bench.daemon.kill()
            bench.daemon.start()
            ended = bench.finish(wipe)
            truth = bench.fleet.state("TAB")
            assert int(truth["wipe_commands"]) <= 1
            if ended["state"] == "wait_human":
                assert truth["wiped"] == "1", ended["evidence"]
            else:
                assert bench.item_state(item) in ("to_wipe", "blocked")


def test_a_tablet_that_asks_for_a_former_account_is_never_ready_before_it_is_unlocked_and_wiped_again():
    with Bench(tablet()) as bench:
        item = bench.know()
        wipe = bench.ask(item)
        bench.reach(wipe, "wait_human", reason="attest")
        bench.daemon.post("/v1/attestations", {"wipe": item, "lock": True})
        ended = bench.wipe(wipe)
        assert (ended["state"], ended["reason"], ended["verdict"]) == ("blocked", "wipe_frp", "none")
        assert "--unlocked" in ended["todo_fr"] and bench.item_state(item) == "blocked"
        assert refused(bench.ask, item) == "wipe_locked"
        waiver = {"item": item, "overrides": ["wipe-waive"], "comment": "pressé"}
        assert refused(bench.daemon.post, "/v1/waivers", waiver) == "wipe_locked"
        bench.daemon.post("/v1/unlocks", {"item": item, "text": "la personne a saisi son compte"})
        assert refused(bench.daemon.post, "/v1/waivers", waiver) == "wipe_lock_lifted"
        again = bench.ask(item, strategy="guided")
        bench.reach(again, "wait_human", reason="reset_by_hand")
        bench.fleet.send("human TAB settings-reset")
        bench.reach(again, "wait_human", reason="attest")
        bench.attest(again)
        assert bench.item_state(item) == "ready"


def test_a_technician_who_sees_no_welcome_screen_says_so():
    with Bench(tablet()) as bench:
        item = bench.know()
        wipe = bench.ask(item)
        bench.reach(wipe, "wait_human", reason="attest")
        bench.daemon.post("/v1/cancellations", {"wipe": wipe})
        assert bench.wipe(wipe)["state"] == "unknown" and bench.item_state(item) == "blocked"
        again = bench.ask(item, strategy="guided")  # blocked is no dead end
        bench.reach(again, "wait_human", reason="reset_by_hand")
