"""The SIM bench joined to the register: the real daemon with the real temoin-modem on emulated modems and cards. What the emulated card and operator
counted is compared with what the register says after every scenario."""

import os
import resource
import signal
import subprocess
import time

import pytest
from daemon import BUILD, Daemon, Problem
from fleet import OPERATOR, Fleet, card, modem
from test_recharges import typed_at_a_terminal

SECONDS = 60
TEMOIN = os.path.join(os.getcwd(), BUILD, "temoin")
PERIOD = {"from": "2026-01-01", "to": "2027-12-31"}
# By name: the cards of the tests share one prefix.
DIALOGUES = """
[balance]
operator = Orange
purpose = balance
channel = ussd
cost = free
source = test
sourced = no
iccid_prefix = 893301
send = #123#
success = solde
eur = solde ([\\\\d.,]+)
date = jusqu'au (\\\\S+)
[topup]
operator = Orange
purpose = topup
channel = ussd
cost = free
source = test
sourced = no
iccid_prefix = 893301
send = *124*{code}#
used = deja|already|used
failure = incorrect|invalid|refus|inconnu
success = credit|recharg
date = jusqu'au (\\\\S+)
[paid]
operator = Orange
purpose = balance
channel = ussd
cost = unknown
source = test
sourced = no
send = #123#
success = solde
[call]
operator = Orange
purpose = balance
channel = voice
cost = free
source = test
sourced = no
send = 950
"""
STEPS = ["ready", "pin", "home", "register", "signal"]  # what a modem is asked while its card is read
CODES = ["11111111111111", "22222222222222", "33333333333333"]


def luhn(digits):
    total = sum(sum(divmod(int(d) * (2 - i % 2), 10)) for i, d in enumerate(reversed(digits)))
    return str(-total % 10)


def iccid(number):
    """Of the emulated card S1, S2 ...: one that may be typed, because its last digit is right."""
    body = f"893301{number:012d}"
    return body + luhn(body)


def cards(count, **keys):
    return "".join(card(n, iccid=iccid(n), **keys) for n in range(1, count + 1))


class Desk:
    """A daemon with its emulated modems."""

    def __init__(self, scenario, folder, config="", **options):
        self.fleet = Fleet(scenario).start()
        (folder / "dialogues").mkdir(exist_ok=True)
        (folder / "dialogues" / "test.conf").write_text(DIALOGUES.replace("\\\\", "\\"))
        config = f"[daemon]\ndialogues_dir = {folder}/dialogues\n[bench]\n{config or 'operator_s = 2'}\n"
        self.daemon = Daemon(env=self.fleet.env(), bench=True, config=config, **options)

    def __enter__(self):
        self.daemon.start()
        return self

    def __exit__(self, *_):
        try:
            self.daemon.stop()
        finally:
            self.daemon.clean()
            self.fleet.stop()

    # ---- modems ----

    def modems(self):
        return {item["port"]: item for item in self.daemon.get("/v1/modems")["items"]}

    def wait_modem(self, condition, port="3-1.1", seconds=SECONDS):
        end = time.monotonic() + seconds
        while True:
            found = self.modems().get(port)
            if found is not None and condition(found):
                return found
            assert time.monotonic() < end, found
            time.sleep(0.05)  # asked again: the modem's own boot is awaited

    def wait_card(self, number, port="3-1.1"):
        return self.wait_modem(lambda m: m["iccid"] == iccid(number) and m["state"] not in ("opening", "sim_boot", "busy"), port)

    # ---- acts ----

    def act(self, number):
        end = time.monotonic() + SECONDS
        while True:
            found = self.daemon.get(f"/v1/acts/{number}")
            if found["is_over"]:
                return found
            assert time.monotonic() < end, found
            time.sleep(0.02)  # asked again: the modem works

    def done(self, path, body):
        """What came of the one act that is asked."""
        items = self.daemon.done("POST", path, body)["items"]
        assert len(items) == 1
        return self.act(items[0]["number"])

    def identify(self, **body):
        return self.done("/v1/modems/identify", {"port": "3-1.1", **body})

    def balance(self, line):
        """Asked until it is answered: a modem that has just restarted first notices that."""
        end = time.monotonic() + SECONDS
        while True:
            self.wait_modem(lambda m: m["state"] == "online")
            try:
                act = self.done("/v1/lines/balance", {"line": line})
            except Problem as problem:  # it is opened again just now
                act = problem.body
            if act.get("state") == "ok":
                return act
            assert time.monotonic() < end, act

    def refused(self, path, body):
        with pytest.raises(Problem) as refused:
            self.daemon.done("POST", path, body)
        return refused.value.body["code"]

    def sim(self, number, **keys):
        body = {"iccid": iccid(number), "operator": "Orange", "offer": "Mobicarte", **keys}
        items = self.daemon.done("POST", "/v1/sims", body)["items"]
        return items[0]["code"], items[1]["code"]

    def cli(self, *words, stdin="", language="fr"):
        done = subprocess.run([TEMOIN, "--socket", self.daemon.socket_path, "--lang", language, *words], input=stdin, capture_output=True,
                              text=True, timeout=SECONDS, check=False)
        return done.returncode, done.stdout, done.stderr


@pytest.fixture(name="start")
def make_start(tmp_path):
    started = []

    def start(scenario, **options):
        desk = Desk(scenario, tmp_path, **options)
        started.append(desk)
        return desk.__enter__()

    yield start
    for desk in reversed(started):
        desk.__exit__()


def scenario(count=1, sim=None, **keys):
    return OPERATOR + cards(count, **(sim or {})) + "".join(modem(n, **keys) for n in range(1, count + 1))


# ---- the bench ----

