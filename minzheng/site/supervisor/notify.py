"""Telling systemd (``Type=notify``) how far we are. Without systemd nothing happens."""

from __future__ import annotations

import os
import socket
from contextlib import suppress


def tell(state: str) -> None:
    """``READY=1`` or ``STOPPING=1``; the socket's name is in ``NOTIFY_SOCKET``, ``@`` for an abstract one."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address:
        return
    with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as out:
        out.connect("\0" + address[1:] if address.startswith("@") else address)
        out.sendall(state.encode())
