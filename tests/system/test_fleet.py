"""Stock adb and fastboot judge the emulated fleet: what they accept is what a real tablet would show the daemon."""

import json
import os
import subprocess
import threading

import pytest

from fleet import PROGRAM, Fleet, FleetError
from stock import SECONDS, Tools

ONE = """
[tablet TAB1]
port=1-1.1
serial=R9TEST0001
maker=samsung
model=SM-X210
device=gta9p
product=gta9pxx
"""


@pytest.fixture(name="bench")
def make_bench():
    """Call it with a scenario: it starts a fleet and the tools, and stops both at the end (clients first)."""
    started = []

    def start(scenario, nodes="pty", **extra):
        fleet = Fleet(scenario, nodes)
        started.append(fleet)
        fleet.start()
        tools = Tools(fleet, **extra)
        started.append(tools)
        return fleet, tools.__enter__()

    yield start
    for thing in reversed(started):
        thing.__exit__()


def test_adb_and_fastboot_list_the_tablets_with_their_ports(bench):
    _, tools = bench(ONE + "[tablet BOOT]\nport=1-2\nserial=BOOT1\nmode=fastboot\n"
                           "[tablet MTP]\nport=1-3\nserial=MTP1\nadb=off\n")
    tools.online()
    listed = tools.run("adb", "devices", "-l").stdout.decode()
    assert "usb:1-1.1 product:gta9pxx model:SM_X210 device:gta9p" in listed
    assert "BOOT1" not in listed and "MTP1" not in listed
    assert tools.run("fastboot", "devices", "-l").stdout.decode().split() == ["BOOT1", "fastboot", "usb:1-2"]


def test_a_person_must_tap_once(bench):
    fleet, tools = bench(ONE + "adb=tap\n")
    fleet.wait("TAB1", "dialog=1")
    assert tools.devices() == {"R9TEST0001": "unauthorized"}
    assert tools.adb("shell", "id").returncode != 0
    fleet.send("allow TAB1")
    tools.online()
    assert b"uid=2000(shell)" in tools.adb("shell", "id").stdout
    fleet.send("unplug TAB1")
    fleet.send("plug TAB1")
    tools.online()
    assert fleet.state("TAB1")["taps"] == "1"


def test_harness_mode_wants_no_screen_lock(bench):
    fleet, tools = bench(ONE + "screen_lock=true\n")
    tools.online()
    done = tools.adb("shell", "cmd testharness enable")
    assert (done.returncode, b"lock screen" in done.stderr) == (2, True)
    assert fleet.state("TAB1")["wipe_commands"] == "0"


def test_an_application_is_installed_by_stock_adb_and_made_owner(bench, tmp_path):
    apk = tmp_path / "pret.apk"
    apk.write_bytes(b"PKorg.exemple.pret\n" + bytes(200000))
    fleet, tools = bench(ONE)
    tools.online()
    installed = tools.adb("install", "--streaming", str(apk))
    assert b"Success" in installed.stdout + installed.stderr, installed
    assert tools.adb("shell", "pm path org.exemple.pret").stdout.startswith(b"package:")
    assert b"Success" in tools.adb("shell", "dpm set-device-owner org.exemple.pret/.Admin").stdout
    assert b"org.exemple.pret/.Admin,DeviceOwner" in tools.adb("shell", "dpm list-owners").stdout
    assert tools.adb("shell", "dpm set-device-owner org.exemple.pret/.Admin").returncode == 255
    assert fleet.state("TAB1")["protocol_errors"] == "0"


def test_a_tap_comes_by_itself_when_asked(bench):
    fleet, tools = bench(ONE + "adb=tap\ntap_after=0.3\n")
    tools.online()
    assert fleet.state("TAB1")["taps"] == "1"


@pytest.mark.parametrize("policy", ["tap", "denied"])
def test_no_tap_no_shell(bench, policy):
    fleet, tools = bench(ONE + f"adb={policy}\n")
    fleet.wait("TAB1", "opened=1")
    if policy == "tap":
        fleet.wait("TAB1", "dialog=1")
        fleet.send("deny TAB1")
    with pytest.raises(FleetError, match="no dialog"):
        fleet.send("allow TAB1")
    assert tools.adb("shell", "id").returncode != 0
    assert fleet.state("TAB1")["wipe_commands"] == "0"


def test_another_key_is_not_trusted():
    with Fleet(ONE + "adb=tap\n", "pty") as fleet:
        with Tools(fleet) as tools:
            fleet.wait("TAB1", "dialog=1")
            fleet.send("allow TAB1")
            tools.online()
        with Tools(fleet) as stranger:
            fleet.wait("TAB1", "dialog=1")
            assert stranger.devices() == {"R9TEST0001": "unauthorized"}


