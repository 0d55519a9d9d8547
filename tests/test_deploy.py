"""Deployment files: the real checkers where the machine has them, else the same points read from the text."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from minzheng.site.deploy import files
from minzheng.site.deploy.cli import deploy
from minzheng.site.errors import BadSetting
from minzheng.site.paths import PACKAGE
from tests.test_environment import make_pair

NGINX = shutil.which("nginx") or os.environ.get("NGINX", "")
CADDY = shutil.which("caddy")


def printed(*arguments: str) -> str:
    done = CliRunner().invoke(deploy, list(arguments))
    assert done.exit_code == 0, done.output
    return done.output


@pytest.fixture
def unit(tmp_path: Path) -> Path:
    path = tmp_path / "minzheng.service"
    path.write_text(printed("systemd", "--user", "minzheng", "--var", str(tmp_path), "--dir", str(PACKAGE.parent)))
    return path


def test_单元里的命令和位置都真有(unit: Path) -> None:
    said = dict(re.findall(r"^(ExecStart|WorkingDirectory|User)=(.+)$", unit.read_text(), re.MULTILINE))
    command = said["ExecStart"].split()
    assert Path(command[0]).is_file() and os.access(command[0], os.X_OK)
    done = subprocess.run([*command[:2], "--help"], capture_output=True, text=True, check=False)
    assert done.returncode == 0 and command[2] in done.stdout
    assert Path(said["WorkingDirectory"]).is_dir()
    assert said["User"] == "minzheng"


def test_每个占位都填了_没有写死的路径(unit: Path) -> None:
    assert not re.search(r"\$[a-z{]", unit.read_text())
    for template in files.TEMPLATES.iterdir():
        assert "/work" not in template.read_text(encoding="utf-8")


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="没有 systemd-analyze")
def test_systemd认可这个单元_暴露面小(unit: Path) -> None:
    done = subprocess.run(["systemd-analyze", "verify", str(unit)], capture_output=True, text=True, check=False)
    assert done.returncode == 0 and unit.name not in done.stderr, done.stderr
    rated = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", "--threshold=20", "--no-pager", str(unit)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert rated.returncode == 0, rated.stdout[-400:]  # threshold in tenths: at most 2.0, "OK"


@pytest.mark.parametrize(
    "line",
    ["NoNewPrivileges=yes", "ProtectSystem=strict", "PrivateTmp=yes", "UMask=0077", "CapabilityBoundingSet=",
     "RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6", "SystemCallFilter=@system-service", "Type=notify"],
)  # fmt: skip
def test_加固的指令一条不少(unit: Path, line: str) -> None:
    assert line in unit.read_text().splitlines()


def test_低端口才给绑定权限() -> None:
    assert "AmbientCapabilities=CAP_NET_BIND_SERVICE" in printed("systemd", "--port", "443")
    assert "CAP_NET_BIND_SERVICE" not in printed("systemd", "--port", "8000")


def test_不肯用root运行_路径不能有空格() -> None:
    service = files.Service("root", Path("/a"), Path("/b"), Path("/c"))
    with pytest.raises(BadSetting, match="root"):
        files.unit(service)
    with pytest.raises(BadSetting, match="空格"):
        files.unit(files.Service("minzheng", Path("/a b"), Path("/b"), Path("/c")))


def test_nginx配置(tmp_path: Path) -> None:
    text = printed("nginx", "--name", "mz.example", "--port", "8123", *_pair(tmp_path))
    for line in ("server 127.0.0.1:8123;", "proxy_set_header X-Forwarded-For $remote_addr;", "access_log off;",
                 "proxy_set_header Host $host;", "return 308 https://$host$request_uri;", "location = /metrics"):  # fmt: skip
        assert line in text
    assert text.count("{") == text.count("}")
    if not NGINX:
        return
    (tmp_path / "site.conf").write_text(text.replace("/var/log/nginx/", f"{tmp_path}/"))
    places = "".join(
        f"{kind}_temp_path {tmp_path}/{kind}; " for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (tmp_path / "nginx.conf").write_text(
        f"pid {tmp_path}/pid; error_log stderr; events {{}} http {{ {places} access_log off; include {tmp_path}/site.conf; }}"
    )
    done = subprocess.run(
        [NGINX, "-t", "-q", "-c", str(tmp_path / "nginx.conf")], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_caddy配置(tmp_path: Path) -> None:
    text = printed("caddy", "--name", "mz.example", "--port", "8123", *_pair(tmp_path))
    for line in ("reverse_proxy 127.0.0.1:8123 {", "header_up X-Forwarded-For {remote_host}", "respond /metrics 404"):
        assert line in text
    assert text.count("{") == text.count("}")
    if CADDY:
        (tmp_path / "Caddyfile").write_text(text)
        done = subprocess.run(
            [CADDY, "validate", "--adapter", "caddyfile", "--config", str(tmp_path / "Caddyfile")],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr


def _pair(folder: Path) -> tuple[str, ...]:
    pair = make_pair(folder)
    return "--cert", str(pair.certificate), "--key", str(pair.key)


@pytest.mark.django_db
def test_报警规则里的每个指标平台都真给() -> None:
    from minzheng.site.metrics import counting, endpoint

    counting.request_served("cases.list", 200, 0.1)
    counting.database_error("OperationalError")
    with counting.job_run():
        pass
    given = set(re.findall(r"^# TYPE (\S+)", endpoint.text().decode(), re.MULTILINE))
    given |= {f"{name}_bucket" for name in given}
    rules = yaml.safe_load(printed("alerts"))["groups"][0]["rules"]
    assert len(rules) >= 12
    for rule in rules:
        for name in re.findall(r"minzheng_[a-z_]+", rule["expr"]):
            # told only when there is something to tell: no backup yet, no certificate of our own
            assert name in given or name.startswith(("minzheng_backup_", "minzheng_certificate_")), name
        assert rule["annotations"]["summary"]
