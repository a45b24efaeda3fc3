"""The HTTP interface as a whole: what it answers, what it refuses, and what an ill-meaning client can do to it."""

import json
import os
import pwd
import re
import resource
import shutil
import socket
import subprocess
import threading
import time

import pytest
import yaml

from daemon import PROGRAM, Daemon, Problem

HEAD_SECONDS = 10  # the daemon's deadline for the head of a request


@pytest.fixture(scope="module")
def daemon(new_register):
    with Daemon(*new_register()) as running:
        yield running


@pytest.fixture()
def fresh(new_register):
    with Daemon(*new_register()) as running:
        yield running


@pytest.fixture()
def on_file():
    """Where a test is about SQLite's own file."""
    with Daemon() as running:
        yield running


def exchange(daemon, data, seconds=30):
    """Sends bytes as they are; everything that comes back until the daemon closes."""
    with daemon.raw() as link:
        link.settimeout(seconds)
        try:
            link.sendall(data)
            link.shutdown(socket.SHUT_WR)
        except (BrokenPipeError, ConnectionResetError, OSError):
            pass  # refused before the end: the answer is still there to read
        answer = b""
        try:
            while block := link.recv(65536):
                answer += block
        except ConnectionResetError:
            pass
        return answer


def status_of(answer):
    return int(answer.split(b" ", 2)[1]) if answer.startswith(b"HTTP/1.1 ") else None


def refused(daemon, status, code, method, path, body=None, headers=None):
    got, answer_headers, problem = daemon.request(method, path, body, headers)
    assert (got, problem["code"]) == (status, code), problem
    assert answer_headers["Content-Type"] == "application/problem+json"
    assert problem["status"] == status and problem["fr"] and problem["en"] == problem["detail"]
    return problem


# ---- the table ----

def routes_of_daemon():
    lines = subprocess.run([PROGRAM, "--routes"], check=True, capture_output=True, text=True).stdout.splitlines()
    rows = [line.split("\t") for line in lines]
    return {(method, path): (set(roles.split(", ")), query.split(), summary)
            for method, path, roles, query, summary in rows}


def routes_of_document():
    with open("docs/openapi.yaml", encoding="utf-8") as file:
        document = yaml.safe_load(file)
    named = document["components"]["parameters"]

    def query(operation):
        parameters = [named[p["$ref"].rsplit("/", 1)[1]] if "$ref" in p else p for p in operation.get("parameters", [])]
        return [p["name"] for p in parameters if p["in"] == "query"]

    return {(method.upper(), path): (set(operation["x-roles"]), query(operation), operation["summary"])
            for path, item in document["paths"].items() for method, operation in item.items()}


def test_openapi_and_the_route_table_are_the_same():
    assert routes_of_daemon() == routes_of_document()


def test_every_reference_of_openapi_leads_somewhere():
    with open("docs/openapi.yaml", encoding="utf-8") as file:
        text = file.read()
    document = yaml.safe_load(text)
    for reference in set(re.findall(r'"#/([^"]+)"', text)):
        place = document
        for word in reference.split("/"):
            place = place[word]


def test_every_route_of_the_document_is_answered(daemon):
    for method, path in routes_of_document():
        if path == "/v1/events":
            continue
        status, _, body = daemon.request(method, path.replace("{code}", "TBBBBBBB"))
        assert status not in (405, 500), (method, path, body)
        assert not (status == 404 and body["code"] == "route_not_found"), (method, path)


def test_unknown_routes_methods_and_query_words(daemon):
    refused(daemon, 404, "route_not_found", "GET", "/v1/nowhere")
    refused(daemon, 404, "route_not_found", "GET", "/v1/objects/")
    refused(daemon, 404, "route_not_found", "GET", "/v1/objects/TBCDFGHK/more")
    refused(daemon, 405, "method_not_allowed", "DELETE", "/v1/items")
    assert daemon.request("PUT", "/v1/items", b"{}")[1]["Allow"] == "GET, POST"
    refused(daemon, 400, "field_unknown", "GET", "/v1/items?colour=red")
    refused(daemon, 400, "field_range", "GET", "/v1/items?limit=501")
    refused(daemon, 400, "field_range", "GET", "/v1/items?limit=0")
    refused(daemon, 400, "field_type", "GET", "/v1/items?limit=ten")
    refused(daemon, 400, "cursor_unknown", "GET", "/v1/items?after=nothing")
    refused(daemon, 400, "field_type", "GET", "/v1/find?q=%ff")


