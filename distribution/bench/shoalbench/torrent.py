"""libtorrent sessions, each a process of its own that waits for orders."""
import json
import select
from pathlib import Path

from shoalbench import tools
from shoalbench.network import HERE
from shoalbench.processes import PATIENCE_SECONDS, Process, StepFailed

SCRIPT = Path(__file__).with_name('torrent_session.py')


class TorrentSession:
    """One session that is ready."""

    def __init__(self, log, host=HERE):
        self.host = host
        self.process = Process([tools.PYTHON, SCRIPT, host.address, 0], log, host.prefix, pipes=True)
        self.port = self._answer(PATIENCE_SECONDS)['port']

    @property
    def peer(self):
        return (self.host.address, self.port)

    def order(self, what, *arguments):
        """Gives an order without waiting; answer() waits."""
        line = json.dumps({'do': what, 'with': [self._plain(argument) for argument in arguments]})
        self.process.input.write(line.encode() + b'\n')
        self.process.input.flush()

    def answer(self, patience=PATIENCE_SECONDS):
        return self._answer(patience)

    def tell(self, what, *arguments):
        self.order(what, *arguments)
        return self.answer()

    def _answer(self, patience):
        if not select.select([self.process.output], [], [], patience)[0]:
            raise StepFailed('libtorrent gave no answer in %d s' % patience)
        line = self.process.output.readline()
        if not line:
            raise StepFailed('libtorrent ended: ' + self.process.last_words())
        answer = json.loads(line)
        if 'error' in answer:
            raise StepFailed('libtorrent: ' + answer['error'])
        return answer

    @staticmethod
    def _plain(argument):
        return str(argument) if isinstance(argument, Path) else argument

    def mark(self):
        self.process.mark()

    def usage(self):
        return self.process.usage()

    def stop(self):
        self.process.stop()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()
