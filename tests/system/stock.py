"""Stock adb and fastboot on an emulated fleet. Knows nothing of the daemon; the standard library only."""

import os
import shutil
import signal
import subprocess
import tempfile

SECONDS = 20  # for one command


def ignore_hangup():
    # The terminal behind a device node hangs up when the device goes.
    signal.signal(signal.SIGHUP, signal.SIG_IGN)


class Tools:
    """adb with a server and a home of its own, and fastboot, both on one fleet."""

    def __init__(self, fleet, **extra):
        self.home = tempfile.mkdtemp(prefix="fleet-home.")
        address = f"localfilesystem:{self.home}/adb"
        self.env = {**fleet.env(stock=True), "HOME": self.home, "ANDROID_USER_HOME": self.home, "TMPDIR": self.home,
                    "ADB_SERVER_SOCKET": address, **extra}
        # As the client starts it, but as our child. It says OK once it has looked at the bus; asking it before would
        # make the client start a second one.
        ready, reply = os.pipe()
        self.server = subprocess.Popen(["adb", "-L", address, "fork-server", "server", "--reply-fd", str(reply)],
                                       env=self.env, preexec_fn=ignore_hangup, pass_fds=[reply],
                                       stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(reply)
        with open(ready, "rb") as answer:
            self.is_ready = answer.read(3) == b"OK\n"

    def __enter__(self):
        assert self.is_ready, "the adb server did not start"
        return self

    def __exit__(self, *_):
        self.server.kill()  # the preload may leave it with all signals blocked, and it has nothing to save
        self.server.wait()
        shutil.rmtree(self.home)

    def run(self, *words, **options):
        return subprocess.run(words, env=self.env, preexec_fn=ignore_hangup, capture_output=True, timeout=SECONDS,
                              check=False, **options)

    def adb(self, *words, serial="R9TEST0001", **options):
        return self.run("adb", "-s", serial, *words, **options)

    def fastboot(self, *words, serial="R9TEST0001"):
        return self.run("fastboot", "-s", serial, *words)

    def devices(self):
        lines = self.run("adb", "devices").stdout.decode().splitlines()[1:]
        return dict(line.split("\t") for line in lines if line)

    def online(self, serial="R9TEST0001"):
        assert self.adb("wait-for-usb-device", serial=serial).returncode == 0