# ---- bodies ----

@pytest.mark.parametrize("body, code", [
    (b"", "body_not_json"),
    (b"{", "body_not_json"),
    (b'{"name":"A"} more', "body_not_json"),
    (b'{"name":"A","name":"B"}', "body_not_json"),
    (b'{"name":"\xff"}', "body_not_json"),
    (b'{"name":"\\u0000"}', "body_not_json"),
    (b'{"name":1e999}', "body_not_json"),
    (b"[" * 80000, "body_not_json"),
    (b'{"name":' * 20000, "body_not_json"),
    (b"[]", "body_not_object"),
    (b'"name"', "body_not_object"),
    (b"{}", "field_missing"),
    (b'{"name":null}', "field_missing"),
    (b'{"name":"A","nom":"B"}', "field_unknown"),
    (b'{"name":["A"]}', "field_type"),
    (b'{"name":"A","preview":"yes"}', "field_type"),
    (b'{"name":"A","overrides":[1]}', "field_type"),
    (b'{"name":"' + b"a" * 5000 + b'"}', "field_long"),
    (b'{"name":"A","overrides":[' + b'"x",' * 1001 + b'"x"]}', "field_long"),
])
def test_a_body_that_cannot_be_read_is_named_and_changes_nothing(daemon, body, code):
    before = daemon.get("/v1/journal/verify")
    refused(daemon, 400, code, "POST", "/v1/persons", body)
    assert daemon.get("/v1/journal/verify") == before


def test_deep_nesting_does_not_hurt_the_next_request(daemon):
    refused(daemon, 400, "body_not_json", "POST", "/v1/loans", b"[" * 1000000)
    assert daemon.get("/healthz")["ok"]


def test_a_body_that_is_too_large(daemon):
    problem = refused(daemon, 413, "body_too_large", "POST", "/v1/persons", b"x" * (1024 * 1024 + 1))
    assert "1048576" in problem["en"]
    refused(daemon, 413, "body_too_large", "GET", "/v1/persons", b"x")
    # announced, not sent: refused at once
    answer = exchange(daemon, b"POST /v1/imports HTTP/1.1\r\nHost: t\r\nContent-Length: %d\r\n\r\n" % (256 * 1024 * 1024 + 1))
    assert status_of(answer) == 413
    answer = exchange(daemon, b"POST /v1/persons HTTP/1.1\r\nHost: t\r\nContent-Length: 99999999999999999999\r\n\r\n")
    assert status_of(answer) in (400, 413)


def test_a_chunked_body_that_is_too_large_is_cut(daemon):
    chunk = b"10000\r\n" + b"x" * 65536 + b"\r\n"
    answer = exchange(daemon, b"POST /v1/persons HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n"
                      + chunk * 64 + b"0\r\n\r\n")
    assert answer == b""
    assert daemon.get("/healthz")["ok"]


def test_a_chunked_body_is_read(daemon):
    body = b'{"name":"Chloe Morel"}'
    answer = exchange(daemon, b"POST /v1/persons HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n"
                      + b"".join(b"1\r\n%c\r\n" % byte for byte in body) + b"0\r\n\r\n")
    assert status_of(answer) == 201


# ---- framing ----

