"""temoin, the command line, against a stand-in that plays canned answers: what is shown, how it leaves, how it follows and retries."""
import contextlib
import fcntl
import json
import os
import pty
import re
import select
import signal
import struct
import subprocess
import tempfile
import termios
import time

import pytest
from fake_daemon import CUT, ROOT, FakeDaemon, done, finding, page, problem

TEMOIN = os.path.join(ROOT, os.environ.get("BUILD", "build"), "temoin")
TABLET = {"kind": "tablet", "code": "TBCDFGHK", "serial": "HA1XYZ0042", "model": "Tab M10", "state": "to_wipe", "holder": None, "pieces": []}
LOAN = {"kind": "loan", "code": "NBCDFGHK", "item": "TBCDFGHK", "item_kind": "tablet", "person": "PBCDFGHK", "person_name": "Amina Diallo",
        "started_on": "2026-11-21", "due_on": "2027-11-22", "state": "open"}


@pytest.fixture
def folder():
    with tempfile.TemporaryDirectory(prefix="temoin-cli.") as path:
        yield path


@pytest.fixture
def fake(folder):
    daemon = FakeDaemon(os.path.join(folder, "s"), {})
    yield daemon
    daemon.stop()
    assert daemon.complaints == []


def environment(**more):
    clean = {k: v for k, v in os.environ.items() if k not in ("LANG", "LC_ALL", "LC_MESSAGES", "TEMOIN_LANG", "TEMOIN_SOCKET", "NO_COLOR")}
    return {**clean, "TZ": "UTC", **more}


def run(fake, *words, stdin=b"", lang="fr", **more):
    return subprocess.run([TEMOIN, "--socket", fake.socket, *words], input=stdin, capture_output=True, timeout=30,
                          env=environment(TEMOIN_LANG=lang), **more)


def text_of(result):
    return result.returncode, result.stdout.decode(), result.stderr.decode()


# ---- refusals and exit codes ----

@pytest.mark.parametrize("status,leave", [(400, 2), (403, 1), (404, 4), (405, 2), (409, 1), (413, 2), (500, 3), (502, 5), (503, 3), (507, 3)])
def test_status_decides_the_exit_code(fake, status, leave):
    fake.answers["GET /v1/objects/TBCD-FGHK"] = (status, problem("some_code", "Une phrase.", "A sentence."))
    assert text_of(run(fake, "show", "TBCD-FGHK")) == (leave, "", "temoin : Une phrase. (some_code)\n")
    assert text_of(run(fake, "show", "TBCD-FGHK", "--lang", "en")) == (leave, "", "temoin: A sentence. (some_code)\n")


def test_refusal_shows_the_three_lists(fake):
    held = finding("item_held", "TBCD-FGHK est déjà prêtée.", "TBCD-FGHK is lent already.")
    fake.answers["POST /v1/loans"] = (409, problem(
        "item_held", held["fr"], held["en"], impossible=[held, finding("b", "Autre chose.", "Something else.")],
        needs_confirmation=[finding("second", "Un deuxième prêt.", "A second loan.", right="lend-second")],
        to_know=[finding("sunday", "C'est un dimanche.", "It is a Sunday.")]))
    leave, out, err = text_of(run(fake, "lend", "PBCD-FGHK", "TBCD-FGHK"))
    assert (leave, out) == (1, "")
    assert err == ("temoin : TBCD-FGHK est déjà prêtée. (item_held)\n"
                   "Impossible\n  - Autre chose.\n"
                   "À confirmer\n  - Un deuxième prêt.  [--override lend-second --comment \"...\"]\n"
                   "À savoir\n  - C'est un dimanche.\n")


def test_preview_changes_the_exit_code_only_when_it_would_be_refused(fake):
    fake.answers["POST /v1/loans"] = done(needs_confirmation=[finding("second", "Deuxième prêt.", "Second loan.", right="lend-second")])
    refused = run(fake, "lend", "P", "T", "--preview")
    claimed = run(fake, "lend", "P", "T", "--preview", "--override", "lend-second", "--comment", "accord du chef")
    assert (refused.returncode, claimed.returncode) == (1, 0)
    assert "À confirmer\n  - Deuxième prêt." in refused.stdout.decode()
    assert fake.questions[1].json["overrides"] == ["lend-second"] and fake.questions[1].json["preview"] is True


def test_no_daemon(folder):
    result = subprocess.run([TEMOIN, "doctor"], capture_output=True, env=environment(TEMOIN_SOCKET=folder + "/none"), check=False)
    assert text_of(result) == (3, "", f"temoin : Témoin ne répond pas sur {folder}/none. Le service temoind est-il démarré ? (unreachable)\n")


@pytest.mark.parametrize("answer", [b"<html>hello</html>", b"", b'{"code":"a","code":"b"}', b"[" * 100000])
def test_another_program_on_the_socket(fake, answer):
    fake.answers["GET /v1/objects/X"] = answer
    leave, out, err = text_of(run(fake, "show", "X"))
    assert (leave, out) == (3, "") and "n'est pas lisible" in err


def test_usage_asks_nothing(fake):
    for words in (["lned"], ["lend"], ["due", "--days", "x"], ["show", "a", "b"], ["--socket"]):
        result = run(fake, *words)
        assert result.returncode == 2 and result.stdout == b"" and b"(usage)" in result.stderr
    assert subprocess.run([TEMOIN], capture_output=True, check=False).returncode == 2
    assert fake.questions == []


@pytest.mark.parametrize("variables,french", [({}, True), ({"LANG": "C.UTF-8"}, True), ({"LC_ALL": "C", "LANG": "en_US.UTF-8"}, True),
                                              ({"LANG": "en_US.UTF-8"}, False), ({"TEMOIN_LANG": "fr", "LC_ALL": "en_US"}, True)])
def test_language(variables, french):
    out = subprocess.run([TEMOIN, "help"], capture_output=True, env=environment(**variables), check=True).stdout.decode()
    assert ("prêter" in out) == french


