"""The bench as a technician sees it: names of ports, who needs a hand, what it says of trouble. The real temoind and temoin against the emulated
fleet."""

import json
import os
import subprocess

from daemon import BUILD, Daemon
from test_wipe import Bench, refused, tablet

TEMOIN = os.path.join(os.getcwd(), BUILD, "temoin")


def temoin(bench, *words, lang="fr"):
    """What temoin prints."""
    return subprocess.run([TEMOIN, "--socket", bench.daemon.socket_path, "--lang", lang, *words], check=True, capture_output=True,
                          text=True, timeout=60).stdout


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
        shown = temoin(bench, "bench", lang="en")
        assert shown.count("Look at the screen") == MANY
