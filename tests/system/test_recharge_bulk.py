"""Several recharges through the SIM bench: judged and prepared together, each sent once, as its card sits in a modem."""

import pytest
from daemon import Problem
from fleet import OPERATOR, modem
from test_modem_bench import CODES, PERIOD, Till, cards, iccid, make_start, make_till, scenario  # fixtures among them

assert make_start and make_till
BULK = {"product": "orange-5", "from_stock": True, "bench": True}


def stocked(till, *arguments, **keys):
    shop = till(*arguments, **keys)
    for number, code in enumerate(CODES):
        shop.voucher(code, f"LOT-{number}")
    return shop


def bulk(shop, **more):
    return shop.desk.daemon.done("POST", "/v1/recharges/bulk", {"lines": shop.lines, **BULK, **more})


def codes_of(answer, code):
    return [finding for finding in answer["to_know"] if finding["code"] == code]


def recharges(shop):
    return {item["line"]: item for item in shop.desk.daemon.get("/v1/recharges")["items"]}


def spent_codes(shop):
    return int(shop.desk.fleet.state("orange")["codes_spent"])


def topups(shop, number):
    return int(shop.desk.fleet.state(f"S{number}")["topups"])


def test_a_group_is_recharged_after_one_question(till):
    shop = stocked(till, scenario(3), count=3)
    desk = shop.desk
    words = ["recharge", "bulk", *shop.lines, "--product", "orange-5", "--from-stock", "--bench"]
    status, said, _ = desk.cli(*words, "--preview")
    assert status == 0 and "3 recharge(s), 15,00\u00a0€ en tout" in said, said
    status, said, why = desk.cli(*words)  # nobody can be asked
    assert status == 2 and "15,00\u00a0€" in said and "--yes" in why
    assert recharges(shop) == {} and shop.spent() == 0 and desk.daemon.get("/v1/acts")["items"] == []
    status, said, why = desk.cli(*words, "--yes")
    assert status == 0 and said.count("fait") == 3, (said, why)
    assert {item["state"] for item in recharges(shop).values()} == {"confirmed"}
    assert [topups(shop, n) for n in (1, 2, 3)] == [1, 1, 1] and shop.spent() == 1500
    assert desk.daemon.get("/v1/funds/reconcile")["ok"]
    assert desk.refused("/v1/recharges/bulk", {"line": shop.lines[0], "lines": shop.lines, **BULK}) == "recharge_one_or_several"
    assert desk.refused("/v1/recharges/bulk", {"lines": [], **BULK}) == "field_missing"


def test_a_card_that_is_in_no_modem_is_waited_for(till):
    """One modem for three cards: each recharge goes when its card is in it, and no command sends one again."""
    shop = stocked(till, OPERATOR + cards(3) + modem(1), online=False, count=3)
    desk = shop.desk
    desk.wait_modem(lambda m: m["state"] == "online")
    shown = bulk(shop, preview=True)
    assert len(codes_of(shown, "recharge_waits")) == 2 and "temoin recharge send" in codes_of(shown, "recharge_send_later")[0]["fr"]
    answer = bulk(shop)
    waiting = codes_of(answer, "recharge_waits")
    assert len(waiting) == 2 and all("n'est dans aucun modem" in finding["fr"] for finding in waiting)
    made = {item["line"]: item for item in answer["items"] if item["kind"] == "recharge"}
    assert [made[line]["act"] is None for line in shop.lines] == [False, True, True]
    assert desk.act(made[shop.lines[0]]["act"])["state"] == "ok" and shop.spent() == 1500
    for number, line in ((2, shop.lines[1]), (3, shop.lines[2])):
        assert recharges(shop)[line]["state"] == "prepared" and topups(shop, number) == 0
        desk.fleet.insert("M1", f"S{number}")
        desk.wait_modem(lambda m, number=number: m["state"] == "online" and m["iccid"] == iccid(number))
        status, said, why = desk.cli("recharge", "send")
        assert status == 0 and said.count("fait") == 1, (said, why)
        assert recharges(shop)[line]["state"] == "confirmed"
    assert desk.cli("recharge", "send")[0] == 1 and desk.refused("/v1/recharges/sending", {}) == "recharge_none_prepared"
    assert [topups(shop, n) for n in (1, 2, 3)] == [1, 1, 1] and shop.spent() == 1500


def test_a_fund_that_cannot_pay_them_all_sends_none(till):
    shop = stocked(till, scenario(3), count=3)
    desk = shop.desk
    small = desk.daemon.post("/v1/funds", {"name": "Petit", "amount_cents": 1000, "strand": "connection", **PERIOD})["code"]
    assert desk.refused("/v1/recharges/bulk", {"lines": shop.lines, "fund": small, **BULK}) == "fund_short"
    assert recharges(shop) == {} and desk.daemon.get("/v1/acts")["items"] == []
    assert {item["state"] for item in desk.daemon.get("/v1/vouchers")["items"]} == {"stock"}
    assert [desk.fleet.state(f"S{n}")["ussd_asked"] for n in (1, 2, 3)] == ["0"] * 3


