"""What all lives together did: the counts that steer them and that the tests ask for."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from tests.machine.doings import DOINGS, Pair


@dataclass
class Tally:
    """What all lives together did."""

    seed: int = 0
    runs: int = 0
    executed: int = 0
    taken: Counter[Pair] = field(default_factory=Counter)
    tried: Counter[Pair] = field(default_factory=Counter)
    passed_over: Counter[Pair] = field(default_factory=Counter)

    def transitions(self) -> Counter[tuple[str, str, str]]:
        """Kind, verb of the table, state: how often it was taken, by whichever action."""
        found: Counter[tuple[str, str, str]] = Counter()
        for (kind, name, state), times in self.taken.items():
            verb = DOINGS[kind, name].verb if (kind, name) in DOINGS else name
            if verb is not None:
                found[kind, verb, state] += times
        return found
