"""A virtual machine with Debian's stock kernel over this machine's own files: the root is the host's, read-only, with a layer in memory on top.
No image is made and nothing outside the build directory is written. Software emulation, so that it runs anywhere.

    status = Machine("build/kernel").run(["python3", "tests/kernel/guest.py"], seconds=600)
"""

import glob
import gzip
import json
import lzma
import os
import shutil
import socket
import stat
import subprocess
import threading
import time

# what the kernel needs to find its root, and the folders of modules that are kept for the guest
FIRST_MODULES = ["virtio_pci", "9pnet_virtio", "9p", "overlay"]
FOLDERS = ["drivers/usb", "drivers/net/usb", "drivers/net/mii.ko", "drivers/net/wwan", "drivers/virtio", "drivers/char/hw_random", "drivers/hid",
           "drivers/input", "net/9p", "fs/9p", "fs/netfs", "fs/fscache", "fs/overlayfs", "fs/configfs", "lib", "crypto", "arch/x86/crypto"]
MEMORY_MB, CORES = 1024, 2
POLL_SECONDS = 0.05
INIT = """#!/bin/busybox sh
b=/bin/busybox
$b mkdir -p /proc /sys /dev /host /rw /new
$b mount -t proc proc /proc
$b mount -t sysfs sysfs /sys
$b mount -t devtmpfs dev /dev
for name in {modules}; do $b modprobe $name || $b echo "no module $name"; done
$b mount -t 9p -o ro,trans=virtio,version=9p2000.L,msize=524288,cache=loose hostroot /host
$b mount -t tmpfs -o size=75% rw /rw
$b mkdir /rw/up /rw/work
$b mount -t overlay -o lowerdir=/host,upperdir=/rw/up,workdir=/rw/work root /new || $b poweroff -f
$b mkdir -p /new/vm
$b mount -t 9p -o trans=virtio,version=9p2000.L,cache=none vm /new/vm
for name in proc sys dev; do $b mount --move /$name /new/$name; done
exec $b switch_root /new /bin/sh /vm/init
"""
# systemd is the first process, as on a real machine, and reads our units alone: those of this machine would start all that is installed here
GUEST_INIT = """#!/bin/sh
export PATH=/usr/sbin:/usr/bin:/sbin:/bin
mount -t tmpfs -o mode=755 run /run
mount -t tmpfs tmp /tmp
mkdir -p /dev/pts /dev/shm /run/lock /run/systemd/system /usr/lib/modules
mount -t devpts pts /dev/pts
mount -t tmpfs shm /dev/shm
mount --bind {root}/lib/modules /usr/lib/modules
ip link set lo up 2>/dev/null
/lib/systemd/systemd-udevd --daemon
cp /vm/units/* /run/systemd/system/
export SYSTEMD_UNIT_PATH=/run/systemd/system:/usr/local/lib/systemd/system
exec /lib/systemd/systemd --unit=guest.service --default-standard-output=kmsg --log-target=kmsg --show-status=no
"""
# what the default dependencies of any unit name
EMPTY_TARGETS = ["sysinit.target", "basic.target", "sockets.target", "shutdown.target", "local-fs.target", "multi-user.target", "timers.target"]
GUEST_UNITS = {
    "guest.service": """[Unit]
DefaultDependencies=no
[Service]
Type=oneshot
TimeoutStartSec=infinity
WorkingDirectory={folder}
Environment=PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root PYTHONDONTWRITEBYTECODE=1
ExecStart=/vm/command
StandardOutput=file:/vm/output
StandardError=inherit
""",
    **{name: "[Unit]\nDefaultDependencies=no\n" for name in EMPTY_TARGETS},
}
COMMAND = """#!/bin/sh
{command}
echo $? >/vm/status
sync
busybox poweroff -f
"""


def newc(entries):
    """A cpio archive of (name, mode, content), as the kernel unpacks it: its documentation, early-userspace/buffer-format."""
    out = bytearray()
    for number, (name, mode, content) in enumerate([*entries, ("TRAILER!!!", 0, b"")]):
        path = name.encode() + b"\0"
        fields = (number, mode, 0, 0, 1, 0, len(content), 0, 0, 0, 0, len(path), 0)
        out += b"070701" + b"".join(b"%08x" % field for field in fields) + path
        out += bytes(-len(out) % 4) + content
        out += bytes(-len(out) % 4)
    return bytes(out)


