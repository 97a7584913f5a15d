"""The template tags: what they print, and that nothing a person typed becomes markup."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django import forms
from django.core.paginator import Paginator
from django.template import Context, RequestContext, Template, TemplateSyntaxError
from django.test import RequestFactory

from fengqiao.lib import clock, icons
from fengqiao.lib.heatgrid import HeatGrid
from fengqiao.lib.present import BarRow, LadderStep, Option, TimelineItem

NOW = datetime(2026, 11, 22, 6, 40, tzinfo=UTC)
EVIL = "<script>alert(1)</script>\"'"


def show(source: str, **values: Any) -> str:
    """The source rendered with both tag libraries, the clock held."""
    with clock.at(NOW):
        return Template("{% load fq fq_forms %}" + source).render(Context(values))


def show_at(address: str, source: str, **values: Any) -> str:
    """The same with a request for that address."""
    request = RequestFactory().get(address)
    with clock.at(NOW):
        return Template("{% load fq fq_forms %}" + source).render(RequestContext(request, values))


class Example(forms.Form):
    """One field of each kind."""

    title = forms.CharField(label="说成一句话", help_text="谁看都明白")
    note = forms.CharField(label="备注", required=False)
    channel = forms.ChoiceField(
        label="从哪里来", choices=[("t", "电话"), ("w", "当面")], widget=forms.RadioSelect
    )
    tell = forms.BooleanField(label="告诉我", required=False)
    token = forms.CharField(widget=forms.HiddenInput, required=False)


def test_icon_is_decoration_without_a_label_and_an_image_with_one() -> None:
    assert 'aria-hidden="true"' in show('{% icon "inbox" %}')
    assert 'role="img" aria-label="已加密"' in show('{% icon "lock" label="已加密" %}')


def test_an_unknown_icon_is_an_error() -> None:
    with pytest.raises(LookupError, match="no-such"):
        icons.svg("no-such")


@pytest.mark.parametrize(("number", "word"), [(1, "紧急"), (2, "较急"), (3, "一般"), (4, "轻微")])
def test_severity_has_a_word_and_a_class(number: int, word: str) -> None:
    html = show("{% severity_chip n %}", n=number)
    assert word in html
    assert f"chip sev{number}" in html


@pytest.mark.parametrize(
    "source",
    [
        "{% chip evil %}",
        "{% kind_chip 'dispute' evil %}",
        "{% avatar evil %}",
        "{{ evil|highlight:words }}",
        "{% timeline items evil %}",
        "{% ladder steps evil %}",
        "{% promise_row evil 'kept' evil %}",
        "{% option_row evil evil 50 evil evil %}",
        "{% next_step evil who=evil note=evil %}",
        "{% empty_state evil evil 'inbox' '/x' evil %}",
        "{% error_state evil evil evil %}",
        "{% segment options evil %}",
        "{% bar_list rows evil evil %}",
        "{% heat_grid grid %}",
        "{% map_box 'm' data evil %}",
        "{% icon 'lock' label=evil %}",
        "{{ evil|mask_name }}",
    ],
)
def test_what_people_type_never_becomes_markup(source: str) -> None:
    html = show(
        source,
        evil=EVIL,
        words=[EVIL, "alert"],
        items=[TimelineItem(EVIL, EVIL, EVIL, EVIL, "ok", "", EVIL)],
        steps=[LadderStep(EVIL, "on", EVIL)],
        options=[Option(EVIL, "?a=1")],
        rows=[BarRow(EVIL, 1, EVIL)],
        grid=HeatGrid([EVIL], ["0"], [[2]], EVIL),
        data={"pin": [30, 120], "text": EVIL},
    )
    assert "<script>" not in html
    assert "style=" not in html


def test_timeline_says_when_in_plain_words() -> None:
    html = show("{% timeline items %}", items=[TimelineItem("到场", NOW, "王建国", tone="ok")])
    assert '<time datetime="2026-11-22T14:40+08:00">今天 14:40</time> · 王建国' in html
    assert '<span class="dot ok">' in html


def test_ladder_marks_where_the_matter_is() -> None:
    html = show(
        "{% ladder steps %}",
        steps=[LadderStep("村", "done"), LadderStep("社区", "on"), LadderStep("街道", "to")],
    )
    assert html.count('aria-current="step"') == 1
    assert "lad-3" in html


def test_an_unknown_promise_state_is_an_error() -> None:
    with pytest.raises(KeyError):
        show("{% promise_row 'x' 'perhaps' %}")


def test_option_row_is_a_radio_that_its_key_presses() -> None:
    html = show('{% option_row "1" "隐患" 91.4 "category" "H01" True %}')
    assert 'type="radio" name="category" value="H01" data-key="1"' in html
    assert " checked" in html
    assert "91%" in html
    assert 'width="91.4"' in html


@pytest.mark.parametrize(("percent", "width"), [(-5, "0"), (140, "100"), (12.5, "12.5")])
def test_bars_stay_inside_their_frame(percent: float, width: str) -> None:
    assert f'class="bar-v" width="{width}"' in show("{% bar p %}", p=percent)


def test_next_step_names_who_what_and_by_when() -> None:
    html = show('{% next_step "到现场看" by=due who="王建国" %}', due=NOW + timedelta(hours=3, minutes=20))
    assert "王建国" in html
    assert "今天 18:00 前" in html
    assert "还剩 3 小时 20 分" in html


def test_moment_and_time_left_are_empty_without_a_time() -> None:
    assert show("{% moment none %}{% time_left none %}{{ none|humane }}{{ none|time_left }}", none=None) == ""


def test_pager_keeps_the_other_parameters() -> None:
    page = Paginator(range(95), 20).page(2)
    html = show_at("/desk/?q=漏水&page=2", "{% pager page %}", page=page)
    assert 'href="?q=%E6%BC%8F%E6%B0%B4&amp;page=3"' in html
    assert "第 2 页，共 5 页，95 件" in html


def test_pager_says_nothing_about_a_single_page() -> None:
    assert show_at("/", "{% pager page %}", page=Paginator(range(3), 20).page(1)).strip() == ""


def test_map_embeds_its_data_and_names_its_inputs() -> None:
    html = show('{% map_box "m" data "图" pick="id_lat id_lon" %}', data={"pin": [30.1, 120.2]})
    assert '<script id="m-data" type="application/json">{"pin": [30.1, 120.2]}</script>' in html
    assert 'data-map-lat="id_lat" data-map-lon="id_lon"' in html
    assert "data-map-tiles" not in html


def test_heat_grid_has_a_table_that_says_the_same() -> None:
    html = show("{% heat_grid grid %}", grid=HeatGrid(["周一", "周二"], ["0", "1"], [[0, 2], [7, 1]], "件数"))
    assert '<th scope="row">周二</th><td class="n">7</td><td class="n">1</td><td class="n b">8</td>' in html
    assert "看表格" in html


def test_toast_posts_its_undo_with_the_token() -> None:
    html = show_at("/", '{% toast "交出去了" "/undo/" 10 %}')
    assert 'action="/undo/"' in html
    assert re.search(r'name="csrfmiddlewaretoken" value="\w{64}"', html)
    assert 'data-toast="10"' in html


def test_field_ties_label_help_and_error_to_the_control() -> None:
    html = show("{% field form.title %}", form=Example({"title": ""}))
    assert '<label class="q-l" for="id_title">' in html
    assert 'aria-describedby="id_title_hint id_title_error"' in html
    assert 'aria-invalid="true"' in html
    assert 'id="id_title_error"' in html


def test_field_says_what_may_be_left_out() -> None:
    assert "可以不填" in show("{% field form.note %}", form=Example())
    assert "可以不填" not in show("{% field form.note optional=False %}", form=Example())
    assert "可以不填" not in show("{% field form.title %}", form=Example())


def test_grouped_choices_stand_in_a_described_fieldset() -> None:
    html = show("{% field form.channel %}", form=Example({"title": "x"}))
    assert '<fieldset class="q q-bad" aria-describedby="id_channel_error"' in html
    assert "<legend" in html
    assert html.count("aria-describedby") == 1


def test_a_hidden_field_is_printed_bare_and_a_tick_box_inside_its_label() -> None:
    assert show("{% field form.token %}", form=Example()).strip().startswith('<input type="hidden"')
    assert '<label class="ck" for="id_tell"><input' in show("{% field form.tell %}", form=Example())


def test_error_summary_links_to_the_fields_and_is_silent_when_all_is_well() -> None:
    assert '<a href="#id_title">说成一句话</a>' in show(
        "{% form_errors form %}", form=Example({"channel": "t"})
    )
    assert show("{% form_errors form %}", form=Example({"title": "a", "channel": "t"})).strip() == ""


def test_filters_can_be_cleared_once_used() -> None:
    assert "清掉" not in show_at("/l/", "{% filter_bar form %}", form=Example())
    assert '<a class="btn btn-t" href="/l/">' in show_at(
        "/l/?title=a", "{% filter_bar form %}", form=Example()
    )


def test_a_typo_in_a_tag_is_found_when_the_page_is_read() -> None:
    with pytest.raises(TemplateSyntaxError):
        show("{% sevrity_chip 1 %}")


@pytest.mark.parametrize(
    ("amount", "shown"),
    [(Decimal("8900.00"), "8,900"), (Decimal("0.50"), "0.50"), (3000, "3,000"), (None, "")],
)
def test_sums_of_money_are_read_at_a_glance(amount: object, shown: str) -> None:
    assert show("{{ amount|yuan }}", amount=amount) == shown


def test_a_dash_stands_for_nothing_and_what_is_typed_stays_text() -> None:
    assert show("{{ nothing|dash }}", nothing="") == '<span class="none">—</span>'
    assert show("{{ said|dash }}", said="<b>12345") == "&lt;b&gt;12345"
