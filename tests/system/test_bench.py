"""The bench as a technician sees it: names of ports, who needs a hand, what it says of trouble. The real temoind and temoin against the emulated
fleet."""

import json
import os
import subprocess
import time

from daemon import BUILD, Daemon
from fleet import Fleet
from stock import Tools
from test_wipe import CONFIG, PATIENCE_SECONDS, Bench, refused, tablet

TEMOIN = os.path.join(os.getcwd(), BUILD, "temoin")


def temoin(bench, *words, lang="fr"):
    """What temoin prints."""
    return subprocess.run([TEMOIN, "--socket", bench.daemon.socket_path, "--lang", lang, *words], check=True, capture_output=True,
                          text=True, timeout=60).stdout


def until(holds):
    end = time.monotonic() + PATIENCE_SECONDS
    while not holds():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)  # the api is asked again: there is no event to wait for from a plain client


def slot_of(bench, port):
    return next((slot for slot in bench.slots() if slot["port"] == port), None)


# ---- names of ports ----

def test_a_port_is_said_by_its_name_wherever_it_is_shown():
    with Bench(tablet(adb="tap")) as bench:
        item = bench.know()
        assert temoin(bench, "bench", "name", "1-1.2", "Place 3") == "1-1.2  Place 3\n"
        bench.until(lambda: slot_of(bench, "1-1.2")["port_name"] == "Place 3")
        assert temoin(bench, "bench").splitlines()[1].startswith("Place 3")
        assert "  Place 3" in temoin(bench, "bench", "names")
        wipe = temoin(bench, "wipe", item, "--yes", "--no-wait", "--removed")
        assert "port Place 3" in wipe.splitlines()[0] and "sur le port Place 3" in wipe.splitlines()[-1]
        code = slot_of(bench, "1-1.2")["wipe"] or bench.daemon.get(f"/v1/wipes?item={item}")["items"][0]["code"]
        bench.reach(code, "wait_human", reason="tap")
        bench.fleet.wait("TAB", "dialog=1")
        bench.fleet.send("allow TAB")
        away = bench.reach(code, "gone", "returned", "wait_human", reason=None)
        if away["state"] == "gone":
            assert "sur le port Place 3" in away["todo_fr"] and "on port Place 3" in away["todo_en"]
        assert bench.finish(code)["port_name"] == "Place 3"


def test_a_name_is_of_one_port_and_moves_by_renaming():
    with Daemon() as daemon:
        def name(port, text):
            return daemon.post("/v1/ports", {"port": port, "name": text})

        def names():
            return [(port["port"], port["name"]) for port in daemon.get("/v1/ports")["items"]]

        name("1-1.2", "  Place 3 ")
        name("1-1.3", "Place 4")
        assert refused(name, "1-1.3", "PLACE-3") == "port_name_taken"
        name("place 3", "Place 5")  # by the name it has
        name("1-1.2", "Place 5")  # a second click
        assert names() == [("1-1.3", "Place 4"), ("1-1.2", "Place 5")]
        daemon.post("/v1/ports", {"port": "Place 5", "remove": True})
        name("1-1.3", "Place 3")
        assert names() == [("1-1.3", "Place 3")]
        assert refused(daemon.post, "/v1/ports", {"port": "1-1.2", "remove": True}) == "port_name_none"
        assert daemon.get("/v1/journal/verify")["ok"]


def test_names_that_would_deceive_are_refused():
    with Daemon() as daemon:
        def refusal(**fields):
            return refused(daemon.post, "/v1/ports", fields)

        assert refusal(port="1-1.2", name="1-1.3") == "port_name_is_port"
        assert refusal(port="place 9", name="Place 9") == "port_format"
        assert refusal(port="1-1.2.", name="Place 9") == "port_format"
        assert refusal(port="1-1.2", name="x" * 25) == "field_long"
        assert refusal(port="1-1.2", name="Place\u0007") == "name_letters"
        assert refusal(port="1-1.2") == "port_name_or_remove"
        assert refusal(port="1-1.2", name="Place 9", remove=True) == "port_name_or_remove"
        daemon.post("/v1/ports", {"port": "1-1.2", "name": "112"})
        daemon.post("/v1/ports", {"port": "1-12", "name": "Place 1"})  # a port is meant before a name that reads alike
        assert daemon.post("/v1/ports", {"port": "1-1.3", "name": "Place 2", "preview": True}) is not None
        assert [port["port"] for port in daemon.get("/v1/ports")["items"]] == ["1-1.2", "1-12"]


