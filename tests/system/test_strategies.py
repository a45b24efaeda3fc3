"""Every strategy against every way a reset can go, end to end: the real temoind, its real libusb, the emulated bench. The fleet's own counts
are the truth: whatever is said, the order is sent at most once, and only a tablet that was erased is asked about or called wiped."""

import contextlib
import os
import tempfile

import pytest
from fleet import Fleet
from test_wipe import OVER, Bench, refused, tablet

PACKAGE = "org.exemple.pret"
APP = """
[{group}]
component = org.exemple.pret/.Admin
command = am broadcast -n org.exemple.pret/.Wipe --ei flags {{flags}}
says = result=-1
flags = {flags}
"""
APK = b"PK" + PACKAGE.encode() + b"\n" + bytes(300000)  # more than one packet of any tablet


def app(group, flags=3):
    return APP.format(group=group, flags=flags)


# name: what the tablet is, what the daemon is told, what is asked
WAYS = {
    "owner": ({"owner": PACKAGE + "/.Admin", "apps": PACKAGE}, app("owner"), {}),
    "recovery-wipe": ({}, "", {}),
    "helper": ({"android": "14", "apps": PACKAGE}, app("helper", 0), {}),
    "fastboot": ({"bootloader": "unlocked", "mode": "fastboot"}, "",
                 {"overrides": ["wipe-accounts-unseen"], "comment": "aucun compte vu"}),
    "fastbootd": ({"bootloader": "unlocked", "mode": "fastboot", "userspace": "true"}, "",
                  {"overrides": ["wipe-accounts-unseen"], "comment": "aucun compte vu"}),
    "guided": ({"android": "14"}, "", {"strategy": "guided"}),
    "recovery-keys": ({"recovery_visible": "true"}, "",
                      {"strategy": "recovery-keys", "overrides": ["wipe-strategy"], "comment": "code de l'écran perdu"}),
    "test-harness": ({}, "", {"strategy": "test-harness", "overrides": ["wipe-strategy"], "comment": "preuve demandée"}),
}
# what the fleet plays: tablet settings, a fault to arm
FAULTS = {
    "accepted": ({}, None),
    "refused": ({"wipe": "refused"}, None),
    "ignored": ({"wipe": "ignored"}, None),
    "unwiped": ({"wipe": "unwiped"}, None),
    "never_returns": ({"wipe": "never_returns"}, None),
    "cable_before": ({}, "unplug@cnxn"),
    "cable_at": ({}, "unplug@wipe-command"),
    "cable_after": ({}, "unplug@gone"),
}
BY_COMMAND = {"accepted": "attest", "refused": "not_wiped", "ignored": "not_wiped", "unwiped": "not_wiped",
              "never_returns": "unknown", "cable_before": "aborted", "cable_at": "unknown", "cable_after": "unknown"}
# a tablet that is erased in fastboot stays there until its reboot: other faults, other places
IN_FASTBOOT = {"accepted": ({}, None, "attest"), "refused": ({}, "fail@erase-userdata", "not_wiped"),
               "locked": ({"bootloader": "locked"}, None, "blocked"), "cable_at": ({}, "unplug@erase-userdata", "unknown"),
               "cable_after": ({}, "fail@reboot", "unknown")}
ITEM_AFTER = {"attest": ("wiping",), "not_wiped": ("to_wipe",), "unknown": ("blocked",), "aborted": ("to_wipe",),
              "blocked": ("to_wipe",), "verified": ("ready",)}
# a pulled cable looks alike at once and later: what was lost in between is not known
EITHER = {"cable_at": ("unknown", "not_wiped"), "cable_before": ("aborted", "blocked")}


SHORT_SECONDS, LONG_SECONDS = 2, 15  # a wait that must end, and one that must not, on a busy machine too


@contextlib.contextmanager
def bench_of(settings, config, human=20, tap=20, is_lost=False):
    """A bench on one tablet. Only the wait that is the case is short. is_lost: it will not come back."""
    leave = SHORT_SECONDS if settings.get("wipe") in ("ignored", "unwiped") else LONG_SECONDS
    back = SHORT_SECONDS if is_lost or settings.get("wipe") == "never_returns" else LONG_SECONDS
    bench = Bench(tablet(**settings), tap=tap, leave=leave, back=back)
    bench.config = bench.config.replace("human_s = 20", f"human_s = {human}") + config
    with bench:
        yield bench