@pytest.mark.parametrize("command,status,text", [
    ("exit 5", 5, b""),
    ("echo one; echo two", 0, b"one\ntwo\n"),
    ("nothing", 127, b"/system/bin/sh: nothing: not found\n"),
    ("getprop ro.build.version.sdk", 0, b"35\n"),
    ("getprop ro.build.type; settings get global device_provisioned", 0, b"user\n1\n"),
    ("am broadcast -a android.intent.action.FACTORY_RESET", 0, b"result=0"),
    ("dpm set-device-owner org.exemple.pret/.Admin", 255, b"Unknown admin"),
    ("pm path org.exemple.pret", 1, b""),
    ("dumpsys persistent_data_block", 0, b"FRP state: false\n"),
    ("dumpsys account", 0, b"Accounts: 2\n"),
    ("dumpsys battery", 0, b"level: 41\n"),
    ("dpm list-owners; pm list users", 0, b"no owners\nUsers:\n"),
])
def test_shell_answers_with_its_exit_code(shared, command, status, text):
    _, tools = shared
    done = tools.adb("shell", command)
    assert (done.returncode, text in done.stdout + done.stderr) == (status, True), done


@pytest.fixture(name="shared", scope="module")
def make_shared():
    with Fleet(ONE + "google_accounts=2\nbattery=41\n", "pty") as fleet, Tools(fleet) as tools:
        tools.online()
        yield fleet, tools


def test_without_shell_v2_there_is_no_exit_code(bench):
    _, tools = bench(ONE + "shell_v2=false\n")
    tools.online()
    done = tools.adb("shell", "nothing; echo rc=$?")
    assert (done.returncode, done.stdout) == (0, b"/system/bin/sh: nothing: not found\nrc=127\n") or \
        b"rc=127" in done.stdout


@pytest.mark.parametrize("protocol,maxdata", [(1, 4096), (1, 262144), (2, 4096), (2, 1048576)])
def test_large_streams_are_intact(bench, protocol, maxdata):
    fleet, tools = bench(ONE + f"protocol={protocol}\nmaxdata={maxdata}\n")
    tools.online()
    assert tools.adb("shell", "head -c 2000000 /dev/zero").stdout == bytes(2000000)
    noise = os.urandom(300000)
    assert tools.adb("shell", "-T", "cat", input=noise).stdout == noise
    state = fleet.state("TAB1")
    assert (state["protocol_errors"], state["missing_zlps"]) == ("0", "0")


def test_android_15_wipes_itself_and_comes_back_plain(bench):
    fleet, tools = bench(ONE)
    tools.online()
    before = fleet.state("TAB1")
    assert b"  wipe <new filesystem type" in tools.adb("shell", "cmd recovery help").stdout
    assert tools.adb("shell", "cmd recovery wipe").stdout == b"Rebooting into recovery with --wipe_data\n"
    after = fleet.wait("TAB1", "mode=plain")
    assert (after["wiped"], after["wipe_commands"], after["data"], after["frp"]) == ("1", "1", "0", "0")
    assert after["port"] == before["port"] and after["address"] != before["address"]
    assert tools.adb("shell", "id").returncode != 0


def test_android_14_does_not_know_the_command(bench):
    fleet, tools = bench(ONE + "android=14\n")
    tools.online()
    done = tools.adb("shell", "cmd recovery wipe")
    assert (done.returncode, done.stdout) == (255, b"Unknown command: wipe\n")
    assert b"wipe" not in tools.adb("shell", "cmd recovery help").stdout
    state = fleet.state("TAB1")
    assert (state["mode"], state["wiped"], state["wipe_commands"], state["data"]) == ("adb", "0", "0", "1")


def test_keys_are_forgotten_by_a_wipe_and_the_account_lock_stays(bench):
    fleet, tools = bench(ONE + "adb=tap\ntap_after=0.01\nafter_wipe=adb\ngoogle_accounts=1\n")
    tools.online()
    fleet.send("set TAB1 tap_after=0")
    tools.adb("shell", "cmd recovery wipe")
    fleet.wait("TAB1", "wiped=1")
    state = fleet.wait("TAB1", "dialog=1")
    assert (state["mode"], state["frp"], state["taps"]) == ("adb", "1", "1")
    assert tools.devices() == {"R9TEST0001": "unauthorized"}
    fleet.send("human TAB1 settings-reset")
    assert fleet.wait("TAB1", "wiped=2")["frp"] == "0"


