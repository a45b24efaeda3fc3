"""Funds, what donors ask for, invoices shared out to the cent, and what a fund will still have to pay; through the real programs."""

import hashlib
import os
import subprocess
import tempfile
import threading

import pytest
from daemon import BUILD, Daemon, Problem

TEMOIN = os.path.join(os.getcwd(), BUILD, "temoin")
PERIOD = {"from": "2030-01-01", "to": "2031-12-31"}
ICCIDS = ["8933019000000079197", "8933109000000158380"]


@pytest.fixture(scope="module")
def daemon(engine):  # one for each engine
    with Daemon() as started:
        started.post("/v1/demo/clock", {"day": "2030-11-25"})
        yield started


def add_fund(daemon, name, cents, strand="equipment", **more):
    return daemon.post("/v1/funds", {"name": name, "amount_cents": cents, "strand": strand, **PERIOD, **more})["code"]


def add_tablets(daemon, first, count):
    return [daemon.post("/v1/items", {"serial": f"R9MONEY{number:04}", "model": "Tab A9"})["code"]
            for number in range(first, first + count)]


def refused(daemon, path, body):
    with pytest.raises(Problem) as caught:
        daemon.post(path, body)
    return caught.value.body["code"]


def adds_up(daemon):
    answer = daemon.get("/v1/funds/reconcile")
    return answer["ok"] and answer["purchases_wrong"] == 0


def temoin(daemon, *words, lang="en", status=0):
    done = subprocess.run([TEMOIN, "--socket", daemon.socket_path, "--lang", lang, *words], capture_output=True, text=True,
                          timeout=60, check=False)
    assert done.returncode == status, done.stdout + done.stderr
    return done.stdout + done.stderr


def test_an_invoice_is_shared_out_to_the_cent(daemon):
    fund = add_fund(daemon, "Don des kits", 800000)
    tablets = add_tablets(daemon, 0, 15)
    with tempfile.NamedTemporaryFile(suffix=".pdf") as paper:
        paper.write(b"facture")
        paper.flush()
        said = temoin(daemon, "purchase", "add", "Boulanger", *tablets, "--invoice", "F-118", "--paper", paper.name, "--fund", fund,
                      "--total", "7 900,00", lang="fr")
        assert "7 900,00" in said.replace("\u202f", " ").replace("\u00a0", " ") and "Un centime de plus" in said
        assert tablets[9][:4] in said and tablets[10][:4] + "-" + tablets[10][4:] not in said.split("Un centime")[1]
    prices = [daemon.get(f"/v1/objects/{code}")["price_cents"] for code in tablets]
    assert prices == [52667] * 10 + [52666] * 5
    purchase = daemon.get(f"/v1/purchases?fund={fund}")["items"][0]
    assert purchase["total_cents"] == sum(prices) and purchase["count"] == 15
    assert purchase["paper_hash"] == hashlib.sha256(b"facture").hexdigest()
    shares = daemon.get(f"/v1/objects/{purchase['code']}")["shares"]
    assert [share["item"] for share in shares] == tablets
    assert daemon.get(f"/v1/objects/{fund}")["balance_cents"] == 10000
    assert refused(daemon, "/v1/purchases", {"supplier": "Boulanger", "invoice": "F-118", "fund": fund, "total_cents": 1,
                                             "count": 1}) == "purchase_known"
    body = {"purchase": purchase["code"], "comment": "mauvais fonds"}
    daemon.post("/v1/purchases/cancellations", body)
    assert refused(daemon, "/v1/purchases/cancellations", body) == "purchase_cancelled"
    assert daemon.get(f"/v1/objects/{fund}")["balance_cents"] == 800000
    assert daemon.get(f"/v1/objects/{tablets[0]}")["price_cents"] == 0
    assert adds_up(daemon)


def test_a_second_click_buys_once(daemon):
    fund = add_fund(daemon, "Double clic", 10000)
    body = {"supplier": "Darty", "invoice": "D-1", "fund": fund, "total_cents": 6000, "count": 7}
    for _ in range(2):
        daemon.post("/v1/purchases", body, key="purchase-0001")
    assert len(daemon.get(f"/v1/purchases?fund={fund}")["items"]) == 1
    assert daemon.get(f"/v1/objects/{fund}")["spent_cents"] == 6000


