"""Words of the territory."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Rank(models.TextChoices):
    """Ranks of the area tree, widest first."""

    COUNTY = "county", _("区县")
    STREET = "street", _("街道、乡镇")
    COMMUNITY = "community", _("社区")
    VILLAGE = "village", _("村")
    GRID = "grid", _("网格")


RANK_ORDER = {Rank.COUNTY: 0, Rank.STREET: 1, Rank.COMMUNITY: 2, Rank.VILLAGE: 3, Rank.GRID: 4}


class Tier(models.TextChoices):
    """How much a place matters for the safety of many."""

    ORDINARY = "ordinary", _("一般场所")
    WATCHED = "watched", _("重点看护")
    KEY = "key", _("重点目标")
