"""The command line."""
import argparse
import datetime
import os
import platform
import shlex
import sys
from pathlib import Path

from shoalbench import adding, crowd, distance, killing, leechers, sandbox, seeds, single, starting, tools, versions
from shoalbench.bench import Bench, file_system_of
from shoalbench.contest import not_run, reason
from shoalbench.network import congestion_control
from shoalbench.report import remarks, table
from shoalbench.shoal import Package

DISTRIBUTION = Path(__file__).resolve().parents[2]

SCENARIOS = {
    'S1': single.one_file,
    'S2': seeds.from_four,
    'S3': leechers.to_six,
    'S4': adding.add_file,
    'S5': single.many_files,
    'S6': killing.killed,
    'S7': distance.far_away,
    'S8': crowd.many_peers,
    'start': starting.start,
}

# Runs only where --before names the other package.
BEFORE = 'before'

LEAST_RUNS = 3


def main(arguments):
    options = _options(arguments)
    if sandbox.folder() is None:
        return _outside(options, arguments)
    return _inside(options, arguments)


def _options(arguments):
    parser = argparse.ArgumentParser(prog='distribution/bench/run', description=sys.modules['__main__'].__doc__)
    parser.add_argument('--scenario', metavar='NAMES',
                        help='the scenarios, with commas between (default: %s)' % ','.join(SCENARIOS))
    parser.add_argument('--runs', type=int, default=5, metavar='N', help='turns of each contender (default: 5)')
    parser.add_argument('--quick', action='store_true',
                        help='small sizes, to check that everything works; its times mean nothing')
    parser.add_argument('--package', type=Path, metavar='DIR', help='the packaged program (default: that of distribution/target)')
    parser.add_argument('--before', type=Path, metavar='DIR',
                        help='an earlier package: S1, S4, S5 and start of both in turns, and nothing else unless --scenario says so')
    parser.add_argument('--work', type=Path, metavar='DIR', help='where files are kept meanwhile (default: the temporary folder)')
    parser.add_argument('--out', type=Path, metavar='FILE', help='write the output into a file, too')
    parser.add_argument('--jvm', default='', metavar='OPTIONS',
                        help='more options for the Java machines that are measured, such as those of a recording')
    parser.add_argument('--install', action='store_true', help='install missing tools with apt-get first')
    options = parser.parse_args(arguments)
    if options.scenario is None:
        options.scenario = BEFORE if options.before else ','.join(SCENARIOS)
    elif options.before:
        options.scenario += ',' + BEFORE
    options.scenario = options.scenario.split(',')
    unknown = [name for name in options.scenario if name not in SCENARIOS and not (name == BEFORE and options.before)]
    if unknown:
        parser.error('no scenario %s: there are %s' % (', '.join(unknown), ', '.join(SCENARIOS)))
    if options.runs < 1:
        parser.error('--runs must be at least 1')
    if options.package is None:
        built = sorted(DISTRIBUTION.glob('target/shoal-*/bin/shoal'))
        if not built:
            parser.error('nothing is packaged: run "mvn -B -q -DskipTests package" or give --package')
        options.package = built[-1].parents[1]
    for package in (options.package, options.before):
        if package and not (package / 'bin/shoal').exists():
            parser.error('%s has no bin/shoal' % package)
    return options


def _outside(options, arguments):
    if options.install:
        tools.install()
    for tool in tools.missing():
        needed = ': nothing can run without it' if tool in tools.NEEDED else ''
        print('missing: %s (package %s)%s' % (tool, tools.PACKAGES[tool], needed), file=sys.stderr)
    if tools.missing(tools.NEEDED):
        print('run again with --install', file=sys.stderr)
        return 1
    return sandbox.enter(arguments, options.work)


def _inside(options, arguments):
    sandbox.prepare()
    home = sandbox.folder()
    earlier = Package(options.before, home, options.jvm) if options.before else None
    bench = Bench(Package(options.package, home, options.jvm), home, options.runs, options.quick, earlier)
    head = _head(options, arguments, bench)
    rows = []
    code = 0
    try:
        for name in options.scenario:
            bench.say(name)
            try:
                rows += versions.beside_earlier(bench) if name == BEFORE else SCENARIOS[name](bench)
            except Exception as e:  # what one scenario cannot do is to spoil no other
                bench.say('  not run: ' + reason(e))
                rows.append(not_run(name, reason(e)))
    except KeyboardInterrupt:
        head.append('* **interrupted**')
        code = 130
    text = '\n'.join(head) + '\n\n' + table(rows) + '\n'
    said = remarks(rows)
    if said:
        text += '\n' + '\n'.join('* ' + line for line in said) + '\n'
    print(text, flush=True)
    if options.out:
        options.out.write_text(text)
    return code


def _head(options, arguments, bench):
    lines = ['```text', shlex.join(['distribution/bench/run', *arguments]), '```', '']
    lines.append('* %s; %s; %d processors, %.1f GiB of memory; Linux %s' % (
        datetime.datetime.now(datetime.timezone.utc).strftime('%Y-%m-%d %H:%M UTC'), _processor(), os.cpu_count(),
        os.sysconf('SC_PHYS_PAGES') * os.sysconf('SC_PAGE_SIZE') / 2**30, platform.release()))
    lines.append('* %s; %s' % (bench.package.version(), '; '.join(tools.versions())))
    lines.append('* %d runs, contenders taking turns; files on %s, in the page cache; load average before: %.1f; TCP with %s' % (
        options.runs, file_system_of(bench.folder), os.getloadavg()[0], congestion_control()))
    if options.quick:
        lines.append('* **quick sizes: these figures say nothing about speed**')
    elif options.runs < LEAST_RUNS:
        lines.append('* **fewer than %d runs: these figures say little**' % LEAST_RUNS)
    return lines


def _processor():
    for line in Path('/proc/cpuinfo').read_text().splitlines():
        if line.startswith('model name'):
            return line.partition(':')[2].strip()
    return platform.machine()
