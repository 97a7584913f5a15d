"""Which right each verb of the territory needs, over the area it touches."""

from __future__ import annotations

EDIT = "territory.edit"
SEE = "territory.see"

ACTIONS: dict[str, str] = {
    "add_area": EDIT,
    "rename_area": EDIT,
    "move_area": EDIT,
    "end_area": EDIT,
    "set_boundary": EDIT,
    "import_areas": EDIT,
    "make_beat": EDIT,
    "rename_beat": EDIT,
    "cover_grid": EDIT,
    "uncover_grid": EDIT,
    "add_place": EDIT,
    "change_place": EDIT,
    "import_places": EDIT,
    "add_features": EDIT,
}
