"""aria2c as a BitTorrent client: torrents for it, and a tracker by which its instances meet."""
import hashlib
import time
from pathlib import Path

from shoalbench import tools
from shoalbench.network import BRIDGE
from shoalbench.processes import PATIENCE_SECONDS, Process, StepFailed, await_listener

TRACKER = Path(__file__).with_name('tracker.py')
TRACKER_PORT = 6969
PEER_PORT = 6881

# What makers of torrents choose for 128 MiB.
PIECE_BYTES = 256 * 1024

LOOK_SECONDS = 0.02


class Meeting:
    """A tracker at this network's end of the bridge."""

    def __init__(self, bench, stack):
        self.log = bench.log('tracker')
        self.url = 'http://%s:%d/announce' % (BRIDGE.address, TRACKER_PORT)
        tracker = stack.enter_context(Process([tools.PYTHON, TRACKER, BRIDGE.address, TRACKER_PORT], self.log))
        await_listener(tracker, BRIDGE.address, TRACKER_PORT)

    def await_seed(self, host):
        """Waits until a client on the host has told that it lacks nothing; what it told before is forgotten."""
        end = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < end:
            if '%s %d 0\n' % (host.address, PEER_PORT) in self.log.read_text():
                return
            time.sleep(LOOK_SECONDS)
        raise StepFailed('aria2c did not begin to seed')

    def forget(self):
        self.log.write_text('')


def make_torrent(file, torrent, tracker):
    """A version 1 torrent of one file."""
    hashes = bytearray()
    with open(file, 'rb') as stream:
        while piece := stream.read(PIECE_BYTES):
            hashes += hashlib.sha1(piece).digest()
    info = {b'length': file.stat().st_size, b'name': file.name.encode(), b'piece length': PIECE_BYTES, b'pieces': bytes(hashes)}
    torrent.write_bytes(_bencoded({b'announce': tracker.encode(), b'info': info}))


def start(torrent, folder, log, host, *options):
    """A client that seeds what is in the folder for good, or with `--seed-time=0` ends when it has everything."""
    return Process(
        [tools.find('aria2c'), '-q', '--no-conf', '--enable-dht=false', '--enable-dht6=false', '--bt-enable-lpd=false',
         '--file-allocation=none', '--listen-port=%d' % PEER_PORT, '--bt-tracker-interval=1', '-d', folder, *options, torrent],
        log, host.prefix)


SEED = ('--check-integrity=true', '--seed-ratio=0.0')
LEECH = ('--seed-time=0',)


def _bencoded(value):
    if isinstance(value, int):
        return b'i%de' % value
    if isinstance(value, bytes):
        return b'%d:%s' % (len(value), value)
    return b'd' + b''.join(_bencoded(key) + _bencoded(value[key]) for key in sorted(value)) + b'e'
