"""What a reset tablet proves of itself (Android 16's trade-in mode), and what a person may do with it when the evidence is complete."""

import contextlib
import copy
import json
import os
import subprocess
import tempfile

import pytest
import test_wipe as wipes
from daemon import BUILD, Daemon
from test_wipe import refused, tablet

TEMOIN = os.path.join(os.getcwd(), BUILD, "temoin")
TRADEIN = {"android": "16", "after_wipe": "tradein"}


def notes(wipe, word):
    """The arguments of the notes of that word."""
    return [event["text"].split(": ", 1)[1] for event in wipe["evidence"] if event["text"].startswith(word + ": ")]


class Bench(wipes.Bench):
    """root: which one the daemon trusts: None for none, "" for the fleet's own, or its fingerprint."""

    def __init__(self, scenario, root=None, **waits):
        super().__init__(scenario, **waits)
        self.root = root

    def __enter__(self):
        with contextlib.ExitStack() as stack:
            stack.enter_context(self.fleet)
            if self.root is not None:
                self.config += f"attestation_roots = {self.root or self.fleet.send('root')}\n"
            self.daemon = stack.enter_context(Daemon(env=self.fleet.env(), bench=True, config=self.config))
            self.stack = stack.pop_all()
        return self

    def end(self, code):
        """Waits until it is over, whatever it waits for meanwhile."""
        self.until(lambda: self.wipe(code)["state"] in wipes.OVER)
        return self.wipe(code)


def test_a_tablet_in_trade_in_mode_proves_its_reset_without_a_person():
    with Bench(tablet(**TRADEIN)) as bench:
        item = bench.know()
        wipe = bench.ask(item)
        done = bench.finish(wipe)
        assert (done["state"], done["verdict"]) == ("verified", "proven"), done["evidence"]
        assert bench.item_state(item) == "ready" and bench.fleet.state("TAB")["wiped"] == "1"
        challenge, = notes(done, "trade-in-challenge")
        assert len(challenge) == 64
        assert notes(done, "attestation-holds") == ["trusted_environment"]
        assert notes(done, "verified") == ["chain_signatures", "challenge", "boot_state", "chip_serial"]
        assert notes(done, "not-verified") == ["root_not_pinned", "revocation", "dates"]
        said = [event["text_fr"] for event in done["evidence"]]
        assert any("révocation" in line for line in said) and any("aucune n'est indiquée" in line for line in said)


@pytest.mark.parametrize("manner, failure", [
    ("other-challenge", "challenge_differs"), ("forged", "chain_broken"), ("second", "extension_twice"),
    ("software", "not_hardware"), ("unverified-boot", "boot_unverified"), ("other-serial", "serial_differs")])
def test_a_signature_that_does_not_hold_proves_nothing_and_a_person_is_asked(manner, failure):
    with Bench(tablet(tradein=manner, **TRADEIN)) as bench:
        item = bench.know()
        wipe = bench.ask(item)
        waiting = bench.reach(wipe, "wait_human", reason="attest")
        assert notes(waiting, "attestation-fails") == [failure] and not notes(waiting, "attestation-holds")
        assert bench.item_state(item) == "wiping"
        bench.attest(wipe)
        assert bench.wipe(wipe)["verdict"] == "attested"


@pytest.mark.parametrize("manner, word", [("no-attestation", "attestation-missing"), ("garbage", "trade-in-unread")])
def test_without_a_signature_a_person_is_asked(manner, word):
    with Bench(tablet(tradein=manner, **TRADEIN)) as bench:
        wipe = bench.ask(bench.know())
        waiting = bench.reach(wipe, "wait_human", reason="attest")
        assert len(notes(waiting, word)) == 1


def test_a_chip_that_does_not_say_its_serial_is_said():
    with Bench(tablet(tradein="unsaid-serial", **TRADEIN)) as bench:
        done = bench.finish(bench.ask(bench.know()))
        assert done["verdict"] == "proven" and "chip_serial" in notes(done, "not-verified")


