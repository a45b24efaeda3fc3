"""Several sites on one register: each its journal, its bench and its users; one truth about who holds what."""

import os
import pwd
import re
import subprocess

import pytest

from daemon import BUILD, Daemon, Problem
from fleet import Fleet
from test_bench import until

TEMOIN = os.path.join(os.getcwd(), BUILD, "temoin")
TABLET = "[tablet {name}]\nport=1-1\nserial={serial}\nadb=never\n"  # its wipe waits for a tap, and can be cancelled


def temoin(daemon, *words):
    """Exit code, standard output, standard error."""
    command = [TEMOIN, "--socket", daemon.socket_path, "--lang", "fr", *words]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout, done.stderr


def new_sites(url, *names):
    """Their codes: made by a daemon without a site, as the first of a body is."""
    with Daemon("--database", url) as first:
        return [first.post("/v1/sites", {"name": name})["code"] for name in names]


def lines_of(daemon, site=None):
    query = f"?limit=500&site={site}" if site else "?limit=500"
    return daemon.get("/v1/journal" + query)["items"]


def test_the_site_is_said_on_the_command_line(cluster):
    with Daemon("--database", cluster.database()) as daemon:
        status, out, err = temoin(daemon, "site", "add", "Chabanière")
        assert status == 0 and "Chabanière" in out and "site = B" in err
        code = re.search(r"site = (\w+)", err)[1]
        daemon.stop()
        daemon.options += ["--site", f"{code[:4]}-{code[4:]}".lower()]
        daemon.start()
        assert re.search(rf"{code[:4]}-{code[4:]} +Chabanière +oui", temoin(daemon, "site", "list")[1])
        person = daemon.post("/v1/persons", {"name": "Anne Durand"})["code"]
        own = lines_of(daemon, code)
        assert [line["number"] for line in own] == list(range(1, len(own) + 1))
        assert own[-1]["subjects"] == person and {line["site"] for line in own} == {code}
        assert {line["site"] for line in lines_of(daemon)} == {None, code}


def test_a_site_that_is_not_there_is_refused(cluster):
    url = cluster.database()
    for site, said in (("BBCDFGHJ", "typing mistake|faute"), ("TBCDFGHK", "site"), ("B", "8")):
        with pytest.raises(RuntimeError) as refused, Daemon("--database", url, "--site", site):
            pass
        assert re.search(said, str(refused.value))
    with Daemon("--database", url) as daemon:
        first = daemon.post("/v1/sites", {"name": "Mornant"})["code"]
        status, _, problem = daemon.request("POST", "/v1/sites", {"name": "Mornant"})
        assert (status, problem["code"]) == (409, "site_known")
    with pytest.raises(RuntimeError) as refused, Daemon("--database", cluster.database(), "--site", first):
        pass
    assert "no site " + first in str(refused.value)


def test_each_site_has_its_chain_and_verify_names_it(cluster):
    url = cluster.database()
    name = re.search(r"/(d\d+)\?", url)[1]
    here, there = new_sites(url, "Mornant", "Soucieu")
    with Daemon("--database", url, "--site", here) as one, Daemon("--database", url, "--site", there) as other:
        for i in range(6):
            (one, other)[i % 2].post("/v1/persons", {"name": f"Personne {i}"})
        for site in (here, there):
            numbers = [line["number"] for line in lines_of(one, site)]
            assert numbers == list(range(1, len(numbers) + 1)) and len(numbers) >= 3
        assert [chain["site"] for chain in one.get("/v1/journal/verify")["sites"]] == [None, *sorted((here, there))]
        page = one.get(f"/v1/journal?site={here}&limit=2")
        assert page["next"] == "2"
        assert one.get(f"/v1/journal?site={here}&limit=2&after=2")["items"][0]["number"] == 3
        assert "entier" in temoin(one, "journal", "verify")[1]
        cluster.sql(f"UPDATE journal SET reason = 'autre' WHERE site = '{there}' AND number = 2", name)
        report = one.get("/v1/journal/verify")
        assert (report["ok"], report["site"], report["first_bad"], report["problem"]) == (False, there, 2, "hash")
        status, _, err = temoin(one, "journal", "verify")
        assert status == 3 and f"ligne 2 (lieu {there[:4]}-{there[4:]})" in err
        assert temoin(one, "journal", "verify", "--site", here)[0] == 0
        with pytest.raises(Problem) as refused:
            one.get("/v1/journal/verify?site=BBBBBBBB")
        assert refused.value.status in (400, 404)


