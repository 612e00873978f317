"""S1 and S5: everything from one node to one other, over loopback."""
import time

from shoalbench import content
from shoalbench.contest import Row, Sample, alternate, time_ratio, with_tools
from shoalbench.shoal import PLAIN, QUIET, Node
from shoalbench.torrent import TorrentSession
from shoalbench.web import Nginx, curl_and_check

SMALL_FILES = 2000
SMALL_FILES_QUICK = 100

BY_API = 'Shoal, order by the control API'
BY_COMMAND = 'Shoal, order by `shoal get`'
COLD = 'Shoal, fresh `shoal get`'
TLS = 'Shoal with TLS 1.3'
CURL = 'nginx → curl, then openssl dgst'
LIBTORRENT = 'libtorrent, v2, TCP'


class ShoalPair:
    """A node that has the source, and one that is ready to fetch it. Both stay for all runs.

    The first is in a DHT with a third node, from which a fresh `get` starts; the second is not, since it is told where
    to fetch from as the other tools are, and would be found there by the fresh one when it has forgotten all.
    """

    def __init__(self, bench, stack, source, place, name, options, package=None):
        self.package = package or bench.package
        self.log = bench.log(place.name + '-' + name)
        self.source = source
        self.target = place / (name + '-got')
        self.place = place
        self.name = name
        self.options = options
        self.root = self.package.add(source, place / (name + '-seed'), *options)
        self.router = stack.enter_context(Node(self.package, place / (name + '-router'), *options))
        self.seed = stack.enter_context(
            Node(self.package, place / (name + '-seed'), *options, bootstrap=self.router.dht))
        self.leech = stack.enter_context(Node(self.package, place / (name + '-leech'), *options))
        self.router.await_provider(self.root)

    def by_api(self):
        """From the request to the leech's control API to its last event; it is told the seed's address."""
        def order():
            began = time.monotonic()
            self.leech.get(self.root, self.target, [self.seed.uri])
            return time.monotonic() - began, None
        return self._warm(order)

    def by_command(self):
        """The same from the start of `shoal get` on the leech's data folder to its end."""
        def order():
            done = self.package.start(
                self.log, 'get', '-q', self.root, '-o', self.target, '--peer', self.seed.uri,
                '--data', self.leech.data).done()
            return done.seconds, done.usage
        return self._warm(order)

    def _warm(self, order):
        self.seed.mark()
        self.leech.mark()
        try:
            seconds, of_command = order()
            leech = self.leech.usage()
            sample = Sample(seconds, {'seed': self.seed.usage(), 'leech': leech + of_command if of_command else leech})
            content.must_equal(self.source, self.target)
            return sample
        finally:
            content.remove(self.target)
            self.leech.forget(self.root)

    def cold(self):
        """A `shoal get` in an empty data folder that knows one DHT node, from its start to its end."""
        data = self.place / (self.name + '-fresh')
        self.seed.mark()
        try:
            done = self.package.fresh_get(
                self.root, self.target, data, self.router, self.log, *self.options).done()
            sample = Sample(done.seconds, {'seed': self.seed.usage(), 'leech': done.usage})
            content.must_equal(self.source, self.target)
            return sample
        finally:
            content.remove(self.target)
            content.remove(data)


class TorrentPair:
    """Two libtorrent sessions that stay for all runs: one seeds, one is told to fetch from it."""

    def __init__(self, bench, stack, source, place):
        self.source = source
        self.target = place / 'torrent-got'
        self.torrent = place / 'source.torrent'
        self.seed = stack.enter_context(TorrentSession(bench.log(place.name + '-torrent-seed')))
        self.leech = stack.enter_context(TorrentSession(bench.log(place.name + '-torrent-leech')))
        self.seed.tell('make', source.parent, source.name, self.torrent)
        self.seed.tell('seed', self.torrent, source.parent)

    def fetch(self):
        self.target.mkdir()
        self.seed.mark()
        self.leech.mark()
        try:
            began = time.monotonic()
            self.leech.tell('fetch', self.torrent, self.target, [self.seed.peer])
            sample = Sample(time.monotonic() - began, {'seed': self.seed.usage(), 'leech': self.leech.usage()})
            content.must_equal(self.source, self.target / self.source.name)
            return sample
        finally:
            self.leech.tell('forget', self.torrent)
            content.remove(self.target)