def test_full_disk_under_standard_output(fake):
    fake.answers["GET /v1/objects/X"] = TABLET
    with open("/dev/full", "wb") as full:
        result = subprocess.run([TEMOIN, "--socket", fake.socket, "show", "X"], stdout=full, stderr=subprocess.PIPE, env=environment(), check=False)
    assert result.returncode == 2 and "sortie standard" in result.stderr.decode()


# ---- acting ----

def test_acts_print_one_line_beginning_with_the_code(fake):
    fake.answers["POST /v1/loans"] = (201, done(LOAN, TABLET, to_know=[finding("sunday", "C'est un dimanche.", "It is a Sunday.")]))
    leave, out, err = text_of(run(fake, "lend", "PBCD-FGHK", "TBCD-FGHK", "--until", "21/11/2027"))
    assert (leave, out) == (0, "NBCD-FGHK  TBCD-FGHK est prêtée à Amina Diallo jusqu'au 22/11/2027\n")
    assert err == "À savoir\n  - C'est un dimanche.\n"
    assert fake.questions[0].json == {"person": "PBCD-FGHK", "things": ["TBCD-FGHK"], "until": "21/11/2027"}


def test_every_act_has_its_own_key(fake):
    fake.answers["POST /v1/persons"] = (201, done({"kind": "person", "code": "PBCDFGHK", "name": "Amina Diallo"}))
    for _ in range(2):
        run(fake, "person", "add", "Amina Diallo")
    first, second = (q.headers["Idempotency-Key"] for q in fake.questions)
    assert re.fullmatch("[0-9a-f-]{36}", first) and first != second


def test_lost_connection_is_tried_again_with_the_same_key(fake):
    fake.answers["POST /v1/persons"] = [CUT, (201, done({"kind": "person", "code": "PBCDFGHK", "name": "Amina Diallo"}))]
    assert text_of(run(fake, "person", "add", "Amina Diallo"))[:2] == (0, "PBCD-FGHK  Amina Diallo est au registre\n")
    first, second = fake.questions
    assert first.headers["Idempotency-Key"] == second.headers["Idempotency-Key"] and first.body == second.body


def test_lost_twice_says_that_nobody_knows(fake):
    fake.answers["POST /v1/persons"] = CUT
    leave, out, err = text_of(run(fake, "person", "add", "Amina Diallo"))
    assert (leave, out, len(fake.questions)) == (3, "", 2) and "on ne sait pas si la demande a été faite" in err


def test_json_is_unchanged(fake):
    raw = b'{ "code":"PBCDFGHK",\n "items":[], "odd": 1.50}'
    fake.answers["POST /v1/persons"] = (201, raw)
    assert run(fake, "person", "add", "Amina Diallo", "--json").stdout == raw + b"\n"
    refusal = json.dumps(problem("x", "Non.", "No.")).encode()
    fake.answers["POST /v1/persons"] = (409, refusal)
    result = run(fake, "person", "add", "Amina Diallo", "--json")
    assert result.stdout == refusal + b"\n" and result.returncode == 1 and "Non. (x)" in result.stderr.decode()


# ---- showing ----

def test_lists_are_aligned_tables_of_all_pages(fake):
    people = [{"kind": "person", "code": "PBCDFGHK", "name": "Éloïse Martin", "phone": "+33639980012", "email": None, "town": "Saint-Égrève"},
              {"kind": "person", "code": "PCDFGHJK", "name": "Bo", "phone": None, "email": "bo@example.org", "town": None}]
    fake.answers["GET /v1/persons"] = lambda q: page(people[1]) if q.query.get("after") == "PBCDFGHK" else page(people[0], after="PBCDFGHK")
    leave, out, _ = text_of(run(fake, "person", "list"))
    assert leave == 0 and out == (
        "Étiquette  Nom            Téléphone       Courriel  Commune\n"
        "PBCD-FGHK  Éloïse Martin  06 39 98 00 12            Saint-Égrève\n"
        "PCDF-GHJK  Bo                             bo@example.org\n")
    assert "Bo" not in run(fake, "person", "list", "--limit", "1").stdout.decode()


def test_empty_list_and_empty_columns(fake):
    fake.answers["GET /v1/persons"] = page()
    assert text_of(run(fake, "person", "list")) == (0, "", "Rien à montrer.\n")
    fake.answers["GET /v1/persons"] = page({"kind": "person", "code": "PBCDFGHK", "name": "Bo", "phone": None, "email": None, "town": ""})
    assert text_of(run(fake, "person", "list"))[1] == "Étiquette  Nom\nPBCD-FGHK  Bo\n"


def test_act_without_an_object_tells_what_was_typed(fake):
    fake.answers["POST /v1/demo/clock"] = done()
    assert text_of(run(fake, "demo", "clock", "2027-03-01")) == (0, "Nous sommes le 01/03/2027\n", "")


def test_an_override_that_was_used_is_no_question_any_more(fake):
    fake.answers["POST /v1/renewals"] = done(LOAN, needs_confirmation=[finding("renew_more", "Encore ?", "Again?", right="renew-more")])
    leave, out, err = text_of(run(fake, "renew", "TBCD-FGHK", "--override", "renew-more", "--comment", "stage"))
    assert (leave, err) == (0, "") and out.startswith("NBCD-FGHK")


def test_record_shows_fields_and_inner_lists(fake):
    fake.answers["GET /v1/objects/FBCD-FGHK"] = {
        "kind": "fund", "code": "FBCDFGHK", "name": "Don", "strand": "equipment", "from": "2026-01-01", "to": "2026-12-31",
        "granted_cents": 790000, "spent_cents": 52667, "balance_cents": 737333, "currency": "EUR",
        "entries": [{"number": 1, "at": "2026-11-21T10:00:00Z", "debit_cents": 52667, "credit_cents": 0, "subject": "TBCDFGHK", "reason": "recharge.cancel"}]}
    _, out, _ = text_of(run(fake, "fund", "show", "FBCD-FGHK"))
    assert "Reste      7 373,33 €\n" in out and "Volet      équipement\n" in out and "EUR" not in out
    assert " 1  21/11/2026 10:00:00  526,67 €  0,00 €  TBCD-FGHK  recharge annulée\n" in out
    _, english, _ = text_of(run(fake, "fund", "show", "FBCD-FGHK", lang="en"))
    assert "€7,373.33" in english and "2026-11-21 10:00:00" in english


