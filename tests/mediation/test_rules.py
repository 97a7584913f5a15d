"""The pure rules: signatures, last days, time limits, sums in capitals, identity numbers, signs of danger."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fengqiao.mediation import identity, money, rules
from fengqiao.mediation.choices import CaseState, Confirmation
from fengqiao.mediation.danger import danger_signs, number_of
from fengqiao.mediation.policy import ACTIONS

DAYS = st.dates(date(2011, 1, 1), date(2100, 12, 31))


@given(st.sampled_from(["written", "oral"]), st.booleans(), st.booleans(), st.booleans())
def test_no_agreement_is_valid_without_its_signatures(
    form: str, everyone: bool, mediator: bool, seal: bool
) -> None:
    """Written: all parties, the mediator and the seal (art. 29). Oral: the mediator's signed record (art. 28)."""
    lacking = rules.missing_signatures(form, signed_by_all=everyone, mediator_signed=mediator, sealed=seal)
    assert (not lacking) == (mediator if form == "oral" else everyone and mediator and seal)
    assert len(lacking) == len(set(lacking))


@given(DAYS)
def test_the_last_day_is_the_thirtieth_after_validity(day: date) -> None:
    """Thirty days from validity, the day itself not counted (art. 33)."""
    last = rules.confirm_by(day)
    assert (last - day).days == 30
    assert sum(1 for n in range(1, 400) if day < day + timedelta(days=n) <= last) == 30


@pytest.mark.parametrize(
    ("valid", "last"),
    [
        (date(2026, 1, 31), date(2026, 3, 2)),  # over a short February
        (date(2024, 1, 30), date(2024, 2, 29)),  # onto a leap day
        (date(2024, 1, 31), date(2024, 3, 1)),  # across a leap day
        (date(2026, 2, 28), date(2026, 3, 30)),
        (date(2024, 2, 29), date(2024, 3, 30)),
        (date(2026, 12, 31), date(2027, 1, 30)),  # over the year's end
        (date(2026, 3, 31), date(2026, 4, 30)),
        (date(2026, 6, 30), date(2026, 7, 30)),
        (date(2023, 2, 28), date(2023, 3, 30)),
    ],
)
def test_last_days_at_the_ends_of_months(valid: date, last: date) -> None:
    assert rules.confirm_by(valid) == last


@given(DAYS)
def test_a_month_later_stays_in_the_next_month(day: date) -> None:
    after = rules.month_after(day)
    assert (after.year * 12 + after.month) - (day.year * 12 + day.month) == 1
    assert after.day == day.day or after.day < day.day
    assert 28 <= (after - day).days <= 31


def test_time_limit_is_the_levels_days_and_one_month_at_most() -> None:
    assert rules.limit_days(date(2026, 3, 11), 7) == 7
    assert rules.limit_days(date(2026, 2, 1), 60) == 28
    assert rules.limit_days(date(2026, 3, 1), None) == 31


@given(st.integers(0, 600), st.integers(1, 240), st.integers(0, 600), st.integers(1, 240))
def test_overlap_is_sharing_a_minute(start: int, minutes: int, other: int, other_minutes: int) -> None:
    base = datetime(2026, 3, 11, tzinfo=UTC)
    shared = set(range(start, start + minutes)) & set(range(other, other + other_minutes))
    first, second = base + timedelta(minutes=start), base + timedelta(minutes=other)
    assert rules.overlap(first, minutes, second, other_minutes) == bool(shared)
    assert rules.overlap(second, other_minutes, first, minutes) == bool(shared)


@given(st.lists(st.sampled_from(["open", "kept", "broken", "withdrawn"]), max_size=6))
def test_performance_follows_from_the_promises(states: list[str]) -> None:
    found = rules.performance(states)
    counted = [s for s in states if s != "withdrawn"]
    assert (found == "done") == (bool(counted) and set(counted) == {"kept"})
    assert (found in {"part", "broken"}) == ("broken" in counted)
    assert (found == "part") == ({"kept", "broken"} <= set(counted))


