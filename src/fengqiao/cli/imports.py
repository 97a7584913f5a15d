"""import: reports, areas, places, villages and roads from files."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from typing import Any

from fengqiao.accounts.scope import SYSTEM
from fengqiao.lib.errors import Refusal


def register(commands: Any) -> None:
    """Add the commands of this group."""
    kinds = commands.add_parser("import", help="导入").add_subparsers(
        dest="kind", metavar="种类", required=True
    )
    reports = kinds.add_parser("reports", help="导入反映（CSV、XLSX）。第二次导入同一份不会增加")
    reports.add_argument("file", type=Path)
    reports.add_argument("--map", default="", help="列对应，如 body=内容,title=标题,reported_at=时间")
    reports.add_argument("--historic", action="store_true", help="已经办完的，只用于查找和学习")
    reports.add_argument("--source", default="", help="编号属于哪个系统")
    reports.add_argument("--json", action="store_true", help="最后一行输出 JSON")
    reports.set_defaults(do=do_reports)
    areas = kinds.add_parser("areas", help="导入辖区（GeoJSON 或区划 CSV）")
    areas.add_argument("file", type=Path)
    areas.add_argument("--under", default="", help="只要以这个开头的编码")
    areas.add_argument("--system", default="", help="坐标系：wgs84 gcj02 bd09 cgcs2000")
    areas.add_argument("--repair", action="store_true", help="修补有问题的边界")
    areas.add_argument("--dry-run", action="store_true", help="只看会怎样，不写入")
    areas.set_defaults(do=do_areas)
    places = kinds.add_parser("places", help="导入场所（CSV、XLSX）")
    places.add_argument("file", type=Path)
    places.add_argument("--system", default="", help="坐标系：wgs84 gcj02 bd09 cgcs2000")
    places.add_argument("--dry-run", action="store_true", help="只看会怎样，不写入")
    places.set_defaults(do=do_places)
    villages = kinds.add_parser(
        "villages", help="导入全国村、社区的名称（CSV 或 Parquet），用来看出说的是不是外地的村"
    )
    villages.add_argument(
        "file", type=Path, nargs="+", help="有 code、name 两列；省、市、县、乡镇的也一起给，可以分几个文件"
    )
    villages.set_defaults(do=do_villages)
    roads = kinds.add_parser("roads", help="导入路网（OpenStreetMap 的 .osm），用来算谁到得最快")
    roads.add_argument("file", type=Path)
    roads.add_argument("--out", type=Path, default=None, help="写到哪里，不写就放进数据目录")
    roads.set_defaults(do=do_roads)


def _file(path: Path) -> Path:
    if not path.is_file():
        raise Refusal(f"没有这个文件：{path}")
    return path


def do_reports(args: argparse.Namespace) -> int:
    """Import reports with proposals; errors by row, progress on the terminal."""
    from fengqiao.intake import imports
    from fengqiao.intake.mapping import parse_mapping
    from fengqiao.teams.queries import station

    station()
    began = time.monotonic()
    job = imports.start_job(
        _file(args.file),
        by=SYSTEM,
        mapping=parse_mapping(args.map) or None,
        origin_name=args.source,
        historic=args.historic,
    )

    def progress(found: Any) -> None:
        if sys.stderr.isatty():
            print(f"\r{found.done} / {found.total}", end="", file=sys.stderr, flush=True)

    done = imports.run(job, progress=progress)
    job.refresh_from_db()
    if sys.stderr.isatty():
        print(file=sys.stderr)
    for error in job.errors[:20]:
        print(f"第 {error['row']} 行：{error['words']}")
    if len(job.errors) > 20:
        print(f"还有 {len(job.errors) - 20} 行，见工作台“导入导出”")
    seconds = time.monotonic() - began
    figures = f"读了 {done['read']} 行，新增 {done['added']}，已有 {done['existing']}，没收 {done['refused']}"
    print(f"{figures}，用时 {seconds:.1f} 秒")
    if args.json:
        print(imports.last_line(job))
    return 0


def _tell(report: Any) -> int:
    for row in [r for r in report.results if r.what == "refused"][:20]:
        print(f"{row}")
    print("已写入" if report.done else "没有写入任何内容")
    return 0 if report.done else 1


def do_areas(args: argparse.Namespace) -> int:
    """Import areas: everything or nothing."""
    from fengqiao.teams.queries import station
    from fengqiao.territory.actions import import_areas

    station()
    report = import_areas(
        _file(args.file),
        by=SYSTEM,
        under=args.under,
        system=args.system,
        repair=args.repair,
        dry_run=args.dry_run,
        source_name=args.file.name,
    )
    return 0 if args.dry_run else _tell(report)


def do_places(args: argparse.Namespace) -> int:
    """Import places: everything or nothing."""
    from fengqiao.territory.actions import import_places

    report = import_places(_file(args.file), by=SYSTEM, system=args.system, dry_run=args.dry_run)
    return 0 if args.dry_run else _tell(report)


def do_villages(args: argparse.Namespace) -> int:
    """Write the file of all villages into the data folder; no database is needed."""
    from django.conf import settings

    from fengqiao.territory.villages import import_villages

    def progress(step: str, share: float) -> None:
        if sys.stderr.isatty():
            print(f"\r{share:4.0%} {step}", end="", file=sys.stderr, flush=True)

    made = import_villages([_file(path) for path in args.file], progress=progress)
    if sys.stderr.isatty():
        print(file=sys.stderr)
    size = Path(settings.VILLAGES_FILE).stat().st_size / 2**20
    print(f"{len(made)} 个村、社区，上级 {made.uppers} 个，{size:.1f} MB：{settings.VILLAGES_FILE}")
    if not made.uppers:
        print("没有省、市、县、乡镇的名称：只能说出代码。请把它们的表一起导入", file=sys.stderr)
    return 0


def do_roads(args: argparse.Namespace) -> int:
    """Write the file of roads, into the data folder or where ``--out`` says; no database is needed."""
    from django.conf import settings

    from fengqiao.territory.roads import import_roads

    path = args.out or Path(settings.ROADS_FILE)
    found, made = import_roads(_file(args.file), path)
    size = path.stat().st_size / 2**20
    print(
        f"{found.ways} 条路，{made.kilometres:.1f} 公里，{made.nodes} 个点，{made.edges} 段，{size:.1f} MB：{path}"
    )
    names = {"foot": "步行", "bike": "骑车", "car": "开车"}
    for one in made.means:
        share = f"最大的连通部分占 {one.largest_share:.1%}（共 {one.parts} 部分）"
        print(f"{names[one.means]} {one.kilometres:.1f} 公里，{share}")
    if found.missing_nodes or found.bad_nodes:
        lost = (
            f"{found.missing_nodes} 个路上的点不在文件里，{found.bad_nodes} 个点的坐标不能用，那里的路断开了"
        )
        print(lost, file=sys.stderr)
    return 0
