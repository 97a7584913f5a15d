"""Pages that only somebody who has just sent something gets to see: what was taken in, tried, shown once, refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from django.urls import resolve

from fengqiao.intake import bundles
from fengqiao.teams.models import Station
from tests.stories.conftest import Stage
from tests.stories.furnish import LEAK, House, furnish
from tests.stories.pages import MOMENTARY, Page
from tests.stories.walk import Look, Walk, told

pytestmark = [pytest.mark.story, pytest.mark.thorough, pytest.mark.django_db(transaction=True)]

TABLE = "编号,标题,内容,时间\nA1,楼道堆物,三楼堆满纸箱怕着火,2026-03-10 09:00\nA2,,半夜施工睡不着,2026-03-10 23:00\n"
PLACES = "名称,地址,区域编码,纬度,经度\n锦澜超市,锦澜路 3 号,99010000100101,30.021,120.021\n"
CHAT = "网格员小周 2026/03/11 09:41:12\n8号楼一楼大厅又停了三辆电动车 充着电呢\n业主老李 2026/03/11 09:42:03\n收到\n"


class Sender:
    """Fills in forms, sends them, and looks at the pages that come of it."""

    def __init__(self, stage: Stage, folder: Path) -> None:
        self.stage, self.folder = stage, folder
        self.house: House = furnish(stage.cast)
        self.walk = Walk(stage)
        self.faults: list[str] = []
        self.seen: set[str] = set()

    def send(self, who: str, path: str, fields: dict[str, str], button: str = "", width: int = 1440) -> Look:
        """Open a form, fill it in, press its button, and wait for the page that follows."""
        look = self.walk.look(who, width)
        look.page.goto(self.stage.base + path.format(**self.house.known), wait_until="load")
        return self.press(look, fields, button)

    def press(self, look: Look, fields: dict[str, str], button: str = "") -> Look:
        """Fill in the form that stands open and send it."""
        self.stage.fill(look.page, fields)
        forms = look.page.locator("main form[method=post]")
        pressed = forms.get_by_role("button", name=button) if button else forms.locator("button.btn-primary")
        with look.page.expect_navigation(wait_until="load"):
            pressed.last.click()
        return look

    def bring(self, who: str, path: str, name: str, content: str | bytes, **fields: str) -> Look:
        """Send a file with a form."""
        file = self.folder / name
        file.write_bytes(content.encode() if isinstance(content, str) else content)
        look = self.walk.look(who)
        look.page.goto(self.stage.base + path, wait_until="load")
        look.page.locator("main input[type=file]").first.set_input_files(file)
        return self.press(look, fields)

    def see(self, look: Look, heading: str, words: str = "", status: int = 200) -> None:
        """Look at the page that stands open."""
        path = look.page.url.removeprefix(self.stage.base)
        self.seen.add(resolve(path.partition("?")[0].partition("#")[0]).view_name)
        row = Page(look.who, path, heading, words).at(self.house.known)
        self.faults += look.check(row, status)


@pytest.fixture
def sender(stage: Stage, tmp_path: Path) -> Sender:
    """A house full of things, and somebody to send forms in it."""
    return Sender(stage, tmp_path)


def desk(s: Sender) -> None:
    """A report on behalf of somebody, a chat, a telephone number, a card of a party, a word too many."""
    area = str(s.stage.cast.areas["grid1"].pk)
    s.see(s.send("duty", "/desk/new/", {"channel": "phone", "text": LEAK, "area": area}), "收下了")
    look = s.send("duty", "/desk/chat/", {"text": CHAT})
    s.see(look, "群聊转入", "8号楼一楼大厅")
    s.see(s.press(look, {}), "群聊转入", "收完了")
    purpose = {"purpose": "约时间上门看漏点"}
    s.see(
        s.send("head", "/desk/people/do/read_phone/{person}/", purpose), "{person_name}的电话", "13700001234"
    )
    s.see(s.send("head", "/desk/settings/do/issue_token/", {"label": "看板"}), "令牌", "只在这里显示这一次")
    s.see(s.send("mediator", "/desk/mediation/{checked}/do/open_party/{party}/", purpose), "张建华")
    wrong = {"old": "不对的密码", "new": "a-long-enough-one", "again": "another-long-one"}
    s.see(s.send("officer", "/desk/settings/do/change_password/", wrong), "改密码", "两遍写的不一样", 422)


def files(s: Sender) -> None:
    """A table, a file that cannot be read, a table of places, a bundle of a station nobody knows yet."""
    look = s.bring("duty", "/desk/imports/", "表.csv", TABLE, kind="table")
    s.see(look, "对列：表.csv", "楼道堆物")
    look = s.press(look, {}, "开始")
    look.page.get_by_text("收完了").first.wait_for()
    s.see(look, "表.csv", "收完了")
    s.see(s.bring("duty", "/desk/imports/", "x.xlsx", b"PK\x03\x04no"), "文件读不了", "什么都没有收进来", 422)
    s.see(
        s.bring("head", "/desk/territory/import/", "场所.csv", PLACES, what="places"),
        "导入前看看",
        "锦澜超市",
    )
    s.see(s.bring("duty", "/desk/imports/bundles/", "包.zip", bundle(s)), "读入交换包：包.zip", "湖东派出所")


def bundle(s: Sender) -> bytes:
    """What another station would carry over: the same place under another name and identity."""
    ours = Station.objects.get()
    Station.objects.update(uid="00000000-0000-4000-8000-000000000002", name="湖东派出所")
    bundles.export_bundle(s.folder / "out.zip", by=s.house.by("duty"))
    Station.objects.update(uid=ours.uid, name=ours.name)
    return (s.folder / "out.zip").read_bytes()


def pocket(s: Sender) -> None:
    """A report from a phone, one that is refused, a code that opens nothing, a note on foot."""
    wrong = {"text": LEAK, "phone": "12"}
    s.see(s.send("", "/report/", wrong, width=390), "我要反映", "电话号码不对", 422)
    s.see(s.send("", "/report/", {"text": "楼道着火了，有浓烟"}, width=390), "有危险，先打电话")
    s.see(s.send("", "/report/", {"text": LEAK}, width=390), "查进度")
    s.see(s.send("", "/progress/", {"code": "ZZZZ-ZZZZ-ZZZZ"}, width=390), "查进度", "没有这个查询码", 422)
    area = str(s.stage.cast.areas["grid1"].pk)
    note = {"kind": "leak", "area": area, "words": "3 栋门口"}
    s.see(s.send("grid_worker", "/field/note/", note, width=390), "存下了", "3 栋门口")


PARTS: dict[Callable[[Sender], None], set[str]] = {
    desk: {"desk:received"},
    files: {"desk:import_look", "desk:ground_look", "desk:bundle_look"},
    pocket: set(),
}
"""What is sent, and the pages that can be reached no other way."""


@pytest.mark.parametrize("part", PARTS)
def test_what_comes_of_sending_suits_everybody(sender: Sender, part: Callable[[Sender], None]) -> None:
    """Each page as it stands after a form was sent."""
    part(sender)
    assert not sender.faults, told(sender.faults)
    assert PARTS[part] <= sender.seen


def test_every_momentary_page_is_among_them() -> None:
    """What the walks leave to these tests is reached by them."""
    assert set().union(*PARTS.values()) == set(MOMENTARY)