class Machine:
    """cache: a folder that is kept between runs."""

    def __init__(self, cache):
        self.cache = os.path.abspath(cache)
        os.makedirs(self.cache, exist_ok=True)

    # ---- the kernel ----

    def package(self):
        """The name of the stock kernel's package of today."""
        said = subprocess.run(["apt-cache", "depends", "linux-image-amd64"], check=True, capture_output=True, text=True).stdout
        return next(line.split()[1] for line in said.splitlines() if "Depends: linux-image-" in line)

    def unpack(self):
        """The kernel and the modules that are wanted, below the cache; once for each kernel."""
        name = self.package()
        self.root = os.path.join(self.cache, name)
        if os.path.exists(os.path.join(self.root, "done")):
            return
        shutil.rmtree(self.root, ignore_errors=True)
        os.makedirs(self.root)
        subprocess.run(["apt-get", "download", name], cwd=self.root, check=True, stdout=subprocess.DEVNULL)
        package, = glob.glob(os.path.join(self.root, "*.deb"))
        wanted = ["./boot/vmlinuz-*", "./lib/modules/*/modules.*"] + [f"./lib/modules/*/kernel/{folder}*" for folder in FOLDERS]
        tar = subprocess.Popen(["dpkg-deb", "--fsys-tarfile", package], stdout=subprocess.PIPE)
        subprocess.run(["tar", "-x", "-C", self.root, "--wildcards", *wanted], stdin=tar.stdout, check=False, stderr=subprocess.DEVNULL)
        tar.wait()
        os.unlink(package)
        subprocess.run(["depmod", "-b", self.root, self.release()], check=True)
        self.write_kernel()
        self.write_initrd()
        open(os.path.join(self.root, "done"), "w", encoding="utf-8").close()

    def release(self):
        return os.listdir(os.path.join(self.root, "lib", "modules"))[0]

    def write_kernel(self):
        """Unpacked here, in a second: emulated, the kernel would take ten to unpack itself."""
        packed, = glob.glob(os.path.join(self.root, "boot", "vmlinuz-*"))
        with open(packed, "rb") as file:
            image = file.read()
        try:
            image = lzma.LZMADecompressor(format=lzma.FORMAT_XZ).decompress(image[image.index(b"\xfd7zXZ\0"):])
        except (ValueError, lzma.LZMAError):
            pass  # packed in another way: it unpacks itself
        with open(os.path.join(self.root, "kernel"), "wb") as file:
            file.write(image)

    def module_files(self):
        """FIRST_MODULES and all that they need, relative to the root."""
        said = subprocess.run(["modprobe", "-d", self.root, "-S", self.release(), "--show-depends", "-a", *FIRST_MODULES],
                              check=True, capture_output=True, text=True).stdout
        return sorted({os.path.relpath(line.split()[1], self.root) for line in said.splitlines() if line.startswith("insmod")})

    def write_initrd(self):
        folder = f"lib/modules/{self.release()}"
        files = self.module_files() + [f"{folder}/modules.{name}" for name in ("dep", "alias", "symbols", "builtin", "order")]
        entries, folders = [], set()
        for path in files + ["bin/busybox"]:
            source = "/bin/busybox" if path == "bin/busybox" else os.path.join(self.root, path)
            parts = path.split("/")[:-1]
            for depth in range(1, len(parts) + 1):
                above = "/".join(parts[:depth])
                if above not in folders:
                    folders.add(above)
                    entries.append((above, stat.S_IFDIR | 0o755, b""))
            with open(source, "rb") as file:
                entries.append((path, stat.S_IFREG | 0o755, file.read()))
        entries.append(("init", stat.S_IFREG | 0o755, INIT.format(modules=" ".join(FIRST_MODULES)).encode()))
        with gzip.open(os.path.join(self.root, "initrd"), "wb", compresslevel=1) as file:
            file.write(newc(entries))

    # ---- a run ----

    def command(self, share, more):
        return ["qemu-system-x86_64", "-M", "q35", "-accel", "tcg,thread=multi", "-cpu", "max", "-m", str(MEMORY_MB), "-smp", str(CORES),
                "-nodefaults", "-display", "none", "-no-reboot", "-serial", f"file:{share}/console",
                "-kernel", os.path.join(self.root, "kernel"), "-initrd", os.path.join(self.root, "initrd"),
                "-append", "console=ttyS0 quiet panic=-1 mitigations=off nokaslr cryptomgr.notests",
                "-fsdev", "local,id=r,path=/,security_model=none,readonly=on,multidevs=remap", "-device", "virtio-9p-pci,fsdev=r,mount_tag=hostroot",
                "-fsdev", f"local,id=o,path={share},security_model=none", "-device", "virtio-9p-pci,fsdev=o,mount_tag=vm",
                "-device", "virtio-rng-pci", "-qmp", f"unix:{share}/qmp,server=on,wait=off", *more]

    def write_share(self, share, command):
        """The folder that both see, with what the guest begins by."""
        os.makedirs(os.path.join(share, "units"))
        words = {"root": self.root, "folder": os.getcwd(), "command": command}
        files = {"init": GUEST_INIT, "command": COMMAND, **{f"units/{name}": text for name, text in GUEST_UNITS.items()}}
        for name, text in files.items():
            path = os.path.join(share, name)
            with open(path, "w", encoding="utf-8") as file:
                file.write(text.format(**words))
            os.chmod(path, 0o755 if "/" not in name else 0o644)

    def run(self, command, seconds, more=(), fleet=None):
        """The exit status of a command that root runs in the guest, in this directory; None when it did not end in time. What it wrote is in
        self.output, what the kernel wrote in self.console. more: of QEMU's words, in which {share} is the folder that both see. fleet: the
        program of those devices that stand beside the machine."""
        self.unpack()
        share = os.path.join(self.cache, "share")
        shutil.rmtree(share, ignore_errors=True)
        self.write_share(share, " ".join(command))
        qemu = subprocess.Popen(self.command(share, [word.format(share=share) for word in more]), stdin=subprocess.DEVNULL)
        desk = threading.Thread(target=Desk(share, fleet).serve, args=(qemu,))
        desk.start()
        try:
            qemu.wait(seconds)
        except subprocess.TimeoutExpired:
            qemu.kill()
            qemu.wait()
        desk.join()
        self.output, self.console = read(share, "output"), read(share, "console")
        status = read(share, "status").strip()
        return int(status) if status else None


