"""Recharges through the real daemon: what is told, what is never told, and a random year of them with answers lost and the daemon killed.

    TORTURE_SEED=7 TORTURE_RECHARGES=10000 python3 -m pytest tests/system/test_recharges.py -k torture -s
"""

import os
import random
import subprocess
import threading
import time

import pytest
from daemon import BUILD, Daemon, Problem
from torture import Survivor, all_of, key

SEED = int(os.environ.get("TORTURE_SEED", "0")) or random.SystemRandom().randrange(1, 10**6)
RECHARGES = int(os.environ.get("TORTURE_RECHARGES", "400"))
WORKERS = 4
KILLS = 12  # of the daemon, spread over the recharges
WAIT_SECONDS = 60
TEMOIN = os.path.join(os.getcwd(), BUILD, "temoin")
OFFERS = os.path.join(os.getcwd(), "daemon", "system", "offers")
ICCIDS = ["8933019000000079197", "8933109000000158380"]
PERIOD = {"from": "2026-01-01", "to": "2027-12-31"}


def luhn(digits):
    total = sum(sum(divmod(int(d) * (2 - i % 2), 10)) for i, d in enumerate(reversed(digits)))
    return str(-total % 10)


def iccid(number):
    body = f"893301900{number:09}"
    return body + luhn(body)


def add_fund(daemon, name, cents):
    return daemon.post("/v1/funds", {"name": name, "amount_cents": cents, "strand": "connection", **PERIOD})["code"]


def add_product(daemon):
    daemon.done("POST", "/v1/products", {"id": "orange-10", "operator": "Orange", "name": "10 EUR", "price": "10",
                                         "credit_valid": "30 days", "line_valid": "6 months"})


# ---- what is never told ----

PIN, PUK, CODE, CODE_TOO, SHORT = "73915264", "84620913", "95173846205173", "40618273955281", "9317264"
PLANTED = [PIN, PUK, CODE, CODE_TOO, SHORT]
VOUCHERS = ("voucher_number;code;operator;product;expires_on\n"
            f"LOT-1;{CODE};Orange;orange-10;2027-12-31\nLOT-2;4061 8273 9552 81;Orange;orange-10;\n")
SIMS = f"iccid;operator;offer;pin;puk\n{ICCIDS[0]};Orange;Mobicarte;{PIN};{PUK}\n"


def every_answer(daemon):
    """All that can be asked for without asking for a code."""
    lists = ["/healthz", "/metrics", "/v1/sims", "/v1/lines", "/v1/funds", "/v1/recharges", "/v1/vouchers", "/v1/products", "/v1/offers",
             "/v1/lines/due", "/v1/lines/notices", "/v1/funds/reconcile", "/v1/keys", "/v1/journal?limit=500", "/v1/accounts",
             "/v1/due", f"/v1/find?q={CODE}", f"/v1/find?q={PIN}"]
    codes = [item["code"] for path in ("/v1/sims", "/v1/lines", "/v1/recharges", "/v1/vouchers", "/v1/funds")
             for item in daemon.get(path)["items"]]
    for path in lists + [f"/v1/objects/{code}" for code in codes]:
        status, headers, body = daemon.request("GET", path)
        if path.startswith("/v1/find"):
            assert body["items"] == [], path
            continue  # its answer may name what was asked
        yield path, (repr(status) + repr(headers) + repr(body)).encode()


def every_file(folder):
    for where, _, names in os.walk(folder):
        for name in names:
            if name != "secret.key":
                with open(os.path.join(where, name), "rb") as file:
                    yield os.path.join(where, name), file.read()


def assert_unseen(name, content):
    for secret in PLANTED:
        for spelled in (secret, secret.encode("utf-16-le").decode("latin-1")):
            assert spelled.encode("latin-1") not in content, f"{secret} is in {name}"


