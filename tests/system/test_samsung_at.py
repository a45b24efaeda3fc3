"""A Samsung tablet without USB debugging that is asked who it is over its modem's port, and what must never come of that: the real temoind and
temoin against the emulated fleet. at_commands counts what reached the port, at_others what of it was not AT+DEVCONINFO."""

import contextlib

import pytest
import test_wipe as wipes
from daemon import Daemon
from test_proof import temoin
from test_wipe import tablet

IMEI = "351544000001232"


class Bench(wipes.Bench):
    """The port may be used, unless `allowed` says otherwise: nothing (None) or a word of the configuration."""

    def __init__(self, scenario, allowed="true", **waits):
        super().__init__(scenario, **waits)
        if allowed is not None:
            self.config += f"samsung_at = {allowed}\n"


def samsung(at="honest", **settings):
    return tablet(**{"adb": "off", "at": at, "imei": IMEI, "model": "SM-X115", "usb_name": "SAMSUNG_Android", **settings})


def counts(bench, name="TAB"):
    state = bench.fleet.state(name)
    return int(state["at_commands"]), int(state["at_others"]), int(state["wipe_commands"])


def slot(bench):
    return next(slot for slot in bench.slots() if slot["port"] == "1-1.2")


def test_it_is_read_compared_and_accepted():
    with Bench(samsung()) as bench:
        item = bench.know()
        said = temoin(bench.daemon, "intake")
        assert said.returncode == 0, said
        assert "SM-X115   <- au registre : Galaxy Tab A9" in said.stdout and IMEI + "   <- au registre : —" in said.stdout
        assert bench.daemon.get(f"/v1/objects/{item}")["imei"] is None  # nobody accepted it
        said = temoin(bench.daemon, "intake", "1-1.2", "--accept")
        assert said.returncode == 0 and "Le registre dit maintenant" in said.stdout
        shown = bench.daemon.get(f"/v1/objects/{item}")
        assert (shown["model"], shown["imei"]) == ("SM-X115", IMEI)
        facts = {fact["fact"] for fact in bench.daemon.get("/v1/arrivals/R9TESTBENCH1")["facts"]}
        assert facts == {"serial", "maker", "model", "imei"}
        assert counts(bench) == (2, 0, 0)
        assert (slot(bench)["mode"], slot(bench)["link"], bench.item_state(item)) == ("plain", "none", "to_wipe")
        assert bench.daemon.get("/v1/journal/verify")["ok"]


def test_the_bench_shows_the_model_of_one_that_nobody_knows():
    with Bench(samsung()) as bench:
        bench.shows()
        assert "SAMSUNG_Android" in temoin(bench.daemon, "bench").stdout
        said = temoin(bench.daemon, "intake")
        assert said.returncode == 0 and "temoin tablet add --serial R9TESTBENCH1" in said.stderr
        bench.until(lambda: slot(bench)["name"] == "SM-X115")
        assert "SM-X115" in temoin(bench.daemon, "bench").stdout


def test_the_cable_may_show_the_other_of_its_two_numbers():
    with Bench(samsung("box", serial="ce0000000000000009")) as bench:
        bench.know("ce0000000000000009")
        said = temoin(bench.daemon, "intake")
        assert said.returncode == 0 and "ce0000000000000009" in said.stdout, said


def test_one_that_says_another_serial_number_is_not_believed():
    with Bench(samsung("other-serial")) as bench:
        item = bench.know()
        said = temoin(bench.daemon, "intake", "--accept")
        assert said.returncode == 5 and "(wipe_swapped)" in said.stderr
        assert bench.daemon.get(f"/v1/objects/{item}")["imei"] is None


@pytest.mark.parametrize("allowed", ["false", None])
def test_the_port_is_never_opened_when_nobody_allowed_it(allowed):
    with Bench(samsung(), allowed) as bench:
        bench.know()
        said = temoin(bench.daemon, "intake")
        assert said.returncode == 5 and "(arrival_no_adb)" in said.stderr
        assert counts(bench) == (0, 0, 0) and bench.fleet.state("TAB")["opened"] == "0"


@pytest.mark.parametrize("settings", [{"maker": "Lenovo"}, {"at": "none"}])
def test_nor_that_of_another_maker(settings):
    with Bench(samsung(**{"at": "honest", **settings})) as bench:
        bench.know()
        assert "(arrival_no_adb)" in temoin(bench.daemon, "intake").stderr
        assert counts(bench) == (0, 0, 0) and bench.fleet.state("TAB")["opened"] == "0"