def check_truth(bench, wipe, item):
    """What must hold however it ended."""
    truth, ended = bench.fleet.state("TAB"), bench.wipe(wipe)
    assert int(truth["wipe_commands"]) <= 1, "the order was sent twice"
    if ended["state"] in ("verified", "wait_human"):
        assert truth["wiped"] != "0" and truth["data"] == "0", ended["evidence"]
    assert ended["state"] == "verified" or bench.item_state(item) != "ready"
    assert bench.daemon.get("/v1/journal/verify")["ok"]


def story(ended):
    return "\n".join(f"{event['kind']}: {event['text']}" for event in ended["evidence"])


def finish(bench, wipe, item, expected):
    ended = bench.finish(wipe)
    state = "attest" if ended["reason"] == "attest" else ended["state"]
    assert state in expected, story(ended)
    assert bench.item_state(item) in ITEM_AFTER[state], ended["state"]
    check_truth(bench, wipe, item)
    if state in OVER:
        assert ended["todo_fr"] and ended["todo_en"] or state == "verified", ended["reason"]
    return ended


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("way", ["owner", "recovery-wipe", "helper"])
def test_a_command_over_adb(way, fault):
    settings, config, asked = WAYS[way]
    played, armed = FAULTS[fault]
    with bench_of({**settings, **played}, config, is_lost=armed is not None) as bench:
        item = bench.know()
        if armed:
            bench.fleet.send(f"fail TAB {armed}")
        wipe = bench.ask(item, **asked)
        ended = finish(bench, wipe, item, EITHER.get(fault, (BY_COMMAND[fault],)))
        assert ended["strategy"] in (way, None)
        if fault == "accepted":
            assert f"wipe_chosen|{way}|" in story(ended)
            bench.attest(wipe)
            assert bench.item_state(item) == "ready"


@pytest.mark.parametrize("fault", IN_FASTBOOT)
@pytest.mark.parametrize("way", ["fastboot", "fastbootd"])
def test_erasing_in_fastboot(way, fault):
    settings, config, asked = WAYS[way]
    played, armed, expected = IN_FASTBOOT[fault]
    with bench_of({**settings, **played}, config, is_lost=armed is not None) as bench:
        item = bench.know()
        if armed:
            bench.fleet.send(f"fail TAB {armed}")
        wipe = bench.ask(item, **asked, **({"strategy": way} if fault == "locked" else {}))
        ended = finish(bench, wipe, item, (expected,))
        if fault == "accepted":
            assert ended["strategy"] == way
            assert f"wipe_chosen|{way}|" in story(ended)


@pytest.mark.parametrize("way, waits, act", [("guided", "reset_by_hand", "settings-reset"), ("recovery-keys", None, "recovery-wipe")])
@pytest.mark.parametrize("does, expected", [("it", "attest"), ("nothing", "not_wiped"), ("another", "not_wiped")])
def test_a_reset_by_hand(way, waits, act, does, expected):
    settings, config, asked = WAYS[way]
    with bench_of(settings, config, is_lost=does == "nothing", human=2 if does == "nothing" else 20) as bench:
        item = bench.know()
        wipe = bench.ask(item, **asked)
        if waits:
            bench.reach(wipe, "wait_human", reason=waits)
        else:  # our key opens it, so it was sent to its recovery menu
            bench.reach(wipe, "recovery")
            assert "said: reboot:recovery" in story(bench.wipe(wipe))
        if does != "nothing":
            bench.fleet.send(f"human TAB {act if does == 'it' else 'reboot'}")
        # who does nothing in the recovery menu is waited for as long as any reset: then nobody knows
        finish(bench, wipe, item, ("unknown",) if does == "nothing" and not waits else (expected,))
        assert bench.fleet.state("TAB")["wipe_commands"] == "0"


@pytest.mark.parametrize("adb", ["off", "tap", "never"])
def test_the_keys_need_no_adb(adb):
    asked = WAYS["recovery-keys"][2]
    with bench_of({"adb": adb}, "") as bench:
        item = bench.know()
        assert bench.finish(bench.ask(item, **asked))["reason"].startswith("wipe_accounts_unseen")
        rights = {**asked, "overrides": ["wipe-strategy", "wipe-accounts-unseen"]}
        wipe = bench.ask(item, **rights)
        waiting = bench.reach(wipe, "wait_human", reason="keys_by_hand")
        assert "touches" in waiting["todo_fr"] and bench.fleet.state("TAB")["dialog"] == "0"
        bench.fleet.send("human TAB recovery-wipe")
        finish(bench, wipe, item, ("attest",) if adb == "off" else ("attest", "unknown"))


# ---- the proof by test harness, and the real reset behind it ----

