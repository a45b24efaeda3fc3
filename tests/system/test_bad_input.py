"""What a busy agent gets wrong, through the real temoin in French against a real temoind: the exit code, the stable code, a sentence that names
what was typed, and nothing changed. The interface's own refusals (bytes, headers) are test_api's."""

import os
import re
import subprocess
import tempfile

import pytest

from daemon import Daemon
from fleet import Fleet
from test_cli import TEMOIN, environment

# what agents never say: the interface's names, the system's English, programmers' words
JARGON = re.compile(r"\b(amount|name|start|days|until|person|thing|field|invalid|such file|errno|null|UTF-8|JSON|HTTP|SQL|string|integer|"
                    r"sleeve|charger|to_wipe|lent|ready)\b")
LISTS = ("persons", "items", "sims", "lines", "funds", "loans?open=1", "wipes")
BIG = 10_000_000  # bytes of garbage


class Terminal:
    """A daemon, temoin in front of it, and a folder for files."""

    def __init__(self, daemon, folder):
        self.daemon, self.folder = daemon, folder

    def run(self, *words, stdin=None, lang="fr"):
        ended = subprocess.run([TEMOIN, "--socket", self.daemon.socket_path, *words], input=stdin, capture_output=True, timeout=60,
                               env=environment(TEMOIN_LANG=lang), check=False)
        return ended.returncode, ended.stdout.decode(), ended.stderr.decode()

    def state(self):
        """Everything that a refusal must leave alone."""
        return [self.daemon.get("/v1/journal/verify")] + [self.daemon.get(f"/v1/{name}") for name in LISTS]

    def write(self, data):
        path = os.path.join(self.folder, "liste.csv")
        with open(path, "wb") as file:
            file.write(data)
        return path


class Desk(Terminal):
    """The same with one thing of each kind in the register."""

    def __init__(self, daemon, folder):
        super().__init__(daemon, folder)
        self.person = daemon.post("/v1/persons", {"name": "Anne Durand"})["code"]
        self.fund = daemon.post("/v1/funds", {"name": "Connexion", "amount": "10", "from": "2020-01-01", "to": "2099-12-31", "strand": "connection"})["code"]
        card = daemon.post("/v1/sims", {"iccid": "8933019000000079197", "msisdn": "06 39 98 00 01", "operator": "Orange", "offer": "Essai"})
        self.sim, self.line = card["code"], card["line"]
        self.ready = daemon.ready_tablet("BADINPUT01")
        self.unwiped = daemon.post("/v1/items", {"serial": "BADINPUT02", "model": "Tab"})["code"]
        back = daemon.ready_tablet("BADINPUT03")
        self.closed = daemon.post("/v1/loans", {"person": self.person, "things": [back]})["code"]
        daemon.post("/v1/returns", {"thing": back, "pieces": {"all": "present"}})
        self.lent = daemon.ready_tablet("BADINPUT04")
        self.open = daemon.post("/v1/loans", {"person": self.person, "things": [self.lent]})["code"]
        self.out = os.path.join(folder, "feuille.pdf")
        self.missing = os.path.join(folder, "absent", "feuille.pdf")
        self.stranger = {kind: unknown(daemon, kind) for kind in "PTLN"}
        self.mistyped = self.ready[:-1] + ("B" if self.ready[-1] != "B" else "C")
        self.long = "x" * 10_000
        self.bytes = os.fsdecode(b"Andr\xe9")


def unknown(daemon, kind):
    """A code that is well formed and that nobody has."""
    tried = (f"{kind}BBBBBB{letter}" for letter in "BCDFGHJKLNPRSTVX")
    return next(code for code in tried if daemon.request("GET", f"/v1/objects/{code}")[0] == 404)


def shown(code):
    return f"{code[:4]}-{code[4:]}"


@pytest.fixture(scope="module")
def desk():
    with Daemon() as daemon, tempfile.TemporaryDirectory(prefix="temoin-bad.") as folder:
        yield Desk(daemon, folder)