def test_no_control_character_reaches_the_terminal(fake):
    fake.answers["GET /v1/objects/X"] = {**TABLET, "model": "evil\x1b[2J\u009b31m\n"}
    fake.answers["GET /v1/objects/Y"] = (409, problem("\x1b[31m", "Non\x1b[2J.", "No."))
    for code in "XY":
        result = run(fake, "show", code)
        assert b"\x1b" not in result.stdout + result.stderr and b"\xc2\x9b" not in result.stdout


def test_journal_verify(fake):
    fake.answers["GET /v1/journal/verify"] = {"ok": True, "lines": 12, "first_bad": None, "head_hash": "ab"}
    assert text_of(run(fake, "journal", "verify")) == (0, "Le journal est entier : 12 lignes vérifiées.\n", "")
    chains = [{"site": None, "lines": 3, "first_bad": None}, {"site": "BBCDFGHJ", "lines": 6, "first_bad": 7}]
    fake.answers["GET /v1/journal/verify"] = {"ok": False, "lines": 9, "first_bad": 7, "sites": chains}
    leave, _, err = text_of(run(fake, "journal", "verify"))
    assert leave == 3 and "rompue à la ligne 7 (lieu BBCD-FGHJ)." in err
    chains[1] = {"site": "BBCDFGHJ", "lines": 9, "first_bad": None}
    fake.answers["GET /v1/journal/verify"] = {"ok": True, "lines": 12, "first_bad": None, "sites": chains}
    assert text_of(run(fake, "--lang", "en", "journal", "verify"))[1] == (
        "The journal is whole: 12 lines checked.\n  3 lines\n  9 lines (site BBCD-FGHJ)\n")


def test_doctor(fake):
    fake.answers["GET /healthz"] = {"ok": True, "version": "0.1.0", "last_error": None}
    assert text_of(run(fake, "doctor"))[:2] == (0, "En bonne santé  oui\nVersion         0.1.0\n")  # no account: no more
    fake.answers["GET /v1/doctor"] = {"troubles": [{"code": "backup_old", "fr": "Vieille.", "en": "Old."}],
                                      "notes": [{"code": "x", "fr": "Bon.", "en": "Good."}]}
    assert text_of(run(fake, "doctor"))[:2] == (0, "En bonne santé  oui\nVersion         0.1.0\n! Vieille.\n- Bon.\n")
    assert json.loads(run(fake, "doctor", "--json").stdout)["troubles"][0]["code"] == "backup_old"
    fake.answers["GET /healthz"] = (503, {"ok": False, "version": "0.1.0", "last_error": "disk full"})
    leave, out, err = text_of(run(fake, "doctor"))
    assert leave == 3 and "disk full" in out and "ne peut pas écrire" in err


# ---- files ----

def test_file_is_written_whole_or_not_at_all(fake, folder):
    path = os.path.join(folder, "c.pdf")
    fake.answers["GET /v1/certificates/TBCD-FGHK"] = (409, problem("certificate_none", "Pas de certificat.", "No certificate."))
    assert run(fake, "certificate", "TBCD-FGHK", "-o", path).returncode == 1
    fake.answers["GET /v1/certificates/TBCD-FGHK"] = CUT
    assert run(fake, "certificate", "TBCD-FGHK", "-o", path).returncode == 3
    assert os.listdir(folder) == ["s"]
    fake.answers["GET /v1/certificates/TBCD-FGHK"] = b"%PDF-1"
    assert run(fake, "certificate", "TBCD-FGHK", "-o", path).returncode == 0
    assert run(fake, "certificate", "TBCD-FGHK", "-o", "-").stdout == b"%PDF-1"
    fake.answers["GET /v1/certificates/TBCD-FGHK"] = b"%PDF-2"
    asked = len(fake.questions)
    refused = run(fake, "certificate", "TBCD-FGHK", "-o", path)
    assert len(fake.questions) == asked
    assert refused.returncode == 2 and "--force" in refused.stderr.decode()
    assert open(path, "rb").read() == b"%PDF-1"
    assert run(fake, "certificate", "TBCD-FGHK", "-o", path, "--force").returncode == 0
    assert open(path, "rb").read() == b"%PDF-2" and sorted(os.listdir(folder)) == ["c.pdf", "s"]


def test_a_shorter_body_than_announced_is_no_file(fake, folder):
    path = os.path.join(folder, "b.sqlite")

    class Short(bytes):
        def __len__(self):
            return 1000
    fake.answers["GET /v1/backup"] = Short(b"half")
    result = run(fake, "backup", path)
    assert result.returncode == 3 and os.listdir(folder) == ["s"]


VERIFIED = {"of_this_register": True, "schema": 1, "items": 2, "people": 3, "loans": 1, "recharges": 0, "journal_lines": 7,
            "spent_cents": 52667, "journal_hash": "0" * 64}


def test_a_backup_is_read_back_and_tried(fake, folder):
    path = os.path.join(folder, "b.db")
    fake.answers["GET /v1/backup"], fake.answers["POST /v1/backup/verify"] = b"register" * 1000, VERIFIED
    leave, out, err = text_of(run(fake, "backup", path))
    assert (leave, err) == (0, "") and "lignes du journal : 7" in out and "526,67" in out
    assert fake.questions[-1].body == b"register" * 1000
    fake.answers["POST /v1/backup/verify"] = {**VERIFIED, "of_this_register": False}
    assert "son histoire est une autre" in text_of(run(fake, "backup", "verify", path))[1]
    fake.answers["POST /v1/backup/verify"] = (400, problem("backup_unreadable", "Abîmé.", "Damaged."))
    leave, _, err = text_of(run(fake, "backup", path, "--force"))
    assert leave == 2 and "Abîmé." in err
    asked = len(fake.questions)
    assert run(fake, "backup", path, "--force", "--no-verify").returncode == 0 and len(fake.questions) == asked + 1
    assert run(fake, "backup", "-").stdout == b"register" * 1000


