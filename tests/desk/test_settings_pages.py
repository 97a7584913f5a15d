"""Settings on the desk: one's own account, notices, tokens, the station, categories, templates."""

from __future__ import annotations

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from fengqiao.accounts import actions as accounts
from fengqiao.accounts.models import ApiToken
from fengqiao.desk.routes import settings as routes
from fengqiao.lib.policy import access_of
from fengqiao.mediation.queries import builtin_template, templates
from fengqiao.notices.actions import notify
from fengqiao.notices.models import Notice
from fengqiao.teams.models import Appointment, Station
from tests.cast import Cast
from tests.desk.conftest import As

KEEPERS = ["/desk/settings/categories/", "/desk/settings/templates/"]
OPEN = [
    ("/desk/settings/", "volunteer", "改密码"),
    ("/desk/settings/notices/", "nobody", "没有通知"),
    ("/desk/settings/tokens/", "head", "还没有令牌"),
    ("/desk/settings/station/", "head", "默认负责人"),
    ("/desk/settings/station/", "admin", "要改请找所长"),
    ("/desk/settings/categories/", "admin", "NB2"),
    ("/desk/settings/templates/", "admin", "换模板"),
]


def text(answer: object) -> str:
    """The words of a page without its tags."""
    return re.sub(r"<[^>]+>", " ", answer.content.decode())  # type: ignore[attr-defined]


def do(
    client: Client, verb: str, sent: dict[str, object], target: int | None = None, status: int = 303
) -> str:
    """Show the form of a verb, send it, expect ``status``; the words of the answer."""
    path = f"/desk/settings/do/{verb}/" + (f"{target}/" if target else "")
    assert client.get(path).status_code == 200, verb
    answer = client.post(path, sent)
    assert answer.status_code == status, text(answer)[-3000:]
    return text(answer)


def test_every_route_says_who_may_come_in() -> None:
    assert [r.name for r in routes.urlpatterns if access_of(r.callback) is None] == []


@pytest.mark.parametrize(("path", "who", "words"), OPEN)
def test_pages_open_for_whom_they_are_for(as_: As, path: str, who: str, words: str) -> None:
    answer = as_(who).get(path)
    assert answer.status_code == 200
    assert words in text(answer)
    assert "<h1>设置</h1>" in answer.content.decode()


def test_others_find_nothing(as_: As, cast: Cast) -> None:
    for who in ("nobody", "officer", "auditor"):
        client = as_(who)
        for path in (*KEEPERS, "/desk/settings/tokens/", "/desk/settings/station/"):
            assert client.get(path).status_code == 404, (who, path)
        for verb in ("issue_token", "change_station", "nonsense"):
            assert client.get(f"/desk/settings/do/{verb}/").status_code == 404, (who, verb)
    assert as_("head").get(KEEPERS[0]).status_code == 404
    assert as_("head").post(f"/desk/settings/templates/{templates()[0].kind}/").status_code == 404
    assert as_("admin").get("/desk/settings/templates/nonsense/").status_code == 404


def test_the_form_of_the_station_is_for_who_heads_it(as_: As, cast: Cast) -> None:
    Appointment.objects.filter(person=cast.people["head"]).update(area=cast.areas["street"])
    path = "/desk/settings/do/change_station/"
    assert as_("head").get(path).status_code == 404
    assert as_("head").post(path, {"name": "望河派出所"}).status_code == 404
    Appointment.objects.filter(person=cast.people["head"]).update(area=cast.areas["county"])
    assert as_("head").get(path).status_code == 200


def test_the_password_is_changed_and_the_session_stays(as_: As, cast: Cast) -> None:
    me = cast.people["officer"]
    me.set_password("Old-2026-liuxi")
    me.save()
    client = as_("officer")
    sent = {"old": "Old-2026-liuxi", "new": "New-2026-liuxi", "again": "New-2026-liuxi"}
    assert "原密码不对" in do(client, "change_password", sent | {"old": "x"}, status=422)
    assert "两遍写的不一样" in do(client, "change_password", sent | {"again": "y"}, status=422)
    do(client, "change_password", sent | {"new": "123", "again": "123"}, status=422)
    do(client, "change_password", sent)
    assert client.get("/desk/settings/").status_code == 200
    me.refresh_from_db()
    assert me.check_password("New-2026-liuxi")