@pytest.mark.parametrize("head", [
    b"GET /healthz HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
    b"GET /healthz HTTP/1.1\r\n\r\n",
    b"POST /v1/persons HTTP/1.1\r\nHost: t\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\n{}",
    b"POST /v1/persons HTTP/1.1\r\nHost: t\r\nContent-Length: 2\r\nContent-Length: 30\r\n\r\n{}",
    b"POST /v1/persons HTTP/1.1\r\nHost: t\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    b"POST /v1/persons HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
    b"POST /v1/persons HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    b"POST /v1/persons HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n",
])
def test_a_request_that_two_readers_could_frame_differently_is_refused(daemon, head):
    answer = exchange(daemon, head + b"GET /healthz HTTP/1.1\r\nHost: t\r\n\r\n")
    assert status_of(answer) == 400
    assert answer.count(b"HTTP/1.1 ") == 1  # what follows is not taken for a second request


def test_headers_without_end_are_refused(daemon):
    answer = exchange(daemon, b"GET /healthz HTTP/1.1\r\nHost: t\r\n" + b"X-Filler: abcdefgh\r\n" * 20000)
    assert status_of(answer) in (431, None)
    assert daemon.get("/healthz")["ok"]


def test_a_slow_head_is_cut_and_others_are_served(daemon):
    started = time.monotonic()
    slow = [daemon.raw() for _ in range(50)]
    try:
        for link in slow:
            link.sendall(b"GET /healthz HTTP/1.1\r\nX: ")
        alive = set(slow)
        while alive and time.monotonic() < started + 4 * HEAD_SECONDS:
            assert daemon.get("/healthz")["ok"]
            for link in list(alive):
                link.settimeout(0.02)  # one byte at a time, each within the inactivity time-out
                try:
                    link.sendall(b"a")
                    if link.recv(1) == b"":
                        alive.discard(link)
                except socket.timeout:
                    pass
                except OSError:
                    alive.discard(link)
        assert not alive
        assert time.monotonic() - started >= HEAD_SECONDS - 1
    finally:
        for link in slow:
            link.close()


# ---- once ----

def test_the_same_key_acts_once_and_answers_the_same(daemon):
    key = {"Idempotency-Key": "test-once-0001"}
    body = {"name": "Once Only"}
    first = daemon.request("POST", "/v1/persons", body, key)
    again = daemon.request("POST", "/v1/persons", body, key)
    assert first[0] == again[0] == 201
    assert first[2] == again[2]
    assert "Idempotency-Replayed" not in first[1] and again[1]["Idempotency-Replayed"] == "true"
    assert len(daemon.get("/v1/find?q=once+only")["items"]) == 1


def test_the_same_key_for_another_request_is_refused(daemon):
    key = {"Idempotency-Key": "test-once-0002"}
    assert daemon.request("POST", "/v1/persons", {"name": "Key Owner"}, key)[0] == 201
    refused(daemon, 409, "key_reused", "POST", "/v1/persons", {"name": "Key Thief"}, key)
    refused(daemon, 409, "key_reused", "POST", "/v1/renewals", {"thing": "TBCDFGHK"}, key)
    refused(daemon, 400, "key_format", "POST", "/v1/persons", {"name": "Key Bad"}, {"Idempotency-Key": "short"})
    assert daemon.get("/v1/find?q=thief")["items"] == []


def test_a_refused_request_may_be_sent_again_under_its_key(daemon):
    key = {"Idempotency-Key": "test-once-0003"}
    body = {"serial": "ONCE0003", "model": "Tab", "fund": "FBCDFGHK"}
    for _ in range(2):
        status, headers, _ = daemon.request("POST", "/v1/items", body, key)
        assert status >= 400 and "Idempotency-Replayed" not in headers


def test_a_preview_changes_nothing(daemon):
    before = daemon.get("/v1/journal/verify")
    answer = daemon.done("POST", "/v1/persons", {"name": "Preview Only", "preview": True})
    assert answer == {"impossible": [], "needs_confirmation": [], "to_know": []}
    assert daemon.get("/v1/journal/verify") == before
    assert daemon.get("/v1/find?q=preview")["items"] == []


# ---- people and the things they hold ----

