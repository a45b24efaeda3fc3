"""temoin-modem started by systemd, a process a connection, as daemon/system/temoin-modem.socket says; here by systemd-socket-activate, on emulated modems."""

import configparser
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time

import pytest
from daemon import BUILD
from test_modem_bench import SECONDS, Desk, children, iccid, scenario

ACTIVATE = shutil.which("systemd-socket-activate")
MODEM = os.path.join(os.getcwd(), BUILD, "temoin-modem")
PORTS = ["3-1.1", "3-1.2"]


def unit(name):
    parsed = configparser.ConfigParser(strict=False, interpolation=None)
    parsed.optionxform = str
    parsed.read(os.path.join("daemon", "system", name))
    return parsed


def test_the_units_and_the_daemon_agree():
    listens, service = unit("temoin-modem.socket")["Socket"], unit("temoin-modem@.service")["Service"]
    with open("daemon/system/temoin.conf", encoding="utf-8") as file:
        assert f"modem_socket = {listens['ListenStream']}\n" in file.read()
    assert listens["Accept"] == "yes" and service["ExecStart"] == "@PREFIX@/sbin/temoin-modem" and service["User"] == "temoin-modem"
    assert "StandardInput" not in service  # the connection is descriptor 3


def is_alive(pid):
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii") as file:
            return file.read().rpartition(")")[2].split()[0] != "Z"  # it reaps only when it is told of another connection
    except OSError:
        return False


def wait_until(question):
    end = time.monotonic() + SECONDS
    while not question():
        assert time.monotonic() < end
        time.sleep(0.05)  # asked again: processes begin and end


class Activator:
    """A desk whose modems are reached by a socket, and systemd-socket-activate, which listens there once it is started."""

    def __init__(self, folder, tmp_path):
        self.path = os.path.join(folder, "modem.sock")
        self.desk = Desk(scenario(len(PORTS)), tmp_path, config=f"modem_socket = {self.path}\noperator_s = 2\n")
        self.process = None

    def listen(self):
        env = self.desk.fleet.env()
        words = [f"--setenv={name}={env[name]}" for name in ("LD_PRELOAD", "UMOCKDEV_DIR", "ASAN_OPTIONS", "LSAN_OPTIONS") if name in env]
        self.process = subprocess.Popen([ACTIVATE, "--accept", f"--listen={self.path}", *words, MODEM], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def running(self):
        """The processes that it has started and that live."""
        pid = self.process.pid
        with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as file:
            return [int(child) for child in file.read().split() if is_alive(int(child))]

    def stop(self):
        if self.process is not None:
            self.process.terminate()
            self.process.wait()
        self.desk.fleet.stop()


@pytest.fixture(name="activator")
def make_activator(tmp_path):
    if ACTIVATE is None:
        pytest.skip("systemd-socket-activate is missing (Debian: systemd)")
    folder = tempfile.mkdtemp(prefix="socket.")  # short, as the paths of sockets must be
    made = Activator(folder, tmp_path)
    try:
        yield made
    finally:
        made.stop()
        shutil.rmtree(folder)


def test_each_modem_has_its_process_and_gets_another_when_it_dies(activator):
    activator.listen()
    wait_until(lambda: os.path.exists(activator.path))
    desk = activator.desk
    with desk:
        for number, port in enumerate(PORTS, 1):
            desk.wait_modem(lambda m, number=number: m["state"] == "online" and m["iccid"] == iccid(number), port)
        first = activator.running()
        assert len(first) == len(PORTS) and {os.readlink(f"/proc/{pid}/exe") for pid in first} == {os.path.realpath(MODEM)}
        assert children(desk) == []  # temoind starts none where systemd does
        assert {desk.done("/v1/modems/identify", {"port": port})["verdict"] for port in PORTS} == {"new"}
        os.kill(first[0], signal.SIGKILL)
        wait_until(lambda: "faulted" in [m["state"] for m in desk.modems().values()])
        hurt = [m["port"] for m in desk.modems().values() if m["state"] == "faulted"]
        assert len(hurt) == 1 and desk.modems()[hurt[0]]["reason"] == "modem_crashed"
        well = next(port for port in PORTS if port not in hurt)
        assert desk.done("/v1/modems/identify", {"port": well})["state"] == "ok"
        desk.wait_modem(lambda m: m["state"] == "online", hurt[0])
        assert desk.done("/v1/modems/identify", {"port": hurt[0]})["state"] == "ok"
        second = activator.running()
        assert len(second) == len(PORTS) and first[1] in second and first[0] not in second
        desk.daemon.stop()
        wait_until(lambda: activator.running() == [])  # its end is theirs
        desk.daemon.start()
        desk.wait_modem(lambda m: m["state"] == "online")


def test_a_socket_on_which_nobody_answers_is_told_and_tried_again(activator):
    with socket.socket(socket.AF_UNIX) as left:  # as a crash leaves it
        left.bind(activator.path)
    desk = activator.desk
    with desk:
        found = desk.wait_modem(lambda m: m["state"] == "faulted")
        assert activator.path in found["detail"] and found["todo_fr"] and children(desk) == [], found
        activator.listen()
        desk.wait_modem(lambda m: m["state"] == "online")
        assert desk.done("/v1/modems/identify", {"port": PORTS[0]})["state"] == "ok"
