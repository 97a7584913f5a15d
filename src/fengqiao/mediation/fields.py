"""What a paper can say of a case: the names of all fields and what they hold, for whoever makes a template."""

from __future__ import annotations

from typing import Any

FIELDS: dict[str, str] = {
    "number": "案号",
    "committee": "调解委员会",
    "mediator": "调解员",
    "station": "派出所",
    "level": "层级",
    "category": "纠纷类别",
    "report_class": "报表类别",
    "matter_number": "事项编号",
    "place": "地点",
    "start": "来源",
    "opened_on": "受理日期",
    "due_on": "调解期限",
    "ended_on": "结束日期",
    "made_on": "制作日期",
    "facts": "纠纷事实",
    "request": "请求",
    "outcome": "结果",
    "ended_why": "结束原因",
    "routes_told": "告知的其他途径",
    "earlier": "上一级案号",
    "party_names": "全部当事人姓名",
    "applicant_names": "申请人姓名",
    "respondent_names": "被申请人姓名",
    "copies": "协议份数",
    "total": "协议总金额",
    "total_words": "协议总金额大写",
    "agreement_form": "协议形式",
    "agreement_facts": "协议里的事实、争议和责任",
    "valid_on": "协议生效日期",
    "confirm_by": "司法确认最后一天",
    "confirmation": "司法确认状态",
    "confirmation_on": "司法确认日期",
    "court": "法院",
    "performance": "履行情况",
    "keep_for": "保管期限",
}
"""Single fields, and what they hold."""

ROW_FIELDS: dict[str, dict[str, str]] = {
    "parties": {
        "side": "哪一方",
        "name": "姓名或名称",
        "sex": "性别",
        "age": "年龄",
        "phone": "电话",
        "address": "住址",
        "identity": "证件号码",
        "occupation": "职业",
        "unit": "单位",
        "representative": "代表人",
        "guardian": "监护人",
        "described": "一句话写全",
        "consent": "是否同意调解",
        "consent_on": "答复日期",
        "consent_how": "答复方式",
        "rights_on": "告知权利义务日期",
    },
    "sessions": {
        "number": "第几次",
        "on": "日期",
        "at": "时间",
        "minutes": "分钟",
        "place": "地点",
        "mediator": "调解员",
        "recorder": "记录人",
        "invited": "邀请参加的人",
        "open": "公开或不公开",
        "statements": "各方陈述",
        "proposals": "调解方案",
        "result": "结果",
    },
    "terms": {
        "number": "第几项",
        "text": "内容",
        "party": "由谁履行",
        "amount": "金额",
        "amount_words": "金额大写",
        "how": "方式",
        "due_on": "期限",
        "state": "履行情况",
        "sentence": "整句",
    },
    "visits": {
        "on": "日期",
        "by": "回访人",
        "met": "被回访人",
        "how": "方式",
        "kept": "是否履行",
        "note": "情况",
        "satisfaction": "是否满意",
        "worries": "顾虑和要求",
    },
    "papers": {"number": "序号", "title": "文书名称", "on": "日期", "pages": "页数", "note": "备注"},
}
"""Lists and the fields of one row. ``applicants`` and ``respondents`` are parts of ``parties``."""


def sample() -> dict[str, Any]:
    """Invented values for every field, to try a template with."""
    rows = {name: [dict(fields), dict(fields)] for name, fields in ROW_FIELDS.items()}
    parties = rows["parties"]
    return {**FIELDS, **rows, "applicants": parties[:1], "respondents": parties[1:]}