def test_a_loan_and_its_return_piece_by_piece(daemon):
    person = daemon.post("/v1/persons", {"name": "Denise Roux", "phone": "06 39 98 00 11"})
    code = daemon.ready_tablet("LOANTEST01")
    loan = daemon.post("/v1/loans", {"person": person["code"], "things": [code[:4].lower() + "-" + code[4:]]})
    assert loan["kind"] == "loan" and loan["item"] == code and loan["state"] == "open"
    assert loan["person_name"] == "Denise Roux" and [p["in_state"] for p in loan["pieces"]] == [None, None]
    item = daemon.get(f"/v1/objects/{code}")
    assert item["state"] == "lent" and item["holder"]["person"] == person["code"]
    assert code in [found["item"] for found in daemon.get("/v1/due?days=400")["items"]]
    assert daemon.get(f"/v1/objects/{person['code']}")["loans"][0]["code"] == loan["code"]
    back = daemon.post("/v1/returns", {"thing": code, "pieces": {"sleeve": "missing", "charger": "present"}})
    assert {p["name"]: p["in_state"] for p in back["pieces"]} == {"sleeve": "missing", "charger": "present"}
    assert daemon.get(f"/v1/objects/{code}")["state"] == "to_wipe"


def test_confirmations_carry_the_right_and_are_opened_by_it(daemon):
    person = daemon.post("/v1/persons", {"name": "Emile Faure"})
    first, second = daemon.ready_tablet("CONFIRM01"), daemon.ready_tablet("CONFIRM02")
    daemon.post("/v1/loans", {"person": person["code"], "things": [first]})
    body = {"person": person["code"], "things": [second]}
    problem = refused(daemon, 409, "lend_second", "POST", "/v1/loans", body)
    assert [f["right"] for f in problem["needs_confirmation"]] == ["lend-second"]
    refused(daemon, 400, "reason_missing", "POST", "/v1/loans", {**body, "overrides": ["lend-second"]})
    daemon.post("/v1/loans", {**body, "overrides": ["lend-second"], "comment": "for the household's second child"})


