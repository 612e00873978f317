"""S2: one from four whose links are capped."""
import statistics
import time

from shoalbench import content
from shoalbench.contest import Row, Sample, alternate, speed_ratio, with_tools
from shoalbench.network import BRIDGE, PAYLOAD_SHARE, Network
from shoalbench.processes import Usage
from shoalbench.shoal import PLAIN, Node, usage_of
from shoalbench.torrent import TorrentSession
from shoalbench.web import Nginx, mirrored

SEEDS = 4
CAP_BYTES = 25_000_000

SHOAL = 'Shoal'
ARIA2 = 'aria2c, nginx on each'
LIBTORRENT = 'libtorrent, v2, TCP'


class Capped:
    """Four hosts with a cap each, and one without."""

    def __init__(self, stack):
        network = stack.enter_context(Network())
        self.seeds = [network.host(CAP_BYTES) for _ in range(SEEDS)]
        self.leech = network.host()


class ShoalSeeds:
    """Nodes that have the files, serving them where they lie."""

    def __init__(self, bench, stack, hosts, place, files):
        self.bench = bench
        self.place = place
        self.hosts = hosts
        self.target = place / 'got'
        self.router = stack.enter_context(Node(bench.package, place / 'router', *PLAIN, host=BRIDGE))
        self.roots = {}
        self.seeds = []
        for number, host in enumerate(hosts.seeds):
            data = place / ('seed%d' % number)
            for file in files:
                self.roots[file] = bench.package.add(file, data, '--in-place', *PLAIN)
            self.seeds.append(stack.enter_context(
                Node(bench.package, data, *PLAIN, host=host, bootstrap=self.router.dht)))
        self.leech = stack.enter_context(Node(bench.package, place / 'leech', *PLAIN, host=hosts.leech))
        for root in self.roots.values():
            self.router.await_provider(root, SEEDS)

    def warm(self, file):
        peers = [seed.uri for seed in self.seeds]
        for node in (*self.seeds, self.leech):
            node.mark()
        try:
            began = time.monotonic()
            self.leech.get(self.roots[file], self.target, peers)
            return self._sample(file, time.monotonic() - began, self.leech.usage())
        finally:
            content.remove(self.target)
            self.leech.forget(self.roots[file])

    def cold(self, file):
        data = self.place / 'fresh'
        for seed in self.seeds:
            seed.mark()
        try:
            done = self.bench.package.fresh_get(
                self.roots[file], self.target, data, self.router, self.bench.log('S2-fresh'), *PLAIN,
                host=self.hosts.leech).done()
            return self._sample(file, done.seconds, done.usage)
        finally:
            content.remove(self.target)
            content.remove(data)

    def _sample(self, file, seconds, leech):
        sample = Sample(seconds, {'seeds': usage_of(self.seeds), 'leech': leech}, _share(file, seconds))
        content.must_equal(file, self.target)
        return sample


class Mirrors:
    """A web server on each host."""

    def __init__(self, bench, stack, hosts, place, folder):
        self.log = bench.log('S2-aria2')
        self.hosts = hosts
        self.target = place / 'aria2-got'
        self.servers = [stack.enter_context(Nginx(folder, place / ('nginx%d' % number), host))
                        for number, host in enumerate(hosts.seeds)]

    def fetch(self, file):
        for server in self.servers:
            server.mark()
        try:
            seconds, usage = mirrored([server.url(file.name) for server in self.servers], self.target, self.log,
                                      self.hosts.leech)
            seeds = sum((server.usage() for server in self.servers), Usage())
            sample = Sample(seconds, {'seeds': seeds, 'leech': usage}, _share(file, seconds))
            content.must_equal(file, self.target)
            return sample
        finally:
            content.remove(self.target)


class TorrentSeeds:
    """A session on each host, and one that fetches."""

    def __init__(self, bench, stack, hosts, place, files):
        self.target = place / 'torrent-got'
        self.torrents = {file: place / (file.name + '.torrent') for file in files}
        self.seeds = [stack.enter_context(TorrentSession(bench.log('S2-torrent-%d' % number), host))
                      for number, host in enumerate(hosts.seeds)]
        self.leech = stack.enter_context(TorrentSession(bench.log('S2-torrent-leech'), hosts.leech))
        for file, torrent in self.torrents.items():
            self.seeds[0].tell('make', file.parent, file.name, torrent)
            for seed in self.seeds:
                seed.tell('seed', torrent, file.parent)

    def fetch(self, file):
        torrent = self.torrents[file]
        self.target.mkdir()
        for session in (*self.seeds, self.leech):
            session.mark()
        try:
            began = time.monotonic()
            self.leech.tell('fetch', torrent, self.target, [seed.peer for seed in self.seeds])
            seconds = time.monotonic() - began
            seeds = sum((seed.usage() for seed in self.seeds), Usage())
            sample = Sample(seconds, {'seeds': seeds, 'leech': self.leech.usage()}, _share(file, seconds))
            content.must_equal(file, self.target / file.name)
            return sample
        finally:
            self.leech.tell('forget', torrent)
            content.remove(self.target)


def from_four(bench):
    """S2."""
    with bench.scenario('S2') as (place, stack):
        small = content.make_file(place / 'source/small.bin', bench.mebibytes(256, 32), seed=21)
        large = content.make_file(place / 'source/large.bin', bench.mebibytes(1024, 64), seed=22)
        hosts = Capped(stack)
        shoal = ShoalSeeds(bench, stack, hosts, place, [small, large])
        web = with_tools(lambda: Mirrors(bench, stack, hosts, place, small.parent), 'nginx', 'aria2c')
        torrent = with_tools(lambda: TorrentSeeds(bench, stack, hosts, place, [small, large]), 'libtorrent')
        web = web if isinstance(web, str) else web().fetch
        torrent = torrent if isinstance(torrent, str) else torrent().fetch
        warm = alternate(bench, _contenders(shoal.warm, web, torrent, small))
        cold = alternate(bench, _contenders(shoal.cold, web, torrent, large))
    return _rows('256 MiB, warm', warm, 0.95) + _rows('1 GiB, cold', cold, 0.92)


def _contenders(shoal, web, torrent, file):
    acts = [(SHOAL, shoal), (ARIA2, web), (LIBTORRENT, torrent)]
    return [(name, act if isinstance(act, str) else lambda act=act: act(file)) for name, act in acts]


def _share(file, seconds):
    size = file.stat().st_size
    return {'share': size / seconds / (SEEDS * CAP_BYTES * PAYLOAD_SHARE), 'raw': size / seconds / (SEEDS * CAP_BYTES)}


def _rows(title, sides, limit):
    shares = ', '.join('%s %.1f %% (%.1f %% of 100 MB/s)' % (
        side.name, *(100 * statistics.median(sample.figures[key] for sample in side.samples) for key in ('share', 'raw')))
        for side in sides.values() if side.samples)
    return [
        Row('S2', title + ', share of the caps', sides[SHOAL], None, lambda mine: 100 * mine.figures['share'],
            100 * limit, at_least=True, form='{:.1f} %', remark='of what a cap of 25 MB/s leaves TCP: ' + shares),
        Row('S2', title + ', speed', sides[SHOAL], sides[ARIA2], speed_ratio),
        Row('S2', title + ', speed', sides[SHOAL], sides[LIBTORRENT], speed_ratio),
    ]
