"""Verbs of the territory, one family a module. Each writes one audit entry in its own transaction."""

from fengqiao.territory.actions.areas import add_area, end_area, move_area, rename_area, set_boundary
from fengqiao.territory.actions.beats import cover_grid, make_beat, rename_beat, uncover_grid
from fengqiao.territory.actions.imports import import_areas
from fengqiao.territory.actions.places import add_features, add_place, change_place, import_places

__all__ = [
    "add_area",
    "add_features",
    "add_place",
    "change_place",
    "cover_grid",
    "end_area",
    "import_areas",
    "import_places",
    "make_beat",
    "move_area",
    "rename_area",
    "rename_beat",
    "set_boundary",
    "uncover_grid",
]
