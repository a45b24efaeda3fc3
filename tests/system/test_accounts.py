"""Staff accounts: who may come in, what each role may do, and that the journal names who did it.

Other people are other system users: the test must be root to become them. They reach the socket as in an installed system, as members of
the group that it belongs to.
"""

import grp
import json
import os
import pwd
import subprocess
import sys
import warnings

import pytest

from daemon import BUILD, Daemon, Problem

TEMOIN = os.path.join(os.getcwd(), BUILD, "temoin")
GROUP = "nogroup"  # stands for the group temoin
AGENT, READER, TECHNICIAN, STRANGER = "nobody", "games", "bin", "daemon"  # users of every Debian
ANSWER_SECONDS = 60

# One question of another user. It stands in the socket's folder, so that the folders above need not be open to that user.
ASK = """
import http.client, json, socket, sys
link = http.client.HTTPConnection("temoin")
link.sock = socket.socket(socket.AF_UNIX)
link.sock.connect("socket")
method, path = sys.argv[1:]
link.request(method, path, sys.stdin.buffer.read() or None)
answer = link.getresponse()
print(json.dumps([answer.status, json.loads(answer.read())]))
"""


@pytest.fixture()
def daemon():
    with Daemon() as running:
        yield running


@pytest.fixture()
def office(daemon):
    """The daemon, its socket open to a group, and accounts for three users of the machine."""
    if os.geteuid() != 0:
        reason = "ROLES WERE NOT TESTED: only root can become other users"
        warnings.warn(reason)
        pytest.skip(reason)
    group = grp.getgrnam(GROUP).gr_gid
    os.chown(daemon.folder, -1, group)
    os.chmod(daemon.folder, 0o750)
    os.chown(daemon.socket_path, -1, group)
    daemon.accounts = {user: add(daemon, user, role)["code"]
                       for user, role in ((AGENT, "agent"), (READER, "reader"), (TECHNICIAN, "technician"))}
    return daemon


def add(daemon, user, role):
    return daemon.post("/v1/accounts", {"name": f"Colleague {role}", "user": user, "role": role})


def attempt(daemon, user, group, method, path, body):
    command = [sys.executable, "-I", "-c", ASK, method, path]
    return subprocess.run(command, input=b"" if body is None else json.dumps(body).encode(), capture_output=True,
                          timeout=ANSWER_SECONDS, cwd=daemon.folder, user=user, group=group, extra_groups=[], check=False)


def ask(daemon, user, method, path, body=None):
    """Status and body of what that user is answered."""
    ran = attempt(daemon, user, GROUP, method, path, body)
    assert ran.returncode == 0, ran.stderr.decode()
    return json.loads(ran.stdout)


def done(daemon, user, path, body):
    status, answer = ask(daemon, user, "POST", path, body)
    assert status in (200, 201), answer
    return answer["items"][0]


def forbidden(daemon, user, code, method, path, body=None):
    before = daemon.get("/v1/journal/verify")
    status, problem = ask(daemon, user, method, path, body)
    assert (status, problem["code"]) == (403, code), problem
    assert problem["fr"] and problem["en"] == problem["detail"]
    assert daemon.get("/v1/journal/verify") == before
    return problem


def refused(daemon, status, code, body):
    got, _, problem = daemon.request("POST", "/v1/accounts", body)
    assert (got, problem["code"]) == (status, code), problem
    return problem


FUND = {"name": "Don", "amount": "100,00", "from": "2000-01-01", "to": "2199-12-31", "strand": "connection"}


# ---- what each role may do ----

def test_without_an_account_everything_is_refused_and_said(office):
    for method, path, body in (("GET", "/v1/persons", None), ("GET", "/v1/journal", None), ("GET", "/v1/accounts", None),
                               ("POST", "/v1/persons", {"name": "Anne Durand"}), ("POST", "/v1/funds", FUND),
                               ("POST", "/v1/accounts", {"name": "Me", "user": STRANGER, "role": "admin"})):
        problem = forbidden(office, STRANGER, "forbidden_account", method, path, body)
        assert problem["fr"].startswith("Aucun compte") and problem["en"].startswith("No account")
    assert ask(office, STRANGER, "GET", "/healthz")[0] == 200
    uids = {account["uid"] for account in office.get("/v1/accounts")["items"]}
    assert pwd.getpwnam(STRANGER).pw_uid not in uids


def test_the_socket_opens_to_its_group_only(office):
    ran = attempt(office, STRANGER, STRANGER, "GET", "/healthz", None)
    assert ran.returncode != 0 and b"PermissionError" in ran.stderr