# ---- many at once ----

MANY = 45


def many(n, **settings):
    return "".join(tablet(f"T{i}", f"1-{i // 7 + 1}.{i % 7 + 1}", f"R9TESTMANY{i:02}", **settings) for i in range(n))


def test_forty_five_tablets_are_wiped_at_once_and_the_news_tell_it_all():
    with Bench(many(MANY, wipe_seconds="2"), leave=30, back=60, probe=60) as bench:
        items = [bench.daemon.post("/v1/items", {"serial": f"R9TESTMANY{i:02}", "model": "Galaxy Tab A9"})["code"] for i in range(MANY)]
        bench.until(lambda: {slot["item"] for slot in bench.slots()} == set(items))
        link = bench.daemon.connection()
        link.request("GET", "/v1/events")
        stream = link.getresponse()
        wipes = {bench.ask(item) for item in items}
        waiting, steps, begun = set(), {}, set()
        while waiting != wipes:  # no question is asked of the api meanwhile
            line = stream.readline()
            assert line, bench.daemon.said()
            slot = (json.loads(line[5:]).get("slot") or {}) if line.startswith(b"data:") else {}
            if slot.get("wipe"):
                begun.add(slot["item"])
                steps.setdefault(slot["wipe"], []).append((slot["percent"], slot["wipe_state"], slot["need"]))
                if slot["percent"] == 95 and slot["wipe_state"] == "wait_human":
                    waiting.add(slot["wipe"])
            assert slot.get("wipe") or slot.get("item") not in begun, f"it ended by itself: {slot}"
        link.close()
        for story in steps.values():
            assert [percent for percent, _, _ in story] == sorted(percent for percent, _, _ in story)
            assert story[-1][2] == "hand" and {"runs"} == {need for _, state, need in story if state != "wait_human"}
        for i in range(MANY):
            truth = bench.fleet.state(f"T{i}")
            assert truth["wiped"] == "1" and truth["wipe_commands"] == "1" and truth["protocol_errors"] == "0"
        assert bench.daemon.get("/healthz")["loop"]["turns"] > MANY
        said = temoin(bench, "doctor", lang="en")
        assert "ablets" in said and "wait for the daemon" in said and "(limit: 20 ms)" in said, said
        shown = temoin(bench, "bench", lang="en")
        assert shown.count("Look at the screen") == MANY


# ---- what goes wrong on the bus, in plain words ----

def test_a_controller_without_room_is_said_with_what_to_do():
    with Bench(tablet(claim="full")) as bench:
        item = bench.know()
        ended = bench.finish(bench.ask(item))
        assert (ended["state"], ended["reason"]) == ("blocked", "device_no_room|1") and bench.fleet.state("TAB")["wipe_commands"] == "0"
        assert "Trop d'appareils" in ended["todo_fr"] and "another socket of the machine" in ended["todo_en"]
        bench.until(lambda: slot_of(bench, "1-1.2")["wipe"] is None)
        assert (slot_of(bench, "1-1.2")["link"], slot_of(bench, "1-1.2")["need"]) == ("no_room", "hand")
        assert "Too many devices on this USB controller (bus 1)" in temoin(bench, "bench", lang="en")
        bench.fleet.send("set TAB claim=ok")
        bench.reach(bench.ask(item), "wait_human", reason="attest")  # once some were moved it simply works


def test_a_missing_permission_names_the_rule_and_the_command():
    with Bench(tablet(claim="denied")) as bench:
        item = bench.know()
        ended = bench.finish(bench.ask(item))
        assert (ended["state"], ended["reason"]) == ("blocked", "device_permission")
        for sentence in (ended["todo_fr"], ended["todo_en"]):
            assert "70-temoin.rules" in sentence and "sudo udevadm control --reload && sudo udevadm trigger" in sentence


