"""Hosts: namespaces with an address each on one bridge, and caps that the kernel keeps."""
import contextlib
import ctypes
import os
import subprocess

LIBC = ctypes.CDLL(None, use_errno=True)

CLONE_NEWNET = 0x40000000

LOOPBACK = '127.0.0.1'

# An Ethernet frame's bytes besides TCP's payload: 14 of Ethernet, 20 of IP, 32 of TCP with its timestamps.
MTU_BYTES = 1500
HEADER_BYTES = 14 + 20 + 32
PAYLOAD_SHARE = (MTU_BYTES + 14 - HEADER_BYTES) / (MTU_BYTES + 14)

# Of the token bucket: what may leave at once, and how long a packet may wait in line.
BURST_BYTES = 256 * 1024
LATENCY_MILLIS = 50


class Host:
    """Where processes run: here, or in a namespace."""

    def __init__(self, address=LOOPBACK, pid=None):
        self.address = address
        self.pid = pid
        self.prefix = () if pid is None else ('nsenter', '--target', str(pid), '--net', '--')

    @contextlib.contextmanager
    def entered(self):
        """Sockets that this thread makes meanwhile are the host's."""
        if self.pid is None:
            yield
            return
        home = os.open('/proc/thread-self/ns/net', os.O_RDONLY)
        there = os.open('/proc/%d/ns/net' % self.pid, os.O_RDONLY)
        try:
            _enter(there)
            yield
        finally:
            _enter(home)
            os.close(home)
            os.close(there)

    def at(self, address):
        """The same host by another address of its own."""
        return Host(address, self.pid)

    def run(self, *words):
        subprocess.run([*self.prefix, *map(str, words)], check=True, capture_output=True)


HERE = Host()

# This network's end of the bridge.
BRIDGE = Host('10.77.0.1')


class Network:
    """Hosts on one bridge, 10.77.0.0/24; gone when it is closed."""

    def __init__(self):
        self._keepers = []
        self._bridge = 'shoal0'
        HERE.run('ip', 'link', 'add', 'name', self._bridge, 'type', 'bridge')
        HERE.run('ip', 'addr', 'add', BRIDGE.address + '/24', 'dev', self._bridge)
        HERE.run('ip', 'link', 'set', self._bridge, 'up')

    def host(self, cap=None):
        """One more host; it sends at most `cap` bytes a second, frames and all."""
        number = len(self._keepers) + 2
        host = Host('10.77.0.%d' % number, self._keeper().pid)
        ours, theirs = 'shoal%d' % number, 'eth%d' % number
        HERE.run('ip', 'link', 'add', 'name', ours, 'mtu', MTU_BYTES, 'type', 'veth', 'peer', 'name', theirs,
                 'mtu', MTU_BYTES)
        HERE.run('ip', 'link', 'set', ours, 'master', self._bridge, 'up')
        HERE.run('ip', 'link', 'set', theirs, 'netns', host.pid)
        host.run('ip', 'link', 'set', 'lo', 'up')
        host.run('ip', 'addr', 'add', host.address + '/24', 'dev', theirs)
        host.run('ip', 'link', 'set', theirs, 'up')
        host.run('ip', 'route', 'add', 'default', 'via', BRIDGE.address)
        if cap:
            host.run('tc', 'qdisc', 'add', 'dev', theirs, 'root', 'tbf', 'rate', '%dbit' % (cap * 8),
                     'burst', BURST_BYTES, 'latency', '%dms' % LATENCY_MILLIS)
        host.device = theirs
        return host

    def lone_host(self, address):
        """A host that is on no bridge: who asks connects it."""
        return Host(address, self._keeper().pid)

    def _keeper(self):
        """A process that does nothing but keep a namespace; it ends with its input."""
        keeper = subprocess.Popen(['unshare', '--net', 'cat'], stdin=subprocess.PIPE)
        self._keepers.append(keeper)
        here = os.readlink('/proc/self/ns/net')
        while os.readlink('/proc/%d/ns/net' % keeper.pid) == here and keeper.poll() is None:
            pass
        return keeper

    def close(self):
        for keeper in self._keepers:
            keeper.stdin.close()
            keeper.wait()
        HERE.run('ip', 'link', 'del', self._bridge)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def sent_bytes(host):
    """What the host's link has sent, frames and all."""
    with host.entered(), open('/proc/thread-self/net/dev') as file:
        for line in file:
            name, _, rest = line.partition(':')
            if name.strip() == host.device:
                return int(rest.split()[8])
    raise LookupError(host.device)


def congestion_control():
    with open('/proc/sys/net/ipv4/tcp_congestion_control') as file:
        return file.read().strip()


def _enter(namespace):
    if LIBC.setns(namespace, CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), 'setns')
