"""Moving a register between SQLite and PostgreSQL, as an administrator does it; and what is refused."""

import os
import subprocess
import time

import pytest

from daemon import BUILD, Daemon, Problem

TEMOIN = os.path.join(os.getcwd(), BUILD, "temoin")
PEOPLE = 40
WAIT_SECONDS = 60


def temoin(daemon, *words):
    command = [TEMOIN, "--socket", daemon.socket_path, "--lang", "fr", *words]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout, done.stderr


def live_a_little(daemon):
    """Loans, a return, money, a search: what must be there afterwards."""
    fund = daemon.post("/v1/funds", {"name": "Fondation", "amount": "500", "from": "2026-01-01", "to": "2027-12-31",
                                     "strand": "connection"})["code"]
    people = [daemon.post("/v1/persons", {"name": f"Zoé Lévêque {i}"})["code"] for i in range(PEOPLE)]
    tablets = [daemon.ready_tablet(f"R9MOVE{i:04}") for i in range(4)]
    loans = [daemon.post("/v1/loans", {"person": person, "things": [tablet]})["code"]
             for person, tablet in zip(people, tablets)]
    daemon.post("/v1/returns", {"thing": tablets[0], "pieces": {"all": "present"}})
    line = daemon.post("/v1/sims", {"iccid": "8933010000000000019", "msisdn": "06 39 98 00 20"})["code"]
    daemon.post("/v1/recharges", {"line": line, "amount": "9,90", "fund": fund})
    return people + tablets + loans + [fund]


def picture(daemon, codes):
    """What the register says of all this, and its journal."""
    objects = {code: daemon.get(f"/v1/objects/{code}") for code in codes}
    journal = daemon.get("/v1/journal?limit=500")["items"]
    found = sorted(item["code"] for item in daemon.get("/v1/find?q=leveque&limit=200")["items"])
    return objects, journal, found


def moved_to(daemon, url):
    daemon.stop()
    daemon.options = ["--database", url]
    return daemon.start()


def test_to_postgresql_and_back_to_a_file(cluster, tmp_path):
    with Daemon() as daemon:
        codes = live_a_little(daemon)
        before = picture(daemon, codes)
        url = cluster.database()
        status, out, err = temoin(daemon, "migrate", "--to", url, "--yes", "--comment", "plusieurs lieux")
        assert (status, err) == (0, "") and "toutes identiques" in out and "500,00 € accordés, 9,90 € dépensés" in out
        with pytest.raises(Problem) as held:
            daemon.post("/v1/persons", {"name": "Trop tard"})
        assert (held.value.status, held.value.body["code"]) == (503, "register_held")
        assert picture(daemon, codes) == before  # it still reads, and the file is as it was
        assert "fait" in temoin(daemon, "migrate", "status")[1]
        moved_to(daemon, url)
        objects, journal, found = picture(daemon, codes)
        assert (objects, journal[:-1], found) == before
        assert (journal[-1]["verb"], journal[-1]["reason"]) == ("register.move", "plusieurs lieux")
        assert daemon.get("/v1/journal/verify")["ok"]
        daemon.post("/v1/persons", {"name": "Zoé Lévêque encore"})
        back = f"sqlite:{tmp_path}/back.db"
        assert temoin(daemon, "migrate", "--to", back, "--yes")[0] == 0
        after = picture(daemon, codes)
        moved_to(daemon, back)
        assert picture(daemon, codes)[0] == after[0] and picture(daemon, codes)[2] == after[2]
        assert daemon.get("/v1/journal/verify")["ok"] and len(after[2]) == PEOPLE + 1
        assert [name for name in os.listdir(tmp_path) if "moving" in name] == []


def test_what_is_not_empty_is_refused_and_left_alone(cluster, tmp_path):
    used = cluster.database()
    with Daemon("--database", used) as owner:
        owner.post("/v1/persons", {"name": "Anne Durand"})
    file = tmp_path / "other.db"
    file.write_text("Dear diary")
    with Daemon() as daemon:
        for address in (used, f"sqlite:{file}"):
            status, out, err = temoin(daemon, "migrate", "--to", address, "--yes")
            assert (status, out) == (1, "") and "pas vide" in err and "(move_not_empty)" in err
            daemon.post("/v1/persons", {"name": "On continue"})
        for address, code in (("mysql://x", "move_address"), ("sqlite:relative.db", "move_address")):
            assert f"({code})" in temoin(daemon, "migrate", "--to", address, "--yes")[2]
            assert f"({code})" in temoin(daemon, "migrate", "--to", address)[2]  # refused before anybody is asked
        status, _, err = temoin(daemon, "migrate", "--to", "postgresql://x:SECRET@/x?host=/no/such/folder", "--yes")
        assert status == 1 and "(move_unreachable)" in err and "SECRET" not in err + daemon.said()
        assert temoin(daemon, "migrate", "--to", used)[0] == 2  # nobody was asked
        assert "Rien ne s'y oppose" in temoin(daemon, "migrate", "--to", cluster.database(), "--preview")[1]
    assert file.read_text() == "Dear diary"
    with Daemon("--database", used) as owner:
        assert [person["name"] for person in owner.get("/v1/persons")["items"]] == ["Anne Durand"]


def test_damaged_register_stays_where_it_is(cluster):
    url, target = cluster.database(), cluster.database()
    with Daemon("--database", url) as daemon:
        daemon.post("/v1/persons", {"name": "Anne Durand"})
        cluster.sql("UPDATE journal SET reason = 'autre' WHERE number = 2", url.split("/")[3].split("?")[0])
        status, _, err = temoin(daemon, "migrate", "--to", target, "--yes")
        assert status == 1 and "(move_differs)" in err
        assert cluster.sql("SELECT count(*) FROM pg_class WHERE relname = 'person'", target.split("/")[3].split("?")[0]) == "0"


def test_a_daemon_that_is_killed_leaves_an_empty_database(cluster):
    target = cluster.database()
    name = target.split("/")[3].split("?")[0]
    with Daemon() as daemon:
        live_a_little(daemon)
        cluster.sql("CREATE TABLE hold (n INTEGER)", name)  # refused: this is how far it came
        assert temoin(daemon, "migrate", "--to", target, "--yes")[0] == 1
        cluster.sql("DROP TABLE hold", name)
        daemon.done("POST", "/v1/migrations", {"to": target})
        daemon.kill()
        daemon.start()
        end = time.monotonic() + WAIT_SECONDS  # the server notices that its client is gone
        while int(cluster.sql(f"SELECT count(*) FROM pg_stat_activity WHERE datname = '{name}' AND pid <> pg_backend_pid()", name)):
            assert time.monotonic() < end
        tables = cluster.sql("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'", name)
        daemon.post("/v1/persons", {"name": "On continue"})
        assert daemon.get("/v1/migrations")["state"] == "none"
        # killed before the commit there is nothing; after it, everything
        if tables == "0":
            assert temoin(daemon, "migrate", "--to", target, "--yes")[0] == 0
        else:
            assert "(move_not_empty)" in temoin(daemon, "migrate", "--to", target, "--yes")[2]
