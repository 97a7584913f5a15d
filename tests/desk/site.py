"""A small station served for a real browser: `python -m tests.desk.site PORT` seeds an empty folder and serves it.

Runs in a process of its own with its own FENGQIAO_DATA_DIR, so that the browser meets the desk as people do.
"""

from __future__ import annotations

import os
import sys
from datetime import timedelta

SAID = (
    "3 栋 2 单元楼道里停了五六辆电瓶车，从二楼窗户飞线下来充电，怕着火",
    "11 栋 202 说楼上又漏水，天花板掉皮，两家在楼道里吵",
    "烧烤店收摊太晚，油烟和吵闹到一点多，睡不着",
    "银行柜台前一位阿姨要转 4.6 万给网上认识的人，已劝停",
    "地下车库应急灯不亮，安全出口被纸箱挡住",
    "楼上天天半夜拖凳子，吵得孩子睡不好",
    "邻居把鞋柜放在楼道，路都走不了",
    "拖欠工资三个月，老板不接电话",
    "电动自行车推进电梯，进楼入户充电",
    "夫妻吵架，摔东西，孩子在哭",
    "路口占道摆摊，车过不去",
    "下水道堵了，污水漫到路上",
    "有人冒充客服要验证码，差点转钱",
    "老人走失，灰色外套，找了两个小时",
    "捡到一个钱包，里面有身份证",
    "店里退货不给退钱，吵起来了",
    "路灯坏了三盏，晚上走路害怕",
    "楼道堆满纸箱，打火机随手扔",
    "物业费涨价没商量，业主要说法",
    "两家为宅基地边界吵了几天",
    "广场舞音响太大，关窗都没用",
    "狗不拴绳，咬到小孩的裤脚",
)
PASSWORD = "fengqiao-demo"


def seed() -> None:
    """The cast with a password, two matters in hand, and a queue of reports."""
    from django.contrib.auth.hashers import make_password
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    from fengqiao.accounts.models import Person
    from fengqiao.accounts.scope import RESIDENT
    from fengqiao.intake.actions import accept_report, receive_report
    from fengqiao.intake.drafts import ContactDraft
    from fengqiao.lib import clock
    from fengqiao.matters import actions
    from tests.cast import build_cast

    cast = build_cast()
    Person.objects.update(password=make_password(PASSWORD))
    now = clock.now()
    with clock.at(now - timedelta(days=3)):
        first = receive_report(
            by=RESIDENT,
            channel="portal",
            text="锦澜苑 3 栋楼下电瓶车堵着门，从二楼窗户飞线下来充电",
            key="old",
            place=cast.places["jinlan"],
        ).report
        held = accept_report(first, by=cast.actor("duty"), category="FI5", owner=cast.people["officer"])
        held = actions.accept(held, by=cast.actor("officer"))
        actions.record_progress(held, by=cast.actor("officer"), text="到场看过，先断了电", public=True)
        actions.promise(
            held, by=cast.actor("officer"), what="搬走车", who="3 栋住户", due_at=now + timedelta(days=1)
        )
    for n, text in enumerate(SAID):
        with clock.at(now - timedelta(minutes=60 - n)):
            receive_report(
                by=RESIDENT,
                channel="portal",
                text=text,
                key=f"site-{n}",
                place=cast.places["jinlan"],
                contact=ContactDraft("张三", "13800005120", True),
                anonymous=False,
            )


def main(port: int) -> None:
    """Seed and serve until stopped."""
    sys.path[:0] = ["src", "."]
    os.environ["DJANGO_SETTINGS_MODULE"] = "fengqiao.settings"
    import django

    django.setup()
    seed()
    from django.contrib.staticfiles.handlers import StaticFilesHandler
    from django.core.servers.basehttp import get_internal_wsgi_application, run

    run("127.0.0.1", port, StaticFilesHandler(get_internal_wsgi_application()), threading=True)


if __name__ == "__main__":
    main(int(sys.argv[1]))
