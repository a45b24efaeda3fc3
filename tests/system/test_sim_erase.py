"""Messages and contacts that a borrower leaves on a SIM card: the desk is told of them, they are counted and erased through a modem, and never read."""

import os

import pytest
from fleet import OPERATOR, modem
from test_modem_bench import cards, iccid, make_start, scenario  # a fixture among them

assert make_start
WORDS = "Rendez-vous chez le Dr Inventé"  # of the borrower: seen by nobody


class Box:
    """A desk whose cards S1 ... have lines, and messages and contacts of somebody."""

    def __init__(self, start, text, count=1, messages=2, contacts=4):
        self.desk = start(text)
        self.sims, self.lines = zip(*(self.desk.sim(n) for n in range(1, count + 1)))
        self.person = self.desk.daemon.post("/v1/persons", {"name": "Ana Testa"})["code"]
        self.desk.wait_card(1)
        for _ in range(messages):
            self.desk.fleet.send(f"sms S1 +33639980099 {WORDS}")
        self.desk.fleet.wait("S1", f"messages={messages}")
        self.desk.fleet.set("S1", contacts=contacts)

    def lend(self):
        return self.desk.daemon.done("POST", "/v1/loans", {"person": self.person, "things": [self.lines[0]]})

    def take_back(self):
        return self.desk.daemon.done("POST", "/v1/returns", {"thing": self.lines[0]})

    def left(self, card="S1"):
        state = self.desk.fleet.state(card)
        return int(state["messages"]), int(state["contacts"])

    def is_to_erase(self):
        return self.desk.daemon.get(f"/v1/objects/{self.sims[0]}")["to_erase"]

    def erase(self, **more):
        return self.desk.done("/v1/sims/erasures", {"sim": self.sims[0], **more})


def told(answer):
    return [finding for finding in answer["to_know"] if finding["code"] == "sim_to_erase"]


def test_a_returned_card_is_emptied_before_it_is_lent_again(start):
    box = Box(start, scenario())
    desk = box.desk
    assert told(box.lend()) == [] and not box.is_to_erase()
    assert "temoin sim erase-sms" in told(box.take_back())[0]["fr"] and box.is_to_erase()
    assert "oui" in desk.cli("sim", "list")[1]
    again = {"person": box.person, "things": [box.lines[0]], "preview": True}
    assert len(told(desk.daemon.done("POST", "/v1/loans", again))) == 1
    status, said, why = desk.cli("sim", "erase-sms", box.lines[0])  # nobody can be asked
    assert status == 2 and "messages : 2, contacts : 4" in said and "--yes" in why, (said, why)
    assert box.left() == (2, 4) and box.is_to_erase()
    status, said, why = desk.cli("sim", "erase-sms", box.sims[0], "--yes")
    assert status == 0 and "messages effacés : 2, contacts effacés : 4" in said, (said, why)
    assert box.left() == (0, 0) and not box.is_to_erase()
    assert told(desk.daemon.done("POST", "/v1/loans", again)) == []
    verbs = [entry for entry in desk.daemon.get("/v1/journal?limit=500")["items"] if entry["verb"].startswith("sim.erase")]
    assert [entry["verb"] for entry in verbs] == ["sim.erase", "sim.erase.end"] and "messages=2 contacts=4" in verbs[1]["after"]
    assert desk.daemon.get("/v1/journal/verify")["ok"]


def test_nobody_reads_what_was_written(start):
    box = Box(start, scenario())
    desk = box.desk
    told_all = [desk.cli("sim", "erase-sms", box.sims[0], "--yes"), desk.cli("modem", "acts"), desk.daemon.get("/v1/acts"), desk.daemon.get("/v1/modems"),
                desk.daemon.get("/v1/journal?limit=500"), desk.daemon.said()]
    assert all(WORDS not in repr(part) and "+33639980099" not in repr(part) for part in told_all)
    desk.daemon.stop()
    for where, _, names in os.walk(desk.daemon.state_dir):
        for name in names:
            with open(os.path.join(where, name), "rb") as file:
                content = file.read()
            assert WORDS.encode() not in content and b"33639980099" not in content, name
    desk.daemon.start()


def test_an_empty_card_needs_no_erasing(start):
    box = Box(start, scenario(), messages=0, contacts=0)
    box.lend()
    box.take_back()
    act = box.desk.done("/v1/sims/contents", {"sim": box.lines[0]})
    assert (act["state"], act["job"], act["messages"], act["contacts"]) == ("ok", "count", 0, 0) and not box.is_to_erase()


def test_what_a_borrower_has_now_is_asked_about(start):
    box = Box(start, scenario())
    box.lend()
    assert box.desk.refused("/v1/sims/erasures", {"sim": box.sims[0]}) == "sim_erase_lent"
    status, said, _ = box.desk.cli("sim", "erase-sms", box.sims[0], "--yes")
    assert status == 1 and "sim-erase-lent" in said and box.left() == (2, 4)
    act = box.erase(overrides=["sim-erase-lent"], comment="demandé par l'emprunteuse")
    assert act["state"] == "ok" and box.left() == (0, 0)


def test_a_modem_that_sees_no_contacts_says_so(start):
    box = Box(start, scenario(phonebook="false"))
    box.lend()
    box.take_back()
    act = box.erase()
    assert (act["state"], act["messages"], act["contacts"], act["reason"]) == ("ok", 2, None, "sim_erase_unseen")
    assert box.left() == (0, 4) and box.is_to_erase()


def test_a_card_in_no_modem_is_said(start):
    box = Box(start, OPERATOR + cards(2) + modem(1), count=2)
    assert box.desk.refused("/v1/sims/erasures", {"sim": box.sims[1]}) == "sim_not_in_modem"
    assert box.desk.refused("/v1/sims/contents", {"sim": box.sims[1]}) == "sim_not_in_modem"


def test_another_card_keeps_its_messages(start):
    """Swapped while the modem is asked which card it has."""
    box = Box(start, OPERATOR + cards(2) + modem(1, late_seconds=1), count=2)
    desk = box.desk
    desk.fleet.set("S2", contacts=3)
    desk.fleet.arm("M1", "late@ready")
    number = desk.daemon.done("POST", "/v1/sims/erasures", {"sim": box.sims[0]})["items"][0]["number"]
    desk.fleet.wait("M1", "armed=0")
    desk.fleet.insert("M1", "S2")
    assert desk.act(number)["state"] in ("refused", "not_done") and box.left("S2") == (0, 3)


@pytest.mark.parametrize("how", ["gone@sms-delete", "killed"])
def test_an_erasure_without_an_answer_is_said_so_and_done_again(start, how):
    box = Box(start, scenario(late_seconds=30))
    desk = box.desk
    box.lend()
    box.take_back()
    desk.fleet.arm("M1", "late@sms-delete" if how == "killed" else how)
    number = desk.daemon.done("POST", "/v1/sims/erasures", {"sim": box.sims[0]})["items"][0]["number"]
    desk.fleet.wait("M1", "armed=0")
    if how == "killed":
        desk.daemon.kill()
        desk.daemon.start()
    act = desk.act(number)
    assert act["state"] == "ambiguous" and box.is_to_erase(), act
    if how == "killed":
        desk.fleet.send("unplug M1")  # it is opened anew
    desk.fleet.send("plug M1")
    desk.wait_modem(lambda m: m["state"] == "online" and m["iccid"] == iccid(1))
    act = box.erase()
    assert act["state"] == "ok" and box.left() == (0, 0) and not box.is_to_erase(), act