def test_a_lock_that_shows_itself_blocks_the_tablet():
    with Bench(tablet(google_accounts="1", **TRADEIN)) as bench:
        item = bench.know()
        wipe = bench.ask(item, strategy="guided")
        bench.reach(wipe, "wait_human", reason="reset_by_hand")
        bench.fleet.send("human TAB recovery-wipe")  # the wrong way: not from Settings
        ended = bench.finish(wipe)
        assert (ended["state"], ended["reason"]) == ("blocked", "wipe_frp"), ended["evidence"]
        assert "FRP" in ended["todo_fr"] and "Google" in ended["todo_en"]
        assert bench.item_state(item) == "blocked"
        assert refused(bench.attest, wipe) == "wipe_attest_when"
        assert refused(bench.daemon.get, f"/v1/certificates/{wipe}") == "certificate_none"


def test_an_evidence_that_is_complete_lets_the_tablet_be_unplugged_and_attested_by_its_label():
    with Bench(tablet() + tablet("NEXT", "1-1.3", "R9TESTNEXT01", plugged="false")) as bench:
        item = bench.know()
        wipe = bench.ask(item)
        bench.reach(wipe, "wait_human", reason="attest")
        bench.fleet.send("unplug TAB")
        bench.until(lambda: notes(bench.wipe(wipe), "unplugged") == ["1-1.2"])
        assert bench.wipe(wipe)["port"] is None
        bench.fleet.send("plug NEXT 1-1.2")  # its port is free for the next one
        following = bench.know("R9TESTNEXT01")
        second = bench.ask(following)
        bench.reach(second, "wait_human", reason="attest")
        bench.attest(item)  # by its label
        done = bench.wipe(wipe)
        assert (done["state"], done["verdict"]) == ("verified", "attested")
        assert bench.item_state(item) == "ready" and bench.item_state(following) == "wiping"
        status, _, pdf = bench.daemon.request("GET", f"/v1/certificates/{item}")
        assert status == 200 and pdf.startswith(b"%PDF-")


def test_a_tablet_that_comes_back_with_its_data_before_it_is_attested_was_not_wiped():
    with Bench(tablet()) as bench:
        item = bench.know()
        wipe = bench.ask(item)
        bench.reach(wipe, "wait_human", reason="attest")
        bench.fleet.send("unplug TAB")
        bench.until(lambda: bench.wipe(wipe)["port"] is None)
        bench.fleet.send("set TAB adb=known")
        bench.fleet.send("plug TAB 1-1.4")
        bench.fleet.send("set TAB mode=adb")  # it was the old system after all: our key opens it
        assert bench.end(wipe)["state"] == "not_wiped" and bench.item_state(item) == "to_wipe"


def test_a_daemon_killed_while_the_tablet_is_away_still_takes_the_attestation():
    with Bench(tablet()) as bench:
        item = bench.know()
        wipe = bench.ask(item)
        bench.reach(wipe, "wait_human", reason="attest")
        bench.fleet.send("unplug TAB")
        bench.until(lambda: bench.wipe(wipe)["port"] is None)
        bench.daemon.kill()
        bench.daemon.start()
        bench.attest(item)
        assert bench.item_state(item) == "ready"


def test_the_cable_pulled_while_the_challenge_is_answered_asks_a_new_one_when_it_is_back():
    with Bench(tablet(**{**TRADEIN, "wipe_seconds": "1.5"})) as bench:
        item = bench.know()
        wipe = bench.ask(item)
        bench.until(lambda: bench.fleet.state("TAB")["wipe_commands"] == "1")
        bench.fleet.send("set TAB answer_seconds=2")
        bench.until(lambda: len(notes(bench.wipe(wipe), "trade-in-challenge")) == 1)
        bench.fleet.send("unplug TAB")
        bench.until(lambda: notes(bench.wipe(wipe), "trade-in-unread") != [])
        bench.fleet.send("set TAB answer_seconds=0")
        bench.fleet.send("plug TAB")
        done = bench.end(wipe)
        assert done["verdict"] == "proven"
        first, second = notes(done, "trade-in-challenge")
        assert first != second


def test_a_root_that_is_pinned_is_verified():
    with Bench(tablet(**TRADEIN), root="") as bench:
        done = bench.finish(bench.ask(bench.know()))
        assert done["verdict"] == "proven" and "root_pinned" in notes(done, "verified")
        assert notes(done, "not-verified") == ["revocation", "dates"]


