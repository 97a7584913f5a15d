"""How each operation on matters and what belongs to them is tried."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from fengqiao.lib import clock
from fengqiao.matters import actions, tick
from fengqiao.matters.models import Consultation, FollowUp, JointMember, Link, Matter, Promise, Task
from tests.api.rows_intake import jpeg
from tests.api.world import Call, Row, World, soon, upload


def active(**body: Any):  # type: ignore[no-untyped-def]
    """A call about a matter in hand."""
    return lambda w: Call({"number": w.active().number}, body)


def fresh(**body: Any):  # type: ignore[no-untyped-def]
    """A call about a matter that waits to be accepted."""
    return lambda w: Call({"number": w.matter().number}, body)


def resolved(**body: Any):  # type: ignore[no-untyped-def]
    """A call about a matter with a result."""
    return lambda w: Call({"number": w.resolved().number}, body)


def to(name: str, /, **body: Any):  # type: ignore[no-untyped-def]
    """A call about a matter in hand that names somebody."""
    return lambda w: Call({"number": w.active().number}, {**body, "to": w.id(name)})


def paused(w: World) -> Call:
    found = w.active()
    actions.pause(found, by=w.cast.actor("officer"), reason="等配件", until=clock.now() + timedelta(days=2))
    return Call({"number": found.number}, {})


def promise(w: World) -> Promise:
    return actions.promise(
        w.active(),
        by=w.cast.actor("officer"),
        what="修好防水",
        who="物业",
        due_at=clock.now() + timedelta(days=1),
    )


def broken(w: World) -> Promise:
    """A promise the clock took for broken."""
    row = promise(w)
    later = clock.now() + timedelta(days=10)
    with clock.at(later):
        tick.tick(at=later)
    return row


def followed(w: World) -> FollowUp:
    return w.resolved().follow_ups.filter(state="planned").order_by("due_at")[0]


def looked(w: World) -> Call:
    """A resolved matter to which somebody has gone back once."""
    found = w.resolved()
    first = found.follow_ups.filter(state="planned").order_by("due_at")[0]
    actions.record_follow_up(first, by=w.cast.actor("officer"), result="held", note="稳住了")
    return Call({"number": found.number}, {"why": "搬走了"})


def consulted(w: World) -> Consultation:
    return actions.consult(
        w.active(),
        by=w.cast.actor("officer"),
        question="管道归谁修",
        partners=[w.cast.partners["water"]],
        held_at=clock.now() + timedelta(days=1),
    )


def task(w: World) -> Task:
    row = actions.decide(
        consulted(w),
        by=w.cast.actor("officer"),
        conclusion="水务修",
        tasks=[
            actions.TaskDraft("修管道", clock.now() + timedelta(days=3), partner=w.cast.partners["water"])
        ],
    )
    return row.tasks.get()


def linked(w: World) -> Link:
    return actions.link(w.active(), by=w.cast.actor("officer"), other=w.matter("另一件"), kind="similar")


def merged(w: World) -> Link:
    into = w.active(title="并入的那件")
    return actions.merge(w.active(), by=w.cast.actor("duty"), into=into)


def joined(w: World) -> JointMember:
    return actions.join(w.active(), by=w.cast.actor("officer"), person=w.cast.people["mediator"])


def with_other(key: str, /, **body: Any):  # type: ignore[no-untyped-def]
    def call(w: World) -> Call:
        other = w.active(title="另一件")
        return Call({"number": w.active().number}, {**body, key: other.number})

    return call


def of(make: Any, /, **body: Any):  # type: ignore[no-untyped-def]
    """A call about a row by its id."""
    return lambda w: Call({"id": make(w).pk}, body)


def state(wanted: str):  # type: ignore[no-untyped-def]
    return lambda w, out: out["state"] == wanted


def number(w: World) -> str:
    """The number of the last matter made."""
    return str(w.made["matter"].number)


def threatened(w: World) -> Call:
    found = w.active()
    actions.mark_threatening(found, by=w.cast.actor("officer"), why="说要砸门")
    return Call({"number": found.number}, {"why": "当场劝住了，双方各退一步"})


def listed(make: Any):  # type: ignore[no-untyped-def]
    return lambda w: (make(w), Call())[1]


def matter_of(w: World) -> Matter:
    found = w.made["matter"]
    assert isinstance(found, Matter)
    return found


ROWS: dict[str, Row] = {
    "GET /matters": Row("officer", listed(World.matter), outsider="hidden", secret=number),
    "POST /matters": Row(
        "officer",
        lambda w: Call({}, {"category": "NB2", "title": "401 漏水", "area": w.area(), "next_step": "上门看"}),
        201,
        403,
        check=lambda w, out: out["next_step"] == "上门看",
    ),
    "GET /matters/{number}": Row("officer", active(), check=lambda w, out: "resolve" in out["actions"]),
    "GET /matters/{number}/candidates": Row("officer", active(), check=lambda w, out: len(out) > 3),
    "POST /matters/{number}/assign": Row("duty", to("grid_worker"), check=state("assigned")),
    "POST /matters/{number}/accept": Row("officer", fresh(), check=state("active")),
    "POST /matters/{number}/decline": Row("officer", fresh(reason="不归我"), check=state("assigned")),
    "POST /matters/{number}/transfer": Row(
        "officer",
        to("grid_worker", reason="她熟"),
        check=lambda w, out: out["owner"]["id"] == w.id("grid_worker"),
    ),
    "POST /matters/{number}/urge": Row("duty", active(text="快一点")),
    "POST /matters/{number}/record-progress": Row(
        "officer",
        lambda w: Call(
            {"number": w.active().number}, {"text": "看过了", "next_step": "约物业", "due_at": soon()}
        ),
        check=lambda w, out: out["next_step"] == "约物业",
    ),
    "POST /matters/{number}/record-progress-with-photos": Row(
        "officer",
        lambda w: Call(
            {"number": w.active().number}, form={"text": "看过了", "photos": upload("a.jpg", jpeg())}
        ),
        check=lambda w, out: matter_of(w).attachments.count() == 1,
    ),
    "POST /matters/{number}/set-next-step": Row(
        "officer", lambda w: Call({"number": w.active().number}, {"next_step": "再去", "due_at": soon()})
    ),
    "POST /matters/{number}/reply": Row("officer", active(text="明天有人上门")),
    "POST /matters/{number}/escalate": Row("officer", active(tried="谈过两次", blocked_by="谈不拢")),
    "POST /matters/{number}/pause": Row(
        "officer",
        lambda w: Call({"number": w.active().number}, {"reason": "等配件", "until": soon()}),
        check=state("paused"),
    ),
    "POST /matters/{number}/resume": Row("officer", paused, check=state("active")),
    "POST /matters/{number}/reclassify": Row("officer", active(category="NB6", why="其实是噪音")),
    "POST /matters/{number}/raise-severity": Row("officer", active(severity=2, why="墙要塌")),
    "POST /matters/{number}/place-matter": Row(
        "officer", lambda w: Call({"number": w.active().number}, {"lat": 30.07, "lon": 120.02})
    ),
    "POST /matters/{number}/promise": Row(
        "officer",
        lambda w: Call(
            {"number": w.active().number},
            {"what": "修好", "who": "物业", "due_at": soon(), "amount": "3000.50"},
        ),
        201,
        check=lambda w, out: out["amount"] == "3000.50",
    ),
    "POST /matters/{number}/join": Row(
        "officer",
        lambda w: Call({"number": w.active().number}, {"person": w.id("mediator"), "task": "劝"}),
        201,
    ),
    "POST /matters/{number}/consult": Row(
        "officer",
        lambda w: Call(
            {"number": w.active().number},
            {"question": "管道归谁", "partners": [w.cast.partners["water"].pk], "held_at": soon()},
        ),
        201,
    ),
    "POST /matters/{number}/schedule-follow-up": Row(
        "officer",
        lambda w: Call({"number": w.active().number}, {"purpose": "看渗不渗", "due_at": soon()}),
        201,
    ),
    "POST /matters/{number}/merge": Row("officer", with_other("into"), 201),
    "POST /matters/{number}/link": Row("officer", with_other("other", kind="similar"), 201),
    "POST /matters/{number}/resolve": Row(
        "officer", active(outcome="settled", text="修好了", cause="老化"), check=state("resolved")
    ),
    "POST /matters/{number}/close": Row("officer", looked, check=state("closed")),
    "POST /matters/{number}/reopen": Row("officer", resolved(reason="又漏了"), check=state("assigned")),
    "POST /matters/{number}/refer": Row(
        "officer", active(to="市场监管所", reason="归他们"), check=state("referred")
    ),
    "POST /matters/{number}/withdraw": Row("duty", fresh(reason="登记错了"), check=state("withdrawn")),
    "POST /matters/{number}/record-mediation": Row("officer", active(text="两家坐下来谈了")),
    "POST /matters/{number}/mark-threatening": Row("officer", active(why="说要砸门")),
    "POST /matters/{number}/mark-kept-from-violence": Row("officer", threatened),
    "GET /promises": Row("officer", listed(promise), outsider="hidden", secret=lambda w: "防水"),
    "GET /promises/{id}": Row("officer", of(promise)),
    "POST /promises/{id}/settle": Row("officer", of(promise, kept=True, note="修好了"), check=state("kept")),
    "POST /promises/{id}/withdraw": Row("officer", of(promise, note="换人修"), check=state("withdrawn")),
    "POST /promises/{id}/correct": Row("officer", of(broken, note="物业给了照片"), check=state("kept")),
    "GET /follow-ups": Row("officer", listed(followed), outsider="hidden", secret=number),
    "GET /follow-ups/{id}": Row("officer", of(followed)),
    "POST /follow-ups/{id}/record": Row(
        "officer", of(followed, result="held", note="没再漏"), check=state("done")
    ),
    "GET /tasks": Row("officer", listed(task), outsider="hidden", secret=lambda w: "修管道"),
    "GET /tasks/{id}": Row("officer", of(task)),
    "POST /tasks/{id}/finish": Row("officer", of(task, result="换了管"), check=lambda w, out: out["done_at"]),
    "GET /consultations": Row("officer", listed(consulted), outsider="hidden", secret=lambda w: "管道"),
    "GET /consultations/{id}": Row("officer", of(consulted)),
    "POST /consultations/{id}/decide": Row(
        "officer",
        lambda w: Call(
            {"id": consulted(w).pk},
            {
                "conclusion": "水务修",
                "tasks": [{"what": "修管道", "due_at": soon(), "partner": w.cast.partners["water"].pk}],
            },
        ),
        check=lambda w, out: len(out["tasks"]) == 1,
    ),
    "GET /links/{id}": Row("officer", of(linked)),
    "POST /links/{id}/unlink": Row("officer", of(linked), check=lambda w, out: out["ended_at"]),
    "POST /links/{id}/unmerge": Row("duty", of(merged), check=state("active")),
    "POST /joint-members/{id}/leave": Row("officer", of(joined, why="不用了")),
}
