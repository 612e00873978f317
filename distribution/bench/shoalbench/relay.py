#!/usr/bin/python3
"""Carries packets between two TUN devices as a long line would.

Usage: relay.py FD FD BYTES_PER_SECOND DELAY_SECONDS QUEUE_BYTES LOSS SEED

Each direction is a line of its own: a packet is lost with the probability LOSS, or dropped if QUEUE_BYTES already wait for
the line; else it leaves when those before it have left at BYTES_PER_SECOND, and arrives DELAY_SECONDS later, in order. What
a packet takes of the line is its IP bytes. SIGTERM ends it; it then prints one line of JSON.
"""
import json
import os
import random
import select
import signal
import sys
import time
from collections import deque

# More than any packet here.
PACKET_BYTES = 65536

# A packet that is later than this is late: what the tools see is then another line than the one that is modelled.
LATE_SECONDS = 0.005

# As many packets are read in one go, so that those that are due are not late.
BATCH = 64


class Line:
    """One direction."""

    def __init__(self, source, target, rate, delay, queue, loss, chance):
        self.source, self.target = source, target
        self.rate, self.delay, self.queue, self.loss, self.chance = rate, delay, queue, loss, chance
        self.free_at = 0.0
        self.under_way = deque()
        self.packets = self.lost = self.dropped = self.late = 0
        self.latest = 0.0

    def take(self, now):
        """Reads what there is, up to a batch."""
        for _ in range(BATCH):
            try:
                packet = os.read(self.source, PACKET_BYTES)
            except BlockingIOError:
                return
            self.packets += 1
            if self.chance.random() < self.loss:
                self.lost += 1
            elif (self.free_at - now) * self.rate > self.queue:
                self.dropped += 1
            else:
                self.free_at = max(self.free_at, now) + len(packet) / self.rate
                self.under_way.append((self.free_at + self.delay, packet))

    def give(self, now):
        """Writes what is due; tells when the next one is."""
        under_way = self.under_way
        while under_way and under_way[0][0] <= now:
            due, packet = under_way.popleft()
            self.latest = max(self.latest, now - due)
            self.late += now - due > LATE_SECONDS
            try:
                os.write(self.target, packet)
            except BlockingIOError:
                self.dropped += 1
        return under_way[0][0] if under_way else now + 1.0

    def told(self):
        return {'packets': self.packets, 'lost': self.lost, 'dropped': self.dropped, 'late': self.late,
                'latestMillis': round(self.latest * 1000, 1)}


def main():
    one, other = int(sys.argv[1]), int(sys.argv[2])
    rate, delay, queue, loss = (float(word) for word in sys.argv[3:7])
    seed = int(sys.argv[7])
    lines = [Line(one, other, rate, delay, queue, loss, random.Random(seed)),
             Line(other, one, rate, delay, queue, loss, random.Random(seed + 1))]
    ended = []
    signal.signal(signal.SIGTERM, lambda *_: ended.append(True))
    by_source = {line.source: line for line in lines}
    while not ended:
        now = time.monotonic()
        due = min(line.give(now) for line in lines)
        ready = select.select(list(by_source), [], [], max(0.0, due - time.monotonic()))[0]
        now = time.monotonic()
        for source in ready:
            by_source[source].take(now)
    print(json.dumps([line.told() for line in lines]), flush=True)


main()
