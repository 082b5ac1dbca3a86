"""A network of its own for doubles that listen on every interface: only loopback exists in there."""

import fcntl
import os
import shutil
import socket
import struct
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
READ_FLAGS, WRITE_FLAGS = 0x8913, 0x8914  # SIOCGIFFLAGS and SIOCSIFFLAGS
UP_AND_RUNNING = 0x41


def confined(module: str, *arguments: str) -> list[str]:
    """Return the command that runs a module of ours in a network namespace of its own.

    Root makes one directly; others need unprivileged user namespaces.
    """
    unshare = shutil.which("unshare")
    if unshare is None:
        message = "unshare is missing: install util-linux, which holds it, and run make test again"
        raise FileNotFoundError(message)
    own = ["-n"] if os.geteuid() == 0 else ["-rn"]
    return [unshare, *own, "--", sys.executable, "-m", module, *arguments]


def raise_loopback() -> None:
    """Bring the loopback interface up; a new namespace has it down."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as handle:
        request = struct.pack("16sh", b"lo", 0)
        flags = struct.unpack("16sh", fcntl.ioctl(handle, READ_FLAGS, request))[1]
        fcntl.ioctl(handle, WRITE_FLAGS, struct.pack("16sh", b"lo", flags | UP_AND_RUNNING))


def require_confinement() -> None:
    """Refuse to go on where another interface than loopback exists."""
    names = {name for _, name in socket.if_nameindex()}
    if any(not name.startswith(("lo", "tunl", "sit", "gre", "erspan", "ip6", "ip_vti")) for name in names):
        raise RuntimeError("this must run in a network namespace of its own")
