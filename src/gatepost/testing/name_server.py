"""A small authoritative name server (UDP and TCP) for tests and demonstrations, good and bad on demand.

    python -m gatepost.testing.name_server [--host 127.0.0.1] [--port 5353] [--delay-ms N] ZONEFILE

It answers from zone text (gatepost.testing.zone) for every name as if it were the whole DNS, so it can stand in
`dns_nameservers`. In a test:

    async with NameServer("mail.example 60 A 192.0.2.1") as server:
        names = Names(server.nameservers)          # "127.0.0.1:PORT"
        ...
        assert server.counts["mail.example", "A"] == 1

Messages are read and written by dnspython, on purpose: the resolver under test has its own reader and writer, and
two mistakes of one hand could cancel out. A finished answer is kept (10,000 of them), so a repeated question costs
little. Not for the open Internet: no rate limits, no zone transfers, no DNSSEC.
"""

import argparse
import asyncio
import signal
import sys
from collections import Counter
from pathlib import Path
from typing import Any, Self, cast

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.opcode
import dns.rcode
import dns.rdataclass
import dns.rdatatype
import dns.rrset

from gatepost.testing.zone import Behaviour, Entry, Zone, ZoneError

_MAX_KEPT = 10_000
_MAX_CHAIN = 16
_PLAIN_UDP_OCTETS = 512
_TCP_OCTETS = 65_535
_BIND_TRIES = 20