def test_file_that_cannot_be_written(fake, folder):
    result = run(fake, "backup", os.path.join(folder, "no", "where"))
    assert result.returncode == 2 and fake.questions == []


def test_labels_follow_the_name_of_the_file(fake, folder):
    fake.answers["GET /v1/labels"] = b"bytes"
    for name, output in (("a.pdf", "pdf"), ("a.png", "png")):
        assert run(fake, "label", "TBCD-FGHK", "SBCD-FGHK", "--format", "avery-l7160", "--start", "4", "-o", os.path.join(folder, name)).returncode == 0
        assert fake.questions[-1].query == {"codes": "TBCD-FGHK,SBCD-FGHK", "format": "avery-l7160", "start": "4", "output": output}


IMPORT = {"kind": "tablets", "lines": 3, "made": 0, "known": 1, "errors": 2, "rows": [
    {"line": 2, "verdict": "known", "code": "TBCDFGHK", "fr": "", "en": ""},
    {"line": 3, "verdict": "error", "code": "import_cell", "fr": "Ligne 3, colonne iccid : des lettres.", "en": "Column iccid: letters."},
    {"line": 10, "verdict": "error", "code": "import_cell", "fr": "Ligne 10, colonne price : négatif.", "en": "Column price: negative."}]}


def test_import_shows_what_to_correct(fake, folder):
    path = os.path.join(folder, "t.csv")
    with open(path, "wb") as file:
        file.write(b"serial;mod\xe8le\r\n" * 5)
    fake.answers["POST /v1/imports"] = (409, {**problem("import_wrong", "Rien n'a été importé.", "Nothing was imported."), **IMPORT})
    leave, out, err = text_of(run(fake, "import", path))
    assert leave == 1 and err == "temoin : Rien n'a été importé. (import_wrong)\n"
    assert out == ("  - Ligne 3, colonne iccid : des lettres.\n  - Ligne 10, colonne price : négatif.\n"
                   "Lignes : 3, créées : 0, déjà connues : 1, à corriger : 2.\n")
    assert fake.questions[0].body == b"serial;mod\xe8le\r\n" * 5 and fake.questions[0].headers["Content-Type"] == "text/csv"


def test_import_rehearsed_with_faults_would_be_refused(fake):
    fake.answers["POST /v1/imports"] = IMPORT
    leave, out, err = text_of(run(fake, "import", "-", "--dry-run", stdin=b"x"))
    assert (leave, err) == (1, "") and out.endswith("à corriger : 2. Rien n'a changé.\n")


def test_import_from_standard_input_rehearsed(fake):
    fake.answers["POST /v1/imports"] = [CUT, {**IMPORT, "made": 2, "errors": 0, "rows": []}]
    body = b"serial;model\n" + b"x" * 3_000_000
    leave, out, _ = text_of(run(fake, "import", "-", "--dry-run", stdin=body))
    assert (leave, out) == (0, "Essai. Lignes : 3, à créer : 2, déjà connues : 1, à corriger : 0. Rien n'a changé.\n")
    assert [q.query for q in fake.questions] == [{"dry_run": "1"}] * 2 and all(q.body == body for q in fake.questions)


def test_import_of_nothing_readable(fake, folder):
    for path in (folder + "/none", folder):
        result = run(fake, "import", path)
        assert result.returncode == 2 and "ne peut pas être lu" in result.stderr.decode()
    assert fake.questions == []


def test_restore_asks_first(fake, folder):
    path = os.path.join(folder, "b")
    with open(path, "wb") as file:
        file.write(b"backup")
    fake.answers["POST /v1/restore"] = {"restored": True}
    refused = run(fake, "restore", path)
    assert refused.returncode == 2 and "--yes" in refused.stderr.decode() and fake.questions == []
    assert run(fake, "restore", path, "--yes").returncode == 0
    assert fake.questions[0].query == {"confirm": "1"} and fake.questions[0].body == b"backup"


# ---- wiping ----

def wipe(state, *facts, verdict="none", reason=None, todo=None):
    evidence = [{"number": i + 1, "at": f"2026-11-21T10:00:{i:02d}.500Z", "kind": "state", "text": t} for i, t in enumerate(facts)]
    return {"kind": "wipe", "code": "XBCDFGHK", "item": "TBCDFGHK", "port": "1-1.2", "serial": "HA1XYZ0042", "state": state, "verdict": verdict,
            "reason": reason, "todo_fr": todo, "todo_en": todo and "in English", "evidence": evidence}


@pytest.fixture
def bench(fake):
    fake.answers["GET /v1/objects/TBCD-FGHK"] = TABLET
    fake.answers["GET /v1/bench"] = page({"port": "1-1.2", "serial": "HA1XYZ0042", "item": "TBCDFGHK", "is_duplicate": False, "wipe": None})
    fake.answers["POST /v1/wipes"] = lambda q: done() if q.json.get("preview") else (201, done(wipe("seen")))
    return fake


def test_wipe_needs_yes_without_a_terminal(bench):
    leave, out, err = text_of(run(bench, "wipe", "TBCD-FGHK"))
    assert leave == 2 and "--yes" in err
    assert "Tablette TBCD-FGHK · Tab M10 · n° de série HA1XYZ0042 · port 1-1.2" in out
    assert [q.json.get("preview") for q in bench.asked("POST /v1/wipes")] == [True]


def test_wipe_refused_before_anything_starts(bench):
    bench.answers["POST /v1/wipes"] = done(impossible=[finding("wipe_item_lent", "Encore prêtée.", "Still lent.")])
    assert text_of(run(bench, "wipe", "TBCD-FGHK", "--yes")) == (1, "", "temoin : Encore prêtée. (wipe_item_lent)\n")
    assert len(bench.asked("POST /v1/wipes")) == 1


