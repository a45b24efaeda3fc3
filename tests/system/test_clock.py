"""A machine's clock that went back: nothing is dated before what it follows, until an administrator says that the clock is right."""

import subprocess
import time

import pytest

from daemon import Daemon
from test_cli import TEMOIN, environment


def temoin(daemon, *words):
    return subprocess.run([TEMOIN, "--socket", daemon.socket_path, *words], capture_output=True, text=True, timeout=30,
                          env=environment(TEMOIN_LANG="fr"), check=False)


def set_back(daemon):
    """A year lived ahead of the machine's clock is over: as after a flat battery."""
    daemon.post("/v1/demo/clock", {"day": f"{time.gmtime().tm_year + 1}-06-01"})
    daemon.post("/v1/persons", {"name": "Anne Durand"}, key="before-the-clock")
    daemon.stop()
    daemon.edit("DELETE FROM setting WHERE key = 'demo_clock_offset_s'")
    daemon.start()


@pytest.fixture()
def daemon():
    with Daemon() as made:
        yield made


def test_a_clock_that_went_back_is_refused_until_it_is_confirmed(daemon):
    assert daemon.request("POST", "/v1/clock/confirm", {})[2]["code"] == "clock_not_back"
    set_back(daemon)
    before = daemon.get("/v1/journal/verify")
    for path, body in (("/v1/persons", {"name": "Bo Petit"}), ("/v1/imports?kind=persons", b"name\nBo Petit\n")):
        status, _, problem = daemon.request("POST", path, body)
        assert (status, problem["code"]) == (503, "clock_backwards"), problem
        assert "reculé" in problem["fr"] and "clock confirm" in problem["en"]
        assert str(time.gmtime().tm_year + 1) in problem["fr"]
    # reading goes on, and so does the answer that a key has had
    status, headers, answer = daemon.request("POST", "/v1/persons", {"name": "Anne Durand"}, {"Idempotency-Key": "before-the-clock"})
    assert status == 201 and headers["Idempotency-Replayed"] == "true"
    assert daemon.get(f"/v1/objects/{answer['code']}")["name"] == "Anne Durand"
    assert daemon.get("/v1/journal/verify") == before
    # the banner
    status, _, health = daemon.request("GET", "/healthz")
    assert (status, health["ok"], health["last_error"]) == (503, False, "clock_backwards")
    told = temoin(daemon, "doctor")
    assert told.returncode == 3 and "recul" in told.stdout
    # confirmed: once, with the reason kept
    assert temoin(daemon, "clock", "confirm", "--preview").returncode == 0
    status, headers, _ = daemon.request("POST", "/v1/persons", {"name": "Bo Petit"})
    assert (status, headers["Retry-After"]) == (503, "1")
    done = temoin(daemon, "clock", "confirm", "--comment", "pile changée")
    assert done.returncode == 0 and "confirmée" in done.stdout
    daemon.post("/v1/persons", {"name": "Bo Petit"})
    assert daemon.get("/healthz")["ok"] and temoin(daemon, "doctor").returncode == 0
    assert daemon.get("/v1/journal/verify")["ok"]
    lines = daemon.get("/v1/journal?limit=100")["items"]
    confirmed, = [line for line in lines if line["verb"] == "clock.confirm"]
    ahead, = [line for line in lines if line["verb"] == "demo.clock"]
    assert confirmed["reason"] == "pile changée" and confirmed["at"] < lines[lines.index(ahead) + 1]["at"]
    assert daemon.request("POST", "/v1/clock/confirm", {})[2]["code"] == "clock_not_back"


def test_a_demonstration_may_be_moved_forward_again(daemon):
    set_back(daemon)
    daemon.post("/v1/demo/clock", {"day": f"{time.gmtime().tm_year + 2}-06-01"})
    daemon.post("/v1/persons", {"name": "Bo Petit"})
    assert daemon.get("/healthz")["ok"]
