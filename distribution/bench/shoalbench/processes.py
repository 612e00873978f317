"""Starts processes, ends them, and tells what they used."""
import os
import select
import signal
import socket
import subprocess
import time
from dataclasses import dataclass

# Longer than any single step takes on a slow machine; what hangs is to fail and leave the others their turn.
PATIENCE_SECONDS = 180

# Between two looks at a process that may end any time.
SAMPLE_SECONDS = 0.02

STOP_SECONDS = 15

LISTEN_SECONDS = 20

TICKS_PER_SECOND = os.sysconf('SC_CLK_TCK')


class StepFailed(Exception):
    """A step of one contender failed: its cell says why, and the run goes on."""


@dataclass(frozen=True)
class Usage:
    """What one role used: processor seconds of all its processes, peak bytes of the largest of them."""
    cpu: float = 0.0
    memory: int = 0

    def __add__(self, other):
        return Usage(self.cpu + other.cpu, max(self.memory, other.memory))


@dataclass(frozen=True)
class Finished:
    code: int
    began: float
    ended: float
    usage: Usage

    @property
    def seconds(self):
        return self.ended - self.began


class Process:
    """One process; its output goes into a file unless it is piped."""

    def __init__(self, command, log, inside=(), cwd=None, environment=None, pipes=False, descriptors=()):
        self.command = [str(word) for word in command]
        self.log = log
        log.parent.mkdir(parents=True, exist_ok=True)
        with open(log, 'ab') as out:
            self.began = time.monotonic()
            self._child = subprocess.Popen(
                [*inside, *self.command],
                stdin=subprocess.PIPE if pipes else subprocess.DEVNULL,
                stdout=subprocess.PIPE if pipes else out,
                stderr=out,
                cwd=cwd or log.parent,
                env=environment,
                pass_fds=descriptors)
        self.pid = self._child.pid
        self.input = self._child.stdin
        self.output = self._child.stdout
        self._handle = os.pidfd_open(self.pid)
        self._cpu_before = 0.0

    def wait(self, patience=PATIENCE_SECONDS):
        """Waits for the end. Raises StepFailed, with the process killed, if it does not come in time."""
        poll = select.poll()
        poll.register(self._handle, select.POLLIN)
        peak = 0
        while not poll.poll(SAMPLE_SECONDS * 1000):
            peak = max(peak, _peak_memory(self.pid))
            if time.monotonic() - self.began > patience:
                self.stop(signal.SIGKILL)
                raise StepFailed('%s took more than %d s' % (self.name, patience))
        ended = time.monotonic()
        _, status, used = os.wait4(self.pid, 0)
        self._gone(os.waitstatus_to_exitcode(status))
        # What wait4 tells includes the copy of this interpreter that the child was before it became the
        # command: where it tells of more, it is exact; else what was seen last is.
        told = used.ru_maxrss * 1024
        memory = told if told > _own_peak_memory() else peak
        return Finished(self._child.returncode, self.began, ended, Usage(used.ru_utime + used.ru_stime, memory))

    def done(self, patience=PATIENCE_SECONDS):
        """Waits for the end and holds that it went well."""
        finished = self.wait(patience)
        if finished.code != 0:
            raise StepFailed('%s ended with %d: %s' % (self.name, finished.code, self.last_words()))
        return finished

    def mark(self):
        """From here on usage() counts: processor time and the peak of memory."""
        for pid in _tree(self.pid):
            try:
                with open('/proc/%d/clear_refs' % pid, 'w') as file:
                    file.write('5')
            except OSError:
                pass  # it has just ended
        self._cpu_before = self._cpu()

    def usage(self):
        return Usage(self._cpu() - self._cpu_before, max(map(_peak_memory, _tree(self.pid)), default=0))

    def alive(self):
        return self._child.returncode is None and not select.select([self._handle], [], [], 0)[0]

    def stop(self, how=signal.SIGTERM):
        """Ends the process if it has not ended."""
        if self._child.returncode is not None:
            return
        signal.pidfd_send_signal(self._handle, how)
        if not select.select([self._handle], [], [], STOP_SECONDS)[0]:
            signal.pidfd_send_signal(self._handle, signal.SIGKILL)
        self._gone(os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1]))

    def last_words(self):
        lines = self.log.read_text(errors='replace').strip().splitlines() if self.log.exists() else []
        return lines[-1][:200] if lines else 'no output'

    def _gone(self, code):
        self._child.returncode = code
        os.close(self._handle)
        for pipe in (self.input, self.output):
            if pipe:
                pipe.close()

    def _cpu(self):
        return sum(map(_cpu_of, _tree(self.pid)))

    @property
    def name(self):
        return os.path.basename(self.command[0])

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


def run(command, log, inside=(), cwd=None, environment=None, patience=PATIENCE_SECONDS):
    """Runs a command to its good end."""
    return Process(command, log, inside, cwd, environment).done(patience)


def await_listener(process, address, port):
    """Waits until somebody accepts connections; who calls is on the host where that is."""
    end = time.monotonic() + LISTEN_SECONDS
    while time.monotonic() < end and process.alive():
        try:
            socket.create_connection((address, port), 1).close()
            return
        except OSError:
            time.sleep(SAMPLE_SECONDS)
    words = process.last_words()
    process.stop()
    raise StepFailed('%s did not start: %s' % (process.name, words))


def prefer(process):
    """Lets it run before all others, where that is allowed: it must be in time, and takes little."""
    try:
        os.setpriority(os.PRIO_PROCESS, process.pid, -15)
    except OSError:
        pass  # then it has to share


def output_of(command, environment=None, cwd=None, inside=()):
    """What a command of the preparation prints."""
    done = subprocess.run([*inside, *map(str, command)], capture_output=True, text=True, env=environment, cwd=cwd,
                          timeout=PATIENCE_SECONDS)
    if done.returncode != 0:
        raise StepFailed('%s: %s' % (command[0], (done.stderr or done.stdout).strip()[-300:]))
    return done.stdout


def _tree(pid):
    """A process and its descendants."""
    found = [pid]
    for parent in found:
        try:
            with open('/proc/%d/task/%d/children' % (parent, parent)) as file:
                found.extend(map(int, file.read().split()))
        except OSError:
            pass  # it has just ended
    return found


def _cpu_of(pid):
    try:
        with open('/proc/%d/stat' % pid) as file:
            fields = file.read().rpartition(')')[2].split()
    except OSError:
        return 0.0
    # utime, stime, and both of the children that were waited for
    return sum(map(int, fields[11:15])) / TICKS_PER_SECOND


def _peak_memory(pid):
    try:
        with open('/proc/%d/status' % pid) as file:
            for line in file:
                if line.startswith('VmHWM:'):
                    return int(line.split()[1]) * 1024
    except OSError:
        pass  # it has just ended
    return 0


def _own_peak_memory():
    return _peak_memory(os.getpid())
