"""bundle: carry reports, matters and replies between two separate networks as signed files."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from fengqiao.accounts.scope import SYSTEM


def register(commands: Any) -> None:
    """Add the commands of this group."""
    verbs = commands.add_parser("bundle", help="内外网交换").add_subparsers(
        dest="verb", metavar="动作", required=True
    )
    out = verbs.add_parser("export", help="写出一个签名的文件")
    out.add_argument("file", type=Path)
    out.add_argument("--peer", default="", help="给哪个单位（名称）")
    out.set_defaults(do=do_export)
    into = verbs.add_parser("import", help="读入一个文件；重复读入不会增加")
    into.add_argument("file", type=Path)
    into.set_defaults(do=do_import)
    trust = verbs.add_parser("trust", help="信任一个单位的密钥，指纹要和对方核对过")
    trust.add_argument("file", type=Path, help="对方写出的任一文件")
    trust.add_argument("--name", required=True, help="对方单位的名称")
    trust.add_argument("--fingerprint", required=True, help="对方报来的指纹")
    trust.set_defaults(do=do_trust)
    key = verbs.add_parser("key", help="本单位的指纹，报给对方核对")
    key.set_defaults(do=do_key)


def do_export(args: argparse.Namespace) -> int:
    """Write a bundle."""
    from fengqiao.intake.bundle_out import export_bundle
    from fengqiao.intake.models import BundlePeer
    from fengqiao.lib.errors import Refusal

    peer = BundlePeer.objects.filter(name=args.peer).first() if args.peer else None
    if args.peer and peer is None:
        raise Refusal(f"还没有信任叫“{args.peer}”的单位")
    counts = export_bundle(args.file, by=SYSTEM, peer=peer)
    print("写出：" + "，".join(f"{k} {v}" for k, v in counts.items()))
    return 0


def do_import(args: argparse.Namespace) -> int:
    """Read a bundle."""
    from fengqiao.intake.bundles import import_bundle
    from fengqiao.teams.queries import station

    station()
    counts = import_bundle(args.file, by=SYSTEM)
    print("读入：" + "，".join(f"{k} {v}" for k, v in counts.items()))
    return 0


def do_trust(args: argparse.Namespace) -> int:
    """Trust the signer of a bundle after its fingerprint was compared."""
    from fengqiao.intake.bundle_keys import trust_peer
    from fengqiao.intake.bundles import signer_of

    signer = signer_of(args.file)
    trust_peer(
        by=SYSTEM,
        name=args.name,
        station_uid=signer.station_uid,
        public_key=signer.public_key,
        confirmed=args.fingerprint,
    )
    print(f"已信任 {args.name}")
    return 0


def do_key(args: argparse.Namespace) -> int:
    """Print the own fingerprint."""
    from fengqiao.intake.bundle_keys import own_fingerprint

    print(own_fingerprint())
    return 0