def test_another_adb_server_is_named_with_its_process():
    with Fleet(tablet(), nodes="pty") as fleet, Tools(fleet) as tools:
        tools.online("R9TESTBENCH1")
        with Daemon(env=fleet.env(), bench=True, config=CONFIG.format(tap=5, leave=3, back=8, probe=5)) as daemon:
            item = daemon.post("/v1/items", {"serial": "R9TESTBENCH1", "model": "Galaxy Tab A9"})["code"]
            until(lambda: [slot["item"] for slot in daemon.get("/v1/bench")["items"]] == [item])
            code = daemon.post("/v1/wipes", {"item": item})["code"]
            until(lambda: daemon.get(f"/v1/objects/{code}")["state"] == "blocked")
            wipe = daemon.get(f"/v1/objects/{code}")
            word, pid = wipe["reason"].split("|")
            with open(f"/proc/{pid}/comm", encoding="ascii") as file:
                assert (word, file.read()) == ("device_busy_adb", "adb\n")
            assert f"(processus {pid})" in wipe["todo_fr"] and "adb kill-server" in wipe["todo_en"]
            assert fleet.state("TAB")["wipe_commands"] == "0"


def test_a_tablet_with_debugging_off_says_how_it_will_be_wiped():
    with Bench(tablet(adb="off")) as bench:
        bench.know()
        slot = slot_of(bench, "1-1.2")
        assert slot["mode"] == "plain" and "débogage USB est coupé" in slot["todo_fr"] and "USB debugging is off" in slot["todo_en"]


def test_a_hub_that_vanishes_is_one_sentence_and_its_wipes_go_on_when_it_is_back():
    tablets = tablet("AWAY", "1-2.1", "R9TESTAWAY", recovery_visible="true", wipe_seconds="3") + tablet("TAP", "1-2.2", "R9TESTTAP", adb="tap") + \
        tablet("IDLE", "1-2.3", "R9TESTIDLE") + tablet("OTHER", "1-3.1", "R9TESTOTHER")
    with Bench(tablets, back=20) as bench:
        away, tap, _ = (bench.know(serial) for serial in ("R9TESTAWAY", "R9TESTTAP", "R9TESTIDLE"))
        bench.shows("R9TESTOTHER")
        bench.daemon.post("/v1/ports", {"port": "1-2", "name": "Hub gauche"})
        erased, asked = bench.ask(away), bench.ask(tap)
        bench.reach(asked, "wait_human", reason="tap")
        bench.reach(erased, "recovery")
        bench.fleet.send("hub 1-2 out")
        bench.until(lambda: bench.daemon.get("/v1/bench")["troubles"])
        trouble, = bench.daemon.get("/v1/bench")["troubles"]
        assert trouble["code"] == "bench_hub_gone" and "Hub gauche a perdu d'un coup ses 2 tablettes" in trouble["fr"]
        assert temoin(bench, "bench", lang="en").startswith("The hub Hub gauche lost its 2 tablets at once")
        assert bench.finish(asked)["state"] == "aborted" and bench.item_state(tap) == "to_wipe"  # nothing was sent
        bench.until(lambda: bench.wipe(erased)["state"] == "gone")
        assert {slot["port"]: slot["mode"] for slot in bench.slots()} == {"1-2.1": "away", "1-3.1": "adb"}
        bench.fleet.send("hub 1-2 in")
        bench.reach(erased, "wait_human", reason="attest")
        bench.until(lambda: bench.daemon.get("/v1/bench")["troubles"] == [])
        assert bench.fleet.state("AWAY")["wipe_commands"] == "1"


def test_tablets_unplugged_one_after_the_other_or_by_their_wipes_are_no_hub_that_vanished():
    with Bench(many(3, wipe_seconds="0.5"), leave=10, back=20) as bench:
        items = [bench.know(f"R9TESTMANY0{i}") for i in range(3)]
        wipes = [bench.ask(item) for item in items]  # they leave their ports almost at once
        for wipe in wipes:
            bench.reach(wipe, "wait_human", reason="attest")
            assert bench.daemon.get("/v1/bench")["troubles"] == []
        bench.fleet.send("unplug T0")
        bench.until(lambda: slot_of(bench, "1-1.1") is None)
        assert bench.daemon.get("/v1/bench")["troubles"] == []
