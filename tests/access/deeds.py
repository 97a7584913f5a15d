"""Every verb of the domain apps with real arguments, and those that are somebody else's too, each with its reason."""

from __future__ import annotations

import importlib
import inspect
import io
import pkgutil
from collections.abc import Callable, Iterator
from typing import Any

import fengqiao
from fengqiao.accounts.scope import Actor
from fengqiao.desk import exports
from fengqiao.intake import actions as intake
from fengqiao.intake import bundle_keys, bundles, chat, imports, outside
from fengqiao.intake.actions.matter_photos import record_progress_with_photos
from fengqiao.matters import actions as matters
from fengqiao.matters.models import Matter
from fengqiao.mediation import actions as mediation
from fengqiao.mediation.queries import builtin_template
from fengqiao.notices import actions as notices
from tests.access import deeds_ground
from tests.access.ground import Ground
from tests.intake.small_models import packed
from tests.matters.verbs import CASES
from tests.mediation.test_reach import VERBS as CASE_VERBS

Deed = Callable[[Ground, Actor], Any]

RESIDENT, NOBODY, OUTSIDER = "resident", "nobody", "outsider"
"""Whoever comes through the public door; an account without appointment; every right in another street."""

NO_APPS = {"algorithms", "lib", "cli", "demo", "places", "integrations", "portal", "field", "board", "api"}
"""Packages that act through the verbs of others, or not at all. The desk has one verb of its own: taking a list out."""


def verbs() -> Iterator[str]:
    """Every public function of the apps that takes ``by`` as a keyword only, by its module's app and its name."""
    for app in pkgutil.iter_modules(fengqiao.__path__):
        if not app.ispkg or app.name in NO_APPS:
            continue
        top = importlib.import_module(f"fengqiao.{app.name}")
        for found in pkgutil.walk_packages(top.__path__, f"{top.__name__}."):
            if ".migrations" not in found.name:
                yield from (f"{app.name}.{name}" for name in _in(importlib.import_module(found.name)))


def _in(module: Any) -> Iterator[str]:
    for name, thing in vars(module).items():
        if name.startswith("_") or not inspect.isfunction(thing) or thing.__module__ != module.__name__:
            continue
        by = inspect.signature(thing).parameters.get("by")
        if by is not None and by.kind is inspect.Parameter.KEYWORD_ONLY:
            yield name


def on_matter(name: str) -> Deed:
    """A verb as the tests of matters try it, on a matter in the state it starts from."""
    case = CASES[name]
    return lambda g, by: case.do(g.cast, g.states[case.state], by)


MATTERS: dict[str, Deed] = {
    **{name: on_matter(name) for name in CASES},
    "open_matter": lambda g, by: matters.open_matter(
        by=by,
        category=g.active.category,
        title="甲九",
        area=g.cast.areas["grid1"],
        origin="resident",
        owner=g.cast.people["officer"],
    ),
    "rate": lambda g, by: matters.rate(
        g.states["resolved"], by=by, score=3, comment="", report_uid=g.report.uid
    ),
    "correct_promise": lambda g, by: matters.correct_promise(g.promise, by=by, note="电话核实过"),
    "settle_promise": lambda g, by: matters.settle_promise(g.promise, by=by, kept=True),
    "withdraw_promise": lambda g, by: matters.withdraw_promise(g.promise, by=by, note="改了"),
    "unmerge": lambda g, by: matters.unmerge(g.merged, by=by),
    "close": lambda g, by: matters.close(g.looked, by=by, why="搬走了"),
}


def on_report(verb: Callable[..., Any], **more: Any) -> Deed:
    """A verb on the report that waits."""
    return lambda g, by: verb(g.report, by=by, **more)


def jpeg() -> intake.UploadedPhoto:
    """A picture."""
    from tests.api.rows_intake import jpeg as picture

    return intake.UploadedPhoto("a.jpg", picture())


def table() -> io.BytesIO:
    """A table of reports."""
    return io.BytesIO("标题,内容,编号\n漏水,501 又漏水,WD-1\n".encode())