def test_another_root_than_the_pinned_one_proves_nothing():
    with Bench(tablet(**TRADEIN), root="0" * 64) as bench:
        waiting = bench.reach(bench.ask(bench.know()), "wait_human", reason="attest")
        assert notes(waiting, "attestation-fails") == ["root_differs"]


# ---- the certificate ----

def temoin(daemon, *words, text=None, lang="fr"):
    return subprocess.run([TEMOIN, "--socket", daemon.socket_path, "--lang", lang, *words], input=text, text=True,
                          capture_output=True, timeout=60, check=False)


def certified(bench):
    """The wipe and its certificate as JSON."""
    done = bench.finish(bench.ask(bench.know()))
    assert done["verdict"] == "proven"
    return done["code"], bench.daemon.get(f"/v1/certificates/{done['code']}?output=json")


def field(certificate, name):
    value, = [field["value"] for field in certificate["fields"] if field["name"] == name]
    return value


def test_the_certificate_as_json_states_what_the_paper_does():
    with Bench(tablet(**TRADEIN)) as bench:
        code, certificate = certified(bench)
        assert field(certificate, "serial") == "R9TESTBENCH1" and field(certificate, "port") == "1-1.2"
        assert field(certificate, "sanitization") == "NIST SP 800-88 : Clear"
        assert "cryptographic erase expected" in field(certificate, "method")
        assert "purge" not in str(certificate).lower()
        assert field(certificate, "chip").startswith("signature valable")
        assert certificate["digest"][:32].upper() in certificate["qr"] and certificate["qr"].endswith(code)
        for line in certificate["timeline"] + certificate["evidence"]:
            assert line["text_fr"] and line["text_en"]
        assert any(line["text_fr"].startswith("Non vérifié : la racine") for line in certificate["evidence"])
        again = bench.daemon.get(f"/v1/certificates/{code}?output=json")
        assert again["digest"] == certificate["digest"]
        assert refused(bench.daemon.get, f"/v1/certificates/{code}?output=png") == "word_unknown"


def test_a_certificate_is_verified_from_its_file_its_qr_code_and_its_code():
    with Bench(tablet(**TRADEIN)) as bench, tempfile.TemporaryDirectory() as folder:
        code, certificate = certified(bench)
        path = os.path.join(folder, "certificate.json")
        assert temoin(bench.daemon, "certificate", code, "-o", path).returncode == 0
        for given in (path, certificate["qr"], certificate["qr"].lower()):
            said = temoin(bench.daemon, "certificate", "verify", given)
            assert said.returncode == 0, said
            assert said.stdout.startswith("Le certificat dit ce que dit le registre.\n") and "R9TESTBENCH1" in said.stdout
        said = temoin(bench.daemon, "certificate", "verify", code)
        assert said.returncode == 0 and "Rien du papier n'a été comparé" in said.stdout
        with open(path, encoding="utf-8") as file:
            said = temoin(bench.daemon, "certificate", "verify", "-", text=file.read(), lang="en")
        assert said.returncode == 0 and said.stdout.startswith("The certificate says what the register says.\n")