def test_the_bench_says_what_is_in_each_modem(start):
    desk = start(OPERATOR + cards(2) + modem(1) + modem(2, sim=""))
    found = desk.wait_card(1)
    assert (found["imei"], found["numbers"], found["sim"], found["pin_on"]) == ("350000000000001", ["+33639980001"], None, False)
    empty = desk.wait_modem(lambda m: m["state"] == "sim_absent", "3-1.2")
    assert empty["reason"] == "sim_absent" and "carte SIM" in empty["todo_fr"] and "SIM card" in empty["todo_en"]
    sim, line = desk.sim(1)
    found = desk.modems()["3-1.1"]
    assert (found["sim"], found["line"]) == (sim, line)
    status, said, _ = desk.cli("modem", "list")
    assert status == 0 and "sans carte" in said and iccid(1) in said and "06 39 98 00 01" in said
    status, said, why = desk.cli("sim", "identify")  # an empty modem is said, and is no failure
    assert status == 0 and "connue" in said and "sim_absent" in why, (said, why)
    desk.fleet.send("unplug M2")
    end = time.monotonic() + SECONDS
    while "3-1.2" in desk.modems():
        assert time.monotonic() < end
        time.sleep(0.05)  # udev's news is awaited


def test_a_desk_without_modems(start):
    desk = start(OPERATOR)
    assert desk.modems() == {}
    assert desk.refused("/v1/modems/identify", {}) == "modem_none"
    assert desk.refused("/v1/modems/identify", {"port": "9-9"}) == "modem_port"
    off = Daemon(env=desk.fleet.env(), bench=True, config="[bench]\nmodems = false\n")
    with off:
        assert off.request("GET", "/v1/modems")[2]["code"] == "modems_off"


def test_news_of_modems_and_acts_are_told(start):
    desk = start(scenario())
    desk.wait_card(1)
    link = desk.daemon.raw()
    link.sendall(b"GET /v1/events HTTP/1.1\r\nHost: t\r\n\r\n")
    act = desk.identify()
    said = b""
    while b"event: act" not in said:
        said += link.recv(65536)
    link.close()
    assert b"event: modem" in said and str(act["number"]).encode() in said


# ---- identify ----

def test_a_card_is_new_then_bound_then_known(start):
    desk = start(scenario())
    desk.wait_card(1)
    act = desk.identify()
    assert (act["state"], act["verdict"], act["sim"], act["iccid"]) == ("ok", "new", None, iccid(1))
    assert "temoin sim identify --line" in act["todo_fr"]
    status, said, _ = desk.cli("modem", "acts")
    assert status == 0 and f"La carte {iccid(1)} est nouvelle." in said and "card_new" not in said, said
    act = desk.identify(operator="Orange", offer="Mobicarte")
    assert (act["state"], act["verdict"]) == ("ok", "bound")
    line = desk.daemon.get(f"/v1/objects/{act['line']}")
    assert (line["operator"], line["state"], line["card"]) == ("Orange", "active", iccid(1))
    again = desk.identify(operator="Orange", offer="Mobicarte")
    assert (again["verdict"], again["sim"], again["line"]) == ("known", act["sim"], act["line"])
    sim = desk.daemon.get(f"/v1/objects/{act['sim']}")
    assert (sim["pin_on"], sim["pin_left"]) == (False, 3) and sim["seen_at"]
    assert desk.fleet.attempts("S1") == (0, 0, 0, 0)
    assert len(desk.daemon.get("/v1/sims")["items"]) == 1


def test_a_replacement_card_keeps_the_line(start):
    desk = start(OPERATOR + cards(2) + modem(1, sim="S2"))
    old, line = desk.sim(1)
    desk.wait_card(2)
    act = desk.identify(line=line)
    assert (act["verdict"], act["line"]) == ("bound", line) and act["sim"] != old
    assert desk.daemon.get(f"/v1/objects/{line}")["card"] == iccid(2)
    entry = [e for e in desk.daemon.get("/v1/journal?limit=500")["items"] if e["verb"] == "sim.replace"][0]
    assert entry["subjects"].split() == [act["sim"], line, old] and f"card={old}" in entry["before"]
    desk.fleet.insert("M1", "S1")  # the old one comes back
    desk.wait_card(1)
    act = desk.identify()
    assert (act["state"], act["verdict"], act["sim"]) == ("ok", "conflict", old) and act["reason"].startswith("card_replaced")
    status, said, why = desk.cli("sim", "identify", "3-1.1")
    assert status == 1 and "en conflit" in said and "remplacée" in why


def test_what_is_in_conflict_changes_nothing(start):
    desk = start(OPERATOR + cards(2) + modem(1) + modem(2))
    _, line = desk.sim(1)
    other = desk.daemon.done("POST", "/v1/sims", {"iccid": iccid(9), "msisdn": "0639980001", "operator": "Orange", "offer": "Mobicarte"})
    other = other["items"][1]["code"]
    desk.wait_card(1)
    desk.wait_card(2, "3-1.2")
    act = desk.identify(line=other)
    assert (act["verdict"], act["reason"].split("|")[0]) == ("conflict", "card_other_line")
    act = desk.identify()  # the card tells a number that the register gives to another line
    assert (act["verdict"], act["reason"].split("|")[0]) == ("conflict", "card_number")
    act = desk.done("/v1/modems/identify", {"port": "3-1.2"})
    assert act["verdict"] == "new"
    assert desk.refused("/v1/modems/identify", {"line": line}) == "modem_choose"
    assert desk.refused("/v1/modems/identify", {"port": "3-1.1", "line": line, "operator": "Orange"}) == "card_two_lines"
    assert len(desk.daemon.get("/v1/sims")["items"]) == 2
    assert desk.daemon.get("/v1/journal/verify")["ok"]