class WebPair:
    """A web server, and a curl of each run."""

    def __init__(self, bench, stack, source, place):
        self.source = source
        self.target = place / 'curl-got'
        self.log = bench.log(place.name + '-curl')
        self.sha256 = content.sha256(source)
        self.server = stack.enter_context(Nginx(source.parent, place / 'nginx'))

    def fetch(self):
        self.server.mark()
        try:
            seconds, usage = curl_and_check(self.server.url(self.source.name), self.target, self.sha256, self.log)
            sample = Sample(seconds, {'seed': self.server.usage(), 'leech': usage})
            content.must_equal(self.source, self.target)
            return sample
        finally:
            content.remove(self.target)


def one_file(bench):
    """S1."""
    with bench.scenario('S1') as (place, stack):
        source = content.make_file(place / 'source/file.bin', bench.mebibytes(1024, 32), seed=1)
        plain = ShoalPair(bench, stack, source, place, 'plain', PLAIN)
        secure = ShoalPair(bench, stack, source, place, 'tls', QUIET)
        sides = alternate(bench, [
            (BY_API, plain.by_api),
            (CURL, _web(bench, stack, source, place)),
            (LIBTORRENT, _torrent(bench, stack, source, place)),
            (BY_COMMAND, plain.by_command),
            (COLD, plain.cold),
            (TLS, secure.by_api),
        ])
    return [
        Row('S1', '1 GiB, warm, by the API', sides[BY_API], sides[CURL], time_ratio, 0.75),
        Row('S1', '1 GiB, warm, by the API', sides[BY_API], sides[LIBTORRENT], time_ratio, 0.65),
        Row('S1', '1 GiB, warm, by `shoal get`', sides[BY_COMMAND], sides[CURL], time_ratio, 0.75),
        Row('S1', '1 GiB, warm, by `shoal get`', sides[BY_COMMAND], sides[LIBTORRENT], time_ratio, 0.65),
        Row('S1', '1 GiB, cold', sides[COLD], sides[CURL], time_ratio, 1.0),
        Row('S1', '1 GiB, warm, TLS 1.3', sides[TLS], sides[BY_API], time_ratio, 1.6),
    ]


def many_files(bench):
    """S5."""
    with bench.scenario('S5') as (place, stack):
        count = SMALL_FILES_QUICK if bench.quick else SMALL_FILES
        source = content.make_folder(place / 'source/folder', count, seed=5)
        pair = ShoalPair(bench, stack, source, place, 'plain', PLAIN)
        sides = alternate(bench, [
            (BY_API, pair.by_api),
            (LIBTORRENT, _torrent(bench, stack, source, place)),
            (BY_COMMAND, pair.by_command),
            (COLD, pair.cold),
        ])
        size = content.size_of(source)
    remark = '%d files, %.1f MB together' % (count, size / 1e6)
    return [
        Row('S5', '2,000 files, warm, by the API', sides[BY_API], sides[LIBTORRENT], time_ratio, 1.0, remark=remark),
        Row('S5', '2,000 files, warm, by `shoal get`', sides[BY_COMMAND], sides[LIBTORRENT], time_ratio, 1.0),
        Row('S5', '2,000 files, cold', sides[COLD], sides[LIBTORRENT], time_ratio, 2.0),
    ]


def _web(bench, stack, source, place):
    return _prepared(lambda: WebPair(bench, stack, source, place).fetch, 'nginx', 'curl', 'openssl')


def _torrent(bench, stack, source, place):
    return _prepared(lambda: TorrentPair(bench, stack, source, place).fetch, 'libtorrent')


def _prepared(prepare, *wanted):
    """A contender of other tools: those are started only if they are there."""
    ready = with_tools(prepare, *wanted)
    return ready if isinstance(ready, str) else ready()