def test_a_forged_certificate_is_told_apart_and_what_differs_is_said():
    with Bench(tablet(**TRADEIN)) as bench:
        code, certificate = certified(bench)
        forged = copy.deepcopy(certificate)
        for row in forged["fields"]:
            if row["name"] == "serial":
                row["value"] = "R9SOMEBODYELSE"
        forged["evidence"].pop()
        said = temoin(bench.daemon, "certificate", "verify", "-", text=json.dumps(forged))
        assert said.returncode == 1 and said.stdout.startswith("ATTENTION")
        assert "Numéro de série : le certificat dit « R9SOMEBODYELSE », le registre dit « R9TESTBENCH1 »" in said.stdout
        assert "evidence " in said.stdout
        other = certificate["qr"].replace(certificate["digest"][:32].upper(), "0" * 32)
        said = temoin(bench.daemon, "certificate", "verify", other)
        assert said.returncode == 1 and "L'empreinte du code QR" in said.stdout
        nobody = certificate["qr"][:-8] + "XBBBBBBB"
        assert temoin(bench.daemon, "certificate", "verify", nobody).returncode in (2, 4)
        text = json.dumps(certificate)
        for broken in (text[:len(text) // 2], "", "[]", "{}", text + text, '{"qr":7}', '{"qr":"nothing"}', "x" * 2000000):
            said = temoin(bench.daemon, "certificate", "verify", "-", text=broken)
            assert said.returncode == 2 and "Traceback" not in said.stderr, broken[:40]
        assert code


def test_a_record_changed_after_the_certificate_is_told():
    with Bench(tablet(**TRADEIN)) as bench:
        code, certificate = certified(bench)
        bench.daemon.edit("UPDATE wipe_event SET text = 'adb-absent: x' WHERE text LIKE 'trade-in-reset%'")
        said = temoin(bench.daemon, "certificate", "verify", certificate["qr"])
        assert said.returncode == 1, said.stdout
        said = temoin(bench.daemon, "certificate", "verify", "-", text=json.dumps(certificate))
        assert said.returncode == 1 and "adb-absent" in said.stdout and code


# ---- the checks before a new loan ----

def test_a_required_checklist_stands_between_the_wipe_and_ready():
    with Bench(tablet(**TRADEIN)) as bench:
        said = temoin(bench.daemon, "checklist", "set", "tablette", "--checks", "écran,charge", "--required", "oui")
        assert said.returncode == 0, said
        item = bench.know()
        bench.finish(bench.ask(item))
        assert bench.item_state(item) == "blocked"
        shown = bench.daemon.get(f"/v1/objects/{item}")
        assert shown["state_reason"] == "check"
        assert [check["check"] for check in shown["checks"]] == ["screen", "charge"]
        person = bench.daemon.post("/v1/persons", {"name": "Amina Diallo"})["code"]
        assert refused(bench.daemon.post, "/v1/loans", {"person": person, "things": [item]}) == "item_not_ready"
        said = temoin(bench.daemon, "check", item, "écran=bon")
        assert said.returncode == 0 and bench.item_state(item) == "blocked", said
        said = temoin(bench.daemon, "check", item, "charge=ok")
        assert said.returncode == 0 and "prête" in said.stdout and bench.item_state(item) == "ready"
        bench.daemon.post("/v1/loans", {"person": person, "things": [item]})


def test_what_fails_its_check_is_repaired_paid_and_wiped_again():
    with Bench(tablet(**TRADEIN)) as bench:
        item = bench.know()
        bench.finish(bench.ask(item))
        fund = bench.daemon.post("/v1/funds", {"name": "Don", "amount": "100,00", "from": "2026-01-01", "to": "2027-12-31",
                                               "strand": "equipment"})["code"]
        said = temoin(bench.daemon, "check", item, "écran=cassé", "charge=bon")
        assert said.returncode == 0 and "en réparation" in said.stdout and "temoin repair" in said.stderr, said
        said = temoin(bench.daemon, "repair", item, "--cost", "45,00", "--fund", fund, "--note", "vitre changée")
        assert said.returncode == 0, said
        assert bench.daemon.get(f"/v1/objects/{fund}")["spent_cents"] == 4500
        said = temoin(bench.daemon, "repair", "done", item, "--note", "revenue de l'atelier")
        assert said.returncode == 0 and "à effacer" in said.stdout
        story = bench.daemon.get(f"/v1/objects/{item}")["repairs"]
        assert [(line["step"], line["cost_cents"]) for line in story] == [("done", 0), ("noted", 4500), ("opened", 0)]
        said = temoin(bench.daemon, "show", item)
        assert said.returncode == 0 and "vitre changée" in said.stdout
        assert temoin(bench.daemon, "repair", "done", item).returncode == 1
        assert temoin(bench.daemon, "checklist").stdout.count("\n") >= 5
        assert bench.daemon.get("/v1/journal/verify")["ok"]


# ---- the arrival ----

IMEI = "351544000001232"


def test_a_tablet_that_comes_in_is_read_compared_and_accepted():
    with Bench(tablet(imei=IMEI)) as bench:
        item = bench.know()
        said = temoin(bench.daemon, "intake")
        assert said.returncode == 0, said
        assert "SM-X110   <- au registre : Galaxy Tab A9" in said.stdout
        assert IMEI + "   <- au registre : —" in said.stdout
        assert "53687091200" in said.stdout and "bonne" in said.stdout and "2026-06-05" in said.stdout
        assert bench.daemon.get(f"/v1/objects/{item}")["imei"] is None  # nobody accepted it
        said = temoin(bench.daemon, "intake", "1-1.2", "--accept")
        assert said.returncode == 0 and "Le registre dit maintenant" in said.stdout
        shown = bench.daemon.get(f"/v1/objects/{item}")
        assert (shown["model"], shown["imei"]) == ("SM-X110", IMEI)
        assert [found["code"] for found in bench.daemon.get(f"/v1/find?q={IMEI}")["items"]] == [item]
        said = temoin(bench.daemon, "intake", "--accept")
        assert said.returncode == 0 and "la même chose" in said.stdout
        verbs = [line["verb"] for line in bench.daemon.get("/v1/journal")["items"]]
        assert verbs.count("arrival.ask") == 3 and verbs.count("item.arrival") == 1
        truth = bench.fleet.state("TAB")
        assert truth["wipe_commands"] == "0" and truth["data"] == "1"


def test_digits_that_are_no_imei_are_left_out():
    with Bench(tablet(imei="351544000001236")) as bench:
        bench.know()
        said = temoin(bench.daemon, "intake", "--accept")
        assert said.returncode == 0 and "IMEI" not in said.stdout


def test_a_tablet_that_nobody_knows_is_read_and_cannot_be_accepted():
    with Bench(tablet()) as bench:
        bench.shows()
        said = temoin(bench.daemon, "intake", "--accept")
        assert said.returncode == 0 and "temoin tablet add --serial R9TESTBENCH1" in said.stderr
        assert refused(bench.daemon.post, "/v1/arrivals/accept", {"serial": "R9TESTBENCH1"}) == "arrival_unknown"
        assert refused(bench.daemon.post, "/v1/arrivals/accept", {"serial": "R9NOBODY"}) == "arrival_none"


@pytest.mark.parametrize("settings, code, sentence", [
    ({"adb": "off"}, "arrival_no_adb", "débogage"), ({"adb": "never"}, "wipe_no_tap", "Autoriser"),
    ({"busy": "true"}, "device_busy", "adb"), ({"adb": "tradein", "android": "16"}, "device_trade_in", "page de bienvenue")])
def test_a_tablet_that_cannot_be_read_says_why(settings, code, sentence):
    with Bench(tablet(**settings), tap=1) as bench:
        bench.know()
        said = temoin(bench.daemon, "intake")
        assert said.returncode == 5 and f"({code})" in said.stderr and sentence in said.stderr, said


def test_two_tablets_or_none_must_be_told_apart():
    with Bench(tablet() + tablet("OTHER", "1-1.3", "R9TESTOTHER1")) as bench:
        bench.shows()
        bench.shows("R9TESTOTHER1")
        assert "(arrival_choose)" in temoin(bench.daemon, "intake").stderr
        assert "(arrival_port)" in temoin(bench.daemon, "intake", "9-9").stderr
        item = bench.know()
        wipe = bench.ask(item)
        bench.reach(wipe, "wait_human", reason="attest")
        assert refused(bench.daemon.post, "/v1/arrivals", {"port": "1-1.2"}) == "wipe_port_taken"
        assert bench.fleet.state("OTHER")["opened"] == "0"


def test_a_cable_pulled_while_it_is_read_is_told():
    with Bench(tablet()) as bench:
        bench.know()
        bench.fleet.send("fail TAB unplug@shell-answer")
        said = temoin(bench.daemon, "intake")
        assert said.returncode == 5 and "(arrival_cable)" in said.stderr


def test_a_wipe_takes_the_port_over_from_a_reading():
    with Bench(tablet(answer_seconds="0.5")) as bench:
        item = bench.know()
        bench.daemon.post("/v1/arrivals", {"port": "1-1.2"})
        bench.fleet.wait("TAB", "opened=1")
        wipe = bench.ask(item)
        bench.reach(wipe, "wait_human", reason="attest")
        read = bench.daemon.get("/v1/arrivals/R9TESTBENCH1")
        assert (read["state"], read["reason"]) == ("failed", "wipe_port_taken")
        assert bench.fleet.state("TAB")["wipe_commands"] == "1"