def test_confirmation_goes_one_way() -> None:
    allowed = {(a, b) for a, b in product(Confirmation.values, repeat=2) if rules.may_confirm(a, b)}
    assert allowed == {
        ("none", "applied"),
        ("applied", "confirmed"),
        ("applied", "refused"),
        ("confirmed", "enforced"),
    }


def test_every_verb_has_a_right_and_states() -> None:
    for verb in rules.VERBS:
        assert verb.key in ACTIONS
        assert verb.sources
        assert set(verb.sources) <= set(CaseState.values)


def test_every_question_has_words_and_every_answer_counts() -> None:
    assert set(rules.QUESTIONS) == set(rules.Answers.names())
    for name in set(rules.Answers.names()) - {"victim_agrees"}:
        fit = rules.suitability(
            code="NB2", kind="dispute", mediation="Y", answers=rules.Answers(**{name: True})
        )
        assert not fit.allowed
        assert fit.reasons


@given(st.sampled_from(["Y", "C", "N"]), st.lists(st.sampled_from(rules.Answers.names()), max_size=3))
def test_suitability_never_opens_what_is_closed(flag: str, yes: list[str]) -> None:
    fit = rules.suitability(
        code="NB2", kind="dispute", mediation=flag, answers=rules.Answers(**dict.fromkeys(yes, True))
    )
    closed = set(yes) - {"victim_agrees", "domestic_violence"}
    violence = "domestic_violence" in yes and "victim_agrees" not in yes
    assert fit.allowed == (flag != "N" and not closed and not violence)
    assert fit.routes
    assert (fit.verdict == "yes") == (fit.allowed and flag == "Y" and "domestic_violence" not in yes)


def test_the_nearest_route_comes_first() -> None:
    assert rules.routes("FA7", "dispute")[:2] == ("police", "protection_order")
    assert rules.routes("LB1", "dispute")[0] == "labour"
    assert rules.routes("EC3", "dispute")[0] == "market"
    assert rules.routes("FR1", "fraud_attempt")[0] == "police"
    assert all(
        route in rules.ROUTES for code in ("NB2", "LV3", "MI1") for route in rules.routes(code, "dispute")
    )


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        ("0", "零元整"),
        ("0.07", "柒分"),
        ("0.50", "伍角整"),
        ("1", "壹元整"),
        ("10", "壹拾元整"),
        ("105", "壹佰零伍元整"),
        ("3000", "叁仟元整"),
        ("10050.50", "壹万零伍拾元伍角整"),
        ("100000", "壹拾万元整"),
        ("1000005", "壹佰万零伍元整"),
        ("10010010.01", "壹仟零壹万零壹拾元零壹分"),
        ("200000000", "贰亿元整"),
        ("100010001", "壹亿零壹万零壹元整"),
        ("120003000", "壹亿贰仟万叁仟元整"),
        ("36800.36", "叁万陆仟捌佰元叁角陆分"),
    ],
)
def test_sums_in_capitals(amount: str, words: str) -> None:
    assert money.capitals(Decimal(amount)) == words


_VALUES = {c: i for i, c in enumerate("零壹贰叁肆伍陆柒捌玖")}
_UNITS = {"拾": 10, "佰": 100, "仟": 1000}


def _read_capitals(words: str) -> Decimal:
    """Reads capitals back, by another way than they were written."""
    yuan, _, rest = words.rstrip("整").partition("元") if "元" in words else ("", "", words.rstrip("整"))
    total, section, digit = 0, 0, 0
    for sign in yuan:
        if sign in _VALUES:
            digit = _VALUES[sign]
        elif sign in _UNITS:
            section += digit * _UNITS[sign]
            digit = 0
        else:
            section += digit
            digit = 0
            total += section * {"万": 10_000, "亿": 100_000_000}[sign]
            section = 0
    cents = 0
    for sign in rest:
        if sign in _VALUES:
            digit2 = _VALUES[sign]
        else:
            cents += digit2 * {"角": 10, "分": 1}[sign]
    return Decimal(total + section + digit) + Decimal(cents) / 100


