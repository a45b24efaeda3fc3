"""The dialogues that are shipped, held with emulated operators that answer the published codes: what a modem sends, what is understood, and that
a top-up whose answer nobody has published ends without an answer and is sent once; and those that a person holds."""

import os
import shutil

import pytest
from fleet import card, modem
from test_modem_bench import PERIOD, luhn, make_start  # a fixture among them

assert make_start
SHIPPED = os.path.join(os.getcwd(), "daemon", "system", "dialogues")
CODE = "12345678901234"
EUROS = "page main=Votre credit : {balance} EUR, jusqu'au {credit_expiry}"
# the operator as somebody typed it, the first digits of its cards, what the operator answers, the dialogues (chosen by hand where no digits are
# published), and what is understood: cents, megabytes, until when
WAYS = {
    "orange": ("Orange", "893301", f"ussd #123#=page main\nussd #124*CODE#=topup\n{EUROS}", "orange-balance", False, (420, None, "2099-12-31"), "orange-topup"),
    "lycamobile": ("Lycamobile", "893325", f"ussd *131#=page main\nussd *131*CODE#=topup\n{EUROS}", "lycamobile-balance", True, (420, None, "2099-12-31"),
                   "lycamobile-topup"),
    "free": ("Free", "893315", "sms 555 conso=page main\npage main=Il vous reste 3 Go", "free-balance", False, (None, 3000, None), None),
}


@pytest.fixture(name="desk_of")
def make_desk_of(start, tmp_path):
    def desk_of(way):
        name, prefix, answers, *_ = WAYS[way]
        body = prefix + "0" * (18 - len(prefix))
        number = body + luhn(body)
        scenario = f"[operator {way}]\n{answers}\ncode {CODE}=500 30 180\n" + card(1, iccid=number, operator=way) + modem(1)
        shutil.copytree(SHIPPED, tmp_path / "dialogues")
        desk = start(scenario, config="operator_s = 3\n")
        line = desk.daemon.done("POST", "/v1/sims", {"iccid": number, "operator": name, "offer": "Prépayé"})["items"][1]["code"]
        desk.wait_modem(lambda m: m["state"] == "online")
        return desk, line

    return desk_of


def signed(desk, dialogue):
    desk.daemon.done("POST", "/v1/dialogues/signatures", {"dialogue": dialogue, "comment": "essayé sur le banc simulé"})


@pytest.mark.parametrize("way", WAYS)
def test_a_balance_is_understood_once_it_is_signed(desk_of, way):
    desk, line = desk_of(way)
    dialogue, is_chosen, (cents, megabytes, until) = WAYS[way][3:6]
    ask = {"line": line, **({"dialogue": dialogue} if is_chosen else {})}
    assert not is_chosen or desk.refused("/v1/lines/balance", {"line": line}) == "dialogue_none"
    assert desk.refused("/v1/lines/balance", ask) == "dialogue_unsigned"  # what it costs is not published
    signed(desk, dialogue)
    act = desk.done("/v1/lines/balance", ask)
    found = (act["balance_cents"], act["balance_mb"], act["credit_until"])
    assert (act["dialogue"], act["state"], found) == (dialogue, "ok", (cents, megabytes, until)), act


@pytest.mark.parametrize("way", [way for way, row in WAYS.items() if row[-1]])
def test_a_top_up_ends_without_an_answer_and_leaves_once(desk_of, way):
    desk, line = desk_of(way)
    daemon, dialogue = desk.daemon, WAYS[way][-1]
    daemon.done("POST", "/v1/keys", {})
    daemon.done("POST", "/v1/products", {"id": "five", "operator": WAYS[way][0], "name": "5 EUR", "price": "5"})
    daemon.post("/v1/funds", {"name": "Recharges", "amount_cents": 5000, "strand": "connection", **PERIOD})
    voucher = daemon.post("/v1/vouchers", {"number": "LOT-1", "code": CODE, "operator": WAYS[way][0], "product": "five"})["code"]
    body = {"line": line, "voucher": voucher, "bench": True, "dialogue": dialogue}
    assert desk.refused("/v1/recharges", body) == "dialogue_unsigned"
    signed(desk, dialogue)
    recharge = daemon.done("POST", "/v1/recharges", body)["items"][0]
    act = desk.act(recharge["act"])
    assert act["state"] == "ambiguous" and act["answer"] and CODE not in act["answer"], act
    assert daemon.get(f"/v1/objects/{recharge['code']}")["state"] == "ambiguous"
    assert desk.refused("/v1/recharges/sending", {"recharge": recharge["code"]}) == "recharge_state"
    assert (desk.fleet.state(way)["codes_spent"], desk.fleet.state("S1")["balance"]) == ("1", "920")


@pytest.mark.parametrize("name, prefix, words, dialogue", [("Bouygues", "893320", "Il vous reste 4,20 euros jusqu'au 30/11/2027", "bouygues-balance"),
                                                           ("SFR", "893310", "quatre euros... 4,20 EUR et 2 Go, valables au 30.11.2027", "sfr-balance")])
def test_what_a_person_hears_is_understood(start, tmp_path, name, prefix, words, dialogue):
    shutil.copytree(SHIPPED, tmp_path / "dialogues")
    desk = start("[operator o]\n", config="operator_s = 3\n")  # no modem is needed
    body = prefix + "0" * (18 - len(prefix))
    line = desk.daemon.done("POST", "/v1/sims", {"iccid": body + luhn(body), "operator": name, "offer": "Prépayé"})["items"][1]["code"]
    told = desk.daemon.done("POST", "/v1/lines/answers", {"line": line, "text": words, "preview": True})
    assert [finding["code"] for finding in told["to_know"] if finding["code"] != "heard_mb"] == ["heard_eur", "heard_until"]
    assert desk.daemon.get(f"/v1/objects/{line}")["balance_cents"] is None  # a preview writes nothing
    status, said, why = desk.cli("line", "heard", line, words)
    assert status == 0 and "4,20" in said and "30/11/2027" in said and "Compris" in why, (said, why)
    shown = desk.daemon.get(f"/v1/objects/{line}")
    assert (shown["balance_cents"], shown["credit_until"], shown["credit_origin"], shown["credit_confidence"]) == (420, "2027-11-30", "operator", "likely")
    assert [entry["verb"] for entry in desk.daemon.get("/v1/journal?limit=500")["items"]].count("line.balance") == 1
    assert desk.refused("/v1/lines/answers", {"line": line, "text": "rappelez plus tard"}) == "heard_nothing"
    assert desk.refused("/v1/lines/answers", {"line": line, "text": words, "dialogue": "none"}) == "dialogue_not_found"
    assert desk.refused("/v1/lines/answers", {"line": line, "text": words, "dialogue": "orange-topup"}) == "dialogue_purpose"
    assert desk.daemon.get(f"/v1/dialogues/rehearsal?dialogue={dialogue}&line={line}")["fits"]