@pytest.mark.parametrize("typed, read", [(19, 20), (20, 19)])
def test_a_scanned_barcode_meets_its_card(start, typed, read):
    body = "893301" + "7" * 12 + "4"  # 19 digits without a check digit of their own
    while luhn(body[:-1]) != body[-1]:  # what is typed must have one: both forms here end in a right digit
        body = str(int(body) + 1)
    longer = body + luhn(body)
    forms = {19: body, 20: longer}
    desk = start(OPERATOR + card(1, iccid=forms[read]) + modem(1))
    desk.wait_modem(lambda m: m["iccid"] == forms[read])
    sim = desk.daemon.done("POST", "/v1/sims", {"iccid": forms[typed], "operator": "Orange", "offer": "Mobicarte"})["code"]
    act = desk.identify()
    assert (act["verdict"], act["sim"]) == ("known", sim)
    assert desk.refused("/v1/sims", {"iccid": forms[read], "operator": "Orange", "offer": "Mobicarte"}) == "iccid_known"


@pytest.mark.parametrize("step", STEPS)
def test_a_card_that_is_swapped_during_the_act_is_not_written(start, step):
    """The modem's answer to one of its commands is late, and the card is another one meanwhile."""
    desk = start(OPERATOR + cards(2) + modem(1, late_seconds=1))
    _, line = desk.sim(9)
    desk.wait_card(1)
    desk.fleet.arm("M1", f"late@{step}")
    asked = desk.daemon.done("POST", "/v1/modems/identify", {"port": "3-1.1", "line": line})["items"][0]["number"]
    desk.fleet.wait("M1", "armed=0")
    desk.fleet.insert("M1", "S2")
    act = desk.act(asked)
    if act["verdict"] == "bound":  # then it was S1 that was read, to the end
        assert act["iccid"] == iccid(1)
    else:
        assert act["verdict"] is None and act["state"] in ("refused", "not_done"), act
    known = {item["iccid"] for item in desk.daemon.get("/v1/sims")["items"]}
    assert iccid(2) not in known
    assert desk.daemon.get("/v1/journal/verify")["ok"]


def test_many_modems_identify_their_cards_at_once(start, capsys):
    count = 32
    desk = start(scenario(count))
    end = time.monotonic() + SECONDS
    while sum(m["state"] == "online" or m["state"] == "ready" for m in desk.modems().values()) < count:
        assert time.monotonic() < end, desk.modems()
        time.sleep(0.1)  # their boots are awaited
    began = time.monotonic()
    acts = desk.daemon.done("POST", "/v1/modems/identify", {})["items"]
    ended = [desk.act(act["number"]) for act in acts]
    took = time.monotonic() - began
    assert {act["iccid"] for act in ended} == {iccid(n) for n in range(1, count + 1)}
    assert {act["verdict"] for act in ended} == {"new"}
    with capsys.disabled():
        print(f"\n{count} modems identified their cards in {took:.2f} s")
    assert took < 30


# ---- balances ----

def test_a_balance_moves_the_clocks_by_the_operators_word(start):
    desk = start(scenario(sim={"credit_expiry": "2027-02-03", "balance": 1234}))
    _, line = desk.sim(1)
    desk.wait_card(1)
    act = desk.done("/v1/lines/balance", {"line": line})
    assert (act["state"], act["balance_cents"], act["credit_until"]) == ("ok", 1234, "2027-02-03"), act
    shown = desk.daemon.get(f"/v1/objects/{line}")
    assert (shown["balance_cents"], shown["credit_until"], shown["credit_origin"]) == (1234, "2027-02-03", "operator")
    status, said, _ = desk.cli("line", "balance", line)
    assert status == 0 and "12,34 €" in said and "03/02/2027" in said and "Mo" not in said and "?" not in said, said
    assert desk.fleet.state("S1")["balance"] == "1234"
    assert [e["verb"] for e in desk.daemon.get("/v1/journal?limit=500")["items"]].count("line.balance") == 2


def test_what_cannot_be_asked_says_why(start):
    desk = start(OPERATOR + cards(2) + modem(1))
    _, line = desk.sim(1)
    _, away = desk.sim(2)
    desk.wait_card(1)
    assert desk.refused("/v1/lines/balance", {"line": away}) == "sim_not_in_modem"
    assert desk.refused("/v1/lines/balance", {"line": line, "dialogue": "paid"}) == "dialogue_unsigned"
    assert desk.refused("/v1/lines/balance", {"line": line, "dialogue": "call"}) == "dialogue_human"
    assert desk.refused("/v1/lines/balance", {"line": line, "dialogue": "topup"}) == "dialogue_purpose"
    assert desk.refused("/v1/lines/balance", {"line": line, "dialogue": "none"}) == "dialogue_not_found"
    assert desk.daemon.get("/v1/acts")["items"] == []


def test_a_dialogue_is_rehearsed_without_a_word_to_the_operator(start):
    desk = start(OPERATOR + cards(2) + modem(1))
    _, line = desk.sim(1)
    _, away = desk.sim(2)
    desk.wait_modem(lambda m: m["state"] == "online")
    shown = desk.daemon.get(f"/v1/dialogues/rehearsal?dialogue=balance&line={line}")
    assert (shown["fits"], shown["port"], shown["spends"], shown["impossible"]) == (True, "3-1.1", False, []) and "#123#" in shown["dry_run"]
    shown = desk.daemon.get(f"/v1/dialogues/rehearsal?dialogue=topup&line={away}")
    assert [f["code"] for f in shown["impossible"]] == ["dialogue_unsigned", "sim_not_in_modem"] and "{code}" not in shown["dry_run"]
    status, said, _ = desk.cli("dialogue", "dry-run", "topup", "--line", line)
    assert status == 1 and "*124*" in said and "administrateur" in said, said
    assert desk.cli("dialogue", "dry-run", "topup")[0] == 1 and desk.cli("dialogue", "dry-run", "none")[0] == 4
    assert desk.fleet.state("S1")["ussd_asked"] == "0" and desk.daemon.get("/v1/acts")["items"] == []
    status, said, _ = desk.cli("dialogue", "dry-run", "balance", "--line", line, "--run")
    assert status == 0 and "4,20 €" in said and desk.fleet.state("S1")["ussd_asked"] == "1", said
    assert desk.cli("dialogue", "dry-run", "balance", "--run")[0] == 2


