"""S3: from one whose link is capped to six at once."""
import statistics
import time

from shoalbench import aria2, content
from shoalbench.contest import Row, Sample, alternate, time_ratio, with_tools
from shoalbench.network import BRIDGE, PAYLOAD_SHARE, Network, sent_bytes
from shoalbench.processes import Usage
from shoalbench.shoal import PLAIN, Node, usage_of
from shoalbench.together import at_once
from shoalbench.torrent import TorrentSession

LEECHERS = 6
CAP_BYTES = 25_000_000

WARM = 'Shoal, orders by the control API'
COLD = 'Shoal, fresh `shoal get`s'
LIBTORRENT = 'libtorrent, v2, TCP'
ARIA2 = 'aria2c, fresh, a tracker'


class Course:
    """The hosts, and a new file for each turn, so that nobody has heard of it."""

    def __init__(self, bench, stack, place):
        self.bench = bench
        self.place = place
        network = stack.enter_context(Network())
        self.seed = network.host(CAP_BYTES)
        self.leechers = [network.host() for _ in range(LEECHERS)]
        self._files = 0

    def file(self):
        self._files += 1
        return content.make_file(self.place / ('source/file%d.bin' % self._files), self.bench.mebibytes(128, 16),
                                 seed=300 + self._files)

    def sample(self, file, seconds, roles, copies, before):
        """`copies`: the bytes that the seed counted; without them they are reckoned from its link's."""
        on_wire = sent_bytes(self.seed) - before
        size = file.stat().st_size
        copies = on_wire * PAYLOAD_SHARE if copies is None else copies
        return Sample(seconds, roles, {
            'ideal': seconds / (size / CAP_BYTES), 'copies': copies / size, 'wire': on_wire / size})


class ShoalSwarm:
    """A seed, and six nodes that find it, and each other, by the DHT."""

    def __init__(self, bench, stack, course, place):
        self.bench = bench
        self.course = course
        self.place = place
        self.targets = [place / ('got%d' % number) for number in range(LEECHERS)]
        self.router = stack.enter_context(Node(bench.package, place / 'router', *PLAIN, host=BRIDGE))
        self.seed = self._node(stack, 'seed', course.seed)
        self.leechers = [self._node(stack, 'leecher%d' % number, host) for number, host in enumerate(course.leechers)]

    def _node(self, stack, name, host):
        return stack.enter_context(
            Node(self.bench.package, self.place / name, *PLAIN, host=host, bootstrap=self.router.dht))

    def warm(self):
        def order(root):
            began = time.monotonic()
            at_once([lambda node=node, target=target: node.get(root, target)
                     for node, target in zip(self.leechers, self.targets)])
            return time.monotonic() - began, usage_of(self.leechers)
        return self._turn(order)

    def cold(self):
        datas = [self.place / ('fresh%d' % number) for number in range(LEECHERS)]

        def order(root):
            began = time.monotonic()
            running = [self.bench.package.fresh_get(
                root, target, data, self.router, self.bench.log('S3-' + data.name), *PLAIN, host=host)
                for target, data, host in zip(self.targets, datas, self.course.leechers)]
            done = at_once([process.done for process in running])
            return max(each.ended for each in done) - began, sum((each.usage for each in done), Usage())
        try:
            return self._turn(order)
        finally:
            for data in datas:
                content.remove(data)

    def _turn(self, order):
        file = self.course.file()
        root = self.seed.add(file, in_place=True)
        self.router.await_provider(root)
        for node in (self.seed, *self.leechers):
            node.mark()
        counted, wire = self.seed.sent_bytes(), sent_bytes(self.course.seed)
        try:
            seconds, usage = order(root)
            sample = self.course.sample(file, seconds, {'seed': self.seed.usage(), 'leechers': usage},
                                        self.seed.sent_bytes() - counted, wire)
            for target in self.targets:
                content.must_equal(file, target)
            return sample
        finally:
            for path in (*self.targets, file):
                content.remove(path)
            for node in (self.seed, *self.leechers):
                node.forget(root)


