"""Build the .docx templates of the mediation papers: ``python tools/make_templates_mediation.py [FOLDER]``.

The templates are kept with the program; a station may change a copy in a word processor and upload it. The fields are
those of ``fengqiao.mediation.documents``. The output is the same bytes every time.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from template_page import LINE, Page

HERE = Path(__file__).resolve().parent.parent
TARGET = HERE / "src" / "fengqiao" / "mediation" / "data" / "templates"


def cover() -> Page:
    page = Page("卷宗封面")
    page.line("", before=40)
    page.title("人民调解卷宗", size=32)
    page.line("", before=20)
    page.form(
        [
            ("卷　　名", "{{ party_names }}{{ category }}纠纷", 1.8),
            ("案　　号", "{{ number }}", 1.2),
            ("调解组织", "{{ committee }}", 1.2),
            ("调 解 员", "{{ mediator }}", 1.2),
            ("受理日期", "{{ opened_on }}", 1.2),
            ("结束日期", "{{ ended_on }}", 1.2),
            ("调解结果", "{{ outcome }}", 1.2),
            ("立 卷 人", "", 1.2),
            ("立卷日期", "{{ made_on }}", 1.2),
            ("保管期限", "{{ keep_for }}", 1.2),
            ("备　　注", "", 2.2),
        ]
    )
    return page


def contents() -> Page:
    page = Page("卷内目录")
    page.title("卷内目录")
    page.line("案号：{{ number }}", align="right")
    page.grid(
        [
            ("序号", "文书名称", "日期", "页数", "备注"),
            ("{%tr for p in papers %}",),
            ("{{ p.number }}", "{{ p.title }}", "{{ p.on }}", "{{ p.pages }}", "{{ p.note }}"),
            ("{%tr endfor %}",),
        ],
        (1.4, 6.2, 3.8, 1.6, 2.6),
        head=True,
        left=(1,),
    )
    return page


def application() -> Page:
    page = Page("人民调解申请书")
    page.title("人民调解申请书")
    _sides(page)
    page.label("纠纷简要情况", "{{ facts }}")
    page.label("申请事项", "{{ request }}")
    page.line(
        "调解委员会已经向我说明：人民调解要双方自愿、地位平等，不收任何费用，"
        "也不影响我走仲裁、行政和诉讼的途径。我自愿申请调解。",
        indent=True,
        before=10,
    )
    page.line("此致", before=10, indent=True)
    page.line("{{ committee }}")
    page.mark("for p in applicants")
    page.signatures("申请人 {{ p.name }}（签名、盖章或按指印）：" + LINE)
    page.mark("if p.guardian")
    page.signatures("监护人 {{ p.guardian }}（签名）：" + LINE)
    page.mark("endif")
    page.mark("endfor")
    page.line("{{ opened_on }}", align="right", before=14)
    return page


def _sides(page: Page) -> None:
    page.mark("for p in parties")
    page.label("{{ p.side }}", "{{ p.described }}")
    page.mark("endfor")


def registration() -> Page:
    page = Page("人民调解受理登记表")
    page.title("人民调解受理登记表")
    page.line("案号：{{ number }}", align="right")
    page.form(
        [
            ("受理日期", "{{ opened_on }}", 0),
            ("纠纷来源", "{{ start }}", 0),
            ("纠纷类别", "{{ report_class }}（{{ category }}）", 0),
            ("当 事 人", "{%p for p in parties %}\n{{ p.side }}：{{ p.described }}\n{%p endfor %}", 0),
            ("发生地点", "{{ place }}", 0),
            ("纠纷事实", "{{ facts }}", 4),
            ("调解请求", "{{ request }}", 2),
            ("调解期限", "{{ due_on }}", 0),
            ("当 事 人\n签　　名", "", 2.2),
            ("登 记 人\n签　　名", "", 1.6),
        ]
    )
    page.seal_row("{{ opened_on }}")
    return page


RIGHTS = (
    "调解由各方自愿参加，地位平等。可以接受调解，也可以拒绝；调解开始以后，随时可以要求停止。",
    "可以选择或者接受调解员；请亲属、邻居、同事或者有专门知识的人参加，要经各方同意。",
    "可以要求公开调解或者不公开调解。",
    "可以自主说出意见和要求，自愿达成协议；书面协议和口头协议都可以。",
    "人民调解不收任何费用。",
    "调解不影响依法通过仲裁、行政、司法途径维护自己的权利；调解不成的，调解员会告知这些途径。",
    "协议达成后，各方可以在协议生效之日起三十日内一起向人民法院申请司法确认。",
)
DUTIES = (
    "如实说明纠纷的事实，不作虚假陈述。",
    "遵守调解现场的秩序，尊重调解员和对方。",
    "不激化矛盾；有危险马上说，调解员会报告公安机关。",
    "按照协议履行自己的义务。",
)


def rights() -> Page:
    page = Page("当事人权利义务告知书", size=12.5)
    page.title("当事人权利义务告知书")
    page.line("案号：{{ number }}", align="right")
    page.line("{{ party_names }}：")
    page.line(
        "你们的纠纷由{{ committee }}调解，调解员是{{ mediator }}。现将权利和义务告知如下。", indent=True
    )
    for head, lines in (("你们的权利", RIGHTS), ("你们的义务", DUTIES)):
        page.label(head, "")
        for number, text in enumerate(lines, start=1):
            page.line(f"{number}. {text}", indent=True)
    page.line("", before=4)
    page.grid(
        [
            ("当事人", "告知日期", "签名、盖章或按指印"),
            ("{%tr for p in parties %}",),
            ("{{ p.name }}", "{{ p.rights_on }}", ""),
            ("{%tr endfor %}",),
        ],
        (4.6, 4.6, 6.4),
        head=True,
    )
    page.seal()
    return page


def consent() -> Page:
    page = Page("同意调解确认书")
    page.title("同意调解确认书")
    page.line("案号：{{ number }}", align="right")
    page.line(
        "关于{{ party_names }}之间的{{ category }}纠纷，{{ committee }}征求了各方的意见。"
        "各方已经知道自己的权利和义务，对是否由{{ mediator }}主持调解答复如下。",
        indent=True,
    )
    page.line("", before=4)
    page.grid(
        [
            ("当事人", "答复", "方式和日期", "签名、盖章或按指印"),
            ("{%tr for p in parties %}",),
            ("{{ p.name }}", "{{ p.consent }}", "{{ p.consent_how }}\n{{ p.consent_on }}", ""),
            ("{%tr endfor %}",),
        ],
        (3.6, 3.2, 4.2, 4.6),
        head=True,
    )
    page.signatures("调解员（签名）：" + LINE)
    page.seal()
    return page


def record() -> Page:
    page = Page("人民调解记录")
    page.mark("for s in sessions")
    page.title("人民调解记录", new_page=True)
    page.line("案号：{{ number }}　第 {{ s.number }} 次", align="right")
    page.grid(
        [
            ("时间", "{{ s.on }} {{ s.at }}", "时长", "{{ s.minutes }} 分钟"),
            ("地点", "{{ s.place }}", "形式", "{{ s.open }}"),
            ("调解员", "{{ s.mediator }}", "记录人", "{{ s.recorder }}"),
        ],
        (2.4, 6.4, 2.4, 4.4),
    )
    page.label("当事人", "{{ party_names }}")
    page.label("邀请参加", "{{ s.invited }}")
    page.line("开始前，调解员向各方告知了权利和义务，各方表示清楚，愿意调解。", indent=True, before=6)
    page.label("各方陈述", "{{ s.statements }}")
    page.label("调解方案", "{{ s.proposals }}")
    page.label("结果", "{{ s.result }}")
    page.line("以上记录已经给各方看过（读给各方听过），没有错误。", indent=True, before=8)
    page.mark("for p in parties")
    page.signatures("{{ p.side }} {{ p.name }}（签名、盖章或按指印）：" + LINE)
    page.mark("endfor")
    page.signatures("调解员（签名）：" + LINE, "记录人（签名）：" + LINE)
    page.mark("endfor")
    return page


def agreement() -> Page:
    page = Page("人民调解协议书")
    page.title("人民调解协议书")
    page.line("{{ number }}", align="right")
    _sides(page)
    page.label("纠纷的主要事实、争议事项和各方责任", "{{ agreement_facts }}", before=10)
    page.line("经{{ committee }}调解，各方自愿达成如下协议：", indent=True, before=10)
    page.mark("for t in terms")
    page.line("{{ t.number }}. {{ t.sentence }}", indent=True)
    page.mark("endfor")
    page.mark("if total")
    page.line("以上款项合计人民币{{ total_words }}（￥{{ total }}）。", indent=True)
    page.mark("endif")
    page.line(
        "本协议自各方签名、盖章或按指印，调解员签名并加盖调解委员会印章之日起生效，对各方有约束力，各方应当履行。"
        "本协议一式 {{ copies }} 份，各方各一份，调解委员会留存一份。",
        indent=True,
        before=8,
    )
    page.line(
        "各方可以在协议生效之日起三十日内，一起向有管辖权的人民法院申请司法确认"
        "{% if confirm_by %}，最后一天是{{ confirm_by }}{% endif %}。",
        indent=True,
    )
    page.mark("for p in parties")
    page.signatures("{{ p.side }} {{ p.name }}（签名、盖章或按指印）：" + LINE)
    page.mark("if p.guardian")
    page.signatures("监护人 {{ p.guardian }}（签名）：" + LINE)
    page.mark("endif")
    page.mark("endfor")
    page.signatures("调解员（签名）：" + LINE)
    page.seal(date="{% if valid_on %}{{ valid_on }}{% else %}　　　　年　　月　　日{% endif %}")
    return page


def oral() -> Page:
    page = Page("人民调解口头协议登记表")
    page.title("人民调解口头协议登记表")
    page.line("{{ number }}", align="right")
    page.form(
        [
            ("当 事 人", "{%p for p in parties %}\n{{ p.side }}：{{ p.described }}\n{%p endfor %}", 0),
            ("纠纷类别", "{{ report_class }}（{{ category }}）", 0),
            ("事实、争议\n和 责 任", "{{ agreement_facts }}", 4),
            (
                "协议内容",
                "{%p for t in terms %}\n{{ t.number }}. {{ t.sentence }}\n{%p endfor %}",
                4,
            ),
            ("达成日期", "{{ valid_on }}", 0),
            ("履行情况", "{{ performance }}", 0),
            ("司法确认", "{% if confirm_by %}最后一天是{{ confirm_by }}，各方一起申请{% endif %}", 0),
            ("调 解 员\n签　　名", "", 1.6),
        ]
    )
    page.seal_row("{% if valid_on %}{{ valid_on }}{% else %}　　　　年　　月　　日{% endif %}")
    return page


def visit() -> Page:
    page = Page("人民调解回访记录")
    page.title("人民调解回访记录")
    page.form(
        [
            ("协议编号", "{{ number }}", 0),
            ("当 事 人", "{{ party_names }}", 0),
            ("回访事由", "了解协议履行情况，听取意见", 0),
            ("履行情况", "{{ performance }}", 0),
        ]
    )
    page.line("", before=6)
    page.grid(
        [
            ("协议条款", "期限", "情况"),
            ("{%tr for t in terms %}",),
            ("{{ t.number }}. {{ t.text }}", "{{ t.due_on }}", "{{ t.state }}"),
            ("{%tr endfor %}",),
        ],
        (9.0, 3.8, 2.8),
        head=True,
        left=(0,),
    )
    page.line("", before=6)
    page.grid(
        [
            ("日期和方式", "情况", "满意度", "顾虑和要求", "回访人"),
            ("{%tr for v in visits %}",),
            (
                "{{ v.on }}\n{{ v.how }}{% if v.met %}，{{ v.met }}{% endif %}",
                "{% if v.kept %}{{ v.kept }}。{% endif %}{{ v.note }}",
                "{{ v.satisfaction }}",
                "{{ v.worries }}",
                "{{ v.by }}",
            ),
            ("{%tr endfor %}",),
        ],
        (3.6, 4.8, 1.7, 3.3, 2.2),
        head=True,
        left=(1, 3),
    )
    page.signatures("被回访人（签名）：" + LINE, "回访人（签名）：" + LINE)
    page.line("{{ made_on }}", align="right", before=10)
    return page


def confirmation() -> Page:
    page = Page("司法确认申请书")
    page.title("司法确认申请书")
    page.mark("for p in parties")
    page.label("申请人", "{{ p.described }}")
    page.mark("endfor")
    page.label("请求事项", "")
    page.line(
        "请求确认申请人之间于{{ valid_on }}经{{ committee }}主持达成的{{ number }}人民调解协议有效。",
        indent=True,
    )
    page.label("事实和理由", "")
    page.line("{{ agreement_facts }}", indent=True)
    page.line("经调解，申请人自愿达成如下协议：", indent=True)
    page.mark("for t in terms")
    page.line("{{ t.number }}. {{ t.sentence }}", indent=True)
    page.mark("endfor")
    page.line(
        "申请人一致说明：协议出于各方自愿，没有恶意串通、规避法律的情形；如果因为协议内容给他人造成损害，"
        "愿意承担相应的民事责任和其他法律责任。",
        indent=True,
        before=6,
    )
    page.line("此致", before=8, indent=True)
    page.line("{% if court %}{{ court }}{% else %}____________________人民法院{% endif %}")
    page.mark("for p in parties")
    page.signatures("申请人 {{ p.name }}（签名、盖章或按指印）：" + LINE)
    page.mark("endfor")
    page.line("　　　　年　　月　　日", align="right", before=6)
    page.line("附：人民调解协议书，申请人身份证明，调解委员会证明", before=10)
    page.line("申请的最后一天：{{ confirm_by }}")
    return page


def closing() -> Page:
    page = Page("结案报告表")
    page.title("结案报告表")
    page.form(
        [
            ("案　　号", "{{ number }}{% if earlier %}（接 {{ earlier }}）{% endif %}", 0),
            ("承办单位", "{{ committee }}", 0),
            ("承 办 人", "{{ mediator }}", 0),
            ("受理日期", "{{ opened_on }}", 0),
            ("结案日期", "{{ ended_on }}", 0),
            ("当 事 人", "{{ party_names }}", 0),
            ("纠纷来源", "{{ start }}", 0),
            ("纠纷类别", "{{ report_class }}（{{ category }}）", 0),
            ("纠纷事实", "{{ facts }}", 3),
            ("处理结果", "{{ outcome }}{% if ended_why %}：{{ ended_why }}{% endif %}", 1.4),
            ("告知途径", "{{ routes_told }}", 0),
            ("协议金额", "{% if total %}{{ total_words }}（￥{{ total }}）{% endif %}", 0),
            ("履行情况", "{{ performance }}", 0),
            ("司法确认", "{{ confirmation }} {{ confirmation_on }}", 0),
            ("承 办 人\n签　　名", "", 1.6),
            ("负 责 人\n意　　见", "", 2.2),
        ]
    )
    page.seal_row("{{ made_on }}")
    return page


def back() -> Page:
    page = Page("卷宗封底")
    page.title("卷宗封底")
    page.form(
        [
            ("案　　号", "{{ number }}", 1.2),
            ("卷内情况", "本卷共 ______ 件，______ 页", 1.6),
            ("情况说明", "", 8),
            ("立 卷 人", "", 1.4),
            ("检 查 人", "", 1.4),
            ("立卷日期", "　　　　年　　月　　日", 1.4),
        ]
    )
    return page


PAPERS: dict[str, Callable[[], Page]] = {
    "cover": cover,
    "contents": contents,
    "application": application,
    "registration": registration,
    "rights": rights,
    "consent": consent,
    "record": record,
    "agreement": agreement,
    "oral": oral,
    "visit": visit,
    "confirmation": confirmation,
    "closing": closing,
    "back": back,
}


def build() -> dict[str, bytes]:
    """Every template by its file name."""
    return {f"{key}.docx": make().content() for key, make in PAPERS.items()}


def main(arguments: Sequence[str]) -> int:
    """Write the templates; returns the exit code."""
    target = Path(arguments[0]) if arguments else TARGET
    target.mkdir(parents=True, exist_ok=True)
    for name, content in build().items():
        (target / name).write_bytes(content)
        print(f"{target / name} {len(content)} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
