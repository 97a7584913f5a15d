"""Four stories, each from the first word to the last follow-up, on screen, by the people whose work it is."""

from __future__ import annotations

from datetime import datetime

import pytest

from fengqiao.intake.models import Report
from fengqiao.lib import clock
from fengqiao.matters.models import Category, Event, Matter
from fengqiao.mediation.models import MediationCase
from tests.stories.conftest import Stage

pytestmark = [pytest.mark.story, pytest.mark.django_db(transaction=True)]


def clear_first(stage: Stage, who: str = "duty") -> Matter:
    """The first report of the inbox becomes a matter with one key."""
    waiting = Report.objects.unfinished().count()
    page = stage.page(who, "/desk/")
    stage.picture(page, "inbox")
    page.keyboard.press("Enter")
    for _wait in range(100):
        if Report.objects.unfinished().count() < waiting:
            break
        page.wait_for_timeout(100)
    page.close()
    assert Report.objects.unfinished().count() == waiting - 1
    return Matter.objects.latest("id")


def give_to(stage: Stage, matter: Matter, who: str, by: str = "duty") -> Matter:
    """The desk hands it to somebody, who takes it up."""
    if stage.owner(matter) != who:
        stage.verb(by, matter, "assign", to=str(stage.cast.people[who].pk))
    return stage.verb(who, matter, "accept")


def mediate(stage: Stage, matter: Matter, who: str, names: tuple[str, str]) -> MediationCase:
    """Open a mediation, add both sides, ask them, begin."""
    person = str(stage.cast.people[who].pk)
    fields = {"start": "own", "mediator": person, "facts": matter.summary or matter.title}
    stage.do(who, f"/desk/matters/{matter.number}/mediation/", fields).close()
    case = MediationCase.objects.latest("id")
    stage.case_verb(who, case, "add_party", side="applicant", name=names[0])
    stage.case_verb(who, case, "add_party", side="respondent", name=names[1])
    return begin(stage, case, who)


def begin(stage: Stage, case: MediationCase, who: str) -> MediationCase:
    """Ask every side whether they are willing, and begin."""
    for party in case.parties.exclude(consent="given"):
        stage.case_verb(who, case, "record_consent", _on=str(party.pk), given="1")
    return stage.case_verb(who, case, "start_mediation")


def sit(stage: Stage, case: MediationCase, who: str, result: str, agreed: bool) -> None:
    """Agree on a sitting, hold it, write it down."""
    stage.case_verb(who, case, "plan_session", planned_at=stage.local(hours=2), place="社区调解室")
    stage.travel(hours=3.5)
    session = case.sessions.order_by("-number")[0]
    fields = {"statements": "双方各说了各的", "result": result}
    stage.case_verb(
        who, case, "record_session", _on=str(session.pk), **fields, **({"agreed": "on"} if agreed else {})
    )


def agree(stage: Stage, case: MediationCase, who: str, text: str, amount: str, days: int, form: str) -> None:
    """Write the agreement and sign it."""
    fields = {
        "form": form,
        "facts": "双方认可的事实",
        "t1_text": text,
        "t1_how": "微信转账",
        "t1_due": stage.day(days=days),
    }
    if amount:
        fields |= {"t1_amount": amount, "t1_party": str(case.parties.get(side="respondent").pk)}
    stage.case_verb(who, case, "draft_agreement", **fields)
    signed = {"mediator_signed": "on"}
    if form == "written":
        signed |= {"signed_by_all": "on", "committee_sealed": "on"}
    stage.case_verb(who, case, "sign_agreement", **signed)


def keep_terms(stage: Stage, case: MediationCase, who: str) -> None:
    """On the day, see that each term was kept."""
    for term in case.agreement.terms.all():
        wait = (term.due_at - clock.now()).total_seconds() - 3600
        if wait > 0:
            stage.travel(seconds=wait)
        stage.case_verb(who, case, "record_performance", _on=str(term.pk), kept="1", note="收到了，看过凭证")