@given(st.decimals(min_value=0, max_value=money.LARGEST, places=2))
def test_capitals_read_back(amount: Decimal) -> None:
    assert _read_capitals(money.capitals(amount)) == amount


def test_a_negative_or_endless_sum_has_no_words() -> None:
    for amount in ("-1", "10000000000"):
        with pytest.raises(ValueError, match="金额"):
            money.capitals(Decimal(amount))


@given(st.integers(0, 10**17 - 1))
def test_only_one_check_character_fits(first: int) -> None:
    """The check character equals (1 - 2 x the seventeen digits read in base 13) mod 11."""
    digits = f"{first:017d}"
    fits = []
    for check in "0123456789X":
        try:
            identity.read_person_number(digits + check, date(2026, 3, 11))
        except identity.IdentityError as error:
            if "校验位" not in str(error):
                return  # the birth date is no date: refused before the check character
            continue
        fits.append(check)
    wanted = (1 - 2 * int(digits, 13)) % 11
    assert fits == ["X" if wanted == 10 else str(wanted)]


def test_identity_numbers() -> None:
    person = identity.read_person_number(" 110105-19491231-002x ", date(2026, 3, 11))
    assert (person.number, person.sex, person.born) == ("11010519491231002X", "女", date(1949, 12, 31))
    assert person.age(date(2026, 3, 11)) == 76
    for wrong in ("110105194912310021", "11010519490231002X", "1101051949123100", "110105209912310025"):
        with pytest.raises(identity.IdentityError) as error:
            identity.read_person_number(wrong, date(2026, 3, 11))
        assert wrong not in str(error.value)


def test_age_on_birthdays_and_leap_days() -> None:
    born = date(2008, 2, 29)
    assert identity.years_between(born, date(2026, 2, 28)) == 17
    assert identity.years_between(born, date(2026, 3, 1)) == 18
    assert identity.years_between(date(2008, 3, 11), date(2026, 3, 10)) == 17
    assert identity.years_between(date(2008, 3, 11), date(2026, 3, 11)) == 18


def test_unit_codes() -> None:
    assert identity.read_unit_number("91350100m000100y43") == "91350100M000100Y43"
    for wrong in ("91350100M000100Y44", "91350100M000100Y4", "9135I100M000100Y43"):
        with pytest.raises(identity.IdentityError):
            identity.read_unit_number(wrong)


@pytest.mark.parametrize(
    ("number", "good"),
    [
        ("13812345120", True),
        ("12812345120", False),
        ("057188881234", True),
        ("88881234", True),
        ("110", False),
        ("1381234512", False),
    ],
)
def test_phones(number: str, good: bool) -> None:
    assert identity.is_phone(number) is good


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("他拿着一把菜刀追出来", {"weapon"}),
        ("扬言要弄死他", {"threat"}),
        ("说再不给钱就不想活了", {"self_harm"}),
        ("叫了七八个人上门", {"crowd"}),
        ("二十多个村民围在门口", {"crowd"}),
        ("现场约12名工人堵门", {"crowd"}),
        ("家里来了三个人", set()),
        ("没有带刀，也没有人报复", set()),
        ("漏水泡坏了地板，要求赔 3000 元", set()),
        ("他砍了我家三棵树", set()),
        ("去菜市场买水果和菜", set()),
    ],
)
def test_signs_of_danger(text: str, kinds: set[str]) -> None:
    assert {s.kind for s in danger_signs(text)} == kinds


def test_people_counted_by_hand_make_a_crowd_from_five_on() -> None:
    assert danger_signs("吵架", people=4) == ()
    assert [s.kind for s in danger_signs("吵架", people=5)] == ["crowd"]


def test_small_chinese_numbers() -> None:
    for text, number in {
        "五": 5,
        "十": 10,
        "十二": 12,
        "二十": 20,
        "一百": 100,
        "7": 7,
        "三十五": 35,
    }.items():
        assert number_of(text) == number
