"""Recharges through emulated modems, with answers lost, modems unplugged, processes killed, cards swapped and the daemon killed. Each worker has a modem and
its card alone, so it knows after each recharge whether the operator has really credited the card, and compares.

    TORTURE_SEED=7 TORTURE_BENCH_RECHARGES=1000 python3 -m pytest tests/system/test_modem_torture.py -s
"""

import collections
import os
import random
import signal
import time

from daemon import Problem
from fleet import FleetError, modem
from test_modem_bench import OPERATOR, Desk, card, iccid
from torture import Survivor, all_of, key

SEED = int(os.environ.get("TORTURE_SEED", "0")) or random.SystemRandom().randrange(1, 10**6)
RECHARGES = int(os.environ.get("TORTURE_BENCH_RECHARGES", "80"))
MODEMS = 8
KILLS = 3  # of the daemon, spread over the recharges
PRICE = 500
WAIT_SECONDS = 120
WRONG = 20  # one voucher of so many has a code that the operator does not know
PERIOD = {"from": "2026-01-01", "to": "2027-12-31"}
# what befalls a recharge: the fault, and how often
FAULTS = [(None, 60), ("lost@topup", 5), ("gone@topup", 5), ("reset@topup", 5), ("fail@topup", 5), ("late@topup", 5), ("lost@register", 2), ("gone@register", 3),
          ("silent@ussd", 2), ("swap", 5), ("process", 3)]


def code_of(number):
    return f"{10**13 + number * 7919}"


def scenario(count):
    known = "".join(f"code {code_of(n)}={PRICE} 30 180\n" for n in range(count) if n % WRONG != 0)
    ports = "".join(card(n, iccid=iccid(n), balance=0) + modem(n, late_seconds=0.5) for n in range(1, MODEMS + 1))
    spare = "".join(card(n, iccid=iccid(n), balance=0) for n in range(MODEMS + 1, 2 * MODEMS + 1))  # never in the register
    return OPERATOR + "wrong_codes_max=1000000\n" + known + ports + spare


# what a modem that is not well yet is refused with
MODEM_TROUBLES = ("sim_not_in_modem", "modem_busy", "modem_crashed", "modem_gone", "modem_timeout", "modem_lost_session", "modem_protocol", "sim_absent",
                  "sim_booting", "modem_host_busy", "net_none")


class Bench(Survivor):
    wait_seconds = WAIT_SECONDS

    def __init__(self, desk):
        super().__init__(desk.daemon, RECHARGES, KILLS)
        self.desk, self.fleet = desk, desk.fleet
        self.seen = collections.Counter()

    def give_back(self, number):
        """The modem was not well: that was no recharge. 0: there is no voucher left, and that is one."""
        with self.lock:
            self.left += number is None

    def is_answer(self, problem):
        return super().is_answer(problem) or problem.body["code"] in MODEM_TROUBLES


