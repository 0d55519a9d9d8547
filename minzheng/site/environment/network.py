"""Addresses: sets of addresses and networks, the addresses of this machine, and the hosts that may be asked for."""

from __future__ import annotations

import socket
from collections.abc import Iterable, Iterator
from contextlib import suppress
from functools import lru_cache
from ipaddress import ip_address, ip_network
from urllib.parse import urlsplit

LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
EVERYWHERE = ("0.0.0.0", "::")


class AddressSet:
    """IP addresses and networks; ``"10.1.2.3" in AddressSet(["10.1.0.0/16"])``. What is no address is in no set."""

    def __init__(self, members: Iterable[str]) -> None:
        self.networks = tuple(ip_network(member, strict=False) for member in members)
        self._known = lru_cache(maxsize=1024)(self._look)

    def __contains__(self, address: object) -> bool:
        return self._known(str(address))

    def __iter__(self) -> Iterator[str]:
        return (str(network) for network in self.networks)

    def __bool__(self) -> bool:
        return bool(self.networks)

    def _look(self, text: str) -> bool:
        try:
            address = ip_address(text)
        except ValueError:
            return False
        mapped = getattr(address, "ipv4_mapped", None)  # ::ffff:10.1.2.3 on a socket that listens on both
        return any((mapped or address) in network for network in self.networks)


def allowed_hosts(host: str, public_url: str, named: list[str]) -> list[str]:
    """Django's ``ALLOWED_HOSTS``. Always this machine itself (the supervisor's own look, monitoring) and the public
    address; then the hosts that are named, or else what the platform listens on. A demo on all interfaces admits the
    machine's own addresses, never just any name: a request for somebody else's name may come from a page of theirs
    (DNS rebinding), and names end up in links.
    """
    found = [*LOOPBACK, urlsplit(public_url).hostname or ""]
    if named:
        found += named
    elif host in EVERYWHERE:
        found += own_addresses()
    else:
        found.append(host)
    bracketed = (f"[{one}]" if ":" in one and not one.startswith("[") else one for one in found if one)
    return list(dict.fromkeys(bracketed))


def own_addresses() -> list[str]:
    """Host name and addresses of this machine's interfaces, without asking any network."""
    found = [socket.gethostname().lower()]
    with suppress(OSError):  # a machine whose name resolves to nothing has its routed addresses still
        found += [str(info[4][0]).partition("%")[0] for info in socket.getaddrinfo(socket.gethostname(), None)]
    for family, outside in ((socket.AF_INET, "192.0.2.1"), (socket.AF_INET6, "2001:db8::1")):
        # "connecting" a datagram socket sends nothing; it only asks the kernel which own address would be used
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            try:
                probe.connect((outside, 9))
                found.append(str(probe.getsockname()[0]))
            except OSError:
                continue
    return list(dict.fromkeys(found))
