"""S8: one node serves 500 peers at once."""
import base64
import hashlib
import json
import statistics
from pathlib import Path

from shoalbench import content, tools
from shoalbench.contest import Row, Sample, alternate
from shoalbench.processes import Process
from shoalbench.shoal import PLAIN, Node

PEERS = 500
CHUNKS_EACH = 4
CHUNKS_EACH_QUICK = 1
CHUNK_BYTES = 1024 * 1024

# 200 unless more are allowed, and some room.
CONNECTIONS = ('--set', 'limits.connections=600', '--set', 'plugins.transport-tcp.maxConnections=600')

# What the launcher's heap and direct memory are chosen for.
MEMORY_MIB = 400

MIB = 1024 * 1024

SCRIPT = Path(__file__).with_name('crowd_session.py')

SHOAL = 'Shoal'


def many_peers(bench):
    """S8."""
    each = CHUNKS_EACH_QUICK if bench.quick else CHUNKS_EACH
    with bench.scenario('S8') as (place, stack):
        file = content.make_file(place / 'source/file.bin', PEERS * each * CHUNK_BYTES, seed=8)
        root = bench.package.add(file, place / 'node', '--in-place', *PLAIN)
        node = stack.enter_context(Node(bench.package, place / 'node', *PLAIN, *CONNECTIONS))
        host, port = node.ready['tcp'].rsplit(':', 1)
        order = place / 'order.json'
        order.write_text(json.dumps(
            {'host': host, 'port': int(port), 'root': _binary(root).hex(), 'parts': _parts(file, each)}))
        log = bench.log('S8')

        def turn():
            log.unlink(missing_ok=True)
            node.mark()
            done = Process([tools.PYTHON, SCRIPT, order], log).done()
            said = json.loads(log.read_text().strip().splitlines()[-1])
            served = node.usage()
            for failure in said['failures'][:1]:
                bench.say('  %d peers failed, the first one: %s' % (len(said['failures']), failure))
            return Sample(said['seconds'], {'node': served, 'all peers': done.usage}, {
                'failed': len(said['failures']),
                'fairness': max(said['took']) / min(said['took']),
                'busy': said['busy']})

        sides = alternate(bench, [(SHOAL, turn)])
        size = file.stat().st_size
    samples = sides[SHOAL].samples
    remark = ''
    if samples:
        remark = '%d MiB to each; %.0f MB/s to all together; %d times a peer got BUSY' % (
            each, size / 1e6 / statistics.median(sample.seconds for sample in samples),
            statistics.median(sample.figures['busy'] for sample in samples))
    return [
        Row('S8', '500 peers at once, peers that failed', sides[SHOAL], None, lambda mine: mine.figures['failed'], 0,
            form='{:.0f}', remark=remark),
        Row('S8', 'slowest peer beside the quickest', sides[SHOAL], None, lambda mine: mine.figures['fairness'], 2.0),
        Row('S8', 'peak memory of the node', sides[SHOAL], None, lambda mine: mine.roles['node'].memory / MIB, MEMORY_MIB,
            form='{:.0f} MiB'),
    ]


def _parts(file, each):
    """The digests of each peer's chunks: a file's leaves are its mebibytes, without a frame around them."""
    digests = []
    with open(file, 'rb') as stream:
        while chunk := stream.read(CHUNK_BYTES):
            digests.append(hashlib.sha256(chunk).hexdigest())
    return [digests[peer * each:(peer + 1) * each] for peer in range(PEERS)]


def _binary(cid):
    """A CID's bytes: its text is `b` and base32 in small letters without padding."""
    text = cid[1:].upper()
    return base64.b32decode(text + '=' * (-len(text) % 8))
