"""Imports and exports on the desk: a table mapped and taken in, replies out, bundles between two stations."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from fengqiao.desk.routes import imports as routes
from fengqiao.intake import bundle_keys
from fengqiao.intake.actions import refuse_report
from fengqiao.intake.models import BundlePeer, ImportJob, Report
from fengqiao.lib import clock
from fengqiao.lib.policy import access_of
from fengqiao.teams.models import Station
from tests.cast import NOW, Cast
from tests.desk.conftest import As, tell

PAGES = [
    ("/desk/imports/", "导入一张表"),
    ("/desk/imports/outside/", "要答复 12345 的"),
    ("/desk/imports/bundles/", "本单位的指纹"),
]
TABLE = (
    "编号,标题,内容,时间\nA1,楼道堆物,三楼堆满纸箱怕着火,2026-03-10 09:00\n"
    "A2,,半夜施工睡不着,2026-03-10 23:00\nA3,空,,昨天\n"
)


def text(answer: object) -> str:
    """The words of a page without its tags."""
    return re.sub(r"<[^>]+>", " ", answer.content.decode())  # type: ignore[attr-defined]


def bring(client: Client, body: bytes, kind: str = "table", name: str = "表.csv") -> str:
    """Bring a file; the address of its preview."""
    answer = client.post("/desk/imports/", {"kind": kind, "file": SimpleUploadedFile(name, body)})
    assert answer.status_code == 303, text(answer)[-2000:]
    return str(answer["Location"])


def test_every_route_says_who_may_come_in() -> None:
    assert [r.name for r in routes.urlpatterns if access_of(r.callback) is None] == []


@pytest.mark.parametrize(("path", "words"), PAGES)
def test_the_duty_officer_opens_every_page(as_: As, path: str, words: str) -> None:
    answer = as_("duty").get(path)
    assert answer.status_code == 200
    assert words in text(answer)
    assert "<h1>" in answer.content.decode()


@pytest.mark.parametrize("who", ["nobody", "auditor", "grid_worker"])
def test_others_find_nothing(as_: As, who: str) -> None:
    client = as_(who)
    for path in (*(p for p, _words in PAGES), "/desk/imports/look/x/", "/desk/imports/bundles/x/"):
        assert client.get(path).status_code == 404, path
        assert client.post(path).status_code == 404, path
    assert client.post("/desk/imports/outside/110/replies/").status_code == 404
    assert as_("officer").get("/desk/imports/bundles/").status_code == 404


def test_a_table_is_mapped_and_taken_in_without_scripts(as_: As, cast: Cast) -> None:
    client = as_("duty")
    path = bring(client, TABLE.encode("gb18030"))
    page = text(client.get(path))
    assert "楼道堆物" in page
    assert "按列名猜的" in page
    chosen = {"c0": "external_id", "c1": "title", "c2": "body", "c3": "reported_at"}
    assert "半夜施工" in text(client.post(path, chosen | {"look": "1"}))
    assert "两列都选成了" in text(client.post(path, chosen | {"c1": "body", "start": "1"}))
    assert client.post(path, {"c0": "", "c1": "", "c2": "", "c3": "", "start": "1"}).status_code == 422
    answer = client.post(path, chosen | {"start": "1"})
    assert answer.status_code == 303
    job = ImportJob.objects.get()
    assert "继续" in text(client.get(f"/desk/imports/{job.uid}/"))
    for _turn in range(5):
        assert client.post(f"/desk/imports/{job.uid}/step/").status_code == 303
    job.refresh_from_db()
    assert (job.state, job.added, job.refused) == ("done", 2, 1)
    page = text(client.get(f"/desk/imports/{job.uid}/"))
    assert "收完了" in page
    assert "去收件" in page
    table = client.get(f"/desk/imports/{job.uid}/errors.csv")
    assert "没收" in table.content.decode("utf-8-sig")
    for who in ("head", "outsider"):
        assert as_(who).get(f"/desk/imports/{job.uid}/").status_code == 404
        assert as_(who).post(f"/desk/imports/{job.uid}/step/").status_code == 404
    path = bring(client, TABLE.encode())
    assert "照上次的填好了" in text(client.get(path))


def test_htmx_gets_a_part_that_asks_again_until_it_is_done(as_: As, cast: Cast) -> None:
    client = as_("duty")
    path = bring(client, TABLE.encode())
    client.post(path, {"c0": "external_id", "c2": "body", "start": "1"})
    job = ImportJob.objects.get()
    assert "hx-post" in client.get(f"/desk/imports/{job.uid}/").content.decode()
    part = client.post(f"/desk/imports/{job.uid}/step/", headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in part
    part = client.post(f"/desk/imports/{job.uid}/step/", headers={"HX-Request": "true"}).content.decode()
    assert "hx-post" not in part


def test_an_import_is_stopped(as_: As, cast: Cast) -> None:
    client = as_("duty")
    client.post(bring(client, TABLE.encode()), {"c2": "body", "start": "1"})
    job = ImportJob.objects.get()
    assert client.post(f"/desk/imports/{job.uid}/cancel/").status_code == 303
    job.refresh_from_db()
    assert job.state == "cancelled"
    assert not Report.objects.exists()


@pytest.mark.parametrize("body", [b"\x00\x01\x02\x03", b"PK\x03\x04not a book", "编号\n".encode()])
def test_garbage_is_refused_in_words(as_: As, body: bytes) -> None:
    client = as_("duty")
    answer = client.get(bring(client, body, name="x.xlsx"))
    if answer.status_code == 200:
        answer = client.post(answer.request["PATH_INFO"], {"c0": "body", "start": "1"})
        assert answer.status_code in {303, 422}
    else:
        assert answer.status_code == 422
        assert "什么都没有收进来" in text(answer)
    assert client.post("/desk/imports/", {"kind": "table"}).status_code == 422
    assert client.get("/desk/imports/look/nonsense/").status_code == 404
    empty = SimpleUploadedFile("e.csv", b"")
    assert "文件是空的" in text(client.post("/desk/imports/", {"kind": "table", "file": empty}))


def test_a_sheet_of_12345_comes_in_and_its_reply_goes_out(as_: As, cast: Cast) -> None:
    client = as_("duty")
    sheet = "工单编号,诉求内容,办理时限\nGD-1,路灯坏了一周没人修,2026-03-20 18:00\n"
    path = bring(client, sheet.encode(), kind="12345")
    assert "请选哪一列是对方的编号" in text(client.post(path, {"kind": "12345", "c1": "body", "start": "1"}))
    client.post(path, {"kind": "12345", "c0": "external_id", "c1": "body", "c2": "deadline", "start": "1"})
    client.post(f"/desk/imports/{ImportJob.objects.get().uid}/step/")
    report = Report.objects.get(external_id="GD-1")
    refuse_report(report, by=cast.actor("head"), to="住建局", why="路灯归住建局修")
    head = as_("head")
    page = text(head.get("/desk/imports/outside/"))
    assert "要答复 12345 的：1 件" in page
    answer = head.post("/desk/imports/outside/12345/replies/", {"form": "csv"})
    assert "GD-1" in answer.content.decode("utf-8-sig")
    assert "要答复 12345 的：0 件" in text(head.get("/desk/imports/outside/"))
    assert head.post("/desk/imports/outside/999/replies/").status_code == 400


def as_another_station(cast: Cast, client: Client) -> bytes:
    """A bundle of a station with other identity and key; ours is put back."""
    tell(cast)
    ours = Station.objects.get()
    Station.objects.update(uid="00000000-0000-4000-8000-000000000002", name="湖东派出所")
    body = client.post("/desk/imports/bundles/export/", {}).content
    Station.objects.update(uid=ours.uid, name=ours.name)
    return bytes(body)


def test_a_bundle_is_trusted_after_its_fingerprint_and_read(as_: As, cast: Cast) -> None:
    client = as_("head")
    body = as_another_station(cast, client)
    assert zipfile.is_zipfile(io.BytesIO(body))
    sent = {"file": SimpleUploadedFile("b.zip", body)}
    path = client.post("/desk/imports/bundles/", sent)["Location"]
    page = text(client.get(path))
    assert "还没有信任这个单位" in page
    assert "湖东派出所" in page
    assert client.post(path).status_code == 422
    wrong = {"trust": "1", "name": "湖东派出所", "confirmed": "0000 0000"}
    assert "指纹和对方报的不一致" in text(client.post(path, wrong))
    assert client.post(path, {"trust": "1"}).status_code == 422
    right = wrong | {"confirmed": bundle_keys.own_fingerprint()}
    assert client.post(path, right).status_code == 303
    assert BundlePeer.objects.get().name == "湖东派出所"
    before = Report.objects.count()
    assert client.post(path).status_code == 303
    assert Report.objects.count() == before + 1
    assert "读入" in text(client.get("/desk/imports/bundles/"))


def test_a_file_that_is_no_bundle_is_refused(as_: As, cast: Cast) -> None:
    client = as_("duty")
    path = client.post("/desk/imports/bundles/", {"file": SimpleUploadedFile("b.zip", b"no")})["Location"]
    answer = client.get(path)
    assert answer.status_code == 422
    assert "什么都没有读进来" in text(answer)
    assert client.post("/desk/imports/bundles/").status_code == 422
    assert client.post("/desk/imports/bundles/export/", {"peer": "99", "since": "x"}).status_code == 422


def test_files_that_wait_are_of_one_session_and_go_after_a_day(as_: As, cast: Cast) -> None:
    client = as_("duty")
    path = bring(client, TABLE.encode())
    assert as_("head").get(path).status_code == 404
    with clock.at(NOW + timedelta(days=4000)):
        bring(client, b"x,y\n1,2\n")
        assert client.get(path).status_code == 400
