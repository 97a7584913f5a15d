"""migrate, serve, tick, check-data: running an installation."""

from __future__ import annotations

import argparse
import json
import os
import threading
import time
from typing import Any

from django.conf import settings
from django.core.management import call_command

from fengqiao.lib import clock


def register(commands: Any) -> None:
    """Add the commands of this group."""
    migrate = commands.add_parser("migrate", help="建立或升级数据库")
    migrate.set_defaults(do=do_migrate)
    serve = commands.add_parser("serve", help="启动服务")
    serve.add_argument("--host", default="127.0.0.1")
    serve.add_argument("--port", type=int, default=8311)
    serve.add_argument("--workers", type=int, default=2)
    serve.add_argument("--no-tick", action="store_true", help="时钟另由系统定时任务推动")
    serve.set_defaults(do=do_serve)
    tick = commands.add_parser("tick", help="推动时钟：提醒、上报、承诺到期。可重复运行")
    tick.add_argument("--json", action="store_true")
    tick.set_defaults(do=do_tick)
    check = commands.add_parser("check-data", help="核对数据：在办的事都有负责人、下一步和时间")
    check.set_defaults(do=do_check)


def do_migrate(args: argparse.Namespace) -> int:
    """Create or upgrade the tables; keys are made at first use."""
    call_command("migrate", interactive=False, verbosity=0)
    print("数据库已就绪")
    return 0


def collect_static() -> None:
    """Put the static files where the server takes them from, compressed."""
    if not settings.DEBUG:
        call_command("collectstatic", interactive=False, verbosity=0)


def serve(host: str, port: int, workers: int) -> None:
    """Serve until stopped: granian, WSGI, ``workers`` processes with two threads each.

    More threads share one interpreter and wait for it while they hold the writer gate: with four a worker, an eighth
    fewer reports were taken in a second.
    """
    from granian import Granian
    from granian.constants import Interfaces

    os.environ["FENGQIAO_STATIC_READY"] = "1"
    Granian(
        "fengqiao.wsgi:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=2,
        backlog=1024,
        log_access=False,
        websockets=False,
    ).serve()


def do_serve(args: argparse.Namespace) -> int:
    """Serve, with the clocks driven from here unless told otherwise."""
    collect_static()
    if not args.no_tick:
        threading.Thread(target=tick_forever, name="fengqiao-tick", daemon=True).start()
    serve(args.host, args.port, args.workers)
    return 0


def tick_forever() -> None:
    """Drive the clocks once a minute, for as long as the server runs; a lost database is said and waited for."""
    from django.db import DatabaseError, close_old_connections

    while True:
        time.sleep(60)
        try:
            tick_all()
        except DatabaseError as error:
            print(f"时钟这一轮没有走成：{error}", flush=True)
        finally:
            close_old_connections()


def tick_all() -> dict[str, dict[str, int]]:
    """One round of every clock of the house, and a look at what the database knows of its tables."""
    from fengqiao.accounts.answers import forget_old
    from fengqiao.intake.models import Report
    from fengqiao.intake.tick import tick as intake_tick
    from fengqiao.lib.db.statistics import refresh_statistics
    from fengqiao.matters.models import Event, Matter
    from fengqiao.matters.tick import tick as matters_tick
    from fengqiao.mediation.tick import tick as mediation_tick

    at = clock.now()
    refresh_statistics(model._meta.db_table for model in (Report, Matter, Event))
    return {
        "accounts": {"answers_dropped": forget_old(at)},
        "intake": intake_tick(at=at),
        "matters": matters_tick(at=at),
        "mediation": mediation_tick(at=at),
    }


def do_tick(args: argparse.Namespace) -> int:
    """Bring all clocks up to now."""
    done = tick_all()
    if args.json:
        print(json.dumps(done))
        return 0
    moved = {k: v for room in done.values() for k, v in room.items() if v}
    print("没有要推动的" if not moved else "，".join(f"{k} {v}" for k, v in moved.items()))
    return 0


def do_check(args: argparse.Namespace) -> int:
    """Check the named invariants on live data."""
    from fengqiao.cli._invariants import broken

    faults = broken()
    for line in faults:
        print(line)
    print("数据核对通过" if not faults else f"{len(faults)} 处不符")
    return 1 if faults else 0
