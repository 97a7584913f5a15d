"""Every page there is: who opens it, where, and the heading it must show; and every route that is no page, with why.

Addresses and headings name values of ``furnish.House.known`` in braces. Verbs have a table of their own: each verb
of each room is opened, by somebody who may, on something it is for.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fengqiao.desk.forms.all import REGISTRY as MATTER_FORMS
from fengqiao.desk.forms.places import REGISTRY as TERRITORY_FORMS
from fengqiao.desk.forms.reports import REPORT_VERBS as REPORT_FORMS
from fengqiao.desk.views.mediation import REGISTRY as CASE_FORMS
from fengqiao.desk.views.people import REGISTRY as PEOPLE_FORMS
from fengqiao.desk.views.settings import REGISTRY as SETTINGS_FORMS


@dataclass(frozen=True)
class Page:
    """A page: who opens it (nobody: a visitor), its address, words its h1 must hold, words elsewhere on it."""

    who: str
    path: str
    heading: str
    words: str = ""

    def at(self, known: dict[str, str]) -> Page:
        """The same with its names filled in."""
        filled = (text.format(**known) for text in (self.path, self.heading, self.words))
        return Page(self.who, *filled)


PORTAL = (
    Page("", "/", "微警务", "我要反映"),
    Page("", "/report/", "我要反映"),
    Page("", "/scam/", "是诈骗吗", "tel:96110"),
    Page("", "/progress/", "查进度"),
    Page("", "/r/{receipt}/", "查进度", "{receipt}"),
    Page("", "/r/{done}/", "查进度", "办结"),
    Page("", "/r/{receipt}/110/", "有危险，先打电话"),
    Page("", "/r/{receipt}/add/", "补充情况"),
    Page("", "/r/{done}/again/", "请再办"),
    Page("", "/how/", "这是怎么办的"),
    Page("", "/privacy/", "个人信息怎么用"),
    Page("", "/accessibility/", "无障碍"),
    Page("", "/signin/", "工作人员登录"),
)
FIELD = (
    Page("officer", "/field/", "今天", "{active_title}"),
    Page("officer", "/field/me/", "王建国", "我的班"),
    Page("officer", "/field/note/", "记一笔"),
    Page("grid_worker", "/field/note/{noted}/", "存下了", "{noted}"),
    Page("officer", "/field/matters/", "我的事项", "{active_title}"),
    Page("officer", "/field/matters/{active}/", "{active_title}"),
    Page("officer", "/field/matters/{assigned}/", "{assigned_title}", "我来办"),
    Page("officer", "/field/matters/{resolved}/", "{resolved_title}", "记回访"),
)
DESK = (
    Page("head", "/board/", "柳溪派出所"),
    Page("duty", "/desk/", "收件"),
    Page("duty", "/desk/inbox/{report}/", "收件", "全部照办"),
    Page("duty", "/desk/inbox/{report}/?edit=1", "收件"),
    Page("duty", "/desk/inbox/{linked}/", "一份反映", "还是 5 栋漏水"),
    Page("duty", "/desk/inbox/{report}/beside/{linked}/", "是不是同一件", "是同一件，并过去"),
    Page("duty", "/desk/inbox/{linked}/beside/{other}/", "是不是同一件", "拆出来"),
    Page("duty", "/desk/inbox/{report}/contact/", "查看联系方式", "用途"),
    Page("duty", "/desk/new/", "录入反映"),
    Page("duty", "/desk/chat/", "群聊转入"),
    Page("officer", "/desk/mine/", "我的事项", "{active_title}"),
    Page("officer", "/desk/due/?span=all", "到期", "{active_title}"),
    Page("officer", "/desk/due/?what=promises&span=all", "到期", "查漏点"),
    Page("officer", "/desk/due/?what=follow_ups&span=all", "到期", "{resolved_title}"),
    Page("duty", "/desk/search/?q=漏水", "查找", "{other}"),
    Page("duty", "/desk/search/?q=没有这样的事", "查找"),
    Page("duty", "/desk/matters/?view=all", "全部事项", "{active_title}"),
    Page("head", "/desk/matters/export/", "导出表格"),
    Page("officer", "/desk/matters/{active}/", "{active_title}", "查漏点"),
    Page("officer", "/desk/matters/{resolved}/", "{resolved_title}", "换了净化器"),
    Page("officer", "/desk/matters/{active}/who/", "人能看到这件事"),
    Page("mediator", "/desk/mediation/", "调解", "{running_title}"),
    Page("mediator", "/desk/mediation/figures/", "年调解"),
    Page("officer", "/desk/matters/{active}/mediation/", "开调解：{active_title}"),
    Page("mediator", "/desk/mediation/{checked}/", "{checked_title}"),
    Page("mediator", "/desk/mediation/{running}/", "{running_title}"),
    Page("mediator", "/desk/mediation/{agreed}/", "{agreed_title}"),
)
ROOMS = (
    Page("head", "/desk/people/", "队伍", "{person_name}"),
    Page("head", "/desk/people/{person}/", "{person_name}", "社区民警"),
    Page("head", "/desk/people/{gone}/", "{gone_name}", "已停用"),
    Page("head", "/desk/people/teams/", "队伍", "{team_name}"),
    Page("head", "/desk/people/teams/{team}/", "{team_name}"),
    Page("head", "/desk/people/duty/", "队伍"),
    Page("officer", "/desk/people/duty/", "队伍", "您问 赵磊 换班"),
    Page("head", "/desk/people/duty/{duty}/", "{person_name}"),
    Page("head", "/desk/people/partners/", "队伍", "{partner_name}"),
    Page("head", "/desk/people/mechanisms/", "队伍", "{mechanism_name}"),
    Page("head", "/desk/people/mechanisms/{mechanism}/", "{mechanism_name}"),
    Page("head", "/desk/territory/", "辖区", "{area_name}"),
    Page("head", "/desk/territory/{area}/", "{area_name}", "{beat_name}"),
    Page("head", "/desk/territory/beats/", "辖区", "{beat_name}"),
    Page("head", "/desk/territory/places/", "辖区", "{place_name}"),
    Page("head", "/desk/territory/import/", "导入片区、场所"),
    Page("duty", "/desk/topics/", "热点", "{topic_name}"),
    Page("duty", "/desk/topics/?span=all", "热点", "{topic_name}"),
    Page("duty", "/desk/topics/{topic}/", "{topic_name}", "全部反映"),
    Page("duty", "/desk/topics/{topic}/gather/", "并成一件治理事项", "{topic_name}"),
    Page("duty", "/desk/imports/", "导入导出", "12 月的表.csv"),
    Page("duty", "/desk/imports/{job}/", "12 月的表.csv", "收完了"),
    Page("duty", "/desk/imports/outside/", "导入导出", "要答复 12345 的"),
    Page("duty", "/desk/imports/bundles/", "导入导出", "本单位的指纹"),
    Page("head", "/desk/settings/", "设置"),
    Page("officer", "/desk/settings/notices/", "设置"),
    Page("head", "/desk/settings/tokens/", "设置", "{token_name}"),
    Page("head", "/desk/settings/station/", "设置", "柳溪派出所"),
    Page("admin", "/desk/settings/categories/", "设置", "NB2"),
    Page("admin", "/desk/settings/models/", "设置", "近 90 天"),
    Page("admin", "/desk/settings/models/training/{training}/", "训练建议模型", "训练好了"),
    Page("admin", "/desk/settings/templates/", "设置"),
    Page("admin", "/desk/settings/templates/{paper}/", "换模板"),
)
MOMENTARY = {
    "desk:received": "a report taken down at the desk leads to it",
    "desk:import_look": "a table brought along leads to it",
    "desk:bundle_look": "a bundle of another station brought along leads to it",
    "desk:ground_look": "a table of places brought along leads to it",
}
"""Pages that are there only for who just sent something: reached that way, see test_axe_sent."""


@dataclass(frozen=True)
class Verbs:
    """The forms of one room: where they are known, their address and heading, for each verb who opens it on what.

    ``{verb}`` is the verb, ``{on}`` the name before the slash in a row, ``{target}`` the value named after it.
    """

    registry: Mapping[str, Any]
    path: str
    heading: str
    rows: dict[str, tuple[str, str]]


MATTER = Verbs(
    MATTER_FORMS,
    "/desk/matters/{on}/do/{verb}/{target}",
    "{on_title}",
    {
        "assign": ("duty", "active"), "accept": ("officer", "assigned"), "decline": ("officer", "assigned"),
        "transfer": ("officer", "active"), "urge": ("duty", "active"), "next_step": ("officer", "active"),
        "reply": ("officer", "active"), "withdraw": ("duty", "assigned"), "progress": ("officer", "active"),
        "join": ("officer", "active"), "leave": ("officer", "active/member"),
        "consult": ("officer", "active"), "decide": ("officer", "active/consultation"),
        "finish_task": ("officer", "active/task"), "escalate": ("officer", "active"),
        "pause": ("officer", "active"), "resume": ("officer", "paused"), "reclassify": ("officer", "active"),
        "raise": ("officer", "active"), "place": ("officer", "active"), "merge": ("officer", "active"),
        "unmerge": ("duty", "merged/merge"), "link": ("officer", "active"), "unlink": ("officer", "active/link"),
        "promise": ("officer", "active"), "settle_promise": ("officer", "active/promise"),
        "withdraw_promise": ("officer", "active/promise"), "resolve": ("officer", "active"),
        "plan_follow_up": ("officer", "active"), "follow_up": ("officer", "resolved/follow_up"),
        "close": ("officer", "resolved"), "reopen": ("officer", "resolved"), "refer": ("officer", "active"),
    },
)  # fmt: skip
REPORT = Verbs(
    REPORT_FORMS,
    "/desk/inbox/{on}/do/{verb}/",
    "{title}",
    {
        "refuse": ("duty", "report"), "ask": ("duty", "report"), "place": ("duty", "report"),
        "hand_over": ("duty", "report"), "raise": ("duty", "report"), "about": ("duty", "report"),
        "link": ("duty", "report"), "unlink": ("duty", "linked"),
    },
)  # fmt: skip
CASE = Verbs(
    CASE_FORMS,
    "/desk/mediation/{on}/do/{verb}/{target}",
    "{title}",
    {
        "add_party": ("mediator", "checked"), "record_consent": ("mediator", "checked/party"),
        "open_party": ("mediator", "checked/party"), "remove_party": ("mediator", "checked/party"),
        "tell_rights": ("mediator", "checked"), "start_mediation": ("mediator", "checked"),
        "change_mediator": ("mediator", "running"), "plan_session": ("mediator", "running"),
        "record_session": ("mediator", "running/session"), "cancel_session": ("mediator", "running/session"),
        "draft_agreement": ("mediator", "running"), "sign_agreement": ("mediator", "drafted"),
        "record_confirmation": ("mediator", "agreed"), "record_performance": ("mediator", "agreed/term"),
        "renew_term": ("mediator", "agreed/term"), "record_visit": ("mediator", "agreed"),
        "extend": ("mediator", "running"), "end_case": ("mediator", "running"),
        "withdraw_case": ("mediator", "running"), "hand_up": ("mediator", "running"),
        "report_danger": ("mediator", "running"), "receive_paper": ("mediator", "running"),
    },
)  # fmt: skip
PEOPLE = Verbs(
    PEOPLE_FORMS,
    "/desk/people/do/{verb}/{target}",
    "{title}{about}",
    {
        "new_person": ("head", ""), "appoint": ("head", "/person"), "revoke": ("head", "/appointment"),
        "renew": ("head", "/appointment"), "change_person": ("head", "/person"),
        "read_phone": ("head", "/person"), "set_password": ("head", "/person"),
        "deactivate": ("head", "/person"), "activate": ("head", "/gone"), "make_team": ("head", ""),
        "add_member": ("head", "/team"), "replace_leader": ("head", "/team"), "end_team": ("head", "/team"),
        "end_member": ("head", "/membership"), "add_partner": ("head", ""), "add_resource": ("head", ""),
        "drop_partner": ("head", "/partner"), "drop_resource": ("head", "/resource"),
        "plan_duty": ("head", ""), "cancel_duty": ("head", "/duty"), "ask_swap": ("officer", "/duty"),
        "answer_swap": ("auxiliary", "/swap"), "record_evidence": ("head", "/item"),
        "name_owner": ("head", "/item"),
    },
)  # fmt: skip
TERRITORY = Verbs(
    TERRITORY_FORMS,
    "/desk/territory/do/{verb}/{target}",
    "{title}{about}",
    {
        "add_area": ("head", "/area"), "rename_area": ("head", "/area"), "move_area": ("head", "/area"),
        "end_area": ("head", "/area"), "set_boundary": ("head", "/area"), "make_beat": ("head", ""),
        "cover_grid": ("head", "/beat"), "uncover_grid": ("head", "/beat"), "rename_beat": ("head", "/beat"),
        "add_place": ("head", ""), "change_place": ("head", "/place"),
    },
)  # fmt: skip
SETTINGS = Verbs(
    SETTINGS_FORMS,
    "/desk/settings/do/{verb}/{target}",
    "{title}{about}",
    {
        "change_password": ("officer", ""), "set_phone": ("officer", ""), "choose_language": ("officer", ""),
        "mark_all_read": ("officer", ""), "issue_token": ("head", ""), "revoke_token": ("head", "/token"),
        "change_station": ("head", ""), "keep_model": ("admin", ""), "use_model": ("admin", "/model"),
        "roll_back": ("admin", ""), "use_starter": ("admin", ""), "start_training": ("admin", ""),
        "cancel_training": ("admin", "/run"),
    },
)  # fmt: skip
VERBS = (MATTER, REPORT, CASE, PEOPLE, TERRITORY, SETTINGS)

SHOWN = {
    "appointment": "{appointed_name}", "person": "{person_name}", "gone": "{gone_name}", "team": "{team_name}",
    "membership": "{team_name} · 李芳", "partner": "{partner_name}", "resource": "{resource_name}",
    "duty": "{person_name}", "swap": "{person_name}", "item": "", "area": "{area_name}",
    "beat": "{beat_name}", "place": "{place_name}", "token": "{token_name}",
    "model": "{model_name}", "run": "",
}  # fmt: skip
"""What the heading of a form says of the row it is about, after the name of the verb."""


def forms(room: Verbs, known: dict[str, str]) -> list[Page]:
    """Every verb of a room as a page; the words of a form come from its own class."""
    return [_form(room, verb, who, where, known) for verb, (who, where) in room.rows.items()]


def _form(room: Verbs, verb: str, who: str, where: str, known: dict[str, str]) -> Page:
    on, _slash, target = where.partition("/")
    form = room.registry[verb]
    about = SHOWN.get(target, "").format(**known)
    names = {
        "verb": verb,
        "title": str(form.title),
        "on": known.get(on, ""),
        "on_title": known.get(f"{on}_title", ""),
        "target": f"{known[target]}/" if target else "",
        "about": f"：{about}" if about else "",
    }
    return Page(who, room.path, room.heading, str(form.button)).at({**known, **names})


@dataclass(frozen=True)
class Other:
    """A route that is no page: what it is (post, redirect, data, file or part), why, and where it answers."""

    what: str
    why: str
    path: str
    who: str = "duty"


OTHERS = {
    "portal:send": Other(
        "redirect", "the form of a report is sent there; opened, it leads to the form", "/report/send/", ""
    ),
    "portal:start": Other(
        "redirect", "words from the question beside are sent there; opened, it leads on", "/report/start/", ""
    ),
    "portal:rate": Other("post", "what the reporter says of the result", "/r/{done}/rate/", ""),
    "portal:picture": Other("file", "the code as a picture to keep", "/r/{receipt}/qr.png", ""),
    "portal:photo": Other("file", "a photo of the report", "/r/{receipt}/photo/{photo}/", ""),
    "portal:big_text": Other("post", "switches large type", "/big-text/", ""),
    "portal:areas": Other("data", "what maps draw", "/map/areas.json", ""),
    "portal:where": Other("data", "the words for a point", "/map/where.json?at=30.02,120.02", ""),
    "portal:robots": Other("file", "what search engines stay out of", "/robots.txt", ""),
    "portal:favicon": Other("redirect", "the old name of the icon", "/favicon.ico", ""),
    "portal:health": Other("file", "whether the database answers, for machines", "/healthz", ""),
    "signout": Other("post", "ends the session", "/signout/"),
    "set_language": Other("redirect", "the switch of languages is sent there", "/language/"),
    "desk:topics_refresh": Other("post", "works the topics out again", "/desk/topics/refresh/"),
    "desk:veil": Other("post", "hides personal numbers, and shows them again", "/desk/veil/"),
    "desk:accept": Other("post", "accepts a report", "/desk/inbox/{report}/accept/"),
    "desk:undo": Other("post", "takes a decision back", "/desk/inbox/{report}/undo/"),
    "desk:proposal": Other(
        "part", "the lower part of the panel of a report", "/desk/inbox/{report}/proposal/"
    ),
    "desk:by_code": Other("redirect", "a report by the code its holder reads out", "/desk/inbox/{receipt}/"),
    "desk:bookmark": Other("post", "saves the filters in use", "/desk/matters/bookmarks/"),
    "desk:note": Other("post", "notes what was done", "/desk/matters/{active}/note/"),
    "desk:photo": Other("file", "a photo of a report or matter", "/desk/files/{photo}/"),
    "desk:map_near": Other("data", "what the small map draws", "/desk/map/near.json?at=30.02,120.02"),
    "desk:make_paper": Other(
        "post", "prints a paper", "/desk/mediation/{agreed}/papers/{paper}/", "mediator"
    ),
    "desk:read_paper": Other(
        "post", "opens a paper for a purpose", "/desk/mediation/{agreed}/papers/open/{document}/", "mediator"
    ),
    "desk:certificate": Other(
        "post", "prints a certificate", "/desk/people/appointments/{certificate}/certificate/", "head"
    ),
    "desk:territory_map": Other("data", "what the map draws", "/desk/territory/map.json"),
    "desk:replies": Other(
        "post", "hands out the replies to an office", "/desk/imports/outside/12345/replies/"
    ),
    "desk:bundle_export": Other("post", "hands out a bundle", "/desk/imports/bundles/export/"),
    "desk:import_step": Other("post", "takes in some rows", "/desk/imports/{job}/step/"),
    "desk:import_cancel": Other("post", "stops an import", "/desk/imports/{job}/cancel/"),
    "desk:import_errors": Other("file", "the rows that were not taken", "/desk/imports/{job}/errors.csv"),
    "desk:notice": Other(
        "post", "opens what a notice is about", "/desk/settings/notices/{notice}/", "officer"
    ),
    "desk:template_builtin": Other(
        "file", "the template that comes along", "/desk/settings/templates/{paper}/builtin/", "admin"
    ),
    "field:accept": Other("post", "takes a matter up", "/field/matters/{assigned}/accept/", "officer"),
    "field:progress": Other("post", "notes what was done", "/field/matters/{active}/progress/", "officer"),
    "field:follow_up": Other(
        "post", "notes what was found", "/field/matters/{resolved}/follow-up/{follow_up}/", "officer"
    ),
    "board:parts": Other("part", "the parts of the board that change", "/board/parts/", "head"),
    "board:map": Other("data", "what the board's map draws", "/board/map.json", "head"),
    "board:points": Other("data", "the points on the board's map", "/board/points.json", "head"),
}
