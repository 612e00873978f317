"""S4: bringing a file in, durably."""
import time

from shoalbench import content
from shoalbench.contest import Row, Sample, alternate, time_ratio
from shoalbench.processes import run
from shoalbench.shoal import PLAIN, Node
from shoalbench.web import digest

HASH = 'openssl dgst'
HASH_COPY_SYNC = 'openssl dgst; cp; sync'

KINDS = [
    # title, options of the command, the same for the API, rival, target
    ('copied', (), {}, HASH_COPY_SYNC, 1.3),
    ('`--in-place`', ('--in-place',), {'in_place': True}, HASH, 1.0),
    ('`--in-place --sha256`', ('--in-place', '--sha256'), {'in_place': True, 'whole_digest': True}, HASH, 1.8),
]


def add_file(bench):
    """S4. A user types the command; the API is what a running node needs for the same."""
    with bench.scenario('S4') as (place, stack):
        source = content.make_file(place / 'source/file.bin', bench.mebibytes(1024, 32), seed=4)
        log = bench.log('S4')
        root = bench.package.add(source, place / 'expected', *PLAIN)
        content.remove(place / 'expected')

        def command(options):
            data = place / 'data'
            try:
                log.unlink(missing_ok=True)
                done = bench.package.start(log, 'add', '-q', source, '--data', data, *PLAIN, *options).done()
                if root not in log.read_text():
                    raise ValueError('another root than before')
                return Sample(done.seconds, {'add': done.usage})
            finally:
                content.remove(data)

        def api(request):
            with Node(bench.package, place / 'node', *PLAIN) as node:
                try:
                    node.mark()
                    began = time.monotonic()
                    added = node.add(source, **request)
                    sample = Sample(time.monotonic() - began, {'add': node.usage()})
                    if added != root:
                        raise ValueError('another root than before')
                    return sample
                finally:
                    node.stop()
                    content.remove(node.data)

        def hashed():
            done = digest(source, log)
            return Sample(done.seconds, {'add': done.usage})

        def hashed_and_copied():
            target = place / 'copy'
            try:
                first = digest(source, log)
                second = run(['cp', source, target], log)
                third = run(['sync', target], log)
                return Sample(third.ended - first.began, {'add': first.usage + second.usage + third.usage})
            finally:
                content.remove(target)

        contenders = [(HASH_COPY_SYNC, hashed_and_copied), (HASH, hashed)]
        for title, options, request, _, _ in KINDS:
            contenders.append((title, lambda options=options: command(options)))
            contenders.append((title + ', API', lambda request=request: api(request)))
        sides = alternate(bench, contenders)
    rows = []
    for title, _, _, rival, limit in KINDS:
        rows.append(Row('S4', '`add` of 1 GiB, ' + title, sides[title], sides[rival], time_ratio, limit))
        rows.append(Row('S4', title + ', by a running node', sides[title + ', API'], sides[rival], time_ratio, limit))
    return rows
