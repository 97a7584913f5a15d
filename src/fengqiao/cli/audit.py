"""audit and keys: check the log, keep checkpoints outside, change the wrapping key."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from django.conf import settings


def register(commands: Any) -> None:
    """Add the commands of this group."""
    verbs = commands.add_parser("audit", help="审计日志").add_subparsers(
        dest="verb", metavar="动作", required=True
    )
    verify = verbs.add_parser("verify", help="从头核对日志，可对照一个校验点")
    verify.add_argument("--checkpoint", type=Path)
    verify.add_argument("--key", default="", help="外人信任的公钥")
    verify.set_defaults(do=do_verify)
    point = verbs.add_parser("checkpoint", help="写出签名的校验点，请存到别处")
    point.add_argument("file", type=Path)
    point.set_defaults(do=do_checkpoint)
    keys = commands.add_parser("keys", help="密钥").add_subparsers(dest="verb", metavar="动作", required=True)
    rotate = keys.add_parser("rotate", help="换一把包装密钥，旧的留着读")
    rotate.set_defaults(do=do_rotate)


def do_verify(args: argparse.Namespace) -> int:
    """Check the whole log."""
    from fengqiao.audit.checkpoints import verify

    verdict = verify(args.checkpoint, key=args.key)
    for fault in verdict.faults:
        print(fault)
    print(f"{verdict.chain.entries} 条，" + ("全部对得上" if not verdict.faults else "有不符"))
    return 1 if verdict.faults else 0


def do_checkpoint(args: argparse.Namespace) -> int:
    """Write a checkpoint."""
    from fengqiao.audit.checkpoints import write_checkpoint

    point = write_checkpoint(args.file)
    print(f"校验点：{point.entries} 条，写到 {args.file}")
    return 0


def do_rotate(args: argparse.Namespace) -> int:
    """Add a wrapping key and bring every sealed row under it; can be stopped and run again."""
    from fengqiao.accounts.models import Person
    from fengqiao.intake.models import Contact
    from fengqiao.lib.crypto.keyring import add_wrapping_key, keyring
    from fengqiao.mediation.models import Party

    path = Path(settings.KEY_FILE)
    keyring()
    number = add_wrapping_key(path)
    done = 0
    for table in (Person, Contact, Party):
        for row in table._default_manager.exclude(wrapped_key=None).iterator(chunk_size=500):
            if row.rewrap():
                row.save(update_fields=["wrapped_key"])
                done += 1
    print(f"第 {number} 把密钥生效，{done} 行换好。请备份 {path}")
    return 0