def test_wipe_is_followed_to_its_verdict(bench):
    steps = [wipe("seen", "seen"), wipe("wait_human", "seen", "tap", reason="tap", todo="Appuyez sur Autoriser."),
             wipe("wait_human", "seen", "tap", reason="tap", todo="Appuyez sur Autoriser."),
             wipe("verified", "seen", "tap", "harness", verdict="proven")]

    def look(_):
        bench.publish("wipe", "XBCDFGHK")
        return steps.pop(0) if len(steps) > 1 else steps[0]
    bench.answers["GET /v1/objects/XBCDFGHK"] = look
    leave, out, err = text_of(run(bench, "wipe", "TBCD-FGHK", "--yes", "--strategy", "guided"))
    assert (leave, err) == (0, "")
    assert out.splitlines()[2:] == [
        "XBCD-FGHK  effacement de TBCD-FGHK sur le port 1-1.2", "  10:00:00  étape  seen", "  10:00:01  étape  tap",
        "À FAIRE : Appuyez sur Autoriser.", "  10:00:02  étape  harness",
        "TBCD-FGHK est effacée : prouvé. Le certificat : temoin certificate XBCD-FGHK -o certificat.pdf"]
    assert all(q.json["strategy"] == "guided" for q in bench.asked("POST /v1/wipes"))


@pytest.mark.parametrize("state,leave", [("not_wiped", 5), ("unknown", 5), ("blocked", 5), ("aborted", 1), ("verified", 0)])
def test_wipe_ending_decides_the_exit_code(bench, state, leave):
    bench.answers["GET /v1/objects/XBCDFGHK"] = wipe(state, todo="La raison.")
    result = run(bench, "wipe", "TBCD-FGHK", "--yes")
    assert result.returncode == leave and ("La raison." in result.stdout.decode()) == (state != "verified")
    code, out, _ = text_of(run(bench, "wipe", "TBCD-FGHK", "--yes", "--json"))
    assert code == leave and json.loads(out)["state"] == state


def test_wipe_waiting_for_the_technician_says_what_to_type(bench):
    bench.answers["GET /v1/objects/XBCDFGHK"] = wipe("wait_human", reason="attest", todo="Regardez l'écran.")
    leave, out, _ = text_of(run(bench, "wipe", "TBCD-FGHK", "--yes"))
    assert leave == 0 and out.endswith('À FAIRE : Regardez l\'écran.\nPour l\'attester : temoin wipe TBCD-FGHK --attest "ce que montre l\'écran"\n')


def test_wipe_without_waiting(bench):
    assert text_of(run(bench, "wipe", "TBCD-FGHK", "--yes", "--no-wait"))[0] == 0
    assert bench.asked("GET /v1/objects/XBCDFGHK") == []


def test_acts_on_a_wipe(bench):
    bench.answers["POST /v1/attestations"] = done(wipe("verified", verdict="attested"))
    bench.answers["POST /v1/cancellations"] = done(wipe("aborted"))
    bench.answers["POST /v1/waivers"] = done({**TABLET, "state": "ready"})
    assert run(bench, "wipe", "TBCD-FGHK", "--attest", "écran d'accueil").stdout.decode().startswith("TBCD-FGHK est effacée : attesté.")
    assert run(bench, "wipe", "TBCD-FGHK", "--cancel").returncode == 0
    bench.answers["POST /v1/unlocks"] = done({**TABLET, "state": "to_wipe"})
    assert run(bench, "wipe", "TBCD-FGHK", "--frp").returncode == 0
    assert run(bench, "wipe", "TBCD-FGHK", "--unlocked", "compte saisi").returncode == 0
    assert run(bench, "wipe", "TBCD-FGHK", "--waive", "neuve, scellée").returncode == 0
    assert [q.json for q in bench.questions] == [{"wipe": "TBCD-FGHK", "text": "écran d'accueil"}, {"wipe": "TBCD-FGHK"},
                                                 {"wipe": "TBCD-FGHK", "lock": True}, {"item": "TBCD-FGHK", "text": "compte saisi"},
                                                 {"item": "TBCD-FGHK", "comment": "neuve, scellée", "overrides": ["wipe-waive"]}]


def test_wipe_survives_a_restart_of_the_daemon(bench):
    bench.answers["GET /v1/objects/XBCDFGHK"] = wipe("started", "sent")
    with subprocess.Popen([TEMOIN, "--socket", bench.socket, "wipe", "TBCD-FGHK", "--yes"], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          env=environment()) as process:
        wait_until(lambda: bench.asked("GET /v1/objects/XBCDFGHK"))
        bench.stop()
        assert "ne répond plus" in process.stderr.readline().decode()
        bench.answers["GET /v1/objects/XBCDFGHK"] = wipe("verified", "sent", "back", verdict="attested")
        bench.start()
        out, _ = process.communicate(timeout=30)
    assert process.returncode == 0 and out.decode().count("sent") == 1 and "attesté" in out.decode()


def test_stopping_the_follower_leaves_the_wipe_running(bench):
    bench.answers["GET /v1/objects/XBCDFGHK"] = wipe("started")
    with subprocess.Popen([TEMOIN, "--socket", bench.socket, "wipe", "TBCD-FGHK", "--yes"], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          env=environment()) as process:
        wait_until(lambda: bench.asked("GET /v1/objects/XBCDFGHK"))
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=10)
    assert process.returncode == 0 and "continue sans ce terminal" in err.decode()
    assert bench.asked("POST /v1/cancellations") == []


def wait_until(fact, seconds=20):
    end = time.monotonic() + seconds
    while not fact():
        assert time.monotonic() < end, "it never came"
        select.select([], [], [], 0.01)


# ---- on a terminal ----

class Terminal:
    """temoin on a pseudo-terminal."""

    def __init__(self, fake, *words, **variables):
        self.main, side = pty.openpty()
        self.seen = ""
        self.process = subprocess.Popen([TEMOIN, "--socket", fake.socket, *words], stdin=side, stdout=side, stderr=side, start_new_session=True,
                                        preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0), env=environment(**{"TERM": "xterm", **variables}))
        os.close(side)

    def read(self, seconds):
        if not select.select([self.main], [], [], seconds)[0]:
            raise AssertionError("never shown; seen so far: " + self.seen)
        try:
            self.seen += os.read(self.main, 65536).decode(errors="replace")
            return True
        except OSError:
            return False  # the program has left

    def expect(self, text):
        while text not in self.seen:
            assert self.read(20), f"left without {text!r}: {self.seen}"

    def type(self, text):
        os.write(self.main, text.encode())

    def leave(self):
        while self.read(20):
            pass
        os.close(self.main)
        return self.process.wait(20)


