"""Pages, search and durable creates at scale, on the embedded database, through the real application.

    python -m benchmarks.serving --size quick     # 20,000 matters
    python -m benchmarks.serving --size full      # 200,000 matters

A year of a town is built by the demonstration and multiplied (see ``benchmarks.scale``); pages are asked for through
Django's test client in one process (no network), creates through the real server over loopback by eight clients
on the same machine. Goals: lists and matter page p95 <= 150 ms, search
p95 <= 500 ms, creates >= 150/s with p99 <= 200 ms and no error. Creates are measured twice: on an empty installation,
and on the one of this size, to which they are added.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

SIZES = {"quick": 20_000, "full": 200_000}
SEED_MATTERS = 1000
CLIENTS, SECONDS = 8, 20.0
WORDS = ("水", "漏水", "电动车充电", "楼道飞线")


def percentile(values: list[float], share: float) -> float:
    """The value below which ``share`` of the values lie."""
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def build(folder: str, matters: int) -> None:
    """The town, then its matters multiplied."""
    command = [sys.executable, "-m", "fengqiao", "demo", "--matters", str(SEED_MATTERS)]
    subprocess.run(
        command, check=True, env={**os.environ, "FENGQIAO_DATA_DIR": folder}, stdout=subprocess.DEVNULL
    )
    from benchmarks.scale import multiply

    print(f"{multiply(matters)} matters", flush=True)


def timed(times: int, do: Callable[[], object]) -> list[float]:
    """Milliseconds of each of ``times`` runs, after one warm-up."""
    do()
    found = []
    for _run in range(times):
        began = time.perf_counter()
        do()
        found.append((time.perf_counter() - began) * 1000)
    return found


def pages() -> dict[str, dict[str, float]]:
    """p50, p95 (ms) and queries of the desk's pages, as the station head."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from fengqiao.accounts.models import Person
    from fengqiao.matters.models import Matter
    from fengqiao.teams.scopes import scope_of

    client = Client()
    head = Person.objects.get(username="station_head")
    client.force_login(head, backend="django.contrib.auth.backends.ModelBackend")
    seen = scope_of(head)
    number = Matter.objects.visible_to(seen).order_by("-id").values_list("number", flat=True)[0]
    paths = {
        "due list": "/desk/due/",
        "all matters": "/desk/matters/",
        "my matters": "/desk/mine/",
        "matter page": f"/desk/matters/{number}/",
        "inbox": "/desk/",
        "board": "/board/",
        "field list": "/field/",
        **{f"search {w}": f"/desk/search/?q={w}" for w in WORDS},
    }
    found = {}
    for name, path in paths.items():
        with CaptureQueriesContext(connection) as captured:
            status = client.get(path).status_code
            queries = len(captured)
        values = timed(40, lambda path=path: client.get(path))
        found[name] = {
            "status": status,
            "queries": queries,
            "p50_ms": round(statistics.median(values), 1),
            "p95_ms": round(percentile(values, 0.95), 1),
        }
    return found


def creates(folder: Path) -> dict[str, float]:
    """Reports over loopback by eight clients, each on a line it keeps open, against a server of its own."""
    from tests.durability.house import House

    house = House(folder)
    folder.mkdir(parents=True, exist_ok=True)
    house.prepare()
    house.start()
    took: list[float] = []
    errors: list[int] = []
    run = int(time.time())  # keys of an earlier run in this folder would give back its reports
    stop = time.monotonic() + SECONDS

    def write(name: int) -> None:
        n, line = 0, http.client.HTTPConnection("127.0.0.1", house.port, timeout=20)
        while time.monotonic() < stop:
            key = f"bench-{run}-{name}-{n}"
            body = json.dumps({"channel": "phone", "text": f"3 栋楼道堵了，编号 {key}"})
            began = time.perf_counter()
            line.request("POST", "/api/v1/reports", body, house.headers(key))
            answer = line.getresponse()
            answer.read()
            took.append((time.perf_counter() - began) * 1000)
            if answer.status not in {200, 201}:
                errors.append(n)
            n += 1

    threads = [threading.Thread(target=write, args=(n,)) for n in range(CLIENTS)]
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        house.kill()
    return {
        "per_second": round(len(took) / SECONDS, 1),
        "p50_ms": round(statistics.median(took), 1),
        "p99_ms": round(percentile(took, 0.99), 1),
        "errors": len(errors),
    }


def measured_creates(folder: Path) -> list[str]:
    """Creates on an empty installation and on the one in ``folder``; the names of what missed its goal."""
    places = {"creates": folder / "creates"}
    if (folder / "fengqiao.db").exists():
        places["creates at size"] = folder
    missed = []
    for name, place in places.items():
        row = creates(place)
        print(f"{name:<16} {json.dumps(row)}")
        if row["per_second"] < 150 or row["p99_ms"] > 200 or row["errors"]:
            missed.append(name)
    return missed


def main() -> int:
    """Measure, print, compare with the goals."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--size", choices=SIZES, default="quick")
    parser.add_argument("--goal", choices=["on", "off"], default="on")
    parser.add_argument("--only", choices=["pages", "creates"])
    parser.add_argument("--folder", help="a data folder an earlier run built; made when it is not there")
    args = parser.parse_args()
    folder = args.folder or tempfile.mkdtemp(prefix="fengqiao-bench-")
    built = (Path(folder) / "fengqiao.db").exists()
    os.environ |= {
        "FENGQIAO_DATA_DIR": folder,
        "DJANGO_SETTINGS_MODULE": "fengqiao.settings",
        "FENGQIAO_TEST": "1",
    }
    os.environ["FENGQIAO_ALLOWED_HOSTS"] = "testserver,127.0.0.1"
    import django

    django.setup()
    missed = []
    if args.only != "creates":
        if not built:
            build(folder, SIZES[args.size])
        for name, row in pages().items():
            limit = 500 if name.startswith("search") else 150
            print(f"{name:<16} {json.dumps(row)}")
            if row["p95_ms"] > limit or row["queries"] > 25:
                missed.append(name)
    if args.only != "pages":
        missed += measured_creates(Path(folder))
    print("goals met" if not missed else f"below goal: {', '.join(missed)}")
    return 1 if missed and args.goal == "on" else 0


if __name__ == "__main__":
    sys.exit(main())