def test_the_phone_is_sealed_and_its_readers_are_shown(as_: As, cast: Cast) -> None:
    client = as_("officer")
    assert "5 至 15 位" in do(client, "set_phone", {"phone": "12"}, status=422)
    do(client, "set_phone", {"phone": "13800001111"})
    accounts.read_phone(cast.people["officer"], by=cast.actor("head"), purpose="约时间开会")
    page = text(client.get("/desk/settings/"))
    assert "约时间开会" in page
    assert "13800001111" not in page
    do(client, "set_phone", {"phone": ""})


def test_language_and_large_type(as_: As, cast: Cast) -> None:
    client = as_("officer")
    assert "请从列出的里面选" in do(client, "choose_language", {"language": "fr"}, status=422)
    do(client, "choose_language", {"language": "en"})
    assert client.cookies["django_language"].value == "en"
    assert client.post("/big-text/", {"on": "1", "next": "/desk/settings/"}).status_code == 303
    assert 'class="big"' in client.get("/desk/settings/").content.decode()


def test_notices_are_read(as_: As, cast: Cast) -> None:
    found = notify(cast.people["officer"], "assigned", "有一件事交给您", "/desk/mine/")
    notify(cast.people["officer"], "due", "有一件事快到期")
    client = as_("officer")
    assert "2 条没看" in text(client.get("/desk/settings/notices/"))
    assert as_("duty").post(f"/desk/settings/notices/{found.pk}/").status_code == 404
    assert client.post(f"/desk/settings/notices/{found.pk}/")["Location"] == "/desk/mine/"
    do(client, "mark_all_read", {})
    assert not Notice.objects.filter(read_at__isnull=True).exists()


def test_a_token_is_shown_once_and_taken_back(as_: As, cast: Cast) -> None:
    client = as_("head")
    assert "1 至 366" in do(client, "issue_token", {"label": "大屏", "days": "0"}, status=422)
    shown = do(client, "issue_token", {"label": "大屏", "days": "30"}, status=200)
    secret = re.search(r"fq_[\w-]{20,}", shown)
    assert secret is not None
    assert secret.group(0) not in text(client.get("/desk/settings/tokens/"))
    token = ApiToken.objects.get()
    assert as_("duty").get(f"/desk/settings/do/revoke_token/{token.pk}/").status_code == 404
    do(client, "revoke_token", {}, token.pk)
    token.refresh_from_db()
    assert token.revoked_at is not None


def test_the_station_gets_its_name_and_default_owner(as_: As, cast: Cast) -> None:
    client = as_("head")
    do(client, "change_station", {"name": "柳溪所", "default_owner": cast.people["head"].pk})
    home = Station.objects.get()
    assert (home.name, home.default_owner) == ("柳溪所", cast.people["head"])
    assert "从列出的里面选" in do(
        client, "change_station", {"name": "柳溪所", "default_owner": cast.people["volunteer"].pk}, status=422
    )


def test_a_template_is_replaced_and_reset(as_: As, cast: Cast, settings: object, tmp_path: object) -> None:
    settings.DATA_DIR = tmp_path  # type: ignore[attr-defined]
    client, kind = as_("admin"), templates()[0].kind
    path = f"/desk/settings/templates/{kind}/"
    own = client.get(f"{path}builtin/")
    assert own.content == builtin_template(kind)
    assert client.post(path).status_code == 422
    bad = SimpleUploadedFile("x.docx", b"not a word file")
    assert client.post(path, {"file": bad}).status_code == 422
    good = SimpleUploadedFile("所里的.docx", own.content)
    assert client.post(path, {"file": good}).status_code == 303
    assert "所里的.docx" in text(client.get("/desk/settings/templates/"))
    assert "换回自带的" in text(client.get(path))
    assert client.post(path, {"reset": "1"}).status_code == 303
    assert "所里的.docx" not in text(client.get("/desk/settings/templates/"))