class Worker:
    def __init__(self, bench, number, line):
        self.bench, self.number, self.line = bench, number, line
        self.dice = random.Random(f"{SEED}/{number}")
        self.modem, self.card, self.port = f"M{number}", f"S{number}", modem_port(number)

    def key(self):
        return key(self.dice, "torture")

    def topups(self):
        return int(self.bench.fleet.state(self.card)["topups"])

    def heal(self):
        """The right card is in the modem, and the daemon sees it on the network."""
        end = time.monotonic() + WAIT_SECONDS
        while True:
            self.plug()
            found = {m["port"]: m for m in self.bench.call("GET", "/v1/modems")["items"]}.get(self.port)
            if found is not None and found["state"] == "online" and found["iccid"] == iccid(self.number):
                return
            assert time.monotonic() < end, (found, self.bench.fleet.state(self.modem))
            time.sleep(0.05)  # its boot is awaited

    def plug(self):
        """Again and again: a fault that was armed may strike only now."""
        fleet = self.bench.fleet
        state = fleet.state(self.modem)
        if state["node"] == "-":
            fleet.send(f"plug {self.modem}")
        if state["sim"] != self.card:
            fleet.insert(self.modem, self.card)

    def strike(self, fault):
        fleet = self.bench.fleet
        if fault == "process":
            for pid in children(self.bench.daemon)[:1]:
                os.kill(pid, signal.SIGKILL)
        elif fault == "swap":
            fleet.insert(self.modem, f"S{self.number + MODEMS}")
        elif fault is not None:
            try:
                fleet.arm(self.modem, fault)
            except FleetError:
                pass  # armed already

    def ask(self, path, body):
        """The act's number, or None when the modem is not well."""
        try:
            answer = self.bench.call("POST", path, body, self.key())
        except Problem as refused:
            code = refused.body["code"]
            assert code in MODEM_TROUBLES or code in ("voucher_none", "recharge_state"), refused.body
            return None if code != "voucher_none" else 0
        item = answer["items"][0]
        return item.get("act") or item["number"]

    def end(self, number):
        end = time.monotonic() + WAIT_SECONDS
        while True:
            act = self.bench.call("GET", f"/v1/acts/{number}")
            if act["is_over"]:
                return act
            assert time.monotonic() < end, act
            time.sleep(0.02)  # the modem works

    def state(self, recharge):
        return self.bench.call("GET", f"/v1/objects/{recharge}")["state"]

    def one(self):
        self.heal()
        before = self.topups()
        fault = self.dice.choices([f for f, _ in FAULTS], [often for _, often in FAULTS])[0]
        early = self.dice.random() < 0.5  # before it is asked, or at once after
        if early:
            self.strike(fault)
        number = self.ask("/v1/recharges", {"line": self.line, "product": "orange-5", "from_stock": True, "bench": True})
        if not number:
            self.bench.give_back(number)
            return
        if not early:
            self.strike(fault)
        act = self.end(number)
        self.bench.seen[act["state"]] += 1
        self.heal()  # whoever still held the modem has let it go
        self.compare(act, self.state(act["recharge"]), self.topups() - before)

    def compare(self, act, state, credited):
        """What the register says against what the operator did."""
        assert credited in (0, 1), (act, credited)
        if state in ("prepared", "rejected"):
            assert credited == 0, (act, state)
        elif state == "confirmed":
            assert credited == 1, act
        else:
            assert state == "ambiguous", (act, state)
            self.resolve(act["recharge"], credited)
        if state == "prepared":
            self.again_or_cancel(act["recharge"])

    def resolve(self, recharge, credited):
        """Sometimes at once, by the balance that the operator tells; the others stay listed."""
        if self.dice.random() < 0.4:
            return
        number = self.ask("/v1/lines/balance", {"line": self.line})
        act = self.end(number) if number else {"state": "none"}
        if act["state"] != "ok":
            return
        assert act["balance_cents"] == self.topups() * PRICE
        self.bench.call("POST", "/v1/recharges/outcomes", {"recharge": recharge, "outcome": "confirmed" if credited else "rejected",
                                                           "evidence": "balance", "comment": "solde relu"}, self.key())

    def again_or_cancel(self, recharge):
        if self.dice.random() < 0.5:
            self.bench.call("POST", "/v1/recharges/cancellations", {"recharge": recharge}, self.key())
            return
        before = self.topups()
        number = self.ask("/v1/recharges/sending", {"recharge": recharge})
        if not number:
            return
        act = self.end(number)
        self.heal()
        credited, state = self.topups() - before, self.state(recharge)
        assert credited in ((0, 1) if state == "ambiguous" else (1,) if state == "confirmed" else (0,)), (act, state)

    def run(self):
        try:
            while self.bench.take():
                self.one()
        except Exception as wrong:  # told by the main thread
            self.bench.wrongs.append(f"{self.number}: {wrong!r}")


def modem_port(number):
    return f"3-{(number - 1) // 7 + 1}.{(number - 1) % 7 + 1}"


def children(daemon):
    process = daemon.process
    try:
        with open(f"/proc/{process.pid}/task/{process.pid}/children", encoding="ascii") as file:
            return [int(pid) for pid in file.read().split()]
    except (OSError, AttributeError):
        return []  # it was just killed


