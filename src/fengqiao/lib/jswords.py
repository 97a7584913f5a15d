"""The words our scripts say, in the language of the page; `%s` stands for what the script fills in."""

from __future__ import annotations

from django.utils.translation import gettext as _


def words() -> dict[str, str]:
    """Key of the script -> words; printed as JSON by the `js_words` tag."""
    return {
        "ok": _("确定"),
        "cancel": _("不了"),
        "close": _("关上"),
        "keys": _("按键"),
        "keysOff": _("不用单键（只用 ?）"),
        "undo": _("撤销"),
        "seconds": _("%s 秒"),
        "restored": _("已找回您没交的内容"),
        "discard": _("不要了，清掉"),
        "tooLong": _("内容太多，页面没能替您留一份，请先自己存好"),
        "remove": _("去掉第 %s 张照片"),
        "addPhoto": _("加照片"),
        "tooMany": _("最多 %s 张照片，多出的没有加"),
        "notImage": _("这个文件不是照片，没有加：%s"),
        "offline": _("没连上，内容还在这里，请再试一次"),
        "failed": _("没办成，什么都没有变。请再试一次"),
        "expired": _("页面放得太久，请刷新后再试，写的内容会留着"),
        "pin": _("图钉"),
        "pinHere": _("把图钉放在地图中间"),
        "locate": _("用我现在的位置"),
        "locateFailed": _("没有取到位置，请点地图或写地址"),
        "zoomIn": _("放大"),
        "zoomOut": _("缩小"),
        "mapFailed": _("地图没有取到，请看下面的文字"),
    }