def test_an_agent_lends_and_leaves_money_and_proofs_to_the_admin(office):
    tablet = office.ready_tablet("ACCOUNT0001")
    person = done(office, AGENT, "/v1/persons", {"name": "Anne Durand"})
    loan = done(office, AGENT, "/v1/loans", {"person": person["code"], "things": [tablet]})
    assert loan["kind"] == "loan" and loan["state"] == "open"
    for path, body in (("/v1/funds", FUND), ("/v1/waivers", {"item": tablet, "overrides": ["wipe-waive"], "comment": "new"}),
                       ("/v1/accounts", {"name": "Me Too", "uid": 54321, "role": "admin"})):
        problem = forbidden(office, AGENT, "forbidden_role", "POST", path, body)
        assert "admin" in problem["fr"] and "admin" in problem["en"]
    forbidden(office, AGENT, "forbidden_role", "GET", "/v1/accounts")
    forbidden(office, AGENT, "forbidden_role", "GET", "/v1/backup")
    forbidden(office, AGENT, "forbidden_role", "GET", "/v1/recordings?port=1-1.2")
    assert office.get("/v1/funds")["items"] == []


def test_an_agent_overrides_with_the_rights_of_an_agent_only(office):
    first, second = office.ready_tablet("ACCOUNT0002"), office.ready_tablet("ACCOUNT0003")
    sim = office.post("/v1/sims", {"iccid": "8933010000000000019", "operator": "Example", "offer": "Mini"})
    fund = office.post("/v1/funds", FUND)
    person = done(office, AGENT, "/v1/persons", {"name": "Basile Petit"})
    done(office, AGENT, "/v1/loans", {"person": person["code"], "things": [first]})
    lend = {"person": person["code"], "things": [second], "comment": "for the second child"}
    recharge = {"line": sim["code"], "amount": "9,90", "fund": fund["code"], "comment": "asked by phone"}
    for path, body, right in (("/v1/loans", lend, "wipe-waive"), ("/v1/loans", lend, "no-such-right"),
                              ("/v1/returns", {"thing": first, "comment": "x"}, "restore"),
                              ("/v1/renewals", {"thing": first, "comment": "x"}, "fund-period"),
                              ("/v1/recharges", recharge, "recharge-overdue"), ("/v1/recharges", recharge, "fund-period")):
        problem = forbidden(office, AGENT, "forbidden_right", "POST", path, {**body, "overrides": [right]})
        assert right in problem["fr"] and right in problem["en"]
        forbidden(office, AGENT, "forbidden_right", "POST", path, {**body, "overrides": [right], "preview": True})
    assert office.get(f"/v1/objects/{second}")["state"] == "ready"
    done(office, AGENT, "/v1/loans", {**lend, "overrides": ["lend-second"]})


def test_a_reader_reads_everything_and_writes_nothing(office):
    person = office.post("/v1/persons", {"name": "Chloe Morel"})
    for path in ("/v1/persons", "/v1/items", "/v1/funds", "/v1/journal", "/v1/journal/verify", "/v1/due",
                 f"/v1/objects/{person['code']}", f"/v1/objects/{office.accounts[AGENT]}"):
        assert ask(office, READER, "GET", path)[0] == 200, path
    problem = forbidden(office, READER, "forbidden_role", "POST", "/v1/persons", {"name": "Denise Roux"})
    assert "agent, admin" in problem["en"]
    for path, body in (("/v1/loans", {"person": person["code"], "things": ["TBCDFGHK"]}), ("/v1/funds", FUND),
                       ("/v1/items", {"serial": "ACCOUNT0004"}), ("/v1/wipes", {"item": "TBCDFGHK"})):
        forbidden(office, READER, "forbidden_role", "POST", path, body)
        forbidden(office, READER, "forbidden_role", "POST", path, {**body, "preview": True})


def test_a_technician_takes_back_and_does_not_lend(office):
    tablet = done(office, TECHNICIAN, "/v1/items", {"serial": "ACCOUNT0005", "model": "Tab"})
    assert tablet["state"] == "to_wipe"
    forbidden(office, TECHNICIAN, "forbidden_role", "POST", "/v1/loans", {"person": "PBCDFGHK", "things": [tablet["code"]]})
    # the role suffices; this machine has no bench
    status, problem = ask(office, TECHNICIAN, "POST", "/v1/wipes", {"item": tablet["code"]})
    assert (status, problem["code"]) == (503, "bench_missing")
    status, problem = ask(office, TECHNICIAN, "GET", "/v1/recordings?port=1-1.2")
    assert (status, problem["code"]) == (503, "arrival_no_bench")


def test_the_journal_names_the_account_of_each_act(office):
    person = done(office, AGENT, "/v1/persons", {"name": "Emile Faure"})
    lines = office.get("/v1/journal?limit=500")["items"]
    mine = [line for line in lines if line["account"] == office.accounts[AGENT]]
    assert [(line["verb"], line["subjects"]) for line in mine] == [("person.add", person["code"])]
    made = next(line for line in lines if line["subjects"] == office.accounts[AGENT])
    assert made["verb"] == "account.add" and "role=agent" in made["after"]
    admin = office.get(f"/v1/objects/{made['account']}")
    assert (admin["kind"], admin["role"], admin["uid"]) == ("account", "admin", 0)
    assert "Colleague" not in json.dumps(lines)


def test_a_role_holds_after_a_restart(office):
    office.stop()
    office.start()
    os.chown(office.socket_path, -1, grp.getgrnam(GROUP).gr_gid)
    forbidden(office, READER, "forbidden_role", "POST", "/v1/persons", {"name": "Fanny Girard"})
    done(office, AGENT, "/v1/persons", {"name": "Fanny Girard"})