def test_the_harness_proves_and_a_real_reset_follows_by_itself():
    settings, config, asked = WAYS["test-harness"]
    with bench_of(settings, config) as bench:
        item = bench.know()
        wipe = bench.ask(item, **asked)
        ended = bench.reach(wipe, "verified")
        truth = bench.fleet.state("TAB")
        assert (ended["verdict"], ended["strategy"]) == ("proven", "recovery-wipe")
        assert (truth["wiped"], truth["wipe_commands"], truth["test_mode"]) == ("2", "2", "0")
        assert "usb: test-harness:" in story(ended) and bench.item_state(item) == "ready"
        assert story(ended).count("said: cmd testharness enable") == story(ended).count("said: cmd recovery wipe") == 1


def test_a_tablet_in_test_mode_is_reset_by_hand_when_it_knows_no_order():
    settings, config, asked = WAYS["test-harness"]
    with bench_of({**settings, "android": "13"}, config) as bench:
        item = bench.know()
        wipe = bench.ask(item, **asked)
        waiting = bench.reach(wipe, "wait_human", reason="reset_by_hand")
        assert waiting["strategy"] == "guided" and bench.fleet.state("TAB")["test_mode"] == "1"
        assert bench.item_state(item) == "wiping"
        bench.fleet.send("human TAB settings-reset")
        assert bench.reach(wipe, "verified")["verdict"] == "proven"
        assert bench.fleet.state("TAB")["test_mode"] == "0" and bench.item_state(item) == "ready"


@pytest.mark.parametrize("settings, armed, expected", [
    ({"screen_lock": "true"}, None, ("not_wiped",)), ({"wipe": "refused"}, None, ("not_wiped",)),
    ({"wipe": "ignored"}, None, ("not_wiped",)), ({"wipe": "unwiped"}, None, ("not_wiped",)),
    ({"wipe": "never_returns"}, None, ("unknown",)), ({}, "unplug@wipe-command", ("unknown", "not_wiped")),
    ({}, "unplug@gone", ("unknown",)), ({"android": "9"}, None, ("blocked",))])
def test_a_harness_that_fails_is_never_a_proof(settings, armed, expected):
    with bench_of(settings, "", is_lost=armed is not None) as bench:
        item = bench.know()
        if armed:
            bench.fleet.send(f"fail TAB {armed}")
        ended = finish(bench, bench.ask(item, **WAYS["test-harness"][2]), item, expected)
        assert "test-harness:" not in story(ended)


def test_a_cable_pulled_in_test_mode_leaves_it_blocked_not_ready():
    settings, config, asked = WAYS["test-harness"]
    with bench_of({**settings, "android": "13"}, config, is_lost=True) as bench:
        item = bench.know()
        wipe = bench.ask(item, **asked)
        bench.reach(wipe, "wait_human", reason="reset_by_hand")
        bench.fleet.send("unplug TAB")
        finish(bench, wipe, item, ("unknown",))
        assert bench.fleet.state("TAB")["test_mode"] == "1" and bench.item_state(item) == "blocked"


# ---- killed in the middle ----

@pytest.mark.parametrize("where", ["started", "gone"])
@pytest.mark.parametrize("way", WAYS)
def test_a_daemon_killed_after_the_order_never_sends_it_again(way, where):
    settings, config, asked = WAYS[way]
    by_hand = {"guided": "settings-reset", "recovery-keys": "recovery-wipe"}.get(way)
    with bench_of({"wipe_seconds": "1.5", **settings}, config) as bench:
        item = bench.know()
        wipe = bench.ask(item, **asked)
        states = {"started": ("started", "wait_human", "gone", "recovery"), "gone": ("gone", "recovery")}[where]
        if by_hand and where == "gone":
            bench.until(lambda: bench.wipe(wipe)["state"] in ("wait_human", "recovery"))
            bench.fleet.send(f"human TAB {by_hand}")
        bench.reach(wipe, *states)
        bench.daemon.kill()
        bench.daemon.start()
        if by_hand and where == "started":
            bench.fleet.send(f"human TAB {by_hand}")
        ended = bench.finish(wipe)
        truth = bench.fleet.state("TAB")
        assert int(truth["wipe_commands"]) <= (2 if way == "test-harness" else 1), story(ended)
        assert story(ended).count("started: command") <= 1
        if ended["state"] in ("verified", "wait_human"):
            assert truth["data"] == "0" and truth["test_mode"] == "0", story(ended)
        assert ended["state"] == "verified" or bench.item_state(item) != "ready"


# ---- the choice ----