def test_over_adb_it_is_read_as_ever():
    with Bench(samsung(adb="known")) as bench:
        bench.know()
        said = temoin(bench.daemon, "intake")
        assert said.returncode == 0 and "2026-06-05" in said.stdout and counts(bench) == (0, 0, 0)


@pytest.mark.parametrize("settings, code, link", [
    ({"at": "silent"}, "device_timeout", "broken"), ({"at": "garbage"}, "device_protocol", "broken"),
    ({"at": "flood"}, "device_protocol", "broken"), ({"at": "error"}, "device_refused", "broken"),
    ({"at": "no-serial"}, "device_protocol", "broken"), ({"busy": "true"}, "device_busy", "busy"),
    ({"claim": "denied"}, "device_permission", "no_permission")])
def test_what_fails_is_said_and_the_tablet_is_reset_by_hand_as_ever(settings, code, link):
    with Bench(samsung(**{"at": "honest", **settings}), probe=20) as bench:
        item = bench.know()
        said = temoin(bench.daemon, "intake")
        assert said.returncode == 5 and f"({code}" in said.stderr and "|" not in said.stderr, said
        bench.until(lambda: slot(bench)["link"] == link)
        asked = counts(bench)
        assert asked[1:] == (0, 0)
        wipe = bench.ask(item)
        bench.reach(wipe, "wait_human", reason="reset_by_hand")
        bench.fleet.send("human TAB settings-reset")
        assert bench.reach(wipe, "wait_human", reason="attest")["strategy"] == "guided"
        assert counts(bench) == asked


def test_a_cable_pulled_in_the_middle_of_its_answer_is_told():
    with Bench(samsung()) as bench:
        bench.know()
        bench.fleet.send("fail TAB unplug@at-answer")
        said = temoin(bench.daemon, "intake")
        assert said.returncode == 5 and "(arrival_cable)" in said.stderr
        bench.fleet.send("plug TAB")
        bench.shows()
        assert temoin(bench.daemon, "intake").returncode == 0
        assert counts(bench) == (2, 0, 0)


def test_it_opens_no_way_to_wipe_and_is_no_evidence():
    stories = {}
    for allowed in ("true", None):
        with Bench(samsung(), allowed) as bench:
            item = bench.know()
            assert temoin(bench.daemon, "intake").returncode == (0 if allowed else 5)
            asked = counts(bench)
            refused = bench.finish(bench.ask(item, strategy="recovery-wipe"))
            assert refused["state"] == "blocked"
            wipe = bench.ask(item)
            bench.reach(wipe, "wait_human", reason="reset_by_hand")
            bench.fleet.send("human TAB settings-reset")
            bench.reach(wipe, "wait_human", reason="attest")
            bench.attest(wipe)
            done = bench.finish(wipe)
            assert counts(bench) == asked, "a wipe asked that port"
            stories[allowed] = refused["reason"], done["strategy"], done["verdict"], [event["text"] for event in done["evidence"]]
    assert stories["true"] == stories[None]


def test_a_wipe_takes_the_port_over_from_a_question_under_way():
    with Bench(samsung("silent"), probe=20) as bench:
        item = bench.know()
        bench.daemon.post("/v1/arrivals", {"port": "1-1.2"})
        bench.fleet.wait("TAB", "at_commands=1")
        wipe = bench.ask(item)
        bench.reach(wipe, "wait_human", reason="reset_by_hand")
        read = bench.daemon.get("/v1/arrivals/R9TESTBENCH1")
        assert (read["state"], read["reason"]) == ("failed", "wipe_port_taken")
        bench.until(lambda: slot(bench)["link"] == "none")
        bench.fleet.send("human TAB settings-reset")
        assert bench.reach(wipe, "wait_human", reason="attest")["strategy"] == "guided"
        assert counts(bench) == (1, 0, 0)


def test_another_word_than_true_or_false_is_a_mistake():
    with contextlib.ExitStack() as stack, pytest.raises(Exception) as failure:
        stack.enter_context(Daemon(config="[bench]\nsamsung_at = yes\n"))
    assert "samsung_at" in str(failure.value)
