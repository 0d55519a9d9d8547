"""``python -m minzheng.site.safekeeping.prove``: works on a restored copy named by the environment, never on the
running installation. Reads {"record", "gone"} from standard input, prints the list of checks.
"""

from __future__ import annotations

import contextlib
import json
import sys
from typing import Any


def main() -> int:
    order = json.load(sys.stdin)
    with contextlib.redirect_stdout(sys.stderr):
        import django

        django.setup()
        checks = [_migrated(), *_proved(set(order["gone"]))]
        if order["record"] and all(check["ok"] for check in checks):
            _record(order["record"])
    print(json.dumps(checks, ensure_ascii=False))
    return 0


def _migrated() -> dict[str, Any]:
    from minzheng.site import prepare

    try:
        done = prepare.migrate(backup=False)
    except prepare.MigrationFailed as error:
        return _check("migrate", "数据表升级到本程序的版本", False, str(error))
    detail = f"执行了 {len(done)} 个数据表更新" if done else "数据表已是本程序的版本"
    return _check("migrate", "数据表升级到本程序的版本", True, detail)


def _proved(gone: set[str]) -> list[dict[str, Any]]:
    from minzheng.kernel import proofs

    found = []
    for one in proofs.declared().values():
        try:
            result = one.run()
            problems = tuple(text for text in result.problems if text.partition("：")[0] not in gone)
            result = proofs.Finding(result.checked, problems, result.more)
            found.append(_check(one.name, one.title, result.ok, result.detail()))
        except Exception as error:  # a proof that breaks proves nothing; the others still run
            found.append(_check(one.name, one.title, False, f"核对中断（{type(error).__name__}）：{str(error)[:200]}"))
    return found


def _record(reason: str) -> None:
    """The restored installation's own first line after the restore."""
    from minzheng.kernel.audit import services as audit

    audit.record(actor=audit.SYSTEM, action="backup.restore", reason=reason)
    audit.seal_pending()


def _check(name: str, title: str, ok: bool, detail: str) -> dict[str, Any]:
    return {"name": name, "title": title, "ok": ok, "detail": detail}


if __name__ == "__main__":
    sys.exit(main())