def test_an_unwiped_tablet_still_trusts_our_key(bench):
    fleet, tools = bench(ONE + "adb=tap\ntap_after=0.01\nwipe=unwiped\nrecovery_visible=true\n")
    tools.online()
    tools.adb("shell", "cmd recovery wipe")
    fleet.wait("TAB1", "mode=recovery")
    fleet.wait("TAB1", "mode=adb")
    tools.online()
    state = fleet.state("TAB1")
    assert (state["wiped"], state["wipe_commands"], state["data"], state["taps"]) == ("0", "1", "1", "1")


@pytest.mark.parametrize("manner,mode", [("never_returns", "away"), ("ignored", "adb"), ("refused", "adb")])
def test_other_ends_of_a_wipe(bench, manner, mode):
    fleet, tools = bench(ONE + f"wipe={manner}\n")
    tools.online()
    done = tools.adb("shell", "cmd recovery wipe")
    assert (done.returncode != 0) == (manner == "refused")
    state = fleet.wait("TAB1", f"mode={mode}")
    assert (state["wiped"], state["wipe_commands"], state["data"]) == ("0", "1", "1")


def test_bootloader_and_back(bench):
    fleet, tools = bench(ONE + "bootloader=unlocked\n")
    tools.online()
    assert tools.adb("reboot", "bootloader").returncode == 0
    fleet.wait("TAB1", "mode=fastboot")
    assert b"unlocked: yes" in tools.fastboot("getvar", "unlocked").stderr
    assert b"Variable Not found" in tools.fastboot("getvar", "nothing").stderr
    assert tools.fastboot("getvar", "all").returncode == 0
    image = os.path.join(tools.home, "image")
    with open(image, "wb") as file:
        file.write(os.urandom(3000000))
    assert tools.fastboot("flash", "cache", image).returncode == 0
    assert fleet.state("TAB1")["data"] == "1"
    assert tools.fastboot("erase", "userdata").returncode == 0
    assert fleet.state("TAB1")["wiped"] == "1"
    assert tools.fastboot("reboot").returncode == 0
    fleet.wait("TAB1", "mode=plain")
    fleet.send("set TAB1 adb=known")
    fleet.send("human TAB1 setup")
    tools.online()
    assert fleet.state("TAB1")["data"] == "1"


def test_a_locked_bootloader_refuses_in_the_words_of_four_vendors(bench):
    fleet, tools = bench(ONE + "mode=fastboot\nbootloader=locked\n")
    said = {}
    for words in ("aosp", "state", "flag", "unlock-first"):
        fleet.send(f"set TAB1 lock_text={words}")
        done = tools.fastboot("erase", "userdata")
        assert done.returncode != 0
        said[words] = done.stderr
    assert b"Erase is not allowed on locked devices" in said["aosp"] and len(set(said.values())) == 4
    state = fleet.state("TAB1")
    assert (state["wiped"], state["wipe_commands"], state["data"]) == ("0", "4", "1")


def test_a_slow_erase_and_a_failing_one(bench):
    fleet, tools = bench(ONE + "mode=fastboot\nbootloader=unlocked\nerase_seconds=0.7\n")
    fleet.send("fail TAB1 fail@erase-userdata")
    assert b"I/O error" in tools.fastboot("erase", "userdata").stderr
    assert fleet.state("TAB1")["wiped"] == "0"
    done = tools.fastboot("erase", "userdata")
    assert done.returncode == 0 and done.stderr.count(b"erasing") == 3
    assert fleet.state("TAB1")["wiped"] == "1"


def test_a_killed_fastboot_leaves_the_interface_free(bench):
    fleet, tools = bench(ONE + "mode=fastboot\nbootloader=unlocked\n")
    fleet.send("fail TAB1 silent@erase")

    def fastboot(*words):
        return subprocess.Popen(["fastboot", *words], env=tools.env, stdout=subprocess.DEVNULL,
                                stderr=subprocess.DEVNULL)

    first = fastboot("erase", "userdata")
    opened = int(fleet.wait("TAB1", "wipe_commands=1")["opened"])
    tools.run("fastboot", "devices")  # cannot have the interface, which the first holds
    assert fleet.state("TAB1")["opened"] == str(opened)
    first.kill()  # in the middle of a read
    first.wait()
    second = fastboot("getvar", "unlocked")
    fleet.wait("TAB1", f"opened={opened + 1}")
    second.kill()
    second.wait()