@contextlib.contextmanager
def terminal(fake, *words, **variables):
    shown = Terminal(fake, *words, **variables)
    try:
        yield shown
    finally:
        if shown.process.poll() is None:
            shown.process.kill()
            shown.process.wait()


def test_saying_no_wipes_nothing(bench):
    for answer in ("n\n", "\n", "\x04"):
        with terminal(bench, "wipe", "TBCD-FGHK") as shown:
            shown.expect("Effacer cette tablette ? [o/N]")
            shown.type(answer)
            assert shown.leave() == 1 and "Rien n'a été effacé" in shown.seen
    assert all(q.json.get("preview") for q in bench.asked("POST /v1/wipes"))


def test_a_group_is_recharged_after_a_yes_and_told_once(fake):
    total = finding("recharge_total", "1 recharge(s), 5,00 € en tout.", "1 recharge(s), €5.00 in all.")
    recharge = {"kind": "recharge", "code": "RBCDFGHK", "line": "LBCDFGHK", "state": "prepared", "act": 7}
    act = {"kind": "act", "number": 7, "job": "topup", "recharge": "RBCDFGHK", "line": "LBCDFGHK", "state": "ok", "is_over": True}
    fake.answers["POST /v1/recharges/bulk"] = lambda question: done(*([] if question.json.get("preview") else [recharge]), to_know=[total])
    fake.answers["GET /v1/acts/7"] = act
    words = ["recharge", "bulk", "LBCD-FGHK", "--product", "orange-5", "--bench"]
    for answer in ("n\n", "\n", "\x04"):
        with terminal(fake, *words) as shown:
            shown.expect("Envoyer ces recharges à l'opérateur ? [o/N]")
            shown.type(answer)
            assert shown.leave() == 1 and "Rien n'a été envoyé" in shown.seen and "5,00 €" in shown.seen
    assert all(q.json.get("preview") for q in fake.asked("POST /v1/recharges/bulk"))
    with terminal(fake, *words) as shown:
        shown.expect("[o/N]")
        shown.type("o\n")
        assert shown.leave() == 0 and "RBCD-FGHK  LBCD-FGHK" in shown.seen and shown.seen.count("5,00 €") == 1, shown.seen
    assert sum(not q.json.get("preview") for q in fake.asked("POST /v1/recharges/bulk")) == 1


def test_a_card_is_emptied_after_its_counts_and_a_yes(fake):
    fake.answers["POST /v1/sims/erasures"] = lambda question: done(*([] if question.json.get("preview") else [{**act, "number": 9}]))
    act = {"kind": "act", "code": None, "number": 8, "job": "count", "sim": "SBCDFGHK", "state": "ok", "is_over": True, "messages": 12, "contacts": 4}
    fake.answers.update({"POST /v1/sims/contents": done(act), "GET /v1/acts/8": act, "GET /v1/acts/9": {**act, "number": 9, "job": "erase"}})
    for answer, leave in (("n\n", 1), ("o\n", 0)):
        with terminal(fake, "sim", "erase-sms", "SBCD-FGHK") as shown:
            shown.expect("messages : 12, contacts : 4")
            shown.expect("[o/N]")
            shown.type(answer)
            assert shown.leave() == leave, shown.seen
    assert sum(not q.json.get("preview") for q in fake.asked("POST /v1/sims/erasures")) == 1


def test_technician_attests_on_the_terminal(bench):
    bench.answers["GET /v1/objects/XBCDFGHK"] = wipe("wait_human", reason="attest", todo="Regardez l'écran.")

    def attest(_):
        bench.answers["GET /v1/objects/XBCDFGHK"] = wipe("verified", verdict="attested")
        return done(wipe("verified", verdict="attested"))
    bench.answers["POST /v1/attestations"] = attest
    with terminal(bench, "wipe", "TBCD-FGHK") as shown:
        shown.expect("[o/N]")
        shown.type("o\n")
        shown.expect("pas l'accueil) : ")
        looks = len(bench.asked("GET /v1/objects/XBCDFGHK"))
        bench.publish("wipe", "XBCDFGHK")
        wait_until(lambda: len(bench.asked("GET /v1/objects/XBCDFGHK")) > looks)
        assert not select.select([shown.main], [], [], 0.3)[0], "the question was wiped out while the person was typing"
        shown.type("page de bienvenue, aucun compte\n")
        assert shown.leave() == 0 and "TBCD-FGHK est effacée : attesté." in shown.seen
    assert bench.asked("POST /v1/attestations")[0].json == {"wipe": "XBCDFGHK", "text": "page de bienvenue, aucun compte"}


def test_what_a_person_taps_is_shown_once(bench):
    by_hand = wipe("wait_human", reason="reset_by_hand", todo="Réinitialisez-la.")
    by_hand["steps"] = {"brand": "Samsung", "fr": ["Ouvrez Paramètres.", "Touchez Tout supprimer."], "en": ["Open Settings.", "Tap Delete all."]}
    bench.answers["GET /v1/objects/XBCDFGHK"] = by_hand
    bench.answers["GET /v1/objects/XBCD-FGHK"] = by_hand
    with terminal(bench, "wipe", "XBCD-FGHK") as shown:
        shown.expect("2. Touchez Tout supprimer.")
        looks = len(bench.asked("GET /v1/objects/XBCDFGHK"))
        bench.publish("wipe", "XBCDFGHK")
        wait_until(lambda: len(bench.asked("GET /v1/objects/XBCDFGHK")) > looks)
        bench.answers["GET /v1/objects/XBCDFGHK"] = wipe("aborted")
        bench.publish("wipe", "XBCDFGHK")
        assert shown.leave() == 1
    assert shown.seen.count("1. Ouvrez Paramètres.") == 1 and "Tap Delete" not in shown.seen


