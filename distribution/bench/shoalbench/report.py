"""The table that a run ends with."""
import statistics

from shoalbench.contest import Side

MIB = 1024 * 1024

HEAD = ['scenario', 'what', 'against', 'median (min – max)', 'target', 'met', 'wall s, ours', 'wall s, theirs',
        'CPU s, ours', 'CPU s, theirs', 'peak MiB, ours', 'peak MiB, theirs']


def table(rows):
    lines = [_line(HEAD), _line(['---'] * len(HEAD))]
    lines += [_line(_cells(row)) for row in rows]
    return '\n'.join(lines)


def remarks(rows):
    """What does not fit into the table: remarks and failures, each once."""
    found = []
    for row in rows:
        if row.remark:
            found.append('%s, %s: %s' % (row.scenario, row.title, row.remark))
        for side in (row.ours, row.theirs or Side('')):
            for turn, outcome in enumerate(side.turns):
                if isinstance(outcome, str) and len(side.turns) > 1:
                    found.append('%s, %s, run %d: %s' % (row.scenario, side.name, turn + 1, outcome))
    return list(dict.fromkeys(found))


def _cells(row):
    theirs = row.theirs or Side('–')
    met = {None: '–', True: 'yes', False: '**no**'}[row.met()]
    values = row.values()
    if values:
        value = '%s (%s – %s)' % tuple(
            row.form.format(figure) for figure in (statistics.median(values), min(values), max(values)))
    else:
        failed = row.ours.failures + theirs.failures
        value = failed[0] if failed else 'not run'
    target = '–'
    if row.limit is not None:
        target = ('≥ ' if row.at_least else '≤ ') + row.form.format(row.limit)
    return [row.scenario, row.title, theirs.name, value, target, met, _wall(row.ours), _wall(theirs),
            _roles(row.ours, _cpu), _roles(theirs, _cpu), _roles(row.ours, _memory), _roles(theirs, _memory)]


def _cpu(usages):
    return '%.2f' % statistics.median(usage.cpu for usage in usages)


def _memory(usages):
    return '%.0f' % (statistics.median(usage.memory for usage in usages) / MIB)


def _wall(side):
    seconds = [sample.seconds for sample in side.samples]
    if not seconds:
        return '–'
    return '%.2f / %.2f / %.2f' % (min(seconds), statistics.median(seconds), max(seconds))


def _roles(side, figure):
    """A figure of each role over all runs: `seed 0.10, leech 2.10`."""
    samples = side.samples
    if not samples:
        return '–'
    return ', '.join('%s %s' % (role, figure([sample.roles[role] for sample in samples])) for role in samples[0].roles)


def _line(cells):
    return '| ' + ' | '.join(str(cell).replace('|', '\\|') for cell in cells) + ' |'
