"""S7: over a long line that loses packets."""
import fcntl
import json
import os
import statistics
import struct
import time
from pathlib import Path

from shoalbench import content, tools
from shoalbench.contest import Row, Sample, alternate, speed_ratio, with_tools
from shoalbench.network import Network
from shoalbench.processes import Process, Usage, prefer
from shoalbench.shoal import PLAIN, Node, usage_of
from shoalbench.web import Nginx

LINE_BYTES_PER_SECOND = 12_500_000
ONE_WAY_SECONDS = 0.040
LOSS = 0.001
# What is under way in one round trip: a line of this kind has at least as much room before it.
QUEUE_BYTES = int(LINE_BYTES_PER_SECOND * 2 * ONE_WAY_SECONDS)

RELAY = Path(__file__).with_name('relay.py')

PEERS = 3
NEAR = '10.78.0.1'
FAR = ['10.78.0.%d' % (number + 2) for number in range(PEERS)]

TUNSETIFF = 0x400454CA
IFF_TUN, IFF_NO_PI = 0x0001, 0x1000

ONE, ONE_CURL = 'Shoal, one peer', 'one curl'
THREE, THREE_CURLS = 'Shoal, three peers', 'three curls, a third each'


class LongLine:
    """Two hosts, a relay between them, and what is at each end."""

    def __init__(self, bench, stack):
        network = stack.enter_context(Network())
        self.near, self.far = network.lone_host(NEAR), network.lone_host(FAR[0])
        ends = [_end(self.near, [NEAR]), _end(self.far, FAR)]
        self._log = bench.log('S7-relay')
        words = [tools.PYTHON, RELAY, *ends, LINE_BYTES_PER_SECOND, ONE_WAY_SECONDS, QUEUE_BYTES, LOSS, 7]
        self.relay = stack.enter_context(Process(words, self._log, descriptors=ends))
        prefer(self.relay)
        for end in ends:
            os.close(end)
        self.congestion_control = _read(self.near, '/proc/sys/net/ipv4/tcp_congestion_control')

    def told(self):
        """What the relay did, in words; it ends with this."""
        usage = self.relay.usage()
        seconds = time.monotonic() - self.relay.began
        self.relay.stop()
        lines = json.loads(self._log.read_text().strip().splitlines()[-1])
        packets, lost, dropped, late = (
            sum(line[key] for line in lines) for key in ('packets', 'lost', 'dropped', 'late'))
        return ('the relay models a line of %.0f Mbit/s each way (IP bytes), %.0f ms one way, a drop-tail queue of %d kB, '
                '%.1f %% random loss each way (seeded); %d packets, %d lost, %d dropped; '
                '%.2f %% were more than 5 ms late, at most %.0f ms; %.0f %% of a processor; TCP with %s' % (
                    LINE_BYTES_PER_SECOND * 8 / 1e6, ONE_WAY_SECONDS * 1000, QUEUE_BYTES // 1000, LOSS * 100, packets, lost,
                    dropped, 100 * late / max(1, packets), max(line['latestMillis'] for line in lines), 100 * usage.cpu / seconds,
                    self.congestion_control))


class Far:
    """Nodes and web servers at the far end."""

    def __init__(self, bench, stack, line, place, file):
        self.bench = bench
        self.line = line
        self.place = place
        self.file = file
        self.target = place / 'got'
        hosts = [line.far.at(address) for address in FAR]
        self.nodes = []
        for number, host in enumerate(hosts):
            data = place / ('seed%d' % number)
            self.root = bench.package.add(file, data, '--in-place', *PLAIN)
            self.nodes.append(stack.enter_context(Node(bench.package, data, *PLAIN, host=host)))
        ready = with_tools(lambda: [stack.enter_context(Nginx(file.parent, place / ('nginx%d' % number), host))
                                    for number, host in enumerate(hosts)], 'nginx', 'curl')
        self.missing = ready if isinstance(ready, str) else None
        self.servers = [] if self.missing else ready()

    def shoal(self, peers):
        """With a new node at the near end, so that its connections are as new as curl's."""
        nodes = self.nodes[:peers]
        with Node(self.bench.package, self.place / 'leech', *PLAIN, host=self.line.near) as leech:
            for node in (*nodes, leech):
                node.mark()
            try:
                began = time.monotonic()
                leech.get(self.root, self.target, [node.uri for node in nodes])
                sample = Sample(time.monotonic() - began, {'seeds': usage_of(nodes), 'leech': leech.usage()})
                content.must_equal(self.file, self.target)
                return sample
            finally:
                leech.stop()
                content.remove(self.target)
                content.remove(leech.data)

    def curls(self, count):
        size = self.file.stat().st_size
        parts = [self.place / ('part%d' % number) for number in range(count)]
        edges = [size * number // count for number in range(count + 1)]
        servers = self.servers[:count]
        for server in servers:
            server.mark()
        running = []
        try:
            began = time.monotonic()
            for number, part in enumerate(parts):
                running.append(Process(
                    [tools.find('curl'), '-sS', '--fail', '-r', '%d-%d' % (edges[number], edges[number + 1] - 1), '-o', part,
                     servers[number].url(self.file.name)], self.bench.log('S7-curl'), self.line.near.prefix))
            done = [process.done() for process in running]
            seconds = max(each.ended for each in done) - began
            sample = Sample(seconds, {'seeds': usage_of(servers), 'leech': sum((each.usage for each in done), Usage())})
            with open(self.target, 'wb') as whole:
                for part in parts:
                    whole.write(part.read_bytes())
            content.must_equal(self.file, self.target)
            return sample
        finally:
            for process in running:
                process.stop()
            for path in (*parts, self.target):
                content.remove(path)


def far_away(bench):
    """S7."""
    with bench.scenario('S7') as (place, stack):
        file = content.make_file(place / 'source/file.bin', bench.mebibytes(64, 8), seed=7)
        line = LongLine(bench, stack)
        far = Far(bench, stack, line, place, file)
        sides = alternate(bench, [
            (ONE, lambda: far.shoal(1)),
            (ONE_CURL, far.missing or (lambda: far.curls(1))),
            (THREE, lambda: far.shoal(PEERS)),
            (THREE_CURLS, far.missing or (lambda: far.curls(PEERS))),
        ])
        size = file.stat().st_size
        speeds = ', '.join('%s %.1f MB/s' % (side.name, size / 1e6 / statistics.median(
            sample.seconds for sample in side.samples)) for side in sides.values() if side.samples)
        remark = '%s; %s' % (speeds, line.told())
    return [
        Row('S7', '64 MiB, 80 ms, one peer, speed', sides[ONE], sides[ONE_CURL], speed_ratio, 0.9, at_least=True, remark=remark),
        Row('S7', '64 MiB, 80 ms, three peers, speed', sides[THREE], sides[THREE_CURLS], speed_ratio, 0.9, at_least=True),
    ]


def _end(host, addresses):
    """A TUN device in a host; its packets come out of the descriptor."""
    with host.entered():
        end = os.open('/dev/net/tun', os.O_RDWR | os.O_NONBLOCK)
        fcntl.ioctl(end, TUNSETIFF, struct.pack('16sH22x', b'line0', IFF_TUN | IFF_NO_PI))
    for address in addresses:
        host.run('ip', 'addr', 'add', address + '/24', 'dev', 'line0')
    host.run('ip', 'link', 'set', 'lo', 'up')
    host.run('ip', 'link', 'set', 'line0', 'up', 'mtu', '1500')
    return end


def _read(host, path):
    with host.entered(), open(path) as file:
        return file.read().strip()
