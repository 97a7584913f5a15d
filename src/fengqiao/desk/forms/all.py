"""All verb forms together: importing this fills the registry."""

from __future__ import annotations

from fengqiao.desk.forms import ending, flow, joint, ladder, links, promises
from fengqiao.desk.forms.verbs import REGISTRY

MODULES = (flow, ladder, joint, promises, ending, links)
"""The families of verbs."""

__all__ = ["MODULES", "REGISTRY"]
