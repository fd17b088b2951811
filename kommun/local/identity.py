"""Who a server runs as. PostgreSQL refuses to run as root, and a fresh machine or container often has nothing else.

As root there are two ways, and neither creates a user nor opens a folder to others:

- a user namespace in which root is called nobody: files stay root's own. Forbidden in a chroot and in most containers;
- becoming nobody for real, with the one capability needed to pass through folders that are closed to nobody.
"""

import ctypes
import os
import signal
import subprocess
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path

NOBODY = 65534  # must have a line in the passwd file, because initdb looks its own name up

_CLONE_NEWUSER = 0x10000000
_PR_SET_PDEATHSIG, _PR_SET_SECUREBITS, _PR_CAP_AMBIENT, _PR_CAP_AMBIENT_RAISE = 1, 28, 47, 2
_SECBIT_NO_SETUID_FIXUP = 1 << 2
_CAP_DAC_OVERRIDE = 1
_CAPABILITY_VERSION_3 = 0x20080522

_libc = ctypes.CDLL(None, use_errno=True)

Step = Callable[[], None]


def _call(name: str, *args: object) -> None:
    if getattr(_libc, name)(*args) != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}")


def follow_parent(sign: signal.Signals, parent: int) -> None:
    """Ask the kernel to send this process `sign` when its parent, the process `parent`, ends in any way."""
    _call("prctl", _PR_SET_PDEATHSIG, int(sign), 0, 0, 0)
    if os.getppid() != parent:  # it ended before the kernel was asked
        os.kill(os.getpid(), sign)


def die_with_parent(sign: signal.Signals) -> Step:
    """Return the step that makes a child of this process follow it with `sign`."""
    return partial(follow_parent, sign, os.getpid())


def _as_is() -> None:
    """Stay who we are."""


def _in_namespace() -> None:
    """Enter a user namespace where root is called nobody."""
    _call("unshare", _CLONE_NEWUSER)
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{NOBODY} 0 1")
    Path("/proc/self/gid_map").write_text(f"{NOBODY} 0 1")


def _become(uid: int) -> Step:
    """Return a step that becomes the user `uid`, able to pass closed folders when the kernel lets us keep that."""

    def step() -> None:
        with suppress(OSError):
            # Capabilities outlive the change of user, and count for access(2) too, with which initdb looks for postgres.
            _call("prctl", _PR_SET_SECUREBITS, _SECBIT_NO_SETUID_FIXUP, 0, 0, 0)
        os.setgroups([])
        os.setgid(uid)
        os.setuid(uid)
        bit = 1 << _CAP_DAC_OVERRIDE
        header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION_3, 0)
        sets = (ctypes.c_uint32 * 6)(bit, bit, bit, 0, 0, 0)  # effective, permitted, inheritable; then the upper halves
        with suppress(OSError):  # without, it works where the folders are open to everybody; elsewhere the log says why
            _call("capset", header, sets)
            _call("prctl", _PR_CAP_AMBIENT, _PR_CAP_AMBIENT_RAISE, _CAP_DAC_OVERRIDE, 0, 0)

    return step


def _works(step: Step) -> bool:
    try:
        subprocess.run(["/bin/true"], preexec_fn=step, check=True)
    except (OSError, subprocess.SubprocessError):
        return False
    return True


def server_identity(folder: Path) -> Step:
    """Return the step that makes a child a fit owner of `folder` for PostgreSQL; gives an untouched folder to it.

    A folder that already belongs to somebody keeps its owner, so that data survives a change of kernel settings.
    """
    if os.geteuid() != 0:
        return _as_is
    owner = folder.stat().st_uid
    if owner == 0 and _works(_in_namespace):
        return _in_namespace
    if owner == 0:
        owner = NOBODY
        os.chown(folder, NOBODY, NOBODY)
    return _become(owner)