def test_unplugged_and_plugged_elsewhere(bench):
    fleet, tools = bench(ONE)
    tools.online()
    before = fleet.state("TAB1")
    fleet.send("unplug TAB1")
    assert tools.adb("wait-for-usb-disconnect").returncode == 0
    fleet.send("plug TAB1 1-1.4")
    tools.online()
    after = fleet.state("TAB1")
    assert (after["port"], after["address"] != before["address"]) == ("1-1.4", True)
    assert b"usb:1-1.4" in tools.run("adb", "devices", "-l").stdout


@pytest.mark.parametrize("step", ["unplug@open", "unplug@shell-answer", "stall@shell-answer", "fail@open"])
def test_a_command_meets_a_fault(bench, step):
    fleet, tools = bench(ONE)
    tools.online()
    fleet.send(f"fail TAB1 {step}")
    assert b"done" not in tools.adb("shell", "echo done").stdout
    assert fleet.state("TAB1")["plugged"] == ("0" if step.startswith("unplug") else "1")


def test_the_cable_goes_while_the_wipe_runs(bench):
    fleet, tools = bench(ONE)
    tools.online()
    fleet.send("fail TAB1 unplug@wipe-command")
    assert b"Rebooting" not in tools.adb("shell", "cmd recovery wipe").stdout
    state = fleet.wait("TAB1", "wiped=1")
    assert state["plugged"] == "0"
    fleet.wait("TAB1", "mode=plain")
    fleet.send("plug TAB1")
    assert fleet.state("TAB1")["address"] != "0"


def test_stale_packets_and_odd_closes_do_not_disturb_adb(bench):
    fleet, tools = bench(ONE + "quirk=stale\n[tablet ODD]\nport=1-2\nserial=ODD1\nquirk=delayed-ack\n")
    tools.online()
    tools.online("ODD1")
    assert tools.adb("shell", "echo in").stdout == b"in\n"
    assert tools.adb("shell", "echo in", serial="ODD1").stdout == b"in\n"
    assert fleet.state("TAB1")["protocol_errors"] == "0"


def test_libusb_opens_the_tablets_too(bench):
    _, tools = bench(ONE, nodes="fifo", ADB_LIBUSB="1")
    tools.online()
    assert tools.adb("shell", "head -c 600000 /dev/zero").stdout == bytes(600000)


def test_two_tablets_change_ports():
    with Fleet(ONE + "[tablet TAB2]\nport=1-1.2\nserial=\nplugged=false\n") as fleet:
        fleet.send("swap TAB1 TAB2")
        assert fleet.state("TAB1")["port"] == "1-1.2"
        assert fleet.send("list") == "TAB1=adb@1-1.2 TAB2=unplugged@1-1.1"
        with pytest.raises(FleetError, match="taken"):
            fleet.send("plug TAB2 1-1.2")


def test_thirty_two_tablets_come_and_go():
    text = "".join(f"[tablet T{i}]\nport=1-{1 + i // 8}.{1 + i % 8}\nserial=S{i}\n" for i in range(32))
    with Fleet(text) as fleet:
        for _ in range(4):  # past the 127 addresses of a bus
            for i in range(32):
                fleet.send(f"unplug T{i}")
                fleet.send(f"plug T{i}")
        assert len(fleet.send("list").split()) == 32
        assert len({fleet.state(f"T{i}")["address"] for i in range(32)}) == 32


@pytest.mark.parametrize("text,said", [
    ("[tablet A]\nport=1-1\ncolour=red\n", "[tablet A]: unknown key colour"),
    ("[tablet A]\nport=1-1\nandroid=old\n", 'android cannot be "old"'),
    ("[tablet A]\nport=usb\n", 'port cannot be "usb"'),
    ("[tablet A]\n", "[tablet A]: no port"),
    ("[tablet A]\nport=1-1\n[tablet B]\nport=1-1\n", "[tablet B]: port 1-1 is taken"),
    ("[table A]\nport=1-1\n", "[table A]: unknown group"),
])
def test_a_wrong_scenario_is_refused_in_clear_words(text, said):
    with pytest.raises(FleetError) as refusal:
        Fleet(text).start()
    assert said in str(refusal.value)


@pytest.mark.parametrize("command,said", [
    ("plug NOBODY", "nothing is named NOBODY"),
    ("plug TAB1", "the cable is in"),
    ("fail TAB1 fail@cnxn", "no such step"),
    ("set TAB1 wipe=later", 'wipe cannot be "later"'),
    ("set TAB1 wipe", "key=value is needed"),
    ("human TAB1 sing", "nobody can do that"),
    ("wait TAB1 mode=plain 0.05", "timeout: mode=adb"),
    ("wait TAB1 colour=red 1", "no such state"),
    ("dance", "unknown command dance"),
    ("state", "usage: state NAME"),
    ("", "unknown command"),
])
def test_a_wrong_command_is_refused_in_clear_words(quiet, command, said):
    with pytest.raises(FleetError, match=said.replace("(", ".")):
        quiet.send(command)
    assert quiet.state("TAB1")["mode"] == "adb"


