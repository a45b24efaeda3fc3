"""A regie d'avances through the real programs: two admins at one till, a month on paper and as CSV, and a journal that was edited."""

import csv
import hashlib
import io
import os
import re
import sqlite3
import subprocess
import tempfile
import threading

import pdf
import pytest
from daemon import BUILD, Daemon, Problem

TEMOIN = os.path.join(os.getcwd(), BUILD, "temoin")
ACT = {"name": "Régie du numérique", "act": "Arrêté 2030-014", "act_on": "2030-01-15", "ceiling": "500",
       "natures": ["Recharges", "Petit matériel"], "means": ["cash", "card"]}


@pytest.fixture(scope="module")
def daemon(engine):  # one for each engine
    with Daemon() as started:
        started.post("/v1/demo/clock", {"day": "2030-11-20"})
        yield started


def me(daemon):
    return next(account["code"] for account in daemon.get("/v1/accounts")["items"] if account["uid"] == os.getuid())


def open_regie(daemon, name, **more):
    return daemon.post("/v1/regies", {**ACT, "name": name, "holder": me(daemon), **more})["code"]


def line(regie, kind, cents, **more):
    body = {"regie": regie, "kind": kind, "amount_cents": cents, **more}
    if kind == "expense":
        body = {"nature": "recharges", "means": "cash", "object": "Recharges", "paper": "T-1", **body}
    return body


def refused(daemon, path, body):
    with pytest.raises(Problem) as caught:
        daemon.post(path, body)
    return caught.value.body["code"]


def temoin(daemon, *words, lang="fr", status=0):
    done = subprocess.run([TEMOIN, "--socket", daemon.socket_path, "--lang", lang, *words], capture_output=True, text=True,
                          timeout=60, check=False)
    assert done.returncode == status, done.stdout + done.stderr
    return done.stdout + done.stderr


