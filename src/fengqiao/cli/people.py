"""person: the first people of an installation, and a way back in when everybody is locked out."""

from __future__ import annotations

import argparse
import getpass
import sys
from typing import Any

from django.db import transaction

from fengqiao.accounts.scope import SYSTEM
from fengqiao.lib.errors import Refusal


def register(commands: Any) -> None:
    """Add the commands of this group."""
    verbs = commands.add_parser("person", help="人员").add_subparsers(
        dest="verb", metavar="动作", required=True
    )
    add = verbs.add_parser("add", help="新增一个人并聘任；密码从提示或标准输入读")
    add.add_argument("username", help="登录名")
    add.add_argument("name", help="姓名")
    add.add_argument("--role", default="station_head", help="职务，如 station_head")
    add.add_argument("--area", default="", help="辖区编码，不写就是全辖区")
    add.set_defaults(do=do_add)
    password = verbs.add_parser("password", help="重设密码")
    password.add_argument("username")
    password.set_defaults(do=do_password)


def _password() -> str:
    if sys.stdin.isatty():
        first = getpass.getpass("密码：")
        if first != getpass.getpass("再输一次："):
            raise Refusal("两次不一样，请重来")
        return first
    return sys.stdin.readline().rstrip("\n")


def do_add(args: argparse.Namespace) -> int:
    """Create somebody, set their password, appoint them."""
    from fengqiao.accounts.actions import create_person, set_password
    from fengqiao.teams.actions import appoint
    from fengqiao.teams.queries import station
    from fengqiao.territory.models import Area

    home = station()
    area = Area.objects.filter(code=args.area).first() if args.area else home.area
    if area is None:
        raise Refusal(f"没有编码为 {args.area} 的辖区")
    with transaction.atomic():
        person = create_person(by=SYSTEM, username=args.username, name=args.name)
        set_password(person, by=SYSTEM, password=_password())
        appoint(person, by=SYSTEM, role=args.role, area=area)
    print(f"已新增 {args.name}，聘任在 {area.name}")
    return 0


def do_password(args: argparse.Namespace) -> int:
    """Set somebody's password anew."""
    from fengqiao.accounts.actions import set_password
    from fengqiao.accounts.models import Person

    person = Person.objects.filter(username=args.username).first()
    if person is None:
        raise Refusal(f"没有登录名是 {args.username} 的人")
    set_password(person, by=SYSTEM, password=_password())
    print("密码已改")
    return 0
