"""A recording played again by the emulator, to a daemon that has never seen the tablet: it must come to the same choice, the same evidence and the same
verdict. And what happens with a file that is cut off, damaged, or of another version."""

import json
import os
import re
import tempfile

import pytest
from fleet import Fleet, FleetError
from test_recordings import PRIVATE, Recorder
from test_strategies import PACKAGE, app
from test_wipe import OVER, Bench, tablet

REPLAYED_SERIAL = "S00000000001"
SHORT_SECONDS = 2  # for a tablet that does not come back


def evidence(wipe):
    """What happened, without the name of an application, and without what differs from time to time: instants, the challenge, the serial number, the port."""
    told = []
    for event in wipe["evidence"]:
        text = re.sub(r"\b(R9TESTBENCH1|S00000000001)\b", "SERIAL", event["text"]).replace("1-1.4", "1-1.2")
        text = re.sub(r"\S+/\.Admin", "COMPONENT", text)
        text = re.sub(r"Intent \{.*?\}", "Intent", text)
        told.append((event["kind"], re.sub(r"[0-9a-f]{64}", "CHALLENGE", text)))
    return told


# what a person does, and what must be seen before, of the wipe and of the tablet
HANDS = {"settings-reset": ("wait_human", "plugged=1"), "recovery-wipe": ("recovery", "mode=recovery"),
         "replay-on": ("wait_human", "replay_waits=1")}


def run(bench, serial, attest=True, human=None, **asked):
    """A wipe from its order to its end; gives it."""
    item = bench.know(serial)
    wipe = bench.ask(item, **asked)
    if human is not None:
        state, condition = HANDS[human]
        bench.reach(wipe, state)
        bench.fleet.wait("TAB", condition)
        bench.fleet.send(f"human TAB {human}")
    ended = bench.finish(wipe)
    if attest and ended["state"] not in OVER:
        bench.attest(wipe)
    return bench.wipe(wipe)


def record(scenario, config="", until=None, fault=None, **how):
    """Records one wipe, during which that fault strikes. Gives it, and the text of the recording."""
    bench = Bench(scenario, back=SHORT_SECONDS if fault is not None else 8)
    bench.config += config
    with bench:
        bench.shows()
        if fault is not None:
            bench.fleet.send(f"fail TAB {fault}")
        with Recorder(bench, "1-1.2", *(["--until", until] if until else [])) as recorder:
            done = run(bench, "R9TESTBENCH1", **how)
            assert recorder.end()[0] == 0
            return done, recorder.text()


class Replayed(Bench):
    """A fleet whose only tablet TAB plays that text, on another port, and a fresh daemon."""

    def __init__(self, text, config="", **waits):
        self.file = tempfile.NamedTemporaryFile("w", prefix="replay.", suffix=".jsonl", encoding="utf-8")
        self.file.write(text)
        self.file.flush()
        super().__init__(f"[tablet TAB]\nport=1-1.4\nreplay={self.file.name}\n", **waits)
        self.config += config

    def __exit__(self, *failure):
        self.file.close()
        return super().__exit__(*failure)

    def counts(self):
        state = self.fleet.state("TAB")
        return {key[len("replay_"):]: int(value) for key, value in state.items() if key.startswith("replay_")}


def same(first, second):
    assert (second["state"], second["verdict"], second["strategy"]) == (first["state"], first["verdict"], first["strategy"])
    assert evidence(second) == evidence(first)


