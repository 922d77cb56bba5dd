"""System calls of one run, counted by strace, and faults injected into them one at a time."""

import collections
import re
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

# What changes a disk or talks to a server. Reading alone cannot leave anything half done.
CALLS = ("openat,creat,mkdir,mkdirat,write,writev,pwrite64,pwritev,ftruncate,fallocate,copy_file_range,fsync,fdatasync,"
         "sync_file_range,rename,renameat,renameat2,link,linkat,symlink,unlink,unlinkat,rmdir,close,sendto,sendmsg,recvfrom,"
         "execve").split(",")
# The errors that such a call may give, beside being killed there.
ERRORS = {
    "openat": ["ENOSPC"], "mkdir": ["ENOSPC"], "mkdirat": ["ENOSPC"], "write": ["ENOSPC"], "writev": ["ENOSPC"],
    "pwrite64": ["ENOSPC", "EIO"], "ftruncate": ["EIO"], "fsync": ["EIO"], "fdatasync": ["EIO"], "rename": ["EIO"],
    "renameat": ["EIO"], "renameat2": ["EIO"], "link": ["EIO"], "linkat": ["ENOSPC"], "unlink": ["EIO"],
    "unlinkat": ["EIO"], "recvfrom": ["ECONNRESET"],  # not sendto: its error alone, with the server still there, is none
}
LINE = re.compile(r"^(\d+)\s+(\w+)\((.*)$")


@dataclass(frozen=True)
class Fault:
    call: str
    when: int  # the how-manieth of these calls in a process or thread
    action: str  # "KILL", or the name of an errno
    path: str = field(default="", compare=False)  # what the call was about in the clean run

    def injection(self):
        if self.action == "NONE":
            return []
        how = "signal=KILL" if self.action == "KILL" else f"error={self.action}"
        return ["-e", f"trace={self.call}", "-e", f"inject={self.call}:{how}:when={self.when}"]

    def __str__(self):
        return f"{self.call} #{self.when} {self.action}"

    def is_met(self, status, hit):
        """Whether it happened at all: the next run may make fewer such calls than the clean one."""
        if self.action == "NONE":
            return status == 0
        return status == -9 if self.action == "KILL" else bool(hit)

    def loses_data(self, hit):
        """Whether the call that was hit could not write something to the disk that a backup needs. (Threads share the work
        anew in every run: the call of this number may be another one than in the clean run, or not be made at all.)"""
        return self.action not in ("KILL", "NONE") and self.call in ("write", "fsync", "fdatasync") and any(
            part in hit for part in ("/backups/backups/", "/backups/packs/"))


# No fault: the command ends by itself. What it has acknowledged must be there whatever comes then.
ENDED = Fault("exit", 1, "NONE")


def strace_works():
    """Whether processes may be traced here (some containers forbid it)."""
    try:
        return subprocess.run(["strace", "-o", "/dev/null", "true"], capture_output=True).returncode == 0
    except FileNotFoundError:
        return False


def is_relevant(call, arguments, folder, with_server):
    if call == "execve":
        return True
    if call in ("sendto", "sendmsg", "recvfrom"):
        return with_server
    if call == "close":  # of a file: its error is the last chance to hear of lost data
        return folder in arguments.split(")")[0] and "O_" not in arguments
    if call == "openat":
        return folder in arguments and "O_CREAT" in arguments
    return folder in arguments


def list_faults(command, folder, environment, with_server):
    """Runs `command` once without a fault and lists every fault that is worth injecting: the calls that touch `folder`
    or the server, numbered as strace numbers them (by call, in each thread)."""
    trace = folder.parent / (folder.name + ".trace")
    subprocess.run(["strace", "-f", "-y", "-s", "0", "-o", trace, "-e", "trace=" + ",".join(CALLS), *command], cwd=folder,
                   env=environment, stdin=subprocess.DEVNULL, capture_output=True, check=True, timeout=120)
    counts, faults = collections.Counter(), {}
    for line in trace.read_text(errors="replace").splitlines():
        match = LINE.match(line)
        if not match:
            continue
        thread, call, arguments = match.groups()
        counts[thread, call] += 1
        if is_relevant(call, arguments, str(folder), with_server):
            for action in ["KILL", *ERRORS.get(call, [])]:
                faults.setdefault(Fault(call, counts[thread, call], action, arguments[:200]))
    trace.unlink()
    faults.pop(Fault("execve", 1, "KILL"), None)  # strace starting the command itself
    return list(faults)


def sample(faults, each):
    """The first, the last and some between of every call and action: what a quick run looks at."""
    groups = collections.defaultdict(list)
    for fault in faults:
        groups[fault.call, fault.action].append(fault)
    chosen = {}
    for group in groups.values():
        step = max(1, (len(group) - 1) // max(1, each - 1))
        for fault in [*group[:-1:step][: each - 1], group[-1]]:
            chosen[fault] = None
    return list(chosen)


def run_with_fault(fault, command, folder, environment, timeout=60):
    """The exit status (negative: killed by that signal), what was printed, and the calls that were made to fail."""
    trace = folder.parent / (folder.name + ".trace")
    try:
        # Not with --seccomp-bpf: strace 6.1 then sends no signal, and nobody is killed.
        done = subprocess.run(["strace", "-f", "-y", "-s", "0", "-o", trace, *fault.injection(), *command],
                              cwd=folder, env=environment, stdin=subprocess.DEVNULL, capture_output=True, timeout=timeout)
        hit = "".join(line for line in trace.read_text(errors="replace").splitlines() if "(INJECTED)" in line)
    except subprocess.TimeoutExpired:
        return None, "", "", ""
    finally:
        trace.unlink(missing_ok=True)
    return done.returncode, done.stdout.decode(errors="replace"), done.stderr.decode(errors="replace"), hit