def test_an_unsigned_dialogue_prepares_none_and_sends_none(till, tmp_path):
    shop = stocked(till, OPERATOR + cards(2) + modem(1), count=2, online=False, sign=False)
    desk = shop.desk
    desk.wait_modem(lambda m: m["state"] == "online")
    assert desk.refused("/v1/recharges/bulk", {"lines": shop.lines, **BULK}) == "dialogue_unsigned"
    assert recharges(shop) == {}
    desk.daemon.done("POST", "/v1/dialogues/signatures", {"dialogue": "topup", "comment": "essayé"})
    bulk(shop, lines=shop.lines[1:])  # its card is in no modem
    desk.daemon.stop()
    file = tmp_path / "dialogues" / "test.conf"
    file.write_text(file.read_text().replace("purpose = topup", "purpose = topup\ntimeout_s = 60"))  # another text than the one that was signed
    desk.daemon.start()
    desk.fleet.insert("M1", "S2")
    desk.wait_modem(lambda m: m["state"] == "online" and m["iccid"] == iccid(2))
    answer = desk.daemon.done("POST", "/v1/recharges/sending", {})
    assert answer["items"] == [] and "approuvé" in codes_of(answer, "recharge_waits")[0]["fr"]
    status, _, why = desk.cli("recharge", "send")
    assert status == 1 and "approuvé" in why
    assert recharges(shop)[shop.lines[1]]["state"] == "prepared" and spent_codes(shop) == 0


def test_what_has_no_answer_is_listed_at_the_end(till):
    shop = stocked(till, scenario(2), count=2)
    shop.desk.fleet.arm("M1", "lost@topup")
    status, said, why = shop.desk.cli("recharge", "bulk", *shop.lines, "--product", "orange-5", "--from-stock", "--bench", "--yes")
    lost = recharges(shop)[shop.lines[0]]
    assert status == 5 and (lost["state"], recharges(shop)[shop.lines[1]]["state"]) == ("ambiguous", "confirmed"), (said, why)
    title, last = why.rstrip().splitlines()[-2:]
    assert "temoin recharge settle" in title and last.split() == [f"{code[:4]}-{code[4:]}" for code in (lost["code"], shop.lines[0])], why
    assert topups(shop, 1) == topups(shop, 2) == 1


def test_the_daemon_killed_among_them_sends_nothing_twice(till):
    """One is done, one has left without an answer, one still looks for the network, one waits for its card."""
    text = OPERATOR + "code 44444444444444=500 30 180\n" + cards(4) + "".join(modem(n, late_seconds=30) for n in (1, 2, 3))
    shop = stocked(till, text, count=4, online=False)
    shop.voucher("44444444444444", "LOT-9")
    desk = shop.desk
    for number in (1, 2, 3):
        desk.wait_modem(lambda m: m["state"] == "online", f"3-1.{number}")
    desk.fleet.arm("M2", "late@topup")
    desk.fleet.arm("M3", "late@register")
    made = {item["line"]: item for item in bulk(shop)["items"] if item["kind"] == "recharge"}
    assert desk.act(made[shop.lines[0]]["act"])["state"] == "ok"
    desk.fleet.wait("M2", "armed=0")
    desk.fleet.wait("M3", "armed=0")
    desk.daemon.kill()
    desk.daemon.start()
    states = [recharges(shop)[line]["state"] for line in shop.lines]
    assert states == ["confirmed", "ambiguous", "prepared", "prepared"] and shop.spent() == 2000
    assert [desk.act(made[line]["act"])["state"] for line in shop.lines[:3]] == ["ok", "ambiguous", "not_done"]
    desk.fleet.send("unplug M3")  # it sleeps still
    desk.fleet.send("plug M3")
    desk.wait_modem(lambda m: m["state"] == "online", "3-1.3")
    assert [topups(shop, n) for n in (1, 2, 3, 4)] == [1, 1, 0, 0]  # nothing by itself
    acts = desk.daemon.done("POST", "/v1/recharges/sending", {})["items"]
    assert [act["recharge"] for act in acts] == [made[shop.lines[2]]["code"]] and desk.act(acts[0]["number"])["state"] == "ok"
    assert [topups(shop, n) for n in (1, 2, 3, 4)] == [1, 1, 1, 0] and spent_codes(shop) == 3
    assert [r["code"] for r in desk.daemon.get("/v1/recharges?state=ambiguous")["items"]] == [made[shop.lines[1]]["code"]]
    with pytest.raises(Problem):
        desk.daemon.done("POST", "/v1/recharges/sending", {"recharge": made[shop.lines[1]]["code"]})
    assert desk.daemon.get("/v1/funds/reconcile")["ok"] and desk.daemon.get("/v1/journal/verify")["ok"]
