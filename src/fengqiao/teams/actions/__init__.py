"""Verbs of teams, one family a module. Each writes one audit entry in its own transaction."""

from fengqiao.teams.actions.appointments import appoint, print_certificate, renew, revoke
from fengqiao.teams.actions.groups import (
    add_member,
    add_post,
    end_member,
    end_team,
    join_alliance,
    leave_alliance,
    make_team,
    remove_post,
    replace_leader,
)
from fengqiao.teams.actions.mechanisms import load_mechanisms, name_owner, record_evidence
from fengqiao.teams.actions.partners import add_partner, add_resource, change_partner, change_resource
from fengqiao.teams.actions.roster import answer_swap, ask_swap, cancel_duty, plan_duty
from fengqiao.teams.actions.station import change_station, ensure_station

__all__ = [
    "add_member",
    "add_partner",
    "add_post",
    "add_resource",
    "answer_swap",
    "appoint",
    "ask_swap",
    "cancel_duty",
    "change_partner",
    "change_resource",
    "change_station",
    "end_member",
    "end_team",
    "ensure_station",
    "join_alliance",
    "leave_alliance",
    "load_mechanisms",
    "make_team",
    "name_owner",
    "plan_duty",
    "print_certificate",
    "record_evidence",
    "remove_post",
    "renew",
    "replace_leader",
    "revoke",
]
