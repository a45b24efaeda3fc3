"""The scenarios of test-kernel, run by root inside the machine. Témoin was installed by `make install`; its daemon runs as the user temoin and
may open a tablet only because udevd gave it to plugdev. In the scenario `units` systemd starts it.   guest.py STAGE FLEET_PROGRAM [SCENARIO...]"""

import contextlib
import glob
import http.client
import json
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

SECONDS = 60  # until something happens; all is slow in an emulated machine
WAITS = "\n[bench]\nsettle_s = 2\nleave_s = 30\nprobe_s = 30\nreturn_s = 60\n"
SOCKET = "/run/temoin/admin.sock"
LIMIT_MESSAGES = ("BUG:", "Oops", "Call Trace", "hung task")


def run(*command, **options):
    return subprocess.run(command, check=True, capture_output=True, text=True, **options).stdout


def until(holds, what, seconds=SECONDS):
    end = time.monotonic() + seconds
    while True:
        found = holds()
        if found:
            return found
        assert time.monotonic() < end, f"waited in vain for: {what}"
        time.sleep(0.2)  # of files, nodes and answers: there is no one event to wait for


def as_user(name, command):
    return ["setpriv", "--reuid", name, "--regid", name, "--init-groups", *command]


def install(stage):
    """What the package's installation does: files, users, rules."""
    shutil.copytree(stage, "/", symlinks=True, dirs_exist_ok=True)
    run("systemd-sysusers")
    run("udevadm", "control", "--reload")
    own_folders()
    with open("/etc/temoin/temoin.conf", "a", encoding="utf-8") as file:
        file.write(WAITS)


def own_folders():
    """What systemd makes for the unit, where the daemon is started without it."""
    for folder in ("/var/lib/temoin", "/run/temoin"):
        os.makedirs(folder, exist_ok=True)
        shutil.chown(folder, "temoin", "temoin")


class Connection(http.client.HTTPConnection):
    def __init__(self):
        super().__init__("temoin", timeout=SECONDS)

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(SECONDS)
        self.sock.connect(SOCKET)


class Daemon:
    """The installed temoind, as its own user."""

    def __enter__(self):
        shutil.rmtree("/var/lib/temoin", ignore_errors=True)
        os.makedirs("/var/lib/temoin")
        shutil.chown("/var/lib/temoin", "temoin", "temoin")
        self.log = tempfile.TemporaryFile("w+")
        self.process = subprocess.Popen(as_user("temoin", ["/usr/local/sbin/temoind", "--config", "/etc/temoin/temoin.conf"]),
                                        stdout=self.log, stderr=subprocess.STDOUT)
        until(lambda: os.path.exists(SOCKET), "the daemon's socket")
        with open(f"/proc/{self.process.pid}/status", encoding="utf-8") as status:
            uid = next(line.split()[1] for line in status if line.startswith("Uid:"))
        assert int(uid) == pwd.getpwnam("temoin").pw_uid, "it is not the user temoin"
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        try:
            assert self.process.wait(SECONDS) == 0, self.said()
        finally:
            self.process.kill()

    def said(self):
        self.log.seek(0)
        return self.log.read()

    def done(self, method, path, body=None):
        link = Connection()
        link.request(method, path, None if body is None else json.dumps(body),
                     {"Idempotency-Key": os.urandom(8).hex()} if method == "POST" else {})
        answer = link.getresponse()
        content = json.loads(answer.read())
        link.close()
        assert answer.status < 300, f"{method} {path}: {content}"
        return content

    def get(self, path):
        return self.done("GET", path)

    def post(self, path, body):
        return self.done("POST", path, body)["items"][0]["code"]

    def slot(self, serial):
        return next((slot for slot in self.get("/v1/bench")["items"] if slot["serial"] == serial), None)

    def know(self, serial):
        item = self.post("/v1/items", {"serial": serial, "model": "Galaxy Tab A9"})
        until(lambda: any(slot["item"] == item for slot in self.get("/v1/bench")["items"]), f"{serial} on the bench; {self.said()}")
        return item

    def wipe(self, item, **fields):
        return self.post("/v1/wipes", {"item": item, "overrides": ["wipe-accounts-unseen", "wipe-strategy"], "comment": "banc", **fields})

    def reach(self, wipe, state, reason=None):
        def holds():
            now = self.get(f"/v1/objects/{wipe}")
            if now["state"] == state and reason in (None, now["reason"]):
                return now
            story = "\n".join(f"{event['kind']}: {event['text']}" for event in now["evidence"])
            assert now["state"] not in ("not_wiped", "unknown", "blocked", "aborted"), f"{now['state']} ({now['reason']})\n{story}\n{self.said()}"
            return None
        return until(holds, f"{wipe} {state} {reason}")

    def attest(self, wipe):
        self.done("POST", "/v1/attestations", {"wipe": wipe, "text": "page Bienvenue, aucun compte"})