def refused(desk, words, leaves, code, *says, stdin=None):
    before, files = desk.state(), sorted(os.listdir(desk.folder))
    status, out, err = desk.run(*words, stdin=stdin)
    assert status == leaves, out + err
    first = err.splitlines()[0]
    assert first.startswith("temoin : ") and first.endswith(f"({code})"), err
    for text in says:
        assert text in out + err
    sentences = re.sub(r"« [^»]* »|\([a-z_]+\)$|/\S+|--\S+", "", out + err, flags=re.M)  # but for what was typed, and codes
    assert not JARGON.search(sentences), out + err
    assert desk.state() == before and sorted(os.listdir(desk.folder)) == files


SIM = ("--operator", "Orange", "--offer", "Essai")
FUND = ("--from", "01/01/2026", "--to", "31/12/2026", "--strand", "connexion")

# words (of Desk where in braces), exit status, code, and what the sentence must name
ROWS = [
    # codes
    ("show {stranger[T]}", 4, "item_not_found", "appareil", "n'est pas au registre"),
    ("lend {stranger[P]} {ready}", 4, "person_not_found", "personne"),
    ("lend {person} {stranger[L]}", 4, "line_not_found", "ligne"),
    ("renew {stranger[N]}", 4, "loan_not_found", "prêt"),
    ("show {mistyped}", 2, "code_check", "faute de frappe"),
    ("lend {person} {mistyped}", 2, "code_check", "faute de frappe"),
    ("show TBCD", 2, "code_length", "« TBCD »", "8 lettres"),
    ("show TABCDEFG", 2, "code_letter", "« A »"),
    ("lend {sim} {ready}", 2, "code_not_a", "une carte SIM", "une personne"),
    ("lend {person} {person}", 2, "code_not_a", "une personne", "une tablette, une ligne ou une carte SIM"),
    ("lend {person} {fund}", 2, "code_not_a", "un fonds"),
    ("recharge {ready} --amount 1", 2, "code_not_a", "une tablette", "une ligne ou une carte SIM"),
    ("recharge {line} --amount 1 --fund {ready}", 2, "code_not_a", "un fonds"),
    ("label {person} -o {out}", 2, "code_not_a", "une personne"),
    ("lend {person} {ready} {ready}", 2, "thing_twice", "deux fois"),
    # numbers of things
    (["sim", "add", "--iccid", "89330190000000791A7", *SIM], 2, "iccid_letters", "« 89330190000000791A7 »", "chiffres"),
    (["sim", "add", "--iccid", "893301900", *SIM], 2, "iccid_length", "9 chiffres", "19 ou 20"),
    (["sim", "add", "--iccid", "893301900000007919700", *SIM], 2, "iccid_length", "21 chiffres"),
    (["sim", "add", "--iccid", "89330100000000000013", *SIM], 2, "iccid_luhn", "« 89330100000000000013 »", "faute de frappe"),
    (["sim", "add", "--iccid", "1233019000000079197", *SIM], 2, "iccid_start", "89"),
    (["sim", "add", "--iccid", "8933019000000079197", *SIM], 1, "iccid_known", "déjà au registre"),
    (["sim", "add", "--iccid", "", *SIM], 2, "usage", "--iccid"),
    (["sim", "add", "--iccid", "8933209000000237571", "--msisdn", "063", *SIM], 2, "phone_format", "« 063 »"),
    ("tablet add --serial x --model Tab", 2, "serial_length", "« x »"),
    ("tablet add --serial BADINPUT01 --model Tab", 1, "serial_known", "« BADINPUT01 »", "déjà"),
    ("tablet add --serial BADINPUT09 --model Tab --imei 123", 2, "imei_length", "« 123 »", "15"),
    ("tablet add --serial BADINPUT09 --model Tab --price 5 --fund {fund}", 1, "fund_strand", "équipement"),
    # days
    ("lend {person} {ready} --until 31/02/2027", 2, "day_not_real", "« 31/02/2027 »", "calendrier"),
    ("lend {person} {ready} --until 2027-13-01", 2, "day_not_real", "« 2027-13-01 »"),
    ("lend {person} {ready} --until demain", 2, "day_format", "« demain »"),
    ("lend {person} {ready} --until 01/01/1999", 2, "day_range", "« 01/01/1999 »"),
    ("lend {person} {ready} --until 01/01/2020 --override lend-second --comment oui", 1, "due_past", "01/01/2020"),
    (["lend", "{person}", "{ready}", "--until", ""], 2, "usage", "--until"),
    ("fund add Don --amount 10 --from 31/12/2026 --to 01/01/2026 --strand connexion", 2, "day_order", "31/12/2026", "01/01/2026"),
    # money
    (["fund", "add", "Don", "--amount", "-5", *FUND], 2, "money_negative", "« -5 »"),
    (["fund", "add", "Don", "--amount=-5", *FUND], 2, "money_negative", "« -5 »"),
    (["fund", "add", "Don", "--amount", "0", *FUND], 2, "money_zero", "plus grande que zéro"),
    (["fund", "add", "Don", "--amount", "1.234", *FUND], 2, "money_ambiguous", "« 1.234 »", "1\u202f234,00", "1,23"),
    (["fund", "add", "Don", "--amount", "12,345", *FUND], 2, "money_ambiguous", "« 12,345 »"),
    (["fund", "add", "Don", "--amount", "beaucoup", *FUND], 2, "money_not_a_number", "« beaucoup »"),
    (["fund", "add", "Don", "--amount", "9" * 30, *FUND], 2, "money_too_large", "zéros"),
    (["fund", "add", "Connexion", "--amount", "5", *FUND], 1, "fund_known", "« Connexion »"),
    ("fund add Don --amount 10 --from 01/01/2026 --to 31/12/2026 --strand nourriture", 2, "strand_unknown", "« nourriture »", "équipement"),
    ("recharge {line} --amount 10,01", 1, "fund_short", "0,01"),
    ("recharge {line} --amount 0", 2, "money_zero"),
    ("recharge {line} --amount 1 --on 01/01/2099", 2, "day_to_come", "01/01/2099"),
    # words of the command line
    ("fund add Don --amount 10", 2, "usage", "--from", "temoin help fund add"),
    ("lend {person}", 2, "usage", "CODE", "temoin help lend"),
    ("lend", 2, "usage", "PERSONNE"),
    ("lend {person} {ready} --untl 01/01/2027", 2, "usage", "--untl", "--until"),
    ("lned {person} {ready}", 2, "usage", "« lned »"),
    ("tablet ad", 2, "usage", "« tablet ad »", "« tablet add »"),
    ("due --days demain", 2, "usage", "--days", "« demain »"),
    ("tablet list --state bleue", 2, "item_state_unknown", "« bleue »", "à effacer, effacement en cours, prête, en prêt"),
    ("line list --state bleue", 2, "line_state_unknown", "« bleue »", "en stock"),
    ("due --days -1", 2, "field_range", "nombre de jours", "3660"),
    # names
    (["person", "add", ""], 2, "name_missing", "nom"),
    (["person", "add", " \t "], 2, "name_missing", "nom"),
    (["person", "add", "{long}"], 2, "field_long", "« nom »", "trop long"),
    (["person", "add", "x" * 300], 2, "name_long", "nom", "trop long"),
    (["person", "add", "Anne\x1b[31m"], 2, "name_letters", "invisible"),
    (["person", "add", "Anne\nDurand"], 2, "name_letters", "invisible"),
    (["person", "add", "{bytes}"], 2, "usage", "NOM", "illisibles"),
    (["person", "add", "Paul Martin", "--phone", "123"], 2, "phone_format", "« 123 »"),
    (["person", "add", "Paul Martin", "--email", "paul"], 2, "email_format", "« paul »"),
    # labels and papers
    ("label {ready} --format papyrus -o {out}", 2, "format_unknown", "« papyrus »", "avery-l7160"),
    ("label {ready} --start 0 -o {out}", 2, "field_range", "première étiquette libre", "21"),
    ("label {ready} --start 22 -o {out}", 2, "field_range", "première étiquette libre", "21"),
    ("label {ready} --start 999 --format avery-l7651 -o {out}", 2, "field_range", "65"),
    ("label {ready} -o {missing}", 2, "usage", "introuvable"),
    ("label {ready} -o {folder}", 2, "usage", "existe déjà"),
    ("certificate {unwiped} -o {out}", 1, "certificate_no_wipe", "preuve"),
    ("certificate {person} -o {out}", 2, "code_not_a", "une personne"),
    # rules
    ("lend {person} {unwiped}", 1, "item_not_ready", "« à effacer »"),
    ("lend {person} {lent}", 1, "item_held", "Anne Durand"),
    ("lend {person} {ready}", 1, "lend_second", "--override lend-second"),
    ("return {ready}", 1, "not_lent", "n'est pas en prêt"),
    ("return {line}", 1, "line_not_lent", "n'est pas en prêt"),
    ("return {lent} --piece chapeau=manquant", 2, "piece_unknown", "« chapeau »", "housse"),
    ("return {lent} --piece housse=brûlée", 2, "piece_state_unknown", "« brûlée »", "cassé"),
    ("return {lent} --piece housse", 2, "usage", "housse=manquant"),
    ("renew {closed}", 1, "renew_not_open", "« terminé »"),
    ("renew {ready}", 1, "not_lent", "n'est pas en prêt"),
    ("wipe {unwiped} --yes", 3, "bench_missing", "banc"),
    ("intake", 3, "arrival_no_bench", "lue ici"),
    ("wipe {unwiped} --cancel", 1, "wipe_none_open", "Aucun effacement"),
    # files
    ("import {folder}", 2, "usage", "c'est un dossier"),
    ("import {missing}", 2, "usage", "introuvable"),
    ("import /dev/null", 2, "usage", "fichier ordinaire"),
    ("restore {folder} --yes", 2, "usage", "c'est un dossier"),
    ("restore {missing} --yes", 2, "usage", "introuvable"),
]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row[2]}-{ROWS.index(row)}")
def test_a_wrong_thing_is_named_and_changes_nothing(desk, row):
    words, leaves, code, *says = row
    words = words.split(" ") if isinstance(words, str) else words
    refused(desk, [word.format(**vars(desk)) for word in words], leaves, code, *says)


