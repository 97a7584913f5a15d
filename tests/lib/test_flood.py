"""The counting rule of the flood guard, its memory, and whose address is believed."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.test import RequestFactory
from hypothesis import given
from hypothesis import strategies as st

from fengqiao.lib import guard
from fengqiao.lib.errors import TooMany
from fengqiao.lib.flood import Limit, Memory, parse, take

THIRTY = Limit(30)


def admitted(limit: Limit, moments: list[float]) -> list[float]:
    """The moments at which a caller who asks at all of these gets through."""
    whole, passed = 0.0, []
    for now in moments:
        whole, wait = take(limit, whole, now)
        if not wait:
            passed.append(now)
    return passed


def test_all_at_once_up_to_the_limit_and_then_one_by_one() -> None:
    assert len(admitted(THIRTY, [1.0] * 100)) == 30
    assert admitted(THIRTY, [1.0] * 31 + [3.0, 3.0, 5.0]) == [1.0] * 30 + [3.0, 5.0]


def test_the_wait_that_is_told_is_enough() -> None:
    whole = 0.0
    for _n in range(30):
        whole, wait = take(THIRTY, whole, 10.0)
        assert wait == 0
    whole, wait = take(THIRTY, whole, 10.0)
    assert wait == pytest.approx(2.0)
    assert take(THIRTY, whole, 10.0 + wait)[1] == 0


def test_asking_while_waiting_costs_nothing() -> None:
    """A caller who keeps pressing is not shut out longer for it."""
    passed = admitted(THIRTY, [0.0] * 30 + [n / 10 for n in range(1, 600)])
    assert len(passed) == 30 + 29


@given(
    st.lists(st.floats(0, 300, allow_nan=False), max_size=200),
    st.integers(1, 20),
    st.floats(1, 120, allow_nan=False),
)
def test_never_more_than_the_limit_and_what_time_brought_back(
    moments: list[float], count: int, seconds: float
) -> None:
    limit = Limit(count, seconds)
    passed = admitted(limit, sorted(moments))
    for first, start in enumerate(passed):
        for last in range(first, len(passed)):
            span = passed[last] - start
            assert last - first + 1 <= count + span / limit.apart + 1e-6
    assert passed[:1] == sorted(moments)[:1]


def test_keys_do_not_touch_each_other_and_the_quiet_ones_are_forgotten() -> None:
    memory = Memory(most=10)
    for n in range(50):
        assert memory.hit(f"k{n}", Limit(1), 100.0) == 0
    assert len(memory) <= 11
    assert memory.wait("k49", Limit(1), 100.0) > 0
    assert memory.hit("k49", Limit(1), 161.0) == 0


def test_threads_share_one_count() -> None:
    memory, passed = Memory(), []

    def knock() -> None:
        for _n in range(50):
            if not memory.hit("a", THIRTY, 1.0):
                passed.append(1)

    threads = [threading.Thread(target=knock) for _n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(passed) == 30


USUAL = {"reports": 30, "guesses": 20}


def test_limits_are_written_as_words() -> None:
    assert parse("", USUAL) == {"reports": Limit(30), "guesses": Limit(20)}
    assert parse("reports=5, guesses=0", USUAL) == {"reports": Limit(5)}
    assert parse("off", USUAL) == {}


@pytest.mark.parametrize("text", ["reports", "reports=", "reports=-1", "nonsense=3", "reports=1;guesses=2"])
def test_what_makes_no_sense_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="reports=30"):
        parse(text, USUAL)


@pytest.mark.parametrize(
    ("proxies", "peer", "header", "found"),
    [
        (0, "203.0.113.7", "198.51.100.1", "203.0.113.7"),
        (1, "10.0.0.1", "198.51.100.1, 203.0.113.7", "203.0.113.7"),
        (2, "10.0.0.1", "1.1.1.1, 203.0.113.7, 10.0.0.2", "203.0.113.7"),
        (1, "10.0.0.1", "", ""),
        (2, "10.0.0.1", "203.0.113.7", ""),
        (1, "10.0.0.1", "nonsense", ""),
        (0, "127.0.0.1", "", ""),
        (0, "::1", "", ""),
        (0, "2001:db8:1:2:3::4", "", "2001:db8:1:2::/64"),
        (0, "::ffff:203.0.113.7", "", "203.0.113.7"),
        (0, "", "", ""),
    ],
)
def test_only_ones_own_proxies_are_believed(
    settings: Any, rf: RequestFactory, proxies: int, peer: str, header: str, found: str
) -> None:
    settings.PROXIES = proxies
    headers = {"X-Forwarded-For": header} if header else {}
    assert guard.address_of(rf.get("/", headers=headers, REMOTE_ADDR=peer)) == found


@pytest.fixture(autouse=True)
def nobody_knocked() -> None:
    guard.forget()


def test_an_unknown_address_shuts_nobody_out(settings: Any, rf: RequestFactory) -> None:
    settings.LIMITS = {"reports": Limit(1)}
    for _n in range(5):
        guard.admit(rf.post("/", REMOTE_ADDR="127.0.0.1"), "reports")
    guard.admit(rf.post("/", REMOTE_ADDR="203.0.113.7"), "reports")
    with pytest.raises(TooMany) as caught:
        guard.admit(rf.post("/", REMOTE_ADDR="203.0.113.7"), "reports")
    assert caught.value.seconds == 60


def test_no_address_is_kept_as_it_is(settings: Any, rf: RequestFactory) -> None:
    settings.LIMITS = {"reports": Limit(1), "reports-browser": Limit(1)}
    request = rf.post("/", REMOTE_ADDR="203.0.113.7")
    request.COOKIES[settings.CSRF_COOKIE_NAME] = "a-cookie-of-a-browser"
    guard.admit(request, "reports")
    kept = repr(guard._memory._whole)
    assert "203.0.113.7" not in kept
    assert "a-cookie" not in kept
    assert len(guard._memory) == 2