# ---- recharges ----

class Till:
    """A desk with a fund, a product, vouchers in stock and the top-up signed; the cards S1 ... have lines."""

    def __init__(self, desk, count=1, sign=True):
        self.desk, daemon = desk, desk.daemon
        daemon.done("POST", "/v1/keys", {})
        daemon.done("POST", "/v1/products", {"id": "orange-5", "operator": "Orange", "name": "5 EUR", "price": "5",
                                             "credit_valid": "30 days", "line_valid": "6 months"})
        self.fund = daemon.post("/v1/funds", {"name": "Recharges", "amount_cents": 100000, "strand": "connection", **PERIOD})["code"]
        if sign:
            daemon.done("POST", "/v1/dialogues/signatures", {"dialogue": "topup", "comment": "essayé"})
        self.lines = [desk.sim(n)[1] for n in range(1, count + 1)]

    def voucher(self, code, number="LOT-1"):
        return self.desk.daemon.post("/v1/vouchers", {"number": number, "code": code, "operator": "Orange", "product": "orange-5"})["code"]

    def recharge(self, line=None, voucher=None, **more):
        body = {"line": line or self.lines[0], "bench": True, **({"voucher": voucher} if voucher else {"from_stock": True, "product": "orange-5"}), **more}
        return self.desk.daemon.done("POST", "/v1/recharges", body)["items"][0]

    def over(self, recharge):
        act = self.desk.act(recharge["act"])
        return act, self.desk.daemon.get(f"/v1/objects/{recharge['code']}")

    def spent(self):
        return self.desk.daemon.get(f"/v1/objects/{self.fund}")["spent_cents"]

    def state(self, code):
        return self.desk.daemon.get(f"/v1/objects/{code}")["state"]


@pytest.fixture(name="till")
def make_till(start):
    def till(text=None, sign=True, count=1, online=True, **keys):
        desk = start(text or scenario(count, **keys))
        made = Till(desk, count, sign)
        for n in range(1, count + 1 if online else 1):
            desk.wait_modem(lambda m: m["state"] == "online", f"3-1.{n}")
        return made

    return till


def test_a_recharge_by_the_bench_is_confirmed_by_the_operator(till):
    shop = till()
    voucher = shop.voucher(CODES[0])
    act, recharge = shop.over(shop.recharge(voucher=voucher))
    assert (act["state"], act["job"], recharge["state"], recharge["evidence"]) == ("ok", "topup", "confirmed", "operator"), act
    assert shop.state(voucher) == "used" and shop.spent() == 500
    assert shop.desk.fleet.state("S1")["balance"] == "920"
    line = shop.desk.daemon.get(f"/v1/objects/{shop.lines[0]}")
    assert line["credit_until"] and line["line_until"]
    verbs = [e["verb"] for e in shop.desk.daemon.get("/v1/journal?limit=500")["items"]]
    assert [verb for verb in verbs if verb.startswith("recharge.")] == ["recharge.add", "recharge.sent", "recharge.confirmed"]
    assert CODES[0] not in str(act)
    _, said, _ = shop.desk.cli("product", "list")
    assert "30 jours" in said and "6 mois" in said and "30d" not in said, said


def test_a_code_that_was_used_elsewhere_rejects_its_voucher(till, tmp_path):
    text = f"[fleet]\nstate_file={tmp_path}/operator\n" + scenario(1)
    elsewhere = till(text)  # another body's desk, whose operator remembers
    elsewhere.over(elsewhere.recharge(voucher=elsewhere.voucher(CODES[0])))
    shop = till(text)
    voucher = shop.voucher(CODES[0])
    act, recharge = shop.over(shop.recharge(voucher=voucher))
    assert (act["state"], act["reason"], recharge["state"], shop.state(voucher)) == ("refused", "topup_code_used", "rejected", "rejected"), act
    assert shop.spent() == 0 and shop.desk.fleet.state("S1")["balance"] == "920"  # of the other desk's recharge
    assert shop.desk.daemon.get("/v1/funds/reconcile")["ok"]


def test_a_wrong_code_rejects_its_voucher(till):
    shop = till()
    first = shop.voucher(CODES[0])
    shop.over(shop.recharge(voucher=first))
    wrong = shop.voucher("44444444444444", "LOT-2")
    act, recharge = shop.over(shop.recharge(voucher=wrong))
    assert (act["state"], recharge["state"], shop.state(wrong)) == ("refused", "rejected", "rejected"), act
    assert shop.spent() == 500 and shop.desk.fleet.state("S1")["balance"] == "920"
    assert shop.desk.daemon.get("/v1/funds/reconcile")["ok"]


def test_an_unsigned_dialogue_never_spends(till):
    shop = till(sign=False)
    voucher = shop.voucher(CODES[0])
    assert shop.desk.refused("/v1/recharges", {"line": shop.lines[0], "voucher": voucher, "bench": True}) == "dialogue_unsigned"
    assert shop.state(voucher) == "stock" and shop.spent() == 0
    assert shop.desk.daemon.get("/v1/recharges")["items"] == [] and shop.desk.fleet.state("S1")["balance"] == "420"


