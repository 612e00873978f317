"""The public tools: where they are, which packages bring them, and how those are installed."""
import os
import re
import shutil
import subprocess
from pathlib import Path

# Debian's own, whose modules python3-libtorrent belongs to.
PYTHON = '/usr/bin/python3'

SEARCH_PATH = os.environ.get('PATH', '') + ':/usr/sbin:/sbin'

PACKAGES = {
    'nginx': 'nginx',
    'curl': 'curl',
    'openssl': 'openssl',
    'aria2c': 'aria2',
    'libtorrent': 'python3-libtorrent',
    'ip': 'iproute2',
    'tc': 'iproute2',
    'unshare': 'util-linux',
    'nsenter': 'util-linux',
}

# Without these nothing can be measured at all.
NEEDED = ('openssl', 'ip', 'unshare', 'nsenter')

NUMBER = re.compile(r'\d+\.[\d.]*\d')

POLICY = Path('/usr/sbin/policy-rc.d')


def find(tool):
    """Its path, or None."""
    if tool == 'libtorrent':
        tried = subprocess.run([PYTHON, '-c', 'import libtorrent'], capture_output=True)
        return PYTHON if tried.returncode == 0 else None
    return shutil.which(tool, path=SEARCH_PATH)


def missing(tools=tuple(PACKAGES)):
    return [tool for tool in tools if not find(tool)]


def versions():
    """Of each tool that is there."""
    options = {
        'nginx': ['-v'],
        'curl': ['--version'],
        'openssl': ['version'],
        'aria2c': ['--version'],
        'libtorrent': ['-c', 'import libtorrent; print(libtorrent.version)'],
    }
    found = []
    for tool, words in options.items():
        path = find(tool)
        if path:
            said = subprocess.run([path, *words], capture_output=True, text=True)
            number = NUMBER.search(said.stdout or said.stderr)
            found.append('%s %s' % (tool, number.group() if number else '?'))
    return found


def install():
    """Installs what is missing, and starts no service."""
    packages = sorted({PACKAGES[tool] for tool in missing()})
    if not packages:
        return
    # What a package would start as a service is not wanted here: the bench runs its own.
    ours = not POLICY.exists()
    if ours:
        POLICY.write_text('#!/bin/sh\nexit 101\n')
        POLICY.chmod(0o755)
    try:
        environment = {**os.environ, 'DEBIAN_FRONTEND': 'noninteractive'}
        command = ['apt-get', 'install', '-y', '-q', '--no-install-recommends', *packages]
        if subprocess.run(command, env=environment).returncode != 0:
            subprocess.run(['apt-get', 'update', '-q'], env=environment, check=True)
            subprocess.run(command, env=environment, check=True)
    finally:
        if ours:
            POLICY.unlink()
