"""Which right each verb on people needs. Rights come from appointments; see ``reach`` for whose account it is."""

from __future__ import annotations

APPOINT = "people.appoint"
SEE = "people.see"
API = "api.use"

OWN = "own"
"""Everybody, for what is their own."""

INSIDE = "inside"
"""No door of its own: other actions call it."""

ACTIONS: dict[str, str] = {
    "create_person": APPOINT,
    "change_person": APPOINT,
    "set_phone": APPOINT,
    "read_phone": SEE,
    "change_password": OWN,
    "set_password": APPOINT,
    "choose_language": OWN,
    "deactivate": APPOINT,
    "activate": APPOINT,
    "issue_token": API,
    "revoke_token": API,
}