@pytest.mark.parametrize("fault, spent", [("lost@topup", True), ("gone@topup", True), ("reset@topup", True), ("fail@topup", True)])
def test_an_answer_that_is_lost_is_ambiguous_and_settled_by_a_balance(till, fault, spent):
    shop = till()
    desk, voucher = shop.desk, shop.voucher(CODES[0])
    desk.fleet.arm("M1", fault)
    act, recharge = shop.over(shop.recharge(voucher=voucher))
    balance = desk.fleet.state("S1")["balance"]
    assert (act["state"], recharge["state"], shop.state(voucher)) == ("ambiguous", "ambiguous", "ambiguous"), act
    assert shop.spent() == 500
    assert desk.refused("/v1/recharges/sending", {"recharge": recharge["code"]}) == "recharge_state"
    assert [r["code"] for r in desk.daemon.get("/v1/recharges?state=ambiguous")["items"]] == [recharge["code"]]
    if fault == "gone@topup":
        desk.fleet.send("plug M1")
    seen = desk.balance(shop.lines[0])
    assert seen["reason"].split("|")[:2] == ["balance_settles", recharge["code"]] and "temoin recharge settle" in seen["todo_fr"]
    assert seen["balance_cents"] == int(balance) == (920 if spent else 420)
    outcome = "confirmed" if spent else "rejected"
    desk.daemon.done("POST", "/v1/recharges/outcomes", {"recharge": recharge["code"], "outcome": outcome, "evidence": "balance",
                                                         "comment": "solde relu"})
    assert shop.state(voucher) == ("used" if spent else "stock") and shop.spent() == (500 if spent else 0)
    assert desk.daemon.get("/v1/funds/reconcile")["ok"] and desk.fleet.state("S1")["balance"] == balance


def test_a_wrong_card_gets_nothing_and_the_recharge_stays_prepared(till):
    shop = till(OPERATOR + cards(2) + modem(1, late_seconds=1))
    desk, voucher = shop.desk, shop.voucher(CODES[0])
    desk.fleet.arm("M1", "late@register")  # while the network is looked for, somebody changes the card
    recharge = shop.recharge(voucher=voucher)
    desk.fleet.wait("M1", "armed=0")
    desk.fleet.insert("M1", "S2")
    act, recharge = shop.over(recharge)
    assert act["state"] in ("refused", "not_done") and act["reason"] == "sim_changed", act
    assert (recharge["state"], recharge["sent_at"], shop.state(voucher)) == ("prepared", None, "reserved")
    assert desk.fleet.state("S2")["balance"] == "420"
    assert desk.refused("/v1/reveals", {"thing": recharge["code"]}) == "recharge_of_bench"  # a person beside the bench would be a second sender
    assert desk.refused("/v1/recharges/sending", {"recharge": recharge["code"]}) == "sim_not_in_modem"
    desk.fleet.insert("M1", "S1")
    desk.wait_modem(lambda m: m["state"] == "online" and m["iccid"] == iccid(1))
    act = desk.done("/v1/recharges/sending", {"recharge": recharge["code"]})
    assert act["state"] == "ok" and shop.state(recharge["code"]) == "confirmed" and desk.fleet.state("S1")["balance"] == "920"
    assert shop.spent() == 500


def test_the_daemon_killed_sends_nothing_twice(till):
    """Killed while the network is looked for (nothing was sent), and while the operator's answer is awaited."""
    shop = till(OPERATOR + cards(1) + modem(1, late_seconds=3))
    desk = shop.desk
    before, during = shop.voucher(CODES[0]), shop.voucher(CODES[1], "LOT-2")
    desk.fleet.arm("M1", "late@register")
    early = shop.recharge(voucher=before)
    desk.fleet.wait("M1", "armed=0")
    desk.daemon.kill()
    desk.daemon.start()
    assert desk.act(early["act"])["state"] == "not_done" and shop.state(early["code"]) == "prepared"
    desk.wait_modem(lambda m: m["state"] == "online")
    desk.fleet.arm("M1", "late@topup")
    late = shop.recharge(voucher=during)
    desk.fleet.wait("M1", "armed=0")
    desk.daemon.kill()
    desk.daemon.start()
    act = desk.act(late["act"])
    assert (act["state"], act["reason"], shop.state(late["code"]), shop.state(during)) == ("ambiguous", "modem_stopped", "ambiguous", "ambiguous")
    assert [r["code"] for r in desk.daemon.get("/v1/recharges?state=ambiguous")["items"]] == [late["code"]]
    desk.wait_modem(lambda m: m["state"] == "online")
    assert desk.fleet.state("S1")["balance"] == "1420"  # once, by the second
    assert desk.done("/v1/recharges/sending", {"recharge": early["code"]})["state"] == "ok"
    assert desk.fleet.state("S1")["balance"] == "1920" and shop.spent() == 1000
    assert desk.daemon.get("/v1/funds/reconcile")["ok"] and desk.daemon.get("/v1/journal/verify")["ok"]


@pytest.mark.usefixtures("on_a_file")
def test_a_full_disk_sends_nothing(till):
    """That it is sent cannot be written: then it is not sent. What came of it is written as soon as there is room."""
    shop = till(OPERATOR + cards(1) + modem(1, late_seconds=1))
    desk, voucher = shop.desk, shop.voucher(CODES[0])
    pid = desk.daemon.process.pid
    free = resource.prlimit(pid, resource.RLIMIT_FSIZE)
    desk.fleet.arm("M1", "late@register")
    recharge = shop.recharge(voucher=voucher)
    desk.fleet.wait("M1", "armed=0")
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (1, free[1]))
    desk.wait_modem(lambda m: m["state"] != "busy")  # it was called off
    assert not desk.daemon.get(f"/v1/acts/{recharge['act']}")["is_over"]  # that cannot be written either
    assert desk.fleet.state("S1")["ussd_asked"] == "0"
    resource.prlimit(pid, resource.RLIMIT_FSIZE, free)
    act, recharge = shop.over(recharge)
    assert (act["state"], act["reason"], recharge["state"], shop.state(voucher)) == ("not_done", "modem_cancelled", "prepared", "reserved")
    assert desk.done("/v1/recharges/sending", {"recharge": recharge["code"]})["state"] == "ok"
    assert desk.fleet.state("S1")["balance"] == "920" and shop.spent() == 500