def test_64_clients_lend_one_tablet(daemon):
    people = [daemon.post("/v1/persons", {"name": f"Client {i}"})["code"] for i in range(64)]
    code = daemon.ready_tablet("RACE0001")
    answers, start = [None] * 64, threading.Barrier(64)

    def lend(i):
        start.wait()
        answers[i] = daemon.request("POST", "/v1/loans", {"person": people[i], "things": [code]},
                                    {"Idempotency-Key": f"race-key-{i:04}"})

    threads = [threading.Thread(target=lend, args=(i,)) for i in range(64)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    made = [a for a in answers if a[0] == 201]
    lost = [a for a in answers if a[0] == 409]
    assert (len(made), len(lost)) == (1, 63)
    winner = made[0][2]["items"][0]["person_name"]
    for _, _, problem in lost:
        assert problem["code"] == "item_held" and winner in problem["fr"] and winner in problem["en"]
    assert daemon.get("/v1/journal/verify")["ok"]


def test_lists_go_page_by_page(fresh):
    codes = {fresh.post("/v1/persons", {"name": f"Page {i}"})["code"] for i in range(7)}
    seen, after = [], ""
    while after is not None:
        page = fresh.get(f"/v1/persons?limit=3{after and '&after=' + after}")
        assert len(page["items"]) <= 3
        seen += [person["code"] for person in page["items"]]
        after = page["next"]
    assert len(seen) == 7 and set(seen) == codes
    lines, after = [], "0"
    while after is not None:
        page = fresh.get(f"/v1/journal?limit=2&after={after}")
        lines += [line["seq"] for line in page["items"]]
        after = page["next"]
    assert lines == list(range(1, len(lines) + 1))
    assert "Page" not in json.dumps(fresh.get("/v1/journal"))  # codes only: a name can be forgotten


def test_money_and_recharges(fresh):
    fund = fresh.post("/v1/funds", {"name": "Don", "amount": "100,00", "from": "2000-01-01", "to": "2199-12-31",
                                    "strand": "connection"})
    assert fund["balance_cents"] == 10000 and fund["currency"] == "EUR"
    sim = fresh.post("/v1/sims", {"iccid": "8933010000000000019", "msisdn": "06 39 98 00 20"})
    recharge = fresh.post("/v1/recharges", {"line": sim["code"], "amount": "9,90", "fund": fund["code"]})
    assert recharge["amount_cents"] == 990 and recharge["line"] == sim["line"]
    shown = fresh.get(f"/v1/objects/{fund['code']}")
    assert shown["spent_cents"] == 990 and shown["entries"][0]["debit_cents"] == 990
    short = {"line": sim["code"], "amount_cents": 100000, "fund": fund["code"]}
    refused(fresh, 409, "fund_short", "POST", "/v1/recharges", short)
    assert len(fresh.get(f"/v1/recharges?line={sim['line']}")["items"]) == 1
    assert fresh.get("/v1/sims")["items"][0]["iccid"] == "8933010000000000019"
    assert fresh.get("/v1/lines")["items"][0]["card"] == "8933010000000000019"


def test_codes_that_are_wrong_are_refused_before_any_search(daemon):
    refused(daemon, 400, "code_length", "GET", "/v1/objects/T")
    refused(daemon, 400, "code_letter", "GET", "/v1/objects/TABCDEFG")
    refused(daemon, 400, "code_check", "GET", "/v1/objects/TBBBBBBC")
    person = daemon.post("/v1/persons", {"name": "Not A Tablet"})
    refused(daemon, 400, "code_not_a", "POST", "/v1/waivers",
            {"item": person["code"], "overrides": ["wipe-waive"], "comment": "x"})


def test_a_machine_without_bench_says_so(daemon):
    refused(daemon, 503, "bench_missing", "GET", "/v1/bench")
    refused(daemon, 503, "bench_missing", "POST", "/v1/wipes", {"item": daemon.ready_tablet("NOBENCH1")})


# ---- papers ----

def test_labels(daemon):
    code = daemon.ready_tablet("LABEL0001")
    status, headers, pdf = daemon.request("GET", f"/v1/labels?codes={code},{code}&start=20")
    assert (status, headers["Content-Type"], pdf[:5]) == (200, "application/pdf", b"%PDF-")
    status, headers, png = daemon.request("GET", f"/v1/labels?codes={code}&output=png&dpi=203&format=avery-l7651")
    assert (status, headers["Content-Type"], png[1:4]) == (200, "image/png", b"PNG")
    refused(daemon, 400, "field_missing", "GET", "/v1/labels")
    refused(daemon, 400, "format_unknown", "GET", f"/v1/labels?codes={code}&format=papyrus")
    refused(daemon, 400, "word_unknown", "GET", f"/v1/labels?codes={code}&output=gif")
    refused(daemon, 400, "field_range", "GET", f"/v1/labels?codes={code}&start=22")
    refused(daemon, 400, "code_length", "GET", f"/v1/labels?codes={code},")


def test_no_certificate_without_a_proven_wipe(daemon):
    code = daemon.ready_tablet("CERT0001")
    refused(daemon, 409, "certificate_no_wipe", "GET", f"/v1/certificates/{code}")


# ---- files ----

CSV = "serial;model;inventory_no\nIMPORT0001;Galaxy Tab A9;2026-IMP-001\nIMPORT0002;Tab M10;2026-IMP-002\n"


def test_an_import_is_rehearsed_then_done_once(fresh):
    rehearsed = fresh.done("POST", "/v1/imports?dry_run=1", CSV.encode())
    assert (rehearsed["lines"], rehearsed["errors"]) == (2, 0)
    assert [row["verdict"] for row in rehearsed["rows"]] == ["make", "make"]
    assert fresh.get("/v1/items")["items"] == []
    status, _, done = fresh.request("POST", "/v1/imports", CSV.encode())
    assert (status, done["made"], done["known"]) == (201, 2, 0)
    status, _, again = fresh.request("POST", "/v1/imports", CSV.encode())
    assert (status, again["made"], again["known"]) == (200, 0, 2)
    assert len(fresh.get("/v1/items")["items"]) == 2


def test_an_import_with_an_error_changes_nothing_and_says_every_line(fresh):
    wrong = CSV + "x;Tab;2026-IMP-003\n"
    status, _, problem = fresh.request("POST", "/v1/imports", wrong.encode())
    assert status in (400, 409)
    assert [row["verdict"] for row in problem["rows"]].count("error") == 1
    assert fresh.get("/v1/items")["items"] == []
    assert fresh.done("POST", "/v1/imports?dry_run=1", wrong.encode())["errors"] == 1


@pytest.mark.usefixtures("on_a_file")
def test_a_backup_brings_back_what_was_there(on_file):
    on_file.post("/v1/persons", {"name": "Before Backup"})
    status, headers, backup = on_file.request("GET", "/v1/backup")
    assert status == 200 and "people=1" in headers["X-Temoin-Backup"]
    on_file.post("/v1/persons", {"name": "After Backup"})
    assert on_file.done("POST", "/v1/restore", backup)["restored"] is False
    assert len(on_file.get("/v1/persons")["items"]) == 2
    refused(on_file, 400, "backup_unreadable", "POST", "/v1/restore?confirm=1", backup[:-5000])
    refused(on_file, 400, "backup_unreadable", "POST", "/v1/restore?confirm=1", b"x" * 100000)
    refused(on_file, 400, "backup_unreadable", "POST", "/v1/restore?confirm=1", b"")
    assert len(on_file.get("/v1/persons")["items"]) == 2
    assert on_file.done("POST", "/v1/restore?confirm=1", backup)["restored"] is True
    assert [p["name"] for p in on_file.get("/v1/persons")["items"]] == ["Before Backup"]
    assert on_file.get("/v1/journal/verify")["ok"]
    assert not [name for name in os.listdir(on_file.state_dir) if name.startswith(("upload", "backup"))]


@pytest.mark.usefixtures("on_a_file")
def test_a_restore_brings_the_clock_of_the_backup(on_file):
    def year_of(name):
        return int(on_file.post("/v1/persons", {"name": name})["created_at"][:4])

    present = time.gmtime().tm_year
    status, _, backup = on_file.request("GET", "/v1/backup")
    on_file.post("/v1/demo/clock", {"day": "2190-03-01"})
    assert status == 200 and year_of("Ahead") == 2190
    ahead = on_file.done("POST", "/v1/demo/clock", {"day": "2191-03-01", "preview": True})
    assert ahead["impossible"] == [] and year_of("Not Moved") == 2190
    on_file.done("POST", "/v1/restore?confirm=1", backup)
    assert year_of("Back") in (present, present + 1)


def test_an_upload_that_breaks_off_leaves_no_file(fresh):
    with fresh.raw() as link:
        link.sendall(b"POST /v1/restore HTTP/1.1\r\nHost: t\r\nContent-Length: 1000000\r\n\r\n" + b"x" * 300000)
    deadline = time.monotonic() + 20
    while [n for n in os.listdir(fresh.state_dir) if n.startswith("upload")] and time.monotonic() < deadline:
        assert fresh.get("/healthz")["ok"]
    assert not [n for n in os.listdir(fresh.state_dir) if n.startswith("upload")]


# ---- news ----

class News:
    """A reader of /v1/events."""

    def __init__(self, daemon):
        self.link = daemon.raw()
        self.link.sendall(b"GET /v1/events HTTP/1.1\r\nHost: t\r\n\r\n")
        self.file = self.link.makefile("rb")
        assert b" 200 " in self.file.readline()
        while self.file.readline() != b":\n":
            pass

    def event(self):
        """The next event as a dict; {} at the end of the stream."""
        found = {}
        while line := self.file.readline():
            text = line.decode().strip()
            if text and text[0] not in ":0123456789abcdef" or text.startswith(("data: ", "event: ")):
                name, _, value = text.partition(": ")
                found[name] = value
            elif not text and "data" in found:
                return found
        return {}

    def close(self):
        self.file.close()
        self.link.close()


def test_news_reach_every_reader_after_the_change(daemon):
    readers = [News(daemon) for _ in range(3)]
    try:
        person = daemon.post("/v1/persons", {"name": "Newsworthy"})
        for reader in readers:
            event = reader.event()
            assert event["event"] == "person" and json.loads(event["data"]) == {"subject": person["code"]}
            assert int(event["id"]) > 0
            seen = daemon.get(f"/v1/objects/{person['code']}")
            assert seen["name"] == "Newsworthy"
    finally:
        for reader in readers:
            reader.close()


def test_refusals_previews_and_replays_are_no_news(daemon):
    reader = News(daemon)
    try:
        key = {"Idempotency-Key": "test-news-0001"}
        daemon.request("POST", "/v1/persons", {"name": "Quiet", "preview": True})
        daemon.request("POST", "/v1/persons", {"nom": "Quiet"})
        daemon.request("POST", "/v1/persons", {"name": "Loud"}, key)
        daemon.request("POST", "/v1/persons", {"name": "Loud"}, key)
        last = daemon.post("/v1/persons", {"name": "Last"})
        first = reader.event()
        second = reader.event()
        assert json.loads(second["data"])["subject"] == last["code"]
        assert int(second["id"]) == int(first["id"]) + 1
    finally:
        reader.close()


def test_streams_end_when_the_daemon_stops():
    with Daemon() as daemon:
        readers = [News(daemon) for _ in range(5)]
        daemon.stop()
        for reader in readers:
            assert reader.event() == {}
            reader.close()


def test_readers_that_hang_up_are_forgotten(daemon):
    for _ in range(30):
        News(daemon).close()
    person = daemon.post("/v1/persons", {"name": "Still There"})
    assert daemon.get(f"/v1/objects/{person['code']}")["name"] == "Still There"


# ---- who asks ----

def ask_as_nobody(daemon, *words):
    """curl under another uid; the socket is opened to it for the time of the question."""
    nobody = pwd.getpwnam("nobody")
    os.chmod(daemon.folder, 0o711)
    os.chmod(daemon.socket_path, 0o666)
    command = ["setpriv", f"--reuid={nobody.pw_uid}", f"--regid={nobody.pw_gid}", "--clear-groups", "curl", "-s",
               "--unix-socket", daemon.socket_path, *words]
    return json.loads(subprocess.run(command, check=True, capture_output=True).stdout)


@pytest.mark.skipif(os.geteuid() != 0 or not shutil.which("setpriv") or not shutil.which("curl"),
                    reason="needs root, setpriv and curl to be somebody else")
def test_a_user_without_account_is_refused(daemon):
    for words in (["http://t/v1/persons"], ["http://t/v1/events"], ["http://t/metrics"], ["http://t/v1/backup"],
                  ["-d", '{"name":"X"}', "http://t/v1/persons"], ["-d", "bytes", "http://t/v1/restore?confirm=1"],
                  ["--data-binary", CSV, "http://t/v1/imports"]):
        problem = ask_as_nobody(daemon, *words)
        assert (problem["status"], problem["code"]) == (403, "forbidden_account"), words
    assert ask_as_nobody(daemon, "http://t/healthz")["ok"]


# ---- life ----

def test_what_was_answered_survives_a_kill():
    with Daemon() as daemon:
        person = daemon.post("/v1/persons", {"name": "Durable"})
        daemon.kill()
        daemon.start()
        assert daemon.get(f"/v1/objects/{person['code']}")["name"] == "Durable"
        assert daemon.get("/v1/journal/verify")["ok"]


@pytest.mark.usefixtures("on_a_file")
def test_a_full_disk_is_said_and_survived(on_file):
    made = [on_file.post("/v1/persons", {"name": "Before"})["code"]]
    pid = on_file.process.pid
    free = resource.prlimit(pid, resource.RLIMIT_FSIZE)
    wal = os.path.getsize(os.path.join(on_file.state_dir, "register.db-wal"))
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (wal, free[1]))
    status, problem = 201, None
    for i in range(2000):
        status, _, problem = on_file.request("POST", "/v1/persons", {"name": f"Person {i}"})
        if status != 201:
            break
        made.append(problem["code"])
    assert (status, problem["code"]) in ((507, "disk_full"), (503, "disk_broken"))
    status, _, health = on_file.request("GET", "/healthz")
    assert (status, health["ok"]) == (503, False) and health["last_error"]
    refused(on_file, 503, "disk_broken", "POST", "/v1/restore", b"x" * (wal + 1))
    assert on_file.get(f"/v1/objects/{made[0]}")["name"] == "Before"  # reading goes on
    resource.prlimit(pid, resource.RLIMIT_FSIZE, free)
    made.append(on_file.post("/v1/persons", {"name": "After"})["code"])
    assert on_file.get("/healthz")["ok"]
    page = on_file.get("/v1/persons?limit=500")
    assert page["next"] is None and {person["code"] for person in page["items"]} == set(made)
    assert on_file.get("/v1/journal/verify")["ok"]


