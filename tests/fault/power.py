"""A disk whose power can be cut: ext4 in a file, whose kernel is told to forget all that was not written yet."""

import fcntl
import os
import shutil
import struct
import subprocess
import time

import faults
import sites

# FS_IOC_SHUTDOWN with EXT4_GOING_FLAGS_NOLOGFLUSH (linux/ext4.h): from now on nothing reaches the disk, and what only
# the kernel knew is gone.
SHUTDOWN, WITHOUT_FLUSH = 0x8004587D, 2


def run(*command):
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(map(str, command))}: {done.stderr.strip()}")


def unmount(folder):
    """A child of another thread's may have the folder open for a moment, between its fork and its exec."""
    for _ in range(50):
        if subprocess.run(["umount", folder], capture_output=True).returncode == 0:
            return
        time.sleep(0.02)
    run("umount", folder)


class PoweredSqliteSite(sites.SqliteSite):
    """Each case on a file system of its own. After every fault its power is cut, and it is mounted again."""

    def __init__(self, folder, options="defaults"):
        super().__init__(folder)
        self.options = options
        self.blank = self.folder / "blank.img"

    def start(self):
        with open(self.blank, "wb") as image:
            image.truncate(48 << 20)
        run("mkfs.ext4", "-q", "-F", self.blank)

    def image(self, case):
        return case.with_name(case.name + ".img")

    def mount(self, case):
        run("mount", "-o", f"loop,{self.options}", self.image(case), case)

    def clone(self, template, case):
        case.mkdir()
        run("cp", "--sparse=always", self.blank, self.image(case))
        self.mount(case)
        shutil.copytree(template, case, dirs_exist_ok=True)
        # What was there before is on the disk.
        unmount(case)
        self.mount(case)

    def after_fault(self, case):
        folder = os.open(case, os.O_RDONLY)
        try:
            fcntl.ioctl(folder, SHUTDOWN, struct.pack("I", WITHOUT_FLUSH))
        finally:
            os.close(folder)
        unmount(case)
        self.mount(case)

    def remove(self, case):
        unmount(case)
        case.rmdir()
        self.image(case).unlink()

    def quick_limit(self, is_slow):
        return 4 if is_slow else 10

    def worthwhile(self, found):
        """The kills, since what fails and is told is another matter, and the end of a run that was acknowledged."""
        kills = [fault for fault in found if fault.action == "KILL" and fault.call != "close"]
        return [*kills, faults.ENDED]


def can_cut(folder):
    """Whether file systems may be mounted here (it takes root, and a kernel that has loop devices)."""
    site = PoweredSqliteSite(folder)
    template, case = folder / "try-template", folder / "try"
    try:
        template.mkdir()
        site.start()
        site.clone(template, case)
        site.after_fault(case)
        site.remove(case)
        return True
    except (OSError, RuntimeError):
        return False
    finally:
        shutil.rmtree(template, ignore_errors=True)