@pytest.fixture(name="quiet", scope="module")
def make_quiet():
    with Fleet(ONE) as fleet:
        yield fleet


def test_send_prints_the_answer_and_says_how_it_went(quiet):
    def send(path, command):
        return subprocess.run([PROGRAM, "--send", path, command], capture_output=True, timeout=SECONDS, check=False)
    good = send(quiet.socket_path, "list")
    assert (good.returncode, good.stdout) == (0, b"ok TAB1=adb@1-1.1\n")
    assert send(quiet.socket_path, "dance").returncode == 1
    assert send(quiet.socket_path + ".none", "list").returncode == 3
    assert b"unplug@wipe-command" in send(quiet.socket_path, "help").stdout


def test_nothing_is_left_behind():
    fleet = Fleet(ONE).start()
    process, folder = fleet.process, fleet.folder
    fleet.send("quit")
    assert process.wait(SECONDS) == 0
    assert sorted(os.listdir(folder)) == ["log", "scenario"]
    assert fleet.said() == ""
    fleet.stop()


def test_a_reset_android_16_opens_its_door_for_the_trade_in_report_only(bench):
    fleet, tools = bench(ONE + "android=16\nafter_wipe=tradein\nadb=tap\ntap_after=0.01\n")
    tools.online()
    assert tools.adb("shell", "tradeinmode getstatus").returncode == 1
    tools.adb("shell", "cmd recovery wipe")
    fleet.wait("TAB1", "wiped=1")
    fleet.wait("TAB1", "mode=adb")
    tools.online()
    report = json.loads(tools.adb("shell", "tradeinmode getstatus -challenge abc").stdout)
    assert report["locks"]["factory_reset_protection"] is False
    assert tools.adb("shell", "id").returncode != 0


def test_an_interface_held_by_another_program_stays_closed(bench):
    fleet, tools = bench(ONE + "busy=true\n")
    assert tools.adb("shell", "id").returncode != 0
    assert fleet.state("TAB1")["opened"] == "0"
    fleet.send("set TAB1 busy=false")
    tools.online()


def test_revoked_keys_need_a_new_tap(bench):
    fleet, tools = bench(ONE)
    tools.online()
    fleet.send("human TAB1 revoke-keys")
    fleet.wait("TAB1", "dialog=1")
    assert tools.devices() == {"R9TEST0001": "unauthorized"}


def test_a_tablet_without_a_serial_number_is_shown(bench):
    fleet, tools = bench("[tablet A]\nport=1-1\nserial=\n[tablet B]\nport=1-2\nserial=0123456789ABCDEF\n")
    tools.online("0123456789ABCDEF")
    fleet.wait("A", "opened=1")
    assert tools.run("adb", "devices").stdout.count(b"\tdevice") == 2


# A program that listens for USB events and does not look at them before it is told.
SLOW_LISTENER = """
import ctypes, select, sys
udev = ctypes.CDLL("libudev.so.1")
for name in ("udev_new", "udev_monitor_new_from_netlink", "udev_monitor_receive_device"):
    getattr(udev, name).restype = ctypes.c_void_p
monitor = ctypes.c_void_p(udev.udev_monitor_new_from_netlink(ctypes.c_void_p(udev.udev_new()), b"udev"))
udev.udev_monitor_enable_receiving(monitor)
print("listening", flush=True)
sys.stdin.readline()
count = 0
while count < 40 and select.select([udev.udev_monitor_get_fd(monitor)], [], [], 10)[0]:
    count += udev.udev_monitor_receive_device(monitor) is not None
print(count, flush=True)
"""


def test_no_event_is_lost_when_the_listener_is_slow():
    with Fleet(ONE) as fleet:
        with subprocess.Popen(["/usr/bin/python3", "-c", SLOW_LISTENER], env=fleet.env(stock=True), text=True,
                              stdin=subprocess.PIPE, stdout=subprocess.PIPE) as listener:
            assert listener.stdout.readline() == "listening\n"

            def twenty_times():
                for _ in range(20):
                    fleet.send("unplug TAB1")
                    fleet.send("plug TAB1")

            plugging = threading.Thread(target=twenty_times)
            plugging.start()
            plugging.join(1)
            assert plugging.is_alive()  # it waits for the listener
            listener.stdin.write("\n")
            listener.stdin.flush()
            assert listener.stdout.readline() == "40\n"
            plugging.join()