def test_a_second_click_recharges_once(till):
    shop = till()
    desk, voucher = shop.desk, shop.voucher(CODES[0])
    body = {"line": shop.lines[0], "voucher": voucher, "bench": True}
    first = desk.daemon.done("POST", "/v1/recharges", body, {"Idempotency-Key": "second-click"})["items"][0]
    again = desk.daemon.done("POST", "/v1/recharges", body, {"Idempotency-Key": "second-click"})["items"][0]
    assert again["code"] == first["code"]
    assert desk.refused("/v1/recharges", body) == "voucher_not_in_stock"  # without the key
    assert shop.over(first)[1]["state"] == "confirmed" and desk.fleet.state("orange")["codes_spent"] == "1"
    assert len(desk.daemon.get("/v1/acts")["items"]) == 1


def test_the_daemon_of_one_site_gives_up_its_own_acts_alone(cluster, tmp_path):
    url = cluster.database()
    with Daemon("--database", url) as first:
        here, there = [first.post("/v1/sites", {"name": name})["code"] for name in ("Mornant", "Soucieu")]
    with Desk(OPERATOR + cards(1) + modem(1, late_seconds=4), tmp_path, config="operator_s = 10", demo=False) as desk:
        desk.daemon.stop()
        desk.daemon.options = ["--database", url, "--site", here]
        desk.daemon.start()
        shop = Till(desk)
        desk.wait_modem(lambda m: m["state"] == "online")
        voucher = shop.voucher(CODES[0])
        desk.fleet.arm("M1", "late@topup")
        recharge = shop.recharge(voucher=voucher)
        desk.fleet.wait("M1", "armed=0")
        with Fleet(OPERATOR) as annex, Daemon("--database", url, "--site", there, env=annex.env(), bench=True, demo=False) as other:
            assert other.get(f"/v1/acts/{recharge['act']}")["state"] == "sent"  # it started, and left it alone
            act, recharge = shop.over(recharge)
        assert (act["state"], act["site"], recharge["state"]) == ("ok", here, "confirmed")


# ---- PIN and PUK ----

OLD, NEW, PUK = "1357", "86420975", "97531864"  # of the emulated card; nothing else has these digits
LOCKED = {"pin_enabled": "true", "pin": OLD, "puk": PUK}


@pytest.fixture(name="locked")
def make_locked(start):
    """A desk whose card S1 waits for its PIN and is in the register, with its PIN sealed unless told otherwise: (desk, card's code)."""

    def locked(pin=OLD, keys=True, **sim):
        desk = start(scenario(sim={**LOCKED, **sim}))
        if keys:
            desk.daemon.done("POST", "/v1/keys", {})
        code, _ = desk.sim(1, **({"pin": pin} if pin else {}))
        desk.wait_modem(lambda m: m["state"] in ("pin_locked", "puk_locked", "online"))
        return desk, code

    return locked


def reveal(desk, sim, what="pin"):
    try:
        return desk.daemon.done("POST", "/v1/reveals", {"thing": sim, "what": what, "comment": "essai"})["secret"]
    except Problem as problem:
        return problem.body["code"]


def pin(desk, sim, act, **body):
    return desk.done("/v1/sims/pin", {"sim": sim, "act": act, **body})


def test_the_sealed_pin_opens_its_card_once(locked):
    desk, sim = locked()
    act = pin(desk, sim, "enter")
    assert (act["state"], act["job"], act["sim"], act["iccid"], act["imei"]) == ("ok", "pin_enter", sim, iccid(1), "350000000000001")
    desk.wait_modem(lambda m: m["state"] == "online")
    assert desk.fleet.attempts("S1") == (1, 0, 0, 0)
    act = pin(desk, sim, "enter")
    assert (act["state"], act["reason"]) == ("refused", "sim_pin_off") and desk.fleet.attempts("S1") == (1, 0, 0, 0)
    entries = [e for e in desk.daemon.get("/v1/journal?limit=500")["items"] if e["verb"].startswith("sim.pin")]
    assert [e["verb"] for e in entries] == ["sim.pin", "sim.pin.end"] * 2
    assert all("350000000000001" in e["after"] and iccid(1) in e["after"] and OLD not in str(e) for e in entries)


def test_a_sealed_pin_goes_only_with_three_attempts_left(locked):
    desk, sim = locked(pin="2468")  # a wrong one is sealed
    act = pin(desk, sim, "enter")
    assert (act["state"], act["reason"], act["attempts_left"]) == ("refused", "sim_pin_wrong", 2)
    assert desk.fleet.attempts("S1") == (1, 1, 0, 0)
    desk.wait_modem(lambda m: m["pin_left"] == 2)
    enter = {"sim": sim, "act": "enter"}
    for body, code in (({}, "pin_type_it"), ({"attempts": 2, "sure": True}, "pin_type_it"), ({"pin": OLD}, "pin_confirm"),
                       ({"pin": OLD, "attempts": 3}, "sim_pin_attempts"), ({"pin": "12"}, "pin_format"), ({"pin": "123456789"}, "pin_format")):
        assert desk.refused("/v1/sims/pin", {**enter, **body}) == code, body
        assert desk.fleet.attempts("S1") == (1, 1, 0, 0)
    act = pin(desk, sim, "enter", pin=OLD, attempts=2)
    assert act["state"] == "ok" and desk.fleet.attempts("S1") == (2, 1, 0, 0)
    assert reveal(desk, sim) == OLD  # what the card took is what the register has
    assert desk.fleet.state("S1")["pin_left"] == "3"


