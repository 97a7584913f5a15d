"""demo: a synthetic township to try everything on."""

from __future__ import annotations

import argparse
import json
import os
import threading
import time
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.db import connections

from fengqiao.cli.server import collect_static, serve, tick_forever
from fengqiao.demo.scales import PRESETS, scale_named, scale_of_place
from fengqiao.lib.errors import Refusal
from fengqiao.lib.place_config import list_places, load_place

DOORS = (
    ("portal", "/", "居民微警务，不用登录", ""),
    ("desk", "/desk/", "工作台：值班民警", "duty_officer"),
    ("field", "/field/", "随身：网格员", "grid_worker"),
    ("board", "/board/", "大屏：所长", "station_head"),
    ("api", "/api/v1/openapi.json", "接口说明", ""),
)


def register(commands: Any) -> None:
    """Add the commands of this group."""
    demo = commands.add_parser("demo", help="建一个虚构的镇来试用")
    demo.add_argument("--place", choices=list_places(), help="按这个地方的配置和规模来建")
    demo.add_argument("--scale", choices=sorted(PRESETS), help="规模，默认 town")
    demo.add_argument("--seed", type=int, default=1, help="同一个数字建出同一个镇")
    demo.add_argument("--matters", type=int, help="一年的事项件数")
    demo.add_argument("--reset", action="store_true", help="清空重来")
    demo.add_argument("--serve", action="store_true", help="建好以后启动服务")
    demo.add_argument("--host", default="127.0.0.1")
    demo.add_argument("--port", type=int, default=8311)
    demo.set_defaults(do=do_demo)


def _note() -> Path:
    return Path(settings.DATA_DIR) / "demo.json"


def do_demo(args: argparse.Namespace) -> int:
    """Build the township once (a second start keeps it), then serve if asked."""
    began = time.monotonic()
    if args.reset:
        _wipe()
    known = json.loads(_note().read_text(encoding="utf-8")) if _note().exists() else {}
    wanted = {"place": args.place, "scale": args.scale}
    changed = [k for k, v in wanted.items() if v and known and known.get(k) != v]
    if changed:
        raise Refusal("这里已经有另一个演示。要换地方或规模，请加 RESET=1（命令行加 --reset）")
    place = args.place or known.get("place") or ""
    if place:
        os.environ["FENGQIAO_PLACE"] = place
    os.environ["FENGQIAO_DEMO"] = "1"
    settings.DEMO = True
    call_command("migrate", interactive=False, verbosity=0)
    if not known:
        _build(args, place)
    if args.serve:
        collect_static()
        _print_doors(args, time.monotonic() - began)
        threading.Thread(target=tick_forever, name="fengqiao-tick", daemon=True).start()
        connections.close_all()
        serve(args.host, args.port, 2)
    return 0


def _wipe() -> None:
    """Empty the demonstration: never anything else than a demonstration."""
    database = settings.DATABASES["default"]
    if not _note().exists() and _has_data():
        raise Refusal("这里的数据不是演示数据，不会清空。请换一个 FENGQIAO_DATA_DIR")
    connections.close_all()
    if "sqlite" in database["ENGINE"]:
        for suffix in ("", "-wal", "-shm", ".gate"):
            Path(f"{database['NAME']}{suffix}").unlink(missing_ok=True)
    elif _has_data():
        call_command("flush", interactive=False, verbosity=0)
    _note().unlink(missing_ok=True)


def _has_data() -> bool:
    from fengqiao.territory.models import Area

    call_command("migrate", interactive=False, verbosity=0)
    return Area.objects.exists()


def _build(args: argparse.Namespace, place: str) -> None:
    from fengqiao.demo.build import build

    if _has_data():
        raise Refusal("这个数据库里已经有数据，演示要建在空的数据库里。请换一个 FENGQIAO_DATA_DIR")
    scale = (
        scale_of_place(load_place(place)) if place and not args.scale else scale_named(args.scale or "town")
    )
    built = build(
        seed=args.seed, scale=scale, matters=args.matters, say=lambda words: print(words, flush=True)
    )
    note = {"place": place, "scale": args.scale, "seed": args.seed, **built}
    _note().write_text(json.dumps(note, ensure_ascii=False), encoding="utf-8")


def _print_doors(args: argparse.Namespace, seconds: float) -> None:
    from fengqiao.demo.load import DEMO_PASSWORD

    base = f"http://{args.host}:{args.port}"
    print(f"\n演示已就绪（{seconds:.0f} 秒）。所有演示账号的密码：{DEMO_PASSWORD}\n")
    for _key, path, words, account in DOORS:
        who = f"  账号 {account}" if account else ""
        print(f"  {base}{path:<24}{words}{who}")
    print("\n停止：Ctrl+C。再次启动保留数据；RESET=1 清空重来\n", flush=True)