# name: the tablet, what is configured, what is asked
RECORDED = {
    "recovery-wipe": ({"recovery_visible": "true"}, "", {}),
    "old shell": ({"shell_v2": "false", "protocol": "1"}, "", {}),
    "tap": ({"adb": "tap", "tap_after": "0.2"}, "", {}),
    "aligned": ({"maxdata": "4096"}, "", {}),
    "old close": ({"quirk": "close-zero"}, "", {}),
    "leftovers": ({"quirk": "stale"}, "", {}),
    "unwiped": ({"wipe": "unwiped"}, "", {}),
    "account": ({"google_accounts": "1"}, "", {}),
    "loops": ({"boot_loops": "2"}, "", {}),
    "adb is back": ({"after_wipe": "adb"}, "", {}),
    "helper": ({"android": "14", "apps": PACKAGE}, app("helper", 0), {}),
    "owner": ({"owner": PACKAGE + "/.Admin", "apps": PACKAGE, "google_accounts": "1"}, app("owner"), {}),
    "test harness": ({}, "", {"strategy": "test-harness", "overrides": ["wipe-strategy"], "comment": "preuve demandée"}),
    "recovery keys": ({"recovery_visible": "true"}, "", {"strategy": "recovery-keys", "overrides": ["wipe-strategy"],
                                                         "comment": "code perdu", "human": "recovery-wipe"}),
    "debugging off": ({"adb": "off"}, "", {"human": "settings-reset"}),
    "guided": ({"android": "14"}, "", {"human": "settings-reset"}),
    "cable at the order": ({}, "", {"fault": "unplug@wipe-command"}),
    "cable away": ({}, "", {"fault": "unplug@gone"}),
    "halt": ({}, "", {"fault": "stall@shell-answer"}),
    "silence": ({}, "", {"fault": "silent@shell-answer"}),
    "halt in fastboot": ({"bootloader": "unlocked", "mode": "fastboot"}, "",
                         {"overrides": ["wipe-accounts-unseen"], "comment": "aucun compte", "fault": "stall@erase-userdata"}),
    "locked": ({"bootloader": "locked", "mode": "fastboot"}, "",
               {"strategy": "fastboot", "overrides": ["wipe-accounts-unseen"], "comment": "aucun compte"}),
    "fastboot": ({"bootloader": "unlocked", "mode": "fastboot"}, "",
                 {"overrides": ["wipe-accounts-unseen"], "comment": "aucun compte"}),
    "slow fastboot": ({"bootloader": "unlocked", "mode": "fastboot", "erase_seconds": "0.6", "reply_bytes": "64"}, "",
                      {"overrides": ["wipe-accounts-unseen"], "comment": "aucun compte"}),
}


@pytest.mark.parametrize("case", RECORDED)
def test_a_replay_comes_to_the_same_end(case):
    settings, config, asked = RECORDED[case]
    asked = dict(asked)
    done, text = record(tablet(**settings), config, **asked)
    # the recorded tablet left by our order, or by a person's hand: then one is needed again
    if "human" in asked:
        asked = {**asked, "human": "replay-on" if asked["human"] == "settings-reset" else None}
    # the name of the owner's application is not in the recording, but one of the same shape
    if case == "owner":
        config = config.replace(f"component = {PACKAGE}/.Admin", "component = aaa.aaaaaaa.aaa1/.aaaaa")
    is_lost = asked.pop("fault", None) is not None
    with Replayed(text, config, back=SHORT_SECONDS if is_lost else 8) as bench:
        same(done, run(bench, REPLAYED_SERIAL, **asked))
        counts = bench.counts()
        assert counts["unknown"] == 0 and counts["reordered"] == 0 and counts["unasked"] == 0, bench.fleet.said()


def test_a_replayed_tablet_shows_what_the_recorded_one_showed():
    _, text = record(tablet(**PRIVATE))
    with Replayed(text) as bench:
        bench.shows(REPLAYED_SERIAL)
        slot, = bench.slots()
        assert (slot["maker"], slot["name"], slot["mode"]) == ("Samsung", "SM-X110", "adb")
        with Recorder(bench, "1-1.4", "--until", "stopped") as recorder:
            recorder.until(lambda: recorder.of("arrived"))
            again = recorder.of("arrived")[0]
        first = next(line for line in map(json.loads, filter(None, text.split("\n"))) if line.get("kind") == "arrived")
        assert {**again, "t": 0} == {**first, "t": 0}


def test_the_tablet_of_a_recording_from_usb_3_is_read_in_its_packets():
    done, text = record(tablet())
    faster = text.replace('"packet":512', '"packet":1024').replace('"speed":"high"', '"speed":"super"')
    with Replayed(faster) as bench:
        same(done, run(bench, REPLAYED_SERIAL))


def test_a_signature_cannot_be_replayed_and_proves_nothing():
    done, text = record(tablet(android="16", after_wipe="tradein"), attest=False)
    assert done["verdict"] == "proven"
    with Replayed(text) as bench:
        wipe = bench.ask(bench.know(REPLAYED_SERIAL))
        waiting = bench.reach(wipe, "wait_human", reason="attest")
        assert any(event["text"].startswith("attestation-fails") for event in waiting["evidence"]), evidence(waiting)
        assert bench.counts()["unknown"] == 0