def test_a_wipe_of_a_tablet_that_is_not_plugged_in():
    with Fleet("[tablet TAB1]\nport=1-1.1\nserial=BADINPUT99\nmaker=samsung\nmodel=SM-X210\n") as fleet, \
            Daemon(env=fleet.env(), bench=True) as daemon, tempfile.TemporaryDirectory(prefix="temoin-bad.") as folder:
        desk = Desk(daemon, folder)
        refused(desk, ["wipe", desk.unwiped, "--yes"], 1, "wipe_not_on_bench", shown(desk.unwiped), "câble USB")
        refused(desk, ["wipe", desk.unwiped, "--strategy", "marteau", "--yes"], 2, "strategy_unknown", "« marteau »")
        refused(desk, ["wipe", desk.lent, "--yes"], 1, "wipe_item_lent", "Anne Durand")
        refused(desk, ["wipe", desk.person, "--yes"], 2, "code_not_a", "une personne")


# ---- files of a spreadsheet ----

TABLETS = b"serial;model;price\n"
FILES = [
    ("missing-column", b"model;price\nTab;1\n", 2, "import_kind", "« serial »", "« iccid »"),
    ("missing-operator", b"iccid;msisdn\n89332090000002A7571;063\n", 1, "import_wrong", "Ligne 2", "« 89332090000002A7571 »"),
    ("unknown-column", b"serial;model;couleur\nAAAA1;Tab;rouge\n", 2, "import_column_unknown", "« couleur »"),
    ("column-twice", b"serial;serial\nAAAA1;AAAA1\n", 2, "import_column_twice", "« serial »"),
    ("second-header", TABLETS + b"AAAA1;Tab;1\n" + TABLETS + b"AAAA2;Tab;1\n", 1, "import_wrong", "ligne 3", "titres"),
    ("same-serial-twice", TABLETS + b"AAAA1;Tab;1\nAAAA2;Tab;1\nAAAA1;Tab;1\n", 1, "import_wrong", "Ligne 4", "« AAAA1 »", "ligne 2"),
    ("wrong-price", TABLETS + b"AAAA1;Tab;1\nAAAA2;Tab;cher\n", 1, "import_wrong", "Ligne 3", "« cher »"),
    ("ambiguous-price", TABLETS + b"AAAA1;Tab;1.234\n", 1, "import_wrong", "Ligne 2", "« 1.234 »"),
    ("too-many-cells", TABLETS + b"AAAA1;Tab;1;2\n", 1, "import_wrong", "ligne 2", "4 cases", "il en faut 3"),
    ("open-quote", TABLETS + b'"AAAA1;Tab;1\n', 2, "import_quote", "Ligne 2", "guillemet"),
    ("wrong-iccid", b"iccid;operator;offer\n89330190000000791A7;Orange;X\n", 1, "import_wrong", "« 89330190000000791A7 »"),
    ("known-but-different", b"serial;model\nBADINPUT02;Autre\n", 1, "import_wrong", "autre valeur"),
    ("empty", b"", 2, "import_empty", "vide"),
    ("empty-lines", b"\n\r\n\n", 2, "import_empty", "vide"),
    ("header-only", TABLETS, 2, "import_no_lines", "ligne de titres"),
    ("garbage-text", b"x" * BIG, 2, "import_line_long", "ligne 1"),
    ("garbage-bytes", bytes(range(256)) * (BIG // 256), 2, "import_not_text", "CSV"),
    ("garbage-after-a-header", TABLETS + bytes(range(160, 256)) * (BIG // 96), 2, "import_line_long", "ligne 2"),
    ("garbage-lines", b"a;b\n" * (BIG // 4), 2, "import_kind", "serial"),
    ("nuls", b"\0" * BIG, 2, "import_not_text", "CSV"),
    ("spreadsheet", b"PK\3\4" + bytes(range(256)) * 20, 2, "import_not_text", "Enregistrer sous"),
    ("utf-16", "serial;model\nAAAA1;Tab\n".encode("utf-16"), 2, "import_not_text", "Enregistrer sous"),
]


@pytest.mark.parametrize("data, leaves, code, says", [(data, leaves, code, says) for _, data, leaves, code, *says in FILES],
                         ids=[row[0] for row in FILES])
def test_a_wrong_file_imports_nothing_and_says_which_line(desk, data, leaves, code, says):
    path = desk.write(data)
    refused(desk, ["import", path], leaves, code, *says)
    if code != "import_wrong":
        refused(desk, ["import", path, "--dry-run"], leaves, code, *says)


def test_an_empty_standard_input(desk):
    refused(desk, ["import", "-"], 2, "import_empty", "vide", stdin=b"")


def test_a_kind_or_a_fund_that_does_not_exist(desk):
    path = desk.write(TABLETS + b"AAAA1;Tab;1\n")
    refused(desk, ["import", path, "--kind", "chats"], 2, "word_unknown", "« chats »")
    refused(desk, ["import", path, "--fund", "TBCD"], 1, "import_wrong", "« TBCD »")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every file")
def test_an_unreadable_file(desk):
    path = desk.write(TABLETS)
    os.chmod(path, 0)
    try:
        refused(desk, ["import", path], 2, "usage", "pas le droit")
    finally:
        os.chmod(path, 0o600)


@pytest.fixture()
def people():
    """An empty register."""
    with Daemon() as daemon, tempfile.TemporaryDirectory(prefix="temoin-bad.") as folder:
        yield Terminal(daemon, folder)


@pytest.mark.parametrize("separator", [";", ",", "\t"], ids=["semicolon", "comma", "tab"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"], ids=["unix", "windows", "old-mac"])
@pytest.mark.parametrize("encoding", ["latin-1", "utf-8", "utf-8-sig"])
def test_what_spreadsheets_write_is_read_and_the_names_are_right(people, separator, line_end, encoding):
    rows = [["Nom et prénom", "Téléphone", "Commune"], ["René Lefèvre", "06 39 98 00 12", "Évry"], ["Zoé Ça", "", "Saint-Étienne"]]
    data = line_end.join(separator.join(row) for row in rows) + line_end
    path = people.write(data.encode(encoding))
    assert people.run("import", path, "--dry-run")[:2] == (0, "Essai. Lignes : 2, à créer : 2, déjà connues : 0, à corriger : 0. Rien n'a changé.\n")
    assert people.run("import", path)[:2] == (0, "Lignes : 2, créées : 2, déjà connues : 0, à corriger : 0.\n")
    there = {(person["name"], person["phone"], person["town"]) for person in people.daemon.get("/v1/persons")["items"]}
    assert {(name, town) for name, _, town in there} == {("René Lefèvre", "Évry"), ("Zoé Ça", "Saint-Étienne")}
    # the same file twice changes nothing
    before = people.daemon.get("/v1/journal/verify")
    assert people.run("import", path)[:2] == (0, "Lignes : 2, créées : 0, déjà connues : 2, à corriger : 0.\n")
    assert people.daemon.get("/v1/journal/verify") == before and len(people.daemon.get("/v1/persons")["items"]) == 2


# ---- what is right is still right ----

def test_the_same_words_without_the_fault_are_taken():
    """Else every refusal above could come from something else."""
    with Daemon() as daemon, tempfile.TemporaryDirectory(prefix="temoin-bad.") as folder:
        right = Desk(daemon, folder)
        for words in (["lend", right.person, right.ready, "--override", "lend-second", "--comment", "deux enfants"],
                      ["sim", "add", "--iccid", "89330100000000000012", *SIM], ["fund", "add", "Don", "--amount", "1234,50", *FUND],
                      ["person", "add", "Paul Martin", "--phone", "06 39 98 00 02", "--email", "paul@exemple.fr"],
                      ["recharge", right.line, "--amount", "9,99", "--fund", right.fund], ["return", right.lent, "--piece", "housse=manquant"],
                      ["tablet", "add", "--serial", "BADINPUT09", "--model", "Tab", "--price", "5"], ["renew", right.ready],
                      ["import", right.write(TABLETS + b"AAAA1;Tab;1\n")]):
            status, out, err = right.run(*words)
            assert status == 0, (words, out, err)


def test_the_words_that_a_list_shows_are_taken_to_filter_it(desk):
    for code, words in ((desk.lent, ("en prêt", "prêtée", "EN PRET", "lent")), (desk.unwiped, ("à effacer", "to_wipe")), (desk.ready, ("prête",))):
        for word in words:
            status, out, err = desk.run("tablet", "list", "--state", word)
            assert status == 0 and shown(code) in out, (word, err)
        assert words[0] in out.splitlines()[1]


def test_what_is_noted_of_pieces_is_said_in_the_language_of_the_reader():
    with Daemon() as daemon, tempfile.TemporaryDirectory(prefix="temoin-bad.") as folder:
        desk = Desk(daemon, folder)
        assert "chargeur, housse" in desk.run("return", desk.lent)[2]
        daemon.post("/v1/waivers", {"item": desk.lent, "overrides": ["wipe-waive"], "comment": "essai"})
        assert "déclarée prête sans effacement" in desk.run("show", desk.lent)[1]
        desk.run("lend", desk.person, desk.lent)
        assert "charger, sleeve" in desk.run("return", desk.lent, lang="en")[2]
