#!/usr/bin/python3
"""Many peers in one process, each on a connection of its own, that fetch a part each.

Usage: crowd_session.py ORDER.json
ORDER has `host`, `port`, `root` (a CID in hex) and `parts`: for each peer the SHA-256 digests of its chunks in hex. It speaks
`tcp` as protocol-tcp.md has it, from that page alone. When all peers have the node's HELLO they begin together. Prints one
line of JSON: for each peer the seconds its part took, and what failed.
"""
import asyncio
import hashlib
import json
import os
import struct
import sys
import time

HELLO, GOODBYE, PING, PONG = 0x01, 0x02, 0x03, 0x04
REQUEST, ANSWER, DATA, END, REFUSE = 0x10, 0x11, 0x12, 0x13, 0x14
WATCH, UNWATCH, UNKNOWN, MESSAGE, TAKEN = 0x20, 0x21, 0x22, 0x30, 0x31

BUSY = 2

# Of a frame before its body: its length and type.
HEAD_BYTES = 5

# The least that a body of a type may have is checked where it is read; this is the most of any type.
MAX_BODY_BYTES = 262_148

# A whole chunk may come without further credit.
CREDIT_BYTES = 2_097_152

# Requests of a peer that are open at once: while one is read, the next is under way.
OPEN_REQUESTS = 2

PATIENCE_SECONDS = 150

RAW_CID_SHA256 = bytes.fromhex('01551220')


class Fault(Exception):
    """The node broke the protocol, or refused."""


class Peer(asyncio.Protocol):
    """One connection."""

    def __init__(self, root, digests, ready):
        self.root = root
        self.digests = [bytes.fromhex(digest) for digest in digests]
        self.ready = ready
        self.done = asyncio.get_running_loop().create_future()
        self.buffer = bytearray()
        self.hello = False
        self.next_id = 1
        self.open = {}
        self.busy = 0
        self.began = 0.0

    def connection_made(self, transport):
        self.transport = transport
        words = [b'shoal', b'\x01', os.urandom(16), struct.pack('>HH', 256, 0), _counted(b'tcp'), _counted(b'bench/1'), b'\x00']
        self._send(HELLO, b''.join(words))

    def start(self):
        self.began = time.monotonic()
        self.waiting = list(reversed(self.digests))
        self.left = len(self.digests)
        for _ in range(OPEN_REQUESTS):
            self._ask()

    def data_received(self, data):
        self.buffer += data
        try:
            self._frames()
        except Fault as e:
            self.fail(str(e))

    def connection_lost(self, error):
        self.fail('the connection ended: %s' % error)

    def _frames(self):
        start = 0
        view = self.buffer
        while len(view) - start >= HEAD_BYTES:
            length, kind = struct.unpack_from('>IB', view, start)
            if length > MAX_BODY_BYTES:
                raise Fault('a frame of %d bytes' % length)
            end = start + HEAD_BYTES + length
            if len(view) < end:
                break
            self._frame(kind, bytes(view[start + HEAD_BYTES:end]))
            start = end
        del view[:start]

    def _frame(self, kind, body):
        if not self.hello:
            if kind != HELLO or body[:6] != b'shoal\x01':
                raise Fault('no HELLO but type %d: %r' % (kind, body[:80]))
            self.hello = True
            self.ready()
        elif kind == ANSWER:
            self._request(body)['size'] = struct.unpack_from('>I', body, 4)[0]
        elif kind == DATA:
            self._request(body)['bytes'] += body[4:]
        elif kind == END:
            self._ended(self._request(body), body)
        elif kind == REFUSE:
            self._refused(self._request(body), body)
        elif kind == PING:
            self._send(PONG, body)
        elif kind == WATCH:
            self._send(UNKNOWN, body[:4])
        elif kind == MESSAGE:
            self._send(TAKEN, b'\x01')
        elif kind == GOODBYE:
            raise Fault('the node says good-bye: %d %r' % (body[0], body[1:]))
        elif kind not in (PONG, UNWATCH, TAKEN) and kind < 0x80:
            raise Fault('type %d' % kind)

    def _ask(self):
        if self.waiting:
            self._ask_for(self.waiting.pop())

    def _ask_for(self, digest):
        number, self.next_id = self.next_id, self.next_id + 1
        self.open[number] = {'digest': digest, 'bytes': bytearray(), 'size': -1}
        self._send(REQUEST, struct.pack('>II', number, CREDIT_BYTES) + _counted(RAW_CID_SHA256 + digest) + _counted(self.root))

    def _request(self, body):
        request = self.open.get(struct.unpack_from('>I', body)[0])
        if request is None:
            raise Fault('an answer without a request')
        return request

    def _ended(self, request, body):
        del self.open[struct.unpack_from('>I', body)[0]]
        if len(request['bytes']) != request['size'] or hashlib.sha256(request['bytes']).digest() != request['digest']:
            raise Fault('a chunk with other bytes than its hash says')
        self.left -= 1
        if self.left == 0 and not self.done.done():
            self.done.set_result(time.monotonic() - self.began)
        self._ask()

    def _refused(self, request, body):
        number, why, millis = struct.unpack('>IBI', body)
        del self.open[number]
        if why != BUSY:
            raise Fault('refused: %d' % why)
        self.busy += 1
        asyncio.get_running_loop().call_later(millis / 1000, self._ask_for, request['digest'])

    def _send(self, kind, body):
        self.transport.write(struct.pack('>IB', len(body), kind) + body)

    def fail(self, why):
        if not self.done.done():
            self.done.set_exception(Fault(why))
        self.transport.abort()


def _counted(content):
    return bytes([len(content)]) + content


async def crowd(order):
    loop = asyncio.get_running_loop()
    all_ready = asyncio.Event()
    here = []

    def ready():
        here.append(True)
        if len(here) == len(order['parts']):
            all_ready.set()

    peers = []
    for number, digests in enumerate(order['parts']):
        # Each with an address of its own, as peers have.
        source = '127.%d.%d.1' % (1 + number // 250, 1 + number % 250)
        _, peer = await loop.create_connection(
            lambda digests=digests: Peer(bytes.fromhex(order['root']), digests, ready),
            order['host'], order['port'], local_addr=(source, 0))
        peers.append(peer)
    try:
        await asyncio.wait_for(all_ready.wait(), PATIENCE_SECONDS)
    except TimeoutError:
        pass  # those that are not ready count as failures
    began = time.monotonic()
    for peer in peers:
        if peer.hello and not peer.done.done():
            peer.start()
        elif not peer.done.done():
            peer.fail('no HELLO came')
    await asyncio.wait([peer.done for peer in peers], timeout=PATIENCE_SECONDS)
    seconds = time.monotonic() - began
    failures = [str(peer.done.exception()) if peer.done.done() else 'not done in time'
                for peer in peers if not peer.done.done() or peer.done.exception()]
    took = [peer.done.result() for peer in peers if peer.done.done() and not peer.done.exception()]
    for peer in peers:
        peer.transport.abort()
    return {'seconds': seconds, 'took': took, 'failures': failures, 'busy': sum(peer.busy for peer in peers)}


def main():
    with open(sys.argv[1]) as file:
        order = json.load(file)
    print(json.dumps(asyncio.run(crowd(order))), flush=True)


main()