def read(share, name):
    try:
        with open(os.path.join(share, name), encoding="utf-8", errors="replace") as file:
            return file.read()
    except FileNotFoundError:
        return ""


class Desk:
    """Who stands beside the machine and does what the guest asks by a file ask-N: plugs QEMU's own USB devices (a command of QMP), or speaks to the
    fleet behind QEMU's hub, which cannot run inside ({"fleet": SCENARIO} begins one, {"send": COMMAND}, {"end": true})."""

    def __init__(self, share, fleet):
        self.share = share
        self.program = fleet
        self.link = self.fleet = None

    def tell(self, command):
        if self.link is None:
            connection = socket.socket(socket.AF_UNIX)
            connection.connect(os.path.join(self.share, "qmp"))
            self.link = connection.makefile("rw", encoding="utf-8")
            self.link.readline()
            self.tell({"execute": "qmp_capabilities"})
        self.link.write(json.dumps(command).replace("{share}", self.share) + "\n")
        self.link.flush()
        while True:
            answer = json.loads(self.link.readline())
            if "event" not in answer:
                return answer

    def begin(self, scenario):
        path, self.socket = os.path.join(self.share, "scenario"), os.path.join(self.share, "fleet")
        with open(path, "w", encoding="utf-8") as file:
            file.write(scenario)
        self.fleet = subprocess.Popen([self.program, "--scenario", path, "--socket", self.socket], stdout=subprocess.PIPE, text=True,
                                      env={**os.environ, "FLEET_REDIR": self.share})
        return self.fleet.stdout.readline()

    def send(self, command):
        with socket.socket(socket.AF_UNIX) as link:
            link.connect(self.socket)
            link.sendall(command.encode() + b"\n")
            return link.makefile(encoding="utf-8").readline()

    def end(self):
        fleet, self.fleet = self.fleet, None
        if fleet is None:
            return 0
        fleet.terminate()
        return fleet.wait()

    def do(self, asked):
        if "fleet" in asked:
            return {"return": self.begin(asked["fleet"])}
        if "send" in asked:
            return {"return": self.send(asked["send"])}
        if "end" in asked:
            return {"return": self.end()}
        return self.tell(asked)

    def serve(self, qemu):
        number = 0
        while qemu.poll() is None:
            path = os.path.join(self.share, f"ask-{number}")
            if not os.path.exists(path):
                time.sleep(POLL_SECONDS)  # a file of the guest's: there is no event to wait for
                continue
            with open(path, encoding="utf-8") as file:
                answer = self.do(json.load(file))
            with open(os.path.join(self.share, f"answer-{number}.new"), "w", encoding="utf-8") as file:
                json.dump(answer, file)
            os.rename(os.path.join(self.share, f"answer-{number}.new"), os.path.join(self.share, f"answer-{number}"))
            number += 1
        self.end()