def test_a_leak_between_two_flats(stage: Stage) -> None:
    """A committee member hears of it on a round; police, grid, committee and a volunteer settle it together."""
    page = stage.page("committee", "/field/note/", width=390)
    page.locator("input[name=kind][value=leak]").check(force=True)
    page.locator("[name=area]").select_option(value=str(stage.cast.areas["grid1"].pk))
    page.locator("[name=words]").fill("锦澜苑 5 栋 302 漏到 202，天花板掉皮，两家在楼道里吵")
    stage.picture(page, "leak-note")
    with page.expect_navigation(url="**/field/note/*/"):
        page.locator("main form button.btn-primary").click()
    report = Report.objects.get()
    assert report.owner is not None
    matter = give_to(stage, clear_first(stage), "grid_worker")
    for who in ("officer", "committee", "volunteer", "mediator"):
        stage.verb("grid_worker", matter, "join", person=str(stage.cast.people[who].pk))
    stage.verb(
        "grid_worker", matter, "promise", what="请师傅查漏点", who="302 户主", due_at=stage.local(days=1)
    )
    promise = matter.promises.get(kind="step")
    stage.travel(hours=20)
    stage.verb("grid_worker", matter, "settle_promise", _on=str(promise.pk), kept="yes")
    case = mediate(stage, matter, "mediator", ("张志华", "刘强"))
    sit(stage, case, "mediator", "302 认修理费", agreed=True)
    agree(stage, case, "mediator", "302 户主付给 202 户主修理费", "2500", 5, "written")
    stage.picture(stage.page("mediator", f"/desk/mediation/{case.uid}/"), "leak-case")
    stage.verb(
        "grid_worker",
        matter,
        "resolve",
        outcome="agreement",
        text="302 修好防水并赔 2,500 元",
        cause="淋浴房防水老化",
    )
    keep_terms(stage, case, "mediator")
    matter = stage.follow_through(matter)
    stage.picture(stage.page("grid_worker", f"/desk/matters/{matter.number}/"), "leak-matter")
    assert matter.state == "closed"
    assert set(matter.follow_ups.filter(state="done").values_list("rule", flat=True)) >= {
        "after_closing",
        "holds_30",
    }


def test_a_shop_quarrel_at_night(stage: Stage) -> None:
    """The officer calms, the village assistant is called in; what was agreed is written down on the spot."""
    night = clock.local(clock.now()).replace(hour=22, minute=40)
    stage.travel(seconds=(night - clock.local(clock.now())).total_seconds())
    fields = {
        "channel": "phone",
        "text": "上柳村迎丰路服装店，店主和顾客因退货争吵，围了不少人，请过去看一下",
    }
    fields |= {"area": str(stage.cast.areas["grid3"].pk), "urgency": "2"}
    stage.do("duty", "/desk/new/", fields).close()
    report = Report.objects.get()
    assert (report.due_at - report.received_at).total_seconds() <= 3600
    matter = give_to(stage, clear_first(stage), "assistant")
    stage.verb("assistant", matter, "join", person=str(stage.cast.people["duty"].pk))
    page = stage.page("assistant", f"/field/matters/{matter.number}/", width=390)
    page.locator("[name=text]").fill("民警先把两边劝开，顾客情绪稳住了")
    page.locator("form[action$='/progress/'] button").click()
    page.locator("main .tl", has_text="劝开").wait_for()
    stage.verb("assistant", matter, "join", person=str(stage.cast.people["mediator"].pk))
    case = mediate(stage, matter, "mediator", ("店主吴某", "顾客郑某"))
    sit(stage, case, "mediator", "店主当场退一半", agreed=True)
    agree(stage, case, "mediator", "店主付给顾客退货款", "180", 1, "oral")
    keep_terms(stage, case, "mediator")
    stage.verb(
        "assistant",
        matter,
        "resolve",
        outcome="agreement",
        text="当场和解，退一半货款",
        cause="退货规则没有贴出来",
    )
    matter = stage.follow_through(matter)
    stage.picture(stage.page("assistant", f"/desk/matters/{matter.number}/"), "quarrel")
    assert matter.state == "closed"


