"""Verbs of teams, one family a module."""

from fengqiao.teams.actions.station import ensure_station

__all__ = ["ensure_station"]