INTAKE: dict[str, Deed] = {
    "accept_report": on_report(intake.accept_report, category="NB2"),
    "accept_as_proposed": on_report(intake.accept_as_proposed),
    "accept_many": lambda g, by: [d for d in intake.accept_many([g.report], by=by) if d.matter],
    "link_report": lambda g, by: intake.link_report(g.report, by=by, matter=g.active),
    "unlink_report": lambda g, by: intake.unlink_report(g.kept, by=by, reason="不是一件事"),
    "refuse_report": on_report(intake.refuse_report, to="城管 12319", why="占道归城管"),
    "withdraw_matter": lambda g, by: intake.withdraw_matter(g.states["assigned"], by=by, reason="立错了"),
    "undo_decision": lambda g, by: intake.undo_decision(g.kept, by=by),
    "ask": on_report(intake.ask, text="几单元？"),
    "correct_place": lambda g, by: intake.correct_place(g.report, by=by, area=g.cast.areas["grid2"]),
    "correct_about": lambda g, by: intake.correct_about(
        g.report, by=by, about=g.cast.people["officer"], why="点了名"
    ),
    "raise_severity": on_report(intake.raise_severity, severity=1, why="有人受伤"),
    "hand_over": lambda g, by: intake.hand_over(g.report, by=by, to=g.cast.people["officer"], why="他熟"),
    "open_contact": on_report(intake.open_contact, purpose="电话问几单元"),
    "add_photo": lambda g, by: intake.add_photo(g.report, by=by, photos=[jpeg()]),
    "record_progress_with_photos": lambda g, by: record_progress_with_photos(
        g.active, by=by, text="看过", photos=[]
    ),
    "receive_report": lambda g, by: intake.receive_report(
        by=by, channel="portal", text="路灯不亮", key="deed", area=g.cast.areas["grid1"]
    ),
    "receive_chat": lambda g, by: [
        d
        for d in chat.receive_chat(chat.preview_chat("张三 10:02\n3 栋楼道灯坏了").parts, by=by)
        if d.receipt
    ],
    "start_job": lambda g, by: imports.start_job(table(), by=by, name="试"),
    "start_sheet": lambda g, by: outside.start_sheet(
        table(), of="12345", by=by, mapping={"body": "内容", "external_id": "编号"}
    ),
    "cancel": lambda g, by: imports.cancel(g.job, by=by),
    "export_replies": lambda g, by: outside.export_replies("12345", g.folder / "replies.csv", by=by)[
        "written"
    ],
    "keep_model": lambda g, by: intake.keep_model(
        by=by, name="deed.npz", content=packed(g.folder, "small-4")
    ),
    "use_model": lambda g, by: intake.use_model(g.model, by=by),
    "roll_back": lambda g, by: intake.roll_back(by=by),
    "use_starter": lambda g, by: intake.use_starter(by=by),
    "start_training": lambda g, by: intake.start_training(by=by),
    "cancel_training": lambda g, by: intake.cancel_training(g.training, by=by),
    "refresh_topics": lambda g, by: intake.refresh_topics(by=by),
    "gather_topic": lambda g, by: intake.gather_topic(g.topic, by=by, category="NB2"),
    "export_bundle": lambda g, by: sum(bundles.export_bundle(g.folder / "deed.fqb", by=by).values()),
    "import_bundle": lambda g, by: bundles.import_bundle(g.folder / "access.fqb", by=by),
    "trust_peer": lambda g, by: bundle_keys.trust_peer(
        by=by,
        name="湖东派出所",
        station_uid="00000000-0000-4000-8000-0000000000ff",
        public_key=bundle_keys.public_hex(bundle_keys.station_key()),
        confirmed=bundle_keys.own_fingerprint(),
    ),
}

MEDIATION: dict[str, Deed] = {
    **{name: (lambda g, by, do=do: do(g.stage, by)) for name, do in CASE_VERBS.items()},  # type: ignore[misc]
    "save_template": lambda g, by: mediation.save_template(
        "rights", by=by, name="own.docx", content=builtin_template("rights")
    ),
    "drop_template": lambda g, by: mediation.drop_template("rights", by=by),
}

NOTICES: dict[str, Deed] = {
    "mark_read": lambda g, by: notices.mark_read(g.notice, by=by),
    "mark_all_read": lambda g, by: notices.mark_all_read(by=by),
}

