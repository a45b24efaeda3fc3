"""A disk whose power can be cut, and whose operations can be made to fail (tests/powercut/, preloaded).

    with Disk() as disk:
        subprocess.Popen([...], env=disk.env())     # works in disk.live
        disk.fail(errno.ENOSPC, first=3)            # the third operation from now on fails
        disk.heal()
        ... kill it ...
        disk.cut()                                  # disk.live is now what a power cut would have left
"""

import errno
import mmap
import os
import shutil
import struct
import tempfile

from daemon import BUILD, Daemon
from fleet import sanitizer_runtime

SHIM = os.path.join(os.getcwd(), BUILD, "powercut.so")
WRITES, FLUSHES, OPENS = 1, 2, 4
EVER = 2 ** 62
NUMBERS = struct.Struct("=6q")  # of Fault in tests/powercut/fault.h


class Disk:
    """leak: of 1000 sectors written, how many reach the disk although nobody flushed them."""

    def __init__(self, leak=0):
        self.leak = leak
        self.folder = tempfile.mkdtemp(prefix="powercut.")
        self.live, self.shadow = os.path.join(self.folder, "live"), os.path.join(self.folder, "shadow")
        os.mkdir(self.live)
        os.mkdir(self.shadow)
        with open(self.fault_path, "wb+") as file:
            file.write(bytes(NUMBERS.size))
            file.flush()
            self.fault = mmap.mmap(file.fileno(), NUMBERS.size)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.fault.close()
        shutil.rmtree(self.folder)

    @property
    def fault_path(self):
        return os.path.join(self.folder, "fault")

    def env(self):
        preload = [runtime for runtime in (sanitizer_runtime(), SHIM) if runtime]
        return {**os.environ, "LD_PRELOAD": " ".join(preload), "POWERCUT_LIVE": self.live, "POWERCUT_SHADOW": self.shadow,
                "POWERCUT_LEAK": str(self.leak), "POWERCUT_FAULT": self.fault_path}

    def set(self, first, length, number, kinds):
        self.fault[:] = NUMBERS.pack(0, first, length, number, kinds, 0)

    def fail(self, number=errno.EIO, first=1, length=EVER, kinds=WRITES | FLUSHES):
        """Of the operations of these kinds from now on, so many fail, from the first-th."""
        self.set(first, length, number, kinds)

    def die(self, first):
        """The program is killed at that operation."""
        self.fail(0, first)

    def heal(self):
        """Nothing fails any more. Tells how many operations did."""
        *_, failed = NUMBERS.unpack(self.fault[:])
        self.set(0, 0, 0, WRITES | FLUSHES)
        return failed

    def seen(self):
        """Operations since the last fail or heal."""
        return NUMBERS.unpack(self.fault[:])[0]

    def left(self, to):
        """Copies what a power cut would leave now into the new folder `to`."""
        shutil.copytree(self.shadow, to, ignore=shutil.ignore_patterns(".*"))

    def cut(self):
        """Whoever worked there is dead."""
        shutil.rmtree(self.live)
        self.left(self.live)
        self.settle()

    def settle(self):
        """Time passes: everything written reaches the disk. Nobody may be working there."""
        shutil.rmtree(self.shadow)
        shutil.copytree(self.live, self.shadow)


class PoweredDaemon(Daemon):
    """A daemon that works on such a disk."""

    def __init__(self, disk, *options):
        super().__init__(*options, env=disk.env(), state_dir=disk.live)
        self.disk = disk

    def start(self):
        self.disk.settle()
        return super().start()

    def cut(self):
        """The power goes, and comes back."""
        self.kill()
        self.disk.cut()
