"""Settings: known names, kinds, hosts, trusted proxies, dangerous combinations, certificates."""

from __future__ import annotations

import datetime
import re
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from minzheng.site.environment import dangers, network, reading, tls
from minzheng.site.environment.table import BY_NAME, TABLE, handbook_rows
from minzheng.site.errors import BadSetting
from minzheng.site.paths import PACKAGE

ROOT = PACKAGE.parent


def test_代码里用到的环境变量都在设置表里() -> None:
    used = set()
    for folder in ("minzheng", "bench", "stories", "scripts"):
        for path in (ROOT / folder).rglob("*.py"):
            used |= set(re.findall(r'environ[^"\n]{0,24}"(MINZHENG_[A-Z_]+)"', path.read_text(encoding="utf-8")))
    assert used
    assert used - set(BY_NAME) == set()


def test_设置表没有重名_每项都有说明() -> None:
    assert len(BY_NAME) == len(TABLE)
    assert all(one.use and (one.group or one.internal) for one in TABLE)


def test_手册里的设置表就是这张表() -> None:
    handbook = (ROOT / "docs" / "handbook" / "05-管理员运维.md").read_text(encoding="utf-8")
    assert "\n".join(handbook_rows()) in handbook


def test_不认识的变量猜出想写的是哪一个() -> None:
    found = reading.unknown({"MINZHENG_PROXEIS": "10.0.0.1", "MINZHENG_VAR": "x", "HOME": "/"})
    assert len(found) == 1
    assert "MINZHENG_PROXEIS" in found[0] and "是不是 MINZHENG_PROXIES" in found[0]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "70000"), ("MINZHENG_HTTPS", "yes"), ("MINZHENG_PUBLIC_URL", "a.example"),
        ("MINZHENG_PROXIES", "10.0.0.300"), ("MINZHENG_ACCESS_LOG_DAYS", "半年"), ("MINZHENG_TODAY", "2026-13-01"),
        ("MINZHENG_TLS_CERT", "/no/such/file.pem"),
    ],
)  # fmt: skip
def test_写错的值指名变量并说怎么写(name: str, value: str) -> None:
    found = reading.wrong({name: value})
    assert len(found) == 1
    assert name in found[0] and "应为" in found[0]


def test_写错的机密值不复述() -> None:
    found = reading.wrong({"MINZHENG_DATABASE_URL": "mysql://u:secret@h/d"})
    assert "secret" not in found[0]


class Test地址:
    def test_网段里的地址都算_不是地址的不算(self) -> None:
        known = network.AddressSet(["10.1.0.0/16", "::1"])
        assert "10.1.2.3" in known and "::1" in known and "::ffff:10.1.2.3" in known
        assert "10.2.0.1" not in known and "10.1.2.3, 8.8.8.8" not in known and "" not in known

    def test_听所有网卡而没有写域名时只认本机地址和公开网址(self) -> None:
        hosts = network.allowed_hosts("0.0.0.0", "https://mz.example", [])
        assert "*" not in hosts
        assert {"127.0.0.1", "localhost", "[::1]", "mz.example"} <= set(hosts)
        assert "evil.example" not in hosts
        assert set(network.own_addresses()) <= {host.strip("[]") for host in hosts}

    def test_写了域名就只认它们_本机自查仍可以(self) -> None:
        hosts = network.allowed_hosts("0.0.0.0", "https://mz.example", ["a.example"])
        assert set(hosts) == {"127.0.0.1", "localhost", "[::1]", "mz.example", "a.example"}


class Test危险组合:
    @staticmethod
    def of(tmp_path: Path, environment: dict[str, str], demo: bool = False) -> list[str]:
        tmp_path.chmod(0o700)
        found = dangers.dangers(environment, var=tmp_path, ring=tmp_path / "keys" / "ring.json", demo_loaded=demo)
        return [one.sentence for one in found if one.certain]

    def test_只在本机用时没有危险(self, tmp_path: Path) -> None:
        assert self.of(tmp_path, {}, demo=True) == []

    @pytest.mark.parametrize(
        ("environment", "word"),
        [
            ({"HOST": "0.0.0.0"}, "没有 HTTPS"),
            ({"HOST": "10.1.2.3"}, "没有 HTTPS"),
            ({"MINZHENG_DEBUG": "1", "MINZHENG_PUBLIC_URL": "https://mz.example"}, "MINZHENG_DEBUG"),
            ({"MINZHENG_HOSTS": "*"}, "任何域名"),
            ({"MINZHENG_PROXIES": "0.0.0.0/0"}, "伪造来源地址"),
            ({"MINZHENG_ACCESS_LOG_DAYS": "30"}, "六个月"),
            ({"MINZHENG_TODAY": "2026-01-01"}, "时限"),
            ({"MINZHENG_METRICS_TOKEN": "short"}, "猜得出来"),
        ],
    )  # fmt: skip
    def test_危险的写法逐条指出(self, tmp_path: Path, environment: dict[str, str], word: str) -> None:
        assert any(word in sentence for sentence in self.of(tmp_path, environment))

    def test_示范县加公开网址是危险的(self, tmp_path: Path) -> None:
        found = self.of(tmp_path, {"MINZHENG_PUBLIC_URL": "https://mz.example"}, demo=True)
        assert any("示范账号" in sentence for sentence in found)

    def test_密钥与备份放在一起是危险的(self, tmp_path: Path) -> None:
        (tmp_path / "backups").mkdir()
        (tmp_path / "backups" / "ring.json").write_text("{}")
        assert any("密钥与备份放在一起" in sentence for sentence in self.of(tmp_path, {}))

    def test_运行数据谁都能写是危险的(self, tmp_path: Path) -> None:
        tmp_path.chmod(0o777)
        found = dangers.dangers({}, var=tmp_path, ring=tmp_path / "ring.json", demo_loaded=False)
        assert any("谁都能写" in one.sentence for one in found)


def make_pair(folder: Path, *, days: int = 90, traditional: bool = False) -> tls.Pair:
    """A self-made certificate for 127.0.0.1 and mz.example."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mz.example")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=100)).not_valid_after(now + datetime.timedelta(days=days))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("mz.example"), x509.DNSName("localhost")]), False)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    form = serialization.PrivateFormat.TraditionalOpenSSL if traditional else serialization.PrivateFormat.PKCS8
    found = tls.Pair(folder / "cert.pem", folder / "key.pem")
    found.certificate.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    found.key.write_bytes(key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()))
    return found


class Test证书:
    def test_好的证书通过_剩余天数算得出(self, tmp_path: Path) -> None:
        pair = make_pair(tmp_path)
        tls.check(pair)
        assert 88 <= tls.days_left(pair) <= 90

    def test_过期_配错_格式不对_各说各的(self, tmp_path: Path) -> None:
        with pytest.raises(BadSetting, match="过期"):
            tls.check(make_pair(tmp_path, days=-1))
        with pytest.raises(BadSetting, match="pkcs8"):
            tls.check(make_pair(tmp_path, traditional=True))
        other = tmp_path / "other"
        other.mkdir()
        with pytest.raises(BadSetting, match="配对"):
            tls.check(tls.Pair(make_pair(tmp_path).certificate, make_pair(other).key))
        with pytest.raises(BadSetting, match="读不了"):
            tls.check(tls.Pair(tmp_path / "none.pem", tmp_path / "key.pem"))

    def test_只给证书不给私钥要说缺哪个(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv(tls.CERT, "c.pem")
        monkeypatch.delenv(tls.KEY, raising=False)
        with pytest.raises(BadSetting, match=tls.KEY):
            tls.pair()