class Units(Daemon):
    """temoind as systemd starts it from the installed unit, sandbox and all; temoin-modem behind its socket likewise."""

    STARTED = ("temoin-modem.socket", "temoind.service")

    def __enter__(self):
        shutil.rmtree("/var/lib/temoin", ignore_errors=True)  # StateDirectory makes it, and RuntimeDirectory the other one
        shutil.rmtree("/run/temoin", ignore_errors=True)
        run("systemctl", "daemon-reload")
        run("systemctl", "start", *self.STARTED)
        until(lambda: os.path.exists(SOCKET), f"the daemon's socket; {self.said()}")
        return self

    def __exit__(self, *_):
        run("systemctl", "stop", *self.STARTED, "temoin-modem@*")
        failed = run("systemctl", "list-units", "--failed", "--plain", "--no-legend")
        own_folders()
        assert failed == "", failed + self.said()

    def said(self):
        return run("dmesg")[-3000:]


class Fleet:
    """The emulated devices behind vhci_hcd."""

    program = None

    def __init__(self, scenario):
        self.scenario = scenario

    def __enter__(self):
        self.folder = tempfile.mkdtemp(prefix="fleet.")
        path, self.socket = os.path.join(self.folder, "scenario"), os.path.join(self.folder, "socket")
        with open(path, "w", encoding="utf-8") as file:
            file.write(self.scenario)
        self.process = subprocess.Popen([self.program, "--scenario", path, "--socket", self.socket], stdout=subprocess.PIPE, text=True)
        line = self.process.stdout.readline()
        assert line.startswith("READY"), f"the fleet does not start: {line}"
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(SECONDS)
        until(lambda: not nodes_of("18d1") + nodes_of("04e8"), "the devices gone")

    def send(self, command):
        with socket.socket(socket.AF_UNIX) as link:
            link.settimeout(SECONDS)
            link.connect(self.socket)
            link.sendall(command.encode() + b"\n")
            answer = link.makefile().readline().rstrip("\n")
        assert answer.split(" ", 1)[0] == "ok", f"{command}: {answer}"
        return answer[3:]

    def state(self, name):
        return dict(word.split("=", 1) for word in self.send(f"state {name}").split())


def tablet(number, **settings):
    keys = {"port": f"1-{1 + number // 8}.{1 + number % 8}", "serial": f"R9KERNEL{number:02}", "maker": "Samsung", "model": "SM-X110",
            "wipe_seconds": "3", "boot_seconds": "2", **settings}
    return f"[tablet T{number}]\n" + "".join(f"{key}={value}\n" for key, value in keys.items())


def sysfs(path, name):
    try:
        with open(os.path.join(path, name), encoding="utf-8") as file:
            return file.read().strip()
    except OSError:
        return ""


def device(serial):
    """(sysfs folder, vendor:product) of what shows that serial on the real bus."""
    for path in glob.glob("/sys/bus/usb/devices/*"):
        if sysfs(path, "serial") == serial:
            return path, f"{sysfs(path, 'idVendor')}:{sysfs(path, 'idProduct')}"
    return None


def nodes_of(vendor):
    return [path for path in glob.glob("/sys/bus/usb/devices/*") if sysfs(path, "idVendor") == vendor]


# ---- scenarios ----

def one_tablet():
    """Hotplug, the udev rule, adb, a reset, back, attested."""
    with Daemon() as daemon, Fleet(tablet(0)) as fleet:
        item = daemon.know("R9KERNEL00")
        path, _ = device("R9KERNEL00")
        node = f"/dev/bus/usb/{int(sysfs(path, 'busnum')):03}/{int(sysfs(path, 'devnum')):03}"
        status = os.stat(node)
        assert status.st_uid == 0 and oct(status.st_mode & 0o777) == "0o660", f"{node} {oct(status.st_mode)}"
        wipe = daemon.wipe(item)
        daemon.reach(wipe, "wait_human", "attest")
        daemon.attest(wipe)
        told, truth = daemon.get(f"/v1/objects/{wipe}"), fleet.state("T0")
        assert (told["state"], told["verdict"], truth["wiped"], truth["wipe_commands"]) == ("verified", "attested", "1", "1"), told
        assert truth["protocol_errors"] == truth["missing_zlps"] == "0", truth
        assert daemon.get(f"/v1/objects/{item}")["state"] == "ready"


