"""A network of its own for the browser: one without any way out, where nothing but the door to our proxy is heard.

The proxy alone would do for everything that is asked for by HTTP. But a page can also make a browser send packets (WebRTC
does, whatever its flags say in the small Chromium), and a browser that has been taken over asks no proxy. So the process
that drives it steps into a network namespace with a loopback that nobody else shares, and the proxy's door is carried in
through a socket in the file system. Linux lets an ordinary user do that together with a user namespace, which is also what
Chromium's own sandbox is made of: where one is forbidden, both are.
"""

import asyncio
import ctypes
import fcntl
import os
import signal
import socket
import struct
from contextlib import suppress
from pathlib import Path

CLONE_NEWUSER, CLONE_NEWNET = 0x10000000, 0x40000000
SIOCGIFFLAGS, SIOCSIFFLAGS, IFF_UP = 0x8913, 0x8914, 0x1
CHUNK = 64 * 1024


def enclose() -> bool:
    """Step into a network of our own for good, and return True; or False, with nothing changed, where that is forbidden.

    The process must have one thread. Tried in another process first: half a step would leave us without any loopback.
    """
    if not possible():
        return False
    _step_in()
    return True


def possible() -> bool:
    """Return True where `enclose` would work."""
    pid = os.fork()
    if pid == 0:
        try:
            _step_in()
        except OSError:
            os.kill(os.getpid(), signal.SIGKILL)  # no handlers, no flushing of what is the parent's
        os._exit(0)
    return os.waitpid(pid, 0)[1] == 0


def _step_in() -> None:
    uid, gid = os.geteuid(), os.getegid()
    _unshare(CLONE_NEWNET if uid == 0 else CLONE_NEWUSER | CLONE_NEWNET)
    if uid:
        # Nobody but ourselves exists there: the same numbers inside as outside.
        for name, line in (("setgroups", "deny"), ("uid_map", f"{uid} {uid} 1"), ("gid_map", f"{gid} {gid} 1")):
            Path("/proc/self", name).write_text(line)
    _raise_loopback()


def _unshare(flags: int) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(flags):
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


def _raise_loopback() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        asked = struct.pack("16sh", b"lo", 0)
        flags = struct.unpack("16sh", fcntl.ioctl(control, SIOCGIFFLAGS, asked)[:18])[1]
        fcntl.ioctl(control, SIOCSIFFLAGS, struct.pack("16sh", b"lo", flags | IFF_UP))


async def carry_in(door: Path) -> tuple[asyncio.Server, int]:
    """Listen on our own loopback and carry every connection to the socket `door`. Return the server and its port."""

    async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            far_reader, far_writer = await asyncio.open_unix_connection(str(door))
        except OSError:  # the proxy has closed
            writer.close()
            return
        await asyncio.gather(_pour(reader, far_writer), _pour(far_reader, writer))

    server = await asyncio.start_server(carry, "127.0.0.1", 0)
    return server, server.sockets[0].getsockname()[1]


async def _pour(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while data := await reader.read(CHUNK):
            writer.write(data)
            await writer.drain()
    writer.close()