def test_two_admins_never_empty_a_till_twice(daemon):
    regie = open_regie(daemon, "Course")
    daemon.post("/v1/regies/entries", line(regie, "advance", 50000))
    done = []

    def spend():
        for _ in range(20):
            done.append(daemon.request("POST", "/v1/regies/entries", line(regie, "expense", 3000))[0])

    threads = [threading.Thread(target=spend) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (done.count(201), done.count(409)) == (16, 24)
    shown = daemon.get(f"/v1/objects/{regie}")
    assert (shown["balance_cents"], shown["pending_cents"], shown["entries_total"]) == (2000, 48000, 17)
    assert [entry["number"] for entry in shown["journal"]] == list(range(1, 18))
    assert daemon.get("/v1/funds/reconcile")["regies_wrong"] == 0


def test_two_sites_share_one_till(cluster):
    url = cluster.database()
    with Daemon("--database", url) as first:
        first.post("/v1/demo/clock", {"day": "2030-11-20"})
        sites = [first.post("/v1/sites", {"name": name})["code"] for name in ("Mornant", "Annexe")]
        regie = open_regie(first, "Partagée")
        first.post("/v1/regies/entries", line(regie, "advance", 50000))
    with Daemon("--database", url, "--site", sites[0]) as here, Daemon("--database", url, "--site", sites[1]) as there:
        done = []

        def spend(one):
            for _ in range(12):
                done.append(one.request("POST", "/v1/regies/entries", line(regie, "expense", 3000))[0])

        threads = [threading.Thread(target=spend, args=(one,)) for one in (here, there)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert (done.count(201), done.count(409)) == (16, 8)
        shown = there.get(f"/v1/objects/{regie}")
        assert (shown["balance_cents"], shown["entries_total"]) == (2000, 17)
        assert here.get("/v1/funds/reconcile")["ok"]


def test_a_second_click_spends_once(daemon):
    regie = open_regie(daemon, "Double clic")
    daemon.post("/v1/regies/entries", line(regie, "advance", 50000))
    for _ in range(2):
        daemon.post("/v1/regies/entries", line(regie, "expense", 1000), key="expense-0001")
    assert daemon.get(f"/v1/objects/{regie}")["balance_cents"] == 49000


def test_only_what_the_act_allows(daemon):
    regie = open_regie(daemon, "Acte")
    assert refused(daemon, "/v1/regies/entries", line(regie, "advance", 50001)) == "regie_ceiling"
    daemon.post("/v1/regies/entries", line(regie, "advance", 50000))
    assert refused(daemon, "/v1/regies/entries", line(regie, "expense", 100, nature="Restaurant")) == "regie_nature"
    assert refused(daemon, "/v1/regies/entries", line(regie, "expense", 100, means="cheque")) == "regie_means"
    assert refused(daemon, "/v1/regies/entries", line(regie, "expense", 50001)) == "regie_short"
    assert refused(daemon, "/v1/regies/entries", line(regie, "expense", 100, on="2030-11-21")) == "day_to_come"
    open_regie(daemon, "Une autre")
    assert refused(daemon, "/v1/regies/entries", line(None, "advance", 1)) == "regie_choose"
    other = daemon.post("/v1/accounts", {"name": "Paul Vasseur", "uid": 60001, "role": "admin"})["code"]
    daemon.post("/v1/regies/changes", {"regie": regie, "act": "Arrêté 2030-201", "act_on": "2030-11-19", "holder": other})
    assert refused(daemon, "/v1/regies/entries", line(regie, "expense", 100)) == "regie_holder"


def rows_of(daemon, regie, query):
    status, headers, body = daemon.request("GET", f"/v1/regies/report?regie={regie}&{query}&output=csv")
    assert status == 200 and headers["Content-Type"].startswith("text/csv"), body
    return list(csv.DictReader(io.StringIO(body.decode("utf-8-sig")), delimiter=";"))


def text_of(daemon, regie, query):
    """What poppler reads in the PDF, every white space as one blank."""
    status, _, body = daemon.request("GET", f"/v1/regies/report?regie={regie}&{query}")
    assert status == 200 and body.startswith(b"%PDF"), body
    return re.sub(r"[\s\u202f\u00a0]+", " ", " ".join(pdf.pages(body)))


def cents(text):
    return int(text.replace(",", "")) if text else 0


def money(text):
    """As a PDF writes it: "1 234,50 €"."""
    whole, rest = text.split(",")
    return f"{int(whole):,}".replace(",", " ") + f",{rest} €"


def fill_month(daemon, regie, papers):
    daemon.post("/v1/regies/entries", line(regie, "advance", 50000, paper="Mandat 118"))
    for number, paper in enumerate(papers):
        daemon.post("/v1/regies/entries", line(regie, "expense", 1250 + number, paper=f"T-{number}", object=f"Achat ; « {number} »",
                                               nature="Petit matériel" if number % 3 else "Recharges", paper_hash=paper))
    daemon.post("/v1/regies/corrections", {"regie": regie, "entry": 3, "comment": "saisi deux fois"})
    daemon.post("/v1/regies/requests", {"regie": regie})


def same_facts(daemon, regie, query):
    rows, text = rows_of(daemon, regie, query), text_of(daemon, regie, query)
    facts = {row["libelle"]: row["valeur"] for row in rows if row["rubrique"] == "fait"}
    for label, value in facts.items():
        words = re.sub(r"[\s\u202f\u00a0]+", " ", value)
        assert words in text or (len(words) == 64 and words in text.replace(" ", "")), (label, value)
    entries = [row for row in rows if row["rubrique"] == "écriture"]
    for row in entries:
        for column in ("encaisse", "paye", "solde"):
            assert cents(row[column]) == 0 or money(row[column]) in text, row
        assert row["piece"] in text and row["empreinte"] in text.replace(" ", ""), row
    return facts, entries


def test_a_month_on_paper_and_as_csv_say_the_same(daemon):
    regie = open_regie(daemon, "Bilan")
    papers = [hashlib.sha256(str(number).encode()).hexdigest() for number in range(12)]
    fill_month(daemon, regie, papers)
    facts, entries = same_facts(daemon, regie, "period=2030-11")
    assert facts["Document"] == "Régie d'avances : journal de novembre 2030"
    assert "non close" in facts["Période"] and facts["Acte constitutif"] == "Arrêté 2030-014 du 15/01/2030"
    journal = daemon.get(f"/v1/regies/entries?regie={regie}")["items"]
    assert [row["numero"] for row in entries] == [str(entry["number"]) for entry in journal]
    assert [row["empreinte"] for row in entries if row["genre"] == "dépense"] == papers + [papers[1]]
    assert facts["Empreinte du journal"] == journal[-1]["hash"]
    running = 0
    for row, entry in zip(entries, journal):
        running += cents(row["encaisse"]) - cents(row["paye"])
        assert cents(row["solde"]) == running == entry["balance_cents"]
    assert entries[-1]["corrige"] == "3" and entries[1]["objet"] == "Achat ; « 0 »"
    asked = sum(1250 + number for number in range(12)) - 1251
    request, _ = same_facts(daemon, regie, "request=1")
    assert cents(re.sub(r"[^\d]", "", request["Montant demandé"])) == asked
    assert daemon.get(f"/v1/regies/requests?regie={regie}")["items"][0]["amount_cents"] == asked
    empty, none = same_facts(daemon, regie, "period=2030-10")
    assert none == [] and empty["Solde de clôture"].startswith("0,00")
    assert same_facts(daemon, regie, "period=2030")[1] == entries
    for query, code in (("period=2030-13", "regie_period"), ("period=x", "regie_period"), ("request=7", "regie_request_not_found"),
                        ("output=png&period=2030", "word_unknown"), ("limit=1", "field_unknown")):
        assert daemon.request("GET", f"/v1/regies/report?regie={regie}&{query}")[2]["code"] == code


def test_a_long_month_has_as_many_pages_as_it_takes(daemon):
    regie = open_regie(daemon, "Long")
    daemon.post("/v1/regies/entries", line(regie, "advance", 50000))
    for number in range(80):
        daemon.post("/v1/regies/entries", line(regie, "expense", 1, paper=f"P{number:03}"))
    text = text_of(daemon, regie, "period=2030-11")
    pages = int(re.search(r"page 1 / (\d+)", text)[1])
    assert pages > 2 and f"page {pages} / {pages}" in text and "Le comptable" in text
    assert all(text.count(f"P{number:03}") == 2 for number in range(80))  # in the journal, and among the papers


def test_an_agent_does_it_all_on_the_command_line():
    with Daemon() as daemon, tempfile.TemporaryDirectory() as folder:
        daemon.post("/v1/demo/clock", {"day": "2030-11-20"})
        paper = os.path.join(folder, "ticket.pdf")
        with open(paper, "wb") as file:
            file.write(b"ticket")
        assert "temoin regie add" in temoin(daemon, "regie", "advance", "5", status=4)
        said = temoin(daemon, "regie", "add", "Régie du numérique", "--act", "Arrêté 2030-014", "--act-on", "15/01/2030", "--ceiling", "500",
                      "--natures", "recharges,petit matériel", "--means", "espèces,carte", "--holder", me(daemon))
        code = said[:9]
        temoin(daemon, "regie", "advance", "500,00", "--ref", "Mandat 118")
        said = temoin(daemon, "regie", "spend", "12,50", "--nature", "Petit materiel", "--means", "carte", "--for", "chargeur", "--ref", "T-1",
                      "--paper", paper)
        assert "en caisse" in said and "487,50" in said
        assert "regie_paper_twice" in temoin(daemon, "regie", "spend", "1", "--nature", "recharges", "--means", "espèces", "--for", "x",
                                             "--ref", "T-1", "--paper", paper, status=1)
        assert "Demande n° 1" in temoin(daemon, "regie", "ask")
        temoin(daemon, "regie", "received", "1")
        temoin(daemon, "regie", "correct", "2", "--comment", "rendu au magasin")
        shown = temoin(daemon, "regie", "show", code)
        assert "Demandes au comptable" in shown and "chargeur" in shown and "reconstitution reçue" in shown
        assert "regie close" not in temoin(daemon, "doctor")
        temoin(daemon, "demo", "clock", "2030-12-02")
        assert "regie close 2030-11" in temoin(daemon, "doctor")
        temoin(daemon, "regie", "close", "2030-11")
        assert "regie close" not in temoin(daemon, "doctor")
        assert "regie_month_closed" in temoin(daemon, "regie", "repay", "1", "--on", "2030-11-30", status=1)
        paper_out, table = os.path.join(folder, "novembre.pdf"), os.path.join(folder, "novembre.csv")
        temoin(daemon, "report", "regie", "2030-11", "-o", paper_out)
        temoin(daemon, "report", "regie", "2030-11", "-o", table)
        temoin(daemon, "report", "request", "1", "-o", os.path.join(folder, "demande.pdf"))
        with open(paper_out, "rb") as file:
            assert file.read(4) == b"%PDF"
        with open(table, encoding="utf-8-sig") as file:
            assert file.readline().startswith("rubrique;")
        assert temoin(daemon, "report", "regie", "2030-11", "--csv", "-o", "-").count("écriture;") == 4
        said = temoin(daemon, "doctor", lang="en")
        assert "Accounts add up" in said


def test_an_edited_journal_is_told_by_the_doctor():
    with tempfile.TemporaryDirectory() as folder, Daemon(state_dir=folder) as daemon:  # a file that can be edited
        regie = open_regie(daemon, "Caisse", act_on="2020-01-15")
        daemon.post("/v1/regies/entries", line(regie, "advance", 50000))
        daemon.post("/v1/regies/entries", line(regie, "expense", 100))
        daemon.stop()
        register = sqlite3.connect(os.path.join(daemon.state_dir, "register.db"))
        register.execute("UPDATE regie_entry SET object = 'autre' WHERE number = 2")
        register.commit()
        register.close()
        daemon.start()
        answer = daemon.get("/v1/funds/reconcile")
        assert (answer["ok"], answer["regies_wrong"]) == (False, 1)
        assert regie[:4] in answer["to_know"][0]["fr"]
        assert daemon.request("GET", "/v1/backup")[0] == 503  # a register that does not add up is no backup
        assert daemon.get("/healthz")["ledger_ok"] is False
        assert "temoin fund reconcile" in temoin(daemon, "doctor", status=3)
        temoin(daemon, "fund", "reconcile", status=3)
