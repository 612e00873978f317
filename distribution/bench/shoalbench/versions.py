"""before: this package beside an earlier one, in what a user waits for most."""
from shoalbench import content
from shoalbench.contest import Row, Sample, alternate, time_ratio
from shoalbench.shoal import PLAIN, Node
from shoalbench.single import SMALL_FILES, SMALL_FILES_QUICK, ShoalPair

# Slower by more than this is a loss and not noise: the median of five turns repeats within it.
LIMIT = 1.05


def beside_earlier(bench):
    packages = {'this': bench.package, 'earlier': bench.earlier}
    rows = []
    for title, scenario in (('S1', _one_file), ('S4', _add), ('S5', _many_files), ('start', _start)):
        with bench.scenario('before-' + title) as (place, stack):
            turns = {name: scenario(bench, stack, place, name, package) for name, package in packages.items()}
            contenders = [
                ('%s, %s package' % (what, name), turns[name][what]) for what in turns['this'] for name in packages]
            sides = alternate(bench, contenders)
        rows += [
            Row(title, what, sides[what + ', this package'], sides[what + ', earlier package'], time_ratio, LIMIT)
            for what in turns['this']]
    return rows


def _one_file(bench, stack, place, name, package):
    source = place / 'source/file.bin'
    if not source.exists():
        content.make_file(source, bench.mebibytes(1024, 32), seed=1)
    return _fetches('1 GiB', ShoalPair(bench, stack, source, place, name, PLAIN, package))


def _many_files(bench, stack, place, name, package):
    source = place / 'source/folder'
    if not source.exists():
        content.make_folder(source, SMALL_FILES_QUICK if bench.quick else SMALL_FILES, seed=5)
    return _fetches('2,000 files', ShoalPair(bench, stack, source, place, name, PLAIN, package))


def _fetches(title, pair):
    return {
        title + ', warm, by the API': pair.by_api,
        title + ', warm, by `shoal get`': pair.by_command,
        title + ', cold': pair.cold,
    }


def _add(bench, stack, place, name, package):
    source = place / 'source/file.bin'
    if not source.exists():
        content.make_file(source, bench.mebibytes(1024, 32), seed=4)
    log = bench.log('before-add-' + name)

    def add(*options):
        data = place / ('data-' + name)
        try:
            log.unlink(missing_ok=True)
            done = package.start(log, 'add', '-q', source, '--data', data, *PLAIN, *options).done()
            return Sample(done.seconds, {'add': done.usage})
        finally:
            content.remove(data)

    return {'`add` of 1 GiB, copied': add, '`add --in-place` of 1 GiB': lambda: add('--in-place')}


def _start(bench, stack, place, name, package):
    data = place / ('node-' + name)
    Node(package, data, *PLAIN).stop()  # makes the identity, once in a node's life

    def serve():
        with Node(package, data, *PLAIN) as node:
            return Sample(node.ready_after, {'node': node.process.usage()})

    return {'`shoal serve` until `ready`': serve}
