"""Finding people and things however they are typed: codes with a mistake, phone numbers with and without spaces, accents."""

import subprocess
import urllib.parse

import pytest

from daemon import Daemon
from test_cli import TEMOIN, environment


@pytest.fixture(scope="module")
def daemon(engine):  # one for each engine
    with Daemon() as running:
        yield running


@pytest.fixture(scope="module")
def person(daemon):
    return daemon.post("/v1/persons", {"name": "Éléonore Lévêque", "phone": "06 39 98 01 00"})["code"]


def found(daemon, text):
    return [item["code"] for item in daemon.get("/v1/find?q=" + urllib.parse.quote(text))["items"]]


@pytest.mark.parametrize("typed", ["+33639980100", "06 39 98 01 00", "0639980100", "06.39.98.01.00", "0033 6 39 98 01 00",
                                   "+33 (0)6 39 98 01 00"])
def test_a_phone_number_is_found_however_typed(daemon, person, typed):
    assert found(daemon, typed) == [person]


@pytest.mark.parametrize("typed", ["leveque", "ÉLÉO", "eleonore lev"])
def test_a_name_is_found_by_its_beginnings_without_accents(daemon, person, typed):
    assert found(daemon, typed) == [person]


def test_a_household_and_its_line_share_a_number(daemon):
    both = {daemon.post("/v1/persons", {"name": name, "phone": "06 39 98 01 01"})["code"] for name in ("Ana", "Bo")}
    sim = {"iccid": "8933010000000000001", "msisdn": "06 39 98 01 01"}
    line = next(item["line"] for item in daemon.done("POST", "/v1/sims", sim)["items"] if item["kind"] == "sim")
    assert set(found(daemon, "06 39 98 01 01")) == both | {line}


def test_a_code_is_found_as_printed(daemon, person):
    assert found(daemon, f"{person[:4]}-{person[4:]}") == found(daemon, person.lower()) == [person]


def mistakes(code):
    """One wrong letter (also one that is in no code), or two neighbours swapped."""
    for i, letter in enumerate(code):
        for wrong in "B8A":
            if wrong != letter:
                yield code[:i] + wrong + code[i + 1:]
    for i in range(len(code) - 1):
        if code[i] != code[i + 1]:
            yield code[:i] + code[i + 1] + code[i] + code[i + 2:]


def test_a_mistyped_code_finds_its_neighbour_and_says_so(daemon, person):
    for typed in mistakes(person):
        answer = daemon.get("/v1/find?q=" + typed)
        assert [item["code"] for item in answer["items"]] == answer["near"] == [person]
        (note,) = answer["to_know"]
        shown = f"{person[:4]}-{person[4:]}"
        assert (note["code"], note["fr"], note["en"]) == ("code_near", f"Vouliez-vous dire {shown} ?", f"Did you mean {shown}?")


def test_a_refused_code_is_proposed(daemon, person):
    typed = next(mistakes(person))
    shown = f"{person[:4]}-{person[4:]}"
    for method, path, body in (("GET", "/v1/objects/" + typed, None),
                               ("POST", "/v1/loans", {"person": typed, "things": ["TNKDVTPF"]})):
        status, _, problem = daemon.request(method, path, body)
        assert (status, problem["code"], problem["near"]) == (400, "code_check", [person])
        assert problem["fr"].endswith(f"Vouliez-vous dire {shown} ?")


def test_what_is_near_nothing_is_not_proposed(daemon):
    assert daemon.get("/v1/find?q=TNKDVTPB") == {"items": [], "next": None}


def test_the_command_line_asks(daemon, person):
    typed = next(mistakes(person))
    told = subprocess.run([TEMOIN, "--socket", daemon.socket_path, "find", typed], capture_output=True, text=True,
                          env=environment(), check=True)
    assert "Lévêque" in told.stdout and "Vouliez-vous dire" in told.stderr
