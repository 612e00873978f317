"""Contenders that take turns, and what is made of their figures."""
import statistics
from dataclasses import dataclass, field

from shoalbench import content, tools
from shoalbench.processes import StepFailed



@dataclass(frozen=True)
class Sample:
    """One run of one contender: wall seconds, what each role used, and figures of the scenario's own."""
    seconds: float
    roles: dict = field(default_factory=dict)
    figures: dict = field(default_factory=dict)


@dataclass
class Side:
    """All runs of one contender: a sample of each turn, or why there is none."""
    name: str
    turns: list = field(default_factory=list)

    @property
    def samples(self):
        return [turn for turn in self.turns if isinstance(turn, Sample)]

    @property
    def failures(self):
        return [turn for turn in self.turns if isinstance(turn, str)]


@dataclass(frozen=True)
class Row:
    """A line of the table: what `ours` did, by itself or beside `theirs`, and the target.

    `value` makes a figure of our sample and, where there is one, theirs of the same turn.
    """
    scenario: str
    title: str
    ours: Side
    theirs: Side | None = None
    value: object = None
    limit: float | None = None
    at_least: bool = False
    form: str = '{:.2f} ×'
    remark: str = ''

    def values(self):
        if self.theirs is None:
            return [self.value(mine) for mine in self.ours.samples]
        return [self.value(mine, other) for mine, other in zip(self.ours.turns, self.theirs.turns)
                if isinstance(mine, Sample) and isinstance(other, Sample)]

    def met(self):
        """None where nothing can be said."""
        values = self.values()
        if self.limit is None or not values:
            return None
        middle = statistics.median(values)
        return middle >= self.limit if self.at_least else middle <= self.limit


def reason(failure):
    """In one line."""
    said = ' '.join(str(failure).split())
    return said if isinstance(failure, StepFailed) else '%s: %s' % (type(failure).__name__, said)


def not_run(scenario, why):
    return Row(scenario, 'all of it', Side('Shoal', ['not run: ' + why]), value=lambda mine: mine.seconds)


def time_ratio(mine, other):
    return mine.seconds / other.seconds


def speed_ratio(mine, other):
    """How fast ours is beside the other, where the same was moved."""
    return other.seconds / mine.seconds


def alternate(bench, contenders):
    """Lets contenders take turns: A B C A B C … .

    `contenders`: pairs of a name with what runs it once, or with the name of a tool that is missing.
    """
    sides = {name: Side(name) for name, _ in contenders}
    for turn in range(bench.runs):
        for name, act in contenders:
            if isinstance(act, str):
                outcome = act
            else:
                content.level_memory(bench.folder)
                outcome = _attempt(act)
            sides[name].turns.append(outcome)
            bench.say('  run %d of %d: %s: %s' % (
                turn + 1, bench.runs, name,
                '%.2f s' % outcome.seconds if isinstance(outcome, Sample) else outcome))
    return sides


def with_tools(act, *wanted):
    """What runs a contender, or why it cannot run."""
    absent = tools.missing(wanted)
    if absent:
        return 'not run: no %s (package %s)' % (absent[0], tools.PACKAGES[absent[0]])
    return act


def _attempt(act):
    try:
        return act()
    except Exception as e:  # that is this contender's own matter, and the others go on
        return 'failed: ' + reason(e)