def typed_at_a_terminal(daemon, *words, lines):
    """Runs temoin; looks at its arguments and environment while it waits for the code."""
    process = subprocess.Popen([TEMOIN, "--socket", daemon.socket_path, *words], stdin=subprocess.PIPE,
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    seen = b""
    for what in ("cmdline", "environ"):
        with open(f"/proc/{process.pid}/{what}", "rb") as file:
            seen += file.read()
    said, _ = process.communicate("".join(line + "\n" for line in lines).encode(), timeout=60)
    assert process.returncode == 0, said
    return seen + said


def test_planted_codes_are_nowhere():
    with Daemon(config=f"[daemon]\noffers_dir = {OFFERS}\n") as daemon:
        said = []

        def ask(method, path, body=None, headers=None):
            status, _, answer = daemon.request(method, path, body, headers)
            said.append(repr(answer).encode())
            return status, answer

        add_product(daemon)
        assert ask("POST", "/v1/sims", {"iccid": ICCIDS[1], "pin": PIN})[1]["code"] == "secret_no_key"
        none = daemon.get("/v1/keys")
        assert none["items"] == [] and "temoin key new" in none["to_know"][0]["fr"]
        assert ask("POST", "/v1/imports", VOUCHERS.encode())[0] != 201  # a line that is refused is not kept either
        daemon.done("POST", "/v1/keys", {})
        assert ask("POST", "/v1/imports?dry_run=1", VOUCHERS.encode())[1]["errors"] == 0
        assert ask("POST", "/v1/imports", VOUCHERS.encode(), {"Idempotency-Key": "vouchers-1"})[1]["made"] == 2
        assert ask("POST", "/v1/imports", VOUCHERS.encode(), {"Idempotency-Key": "vouchers-1"})[1]["made"] == 2
        assert ask("POST", "/v1/imports", VOUCHERS.encode())[1]["known"] == 2
        assert ask("POST", "/v1/imports", SIMS.encode(), {"Idempotency-Key": "sims-0001"})[1]["made"] == 1
        wrong = {"number": "LOT-3", "code": SHORT, "operator": "Orange", "product": "orange-10"}
        assert ask("POST", "/v1/vouchers", wrong)[1]["code"] == "voucher_code_format"
        assert ask("POST", "/v1/vouchers", {**wrong, "code": CODE, "preview": True})[0] in (200, 409)
        assert ask("POST", "/v1/vouchers", {**wrong, "code": CODE})[1]["code"] == "voucher_code_known"
        body = {"iccid": ICCIDS[1], "pin": PIN, "puk": PUK}
        for _ in range(2):  # the second is replayed
            assert ask("POST", "/v1/sims", body, {"Idempotency-Key": "sim-0002"})[0] == 201
        assert ask("POST", "/v1/sims", {**body, "pin": PIN[:-1] + "5"}, {"Idempotency-Key": "sim-0002"})[0] == 409
        said.append(typed_at_a_terminal(daemon, "sim", "add", "--iccid", iccid(7), "--operator", "Orange", "--offer", "Mobicarte",
                                        "--pin", "--puk", lines=[PIN, PUK]))
        add_fund(daemon, "Recharges", 5000)
        line = daemon.get("/v1/lines")["items"][0]["code"]
        recharge = daemon.post("/v1/recharges", {"line": line, "product": "orange-10", "from_stock": True})["code"]
        for _ in range(2):  # an answer that holds a code is kept for no key
            shown = daemon.done("POST", "/v1/reveals", {"thing": recharge}, {"Idempotency-Key": "reveal-01"})
            assert shown["secret"] == CODE
        sim = daemon.get("/v1/sims")["items"][0]["code"]
        assert ask("POST", "/v1/reveals", {"thing": sim, "what": "pin"})[1]["code"] == "secret_reason"
        assert daemon.done("POST", "/v1/reveals", {"thing": sim, "what": "puk", "comment": "bloquée"})["secret"] == PUK
        daemon.done("POST", "/v1/keys/rotation", {})
        assert daemon.done("POST", "/v1/reveals", {"thing": sim, "what": "pin", "comment": "essai"})["secret"] == PIN
        reveals = [entry for entry in daemon.get("/v1/journal?limit=500")["items"] if entry["verb"] == "secret.reveal"]
        assert [entry["reason"] for entry in reveals] == ["", "", "bloquée", "essai"]
        _, _, backup = daemon.request("GET", "/v1/backup")
        for number, answer in enumerate(said):
            assert_unseen(f"answer {number}", answer)
        for path, answer in every_answer(daemon):
            assert_unseen(path, answer)
        assert_unseen("the backup", backup)
        for path, content in every_file(daemon.state_dir):
            assert_unseen(path, content)  # the log of the database is there still
        daemon.stop()
        for path, content in every_file(daemon.state_dir):
            assert_unseen(path, content)
        assert_unseen("what the daemon said", daemon.said().encode())


def test_the_key_is_kept_apart_and_found_again():
    with Daemon() as daemon:
        daemon.done("POST", "/v1/keys", {})
        with pytest.raises(Problem) as refused:
            daemon.done("POST", "/v1/keys", {})
        assert refused.value.body["code"] == "key_exists"
        sim = daemon.post("/v1/sims", {"iccid": ICCIDS[0], "pin": PIN})["code"]
        key = os.path.join(daemon.state_dir, "secret.key")
        assert os.stat(key).st_mode & 0o777 == 0o400
        daemon.stop()
        os.rename(key, key + ".away")
        daemon.start()
        with pytest.raises(Problem) as refused:
            daemon.done("POST", "/v1/reveals", {"thing": sim, "what": "pin", "comment": "essai"})
        assert refused.value.body["code"] == "secret_key_lost"
        assert daemon.post("/v1/sims", {"iccid": ICCIDS[1]})["kind"] == "sim"  # the rest works
        daemon.stop()
        os.rename(key + ".away", key)
        daemon.start()
        assert daemon.done("POST", "/v1/reveals", {"thing": sim, "what": "pin", "comment": "essai"})["secret"] == PIN


# ---- offers, clocks, notices ----

def test_a_wrong_offer_file_is_named_and_the_desk_opens(tmp_path):
    (tmp_path / "good.conf").write_text("[offer]\nid = good\noperator = Orange\nconfidence = likely\nsource = a leaflet\n")
    (tmp_path / "wrong.conf").write_text("[offer]\nid = wrong\noperator = SFR\nline_valid = for ever\n")
    with Daemon(config=f"[daemon]\noffers_dir = {tmp_path}\n") as daemon:
        offers = daemon.get("/v1/offers")
        assert [offer["id"] for offer in offers["items"]] == ["good"]
        assert "offer_file" in [note["code"] for note in daemon.get("/v1/doctor")["notes"]]
        assert "wrong.conf" in offers["to_know"][0]["fr"] and "line_valid" in offers["to_know"][0]["fr"]


def test_the_shipped_offers_can_be_read(new_register):
    dialogues = os.path.join(os.path.dirname(OFFERS), "dialogues")
    with Daemon(*new_register(), config=f"[daemon]\noffers_dir = {OFFERS}\ndialogues_dir = {dialogues}\n") as daemon:
        offers = daemon.get("/v1/offers")
        assert {offer["operator"] for offer in offers["items"]} == {"Orange", "SFR", "Bouygues Telecom", "Lycamobile", "Free Mobile"}
        # a dialogue is found by the operator of the line, as its offer is: one spelling for both
        spoken = {dialogue["operator"] for dialogue in daemon.get("/v1/dialogues")["items"]}
        assert spoken == {offer["operator"] for offer in offers["items"]}
        assert offers["to_know"] == []
        assert all(offer["source"] and offer["confidence"] == "guess" for offer in offers["items"])


def test_a_dialogue_is_signed_by_an_administrator_who_says_how(tmp_path):
    shipped = os.path.join(os.getcwd(), "daemon", "system", "dialogues")
    for name in os.listdir(shipped):
        with open(os.path.join(shipped, name), encoding="utf-8") as file:
            (tmp_path / name).write_text(file.read(), encoding="utf-8")
    with Daemon(config=f"[daemon]\ndialogues_dir = {tmp_path}\n") as daemon:
        dialogues = {item["id"]: item for item in daemon.get("/v1/dialogues")["items"]}
        topup = next(item for item in dialogues.values() if item["purpose"] == "topup")
        assert topup["spends"] and not any(item["signed"] for item in dialogues.values())
        assert "{code}" not in topup["dry_run"]
        wish = {"dialogue": topup["id"]}
        for body, code in ((wish, "dialogue_reason"), ({"dialogue": "none", "comment": "x"}, "dialogue_not_found")):
            with pytest.raises(Problem) as refused:
                daemon.done("POST", "/v1/dialogues/signatures", body)
            assert refused.value.body["code"] == code
        daemon.done("POST", "/v1/dialogues/signatures", {**wish, "comment": "essayé avec une vraie carte"})
        with pytest.raises(Problem) as refused:
            daemon.done("POST", "/v1/dialogues/signatures", {**wish, "comment": "encore"})
        assert refused.value.body["code"] == "dialogue_signed"
        signed = [item["id"] for item in daemon.get("/v1/dialogues")["items"] if item["signed"]]
        assert signed == [topup["id"]]
        daemon.stop()
        for path in tmp_path.iterdir():  # another text is another dialogue
            path.write_text(path.read_text(encoding="utf-8").replace(f"[{topup['id']}]", f"# read again\n[{topup['id']}]\ntimeout_s = 77"),
                            encoding="utf-8")
        daemon.start()
        assert not any(item["signed"] for item in daemon.get("/v1/dialogues")["items"])


def wait_until(question, *arguments):
    end = time.monotonic() + WAIT_SECONDS
    while not question(*arguments):
        assert time.monotonic() < end, "it never came"
        time.sleep(0.05)  # asked again: the daemon's own clock is awaited


def test_a_line_about_to_die_is_told_of_and_saved(new_register):
    with Daemon(*new_register(), config="[daemon]\ncheck_s = 1\n") as daemon:
        daemon.done("POST", "/v1/demo/clock", {"day": "2027-03-01"})
        add_product(daemon)
        fund = add_fund(daemon, "Recharges", 5000)
        sims = [daemon.done("POST", "/v1/sims", {"iccid": one, "operator": "Orange", "offer": "Mobicarte"}) for one in ICCIDS]
        line, other = [sim["items"][1]["code"] for sim in sims]
        daemon.done("POST", "/v1/lines/clocks", {"line": line, "line_until": "2027-03-20"})
        due = daemon.get("/v1/lines/due")
        assert [(item["code"], item["days_left"]) for item in due["items"]] == [(line, 19)]
        assert due["items"][0]["saved_by"]["price_cents"] == 1000 and due["items"][0]["line_origin"] == "typed"
        assert due["month"]["lines"] == 1 and due["month"]["need_cents"] == 1000
        assert "line_endless" in [note["code"] for note in due["to_know"]]
        assert [item["code"] for item in daemon.get("/v1/lines/due?unknown=1")["items"]] == [other]
        wait_until(lambda: daemon.get("/v1/lines/notices")["items"])
        assert daemon.get("/v1/lines/notices")["items"][0]["days_before"] == 30
        assert daemon.get("/v1/funds/reconcile")["ok"]
        daemon.post("/v1/recharges", {"line": line, "product": "orange-10", "fund": fund, "keep_alive": True})
        assert daemon.get("/v1/lines/notices")["items"] == []
        saved = daemon.get(f"/v1/objects/{line}")
        assert (saved["line_until"], saved["line_origin"]) == ("2027-09-01", "rule")
        assert daemon.get("/v1/lines/due")["month"]["lines"] == 0


# ---- torture ----

class Operator:
    """The truth: which code was taken, and how often somebody came with one that was taken before."""

    def __init__(self):
        self.lock = threading.Lock()
        self.taken = set()
        self.again = []

    def take(self, code):
        with self.lock:
            if code in self.taken:
                self.again.append(code)
                return False
            self.taken.add(code)
            return True


class Desk(Survivor):
    wait_seconds = WAIT_SECONDS

    def __init__(self, daemon):
        super().__init__(daemon, RECHARGES, KILLS)
        self.operator = Operator()
        self.ambiguous = {}  # recharge -> its code, whose answer was lost

    def act(self, path, body, key):
        """The answer, or None when a rule says no: that is as good."""
        try:
            return self.call("POST", path, body, key)
        except Problem as refused:
            assert refused.body["code"] in ("fund_short", "voucher_none", "voucher_not_in_stock", "recharge_state", "stale"), refused.body
            return None


def settle(desk, dice, recharge, outcome, comment=None):
    body = {"recharge": recharge, "outcome": outcome}
    if comment:
        body["comment"] = comment
    return desk.act("/v1/recharges/outcomes", body, key(dice, "settle"))


def by_voucher(desk, dice, line, fund, vouchers):
    """Prepared, sent to the operator once its code was seen, and settled; or cancelled, or left without an answer."""
    body = {"line": line, "fund": fund}
    if dice.random() < 0.3:  # any voucher, also one that was used: the register must see it
        body["voucher"] = dice.choice(vouchers)
    else:
        body.update(product="orange-10", from_stock=True)
    made = desk.act("/v1/recharges", body, key(dice, "recharge"))
    if made is None:
        return
    recharge = made["code"]
    if dice.random() < 0.1:
        desk.act("/v1/recharges/cancellations", {"recharge": recharge}, key(dice, "cancel"))
        return
    code = desk.call("POST", "/v1/reveals", {"thing": recharge})["secret"]
    reaches = dice.random() < 0.9
    accepted = desk.operator.take(code) if reaches else None
    if accepted is None or dice.random() < 0.25:  # the answer is lost, whatever it was
        settle(desk, dice, recharge, "ambiguous")
        with desk.lock:
            desk.ambiguous[recharge] = code
    else:
        settle(desk, dice, recharge, "confirmed" if accepted else "rejected")


def resolve_one(desk, dice):
    with desk.lock:
        if not desk.ambiguous:
            return
        recharge = dice.choice(sorted(desk.ambiguous))
        code = desk.ambiguous.pop(recharge)
    arrived = code in desk.operator.taken
    settle(desk, dice, recharge, "confirmed" if arrived else "rejected", "solde vérifié")


def work(desk, number, lines, funds, vouchers):
    dice = random.Random(f"{SEED}/{number}")
    try:
        while desk.take():
            chance = dice.random()
            line, fund = dice.choice(lines), dice.choice(funds)
            if chance < 0.7:
                by_voucher(desk, dice, line, fund, vouchers)
            elif chance < 0.75:
                resolve_one(desk, dice)
            elif chance < 0.92:
                desk.act("/v1/recharges", {"line": line, "fund": fund, "amount_cents": dice.randint(1, 3000)},
                         key(dice, "hand"))
            else:
                desk.act("/v1/recharges/bulk", {"lines": dice.sample(lines, 3), "fund": fund, "amount_cents": 500},
                         key(dice, "bulk"))
    except Exception as wrong:  # told by the main thread
        desk.wrongs.append(repr(wrong))


def check_the_books(desk, funds):
    daemon = desk.daemon
    recharges = all_of(daemon, "/v1/recharges")
    for fund in funds:
        entries = all_of(daemon, f"/v1/entries?fund={fund}")
        kept = daemon.get(f"/v1/objects/{fund}")
        spent = sum(entry["debit_cents"] - entry["credit_cents"] for entry in entries)
        lives = sum(r["amount_cents"] for r in recharges if r["fund"] == fund and r["state"] not in ("rejected", "cancelled"))
        assert [entry["number"] for entry in entries] == list(range(1, len(entries) + 1))
        assert kept["spent_cents"] == spent == lives and 0 <= kept["balance_cents"]
    assert daemon.get("/v1/funds/reconcile")["ok"]
    assert daemon.get("/v1/journal/verify")["ok"]
    return recharges


def check_the_codes(desk, recharges):
    daemon = desk.daemon
    assert desk.operator.again == [], "a code was sent twice"
    vouchers = {voucher["code"]: voucher["state"] for voucher in all_of(daemon, "/v1/vouchers")}
    live = [r["voucher"] for r in recharges if r["voucher"] and r["state"] not in ("rejected", "cancelled")]
    assert len(live) == len(set(live)), "a voucher pays for two recharges"
    confirmed = [r for r in recharges if r["voucher"] and r["state"] == "confirmed"]
    assert sorted(code for code, state in vouchers.items() if state == "used") == sorted(r["voucher"] for r in confirmed)
    listed = {r["code"] for r in all_of(daemon, "/v1/recharges?state=ambiguous")}
    assert listed == {r["code"] for r in recharges if r["state"] == "ambiguous"} == set(desk.ambiguous)
    wait_until(lambda: daemon.get("/healthz")["ambiguous_recharges"] == len(listed))
    told = sum(note["code"] == "recharge_ambiguous_said" for note in daemon.get("/v1/doctor")["notes"])
    assert told == min(len(listed), 50)


def test_torture_no_cent_and_no_code_is_lost(new_register):
    print(f"TORTURE_SEED={SEED} TORTURE_RECHARGES={RECHARGES}")
    with Daemon(*new_register()) as daemon:
        daemon.done("POST", "/v1/keys", {})
        add_product(daemon)
        lines = [daemon.done("POST", "/v1/sims", {"iccid": iccid(i), "operator": "Orange", "offer": "Mobicarte"})["items"][1]["code"]
                 for i in range(8)]
        funds = [add_fund(daemon, f"Fonds {i}", RECHARGES * 250) for i in range(2)]  # too little for all: they run dry
        rows = [f"LOT-{i};{10**13 + i * 7919};Orange;orange-10;" for i in range(RECHARGES // 3)]
        assert daemon.import_lines("voucher_number;code;operator;product;expires_on", rows) == RECHARGES // 3
        vouchers = [voucher["code"] for voucher in all_of(daemon, "/v1/vouchers")]
        desk = Desk(daemon)
        desk.run([lambda i=i: work(desk, i, lines, funds, vouchers) for i in range(WORKERS)])
        recharges = check_the_books(desk, funds)
        check_the_codes(desk, recharges)
        states = {state: sum(r["state"] == state for r in recharges) for state in ("confirmed", "rejected", "ambiguous", "cancelled")}
        print(states, f"killed {desk.kills} times")
        assert min(states["confirmed"], states["rejected"], states["ambiguous"], desk.kills) > 0


def test_two_admins_empty_a_fund_at_once(new_register):
    with Daemon(*new_register()) as daemon:
        line = daemon.done("POST", "/v1/sims", {"iccid": ICCIDS[0], "operator": "Orange", "offer": "Mobicarte"})["items"][1]["code"]
        for round_ in range(5):
            fund = add_fund(daemon, f"Fonds {round_}", 1000)
            start, answers = threading.Barrier(4), []

            def spend(fund=fund, start=start, answers=answers):
                start.wait()
                answers.append(daemon.request("POST", "/v1/recharges", {"line": line, "fund": fund, "amount_cents": 1000})[0])

            threads = [threading.Thread(target=spend) for _ in range(4)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            assert sorted(answers) == [201, 409, 409, 409]
            assert daemon.get(f"/v1/objects/{fund}")["balance_cents"] == 0
