"""Which right each verb of teams needs, over the area it touches."""

from __future__ import annotations

from fengqiao.accounts.policy import INSIDE, OWN

APPOINT = "people.appoint"
PEOPLE = "people.see"
TEAM = "team.manage"
DUTY = "duty.manage"
PARTNER = "partner.manage"
RECORD = "dutylist.record"
SEE = "territory.see"

ACTIONS: dict[str, str] = {
    "ensure_station": INSIDE,
    "change_station": APPOINT,
    "appoint": APPOINT,
    "renew": APPOINT,
    "revoke": APPOINT,
    "print_certificate": PEOPLE,
    "make_team": TEAM,
    "end_team": TEAM,
    "add_member": TEAM,
    "end_member": TEAM,
    "replace_leader": TEAM,
    "join_alliance": TEAM,
    "leave_alliance": TEAM,
    "add_post": TEAM,
    "remove_post": TEAM,
    "plan_duty": DUTY,
    "cancel_duty": DUTY,
    "ask_swap": OWN,
    "answer_swap": OWN,
    "load_mechanisms": INSIDE,
    "name_owner": DUTY,
    "record_evidence": RECORD,
    "add_partner": PARTNER,
    "change_partner": PARTNER,
    "add_resource": PARTNER,
    "change_resource": PARTNER,
}
