"""What a crash leaves of temoind and temoin-modem, and what another process of the same user may read of them, while codes are in their memory:
nothing. Both run as a user without rights here, in a folder where the kernel would put their core files, with no limit on those."""

import contextlib
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile

import pytest
from daemon import BUILD
from fleet import OPERATOR, Fleet, modem
from test_modem_bench import SECONDS, Desk, Till, cards, children, iccid

NOBODY = 65534
PIN, CODE = "73915046", "74185296307418"
MODEM = os.path.join(os.getcwd(), BUILD, "temoin-modem")
PIN_ENTER = 1  # its place among the jobs of daemon/devices/modem.h
LOOK = "import sys; open(sys.argv[1], 'rb').close()"


def as_nobody(*command):
    return ["setpriv", "--reuid", str(NOBODY), "--regid", str(NOBODY), "--clear-groups", *command]


def in_place(place, *command):
    """The same, where a core file may be written."""
    return ["env", "-C", str(place), "prlimit", "--core=unlimited:unlimited", *as_nobody(*command)]


def may_look(pid):
    """May another process of the same user open the memory of that one?"""
    return subprocess.run(as_nobody(sys.executable, "-c", LOOK, f"/proc/{pid}/mem"), stderr=subprocess.DEVNULL, check=False).returncode == 0


def crash(pid, how):
    """Did the kernel write or pipe a core of it? The process is a child of ours."""
    os.kill(pid, how)
    _, status = os.waitpid(pid, 0)
    assert os.WIFSIGNALED(status) and os.WTERMSIG(status) == how
    return os.WCOREDUMP(status)


def holds(pid, text):
    """Is it in the memory of that process? As root."""
    with open(f"/proc/{pid}/maps", encoding="ascii") as maps, open(f"/proc/{pid}/mem", "rb") as memory:
        for line in maps:
            span, rights = line.split()[:2]
            if not rights.startswith("rw"):
                continue
            first, last = (int(number, 16) for number in span.split("-"))
            memory.seek(first)
            with contextlib.suppress(OSError):  # a guard page
                if text.encode() in memory.read(last - first):
                    return True
    return False


def open_to_all(folder):
    for where, folders, names in os.walk(folder):
        for name in [".", *folders, *names]:
            with contextlib.suppress(OSError):  # a link to nowhere
                os.chmod(os.path.join(where, name), 0o777)


@pytest.fixture(name="place")
def make_place():
    """A folder of that user's. Skips, and says why, where nothing would be proven."""
    if os.environ.get("SAN"):
        pytest.skip("a sanitizer looks into its own process")
    if os.geteuid() != 0:
        pytest.skip("only root can start a program as another user")
    if subprocess.run(as_nobody("test", "-x", MODEM), check=False).returncode != 0:
        pytest.skip("the programs are where another user cannot reach them")
    place = pathlib.Path(tempfile.mkdtemp(prefix="memory."))
    os.chown(place, NOBODY, NOBODY)
    os.chmod(place, 0o755)
    try:
        with subprocess.Popen(in_place(place, "sh", "-c", "echo; exec sleep 60"), stdout=subprocess.PIPE) as control:
            control.stdout.readline()
            looked, cored = may_look(control.pid), crash(control.pid, signal.SIGABRT)
            control.returncode = -signal.SIGABRT
        if not looked or not cored:
            pytest.skip("this machine writes no core of any program, or hides every memory")
        for name in os.listdir(place):
            (place / name).unlink()
        yield place
    finally:
        shutil.rmtree(place)


@contextlib.contextmanager
def modem_with_a_pin(place, fleet):
    """A temoin-modem that has told that it sends the PIN, to a modem that does not answer."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        open_to_all(fleet.folder)
        words = in_place(place, "bash", "-c", f"exec {MODEM} 3<&{theirs.fileno()}")
        with subprocess.Popen(words, env=fleet.env(), pass_fds=[theirs.fileno()]) as process, ours.makefile("rw") as talk:
            ours.settimeout(SECONDS)

            def ask(**request):
                talk.write(json.dumps(request) + "\n")
                talk.flush()

            def wait(**wanted):
                while not wanted.items() <= json.loads(talk.readline()).items():
                    pass

            ask(ask="open", id=1, node=fleet.node("M1"))
            wait(tell="state", state="pin_locked")
            fleet.arm("M1", "silent@pin-set")
            ask(ask="pin", id=2, job=PIN_ENTER, iccid=iccid(1), imei="350000000000001", pin=PIN)
            wait(tell="sent", id=2)
            fleet.wait("M1", "armed=0")
            try:
                yield process
            finally:
                if process.returncode is None:
                    process.kill()


def assert_hidden(pid, text):
    assert holds(pid, text)  # there is something to be seen
    assert os.stat(f"/proc/{pid}/mem").st_uid == 0  # the kernel's sign that it may not be dumped
    assert not may_look(pid)


@pytest.mark.parametrize("how", [signal.SIGSEGV, signal.SIGABRT])
def test_a_modem_process_takes_its_pin_with_it(place, how):
    with Fleet(OPERATOR + cards(1, pin_enabled="true", pin=PIN) + modem(1)) as fleet, modem_with_a_pin(place, fleet) as process:
        assert_hidden(process.pid, PIN)
        assert not crash(process.pid, how) and os.listdir(place) == []
        process.returncode = -how


@pytest.mark.usefixtures("on_a_file")
@pytest.mark.parametrize("how", [signal.SIGSEGV, signal.SIGABRT])
def test_the_daemon_takes_its_codes_with_it(place, how):
    text = OPERATOR.replace("code 11111111111111", f"code {CODE}") + cards(1) + modem(1, late_seconds=30)
    desk = Desk(text, place)
    (place / "daemon").mkdir()
    os.chown(place / "daemon", NOBODY, NOBODY)
    open_to_all(desk.fleet.folder)
    desk.daemon.folder = str(place / "daemon")
    desk.daemon.before = in_place(place)
    with desk:
        shop = Till(desk)
        desk.wait_modem(lambda m: m["state"] == "online")
        shop.voucher(CODE)
        desk.fleet.arm("M1", "late@topup")
        shop.recharge()
        desk.fleet.wait("M1", "armed=0")
        for pid in [desk.daemon.process.pid, *children(desk)]:
            assert_hidden(pid, CODE)
        assert not crash(desk.daemon.process.pid, how)
        desk.daemon.process.returncode = -how
        desk.daemon.kill()
        cores = [name for where, _, names in os.walk(place) for name in names if name.startswith("core")]
        assert cores == []