def test_two_benches_on_one_register(cluster):
    url = cluster.database()
    here, there = new_sites(url, "Mornant", "Soucieu")
    with Fleet(TABLET.format(name="A", serial="R9SITE0001")) as desk, \
            Fleet(TABLET.format(name="B", serial="R9SITE0002")) as annex:
        with Daemon("--database", url, "--site", here, env=desk.env(), bench=True) as one, \
                Daemon("--database", url, "--site", there, env=annex.env(), bench=True) as other:
            tablets = [one.post("/v1/items", {"serial": f"R9SITE000{i}", "model": "Galaxy Tab A9"})["code"] for i in (1, 2)]
            for i, daemon in enumerate((one, other), 1):  # its serial number has been read
                until(lambda daemon=daemon, i=i: [slot["serial"] for slot in daemon.get("/v1/bench")["items"]] == [f"R9SITE000{i}"])
            wipes = [daemon.post("/v1/wipes", {"item": tablet})
                     for daemon, tablet in zip((one, other), tablets)]
            assert [(wipe["site"], wipe["port"]) for wipe in wipes] == [(here, "1-1"), (there, "1-1")]
            status, _, problem = one.request("POST", "/v1/wipes", {"item": tablets[1]})
            assert (status, problem["code"]) == (409, "wipe_running")
            status, _, problem = one.request("POST", "/v1/cancellations", {"wipe": wipes[1]["code"]})
            assert (status, problem["code"]) == (409, "wipe_elsewhere") and problem["fr"]
            other.kill()
            other.start()
            other.post("/v1/cancellations", {"wipe": wipes[1]["code"]})
            one.post("/v1/cancellations", {"wipe": wipes[0]["code"]})
            for daemon, tablet in ((one, tablets[1]), (other, tablets[0])):
                assert daemon.get(f"/v1/objects/{tablet}")["state"] == "to_wipe"
        with Daemon("--database", url, "--site", here, env=desk.env(), bench=True) as one, \
                Daemon("--database", url, "--site", here, env=annex.env(), bench=True) as twin:
            assert (one.request("GET", "/v1/bench")[0], twin.request("GET", "/v1/bench")[0]) == (200, 503)
            assert "another daemon of this site drives the bench" in twin.said()


def test_users_are_those_of_a_machine(cluster):
    url = cluster.database()
    nobody = pwd.getpwnam("nobody").pw_uid
    here, there = new_sites(url, "Mornant", "Soucieu")
    with Daemon("--database", url, "--site", here) as one, Daemon("--database", url, "--site", there) as other:
        first = one.post("/v1/accounts", {"name": "Amina Diallo", "uid": nobody, "role": "agent"})
        second = other.post("/v1/accounts", {"name": "Bruno Durand", "uid": nobody, "role": "reader"})
        assert (first["site"], second["site"]) == (here, there)
        status, _, problem = one.request("POST", "/v1/accounts", {"name": "X", "uid": nobody, "role": "agent"})
        assert (status, problem["code"]) == (409, "account_known")
        everywhere = one.post("/v1/accounts", {"name": "Chef", "uid": nobody + 1, "role": "admin", "all_sites": True})
        assert everywhere["site"] is None
        status, _, problem = one.request("POST", "/v1/accounts/site", {"account": second["code"], "site": here})
        assert (status, problem["code"]) == (409, "account_taken")
        status, out, _ = temoin(one, "account", "move", everywhere["code"], "--site", there)
        assert status == 0 and f"{there[:4]}-{there[4:]}" in out
        assert "account.move" in {line["verb"] for line in lines_of(one, here)}
        mine = [account["site"] for account in one.get("/v1/accounts")["items"] if account["uid"] == os.geteuid()]
        assert mine == [None]  # made where there was no site yet


def test_one_file_has_one_daemon(tmp_path):
    """Whatever their state directories; and a daemon that was killed leaves no lock."""
    file = f"sqlite:{tmp_path}/register.db"
    with Daemon("--database", file) as first:
        first.post("/v1/persons", {"name": "Anne Durand"})
        with pytest.raises(RuntimeError) as refused, Daemon("--database", file):
            pass
        assert "another temoind already works on" in str(refused.value)
        assert temoin(first, "backup", str(tmp_path / "copy.db"))[0] == 0
        first.kill()
        with Daemon("--database", file, demo=False) as second:
            assert [person["name"] for person in second.get("/v1/persons")["items"]] == ["Anne Durand"]