def without_the_rule():
    """The same tablet with the rule away: nothing is opened, and the sentence says it."""
    rules = "/usr/local/lib/udev/rules.d/70-temoin.rules"
    os.rename(rules, rules + ".away")
    run("udevadm", "control", "--reload")
    try:
        with Daemon() as daemon, Fleet(tablet(0)):
            slot = until(lambda: next(iter(daemon.get("/v1/bench")["items"]), None), "the tablet on the bench")
            assert slot["serial"] is None and slot["link"] == "no_permission", slot
    finally:
        os.rename(rules + ".away", rules)
        run("udevadm", "control", "--reload")


def modes_and_products():
    """adb, boot loader, fastboot, a new tablet without adb, adb again: another product number each time, the same port."""
    with Daemon() as daemon, Fleet(tablet(0, bootloader="unlocked")) as fleet:
        item = daemon.know("R9KERNEL00")
        seen = [device("R9KERNEL00")]
        fleet.send("human T0 bootloader")
        until(lambda: (daemon.slot("R9KERNEL00") or {}).get("mode") == "fastboot", "fastboot")
        seen.append(device("R9KERNEL00"))
        wipe = daemon.wipe(item, strategy="fastboot")
        daemon.reach(wipe, "wait_human", "attest")
        seen.append(device("R9KERNEL00"))
        assert fleet.state("T0")["wiped"] == "1"
        daemon.attest(wipe)
        fleet.send("human T0 setup")
        until(lambda: (daemon.slot("R9KERNEL00") or {}).get("mode") == "adb", "adb again")
        seen.append(device("R9KERNEL00"))
        products = [product for _, product in seen]
        assert products == ["04e8:4ee2", "04e8:4ee0", "04e8:4ee1", "04e8:4ee2"], products
        assert len({path for path, _ in seen}) == 1, seen


def stock_tools():
    """Debian's own adb and fastboot take the emulated tablet for a real one: they check the fleet, not the daemon."""
    home = {**os.environ, "HOME": tempfile.mkdtemp()}
    with Fleet(tablet(0, bootloader="unlocked")) as fleet:
        try:
            run("adb", "start-server", env=home)
            until(lambda: "R9KERNEL00\tdevice" in run("adb", "devices", env=home), "the tablet in `adb devices`")
            assert run("adb", "shell", "getprop", "ro.serialno", env=home).strip() == "R9KERNEL00"
            run("adb", "reboot", "bootloader", env=home)
            until(lambda: "R9KERNEL00\tfastboot" in run("fastboot", "devices"), "the tablet in `fastboot devices`")
            run("fastboot", "erase", "userdata")
            run("fastboot", "reboot")
        finally:
            subprocess.run(["adb", "kill-server"], env=home, check=False, capture_output=True)
        until(lambda: fleet.state("T0")["mode"] in ("adb", "plain"), "Android")
        assert fleet.state("T0")["wiped"] == "1"


def sixteen_tablets():
    """All at once, each on its own port."""
    numbers = range(16)
    with Daemon() as daemon, Fleet("".join(tablet(number) for number in numbers)) as fleet:
        items = [daemon.know(f"R9KERNEL{number:02}") for number in numbers]
        assert len({slot["port"] for slot in daemon.get("/v1/bench")["items"]}) == 16
        wipes = [daemon.wipe(item) for item in items]
        for wipe in wipes:
            daemon.reach(wipe, "wait_human", "attest")
        assert all(fleet.state(f"T{number}")["wiped"] == "1" for number in numbers)


def cable_pulled():
    """While it erases, and back in: the same wipe goes on."""
    with Daemon() as daemon, Fleet(tablet(0, wipe_seconds="6")) as fleet:
        wipe = daemon.wipe(daemon.know("R9KERNEL00"))
        daemon.reach(wipe, "gone")
        fleet.send("unplug T0")
        fleet.send("plug T0")
        daemon.reach(wipe, "wait_human", "attest")