def test_a_new_pin_is_sealed_and_taken(locked):
    desk, sim = locked()
    pin(desk, sim, "enter")
    desk.wait_modem(lambda m: m["state"] == "online")
    act = pin(desk, sim, "change", new_pin=NEW)
    assert act["state"] == "ok" and (reveal(desk, sim), reveal(desk, sim, "pin_next")) == (NEW, "secret_none")
    assert pin(desk, sim, "disable")["state"] == "ok" and pin(desk, sim, "enable")["state"] == "ok"
    assert desk.fleet.attempts("S1") == (4, 0, 0, 0)
    act = pin(desk, sim, "change", pin="2468", new_pin="1111")  # a clear no: the register keeps what the card has
    assert (act["state"], act["reason"]) == ("refused", "sim_pin_wrong")
    assert (reveal(desk, sim), reveal(desk, sim, "pin_next")) == (NEW, "secret_none") and desk.fleet.attempts("S1") == (5, 1, 0, 0)


def test_without_a_key_no_pin_is_changed(locked):
    desk, sim = locked(pin=None, keys=False)
    assert desk.refused("/v1/sims/pin", {"sim": sim, "act": "enter"}) == "secret_none"
    assert pin(desk, sim, "enter", pin=OLD)["state"] == "ok"
    assert desk.refused("/v1/sims/pin", {"sim": sim, "act": "change", "pin": OLD, "new_pin": NEW}) == "secret_no_key"
    assert desk.fleet.attempts("S1") == (1, 0, 0, 0)


@pytest.mark.parametrize("how", ["lost", "gone", "killed"])
def test_a_change_without_an_answer_keeps_both_until_the_card_tells(locked, how):
    desk, sim = locked()
    pin(desk, sim, "enter")
    desk.wait_modem(lambda m: m["state"] == "online")
    desk.fleet.arm("M1", "gone@pin-set" if how == "gone" else "lost@pin-set")
    number = desk.daemon.done("POST", "/v1/sims/pin", {"sim": sim, "act": "change", "new_pin": NEW})["items"][0]["number"]
    desk.fleet.wait("S1", "pin_tries=2")  # the card took it
    if how == "killed":
        desk.daemon.kill()
        desk.daemon.start()
    act = desk.act(number)
    assert act["state"] == "ambiguous", act
    assert (reveal(desk, sim), reveal(desk, sim, "pin_next")) == (OLD, NEW)
    assert desk.daemon.get(f"/v1/objects/{sim}")["pin_kept"] == "two"
    if how == "gone":
        desk.fleet.send("plug M1")
    else:
        desk.fleet.send("unplug M1")
        desk.fleet.send("plug M1")
    desk.wait_modem(lambda m: m["state"] == "pin_locked" and m["pin_left"] == 3)
    assert desk.refused("/v1/sims/pin", {"sim": sim, "act": "enter"}) == "pin_uncertain"
    assert desk.fleet.attempts("S1")[0] == 2
    act = pin(desk, sim, "enter", which="new")
    assert act["state"] == "ok" and (reveal(desk, sim), reveal(desk, sim, "pin_next")) == (NEW, "secret_none")
    assert desk.fleet.attempts("S1") == (3, 0, 0, 0)


def test_of_two_pins_the_wrong_one_tells_the_other(locked):
    """The change never reached the card: its new PIN is wrong, so it has the old one."""
    desk, sim = locked()
    pin(desk, sim, "enter")
    desk.wait_modem(lambda m: m["state"] == "online")
    desk.fleet.arm("M1", "silent@pin")
    number = desk.daemon.done("POST", "/v1/sims/pin", {"sim": sim, "act": "change", "new_pin": NEW})["items"][0]["number"]
    desk.fleet.wait("M1", "armed=0")
    desk.daemon.kill()  # while the modem is asked how many attempts are left
    desk.daemon.start()
    assert desk.act(number)["state"] == "ambiguous" and desk.fleet.attempts("S1") == (1, 0, 0, 0)
    desk.fleet.send("unplug M1")
    desk.fleet.send("plug M1")
    desk.wait_modem(lambda m: m["state"] == "pin_locked" and m["pin_left"] == 3)
    act = pin(desk, sim, "enter", which="new")
    assert (act["state"], act["reason"]) == ("refused", "sim_pin_wrong")
    assert (reveal(desk, sim), reveal(desk, sim, "pin_next")) == (OLD, "secret_none")
    desk.wait_modem(lambda m: m["pin_left"] == 2)
    assert desk.refused("/v1/sims/pin", {"sim": sim, "act": "enter"}) == "pin_type_it"
    assert pin(desk, sim, "enter", pin=OLD, attempts=2)["state"] == "ok" and desk.fleet.attempts("S1") == (3, 1, 0, 0)


def test_a_puk_is_typed_and_confirmed_twice(locked):
    desk, sim = locked(pin_left=0)
    unblock = {"sim": sim, "act": "unblock", "puk": PUK, "new_pin": NEW}
    for body, code in (({}, "puk_confirm"), ({"attempts": 10}, "puk_confirm"), ({"sure": True}, "puk_confirm"),
                       ({"attempts": 9, "sure": True}, "sim_pin_attempts"), ({"attempts": 10, "sure": True, "puk": "1234"}, "puk_format")):
        assert desk.refused("/v1/sims/pin", {**unblock, **body}) == code, body
    assert desk.refused("/v1/sims/pin", {"sim": sim, "act": "enter"}) == "sim_puk_required"
    assert desk.fleet.attempts("S1") == (0, 0, 0, 0)
    act = desk.done("/v1/sims/pin", {**unblock, "puk": "00000000", "attempts": 10, "sure": True})
    assert (act["state"], act["reason"], act["attempts_left"]) == ("refused", "sim_puk_wrong", 9)
    desk.wait_modem(lambda m: m["puk_left"] == 9)
    assert desk.refused("/v1/sims/pin", {**unblock, "attempts": 10, "sure": True}) == "sim_pin_attempts"
    status, said, why = desk.cli("sim", "pin", "unblock", sim, "--attempts", "9", "--sure", stdin=f"{PUK}\n{NEW}\n")
    assert status == 0 and "fait" in said, (said, why)
    assert desk.fleet.attempts("S1") == (0, 0, 2, 1) and reveal(desk, sim) == NEW