class TorrentSwarm:
    """Seven sessions; each is told of all others, so that none waits for peer exchange."""

    def __init__(self, bench, stack, course, place):
        self.course = course
        self.place = place
        self.seed = stack.enter_context(TorrentSession(bench.log('S3-torrent-seed'), course.seed))
        self.leechers = [stack.enter_context(TorrentSession(bench.log('S3-torrent-%d' % number), host))
                         for number, host in enumerate(course.leechers)]

    def turn(self):
        file = self.course.file()
        torrent = self.place / (file.name + '.torrent')
        self.seed.tell('make', file.parent, file.name, torrent)
        self.seed.tell('seed', torrent, file.parent)
        targets = [self.place / ('torrent-got%d' % number) for number in range(LEECHERS)]
        peers = [session.peer for session in (self.seed, *self.leechers)]
        for target in targets:
            target.mkdir()
        for session in (self.seed, *self.leechers):
            session.mark()
        wire = sent_bytes(self.course.seed)
        try:
            began = time.monotonic()
            for session, target in zip(self.leechers, targets):
                session.order('fetch', torrent, target, [peer for peer in peers if peer != session.peer], True)
            at_once([session.answer for session in self.leechers])
            seconds = time.monotonic() - began
            usage = sum((session.usage() for session in self.leechers), Usage())
            sample = self.course.sample(file, seconds, {'seed': self.seed.usage(), 'leechers': usage},
                                        self.seed.tell('sent', torrent)['sent'], wire)
            for target in targets:
                content.must_equal(file, target / file.name)
            return sample
        finally:
            for session in (self.seed, *self.leechers):
                session.tell('forget', torrent)
            for path in (*targets, file):
                content.remove(path)


class Aria2Swarm:
    """A seed and six new clients of each turn, which meet by a tracker; they end when they have everything."""

    def __init__(self, bench, stack, course, place):
        self.bench = bench
        self.course = course
        self.place = place
        self.meeting = aria2.Meeting(bench, stack)

    def turn(self):
        file = self.course.file()
        torrent = self.place / (file.name + '.torrent')
        aria2.make_torrent(file, torrent, self.meeting.url)
        targets = [self.place / ('aria2-got%d' % number) for number in range(LEECHERS)]
        running = []
        self.meeting.forget()
        try:
            with aria2.start(torrent, file.parent, self.bench.log('S3-aria2-seed'), self.course.seed, *aria2.SEED) as seed:
                self.meeting.await_seed(self.course.seed)
                seed.mark()
                wire = sent_bytes(self.course.seed)
                began = time.monotonic()
                for number, (target, host) in enumerate(zip(targets, self.course.leechers)):
                    running.append(aria2.start(
                        torrent, target, self.bench.log('S3-aria2-%d' % number), host, *aria2.LEECH))
                done = at_once([process.done for process in running])
                seconds = max(each.ended for each in done) - began
                usage = sum((each.usage for each in done), Usage())
                sample = self.course.sample(file, seconds, {'seed': seed.usage(), 'leechers': usage}, None, wire)
            for target in targets:
                content.must_equal(file, target / file.name)
            return sample
        finally:
            for process in running:
                process.stop()
            for path in (*targets, file):
                content.remove(path)


def to_six(bench):
    """S3."""
    with bench.scenario('S3') as (place, stack):
        course = Course(bench, stack, place)
        swarm = ShoalSwarm(bench, stack, course, place)
        torrent = with_tools(lambda: TorrentSwarm(bench, stack, course, place), 'libtorrent')
        torrent = torrent if isinstance(torrent, str) else torrent().turn
        other = with_tools(lambda: Aria2Swarm(bench, stack, course, place), 'aria2c')
        other = other if isinstance(other, str) else other().turn
        sides = alternate(bench, [(WARM, swarm.warm), (LIBTORRENT, torrent), (COLD, swarm.cold), (ARIA2, other)])
    figures = '; '.join('%s: last at %.2f × size/cap, %.2f copies, %.2f with frames' % (
        side.name, *(statistics.median(sample.figures[key] for sample in side.samples) for key in ('ideal', 'copies', 'wire')))
        for side in sides.values() if side.samples)
    return [
        Row('S3', '128 MiB, warm, last done beside size/cap', sides[WARM], None, lambda mine: mine.figures['ideal'], 1.25,
            remark=figures),
        Row('S3', '128 MiB, warm, copies that the seed sent', sides[WARM], None, lambda mine: mine.figures['copies'], 1.1,
            form='{:.2f}'),
        Row('S3', '128 MiB, warm, last done', sides[WARM], sides[LIBTORRENT], time_ratio),
        Row('S3', '128 MiB, warm, last done', sides[WARM], sides[ARIA2], time_ratio),
        Row('S3', '128 MiB, cold, last done beside size/cap', sides[COLD], None, lambda mine: mine.figures['ideal'], 1.6),
        Row('S3', '128 MiB, cold, last done', sides[COLD], sides[LIBTORRENT], time_ratio),
    ]
