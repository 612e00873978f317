"""S6: killed at half, and started again."""
import json
import signal
import time

from shoalbench import content
from shoalbench.contest import Row, Sample, alternate
from shoalbench.network import Network
from shoalbench.processes import PATIENCE_SECONDS, StepFailed
from shoalbench.shoal import PLAIN, Node, machine_log, machine_up
from shoalbench.together import at_once

CAP_BYTES = 50_000_000
LOOK_SECONDS = 0.005
MIB = 1024 * 1024

SHOAL = 'Shoal'


class Restart:
    """A node that fetches is killed; `shoal get` on its data folder goes on with the same order."""

    def __init__(self, bench, stack, place):
        self.bench = bench
        self.place = place
        self.log = bench.log('S6-get')
        network = stack.enter_context(Network())
        self.host = network.host()
        self.file = content.make_file(place / 'source/file.bin', bench.mebibytes(512, 64), seed=6)
        self.size = self.file.stat().st_size
        self.root = bench.package.add(self.file, place / 'seed', '--in-place', *PLAIN)
        self.seed = stack.enter_context(Node(bench.package, place / 'seed', *PLAIN, host=network.host(CAP_BYTES)))

    def turn(self):
        data, target = self.place / 'data', self.place / 'got'
        self.seed.mark()
        sent_before = self.seed.sent_bytes()
        try:
            first = self._first(data, target)
            sent_between = self._settled()
            done, answer, asked_after = self._second(data, target, sent_between)
            sent = self.seed.sent_bytes() - sent_before
            content.must_equal(self.file, target)
            return Sample(done.seconds, {'seed': self.seed.usage(), 'leech': done.usage}, {
                'twice': max(0, first + answer['bytesTransferred'] - self.size) / MIB,
                'sent': (sent - self.size) / MIB,
                'asked': asked_after})
        finally:
            content.remove(target)
            content.remove(data)

    def _first(self, data, target):
        """Fetches half and dies; what it had received by its own count."""
        with Node(self.bench.package, data, *PLAIN, host=self.host) as node:
            end = time.monotonic() + PATIENCE_SECONDS

            def order():
                try:
                    node.get(self.root, target, [self.seed.uri])
                except StepFailed:
                    return  # as is to be expected of a node that is killed
                raise StepFailed('it was done before it was killed')

            def kill():
                while time.monotonic() < end:
                    transfers = node.status()['transfers']
                    if transfers and transfers[0]['doneBytes'] >= self.size / 2:
                        break
                    time.sleep(LOOK_SECONDS)
                received = node.metric('shoal_transport_tcp_received_bytes')
                node.stop(signal.SIGKILL)
                return received
            return at_once([order, kill])[1]

    def _settled(self):
        """What the seed has sent when it has noticed that nobody is there."""
        end = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < end:
            uploads = self.seed.status()['uploads']
            if uploads['activeRequests'] == 0 and uploads['peers'] == 0:
                return uploads['sentBytes']
            time.sleep(LOOK_SECONDS)
        raise StepFailed('the seed did not notice that its peer is gone')

    def _second(self, data, target, sent_between):
        """Goes on; with how long after the Java machine was up the seed was asked for the first chunk."""
        machine = self.place / 'machine.log'
        machine.unlink(missing_ok=True)
        self.log.unlink(missing_ok=True)
        process = self.bench.package.start(
            self.log, 'get', '-q', '--json', self.root, '-o', target, '--peer', self.seed.uri, '--data', data, *PLAIN,
            host=self.host, options=machine_log(machine))
        asked = None
        while asked is None and process.alive():
            uploads = self.seed.status()['uploads']
            if uploads['activeRequests'] or uploads['sentBytes'] > sent_between:
                asked = time.monotonic() - process.began
            time.sleep(LOOK_SECONDS)
        done = process.done()
        answer = json.loads(self.log.read_text().strip().splitlines()[-1])
        if asked is None:
            raise StepFailed('the seed was asked for nothing')
        return done, answer, asked - machine_up(machine)


def killed(bench):
    """S6."""
    with bench.scenario('S6') as (place, stack):
        sides = alternate(bench, [(SHOAL, Restart(bench, stack, place).turn)])
    return [
        Row('S6', '512 MiB, killed at half: received twice, by the counters of the two runs', sides[SHOAL], None,
            lambda mine: mine.figures['twice'], 4, form='{:.1f} MiB',
            remark='the wall clock is that of the second run; the first run is asked for its counter just before it is killed'),
        Row('S6', 'the same by the counter of the seed, which includes bytes in transit', sides[SHOAL], None,
            lambda mine: mine.figures['sent'], form='{:.1f} MiB'),
        Row('S6', 'first request after the Java machine is up', sides[SHOAL], None,
            lambda mine: mine.figures['asked'], 1.0, form='{:.2f} s'),
    ]