MODEM = """
[operator orange]
ussd #123#=page main
page main=Solde {balance} EUR
[sim S1]
iccid=8933010000000000018
imsi=208010000000001
numbers=+33639980001
operator=orange
balance=420
[modem M1]
port=2-1
imei=350000000000001
sim=S1
"""


def modem():
    """cdc_mbim makes the node, the rule gives it to temoin-modem, Debian's mbimcli reads the card through it as that user."""
    with Fleet(MODEM):
        node = until(lambda: next(iter(glob.glob("/dev/cdc-wdm*")), None), "a node of cdc_mbim")
        driver = os.path.realpath(f"/sys/class/usbmisc/{os.path.basename(node)}/device/driver")
        assert os.path.basename(driver) == "cdc_mbim", driver
        group = pwd.getpwnam("temoin-modem").pw_gid
        until(lambda: os.stat(node).st_gid == group, "the node given to temoin-modem")
        said = run(*as_user("temoin-modem", ["mbimcli", "-d", node, "--query-subscriber-ready-status"]), timeout=SECONDS)
        assert "8933010000000000018" in said and "208010000000001" in said, said
    until(lambda: not glob.glob("/dev/cdc-wdm*"), "the node gone")


def processes(name):
    """What /proc says of each process of that name."""
    found = []
    for path in glob.glob("/proc/[0-9]*/status"):
        with contextlib.suppress(OSError), open(path, encoding="utf-8") as file:
            status = dict(line.rstrip("\n").split(":\t", 1) for line in file if ":\t" in line)
            if status["Name"] == name:
                found.append(status)
    return found


def units():
    """The installed units under systemd: temoind dials the socket, systemd starts temoin-modem as its own user, and the card is read through a real
    node of cdc_mbim. What each may do is what its unit says."""
    with Fleet(MODEM), Units() as daemon:
        until(lambda: any(modem["iccid"] for modem in daemon.get("/v1/modems")["items"]), f"the card is read; {daemon.said()}")
        said = json.loads(run("/usr/local/bin/temoin", "--json", "sim", "identify", timeout=SECONDS))
        assert [(act["state"], act["iccid"]) for act in said["items"]] == [("ok", "8933010000000000018")], said
        for name, user in (("temoind", "temoin"), ("temoin-modem", "temoin-modem")):
            status, = processes(name)
            assert int(status["Uid"].split()[0]) == pwd.getpwnam(user).pw_uid, status
            assert (status["NoNewPrivs"], status["Seccomp"], int(status["CapBnd"], 16)) == ("1", "2", 0), status
        item = daemon.post("/v1/items", {"serial": "R9KERNEL00", "model": "Galaxy Tab A9"})
        run("/usr/local/bin/temoin", "label", item, "-o", "/tmp/label.pdf", timeout=SECONDS)  # drawn by a thread of the pool
        with open("/tmp/label.pdf", "rb") as file:
            assert file.read(5) == b"%PDF-"
        shutil.chown("/var/backups/temoin", "temoin", "temoin")  # as the guide says
        run("systemctl", "start", "temoin-backup.service", timeout=SECONDS)
        assert len(glob.glob("/var/backups/temoin/register-*.backup")) == 1
        run("systemctl", "stop", "temoind.service")
        until(lambda: processes("temoin-modem") == [], "temoin-modem ended with its connection")


ASKED = 0


def ask_outside(request):
    """Of whoever stands beside the machine: see Desk in vm.py."""
    global ASKED
    with open("/vm/ask.new", "w", encoding="utf-8") as file:
        json.dump(request, file)
    os.rename("/vm/ask.new", f"/vm/ask-{ASKED}")
    path = f"/vm/answer-{ASKED}"
    ASKED += 1
    until(lambda: os.path.exists(path), f"{request} done")
    with open(path, encoding="utf-8") as file:
        answer = json.load(file)
    assert "return" in answer, answer
    return answer["return"]


def ask_the_machine(command, **arguments):
    """Something of QEMU's own."""
    ask_outside({"execute": command, "arguments": arguments})


