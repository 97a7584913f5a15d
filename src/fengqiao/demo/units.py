"""Which cells make a street's communities and villages, and which cells make their grids."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from fengqiao.demo.ground import Floats
from fengqiao.demo.partition import Ints, Rect, split
from fengqiao.demo.scales import Scale


def people_load(scale: Scale, town: Floats, sizes: Floats) -> Floats:
    """Residents per cell, up to a factor: dense in the cores, thin in the country."""
    rural = 1.0 if scale.communities == 0 else 0.0
    return sizes * np.where(town > 0.3, town * 9.0, 0.6 + rural * 9.0)


class Plan:
    """Units (communities and villages) and grids as rectangles, and who belongs to whom."""

    def __init__(
        self, scale: Scale, streets: list[Rect], town: Floats, sizes: Floats, rng: np.random.Generator
    ) -> None:
        self.scale = scale
        self.unit_rects: list[Rect] = []
        self.street_of_unit: list[int] = []
        self.grid_rects: list[Rect] = []
        self.unit_of_grid: list[int] = []
        load = people_load(scale, town, sizes)
        self._units(streets, town, sizes, rng)
        self.is_village = self._villages(town)
        self._grids(load, rng)

    def _units(self, streets: list[Rect], town: Floats, sizes: Floats, rng: np.random.Generator) -> None:
        """Carrying units: communities where the town is, villages around; equal in people or in ground."""
        scale = self.scale
        carrying = scale.villages if scale.villages_under_communities else scale.villages + scale.communities
        urban = sizes * town
        ground = sizes * (1 - town)
        need = np.zeros_like(sizes)
        if scale.communities and not scale.villages_under_communities:
            need += urban / max(1.0, urban.sum()) * scale.communities
        if scale.villages:
            need += ground / max(1.0, ground.sum()) * scale.villages
        if need.sum() == 0:
            need = sizes
        for number, (rect, count) in enumerate(zip(streets, _shares(streets, need, carrying), strict=True)):
            for part in split(rect, count, need, rng):
                self.unit_rects.append(part)
                self.street_of_unit.append(number)

    def _villages(self, town: Floats) -> list[bool]:
        scale = self.scale
        if scale.villages_under_communities:
            return [True] * len(self.unit_rects)
        townlike = [float(rect.of(town).mean()) for rect in self.unit_rects]
        order = sorted(range(len(townlike)), key=lambda n: -townlike[n])
        communities = set(order[: scale.communities])
        return [n not in communities for n in range(len(townlike))]

    def _grids(self, load: Floats, rng: np.random.Generator) -> None:
        loads = [float(rect.of(load).sum()) for rect in self.unit_rects]
        counts = apportion(loads, self.scale.grids, [_room(rect) for rect in self.unit_rects])
        for number, (rect, count) in enumerate(zip(self.unit_rects, counts, strict=True)):
            for part in split(rect, count, load, rng):
                self.grid_rects.append(part)
                self.unit_of_grid.append(number)


def _room(rect: Rect) -> int:
    """How many parts a rectangle takes without any of them becoming a single cell."""
    return max(1, rect.cells // 3)


def _shares(streets: list[Rect], need: Floats, total: int) -> list[int]:
    loads = [float(rect.of(need).sum()) for rect in streets]
    return apportion(loads, total, [_room(rect) for rect in streets])


def apportion(loads: list[float], total: int, most: list[int]) -> list[int]:
    """Whole numbers of at least one each, in proportion to the loads, ``total`` in all, capped by
    ``most``."""
    if not len(loads) <= total <= sum(most):
        raise ValueError(f"{total} 个网格分不到 {len(loads)} 片地里，请改网格数或面积")
    counts = [1] * len(loads)
    for _ in range(total - len(loads)):
        # The unit that is worst off per part gets the next one.
        best = max(
            (n for n in range(len(loads)) if counts[n] < most[n]), key=lambda n: loads[n] / (counts[n] + 0.5)
        )
        counts[best] += 1
    return counts


def share_out(total: int, loads: NDArray[np.float64], least: int) -> Ints:
    """Whole numbers in proportion to the loads, summing to ``total``, none under ``least``."""
    room = total - least * loads.size
    exact = loads / loads.sum() * room
    parts = np.floor(exact).astype(np.int64)
    rest = room - int(parts.sum())
    parts[np.argsort(parts - exact, kind="stable")[:rest]] += 1
    return np.asarray(parts + least)
