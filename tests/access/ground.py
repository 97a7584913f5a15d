"""The ground of the access matrix: one township full of things in grid 1, and those who have no business with them.

Everything is built once. Nobody here is refused because a thing is missing or a payload is wrong: whose it is does
it with the same address and the same payload, and it works.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import models, transaction
from django.test import Client

from fengqiao.accounts.actions import set_phone
from fengqiao.accounts.scope import SYSTEM
from fengqiao.intake import actions as intake
from fengqiao.intake import model_store
from fengqiao.intake.bundles import export_bundle
from fengqiao.intake.models import Report
from fengqiao.lib import clock
from fengqiao.lib.place_config import current_place
from fengqiao.matters.models import Matter
from fengqiao.mediation.models import MediationCase, Session
from fengqiao.notices.actions import notify
from fengqiao.teams import actions as teams
from fengqiao.teams.actions.groups import MemberDraft
from fengqiao.teams.models import Appointment, Team
from tests.api import rows_intake, rows_matters, rows_mediation, rows_rest, rows_teams
from tests.api.world import BACKEND, World
from tests.cast import NOW, Cast
from tests.desk.test_verbs import TRIES, in_state
from tests.intake.small_models import packed
from tests.intake.topics import raise_topic
from tests.mediation.test_reach import Stage

OUTSIDER = "outsider"
"""Holds every role of the place at once, and only over the other street."""
NOBODY = "nobody"
"""Has an account and no appointment."""
STRANGERS = (NOBODY, OUTSIDER)

UNTOUCHED = {"sessions.Session", "axes.AccessAttempt", "axes.AccessLog", "axes.AccessFailureLog"}
"""Tables that a refused request may write: how somebody knocked, never what is behind the door."""

TITLES = (
    "甲一楼的旧账",
    "家里的难处",
    "说周敏态度不好",
    "11 栋 302 漏到 202",
    "501 漏到 401",
    "还没开的调解",
)


def fresh(payload: dict[str, Any]) -> dict[str, Any]:
    """The payload to be sent once more: files from their beginning."""
    for value in payload.values():
        if isinstance(value, SimpleUploadedFile):
            value.seek(0)
    return payload


def told(answer: Any) -> str:
    """Everything an answer says: its address, its words, what is inside a file handed out."""
    if getattr(answer, "streaming", False):
        body = b"".join(answer.streaming_content)
    else:
        body = answer.content
    said = answer.headers.get("Location", "") + "\n" + answer.headers.get("Content-Disposition", "")
    if body[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            body = b"\n".join(archive.read(name) for name in archive.namelist())
    words = body.decode("utf-8", "replace")
    if "json" in answer.headers.get("Content-Type", ""):
        words = json.dumps(json.loads(words), ensure_ascii=False)
    return f"{said}\n{words}"


class Ground:
    """The township, the things in grid 1 that rows of the matrix name, and browsers of everybody."""

    def __init__(self, cast: Cast, folder: Path) -> None:
        self.cast, self.folder = cast, folder
        self.world = World(cast)
        for role in current_place().roles:
            Appointment.objects.get_or_create(
                person=cast.people[OUTSIDER],
                role=role.key,
                area=cast.areas["other_street"],
                defaults={"valid_from": date(2025, 1, 1), "created_at": NOW},
            )
        self._clients: dict[str, Client] = {}
        self._matters()
        self._reports()
        self._cases()
        self._people()
        self._topics()
        self._models()
        for who in cast.people:
            self.client(who)
        self._files()
        self._secrets = self._words()
        self.unspoilt = self.snapshot()

    def pk(self, name: str) -> int:
        """The id of one of the cast."""
        return self.cast.people[name].pk

    def area(self, key: str = "grid1") -> str:
        """An area as the forms of the rooms name it."""
        return f"a{self.cast.areas[key].pk}"

    def client(self, who: str) -> Client:
        """The browser of one of the cast, signed in; of a visitor for no name."""
        if who not in self._clients:
            self._clients[who] = Client()
            if who:
                self._clients[who].force_login(self.cast.people[who], backend=BACKEND)
        return self._clients[who]

    # -- what lies in grid 1 ------------------------------------------------------------------------------------

    def _matters(self) -> None:
        w, cast = self.world, self.cast
        self.states = {s: in_state(cast, s) for s in ("assigned", "active", "paused", "resolved")}
        self.tries = {
            t.verb: (t.who, self.states[t.state], t.data(cast, self.states[t.state])) for t in TRIES
        }
        self.active = w.active(title="甲一楼的旧账")
        self.promise = rows_matters.promise(w)
        self.follow_up = rows_matters.followed(w)
        self.looked = Matter.objects.get(number=rows_matters.looked(w).path["number"])
        self.consultation = rows_matters.consulted(w)
        self.task = rows_matters.task(w)
        self.link = rows_matters.linked(w)
        self.merged = rows_matters.merged(w)
        self.joint = rows_matters.joined(w)
        self.restricted = w.matter(title="家里的难处", code="FA7", owner="officer")
        self.complaint = w.matter(title="说周敏态度不好", code="OT2", owner="head", about=cast.people["duty"])

    def _reports(self) -> None:
        w, duty = self.world, self.cast.actor("duty")
        self.report = w.report("锦澜苑 3 栋 501 楼上漏水，甲二的话")
        self.sealed = w.report("锦澜苑 4 栋有人打老婆，甲三的话")
        Report.objects.filter(pk=self.sealed.pk).update(restricted=True)
        self.kept = rows_intake.linked(w)
        self.photo = rows_intake.photographed(w)
        self.closed = rows_intake.decided(w)
        self.entered = intake.receive_report(
            by=duty, channel="phone", text="电话里说的甲四", key="k-entered", area=self.cast.areas["grid1"]
        ).report
        self.outside = w.outside("WD-7788")
        intake.refuse_report(self.outside, by=duty, to="城管 12319", why="不归我们")
        self.job = rows_intake.job(w)

    def _topics(self) -> None:
        raise_topic(self.cast, people=4)
        sheet = intake.refresh_topics(by=self.cast.actor("duty"))
        self.topic = sheet.topics.filter(shown_on__isnull=False).get()

    def _models(self) -> None:
        admin = self.cast.actor("admin")
        self.model = intake.keep_model(by=admin, name="甲十.npz", content=packed(self.folder))
        self.training = intake.start_training(by=admin)
        other = intake.keep_model(by=admin, name="甲十.npz", content=packed(self.folder, "small-2"))
        intake.use_model(other, by=admin)
        model_store.put(other)

    def _cases(self) -> None:
        w = self.world
        self.stage = Stage(w.room)
        self.stage.build()
        Session.objects.filter(pk=self.stage.session.pk).update(planned_at=NOW + timedelta(days=5))
        self.free = w.room.matter(title="还没开的调解")
        self.asked = rows_mediation.asked(w)
        self.case = self.stage.open

    def _people(self) -> None:
        w, cast, head = self.world, self.cast, self.cast.actor("head")
        set_phone(cast.people["grid_worker"], by=SYSTEM, phone="13700009911")
        self.appointment = teams.appoint(
            cast.people["volunteer"],
            by=head,
            role="police_assistant",
            area=cast.areas["grid1"],
            valid_to=date(2026, 9, 1),
        )
        self.team = rows_teams.brigade(w, "V7")
        self.allied = teams.join_alliance(rows_teams.brigade(w, "V8"), by=head, alliance=self._alliance())
        self.member = teams.add_member(self.team, by=head, person=cast.people["volunteer"], task="夜里巡楼")
        self.post = rows_teams.post(w)
        self.duty = rows_teams.duty(w, days=20)
        self.on_duty = teams.plan_duty(
            cast.people["grid_worker"],
            by=head,
            kind="desk",
            area=cast.areas["grid1"],
            starts_at=clock.now(),
            ends_at=clock.now() + timedelta(hours=8),
            note="守夜的台",
        )
        self.later = rows_teams.duty(w, "auxiliary", days=22)
        self.swap = teams.ask_swap(self.duty, by=cast.actor("officer"), to=cast.people["auxiliary"])
        self.resource = teams.add_resource(
            by=head, kind="room", name="锦澜议事厅", area=cast.areas["community"]
        )
        self.partner = teams.add_partner(by=head, kind="utilities", name="锦澜水站", area=cast.areas["grid1"])
        self.item = rows_teams.item(w)
        self.token = rows_rest.token(w)
        self.notice = notify(cast.people["officer"], "assigned", "新事项：甲五漏水", "/desk/mine/")

    def _alliance(self) -> Team:
        leader = MemberDraft(self.cast.people["committee"], leads=True)
        named = {"kind": "alliance", "code": "A7", "name": "邻里联盟"}
        return teams.make_team(
            by=self.cast.actor("head"), area=self.cast.areas["community"], members=[leader], **named
        )

    def _files(self) -> None:
        """Files that wait for a yes of the head."""
        client = self.client("head")

        def waiting(path: str, **sent: Any) -> str:
            answer = client.post(path, sent)
            assert answer.status_code == 303, told(answer)[:2000]
            return str(answer["Location"]).split("?")[0].strip("/").split("/")[-1]

        table = SimpleUploadedFile("甲六.csv", "标题,内容\n漏水,501 又漏水".encode())
        self.table = waiting("/desk/imports/", kind="table", file=table)
        ground = SimpleUploadedFile("甲七.csv", "名称,经度,纬度\n锦澜菜场,120.01,30.01".encode())
        self.ground = waiting("/desk/territory/import/", what="places", file=ground)
        path = self.folder / "access.fqb"
        export_bundle(path, by=self.cast.actor("head"))
        bundle = SimpleUploadedFile("甲八.fqb", path.read_bytes())
        self.bundle = waiting("/desk/imports/bundles/", file=bundle)

    # -- what nobody else may read ------------------------------------------------------------------------------

    def secrets(self) -> dict[str, set[str]]:
        """Words that belong to grid 1, by what they tell of."""
        return self._secrets

    def _words(self) -> dict[str, set[str]]:
        cast = self.cast
        rows, reports, cases = Matter.objects.all(), Report.objects.all(), MediationCase.objects.all()
        return {
            "matter": {*rows.values_list("number", flat=True), *TITLES},
            "report": {*reports.values_list("text", flat=True), "甲二的话", "甲三的话", "甲四", "WD-7788"},
            "code": set(reports.values_list("code", flat=True)),
            "contact": {"刘芳", "13912345678", "张建华", "13812345120", "13700009911"},
            "case": {str(u) for pair in cases.values_list("number", "uid") for u in pair},
            "file": {"甲六", "甲七", "甲八", "甲十", "small-1", str(self.job.uid)},
            "team": {"锦澜义警队", "邻里联盟", "锦澜警务室", "夜里巡楼", "守夜的台"},
            "partner": {"锦澜水站", "锦澜议事厅"},
            "place": {"锦澜苑", "春晓里", "锦澜小学"},
            "area": {cast.areas[k].name for k in ("grid1", "grid2", "community")},
            "beat": {"第 1 警务区", "BEAT1"},
            "staff": {"王建国", "李芳", "赵磊", "郑德明"},
            "own": {"要收回的", "甲五漏水"},
            "topic": {self.topic.name},
        }

    # -- nothing has changed ------------------------------------------------------------------------------------

    def snapshot(self) -> dict[str, str]:
        """Every row of every table, as one digest a table."""
        found = {}
        for model in apps.get_models():
            if model._meta.label not in UNTOUCHED and model._meta.managed:
                found[model._meta.label] = _digest(model)
        return found


def _digest(model: type[models.Model]) -> str:
    rows = list(model._default_manager.order_by("pk").values_list())
    return f"{len(rows)} {hashlib.sha256(repr(rows).encode()).hexdigest()[:16]}"


@contextmanager
def undone() -> Iterator[None]:
    """What is done inside is undone after."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def moment(hours: float) -> str:
    """So many hours from now, as a form of the desk sends it."""
    return clock.local(clock.now() + timedelta(hours=hours)).strftime("%Y-%m-%dT%H:%M")


def leaks(words: str, secrets: dict[str, set[str]], told_by_design: frozenset[str]) -> list[str]:
    """Which secrets stand in these words."""
    bare = re.sub(r"\s+", " ", words)
    return sorted(
        f"{kind}: {word}"
        for kind, found in secrets.items()
        if kind not in told_by_design
        for word in found
        if word and word in bare
    )
