"""start: how long until a node serves."""
import datetime
import os
import re
import shutil
from pathlib import Path

from shoalbench.contest import Row, Sample, alternate, time_ratio
from shoalbench.processes import StepFailed, output_of, run
from shoalbench.shoal import PLAIN, Node, machine_log, machine_up

SERVE = '`shoal serve` until `ready`'
EMPTY = 'empty `main`'

# Those of the launcher for `serve`, without its start-up cache: an empty main has none.
FLAGS = ['-XX:+UseSerialGC', '-XX:TieredStopAtLevel=4', '-Xms16m', '-Xmx192m', '-XX:MaxDirectMemorySize=128m']


def start(bench):
    with bench.scenario('start') as (place, _):
        empty = _empty_main(bench.package, place)
        data = place / 'node'
        Node(bench.package, data, *PLAIN).stop()  # makes the identity, once in a node's life

        def serve():
            with Node(bench.package, data, *PLAIN) as node:
                return Sample(node.ready_after, {'node': node.process.usage()})

        def nothing():
            done = run(empty, bench.log('empty'))
            return Sample(done.seconds, {'node': done.usage})

        sides = alternate(bench, [(SERVE, serve), (EMPTY, nothing)])
        remark = 'one more start, step by step: ' + _steps(bench, data, place)
    return [Row('start', SERVE, sides[SERVE], sides[EMPTY], time_ratio, 4.0, remark=remark)]


def _empty_main(package, place):
    """The command of a module that does nothing, on the same Java image."""
    javac = _javac()
    sources = place / 'empty'
    (sources / 'e').mkdir(parents=True)
    (sources / 'module-info.java').write_text('module empty {}\n')
    (sources / 'e/M.java').write_text('package e;\n\npublic class M {\n  public static void main(String[] a) {}\n}\n')
    output_of([javac, '-d', sources / 'classes', sources / 'module-info.java', sources / 'e/M.java'])
    jar = place / 'empty.jar'
    output_of([javac.with_name('jar'), '--create', '--file', jar, '-C', sources / 'classes', '.'])
    return [package.java, *FLAGS, '--module-path', jar, '-m', 'empty/e.M']


def _javac():
    """The compiler of the newest JDK here."""
    homes = [Path(os.environ['JAVA_HOME'])] if 'JAVA_HOME' in os.environ else []
    homes += sorted(Path('/usr/lib/jvm').glob('*'), key=_release, reverse=True)
    on_path = shutil.which('javac')
    found = [home / 'bin/javac' for home in homes if (home / 'bin/javac').exists() and _release(home) >= 25]
    if found:
        return found[0]
    if on_path:
        return Path(on_path)
    raise StepFailed('no javac: set JAVA_HOME to a JDK 25')


def _release(home):
    release = home / 'release'
    said = re.search(r'JAVA_VERSION="(\d+)', release.read_text()) if release.exists() else None
    return int(said.group(1)) if said else 0


def _steps(bench, data, place):
    """What a start spends where, from the machine's own log and the times in the node's."""
    machine = place / 'machine.log'
    log = data / 'logs/shoal.log'
    seen = log.stat().st_size if log.exists() else 0
    began = datetime.datetime.now()
    with Node(bench.package, data, *PLAIN, options=machine_log(machine)) as node:
        whole = node.ready_after
    steps = [('launcher and Java machine', machine_up(machine))]
    with open(log, errors='replace') as file:
        file.seek(seen)
        lines = file.read().splitlines()
    before = steps[0][1]
    for line in lines:
        started = re.match(r'(\S+ \S+) .*PluginHost: plugin (\S+) started', line)
        if started:
            after = (datetime.datetime.strptime(started.group(1), '%Y-%m-%d %H:%M:%S.%f') - began).total_seconds()
            name = started.group(2) if len(steps) > 1 else 'libraries, configuration, reading plugins, ' + started.group(2)
            steps.append((name, after - before))
            before = after
    steps.append(('until `ready` is seen', whole - before))
    return ', '.join('%s %.0f ms' % (name, seconds * 1000) for name, seconds in steps)