def test_a_land_dispute_that_climbs_three_levels(stage: Stage) -> None:
    """Village, community, street: each hands up what it tried; the street settles it and it holds."""
    page = stage.page("", "/report/", width=390)
    page.locator("[name=text]").fill(
        "上柳村三组，邻居翻建占了我家滴水，地界石被挪了一犁宽，吵了两个月，要求先停工"
    )
    page.locator("[data-for=w-area]").click()
    page.locator("main [name=area]").select_option(value=stage.cast.areas["village"].code)
    stage.picture(page, "land-report")
    page.locator("main form button.btn-primary").click()
    page.wait_for_url("**/r/**")
    receipt = page.url.removeprefix(stage.base)
    stage.picture(page, "land-receipt")
    page.close()
    matter = clear_first(stage)
    stage.verb("duty", matter, "reclassify", category="LV1", why="宅基地滴水")
    matter = give_to(stage, matter, "assistant")
    levels = [matter.level]
    stage.verb("assistant", matter, "join", person=str(stage.cast.people["mediator"].pk))
    case = mediate(stage, matter, "mediator", ("柳大山", "柳二河"))
    who = "mediator"
    for tried in ("村里谈了两次", "社区请老支书量过地"):
        sit(stage, case, who, "差一尺，谈不拢", agreed=False)
        stage.case_verb(
            who,
            case,
            "hand_up",
            tried=tried,
            blocked_by="都要对方先退一尺",
            routes_told="可以仲裁、行政处理、起诉",
        )
        case = MediationCase.objects.latest("id")
        matter.refresh_from_db()
        levels.append(matter.level)
        who = next(k for k, p in stage.cast.people.items() if p.pk == case.mediator_id)
        owner = stage.owner(matter)
        if matter.state == "assigned":
            stage.verb(owner, matter, "accept")
        begin(stage, case, who)
    assert len(set(levels)) == 3
    sit(stage, case, who, "各退半尺，立界石", agreed=True)
    agree(stage, case, who, "双方各退半尺并立界石", "", 7, "written")
    owner = stage.owner(matter)
    stage.verb(
        owner,
        matter,
        "resolve",
        outcome="agreement",
        text="街道调解，各退半尺，立了界石",
        cause="老地契没有四至",
        kept_from_violence="on",
        kept_why="两家抄了锄头，民警和老支书夺下劝回",
    )
    keep_terms(stage, case, who)
    matter = stage.follow_through(matter)
    assert matter.state == "closed"
    assert matter.kept_from_violence
    resident = stage.page("", receipt, width=390)
    stage.picture(resident, "land-receipt-end")
    assert "立了界石" in resident.content()
    assert "柳大山" not in resident.content()
    stage.picture(stage.page(owner, f"/desk/matters/{matter.number}/"), "land-matter")


CHAT = """网格员小周 2026/03/11 09:41:12
8号楼一楼大厅又停了三辆电动车 充着电呢
业主老李 2026/03/11 09:42:03
收到
四号楼妈妈 2026/03/11 09:44:30
姐妹们帮转 孩子七岁 蓝色书包 十分钟前在春晓里南门不见了 妈妈快急疯了
业主王姐 2026/03/11 09:50:10
昨晚停路边三台车都被划了 有没有行车记录仪
"""


def test_a_forwarded_chat(stage: Stage) -> None:
    """Several messages pasted at once become several reports; the missing child comes first."""
    page = stage.page("head", "/desk/chat/")
    page.locator("main textarea").first.fill(CHAT)
    for picture in ("chat-preview", "chat-received"):
        with page.expect_navigation(wait_until="load"):
            page.locator("main form[method=post] button.btn-primary").last.click()
        stage.picture(page, picture)
    assert Report.objects.count() == 3
    child = Report.objects.order_by("severity", "id")[0]
    assert "孩子七岁" in child.text
    assert child.severity == 1
    matter = clear_first(stage, "head")
    matter.refresh_from_db()
    assert child.pk in matter.reports.values_list("pk", flat=True)
    assert matter.category == Category.objects.get(code="LP1", valid_to__isnull=True)
    assert matter.restricted
    matter = give_to(stage, matter, "officer", "head")
    stage.verb("officer", matter, "progress", text="南门监控看到孩子往菜场走，两组人去找")
    stage.verb("officer", matter, "resolve", outcome="found", text="在菜场找到，交给妈妈", cause="人多走散")
    follow = matter.follow_ups.order_by("due_at")[0]
    assert (follow.due_at - datetime.fromisoformat(clock.now().isoformat())).total_seconds() <= 24 * 3600 + 60
    for _rest in range(2):
        other = clear_first(stage, "head")
        give_to(stage, other, "officer", "head")
        stage.verb("officer", other, "resolve", outcome="fixed", text="办好了", cause="管理不到位")
        assert stage.follow_through(other).state == "closed"
    assert stage.follow_through(matter).state == "closed"
    assert not Report.objects.unfinished().exists()
    assert Event.objects.filter(matter=matter, kind="followed_up").exists()