def check_the_books(bench, fund, lines):
    daemon, fleet = bench.daemon, bench.fleet
    recharges = all_of(daemon, "/v1/recharges")
    vouchers = {v["code"]: v["state"] for v in all_of(daemon, "/v1/vouchers")}
    acts = all_of(daemon, "/v1/acts")
    assert all(act["is_over"] for act in acts)
    by_state = collections.Counter(r["state"] for r in recharges)
    assert by_state["sent"] == 0
    for number, line in enumerate(lines, 1):  # the operator's account of each card against the register
        own = collections.Counter(r["state"] for r in recharges if r["line"] == line)
        topups = int(fleet.state(f"S{number}")["topups"])
        assert own["confirmed"] <= topups <= own["confirmed"] + own["ambiguous"], (number, own, topups)
        assert fleet.state(f"S{number}")["balance"] == str(topups * PRICE)
        assert fleet.state(f"S{number + MODEMS}")["ussd_asked"] == "0"  # a wrong card was never spoken to
    operator = fleet.state("orange")
    assert int(operator["codes_spent"]) == sum(int(fleet.state(f"S{n}")["topups"]) for n in range(1, MODEMS + 1))
    assert [a for a in acts if a["reason"] == "topup_code_used"] == [], "a code was sent twice"
    assert int(operator["codes_refused"]) <= (RECHARGES + WRONG - 1) // WRONG, "a wrong code was sent twice"
    live = [r["voucher"] for r in recharges if r["state"] not in ("rejected", "cancelled")]
    assert len(live) == len(set(live)), "a voucher pays for two recharges"
    assert sorted(v for v, state in vouchers.items() if state == "used") == sorted(r["voucher"] for r in recharges if r["state"] == "confirmed")
    listed = {r["code"] for r in all_of(daemon, "/v1/recharges?state=ambiguous")}
    assert listed == {r["code"] for r in recharges if r["state"] == "ambiguous"}
    kept = daemon.get(f"/v1/objects/{fund}")
    assert kept["spent_cents"] == sum(r["amount_cents"] for r in recharges if r["state"] not in ("rejected", "cancelled")) and kept["balance_cents"] >= 0
    assert daemon.get("/v1/funds/reconcile")["ok"] and daemon.get("/v1/journal/verify")["ok"]
    return by_state


def set_up(desk):
    daemon = desk.daemon
    daemon.done("POST", "/v1/keys", {})
    daemon.done("POST", "/v1/products", {"id": "orange-5", "operator": "Orange", "name": "5 EUR", "price": "5", "credit_valid": "30 days", "line_valid": "6 months"})
    daemon.done("POST", "/v1/dialogues/signatures", {"dialogue": "topup", "comment": "essayé"})
    fund = daemon.post("/v1/funds", {"name": "Recharges", "amount_cents": 2 * RECHARGES * PRICE, "strand": "connection", **PERIOD})["code"]
    vouchers = [f"LOT-{n};{code_of(n)};Orange;orange-5;" for n in range(RECHARGES)]
    assert daemon.import_lines("voucher_number;code;operator;product;expires_on", vouchers) == RECHARGES
    return fund, [desk.sim(n)[1] for n in range(1, MODEMS + 1)]


def test_torture_of_the_bench_no_code_is_sent_twice(tmp_path):
    print(f"TORTURE_SEED={SEED} TORTURE_BENCH_RECHARGES={RECHARGES}")
    with Desk(scenario(RECHARGES), tmp_path, config="operator_s = 1\n") as desk:
        fund, lines = set_up(desk)
        bench = Bench(desk)
        began = time.monotonic()
        bench.run([Worker(bench, n, lines[n - 1]).run for n in range(1, MODEMS + 1)])
        states = check_the_books(bench, fund, lines)
        print(dict(states), dict(bench.seen), f"killed {bench.kills} times, {time.monotonic() - began:.0f} s")
        assert min(states["confirmed"], states["rejected"], bench.seen["ambiguous"], bench.kills) > 0
