"""What all scenarios share."""
import contextlib
import shutil
import sys
import time
from pathlib import Path

from shoalbench.content import MIB


class Bench:
    """One run of the command."""

    def __init__(self, package, folder, runs, quick, earlier=None):
        self.package = package
        self.earlier = earlier
        self.folder = folder
        self.runs = runs
        self.quick = quick
        self.began = time.monotonic()

    def mebibytes(self, full, quick):
        return (quick if self.quick else full) * MIB

    def log(self, name):
        """Where a process's output goes."""
        return self.folder / 'logs' / (name + '.log')

    def say(self, line):
        print('[%4d s] %s' % (time.monotonic() - self.began, line), file=sys.stderr, flush=True)

    @contextlib.contextmanager
    def scenario(self, name):
        """A folder for one scenario, gone afterwards, and a place for what must be ended."""
        place = self.folder / name
        place.mkdir()
        try:
            with contextlib.ExitStack() as stack:
                yield place, stack
        finally:
            shutil.rmtree(place, ignore_errors=True)


def file_system_of(path):
    """Type and device of the file system under a path."""
    best = ('', '', '')
    for line in Path('/proc/self/mounts').read_text().splitlines():
        device, mounted, kind = line.split()[:3]
        if str(path).startswith(mounted.rstrip('/') + '/') and len(mounted) >= len(best[0]):
            best = (mounted, kind, device)
    return '%s on %s' % best[1:]