# ---- adding and listing ----

def test_an_account_is_added_shown_and_listed(daemon):
    by_name = add(daemon, READER, "agent")
    assert by_name == {"kind": "account", "code": by_name["code"], "name": "Colleague agent",
                       "uid": pwd.getpwnam(READER).pw_uid, "role": "agent", "site": None}
    by_number = daemon.post("/v1/accounts", {"name": "Elsewhere", "uid": 54321, "role": "reader"})
    assert daemon.get(f"/v1/objects/{by_number['code']}") == by_number
    own = {account["code"]: account for account in daemon.get("/v1/accounts")["items"]}
    assert own.pop(by_name["code"]) == by_name and own.pop(by_number["code"]) == by_number
    assert [(account["uid"], account["role"]) for account in own.values()] == [(os.geteuid(), "admin")]
    page = daemon.get("/v1/accounts?limit=2")
    assert len(page["items"]) == 2
    assert len(daemon.get(f"/v1/accounts?limit=2&after={page['next']}")["items"]) == 1


def test_bad_accounts_are_named_and_change_nothing(daemon):
    good = {"name": "Gilles", "uid": 54321, "role": "agent"}
    daemon.post("/v1/accounts", good)
    before = daemon.get("/v1/journal/verify")
    refused(daemon, 409, "account_known", good)
    other = {**good, "uid": 54322}
    assert "no such user" in refused(daemon, 400, "user_unknown", {"name": "Gilles", "user": "no such user", "role": "agent"})["en"]
    refused(daemon, 400, "user_twice", {**other, "user": READER})
    assert "utilisateur" in refused(daemon, 400, "field_missing", {"name": "Gilles", "role": "agent"})["fr"]
    refused(daemon, 400, "field_missing", {"name": "Gilles", "uid": 54322})
    refused(daemon, 400, "field_missing", {"uid": 54322, "role": "agent"})
    refused(daemon, 400, "name_missing", {**other, "name": " "})
    refused(daemon, 400, "word_unknown", {**other, "role": "king"})
    refused(daemon, 400, "field_range", {**other, "uid": -1})
    refused(daemon, 400, "field_range", {**other, "uid": 4294967295})
    refused(daemon, 400, "field_type", {**other, "uid": "54322"})
    refused(daemon, 400, "field_unknown", {**other, "password": "x"})
    assert daemon.done("POST", "/v1/accounts", {**other, "preview": True})["impossible"] == []
    assert daemon.done("POST", "/v1/accounts", {**good, "preview": True})["impossible"][0]["code"] == "account_known"
    assert daemon.get("/v1/journal/verify") == before
    with pytest.raises(Problem) as nobody_has_it:
        daemon.get("/v1/objects/" + unused_code(daemon))
    assert (nobody_has_it.value.status, nobody_has_it.value.body["code"]) == (404, "account_not_found")


def unused_code(daemon):
    """A well-formed code of an account that another register has."""
    with Daemon() as other:
        codes = [other.post("/v1/accounts", {"name": "Other", "uid": 60000 + i, "role": "agent"})["code"] for i in range(3)]
    known = {account["code"] for account in daemon.get("/v1/accounts")["items"]}
    return next(code for code in codes if code not in known)


# ---- the command line ----

def temoin(daemon, *words):
    return subprocess.run([TEMOIN, "--socket", daemon.socket_path, *words], capture_output=True, text=True, check=False,
                          timeout=ANSWER_SECONDS, env={**os.environ, "TEMOIN_LANG": "fr"})


def test_accounts_on_the_command_line(daemon):
    added = temoin(daemon, "account", "add", "Amina Diallo", "--user", READER, "--role", "lecteur")
    uid = pwd.getpwnam(READER).pw_uid
    assert added.returncode == 0, added.stderr
    code, _, rest = added.stdout.strip().partition("  ")
    assert rest == f"Amina Diallo (lecteur, utilisateur {uid})"
    english = temoin(daemon, "--lang", "en", "account", "add", "Hugo Blanc", "--uid", "54321", "--role", "technician")
    assert "Hugo Blanc (technician, user 54321)" in english.stdout
    listed = temoin(daemon, "account", "list").stdout.splitlines()
    assert listed[0].split() == ["Étiquette", "Nom", "Rôle", "Utilisateur"]
    assert any(line.split() == [code, "Amina", "Diallo", "lecteur", str(uid)] for line in listed)
    shown = temoin(daemon, "show", code).stdout
    assert "compte" in shown and "Amina Diallo" in shown
    assert temoin(daemon, "account", "add", "Amina Diallo", "--user", READER, "--role", "agent").returncode == 1
    nobody = temoin(daemon, "account", "add", "Amina Diallo", "--role", "agent")
    assert nobody.returncode == 2 and "utilisateur" in nobody.stderr
    assert temoin(daemon, "account", "add", "Amina Diallo", "--user", "no-such-user", "--role", "agent").returncode == 2
    assert temoin(daemon, "account", "add", "Amina Diallo", "--user", "bin").returncode == 2