def test_technician_sees_a_former_account_and_says_it_in_one_word(bench):
    bench.answers["GET /v1/objects/XBCDFGHK"] = wipe("wait_human", reason="attest", todo="Regardez l'écran.")

    def lock(_):
        bench.answers["GET /v1/objects/XBCDFGHK"] = wipe("blocked", todo="Elle est verrouillée.")
        return done(wipe("blocked"))
    bench.answers["POST /v1/attestations"] = lock
    bench.answers["GET /v1/objects/XBCD-FGHK"] = wipe("wait_human")
    with terminal(bench, "wipe", "XBCD-FGHK") as shown:
        shown.expect("puis Entrée")
        shown.type("compte\n")
        assert shown.leave() == 5 and "Elle est verrouillée." in shown.seen
    assert bench.asked("POST /v1/attestations")[0].json == {"wipe": "XBCDFGHK", "lock": True}


def test_technician_sees_no_welcome_page(bench):
    bench.answers["GET /v1/objects/XBCDFGHK"] = wipe("wait_human", reason="attest", todo="Regardez l'écran.")

    def deny(_):
        bench.answers["GET /v1/objects/XBCDFGHK"] = wipe("unknown", todo="Un compte est demandé.")
        return done(wipe("unknown"))
    bench.answers["POST /v1/cancellations"] = deny
    bench.answers["GET /v1/objects/XBCD-FGHK"] = wipe("wait_human")
    with terminal(bench, "wipe", "XBCD-FGHK") as shown:
        shown.expect("puis Entrée")
        shown.type("non\n")
        assert shown.leave() == 5 and "On ne sait pas" in shown.seen


def test_control_c_on_the_terminal_while_asked(bench):
    bench.answers["GET /v1/objects/XBCDFGHK"] = wipe("wait_human", reason="attest", todo="Regardez l'écran.")
    with terminal(bench, "wipe", "TBCD-FGHK", "--yes") as shown:
        shown.expect("puis Entrée")
        shown.type("\x03")
        assert shown.leave() == 0 and "continue sans ce terminal" in shown.seen


def test_upload_shows_a_bar(fake, folder):
    path = os.path.join(folder, "t.csv")
    with open(path, "wb") as file:
        file.write(b"x" * 3_000_000)
    fake.answers["POST /v1/imports"] = {**IMPORT, "errors": 0, "rows": []}
    with terminal(fake, "import", path) as shown:
        shown.expect("] 100 %")
        assert shown.leave() == 0 and "Lignes : 3" in shown.seen
    assert b"%" not in run(fake, "import", path).stderr


# ---- the bench ----

def slot(port, item, need, rank, todo, **more):
    """As GET /v1/bench tells it."""
    known = {"serial": f"A0000{port.replace('-', '').replace('.', ''):>05}", "is_duplicate": False, "link": "none", "wipe": None, "model": "Tab M10",
             "step_fr": "à effacer", "step_en": "to be wiped", "percent": None, "elapsed_s": None}
    return {**known, "port": port, "item": item, "need": need, "rank": rank, "todo_fr": todo, "todo_en": todo, **more}


IDLE = slot("1-1.2", "TBCDFGHK", "hand", 4, "temoin wipe TBCD-FGHK")
SLOTS = page(
    slot("1-1.1", None, "rests", 9, "Inconnue du registre : on n'y touche pas.", model=None, name="Inconnu", step_fr=None), IDLE,
    slot("1-1.3", "TCDFGHJK", "hand", 1, "Appuyez sur Autoriser.", model="Tab A8", wipe="XBCDFGHK", step_fr="attend quelqu'un", percent=2, elapsed_s=65))


def test_bench_list_starts_with_who_needs_a_hand(fake):
    fake.answers["GET /v1/bench"] = SLOTS
    for words in (["bench"], ["bench", "list"]):
        lines = run(fake, *words).stdout.decode().splitlines()
        assert [line.split()[0] for line in lines] == ["Port", "1-1.3", "1-1.2", "1-1.1"]
        assert lines[1].endswith("Appuyez sur Autoriser.") and lines[2].endswith("temoin wipe TBCD-FGHK") and "…0113" in lines[1]
        assert "on n'y touche pas" in lines[3] and "Inconnu" in lines[3]


def test_bench_watch_prints_changes_as_lines(fake):
    fake.answers["GET /v1/bench"] = page({**IDLE, "port_name": "Place 2"})
    with subprocess.Popen([TEMOIN, "--socket", fake.socket, "bench", "watch"], stdout=subprocess.PIPE, env=environment()) as process:
        assert process.stdout.readline().decode().startswith("Place 2  TBCD-FGHK")
        wait_until(lambda: fake.listeners)
        looks = len(fake.asked("GET /v1/bench"))
        fake.answers["GET /v1/bench"] = page({**IDLE, "port_name": "Place 2", "elapsed_s": 7, "percent": 40})
        fake.publish("bench", "1-1.2")  # nothing happened but time: nothing is printed
        wait_until(lambda: len(fake.asked("GET /v1/bench")) > looks)
        fake.answers["GET /v1/bench"] = page()
        fake.publish("bench", "1-1.2")
        assert process.stdout.readline().decode() == "Place 2  débranché\n"
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0 and process.stdout.read() == b""


def test_bench_watch_in_json_says_only_what_happens(fake):
    fake.answers["GET /v1/bench"] = page({**IDLE, "elapsed_s": 1})
    with subprocess.Popen([TEMOIN, "--socket", fake.socket, "bench", "watch", "--json"], stdout=subprocess.PIPE, env=environment()) as process:
        assert json.loads(process.stdout.readline())["items"][0]["elapsed_s"] == 1
        wait_until(lambda: fake.listeners)
        looks = len(fake.asked("GET /v1/bench"))
        fake.answers["GET /v1/bench"] = page({**IDLE, "elapsed_s": 2})
        fake.publish("bench", "")
        wait_until(lambda: len(fake.asked("GET /v1/bench")) > looks)
        fake.answers["GET /v1/bench"] = page()
        fake.publish("bench", "")
        assert json.loads(process.stdout.readline())["items"] == []
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0


