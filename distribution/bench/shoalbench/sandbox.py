"""A network, mounts and a list of processes of the bench's own: what it makes goes with it, whatever ends it."""
import ctypes
import os
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

# Set in the process inside.
FOLDER = 'SHOALBENCH_FOLDER'

# After an interrupt: time to print what has been measured so far.
LAST_WORDS_SECONDS = 10

PR_SET_PDEATHSIG = 1


def folder():
    """Where the process inside may write; None outside."""
    inside = os.environ.get(FOLDER)
    return Path(inside) if inside else None


def enter(arguments, work):
    """Runs the same command line inside; returns its exit code when nothing of it is left."""
    made = Path(tempfile.mkdtemp(prefix='shoalbench-', dir=work))
    as_root = [] if os.geteuid() == 0 else ['--map-root-user']
    command = ['unshare', *as_root, '--net', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc',
               sys.executable, sys.argv[0], *arguments]
    child = subprocess.Popen(command, env={**os.environ, FOLDER: str(made)}, preexec_fn=_die_with_parent)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        return child.wait()
    except KeyboardInterrupt:
        # The terminal has told the process inside too.
        try:
            child.wait(LAST_WORDS_SECONDS)
        except subprocess.TimeoutExpired:
            pass
        return 130
    finally:
        # All processes inside die with the first of them, and the network with the last.
        child.kill()
        child.wait()
        _remove(made)


def prepare():
    """Makes the network inside usable, and lets a node have more than the usual 1,024 files: it has 500 peers."""
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    subprocess.run(['ip', 'link', 'set', 'lo', 'up'], check=True)


def _die_with_parent():
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def _remove(made):
    # The killed processes may still be closing their files.
    for _ in range(20):
        shutil.rmtree(made, ignore_errors=True)
        if not made.exists():
            return
        time.sleep(0.1)