def test_requests_under_way_are_answered_when_the_daemon_stops():
    with Daemon() as daemon:
        answers = []

        def ask(i):
            try:
                answers.append(daemon.request("POST", "/v1/persons", {"name": f"Late {i}"})[0])
            except (OSError, Problem):
                answers.append(None)  # the door was closed already

        threads = [threading.Thread(target=ask, args=(i,)) for i in range(32)]
        for thread in threads:
            thread.start()
        daemon.stop()
        for thread in threads:
            thread.join()
        made = answers.count(201)
        assert set(answers) <= {201, 503, None}
        daemon.start()
        assert len(daemon.get("/v1/persons")["items"]) >= made


def test_keep_alive_serves_many_requests_on_one_connection(daemon):
    link = daemon.connection()
    for _ in range(100):
        link.request("GET", "/healthz")
        assert json.loads(link.getresponse().read())["ok"]
    link.close()


def test_metrics(daemon):
    text = daemon.get("/metrics").decode()
    assert re.search(r"^temoin_register_requests_total \d+$", text, re.M)
    assert 'temoin_items{state="lent"}' in text


def test_a_long_ledger_is_paged_and_counted(daemon):
    fund = daemon.post("/v1/funds", {"name": "Long", "amount": "10000", "from": "2020-01-01", "to": "2199-12-31",
                                     "strand": "equipment"})["code"]
    lines = "".join(f"R9LEDGER{i:04d};Tab;1,00;{fund}\n" for i in range(505))
    daemon.done("POST", "/v1/imports", ("serial;model;price;fund\n" + lines).encode(), {"Content-Type": "text/csv"})
    shown = daemon.get(f"/v1/objects/{fund}?kind=F")
    assert shown["entries_total"] == 505 and len(shown["entries"]) == 500
    assert [shown["entries"][0]["number"], shown["entries"][-1]["number"]] == [6, 505]
    page = daemon.get(f"/v1/entries?fund={fund}&limit=500")
    rest = daemon.get(f"/v1/entries?fund={fund}&limit=500&after={page['next']}")
    assert [entry["number"] for entry in page["items"] + rest["items"]] == list(range(1, 506)) and rest["next"] is None


def test_an_object_of_another_kind_is_refused_when_a_kind_is_asked(daemon):
    tablet = daemon.ready_tablet("R9KIND0001")
    status, _, body = daemon.request("GET", f"/v1/objects/{tablet}?kind=F")
    assert (status, body["code"]) == (400, "code_not_a")


def test_a_certificate_of_an_unknown_tablet_is_not_found(daemon):
    answers = [daemon.request("GET", f"/v1/certificates/TBBBBBB{letter}") for letter in "BCDFGHJKLNPRSTVX"]
    codes = [body["code"] for _, _, body in answers]
    assert codes.count("code_check") == 15  # one check letter is right: that code is well formed, and nobody's
    assert [(status, body["code"]) for status, _, body in answers if body["code"] != "code_check"] == [(404, "item_not_found")]
