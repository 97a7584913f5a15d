"""One refusal, every door, two languages: who asks for English reads English, and programs get the same code."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from fengqiao.accounts.actions import choose_language
from fengqiao.intake.models import Report
from fengqiao.matters import actions
from tests.api.world import BACKEND, LEAK, Call, Caller, World, token_for, told
from tests.cast import Cast
from tests.desk.conftest import open_one
from tests.portal.helpers import key_of

HAN = re.compile(r"[㐀-鿿]")
PHONE = {
    "zh-CN": "电话号码不对，请核对；不想留也可以空着",
    "en": "The phone number is not right, please check it; you may also leave it empty",
}
ACCEPTED = {
    "zh-CN": "这件事现在是“在办”，不能“接手”",
    "en": "This matter is “In hand” now, so “Accept” is not possible",
}
LANGUAGES = tuple(PHONE)


def reading(language: str, person: Any = None) -> Client:
    """A browser that asks for one language, signed in as ``person`` where one is given."""
    client = Client(headers={"Accept-Language": language})
    if person is not None:
        client.force_login(person, backend=BACKEND)
    return client


def page(answer: Any) -> str:
    """What a page says."""
    return html.unescape(answer.content.decode())


def at_the_portal(cast: Cast, language: str) -> tuple[int, str]:
    client = reading(language)
    key = key_of(client.get("/report/").content)
    answer = client.post("/report/send/", {"key": key, "text": LEAK, "phone": "12"})
    return answer.status_code, page(answer)


def at_the_desk(cast: Cast, language: str) -> tuple[int, str]:
    client = reading(language, cast.people["duty"])
    key = key_of(client.get("/desk/new/").content)
    answer = client.post("/desk/new/", {"key": key, "channel": "phone", "text": LEAK, "phone": "12"})
    return answer.status_code, page(answer)


def at_the_api(cast: Cast, language: str) -> tuple[int, str]:
    world = World(cast)
    body = {"text": LEAK, "lat": 30.02, "lon": 120.02, "contact": {"phone": "12"}}
    call = Call(body=body, headers={"Accept-Language": language, "Idempotency-Key": "lang-1"})
    answer = Caller(world, token=token_for(world, "head")).send("POST", "/reports", call)
    said = told(answer)
    assert (said["code"], said["field"]) == ("bad_phone", "phone")
    return answer.status_code, said["message"]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("door", [at_the_portal, at_the_desk, at_the_api])
def test_one_refusal_at_every_door(
    cast: Cast, door: Callable[[Cast, str], tuple[int, str]], language: str
) -> None:
    status, said = door(cast, language)
    other = next(words for key, words in PHONE.items() if key != language)
    assert status in {400, 422}
    assert PHONE[language] in said
    assert other not in said
    assert Report.objects.count() == 0


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_action_refuses_alike_on_a_page_and_to_a_program(cast: Cast, language: str) -> None:
    """Sentences with something put in are put into the language whole, down to the verb and the state."""
    matter = actions.accept(open_one(cast), by=cast.actor("officer"))
    sent = {"version": matter.version, "seen": "当时"}
    verb = reverse("desk:verb", args=[matter.number, "accept"])
    answer = reading(language, cast.people["officer"]).post(verb, sent)
    call = Call(path={"number": matter.number}, headers={"Accept-Language": language})
    program = Caller(World(cast), "officer").send("POST", "/matters/{number}/accept", call)
    assert (answer.status_code, program.status_code) == (409, 409)
    assert (told(program)["code"], told(program)["message"]) == ("wrong_state", ACCEPTED[language])
    assert ACCEPTED[language] in page(answer)


def test_without_a_wish_a_program_is_told_in_its_persons_language(cast: Cast) -> None:
    """And a wish for a language we do not speak is answered in Chinese."""
    choose_language(cast.people["head"], by=cast.actor("head"), language="en")
    world = World(cast)
    caller = Caller(world, token=token_for(world, "head"))
    body = {"text": LEAK, "lat": 30.02, "lon": 120.02, "contact": {"phone": "12"}}
    unasked = caller.send("POST", "/reports", Call(body=body, headers={"Idempotency-Key": "lang-2"}))
    assert told(unasked)["message"] == PHONE["en"]
    french = Call(body=body, headers={"Idempotency-Key": "lang-2", "Accept-Language": "fr"})
    assert told(caller.send("POST", "/reports", french))["message"] == PHONE["zh-CN"]


def test_what_a_refusal_says_of_itself_follows_the_language_too(cast: Cast) -> None:
    """The words a refusal has when nobody gave it any are looked up when it is raised, not when it was written."""
    world = World(cast)
    caller = Caller(world, token=token_for(world, "head"))
    gone = {
        language: told(caller.send("GET", "/matters/2026-99999", Call(headers={"Accept-Language": language})))
        for language in ("en", "zh-CN", "en")
    }
    assert {said["code"] for said in gone.values()} == {"not_found"}
    assert not HAN.search(gone["en"]["message"])
    assert HAN.search(gone["zh-CN"]["message"])


@pytest.mark.parametrize(
    ("content", "english"),
    [
        (b"", "The file is empty"),
        (b"{", "The JSON is damaged (line 1); export it again"),
        ("甲,乙\n1,2\n".encode(), "The column “code”“name” is missing. The file has: 甲, 乙"),
    ],
)
def test_a_bad_file_is_refused_in_english(cast: Cast, content: bytes, english: str) -> None:
    """What an algorithm found wrong with a file is said in the language of whoever brought it."""
    world = World(cast)
    caller = Caller(world, "head")
    answers = {
        language: told(
            caller.send(
                "POST",
                "/area-imports",
                Call(
                    form={"file": SimpleUploadedFile("areas.csv", content)},
                    headers={"Accept-Language": language},
                ),
            )
        )
        for language in ("en", "zh-CN")
    }
    assert answers["en"]["message"] == english
    assert answers["en"]["code"] == answers["zh-CN"]["code"]
    assert HAN.search(answers["zh-CN"]["message"])
