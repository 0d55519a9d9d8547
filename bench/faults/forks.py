"""``python -m bench.faults.forks``: the command line of the platform, loaded once; every request runs in a process of its
own, forked from it, which may be killed like any other. Requests and answers are lines of JSON:

in ``{"arguments": ["payrun", "show", …], "out": FILE}`` (``["@pay_key", …]``: a question of ours, see inside.py); out ``{"pid": n}`` at once, then ``{"code": exit code}`` (minus
the signal that ended it). What the command says is in FILE, what it complains of in FILE.err.
"""

from __future__ import annotations

import json
import os
import sys


def main() -> None:
    from minzheng.site import cli

    cli._set_up_django()
    _load()
    sys.stdout.write('{"ready": true}\n')
    sys.stdout.flush()
    for line in sys.stdin:
        asked = json.loads(line)
        pid = os.fork()
        if pid == 0:
            os._exit(_child(asked["arguments"], asked["out"]))
        _tell(pid=pid)
        _, status = os.waitpid(pid, 0)
        _tell(code=os.waitstatus_to_exitcode(status))


def _load() -> None:
    """Everything that a command would load before its first question to the database, once and not in every fork."""
    import minzheng.kernel.payruns.cli
    import minzheng.kernel.payruns.services  # noqa: F401
    from minzheng.kernel.discovery import import_all
    from minzheng.kernel.items import registry
    from minzheng.policy import load_ruleset

    for name in ("proofs", "pay_findings", "jobs", "fund_uses"):
        import_all(name)
    registry.all_items()
    load_ruleset()


def _tell(**said: int) -> None:
    sys.stdout.write(json.dumps(said) + "\n")
    sys.stdout.flush()


def _child(arguments: list[str], out: str) -> int:
    """Run as `minzheng …` does, its exit code included."""
    from minzheng.site import cli, click_zh

    for number, path in ((1, out), (2, f"{out}.err")):
        os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), number)
    click_zh.install()
    try:
        code = _ask(*arguments) if arguments[0].startswith("@") else cli.run(arguments)
    except SystemExit as stop:
        code = stop.code if isinstance(stop.code, int) else 1
    except BaseException:
        import traceback

        traceback.print_exc()
        code = 70
    sys.stdout.flush()
    sys.stderr.flush()
    return code


def _ask(what: str, given: str) -> int:
    from bench.faults import paying_inside

    sys.stdout.write(json.dumps({"@pay_key": paying_inside.key}[what]({"no": given})))
    return 0


if __name__ == "__main__":
    main()