class HubFleet(Fleet):
    """The emulated tablets in ports 6, 7 and 8 of QEMU's hub. Their program runs beside the machine."""

    def __enter__(self):
        line = ask_outside({"fleet": self.scenario})
        assert line.startswith("READY"), f"the fleet does not start: {line}"
        return self

    def __exit__(self, *_):
        assert ask_outside({"end": True}) == 0, "the fleet ended badly"
        until(lambda: not nodes_of("04e8"), "the devices gone")

    def send(self, command):
        answer = ask_outside({"send": command}).rstrip("\n")
        assert answer.split(" ", 1)[0] == "ok", f"{command}: {answer}"
        return answer[3:]


def plug_in(number, port):
    """QEMU's own MTP device: a tablet with debugging off, in a port of QEMU's hub."""
    ask_the_machine("device_add", driver="usb-mtp", id=f"mtp{number}", bus="x.0", port=f"2.{port}", rootdir="/usr/share/zoneinfo",
                    serial=f"R9HUB{number:02}", desc="Tab")


def behind_a_hub():
    """The ports of a real hub: a tablet in its port 5 and one in its port 2 keep their names, and are told apart when they come back."""
    with Daemon() as daemon:
        plug_in(1, 5)
        plug_in(2, 2)
        items = [daemon.know("R9HUB01"), daemon.know("R9HUB02")]
        ports = [daemon.slot(serial)["port"] for serial in ("R9HUB01", "R9HUB02")]
        assert ports[0].endswith(".5") and ports[1].endswith(".2") and ports[0][:-2] == ports[1][:-2], ports
        wipe = daemon.wipe(items[0])
        daemon.reach(wipe, "wait_human", "reset_by_hand")
        ask_the_machine("device_del", id="mtp1")
        daemon.reach(wipe, "gone")
        plug_in(1, 5)
        daemon.reach(wipe, "wait_human", "attest")
        # another tablet in that port is not the one that was wiped
        other = daemon.wipe(items[1])
        daemon.reach(other, "wait_human", "reset_by_hand")
        ask_the_machine("device_del", id="mtp2")
        daemon.reach(other, "gone")
        plug_in(3, 2)
        told = until(lambda: (lambda now: now if now["state"] == "unknown" else None)(daemon.get(f"/v1/objects/{other}")), "the swap seen")
        assert told["reason"] == "wipe_swapped", told
        for number in (1, 3):
            ask_the_machine("device_del", id=f"mtp{number}")


def hub_pulled():
    """Tablets with adb in three ports of a real hub: one is wiped under its hub's name, then the hub is pulled, and put back."""
    ports = (6, 7, 8)
    with Daemon() as daemon, HubFleet("".join(tablet(number, port=f"1-2.{port}") for number, port in enumerate(ports))) as fleet:
        items = [daemon.know(f"R9KERNEL0{number}") for number in range(len(ports))]
        shown = [daemon.slot(f"R9KERNEL0{number}")["port"] for number in range(len(ports))]
        hub = shown[0].rsplit(".", 1)[0]
        assert shown == [f"{hub}.{port}" for port in ports], shown
        wipe = daemon.wipe(items[0])
        told = daemon.reach(wipe, "wait_human", "attest")
        assert any(event["text"] == f"same-port: {hub}.6" for event in told["evidence"]), told["evidence"]
        truth = fleet.state("T0")
        assert (truth["wiped"], truth["wipe_commands"], truth["protocol_errors"], truth["missing_zlps"]) == ("1", "1", "0", "0"), truth
        ask_the_machine("device_del", id="hub")
        trouble = until(lambda: next(iter(daemon.get("/v1/bench")["troubles"]), None), "the hub missed")
        assert trouble["code"] == "bench_hub_gone" and hub in trouble["fr"] and hub in trouble["en"], trouble
        assert daemon.get("/v1/bench")["items"] == [] or all(slot["wipe"] == wipe for slot in daemon.get("/v1/bench")["items"])
        ask_the_machine("device_add", driver="usb-hub", id="hub", bus="x.0", port="2", ports=8)
        for port in ports:
            address = {"type": "unix", "data": {"path": f"{{share}}/redir-{port}"}}  # the socket went away with the device
            ask_the_machine("chardev-add", id=f"redir{port}", backend={"type": "socket", "data": {"addr": address, "server": True, "wait": False}})
            ask_the_machine("device_add", driver="usb-redir", id=f"tablet{port}", chardev=f"redir{port}", bus="x.0", port=f"2.{port}")
        until(lambda: daemon.get("/v1/bench")["troubles"] == [], "the hub back")
        until(lambda: all(daemon.slot(f"R9KERNEL0{number}") for number in range(len(ports))), "its tablets back")
        daemon.attest(wipe)
        assert daemon.get(f"/v1/objects/{items[0]}")["state"] == "ready"


