"""The packaged program as a user runs it: commands, nodes, and their control API."""
import json
import os
import re
import signal
import socket
import time

from shoalbench.network import HERE
from shoalbench.processes import PATIENCE_SECONDS, Process, StepFailed, Usage, output_of

# A node at rest hashes whole files for `sha256:` references; here the rest is another tool's turn.
QUIET = ('--set', 'digests.whenIdle=false')

# Where a fresh `get` listens in all runs, so that the addresses of those that are gone do not pile up in the DHT.
FRESH_PORT = 4700

# Between two looks whether a node is ready: small beside its start.
READY_LOOK_SECONDS = 0.005

PLAIN = ('--set', 'tls=off', *QUIET)


# How long the Java machine itself takes, in its own log.
VM_MADE = re.compile(r'Create VM, ([\d.]+) secs')


def machine_log(file):
    """The option that makes the Java machine write it."""
    return '-Xlog:startuptime:file=%s' % file


def machine_up(file):
    """After how many seconds the Java machine was up; 0 if it did not say."""
    said = VM_MADE.search(file.read_text()) if file.exists() else None
    return float(said.group(1)) if said else 0.0


class Package:
    """The program in a folder."""

    def __init__(self, folder, home, jvm=''):
        self.folder = folder.resolve()
        self._jvm = jvm
        self.java = self.folder / 'runtime/bin/java'
        self.environment = {
            **{key: value for key, value in os.environ.items() if not key.startswith(('SHOAL', 'JAVA_TOOL', 'JDK'))},
            'HOME': str(home),
            'LC_ALL': 'C.UTF-8',
        }

    def command(self, *words):
        return [self.folder / 'bin/shoal', *words]

    def start(self, log, *words, host=HERE, options=''):
        environment = {**self.environment, 'SHOAL_JVM_OPTIONS': (self._jvm + ' ' + options).strip()}
        return Process(self.command(*words), log, host.prefix, environment=environment)

    def version(self):
        return output_of(self.command('--version'), self.environment).strip()

    def add(self, path, data, *options):
        """Adds with no node running; the root."""
        return output_of(self.command('add', '-q', path, '--data', data, *options), self.environment).strip()

    def fresh_get(self, root, target, data, router, log, *settings, host=HERE):
        """Starts `shoal get` in an empty data folder; it knows one node of the DHT."""
        return self.start(
            log, 'get', '-q', root, '-o', target, '--data', data, '--bootstrap', router.dht,
            '--listen', '%s:%d' % (host.address, FRESH_PORT), '--dht', host.address + ':0', *settings, host=host)


class Node:
    """`shoal serve` in a data folder of its own, ready. It listens on its host's address."""

    def __init__(self, package, data, *settings, host=HERE, bootstrap=None, options='', patience=60):
        self.data = data
        self.host = host
        words = ['serve', '--data', data, '--listen', host.address + ':0', '--dht', host.address + ':0', *settings]
        if bootstrap:
            words += ['--bootstrap', bootstrap]
        data.mkdir(parents=True, exist_ok=True)
        self._out = data.parent / (data.name + '.log')
        self._out.write_text('')
        self.process = package.start(self._out, *words, host=host, options=options)
        self.ready = self._ready(patience)
        self.ready_after = time.monotonic() - self.process.began
        self.dht = self.ready['dht']
        control = json.loads((data / 'control.json').read_text())
        self._token = control['token']
        self._api = control['url'].removeprefix('http://')

    def _ready(self, patience):
        end = time.monotonic() + patience
        while time.monotonic() < end and self.process.alive():
            for line in self._out.read_text(errors='replace').splitlines():
                if line.startswith('ready '):
                    return dict(word.split('=', 1) for word in line.split()[1:])
            time.sleep(READY_LOOK_SECONDS)
        words = self.process.last_words()
        self.stop(signal.SIGKILL)
        raise StepFailed('shoal serve did not get ready: ' + words)

    @property
    def uri(self):
        """How others are told of it."""
        return self.status()['endpoints'][0]

    def status(self):
        return json.loads(self._get('/v1/status'))

    def sent_bytes(self):
        return self.status()['uploads']['sentBytes']

    def metric(self, name):
        for line in self._get('/metrics').decode().splitlines():
            if line.startswith(name + ' '):
                return float(line.split()[1])
        raise StepFailed('the node has no metric ' + name)

    def get(self, root, target, peers=(), patience=PATIENCE_SECONDS):
        """Orders a download and waits for its end: what was downloaded."""
        return self._command('get', {
            'reference': root, 'target': str(target), 'folder': '/', 'peers': list(peers), 'timeout': None,
            'keep': False, 'sync': False, 'replace': False}, patience)[-1]

    def add(self, path, in_place=False, whole_digest=False, patience=PATIENCE_SECONDS):
        return self._command('add', {
            'paths': [str(path)], 'name': None, 'inPlace': in_place, 'leafSizeBytes': 1024 * 1024,
            'wholeDigest': whole_digest}, patience)[-1]['root']

    def await_provider(self, root, providers=1):
        """Waits until so many providers of the root are found from here."""
        end = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < end:
            found = self._command('find', {'reference': root, 'timeoutMillis': 5000}, PATIENCE_SECONDS)
            if len(found) >= providers:
                return
        raise StepFailed('no provider found for ' + root)

    def forget(self, root):
        """Lets the node know as little of a root as if it had never had it."""
        if any(entry['root'] == root for entry in json.loads(self._get('/v1/roots'))):
            self._command('unpin', {'reference': root}, PATIENCE_SECONDS)
        self._command('gc', {}, PATIENCE_SECONDS)

    def mark(self):
        self.process.mark()

    def usage(self):
        return self.process.usage()

    def stop(self, how=signal.SIGTERM):
        self.process.stop(how)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def _connect(self, patience):
        host, port = self._api.rsplit(':', 1)
        with self.host.entered():
            return socket.create_connection((host, int(port)), patience)

    def _request(self, method, path, body, patience):
        link = self._connect(patience)
        head = '%s %s HTTP/1.0\r\nHost: %s\r\nAuthorization: Bearer %s\r\n' % (method, path, self._api, self._token)
        head += 'Content-Type: application/json\r\nContent-Length: %d\r\n\r\n' % len(body)
        link.sendall(head.encode() + body)
        stream = link.makefile('rb')
        link.close()
        code = int(stream.readline().split()[1])
        while stream.readline().strip():
            pass
        if code != 200:
            raise StepFailed('%s: %s' % (path, stream.read().decode(errors='replace')[:300]))
        return stream

    def _get(self, path):
        with self._request('GET', path, b'', PATIENCE_SECONDS) as stream:
            return stream.read()

    def _command(self, name, request, patience):
        """The results of a command that tells events."""
        results = []
        event = ''
        end = time.monotonic() + patience
        try:
            with self._request('POST', '/v1/' + name, json.dumps(request).encode(), patience) as stream:
                for line in stream:
                    line = line.decode().rstrip('\n')
                    if line.startswith('event: '):
                        event = line[len('event: '):]
                    elif line.startswith('data: '):
                        value = json.loads(line[len('data: '):])
                        if event == 'result':
                            results.append(value)
                        elif event == 'error':
                            raise StepFailed('%s: %s' % (name, value.get('message', value)))
                        elif event == 'done':
                            return results
                    if time.monotonic() > end:
                        break
        except OSError as e:
            raise StepFailed('%s: %s' % (name, e)) from e
        raise StepFailed('%s was not done in %d s' % (name, patience))


def usage_of(nodes):
    """Of a role that several nodes play."""
    return sum((node.usage() for node in nodes), Usage())