def test_bench_watch_redraws_and_quits_with_q(fake):
    fake.answers["GET /v1/bench"] = page()
    with terminal(fake, "bench", "watch") as shown:
        shown.expect("Rien n'est branché")
        wait_until(lambda: fake.listeners)
        fake.answers["GET /v1/bench"] = page(IDLE)
        fake.publish("bench", "1-1.2")
        shown.expect("temoin wipe TBCD-FGHK")
        assert "1 sur le banc · à vous : 1" in shown.seen
        shown.type("q")
        assert shown.leave() == 0 and shown.seen.endswith("\x1b[?25h\x1b[?1049l")


def test_bench_watch_leaves_the_terminal_as_it_was_after_control_c(fake):
    fake.answers["GET /v1/bench"] = SLOTS
    with terminal(fake, "bench", "watch") as shown:
        shown.expect("q : quitter")
        mode = termios.tcgetattr(shown.main)
        assert not mode[3] & termios.ICANON
        shown.type("\x03")
        wait_until(lambda: termios.tcgetattr(shown.main)[3] & termios.ICANON)
        assert shown.leave() == 0 and shown.seen.endswith("\x1b[?25h\x1b[?1049l")


def test_bench_watch_looks_seldom_however_many_the_news(fake):
    fake.answers["GET /v1/bench"] = page(IDLE)
    with terminal(fake, "bench", "watch") as shown:
        shown.expect("temoin wipe")
        wait_until(lambda: fake.listeners)
        began, looks = time.monotonic(), len(fake.asked("GET /v1/bench"))
        for _ in range(200):
            fake.publish("bench", "1-1.2")
        fake.answers["GET /v1/bench"] = page({**IDLE, "todo_fr": "La dernière nouvelle."})
        fake.publish("bench", "1-1.2")
        shown.expect("La dernière nouvelle.")
        assert len(fake.asked("GET /v1/bench")) - looks <= (time.monotonic() - began) * 4 + 2
        shown.type("q")
        shown.leave()


def test_bench_watch_follows_the_size_of_the_terminal(fake):
    fake.answers["GET /v1/bench"] = page(*[slot(f"1-1.{i}", "TCDFGHJK", "runs", 8, "La tablette s'efface.", wipe="XBCDFGHK", step_fr="partie", percent=50, elapsed_s=3700)
                                           for i in range(1, 31)], slot("1-2.1", "TBCDFGHK", "hand", 1, "Regardez l'écran, puis attestez ce qu'il montre."))

    def picture(columns, lines):
        shown.seen = ""
        fcntl.ioctl(shown.main, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
        shown.expect("q : quitter\x1b[K\x1b[J")
        shown.seen = shown.seen[shown.seen.index("\x1b[H") + 3:].split("\x1b[J")[0]
        return [re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", line) for line in shown.seen.replace("\r", "").split("\n")]

    with terminal(fake, "bench", "watch") as shown:
        shown.expect("q : quitter")
        for columns, lines in ((160, 50), (80, 20), (44, 12), (28, 8)):
            seen = picture(columns, lines)
            assert len(seen) <= lines and all(len(line) <= columns for line in seen), seen
            text = " ".join(" ".join(seen).split())
            assert any("TBCD-FGHK" in line for line in seen[:3]) and "attestez ce qu'il montre." in text, seen
            assert "de plus" in text or lines == 50
        assert "[#####-----]  50 %" in " ".join(picture(160, 50)) and "1:01:4" in shown.seen
        shown.type("q")
        assert shown.leave() == 0


def test_bench_watch_without_colour_has_no_bold(fake):
    fake.answers["GET /v1/bench"] = SLOTS
    for variables in ({"NO_COLOR": "1"}, {}):
        with terminal(fake, "bench", "watch", **variables) as shown:
            shown.expect("q : quitter")
            shown.type("q")
            shown.leave()
            assert ("\x1b[1m" in shown.seen) == (variables == {})


def test_bench_watch_on_a_dumb_terminal_prints_lines(fake):
    fake.answers["GET /v1/bench"] = SLOTS
    with terminal(fake, "bench", "watch", TERM="dumb") as shown:
        shown.expect("on n'y touche pas.")
        shown.type("\x03")
        assert shown.leave() == 0 and "\x1b" not in shown.seen


def test_bench_watch_without_a_daemon_leaves_at_once(folder):
    result = subprocess.run([TEMOIN, "bench", "watch"], capture_output=True, timeout=10, env=environment(TEMOIN_SOCKET=folder + "/none"), check=False)
    assert result.returncode == 3


# ---- the manual ----

def test_manual_names_every_command_and_option():
    words = re.findall(r"^  ((?:[a-z-]+ )*[a-z-]+)  +\S", subprocess.run([TEMOIN, "help", "--lang", "en"], capture_output=True, check=True).stdout.decode(), re.M)
    assert len(words) > 25
    with open(os.path.join(ROOT, "docs", "man", "temoin.1"), encoding="utf-8") as file:
        manual = file.read().replace("\\-", "-")
    for command in words:
        assert f"temoin {command}\n" in manual or f"temoin {command}\\fR" in manual, f"the manual does not name {command}"
        section = manual.split(f"temoin {command}\\fR", 1)[-1].split("\n.TP", 1)[0]
        help_text = subprocess.run([TEMOIN, "help", *command.split(), "--lang", "en"], capture_output=True, check=True).stdout.decode()
        own = help_text.split("As every act:")[0].split("Everywhere:")[0]
        for option in re.findall(r"^  (--?[a-z][a-z-]*)", own, re.M):
            assert option in section, f"the manual does not name {option} of {command}"


@pytest.mark.parametrize("guide", [f"guide-{role}.{lang}.md" for role in ("agent", "technician", "admin") for lang in ("fr", "en")])
def test_guides_show_commands_that_exist(fake, guide):
    with open(os.path.join(ROOT, "docs", guide), encoding="utf-8") as file:
        lines = re.findall(r"^    temoin (.*?)(?:   .*)?$", file.read(), re.M)
    assert lines
    for line in lines:
        words = [word.strip('"') for word in re.findall(r'"[^"]*"|\S+', line)]
        assert run(fake, *words, "--help").returncode == 0, line