@pytest.mark.parametrize("settings, config, strategy, because", [
    ({}, "", "recovery-wipe", "knows_recovery_wipe"),
    ({"owner": PACKAGE + "/.Admin", "apps": PACKAGE}, app("owner"), "owner", "enrolled"),
    ({"apps": PACKAGE}, app("owner"), "recovery-wipe", "knows_recovery_wipe"),
    ({"android": "14", "apps": PACKAGE}, app("helper", 0), "helper", "helper_configured"),
    ({"android": "14"}, "", "guided", "nothing_else"),
    ({"adb": "off"}, "", "guided", "no_adb"),
])
def test_the_way_follows_from_the_tablet_and_says_why(settings, config, strategy, because):
    with bench_of(settings, config) as bench:
        item = bench.know()
        wipe = bench.ask(item)
        bench.until(lambda: bench.wipe(wipe)["strategy"] is not None)
        told = bench.wipe(wipe)
        assert told["strategy"] == strategy
        line = next(event for event in told["evidence"] if "wipe_chosen" in event["text"])
        assert line["text"] == f"gated -> armed: wipe_chosen|{strategy}|{because}"
        assert strategy in line["text_fr"] and strategy in line["text_en"] and line["text_fr"] != line["text_en"]


def test_another_way_than_the_right_one_needs_a_right_and_a_reason():
    with bench_of({"apps": PACKAGE}, app("helper", 0)) as bench:
        item = bench.know()
        ended = bench.finish(bench.ask(item, strategy="helper"))
        assert ended["reason"] == "wipe_strategy_other|helper|recovery-wipe" and "recovery-wipe" in ended["todo_fr"]
        assert bench.fleet.state("TAB")["wipe_commands"] == "0"
        wipe = bench.ask(item, strategy="helper", overrides=["wipe-strategy"], comment="la commande d'Android échoue sur ce modèle")
        told = bench.reach(wipe, "wait_human", reason="attest")
        assert told["strategy"] == "helper" and "override: wipe-strategy, la commande" in story(told)


def test_a_helper_is_installed_over_the_cable_when_it_is_not_there():
    with tempfile.NamedTemporaryFile(suffix=".apk") as apk:
        apk.write(APK)
        apk.flush()
        with bench_of({"android": "13"}, app("helper", 0) + f"apk = {apk.name}\n") as bench:
            item = bench.know()
            wipe = bench.ask(item)
            told = bench.reach(wipe, "wait_human", reason="attest")
            assert f"said: cmd package install -S {len(APK)} ({PACKAGE})" in story(told)
            truth = bench.fleet.state("TAB")
            assert (truth["wiped"], truth["protocol_errors"], truth["missing_zlps"]) == ("1", "0", "0")


@pytest.mark.parametrize("settings, apk", [({"install": "refused"}, APK), ({}, b"not an application"), ({}, None)],
                         ids=["refused by the tablet", "no application", "no file"])
def test_a_helper_that_cannot_be_installed_wipes_nothing(settings, apk):
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "a.apk")
        with open(path, "wb") as file:
            file.write(apk or b"")
        config = app("helper", 0) + (f"apk = {path}\n" if apk else "")
        with bench_of({"android": "13", **settings}, config) as bench:
            item = bench.know()
            ended = finish(bench, bench.ask(item), item, ("not_wiped",))
            assert ended["reason"].startswith("device_refused") and bench.fleet.state("TAB")["wipe_commands"] == "0"


SCREENS = "[bench]\nreset_screens = daemon/system/reset-screens\n"


@pytest.mark.parametrize("maker, adb, brand", [("Samsung", "known", "Samsung"), ("Samsung", "off", "Samsung"), ("HUAWEI", "off", "Huawei, Honor"),
                                               ("Acme", "known", "Android")])
def test_a_person_is_shown_the_steps_of_that_brand(maker, adb, brand):
    with bench_of({"android": "14", "maker": maker, "adb": adb}, SCREENS) as bench:
        item = bench.know()
        wipe = bench.ask(item)
        told = bench.reach(wipe, "wait_human", reason="reset_by_hand")
        assert told["steps"]["brand"] == brand and len(told["steps"]["fr"]) == len(told["steps"]["en"]) > 3
        bench.fleet.send("human TAB settings-reset")
        assert "steps" not in bench.reach(wipe, "wait_human", reason="attest")


def test_in_the_recovery_menu_the_keys_are_shown_until_it_is_back():
    with bench_of({"recovery_visible": "true", "maker": "Lenovo"}, SCREENS) as bench:
        item = bench.know()
        wipe = bench.ask(item, **WAYS["recovery-keys"][2])
        told = bench.reach(wipe, "recovery")
        assert told["steps"]["brand"] == "Lenovo" and "Volume" in " ".join(told["steps"]["fr"])