def test_two_who_buy_at_once_never_overspend(daemon):
    fund = add_fund(daemon, "Course", 100000)
    done = []

    def buy(number):
        for turn in range(8):
            status, _, _ = daemon.request("POST", "/v1/purchases", {"supplier": "Fnac", "invoice": f"{number}-{turn}", "fund": fund,
                                                                   "total_cents": 9000, "count": 1})
            done.append(status)

    threads = [threading.Thread(target=buy, args=(number,)) for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert done.count(201) == 11 and done.count(409) == 5
    assert daemon.get(f"/v1/objects/{fund}")["balance_cents"] == 1000
    assert adds_up(daemon)


def test_what_the_donor_asks_for_is_checked(daemon):
    fund = add_fund(daemon, "Ordinateurs", 100000, conditions="Pour les ordinateurs seulement", expenses=["laptop"], firm_end="yes")
    shown = daemon.get(f"/v1/objects/{fund}")
    assert (shown["expenses"], shown["firm_end"], shown["also_strands"]) == (["laptop"], True, [])
    bought = {"supplier": "LDLC", "fund": fund, "total_cents": 100, "count": 1}
    assert refused(daemon, "/v1/purchases", {**bought, "invoice": "1"}) == "fund_expense"
    daemon.post("/v1/purchases", {**bought, "invoice": "2", "kind": "laptop"})
    assert refused(daemon, "/v1/funds/changes", {"fund": fund, "to": "2030-10-31"}) == "change_reason"
    daemon.post("/v1/funds/changes", {"fund": fund, "to": "2030-10-31", "comment": "avenant"})
    assert refused(daemon, "/v1/purchases", {**bought, "invoice": "3", "kind": "laptop"}) == "fund_ended"
    late = {**bought, "invoice": "3", "kind": "laptop", "overrides": ["fund-period"], "comment": "urgent"}
    assert refused(daemon, "/v1/purchases", late) == "fund_ended"
    said = temoin(daemon, "fund", "show", fund, lang="fr")
    assert "Conditions du donateur" in said and "ordinateur" in said and "Fin ferme" in said
    last = [line for line in daemon.get("/v1/journal?limit=500")["items"] if line["verb"] == "fund.change"][-1]
    assert "to=2031-12-31" in last["before"] and "to=2030-10-31" in last["after"]


def test_a_report_tells_what_the_lines_will_need(daemon):
    fund = add_fund(daemon, "Recharges", 10000, "connection")
    daemon.done("POST", "/v1/products", {"id": "orange-10", "operator": "Orange", "name": "10 EUR", "price": "10",
                                         "credit_valid": "30 days", "line_valid": "6 months"})
    lines = []
    for iccid in ICCIDS:
        daemon.post("/v1/sims", {"iccid": iccid, "operator": "Orange", "offer": "Mobicarte"})
    assert "line_endless" in [note["code"] for note in daemon.get(f"/v1/funds/report?fund={fund}")["to_know"]]
    for sim in daemon.get("/v1/sims")["items"]:
        lines.append(sim["line"])
        daemon.post("/v1/lines/clocks", {"line": sim["line"], "line_until": "2031-01-15"})
    person = daemon.post("/v1/persons", {"name": "Ana Testa"})["code"]
    daemon.post("/v1/loans", {"person": person, "things": [lines[0]]})
    daemon.post("/v1/recharges", {"line": lines[0], "amount_cents": 500, "fund": fund})
    report = daemon.get(f"/v1/funds/report?fund={fund}")
    # 15 January 2031, then every six months until the end of 2031: two recharges a line
    assert (report["committed_cents"], report["keep_alive_cents"]) == (2000, 2000)
    assert report["free_cents"] == report["balance_cents"] - 4000 == 10000 - 500 - 4000
    months = {month["month"]: month for month in report["months"]}
    assert months["2030-11"]["debit_cents"] == 500 and months["2031-01"]["expected_cents"] == 2000
    assert sum(month["expected_cents"] for month in report["months"]) == 4000
    assert report["months"][-1]["left_cents"] == report["free_cents"]
    assert (report["months"][0]["month"], report["months"][-1]["month"]) == ("2030-01", "2031-12")
    said = temoin(daemon, "fund", "report", fund, lang="fr")
    assert "Engagé (lignes en prêt)" in said and "2031-01" in said
    daemon.post("/v1/funds/changes", {"fund": fund, "amount_cents": 2500, "comment": "moins"})
    assert "fund_will_lack" in [note["code"] for note in daemon.get(f"/v1/funds/report?fund={fund}")["to_know"]]
    other = add_fund(daemon, "Autre connexion", 5000, "connection")
    assert "fund_shared" in [note["code"] for note in daemon.get(f"/v1/funds/report?fund={other}")["to_know"]]
    assert daemon.get("/v1/funds/report?fund=" + add_fund(daemon, "Sans ligne", 1))["committed_cents"] == 0
    assert refused_get(daemon, "/v1/funds/report") == "code_length"


def refused_get(daemon, path):
    with pytest.raises(Problem) as caught:
        daemon.get(path)
    return caught.value.body["code"]