class NameServer:
    """Serves zone text on one address and port; an async context manager.

    `counts` holds the questions heard by (name, type); `packets` all datagrams and TCP messages heard. Setting
    `is_silent` makes the server hear and count but never answer.
    """

    def __init__(self, zone_text: str = "", *, delay_s: float = 0.0, host: str = "127.0.0.1", port: int = 0) -> None:
        self.zone = Zone(zone_text)
        self.host = host
        self.port = port
        self.delay_s = delay_s
        self.is_silent = False
        self.packets = 0
        self.counts: Counter[tuple[str, str]] = Counter()
        self._kept: dict[bytes, tuple[tuple[str, str], bytes]] = {}
        self._udp: asyncio.DatagramTransport | None = None
        self._tcp: asyncio.Server | None = None

    @property
    def nameservers(self) -> str:
        """The server as `dns_nameservers` wants it."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def start(self) -> None:
        """Bind UDP and TCP to one port. Raises OSError when it is taken."""
        loop = asyncio.get_running_loop()
        for tries_left in reversed(range(_BIND_TRIES)):
            transport, _ = await loop.create_datagram_endpoint(lambda: _Udp(self), local_addr=(self.host, self.port))
            port = transport.get_extra_info("sockname")[1]
            try:
                self._tcp = await loop.create_server(lambda: _Tcp(self), self.host, port)
            except OSError:
                transport.close()
                if self.port or not tries_left:
                    raise
                continue
            self._udp = transport
            self.port = port
            return

    async def stop(self) -> None:
        """Close; `start()` opens the same port again."""
        if self._udp is not None:
            self._udp.close()
        if self._tcp is not None:
            self._tcp.close()
            await self._tcp.wait_closed()
        # A datagram transport lets go of its socket in the next turn of the loop.
        await asyncio.sleep(0)

    def answers(self, query: bytes, *, is_udp: bool) -> tuple[float, tuple[bytes, ...]]:
        """Give what to send for one query: a delay in seconds and the messages, none for silence."""
        self.packets += 1
        kept = self._kept.get(query[2:]) if is_udp else None
        if kept is not None:
            self.counts[kept[0]] += 1
            return self.delay_s, () if self.is_silent else (query[:2] + kept[1],)
        try:
            question = dns.message.from_wire(query)
        except (dns.exception.DNSException, ValueError):
            return 0.0, ()
        if question.flags & dns.flags.QR:
            return 0.0, ()
        if len(question.question) != 1 or question.opcode() != dns.opcode.QUERY:
            return self.delay_s, (_bare(question, dns.rcode.NOTIMP).to_wire(),)
        asked = question.question[0]
        name = asked.name.to_text(omit_final_dot=True).lower()
        key = (name, dns.rdatatype.to_text(asked.rdtype))
        self.counts[key] += 1
        behaviours = self.zone.behaviours_of(*key)
        delay_s = behaviours["delay"].delay_s if "delay" in behaviours else self.delay_s
        if self.is_silent or "silent" in behaviours:
            return delay_s, ()
        octets = self._wire(question, key, behaviours, is_udp=is_udp)
        if not behaviours and is_udp and not self.zone.behaviours:
            if len(self._kept) >= _MAX_KEPT:
                self._kept.clear()
            self._kept[query[2:]] = (key, octets[2:])
        return delay_s, (*_forgeries(octets, behaviours), octets)

    def _wire(
        self, question: dns.message.Message, key: tuple[str, str], behaviours: dict[str, Behaviour], *, is_udp: bool
    ) -> bytes:
        """Make the answer."""
        if "no-edns" in behaviours and question.edns >= 0:
            return _bare(question, dns.rcode.FORMERR).to_wire()
        for word, rcode in (("servfail", dns.rcode.SERVFAIL), ("refused", dns.rcode.REFUSED)):
            if word in behaviours:
                return _bare(question, rcode).to_wire()
        reply = dns.message.make_response(question)
        reply.flags |= dns.flags.AA | dns.flags.RA
        if behaviours:
            # What is cut off or falsified below shall be the answer, and not an OPT record behind it.
            reply.use_edns(-1)
        if "nxdomain" in behaviours:
            reply.set_rcode(dns.rcode.NXDOMAIN)
        else:
            self._fill(reply, *key, is_shallow="shallow" in behaviours)
        if not reply.answer and "no-soa" not in behaviours:
            _add(reply.authority, *self.zone.authority(key[0]), "SOA")
        if "truncate" in behaviours and is_udp:
            return _truncated(question)
        limit = _TCP_OCTETS if not is_udp else max(question.payload, _PLAIN_UDP_OCTETS)
        try:
            octets = reply.to_wire(max_size=limit)
        except dns.exception.TooBig:
            return _truncated(question)
        return octets[:-3] if "malformed" in behaviours else octets

    def _fill(self, reply: dns.message.Message, name: str, type_name: str, *, is_shallow: bool) -> None:
        """Put the records of a name into a reply, following aliases."""
        for _ in range(_MAX_CHAIN):
            node = self.zone.node(name)
            if node is None:
                reply.set_rcode(dns.rcode.NXDOMAIN)
                return
            if type_name in node:
                _add(reply.answer, name, node[type_name], type_name)
                return
            alias = node.get("CNAME")
            if alias is None:
                return
            _add(reply.answer, name, alias, "CNAME")
            name = cast(Any, alias.rdatas[0]).target.to_text(omit_final_dot=True).lower()
            if is_shallow:
                return


def _add(section: list[dns.rrset.RRset], name: str, entry: Entry, type_name: str) -> None:
    """Add records, each as a set of its own: dnspython shuffles the records of a set."""
    owner = dns.name.from_text(name)
    for rdata in entry.rdatas:
        rrset = dns.rrset.RRset(owner, dns.rdataclass.IN, dns.rdatatype.from_text(type_name))
        rrset.add(rdata, entry.ttl_s)
        section.append(rrset)


def _bare(question: dns.message.Message, rcode: dns.rcode.Rcode) -> dns.message.Message:
    """Make a reply that holds nothing but a response code."""
    reply = dns.message.make_response(question)
    reply.use_edns(-1)
    reply.set_rcode(rcode)
    return reply


def _truncated(question: dns.message.Message) -> bytes:
    reply = dns.message.make_response(question)
    reply.flags |= dns.flags.TC
    return reply.to_wire()


def _forgeries(octets: bytes, behaviours: dict[str, Behaviour]) -> list[bytes]:
    """Make what a clumsy forger would send before the true answer: its last octet, mostly of an address, differs."""
    forged = octets[:-1] + bytes([octets[-1] ^ 0x55])
    out = []
    if "wrong-id" in behaviours:
        out.append(bytes([forged[0] ^ 0xFF]) + forged[1:])
    if "off-question" in behaviours:
        out.append(forged[:13] + bytes([forged[13] ^ 0x01]) + forged[14:])
    return out


class _Udp(asyncio.DatagramProtocol):
    def __init__(self, server: NameServer) -> None:
        self._server = server
        self._transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, addr: tuple[Any, ...]) -> None:
        delay_s, messages = self._server.answers(data, is_udp=True)
        if delay_s:
            asyncio.get_running_loop().call_later(delay_s, self._send, messages, addr)
        else:
            self._send(messages, addr)

    def _send(self, messages: tuple[bytes, ...], addr: tuple[Any, ...]) -> None:
        transport = self._transport
        if transport is not None and not transport.is_closing():
            for message in messages:
                transport.sendto(message, addr)


class _Tcp(asyncio.Protocol):
    def __init__(self, server: NameServer) -> None:
        self._server = server
        self._received = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        self._received += data
        while len(self._received) >= 2:
            end = 2 + int.from_bytes(self._received[:2], "big")
            if len(self._received) < end:
                return
            query, self._received = self._received[2:end], self._received[end:]
            delay_s, messages = self._server.answers(query, is_udp=False)
            asyncio.get_running_loop().call_later(delay_s, self._send, messages)

    def _send(self, messages: tuple[bytes, ...]) -> None:
        if self._transport is not None and not self._transport.is_closing():
            for message in messages[-1:]:
                self._transport.write(len(message).to_bytes(2, "big") + message)


async def _serve(server: NameServer) -> None:
    """Serve until SIGTERM or SIGINT."""
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    async with server:
        print(f"name server on {server.nameservers} (UDP and TCP), {len(server.zone.nodes)} names", flush=True)
        await stopped.wait()


def main(arguments: list[str] | None = None) -> int:
    """Run from the command line. Exit codes: 0 stopped by a signal, 1 cannot serve, 2 usage, 78 bad zone text."""
    parser = argparse.ArgumentParser(
        prog="python -m gatepost.testing.name_server", description=__doc__.split("\n")[0]
    )
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default %(default)s)")
    parser.add_argument("--port", type=int, default=5353, help="port to listen on, 0: any (default %(default)s)")
    parser.add_argument("--delay-ms", type=int, default=0, help="wait before every answer")
    parser.add_argument("zonefile", type=Path, help="zone text, see gatepost.testing.zone")
    options = parser.parse_args(arguments)
    try:
        text = options.zonefile.read_text(encoding="utf-8")
        server = NameServer(text, delay_s=options.delay_ms / 1000, host=options.host, port=options.port)
    except ZoneError as error:
        print(f"{options.zonefile}: {error}", file=sys.stderr)
        return 78
    except OSError as error:
        print(f"{options.zonefile}: {error.strerror}", file=sys.stderr)
        return 1
    try:
        asyncio.run(_serve(server))
    except OSError as error:
        print(f"cannot listen on {server.nameservers}: {error.strerror}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