def test_who_ticked_is_not_reminded():
    with bench_of({}, "") as bench:
        item = bench.know()
        for removed in (False, True):
            told = bench.daemon.done("POST", "/v1/wipes", {"item": item, "removed": removed, "preview": True})
            assert ("wipe_sd_sim" in [finding["code"] for finding in told["to_know"]]) != removed


# ---- Google's lock ----

def test_an_owner_that_clears_the_lock_may_wipe_with_an_account():
    settings, config, _ = WAYS["owner"]
    with bench_of({**settings, "google_accounts": "1", "after_wipe": "frp"}, config) as bench:
        item = bench.know()
        wipe = bench.ask(item)
        bench.reach(wipe, "wait_human", reason="attest")
        truth = bench.fleet.state("TAB")
        assert (truth["wiped"], truth["frp"]) == ("1", "0")


def test_an_owner_without_that_flag_is_stopped_by_the_account():
    settings, _, _ = WAYS["owner"]
    with bench_of({**settings, "google_accounts": "1"}, app("owner", 1)) as bench:
        item = bench.know()
        assert bench.finish(bench.ask(item))["reason"].startswith("wipe_google")
        assert bench.fleet.state("TAB")["wipe_commands"] == "0"


@pytest.mark.parametrize("settings, reason", [
    ({"google_accounts": "2"}, "wipe_google"), ({"samsung_accounts": "1"}, "wipe_other_account"),
    ({"owner": "org.autre/.Admin"}, "wipe_owner")])
def test_the_gate_says_one_sentence_and_keeps_no_name(settings, reason):
    with bench_of(settings, app("owner")) as bench:
        item = bench.know()
        ended = bench.finish(bench.ask(item))
        assert ended["state"] == "blocked" and ended["reason"].split("|")[0] == reason
        assert ended["todo_fr"] and ended["todo_en"] and "exemple.test" not in story(ended)
        assert bench.fleet.state("TAB")["wipe_commands"] == "0" and bench.item_state(item) == "to_wipe"


def test_a_lock_that_is_active_already_is_lifted_by_no_way():
    with bench_of({"google_accounts": "1", "after_wipe": "adb", "adb": "tap", "tap_after": "0.1"}, "") as bench:
        item = bench.know()
        bench.fleet.send("human TAB recovery-wipe")  # a borrower reset it by the keys
        bench.fleet.wait("TAB", "wiped=1")
        bench.until(lambda: any(slot["item"] == item for slot in bench.slots()))
        assert bench.fleet.state("TAB")["frp"] == "1"
        for asked in ({}, {"strategy": "owner"}):
            ended = bench.finish(bench.ask(item, **asked))
            assert ended["reason"].split("|")[0] == "wipe_lock_active", story(ended)
        assert bench.fleet.state("TAB")["wipe_commands"] == "0"


def test_what_the_gate_points_out_and_what_a_person_ticked_is_in_the_story():
    with bench_of({"users": "3", "oem_unlock": "true"}, "") as bench:
        item = bench.know()
        wipe = bench.ask(item, removed=True)
        told = bench.reach(wipe, "wait_human", reason="attest")
        lines = story(told)
        assert "to know: wipe_users|" in lines and "to know: wipe_oem_unlock|" in lines and "human: removed: " in lines
        french = "\n".join(event["text_fr"] for event in told["evidence"])
        assert "3 utilisateurs" in french and "Déverrouillage OEM" in french and "retirées" in french


# ---- configuration ----

@pytest.mark.parametrize("config, fault", [
    ("[owner]\ncomponent = org.exemple/.Admin\n", "go together"),
    ("[owner]\ncomponent = org.exemple; reboot\ncommand = am\n", "package/class"),
    ("[owner]\ncomponent = org.exemple/.Admin\ncommand = am broadcast\nflags = 2\n", "{flags}"),
    ("[helper]\ncomponent = org.exemple/.Admin\ncommand = am\napk = /nowhere/at.apk\n", "/nowhere/at.apk"),
    ("[helper]\ncomponent = org.exemple/.Admin\ncommand = am {flags}\nflags = 8\n", "[helper] flags"),
], ids=["half", "no component", "flags without place", "no file", "too many flags"])
def test_a_configuration_that_cannot_be_meant_is_refused_at_start(config, fault):
    with Fleet(tablet()) as fleet:
        from daemon import Daemon
        with pytest.raises(RuntimeError) as stopped:
            with Daemon(env=fleet.env(), bench=True, config=config):
                pass
        assert fault in str(stopped.value)
