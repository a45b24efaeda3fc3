"""The emulated modem: judged by stock mbimcli and libmbim, and by a host of the tests' own that speaks raw bytes."""

import os
import subprocess

import pytest

import mbim
from fleet import Fleet, FleetError
from mbim import BASIC, Host

SECONDS = 30

OPERATOR = """
[operator orange]
ussd #123#=page main
page main=Solde {balance} EUR au {credit_expiry}\\n1:Recharger
choice main 1=page ask
page ask=Votre code ?
choice ask *=topup
ussd *124*CODE#=topup
code 12345678901234=500 30 180
"""

CARD = """
[sim S1]
iccid=8933010000000000001
imsi=208010000000001
numbers=+33639980001
operator=orange
balance=420
credit_expiry=2026-12-31
"""

ONE = OPERATOR + CARD + """
[modem M1]
port=3-1
sim=S1
"""

READY, LOCKED = "ready=1", "ready=6"
HOME = "registration=3"


def mbimcli(fleet, *words, node="/dev/cdc-wdm0"):
    return subprocess.run(["mbimcli", "-d", node, *words], env=fleet.env(stock=True), capture_output=True, text=True,
                          timeout=SECONDS, check=False)


def fields(done):
    """'Ready state: 'initialized'' and so on, as a dictionary."""
    assert done.returncode == 0, done
    pairs = (line.split(":", 1) for line in done.stdout.splitlines() if ": '" in line)
    return {name.strip(): value.strip(" '") for name, value in pairs}


@pytest.fixture(name="one")
def make_one():
    with Fleet(ONE) as fleet:
        fleet.wait("M1", HOME)
        yield fleet


def test_mbimcli_reads_what_the_scenario_says(one):
    caps = fields(mbimcli(one, "--query-device-caps"))
    assert (caps["Device ID"], caps["Hardware info"], caps["SMS caps"]) == \
        ("350000000000006", "EM7455", "pdu-receive, pdu-send")
    ready = mbimcli(one, "--query-subscriber-ready-status")
    assert fields(ready)["Ready state"] == "initialized"
    assert fields(ready)["Subscriber ID"] == "208010000000001"
    assert fields(ready)["SIM ICCID"] == "8933010000000000001"
    assert "(1) '+33639980001'" in ready.stdout
    assert fields(mbimcli(one, "--query-registration-state"))["Register state"] == "home"
    assert fields(mbimcli(one, "--query-registration-state"))["Provider ID"] == "20801"
    assert fields(mbimcli(one, "--query-home-provider"))["Provider name"] == "Orange F"
    assert fields(mbimcli(one, "--query-signal-state"))["RSSI [0-31,99]"] == "21"
    services = mbimcli(one, "--query-device-services").stdout
    assert all(name in services for name in ("'basic-connect'", "'sms'", "'ussd'"))
    state = one.state("M1")
    assert (state["protocol_errors"], state["open"]) == ("0", "0")


def test_mbimcli_gives_pins_and_the_card_counts():
    with Fleet(ONE.replace("balance=420", "pin_enabled=true\nbalance=420")) as fleet:
        fleet.wait("M1", LOCKED)
        assert fields(mbimcli(fleet, "--query-pin-state"))["Remaining attempts"] == "3"
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
        assert (state["pin_wrong"], state["puk_wrong"]) == ("4", "1")


def test_mbimcli_switches_the_radio():
    with Fleet(ONE + "radio=off\n") as fleet:
        assert fields(mbimcli(fleet, "--query-radio-state"))["Software radio state"] == "off"
        assert fields(mbimcli(fleet, "--set-radio-state=on"))["Software radio state"] == "on"
        fleet.wait("M1", HOME)
        fleet.send("set M1 radio=hardware")
        assert fields(mbimcli(fleet, "--set-radio-state=on"))["Hardware radio state"] == "off"
        assert fleet.state("M1")["registration"] == "1"


def test_the_node_has_the_sysfs_chain_of_a_modem(one):
    node = os.path.join(one.root, "sys/class/usbmisc/cdc-wdm0")
    interface = os.path.join(node, "device")
    assert os.path.basename(os.path.realpath(interface)) == "3-1:1.0"
    assert os.path.basename(os.readlink(os.path.join(interface, "driver"))) == "cdc_mbim"
    assert os.path.exists(os.path.join(one.root, "sys/class/net/wwan0/device"))
    one.send("unplug M1")
    assert not os.path.lexists(node)
    assert not os.path.lexists(one.root + "/dev/cdc-wdm0")


def test_a_menu_is_walked_and_a_code_is_credited_once(one):
    with Host(one, "M1") as host:
        assert host.open() == 0
        status, response, session, scheme, payload = host.ussd("#123#")
        assert (status, response, session, scheme) == (0, 1, 1, 0x0f)
        assert payload
        assert host.ussd("1", action=1)[1] == 1
        assert host.ussd("12345678901234", action=1)[1] == 0
        assert host.ussd("*124*12345678901234#")[1] == 0
    state = one.state("S1")
    assert (state["balance"], state["topups"]) == ("920", "1")
    assert one.state("orange")["codes_refused"] == "1"


def test_an_unplugged_modem_hangs_up(one):
    with Host(one, "M1") as host:
        host.open()
        one.send("unplug M1")
        with pytest.raises(mbim.Gone):
            host.receive()
    one.send("plug M1")
    one.wait("M1", HOME)
    assert fields(mbimcli(one, "--query-pin-state"))["PIN state"] == "unlocked"
