"""The emulated modem: judged by stock mbimcli and libmbim, and by a host of the tests' own that speaks raw bytes."""

import ctypes
import json
import os
import subprocess
import time

import pytest

import mbim
from daemon import Daemon
from fleet import HOME, OPERATOR, Fleet, FleetError, card, modem, modems
from mbim import BASIC, EXTENSIONS, PHONEBOOK, SMS, USSD, Host, text, words

SECONDS = 60
LOCKED = "ready=6"
PIN = {"pin_enabled": "true"}


# ---- hosts ----

def mbimcli(fleet, *arguments, name="M1", before=()):
    return subprocess.run([*before, "mbimcli", "-d", fleet.node(name), *arguments], env=fleet.env(stock=True),
                          capture_output=True, text=True, timeout=SECONDS, check=False)


def fields(done):
    """'Ready state: 'initialized'' and so on, as a dictionary."""
    assert done.returncode == 0, done
    pairs = (line.split(":", 1) for line in done.stdout.splitlines() if ": '" in line)
    return {name.strip(): value.strip(" '") for name, value in pairs}


class Libmbim:
    """libmbim_host.py, one operation after the other."""

    def __init__(self, fleet, *options, name="M1"):
        script = os.path.join(os.path.dirname(__file__), "libmbim_host.py")
        self.process = subprocess.Popen(["/usr/bin/python3", script, fleet.node(name), *options],
                                        env=fleet.env(stock=True), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout.readline() == "open\n"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        try:
            self.process.wait(SECONDS)
        finally:
            self.process.kill()
            self.process.wait()
            self.process.stdout.close()

    def ask(self, operation):
        self.process.stdin.write(operation + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())


@pytest.fixture(name="start")
def make_start():
    """Call it with a scenario: it starts a fleet whose M1 is on its network unless told otherwise."""
    started = []

    def start(scenario, until=HOME):
        fleet = Fleet(scenario)
        fleet.start()
        started.append(fleet)
        if until is not None:
            fleet.wait("M1", until)
        return fleet

    yield start
    for fleet in started:
        fleet.stop()


@pytest.fixture(name="opened")
def make_opened(start):
    """The same, with an open Host on M1: (fleet, host)."""
    hosts = []

    def opened(scenario, until=HOME):
        fleet = start(scenario, until)
        host = Host(fleet, "M1").__enter__()
        hosts.append(host)
        assert host.open() == 0
        return fleet, host

    yield opened
    for host in hosts:
        host.__exit__()


def ascii_text(payload):
    """The text of a 7-bit payload that is ASCII but for what the alphabet moves."""
    number = int.from_bytes(payload, "little")
    units = [(number >> (7 * i)) & 0x7f for i in range(len(payload) * 8 // 7)]
    return "".join(chr(unit) for unit in units).rstrip("\r").rstrip("\0")


# ---- stock tools ----

def test_mbimcli_reads_what_the_scenario_says(start):
    fleet = start(modems(1))
    caps = fields(mbimcli(fleet, "--query-device-caps"))
    assert (caps["Device ID"], caps["Hardware info"], caps["SMS caps"]) == \
        ("350000000000001", "EM7455", "pdu-receive, pdu-send")
    ready = mbimcli(fleet, "--query-subscriber-ready-status")
    assert fields(ready)["Ready state"] == "initialized"
    assert fields(ready)["Subscriber ID"] == "208010000000001"
    assert fields(ready)["SIM ICCID"] == "8933010000000000001"
    assert "(1) '+33639980001'" in ready.stdout
    registered = fields(mbimcli(fleet, "--query-registration-state"))
    assert (registered["Register state"], registered["Provider ID"]) == ("home", "20801")
    assert fields(mbimcli(fleet, "--query-home-provider"))["Provider name"] == "Orange F"
    assert "Orange F" in mbimcli(fleet, "--query-visible-providers").stdout
    assert fields(mbimcli(fleet, "--query-signal-state"))["RSSI [0-31,99]"] == "21"
    assert fields(mbimcli(fleet, "--query-packet-service-state"))["Packet service state"] == "attached"
    services = mbimcli(fleet, "--query-device-services").stdout
    assert all(name in services for name in ("'basic-connect'", "'sms'", "'ussd'", "'phonebook'"))
    assert mbimcli(fleet, "--query-emergency-mode").returncode == 1  # a command that it does not have
    state = fleet.state("M1")
    assert (state["protocol_errors"], state["open"]) == ("0", "0")


def test_mbimcli_gives_pins_and_the_card_counts(start):
    fleet = start(modems(1, sim=PIN), LOCKED)
    assert fields(mbimcli(fleet, "--query-pin-state"))["Remaining attempts"] == "3"
    assert "Mode: 'enabled'" in mbimcli(fleet, "--query-pin-list").stdout
    assert mbimcli(fleet, "--enter-pin=9999").returncode == 1
    assert fields(mbimcli(fleet, "--query-pin-state"))["Remaining attempts"] == "2"
    assert mbimcli(fleet, "--enter-pin=12345678901").returncode == 1  # no PIN at all: costs nothing
    assert fleet.state("S1")["pin_left"] == "2"
    assert fields(mbimcli(fleet, "--enter-pin=1234"))["PIN state"] == "unlocked"
    fleet.wait("M1", HOME)
    assert fleet.state("S1")["pin_left"] == "3"
    for _ in range(3):
        assert mbimcli(fleet, "--change-pin=9999,4321").returncode == 1
    locked = fields(mbimcli(fleet, "--query-pin-state"))
    assert (locked["PIN type"], locked["Remaining attempts"]) == ("puk1", "10")
    assert mbimcli(fleet, "--enter-puk=00000000,4321").returncode == 1
    assert fields(mbimcli(fleet, "--query-pin-state"))["Remaining attempts"] == "9"
    assert mbimcli(fleet, "--enter-puk=12345678,4321").returncode == 0
    assert mbimcli(fleet, "--disable-pin=4321").returncode == 0
    state = fleet.state("S1")
    assert (state["pin_enabled"], state["pin_left"], state["puk_left"]) == ("0", "3", "10")
    assert mbimcli(fleet, "--enable-pin=4321").returncode == 0
    assert fleet.attempts("S1") == (7, 4, 2, 1)


def test_mbimcli_switches_the_radio(start):
    fleet = start(modems(1, radio="off"), "ready=1")
    assert fields(mbimcli(fleet, "--query-radio-state"))["Software radio state"] == "off"
    assert mbimcli(fleet, "--register-automatic").returncode == 1
    assert fields(mbimcli(fleet, "--set-radio-state=on"))["Software radio state"] == "on"
    fleet.wait("M1", HOME)
    fleet.set("M1", radio="hardware")
    assert fields(mbimcli(fleet, "--set-radio-state=on"))["Hardware radio state"] == "off"
    assert fleet.state("M1")["registration"] == "1"


def test_mbimcli_erases_the_contacts_of_a_card(start):
    fleet = start(modems(1, sim={"contacts": 3}))
    assert "Contact 3" in mbimcli(fleet, "--phonebook-read-all").stdout
    assert mbimcli(fleet, "--phonebook-delete=2").returncode == 0
    assert fleet.state("S1")["contacts"] == "2"
    assert mbimcli(fleet, "--phonebook-delete-all").returncode == 0
    assert fleet.state("S1")["contacts"] == "0"


USIM = "application-id=A0000000871002"


@pytest.mark.parametrize("path,content", [
    ("3F002FE2", "98 33 10 00 00 00 00 00 00 F1"),
    ("7FFF6F07", "08 29 80 10 00 00 00 00 10"),
    ("7FFF6F46", "01 4C 79 63 61" + " FF" * 12),
    ("7FFF6F3E", "0A 0B"),
])
def test_mbimcli_reads_the_files_of_a_card(files, path, content):
    where = f"{USIM},file-path={path}"
    size = len(content.split())
    status = mbimcli(files, f"--ms-query-uicc-file-status={where}").stdout
    assert "Status word 1: 144" in status and f"Item size: {size}\n" in status
    done = mbimcli(files, f"--ms-query-uicc-read-binary={where},read-offset=0,read-size={size}")
    assert done.returncode == 0, done
    assert content.replace(" ", ":") in done.stdout


@pytest.fixture(name="files", scope="module")
def make_files():
    with Fleet(modems(1, sim={"spn": "Lyca", "gid1": "0A0B"}, uicc="true")) as fleet:
        fleet.wait("M1", HOME)
        yield fleet


def test_mbimcli_reads_the_number_of_a_card(files):
    assert "A0:00:00:00:87:10:02" in mbimcli(files, "--ms-query-uicc-application-list").stdout
    where = f"{USIM},file-path=7FFF6F40"
    done = mbimcli(files, f"--ms-query-uicc-read-record={where},record-number=1")
    assert "FF:07:91:33:36:99:08:00:F1:FF" in done.stdout, done
    assert "07:91" not in mbimcli(files, f"--ms-query-uicc-read-record={where},record-number=2").stdout
    nowhere = f"--ms-query-uicc-file-status={USIM},file-path=7FFF6F99"
    assert "Status word 1: 106\n" in mbimcli(files, nowhere).stdout  # 0x6a


@pytest.mark.skipif(os.geteuid() != 0, reason="mbim-proxy obeys root alone, and a network namespace needs root")
def test_mbimcli_goes_through_the_proxy(start):
    fleet = start(modems(1))
    inside = ("unshare", "-n")  # the proxy's socket is of the network namespace: none of another test answers
    done = mbimcli(fleet, "-p", "--query-subscriber-ready-status", before=inside)
    assert fields(done)["SIM ICCID"] == "8933010000000000001"
    assert fleet.state("M1")["opens"] == "1"


def test_libmbim_understands_ussd_sms_and_indications(start):
    fleet = start(modems(1) + card(2))
    with Libmbim(fleet) as host:
        status, (response, session, scheme, payload) = host.ask("ussd 0 a3986c3602")
        assert (status, response, session, scheme) == (0, 1, 1, 0x0f)
        assert ascii_text(bytes.fromhex(payload)).startswith("Solde 4,20 EUR")
        fleet.send("sms S1 555 Bonjour")
        assert host.ask("wait 2 5") == [2, 1]
        assert "MessageStatus = 'new'" in host.ask("read")[1]
        assert "MessageStatus = 'old'" in host.ask("read")[1]
        assert host.ask("delete") == [0, None]
        assert "MessagesCount = '0'" in host.ask("read")[1]
        fleet.send("ussd M1 Hello")
        assert host.ask("wait 3 1") == [0, 0, 0x0f, "c8329bfd06"]
        fleet.insert("M1", "S2")
        assert host.ask("wait 1 2") == [0, None, None, 0, 0, []]
        assert host.ask("wait 1 2")[:3] == [1, "208010000000002", "8933010000000000002"]


def test_libmbim_understands_version_3(start):
    fleet = start(modems(1, extensions=3))
    with Libmbim(fleet, "v3") as host:
        assert host.ask("ready")[1] == [1, 6, "208010000000001", "8933010000000000001", 0, 1, ["+33639980001"]]
    assert fields(mbimcli(fleet, "--query-subscriber-ready-status"))["Ready state"] == "initialized"
    assert fields(mbimcli(fleet, "--device-open-ms-mbimex-v3", "--query-registration-state"))["Register state"] == "home"
    assert fields(mbimcli(fleet, "--device-open-ms-mbimex-v2", "--query-signal-state"))["RSSI [0-31,99]"] == "21"


def test_32_modems_answer_32_mbimcli_at_once(start):
    fleet = start(modems(32), None)
    for number in range(1, 33):
        fleet.wait(f"M{number}", HOME, SECONDS)
    running = [subprocess.Popen(["mbimcli", "-d", fleet.node(f"M{number}"), "--query-subscriber-ready-status"],
                                env=fleet.env(stock=True), stdout=subprocess.PIPE, text=True) for number in range(1, 33)]
    for number, process in enumerate(running, 1):
        said, _ = process.communicate(timeout=SECONDS)
        assert process.returncode == 0 and f"8933010000000{number:06d}" in said


# ---- the bus ----

def test_the_node_has_the_sysfs_chain_of_a_modem(start):
    fleet = start(modems(1) + card(2) + modem(2, driver="qmi_wwan"))
    node = os.path.join(fleet.root, "sys/class/usbmisc/cdc-wdm0")
    interface = os.path.join(node, "device")
    assert os.path.basename(os.path.realpath(interface)) == "3-1.1:1.0"
    assert os.path.basename(os.readlink(os.path.join(interface, "driver"))) == "cdc_mbim"
    assert os.path.exists(os.path.join(fleet.root, "sys/class/net/wwan0/device"))
    other = os.path.join(fleet.root, "sys/class/usbmisc/cdc-wdm1/device/driver")
    assert os.path.basename(os.readlink(other)) == "qmi_wwan"
    fleet.send("unplug M1")
    assert not os.path.lexists(node)
    assert not os.path.lexists(fleet.root + "/dev/cdc-wdm0")


def test_a_modem_comes_back_under_another_node(start):
    fleet = start(modems(2))
    assert (fleet.node("M1"), fleet.node("M2")) == ("/dev/cdc-wdm0", "/dev/cdc-wdm1")
    fleet.send("unplug M1")
    fleet.send("unplug M2")
    fleet.send("plug M2")
    fleet.send("plug M1 3-2.5")
    assert (fleet.node("M1"), fleet.node("M2")) == ("/dev/cdc-wdm1", "/dev/cdc-wdm0")
    fleet.set("M1", node=7)
    fleet.wait("M1", HOME)
    assert fields(mbimcli(fleet, "--query-device-caps"))["Device ID"] == "350000000000001"
    assert fleet.state("M1")["node"] == "/dev/cdc-wdm7"
    with pytest.raises(FleetError, match="no node"):
        fleet.send("set M2 node=7")


def test_an_unplugged_modem_hangs_up(opened):
    fleet, host = opened(modems(1))
    fleet.send("unplug M1")
    with pytest.raises(mbim.Gone):
        host.receive()
    fleet.send("plug M1")
    fleet.wait("M1", HOME)
    assert fields(mbimcli(fleet, "--query-pin-state"))["PIN state"] == "unlocked"


def test_the_bench_of_tablets_leaves_modems_alone(start):
    fleet = start(modems(2) + "[tablet TAB1]\nport=1-1\nserial=R9TESTBENCH1\nplugged=false\n")
    with Daemon(env=fleet.env(), bench=True) as daemon:
        fleet.send("plug TAB1")
        end = time.monotonic() + SECONDS
        while not daemon.get("/v1/bench")["items"]:
            assert time.monotonic() < end, daemon.said()
            time.sleep(0.02)  # the api is asked again: there is no event to wait for from a plain client
        assert [slot["serial"] for slot in daemon.get("/v1/bench")["items"]] == ["R9TESTBENCH1"]


def test_a_modem_is_plugged_and_unplugged_many_times(start):
    fleet = start(modems(1))
    for _ in range(30):
        fleet.send("unplug M1")
        fleet.send("plug M1")
    fleet.wait("M1", HOME)
    assert fields(mbimcli(fleet, "--query-radio-state"))["Software radio state"] == "on"


@pytest.mark.parametrize("name,known", [
    ("unplug NOBODY", "nothing is named NOBODY"),
    ("plug S1", "no sim can do that"),
    ("plug M1", "the cable is in"),
    ("insert M1 S1", "in a modem already"),
    ("insert M1 NOBODY", "no sim NOBODY"),
    ("fail M1 lost@nowhere", "no such step"),
    ("set M1 boot=odd", "cannot be"),
    ("set orange ussd=x", "unknown key"),
    ("ussd M2 x", "on no network"),
    ("sms S9 555 x", "no sim S9"),
])
def test_a_wrong_command_says_why(wrong, name, known):
    with pytest.raises(FleetError, match=known):
        wrong.send(name)


@pytest.fixture(name="wrong", scope="module")
def make_wrong():
    with Fleet(modems(1) + card(2) + modem(2, plugged="false")) as fleet:
        yield fleet


@pytest.mark.parametrize("scenario,known", [
    ("[sim S1]\n", "needs its iccid"),
    ("[modem M1]\nport=3-1\nsim=S1\n", "no sim S1"),
    ("[modem M1]\n", "a port is needed"),
    (modems(1) + "[sim M1]\niccid=89\n", "the name M1 is taken"),
    (modems(1) + card(2) + modem(2, sim="S1"), "in a modem already"),
    ("[operator o]\npages x=y\n", "unknown key"),
    ("[fleet]\nspeed=1\n", "unknown key"),
])
def test_a_wrong_scenario_says_where(scenario, known):
    with pytest.raises(FleetError, match=known):
        Fleet(scenario).start()


# ---- opening ----

def test_open_goes_wrong_in_each_way(start):
    fleet = start(modems(1, open="fails"))
    assert mbimcli(fleet, "--query-device-caps").returncode == 1
    fleet.set("M1", open="refuse", max_transfer=512)  # the kernel says 4096, the modem takes 512
    assert "MaxTransfer" in mbimcli(fleet, "--query-device-caps").stderr
    fleet.set("M1", max_command=512)
    assert mbimcli(fleet, "--query-device-caps").returncode == 0
    fleet.set("M1", max_command=0)  # no ioctl: libmbim reads the descriptors
    assert mbimcli(fleet, "--query-device-caps").returncode == 0
    fleet.set("M1", open="plain", open_ignored=1)
    with Host(fleet, "M1") as host:
        with pytest.raises(mbim.Silence):
            host.open(seconds=0.3)
        assert host.open() == 0
        assert host.close() == 0


def test_a_modem_that_is_open_already_wants_a_close_first(start):
    fleet = start(modems(1, open="stray"))
    assert fields(mbimcli(fleet, "--query-device-caps"))["Device ID"] == "350000000000001"
    state = fleet.state("M1")
    assert (state["opens"], state["closes"]) == ("2", "2")


def test_a_modem_that_restarts_is_not_open_any_more(opened):
    fleet, host = opened(modems(1))
    fleet.send("restart M1")
    host.send(BASIC, 1)
    kind, _, body = host.receive()
    assert (kind, words(body, 1)) == (mbim.FUNCTION_ERROR, (5,))
    assert host.open() == 0
    assert host.ready()[0] in (0, 1)


# ---- faults of commands ----

@pytest.mark.parametrize("step", ["lost@ready", "silent@ready", "lost@any"])
def test_a_lost_answer_never_comes(opened, step):
    fleet, host = opened(modems(1))
    fleet.arm("M1", step)
    with pytest.raises(mbim.Silence):
        host.command(BASIC, 2, seconds=0.3)
    assert host.ready()[0] == 1  # once only


def test_a_lost_answer_was_obeyed_and_a_silent_one_was_not(opened):
    fleet, host = opened(modems(1, sim=PIN), LOCKED)
    for step, tries in (("silent@pin", 0), ("lost@pin", 1)):
        fleet.arm("M1", step)
        with pytest.raises(mbim.Silence):
            host.answer(host.send(BASIC, 4, True, mbim.pack((2, 0, None, None), "9999", "")), 0.3)
        assert fleet.attempts("S1")[0] == tries
    assert host.pin()[3] == 2


def test_a_late_answer_comes_after_the_next_one(opened):
    fleet, host = opened(modems(1, late_seconds=0.3))
    fleet.arm("M1", "late@ready")
    late = host.send(BASIC, 2)
    assert host.command(BASIC, 1)[0] == 0
    assert host.answer(late)[0] == 0


def test_an_answer_comes_twice(opened):
    fleet, host = opened(modems(1))
    fleet.arm("M1", "twice@ready")
    transaction = host.send(BASIC, 2)
    assert host.answer(transaction) == host.answer(transaction)


def test_fragments_are_cut_stalled_and_reordered(opened):
    fleet, host = opened(modems(1, max_transfer=64, late_seconds=0.2))
    assert len(host.command(BASIC, 16)[1]) > 128
    fleet.arm("M1", "cut@ready")
    with pytest.raises(mbim.Silence):
        host.command(BASIC, 2, seconds=0.3)
    host.parts.clear()
    fleet.arm("M1", "stall@ready")
    transaction = host.send(BASIC, 2)
    with pytest.raises(mbim.Silence):
        host.answer(transaction, 0.05)
    assert host.answer(transaction)[0] == 0
    fleet.arm("M1", "reorder@ready")
    host.send(BASIC, 2)
    with pytest.raises(AssertionError, match="out of sequence"):
        host.receive()
    assert mbimcli(fleet, "--query-device-services").returncode == 0


@pytest.mark.parametrize("keys", [{"piece": 7}, {"interleave": "true"}, {"max_transfer": 40, "piece": 5}])
def test_libmbim_bears_odd_transports(start, keys):
    fleet = start(modems(1, **keys))
    assert fields(mbimcli(fleet, "--query-subscriber-ready-status"))["SIM ICCID"] == "8933010000000000001"


@pytest.mark.parametrize("step,plugged", [("unplug@ready", "0"), ("gone@ready", "0"), ("reset@ready", "1")])
def test_the_link_ends_at_a_command(opened, step, plugged):
    fleet, host = opened(modems(1))
    fleet.arm("M1", step)
    host.send(BASIC, 2)
    state = fleet.wait("M1", "open=0")
    assert state["plugged"] == plugged
    if plugged == "0":
        with pytest.raises(mbim.Gone):
            host.receive()


def test_a_command_is_refused(opened):
    fleet, host = opened(modems(1, status=1))
    fleet.arm("M1", "fail@radio")
    assert host.command(BASIC, 3) == (1, b"")
    fleet.arm("M1", "not-opened@radio")
    host.send(BASIC, 3)
    kind, _, body = host.receive()
    assert (kind, words(body, 1)) == (mbim.FUNCTION_ERROR, (5,))
    fleet.set("M1", status=0x77)  # a code that no table has
    assert host.open() == 0
    fleet.arm("M1", "fail@radio")
    assert host.command(BASIC, 3)[0] == 0x77


# ---- the card ----

def test_counters_survive_reinsertion_replugging_and_a_restart(tmp_path):
    scenario = f"[fleet]\nstate_file={tmp_path}/state\n" + modems(2, sim=PIN)
    with Fleet(scenario) as fleet:
        fleet.wait("M1", LOCKED)
        with Host(fleet, "M1") as host:
            host.open()
            assert host.pin(0, "9999") == (2, 2, 1, 2)
            fleet.eject("M1")
            fleet.wait("M1", "ready=2")
            fleet.insert("M1", "S1")
            fleet.wait("M1", LOCKED)
            assert host.pin()[3] == 2
        fleet.send("unplug M1")
        fleet.eject("M1")
        fleet.eject("M2")
        fleet.insert("M2", "S1")  # in another modem
        fleet.wait("M2", LOCKED)
        with Host(fleet, "M2") as host:
            host.open()
            assert host.pin(0, "9999")[3] == 1
    with Fleet(scenario) as fleet:
        fleet.wait("M1", LOCKED)
        with Host(fleet, "M1") as host:
            host.open()
            assert host.pin()[3] == 1
            assert host.pin(0, "9999") == (2, 11, 1, 10)  # the PUK is asked for now
            assert host.pin(0, "1234") == (2, 11, 1, 10)  # the right PIN comes too late
            for left in range(9, 0, -1):
                assert host.pin(0, "00000000", "1234", kind=11)[3] == left
    with Fleet(scenario) as fleet:
        fleet.wait("M1", LOCKED)
        with Host(fleet, "M1") as host:
            host.open()
            assert host.pin()[1:] == (11, 1, 1)
            assert host.pin(0, "00000000", "1234", kind=11)[0] == 2
            assert host.indication(BASIC, 2)[:4] == b"\3\0\0\0"
            assert host.ready()[0] == 3  # dead for ever
            assert host.pin()[0] == 4
    assert os.listdir(tmp_path) == ["state"]


@pytest.mark.parametrize("boot,ready,pin", [
    ("plain", (0, ""), (14, None, None, None)),
    ("locked", (0, ""), (0, 2, 1, 3)),
    ("absent", (2, ""), (14, None, None, None)),
    ("iccid", (0, "8933010000000000001"), (14, None, None, None)),
])
def test_a_booting_card_says_odd_things(opened, boot, ready, pin):
    _, host = opened(modems(1, boot=boot, boot_seconds=1000), None)
    state, imsi, iccid, numbers = host.ready()
    assert (state, imsi, iccid, numbers) == (ready[0], "", ready[1], [])
    assert host.pin() == pin


def test_a_booting_card_may_be_a_status(opened):
    fleet, host = opened(modems(1, boot="status", boot_seconds=1000), None)
    assert host.command(BASIC, 2) == (14, b"")
    fleet.set("M1", boot_seconds=0.05)
    fleet.send("unplug M1")
    fleet.send("plug M1")
    fleet.wait("M1", HOME)


@pytest.mark.parametrize("way,sim,answer", [
    ("plain", {}, (0, 2, 0, 3)),
    ("pin2", {}, (0, 3, 0, 3)),
    ("unknown", {}, (0, 2, 0, 0xffffffff)),
    ("plain", PIN, (0, 2, 1, 3)),
    ("pin2", PIN, (0, 2, 1, 3)),
    ("unknown", PIN, (0, 2, 1, 0xffffffff)),
    ("status", PIN, (5, None, None, None)),
])
def test_modems_speak_of_pins_in_their_ways(opened, way, sim, answer):
    _, host = opened(modems(1, sim=sim, pin_query=way), LOCKED if sim else HOME)
    assert host.pin() == answer


@pytest.mark.parametrize("keys,raw", [
    ({"iccid_form": "upper-f"}, "8933010000000000001F"),
    ({"iccid_form": "lower-f"}, "8933010000000000001f"),
    ({"iccid_form": "swapped"}, "983310000000000000F1"),
    ({"iccid": "893301000000000001", "iccid_form": "lower-f"}, "893301000000000001f"),
    ({"iccid": "89330100000000000018"}, "89330100000000000018"),
    ({"iccid": "898601A1000000000001"}, "898601A1000000000001"),
])
def test_identifiers_have_many_forms(opened, keys, raw):
    _, host = opened(modems(1, sim=keys))
    assert host.ready()[2] == raw


def test_a_card_may_keep_its_numbers_to_itself(opened):
    fleet, host = opened(modems(1, sim={"numbers": ""}))
    assert host.ready()[3] == []
    fleet.set("S1", numbers="+33639980001,+33639980002", protect="true")
    status, info = host.command(BASIC, 2)
    assert (status, words(info, 2, 20)) == (0, (1, 2))


def test_a_card_goes_out_and_in_slowly_or_fast(opened):
    fleet, host = opened(modems(1) + card(2))
    states = []

    def hear(count):
        for _ in range(count):
            info = host.indication(BASIC, 2)
            states.append((words(info, 1)[0], text(info, 12)))

    fleet.eject("M1")
    hear(1)
    fleet.insert("M1", "S2")
    hear(2)
    assert states == [(2, ""), (0, ""), (1, "8933010000000000002")]
    states.clear()
    fleet.insert("M1", "S1")  # too fast for the state "no SIM"
    hear(2)
    assert states == [(0, ""), (1, "8933010000000000001")]
    assert (fleet.state("S1")["inserted"], fleet.state("S2")["inserted"]) == ("1", "0")


def test_a_pin_unlock_does_not_look_like_a_swap(opened):
    _, host = opened(modems(1, sim=PIN), LOCKED)
    assert host.pin(0, "1234")[0] == 0
    assert words(host.indication(BASIC, 2), 1) == (1,)
    registered = [words(host.indication(BASIC, 9), 2)[1] for _ in range(2)]
    assert registered == [2, 3]


def test_an_empty_slot_and_a_bad_card(opened):
    fleet, host = opened(modems(1, sim={"bad": "true"}), "ready=3")
    assert (host.ready()[0], host.pin()[0]) == (3, 4)
    fleet.eject("M1")
    assert (host.ready()[0], host.pin()[0]) == (2, 3)
    assert host.command(SMS, 2, info=mbim.pack((0, 0, 0)))[0] == 3


def test_another_program_forces_the_layout_of_version_3(opened):
    fleet, host = opened(modems(1, extensions=3))
    assert text(host.command(BASIC, 2)[1], 4) == "208010000000001"
    fleet.set("M1", forced=3)
    info = host.command(BASIC, 2)[1]
    assert (words(info, 2), text(info, 8), text(info, 16)) == ((1, 6), "208010000000001", "8933010000000000001")
    fleet.set("M1", forced=1)
    assert host.command(EXTENSIONS, 15, info=b"\0\1\0\3")[1] == b"\0\1\0\3"
    assert text(host.command(BASIC, 2)[1], 8) == "208010000000001"
    assert host.open() == 0  # what was agreed ends with the session
    assert text(host.command(BASIC, 2)[1], 4) == "208010000000001"


# ---- the network ----

def test_a_line_past_its_last_day_is_denied(start):
    fleet = start(modems(1, sim={"line_expiry": "2027-02-28"}), None)
    fleet.set("orange", today="2027-02-28")
    fleet.send("restart M1")
    fleet.wait("M1", HOME)
    fleet.set("orange", today="2027-03-01")  # noticed at the next use
    registered = fields(mbimcli(fleet, "--query-registration-state"))
    assert (registered["Register state"], registered["Network error"]) == ("denied", "imsi-unknown-in-hlr")
    with Host(fleet, "M1") as host:
        host.open()
        assert host.ussd("#123#") == (7,)


def test_a_menu_is_walked_and_a_code_is_credited_once(opened):
    fleet, host = opened(modems(1))
    status, response, session, scheme, payload = host.ussd("#123#")
    assert (status, response, session, scheme) == (0, 1, 1, 0x0f)
    assert ascii_text(payload) == "Solde 4,20 EUR jusqu'au 31/12/2099\n1:Recharger\n2:Validite"
    assert fleet.state("M1")["ussd"] == "1"
    assert host.ussd("1", action=1)[1] == 1
    status, response, *_, payload = host.ussd("11111111111111", action=1)
    assert (response, ascii_text(payload)) == \
        (0, "Rechargement de 5,00 EUR effectue. Nouveau solde : 9,20 EUR, valable jusqu'au 31/12/2099.")
    assert ascii_text(host.ussd("*124*11111111111111#")[-1]) == "Ce code a deja ete utilise."
    state = fleet.state("S1")
    assert (state["balance"], state["topups"], state["wrong_codes"]) == ("920", "1", "0")
    assert fleet.state("orange")["codes_refused"] == "1"


def test_wrong_codes_are_counted_and_block(opened):
    fleet, host = opened(modems(1))
    for wrong in range(1, 4):
        assert ascii_text(host.ussd("*124*99999999999999#")[-1]) == "Code incorrect."
        assert fleet.state("S1")["wrong_codes"] == str(wrong)
    assert "bloque" in ascii_text(host.ussd("*124*11111111111111#")[-1])
    fleet.set("S1", wrong_codes=0)
    assert "5,00" in ascii_text(host.ussd("*124*11111111111111#")[-1])


def test_a_recharge_moves_both_dates_and_never_back(opened):
    fleet, host = opened(modems(1, sim={"balance": 300, "credit_expiry": "2027-01-10", "line_expiry": "2027-12-31"}))
    fleet.set("orange", today="2027-01-31")
    assert ascii_text(host.ussd("#123#")[-1]).startswith("Solde 0,00 EUR")  # the credit is over
    host.ussd("", action=2)
    host.ussd("*124*11111111111111#")
    state = fleet.state("S1")
    assert (state["balance"], state["credit_expiry"], state["line_expiry"]) == ("500", "2027-03-02", "2027-12-31")
    host.ussd("*124*22222222222222#")
    state = fleet.state("S1")
    assert (state["balance"], state["credit_expiry"], state["line_expiry"]) == ("1500", "2027-04-01", "2028-01-31")


def test_codes_stay_used_after_a_restart(tmp_path):
    scenario = f"[fleet]\nstate_file={tmp_path}/state\n" + modems(1)
    for balance, said in (("920", "5,00"), ("920", "deja")):
        with Fleet(scenario) as fleet:
            fleet.wait("M1", HOME)
            with Host(fleet, "M1") as host:
                host.open()
                assert said in ascii_text(host.ussd("*124*11111111111111#")[-1])
            assert fleet.state("S1")["balance"] == balance


@pytest.mark.parametrize("step", ["lost@topup", "gone@topup", "reset@topup", "fail@topup", "late@topup"])
def test_a_code_is_consumed_and_the_answer_is_lost(opened, step):
    fleet, host = opened(modems(1, late_seconds=0.5))
    fleet.arm("M1", step)
    transaction = host.send(USSD, 1, True, mbim.pack((0, 0x0f, None), mbim.septets("*124*11111111111111#")))
    fleet.wait("S1", "topups=1")
    if step == "fail@topup":
        assert host.ussd_answer(transaction)[1] == 5  # "network timeout", and the money is gone
    else:
        with pytest.raises((mbim.Silence, mbim.Gone)):
            host.ussd_answer(transaction, 0.2)
    assert fleet.state("S1")["balance"] == "920"


STYLES = ["response", "indication", "indication-first", "terminated-first"]


@pytest.mark.parametrize("style", STYLES)
def test_the_text_comes_in_four_manners(opened, style):
    fleet, host = opened(modems(1))
    fleet.set("orange", ussd_style=style)
    answer = host.ussd("#123#")
    if style == "response":
        assert (answer[1], answer[-1] != b"") == (1, True)
        return
    assert (answer[1], answer[-1]) == (2 if style == "terminated-first" else 0, b"")
    response, session, scheme, payload = mbim.ussd_parts(host.indication(USSD, 1))
    assert (response, session, scheme) == (1, 1, 0x0f)
    assert ascii_text(payload).startswith("Solde")


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("step", ["lost@topup", "gone@topup"])
def test_a_lost_text_is_lost_in_every_manner(opened, style, step):
    fleet, host = opened(modems(1))
    fleet.set("orange", ussd_style=style)
    fleet.arm("M1", step)
    host.send(USSD, 1, True, mbim.pack((0, 0x0f, None), mbim.septets("*124*11111111111111#")))
    heard = []
    with pytest.raises((mbim.Silence, mbim.Gone)):
        while True:
            heard.append(host.receive(0.4))
    texts = [body for kind, _, body in heard if kind == mbim.INDICATE]
    assert texts == []
    assert fleet.state("S1")["topups"] == "1"


@pytest.mark.parametrize("style,response", [("unsupported", 4), ("timeout", 5)])
def test_the_network_refuses_ussd(opened, style, response):
    fleet, host = opened(modems(1))
    fleet.set("orange", ussd_style=style)
    assert host.ussd("*124*11111111111111#")[1] == response
    assert fleet.state("S1")["topups"] == "0"


def test_the_network_says_nothing(opened):
    fleet, host = opened(modems(1))
    fleet.set("orange", ussd_style="silent")
    transaction = host.send(USSD, 1, True, mbim.pack((0, 0x0f, None), mbim.septets("#123#")))
    with pytest.raises(mbim.Silence):
        host.ussd_answer(transaction, 0.3)
    assert host.ussd("", action=2)[1] == 2


def test_a_modem_without_ussd(opened):
    fleet, host = opened(modems(1, ussd="false"))
    assert host.ussd("#123#") == (9,)
    assert "'ussd'" not in mbimcli(fleet, "--query-device-services").stdout


def test_a_second_session_is_refused(opened):
    fleet, host = opened(modems(1))
    assert host.ussd("#123#")[1] == 1
    assert host.ussd("#123#")[1] == 3
    assert host.ussd("", action=2)[1] == 2
    assert host.ussd("#123#")[1] == 1
    assert host.ussd("", action=2)[1] == 2
    assert host.ussd("1", action=1)[1] == 2  # nothing to continue
    fleet.set("M1", ussd_busy="until-cancel")
    assert host.ussd("#123#")[1] == 3
    assert host.ussd("", action=2)[1] == 2
    assert host.ussd("#123#")[1] == 1
    fleet.set("M1", ussd_busy="always")
    assert host.ussd("", action=2)[1] == 2
    assert host.ussd("#123#")[1] == 3


def test_the_network_begins_a_session(opened):
    fleet, host = opened(modems(1))
    fleet.send("ussd M1 Votre ligne expire bientot")
    response, session, scheme, payload = mbim.ussd_parts(host.indication(USSD, 1))
    assert (response, session, scheme, ascii_text(payload)) == (0, 0, 0x0f, "Votre ligne expire bientot")
    fleet.send("ussd M1 page main")
    assert mbim.ussd_parts(host.indication(USSD, 1))[:2] == (1, 0)
    assert ascii_text(host.ussd("2", action=1)[-1]) == "Credit 31/12/2099, ligne 31/12/2099"


@pytest.mark.parametrize("coding,scheme,payload", [
    ("7bit", 0x0f, "05d07b0d"),
    ("7bit-language", 0x10, "6679a3007aaf1b"),  # "fr", a return, the text, and a return in the seven bits left
    ("ucs2", 0x48, "00e90020006f006b"),
    ("ucs2-language", 0x11, "663900e90020006f006b"),
])
def test_accents_come_in_each_coding(opened, coding, scheme, payload):
    fleet, host = opened(modems(1))
    fleet.send("set orange page main=é ok")
    fleet.set("orange", ussd_coding=coding)
    answer = host.ussd("#123#")
    assert (answer[1], answer[3], answer[4].hex()) == (1, scheme, payload)


@pytest.mark.parametrize("pads,last", [("true", 0x0d), ("false", 0x00)])
def test_seven_spare_bits_hold_a_return_or_zeroes(opened, pads, last):
    fleet, host = opened(modems(1))
    fleet.set("orange", pads_with_cr=pads)
    fleet.send("set orange page main=1234567")
    assert host.ussd("#123#")[4][-1] >> 1 == last


# ---- messages ----

def read_all(host, flag=0, index=0):
    """[(index, status, PDU)]"""
    status, info = host.command(SMS, 2, info=mbim.pack((0, flag, index)))
    assert status == 0, status
    found = []
    for i in range(words(info, 2)[1]):
        record = mbim.blob(info, 8 + 8 * i)
        found.append((*words(record, 2), mbim.blob(record, 8)))
    return found


def test_a_message_comes_is_read_and_is_removed(opened):
    fleet, host = opened(modems(1))
    fleet.send("sms S1 555 Bonjour")
    assert words(host.indication(SMS, 5), 2) == (2, 1)
    (index, status, pdu), = read_all(host, flag=1, index=1)
    assert (index, status) == (1, 0)
    assert pdu[:14].hex() == "07913386094000f0" + "04" + "038155f5" + "00"
    assert pdu[-8:] == b"\7" + mbim.packed("Bonjour")
    assert [record[1] for record in read_all(host)] == [1]
    assert host.command(SMS, 4, True, mbim.pack((1, 9)))[0] == 30
    assert host.command(SMS, 4, True, mbim.pack((1, 1)))[0] == 0
    assert read_all(host) == []
    assert host.command(SMS, 2, info=mbim.pack((0, 1, 1)))[0] == 30


def test_messages_wait_for_the_modem_and_for_room(opened):
    fleet, host = opened(modems(1, sim={"sms_max": 2}))
    fleet.send("unplug M1")
    for text_of in ("un", "deux", "trois"):
        fleet.send(f"sms S1 555 {text_of}")
    fleet.wait("S1", "waiting=3")
    fleet.send("plug M1")
    fleet.wait("S1", "messages=2")
    with Host(fleet, "M1") as host:
        assert host.open() == 0
        assert words(host.command(SMS, 5)[1], 1) == (1,)  # full
        assert host.command(SMS, 4, True, mbim.pack((1, 1)))[0] == 0
        assert words(host.indication(SMS, 5), 2) == (2, 1)
        fleet.send("sms S1 555 quatre")
        assert words(host.indication(SMS, 5), 2) == (1, 0)
        assert fleet.state("S1")["waiting"] == "1"
        assert host.command(SMS, 4, True, mbim.pack((0, 0)))[0] == 0
        fleet.wait("S1", "messages=1")


@pytest.mark.parametrize("order,expected", [
    ("in-order", [1, 2, 3]), ("reversed", [3, 2, 1]), ("shuffled", [2, 1, 3]),
])
def test_long_messages_come_in_parts(opened, order, expected):
    fleet, host = opened(modems(1))
    fleet.set("orange", sms_order=order)
    fleet.send("sms S1 555 " + "0123456789" * 40)
    fleet.wait("S1", "messages=3")
    parts = [pdu for _, _, pdu in read_all(host)]
    assert all(pdu[8] & 0x40 for pdu in parts)
    headers = [pdu[pdu.index(b"\5\0\3"):][:6] for pdu in parts]
    assert [header[5] for header in headers] == expected
    assert {header[4] for header in headers} == {3}


def test_a_flash_message_is_shown_and_not_stored(opened):
    fleet, host = opened(modems(1))
    fleet.send("flash S1 555 Attention")
    info = host.indication(SMS, 2)
    assert words(info, 2) == (0, 1)
    assert fleet.state("S1")["messages"] == "0"


def test_a_modem_reports_index_1_for_all(opened):
    fleet, host = opened(modems(1, always_index_1="true"))
    fleet.send("sms S1 555 un")
    fleet.send("sms S1 555 deux")
    fleet.wait("S1", "messages=2")
    assert [record[0] for record in read_all(host)] == [1, 1]
    assert [record[0] for record in read_all(host, flag=1, index=2)] == [1]


def submit(to, said):
    """An SMS-SUBMIT of 8-bit-free text as UCS-2, with an empty SMSC."""
    digits = to + "f" * (len(to) % 2)
    address = bytes(int(digits[i + 1] + digits[i], 16) for i in range(0, len(digits), 2))
    user = said.encode("utf-16-be")
    return bytes([0, 1, 0, len(to), 0x81]) + address + bytes([0, 8, len(user)]) + user


def send_sms(host, to, said, seconds=20):
    return host.command(SMS, 3, True, mbim.pack((0,)) + mbim.pack((None,), submit(to, said)), seconds)


def test_a_keyword_is_answered_by_a_message(opened):
    fleet, host = opened(modems(1))
    assert send_sms(host, "555", "conso")[0] == 0
    fleet.wait("S1", "messages=1")
    assert send_sms(host, "555", "22222222222222")[0] == 0
    fleet.wait("S1", "messages=2")
    assert fleet.state("S1")["balance"] == "1420"
    assert send_sms(host, "777", "bonjour")[0] == 0  # nobody answers there
    assert fleet.state("S1")["sms_sent"] == "3"


class SendRecord(ctypes.Structure):
    """MbimSmsPduSendRecord: Python's binding cannot fill it in."""
    _fields_ = [("size", ctypes.c_uint32), ("data", ctypes.c_char_p)]


def test_a_message_is_sent_in_the_bytes_of_libmbim(opened):
    library = ctypes.CDLL("libmbim-glib.so.4")
    library.mbim_message_sms_send_set_new.restype = ctypes.c_void_p
    library.mbim_message_get_raw.restype = ctypes.POINTER(ctypes.c_uint8)
    pdu = submit("555", "conso")
    message = ctypes.c_void_p(library.mbim_message_sms_send_set_new(0, ctypes.byref(SendRecord(len(pdu), pdu)), None, None))
    length = ctypes.c_uint32()
    first = library.mbim_message_get_raw(message, ctypes.byref(length), None)
    raw = ctypes.string_at(first, length.value)
    library.mbim_message_unref(message)
    fleet, host = opened(modems(1))
    transaction = host.next_transaction()
    host.send_raw(raw[:8] + transaction.to_bytes(4, "little") + raw[12:])
    assert host.answer(transaction)[0] == 0
    fleet.wait("S1", "messages=1")


def test_a_code_sent_by_message_is_consumed_and_the_answer_is_lost(opened):
    fleet, host = opened(modems(1))
    fleet.arm("M1", "lost@topup")
    with pytest.raises(mbim.Silence):
        send_sms(host, "555", "11111111111111", 0.3)
    state = fleet.state("S1")
    assert (state["balance"], state["messages"], state["waiting"]) == ("920", "0", "0")
    fleet.set("M1", status=101)
    fleet.arm("M1", "fail@sms-send")
    assert send_sms(host, "555", "22222222222222")[0] == 101  # this one never left
    assert fleet.state("S1")["balance"] == "920"


def test_a_code_is_answered_by_a_message(opened):
    fleet, host = opened(modems(1))
    assert ascii_text(host.ussd("#100#")[-1]) == "Vous allez recevoir un SMS."
    fleet.wait("S1", "messages=1")


def test_only_what_was_asked_for_is_told(opened):
    fleet, host = opened(modems(1))
    entry = mbim.USSD.bytes + b"\0\0\0\0"
    assert host.command(BASIC, 19, True, mbim.pack((1, None), entry))[0] == 0
    fleet.send("sms S1 555 Bonjour")
    fleet.wait("S1", "messages=1")
    fleet.send("ussd M1 Bonjour")
    host.indication(USSD, 1)
    assert host.indications == []


def test_what_was_left_unread_does_not_reach_the_next_host(start):
    fleet = start(modems(1))
    with Host(fleet, "M1") as host:
        host.open()
        unread = bytes.fromhex("03000000300000000200000001000000000000 00a289cc33bcbb8b4fb6b0133ec2aae6df01000000 0000000000000000")
        write = f"import os; os.write(os.open('/dev/cdc-wdm0', os.O_RDWR | os.O_NOCTTY), {unread!r} * 9)"
        before = int(fleet.state("M1")["commands"])
        subprocess.run(["/usr/bin/python3", "-c", write], env=fleet.env(stock=True), check=True, timeout=SECONDS)
        fleet.wait("M1", f"commands={before + 9}")
        fleet.wait("M1", "hosts=0")
        assert host.ready()[0] == 1  # and not one of the nine answers before


def test_phonebook_through_the_raw_host(opened):
    fleet, host = opened(modems(1, sim={"contacts": 2}))
    assert words(host.command(PHONEBOOK, 1)[1], 3) == (1, 250, 2)
    assert host.command(PHONEBOOK, 3, True, mbim.pack((1, 3)))[0] == 30
    assert host.command(PHONEBOOK, 3, True, mbim.pack((0, 0)))[0] == 0
    assert fleet.state("S1")["contacts"] == "0"


def test_the_help_names_the_keys_of_modems(start):
    fleet = start(OPERATOR, None)
    said = fleet.send("help")
    for word in ("insert MODEM SIM", "lost", "topup", "boot=", "pin_left=", "ussd_style="):
        assert word in said, word