GADGET = "/sys/kernel/config/usb_gadget/adbd"
ADBD = os.environ.get("ADBD") or shutil.which("adbd")


@contextlib.contextmanager
def real_adbd():
    """Debian's adbd behind dummy_hcd: a peer that nobody here wrote. It wants no key, and knows no Android command."""
    run("modprobe", "dummy_hcd", "is_high_speed=1")
    run("modprobe", "libcomposite")
    run("modprobe", "usb_f_fs")
    run("mount", "-t", "configfs", "none", "/sys/kernel/config")
    for folder in ("strings/0x409", "configs/c.1/strings/0x409", "functions/ffs.adb"):
        os.makedirs(f"{GADGET}/{folder}")
    for name, text in (("idVendor", "0x18d1"), ("idProduct", "0x4ee7"), ("strings/0x409/serialnumber", "R9ADBD01"),
                       ("strings/0x409/manufacturer", "Debian"), ("strings/0x409/product", "adbd")):
        with open(f"{GADGET}/{name}", "w", encoding="utf-8") as file:
            file.write(text)
    os.symlink(f"{GADGET}/functions/ffs.adb", f"{GADGET}/configs/c.1/ffs.adb")
    os.makedirs("/dev/usb-ffs/adb", exist_ok=True)
    run("mount", "-t", "functionfs", "adb", "/dev/usb-ffs/adb")
    tools = tempfile.mkdtemp()
    with open(f"{tools}/getprop", "w", encoding="utf-8") as file:
        file.write("#!/bin/sh\necho '[ro.serialno]: [R9ADBD01]'\necho '[ro.product.model]: [adbd]'\necho '[ro.build.version.sdk]: [34]'\n")
    os.chmod(f"{tools}/getprop", 0o755)
    process = subprocess.Popen(["unshare", "--net", ADBD], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                               env={**os.environ, "PATH": f"{tools}:{os.environ['PATH']}"})
    try:
        until(lambda: os.path.exists("/dev/usb-ffs/adb/ep1"), "adbd's endpoints")
        with open(f"{GADGET}/UDC", "w", encoding="utf-8") as file:
            file.write("dummy_udc.0")
        yield
    finally:
        process.kill()
        process.wait()


def debian_adbd():
    """Our side of adb against a daemon of Google's code: it is read, and what it says is judged. Nothing can be wiped on it."""
    if ADBD is None:
        return "SKIPPED: no adbd here (package adbd of bookworm-backports, or ADBD=PROGRAM)"
    with real_adbd(), Daemon() as daemon:
        item = daemon.know("R9ADBD01")
        wipe = daemon.wipe(item, strategy="guided")
        daemon.reach(wipe, "wait_human", "reset_by_hand")
        daemon.done("POST", "/v1/cancellations", {"wipe": wipe})
        read = daemon.wipe(item, strategy="recovery-wipe")
        ended = until(lambda: (lambda now: now if now["state"] == "blocked" else None)(daemon.get(f"/v1/objects/{read}")), "it was read")
        assert ended["reason"].startswith("wipe_objection|recovery-wipe|needs_android_15"), ended
    return None


SCENARIOS = [one_tablet, without_the_rule, modes_and_products, stock_tools, cable_pulled, sixteen_tablets, modem, units, behind_a_hub, hub_pulled, debian_adbd]


def main():
    stage, Fleet.program, wanted = sys.argv[1], sys.argv[2], sys.argv[3:]
    install(stage)
    run("modprobe", "-a", "vhci_hcd", "xhci_pci")
    failed = 0
    for scenario in SCENARIOS:
        if wanted and scenario.__name__ not in wanted:
            continue
        began = time.monotonic()
        try:
            said = scenario() or "ok"
        except Exception as failure:  # the others are run all the same
            failed += 1
            said = f"FAILED: {failure!r}" + (f"\n{failure.stderr}" if isinstance(failure, subprocess.CalledProcessError) else "")
        print(f"{scenario.__name__:20} {time.monotonic() - began:5.1f} s  {said}", flush=True)
    messages = [line for line in run("dmesg").splitlines() if any(word in line for word in LIMIT_MESSAGES)]
    print("\n".join(messages), end="")
    return 1 if failed or messages else 0


sys.exit(main())