def test_a_wrong_card_gets_no_pin(locked):
    desk, sim = locked()
    desk.fleet.eject("M1")
    desk.wait_modem(lambda m: m["state"] == "sim_absent")
    assert desk.refused("/v1/sims/pin", {"sim": sim, "act": "enter"}) == "sim_not_in_modem"
    assert desk.fleet.attempts("S1") == (0, 0, 0, 0)


def test_a_card_that_is_swapped_while_its_pin_is_asked_gets_none(start):
    desk = start(OPERATOR + cards(2, **LOCKED) + modem(1, late_seconds=1))
    desk.daemon.done("POST", "/v1/keys", {})
    sim, _ = desk.sim(1, pin=OLD)
    for step in ("pin", "ready"):
        if desk.fleet.state("M1")["sim"] != "S1":
            desk.fleet.insert("M1", "S1")
        desk.wait_modem(lambda m: m["iccid"] == iccid(1) and m["state"] == "pin_locked")
        desk.fleet.arm("M1", f"late@{step}")
        number = desk.daemon.done("POST", "/v1/sims/pin", {"sim": sim, "act": "enter"})["items"][0]["number"]
        desk.fleet.wait("M1", "armed=0")
        desk.fleet.insert("M1", "S2")
        act = desk.act(number)
        assert act["state"] in ("refused", "not_done"), act
        assert desk.fleet.attempts("S2") == (0, 0, 0, 0) and desk.fleet.attempts("S1") == (0, 0, 0, 0)


# ---- processes ----

def children(desk):
    """The processes temoin-modem of this daemon."""
    with open(f"/proc/{desk.daemon.process.pid}/task/{desk.daemon.process.pid}/children", encoding="ascii") as file:
        return [int(pid) for pid in file.read().split()]


@pytest.mark.parametrize("how, limit", [(signal.SIGKILL, 15), (signal.SIGSTOP, 30)])
def test_a_modem_process_that_dies_or_hangs_costs_one_bench(start, how, limit):
    desk = start(scenario(3))
    ports = [f"3-1.{n}" for n in (1, 2, 3)]
    for port in ports:
        desk.wait_modem(lambda m: m["state"] == "online", port)
    began = time.monotonic()
    os.kill(children(desk)[0], how)
    while all(m["state"] != "faulted" for m in desk.modems().values()):
        assert time.monotonic() - began < limit, desk.modems()
        time.sleep(0.05)  # its silence is awaited
    hurt = [m["port"] for m in desk.modems().values() if m["state"] == "faulted"]
    assert len(hurt) == 1 and desk.modems()[hurt[0]]["reason"] == "modem_crashed"
    for port in ports:
        if port not in hurt:
            act = desk.done("/v1/modems/identify", {"port": port})
            assert act["state"] == "ok", act
    desk.wait_modem(lambda m: m["state"] == "online", hurt[0])
    assert time.monotonic() - began < limit
    assert desk.daemon.get("/healthz")["ok"]


# ---- what is never told ----

def test_planted_codes_of_the_bench_are_nowhere(till):
    """PIN, new PIN, PUK and recharge code go through the bench; afterwards they are looked for wherever something is written or told. Core files:
    test_memory.py."""
    code, first = "74185296307418", "64209753"
    text = OPERATOR.replace("code 11111111111111", f"code {code}") + cards(1, **LOCKED, pin_left=0) + modem(1)
    shop = till(text, online=False)
    desk = shop.desk
    sim = desk.daemon.get("/v1/sims")["items"][0]["code"]
    desk.wait_modem(lambda m: m["state"] == "puk_locked")
    said = []
    link = desk.daemon.raw()
    link.sendall(b"GET /v1/events HTTP/1.1\r\nHost: t\r\n\r\n")
    status, _, answer = desk.daemon.request("POST", "/v1/sims/pin", {"sim": sim, "act": "unblock", "puk": PUK, "new_pin": first, "attempts": 10, "sure": True},
                                            {"Idempotency-Key": "unblock-01"})
    said += [repr(answer)]
    assert status == 202 and desk.act(answer["items"][0]["number"])["state"] == "ok"
    desk.wait_modem(lambda m: m["state"] == "online")
    said.append(typed_at_a_terminal(desk.daemon, "sim", "pin", "change", sim, lines=[NEW]).decode(errors="replace"))
    shop.voucher(code)
    act, recharge = shop.over(shop.recharge())
    assert recharge["state"] == "confirmed", act
    said += [repr(act), repr(recharge)]
    for path in ("/v1/acts", "/v1/modems", "/v1/journal?limit=500", "/v1/sims", "/v1/lines", "/v1/recharges", "/v1/vouchers", "/healthz", "/metrics",
                 f"/v1/objects/{sim}"):
        said.append(repr(desk.daemon.request("GET", path)))
    for pid in [desk.daemon.process.pid, *children(desk)]:
        for what in ("cmdline", "environ"):
            with open(f"/proc/{pid}/{what}", "rb") as file:
                said.append(file.read().decode(errors="replace"))
    link.settimeout(0.5)
    try:
        while block := link.recv(65536):
            said.append(block.decode())
    except TimeoutError:
        pass
    link.close()
    files = {}

    def read_files():
        for where, _, names in os.walk(desk.daemon.state_dir):
            for name in names:
                if name != "secret.key":
                    with open(os.path.join(where, name), "rb") as file:
                        files[os.path.join(where, name)] = file.read()

    read_files()  # the log of the database is there still
    desk.daemon.stop()
    read_files()
    for secret in (PUK, first, NEW, code):
        for told in [*said, desk.daemon.said()]:
            assert secret not in told, (secret, told)
        for name, content in files.items():
            assert secret.encode() not in content, (secret, name)
    assert desk.fleet.attempts("S1") == (1, 0, 1, 0)
    desk.daemon.start()