def test_what_was_not_recorded_is_counted_and_refused():
    """A recording of a wipe alone, and a tablet that is read at its arrival first: some of that was never asked."""
    _, text = record(tablet())
    with Replayed(text) as bench:
        bench.shows(REPLAYED_SERIAL)
        bench.daemon.post("/v1/arrivals", {"port": "1-1.4"})
        bench.until(lambda: bench.daemon.get(f"/v1/arrivals/{REPLAYED_SERIAL}")["state"] in ("read", "failed"))
        assert bench.daemon.get(f"/v1/arrivals/{REPLAYED_SERIAL}")["state"] == "read"
        counts = bench.counts()
        assert counts["unknown"] == 3 and counts["unasked"] > 0
        assert "the recording does not have: shell,v2,raw:df -k /data" in bench.fleet.said()


def lines_of(text):
    return [line for line in text.split("\n") if line]


def test_another_order_is_answered_and_counted():
    """The facts of the battery before those of the accounts, as another version of the program might ask them."""
    done, text = record(tablet())
    lines = [json.loads(line) for line in lines_of(text)]
    opens = {line["text"]: line for line in lines if line.get("message") == "OPEN"}
    first, second = opens["shell,v2,raw:dumpsys account"], opens["shell,v2,raw:dumpsys battery"]
    swapped = {first["arg0"]: second["arg0"], second["arg0"]: first["arg0"]}
    first["text"], second["text"] = second["text"], first["text"]
    for line in lines:
        if line.get("kind") == "answer":
            line["stream"] = swapped.get(line["stream"], line["stream"])
    # the lengths of messages belong to the answers
    sizes = {line["stream"]: line["bytes"] for line in lines if line.get("kind") == "answer"}
    for line in lines:
        if line.get("message") == "WRTE" and line["from"] == "tablet" and line["arg1"] in swapped:
            line["bytes"] = sizes[line["arg1"]]
    with Replayed("".join(json.dumps(line) + "\n" for line in lines)) as bench:
        same(done, run(bench, REPLAYED_SERIAL))
        assert bench.counts()["reordered"] == 1 and bench.counts()["unknown"] == 0


def test_a_file_that_was_cut_off_is_played_as_far_as_it_goes():
    done, text = record(tablet())
    lines = lines_of(text)
    order = next(i for i, line in enumerate(lines) if "cmd recovery wipe" in line)
    cut = "\n".join(lines[:order]) + "\n" + lines[order][:40]
    with Replayed(cut, leave=1, back=2) as bench:
        ended = run(bench, REPLAYED_SERIAL)
        assert ended["strategy"] == done["strategy"] and ended["state"] == "not_wiped", evidence(ended)
        assert bench.counts()["unknown"] == 1


@pytest.mark.parametrize("change, said", [
    (lambda lines: ['{"temoin_recording":2}', *lines[1:]], "line 1 of the recording: it is of version 2, this program reads version 1"),
    (lambda lines: ['{"kind":"adb"}', *lines[1:]], "line 1 of the recording: this is no recording"),
    (lambda lines: [*lines[:5], lines[5][:-1], *lines[6:]], "line 6 of the recording: it is damaged"),
    (lambda lines: [*lines[:5], lines[5].replace('"arg0":', '"arg0":-'), *lines[6:]], "line 6 of the recording: it is damaged"),
    (lambda lines: [*lines[:5], '{"kind":"of another day"}', *lines[6:]], "line 6 of the recording: it is damaged"),
    (lambda lines: lines[:1], "line 1 of the recording: no tablet was plugged in before its end"),
])
def test_a_file_that_cannot_be_played_says_why(change, said):
    _, text = record(tablet(), attest=True)
    with tempfile.NamedTemporaryFile("w", prefix="replay.", suffix=".jsonl", encoding="utf-8") as file:
        file.write("\n".join(change(lines_of(text))) + "\n")
        file.flush()
        with pytest.raises(FleetError) as refusal:
            Fleet(f"[tablet TAB]\nport=1-1.4\nreplay={file.name}\n").start()
    assert said in str(refusal.value)
    assert not os.path.exists(file.name)