DESK: dict[str, Deed] = {
    "export": lambda g, by: exports.export(
        Matter.objects.all(), by=by, reason="季度分析用", query="", form="csv"
    )[1],
}

DEEDS: dict[str, Deed] = {
    f"{app}.{name}": deed
    for app, rows in (
        ("accounts", deeds_ground.ACCOUNTS),
        ("territory", deeds_ground.TERRITORY),
        ("teams", deeds_ground.TEAMS),
        ("notices", NOTICES),
        ("matters", MATTERS),
        ("intake", INTAKE),
        ("mediation", MEDIATION),
        ("desk", DESK),
    )
    for name, deed in rows.items()
}

WHOSE = {
    "accounts": "head",
    "territory": "head",
    "teams": "head",
    "notices": "officer",
    "intake": "duty",
    "mediation": "officer",
    "desk": "head",
}
"""Whose verbs they are, where a verb does not say otherwise."""
BUT = {
    "accounts.change_password": "officer",
    "accounts.choose_language": "officer",
    "accounts.phone_reads": "grid_worker",
    "intake.cancel": "head",
    "intake.record_progress_with_photos": "officer",
    "intake.trust_peer": "head",
    "intake.keep_model": "admin",
    "intake.use_model": "admin",
    "intake.roll_back": "admin",
    "intake.use_starter": "admin",
    "intake.start_training": "admin",
    "intake.cancel_training": "admin",
    "mediation.save_template": "admin",
    "mediation.drop_template": "admin",
    "teams.ask_swap": "auxiliary",
    "teams.answer_swap": "auxiliary",
    "teams.record_evidence": "officer",
    "matters.open_matter": "duty",
    "matters.correct_promise": "officer",
}
BY_CODE = {"matters.rate"}
"""Verbs of residents alone."""


def whose(name: str) -> str:
    """One of the cast whose verb it is."""
    app, verb = name.split(".")
    if name in BUT:
        return BUT[name]
    if app == "matters":
        return "officer" if CASES[verb].by == "grid_worker" else CASES[verb].by
    return WHOSE[app]


INSIDE = {
    "intake.take_in": "the second half of receive_report, after its checks",
    "mediation.create_case": "the second half of open_case and refuse_case, after their checks",
}
"""Functions that take an actor to write their name down; no door calls them."""

OPEN: dict[str, dict[str, str]] = {
    RESIDENT: {
        "intake.receive_report": "everybody may say what is wrong",
        "matters.urge": "a reporter may press for progress",
        "matters.reopen": "the holder of a receipt code says it is not solved",
        "matters.rate": "the holder of a receipt code says how it went",
    },
    NOBODY: {"notices.mark_all_read": "one's own notices"},
    OUTSIDER: {
        "intake.receive_report": "reports are brought from anywhere",
        "intake.receive_chat": "reports are brought from anywhere",
        "intake.start_job": "a table in hand is seen by who brought it",
        "intake.start_sheet": "a table in hand is seen by who brought it",
        "intake.import_bundle": "a bundle of a station that is believed brings reports, wherever they lie",
        "intake.refresh_topics": "the topics of one's own ground",
        "accounts.create_person": "a new account has no rights and belongs to no area",
        "teams.record_evidence": "every area keeps its own evidence of the station's lists",
        "notices.mark_all_read": "one's own notices",
    },
}
"""Verbs that succeed, by who does them."""

EMPTY = {
    "accounts.people_by_phone": "a search finds nobody",
    "intake.accept_many": "says for each report why not",
    "intake.receive_chat": "says for each part why not",
    "intake.export_replies": "an empty table, and on record that nothing was in it",
    "intake.export_bundle": "an empty bundle, and on record that nothing was in it",
    "desk.export": "an empty list, and on record that nothing was in it",
    "territory.import_areas": "every row of others' ground is refused, and nothing is written",
    "territory.import_places": "every row of others' ground is refused, and nothing is written",
}
"""Verbs that may answer instead of refusing: their answer holds nothing."""
ON_RECORD = {"intake.export_replies", "intake.export_bundle", "desk.export"}
"""Of those, the ones that leave a line in the log."""
