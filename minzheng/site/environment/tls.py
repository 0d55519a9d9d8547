"""HTTPS by the platform itself: the certificate and key named in the environment, checked before anything starts."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from minzheng.site.errors import BadSetting

CERT, KEY, REDIRECT = "MINZHENG_TLS_CERT", "MINZHENG_TLS_KEY", "MINZHENG_TLS_REDIRECT_PORT"


@dataclass(frozen=True)
class Pair:
    """Paths of the certificate chain and of its private key."""

    certificate: Path
    key: Path


def pair() -> Pair | None:
    """What the environment names; None without any. Raises BadSetting when only one of the two is named."""
    certificate, key = os.environ.get(CERT, ""), os.environ.get(KEY, "")
    if not certificate and not key:
        return None
    if not certificate or not key:
        missing = KEY if certificate else CERT
        raise BadSetting(f"设了 {CERT if certificate else KEY}，还要设 {missing}：证书和私钥要成对给出。")
    return Pair(Path(certificate).absolute(), Path(key).absolute())


def check(found: Pair) -> None:
    """Raises BadSetting, in a sentence, for what the web server would only stumble over: unreadable files, a key in
    another form or of another certificate, a certificate that has run out.
    """
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    chain, secret = _read(found.certificate, CERT), _read(found.key, KEY)
    try:
        certificate = x509.load_pem_x509_certificates(chain)[0]
    except ValueError:
        raise BadSetting(f"{CERT} 指的 {found.certificate} 不是 PEM 格式的证书；请换成证书链文件。") from None
    if b"BEGIN PRIVATE KEY" not in secret:
        raise BadSetting(
            f"{KEY} 指的 {found.key} 不是不加口令的 PKCS#8 私钥；"
            f"请用 openssl pkcs8 -topk8 -nocrypt -in 原私钥 -out 新私钥 转换。"
        )
    try:
        key = load_pem_private_key(secret, password=None)
    except ValueError:
        raise BadSetting(f"{KEY} 指的 {found.key} 读不出私钥，文件可能损坏；请重新取得。") from None
    if key.public_key() != certificate.public_key():
        raise BadSetting(f"{found.key} 不是证书 {found.certificate} 的私钥；请核对两个文件是否配对。")
    if certificate.not_valid_after_utc <= datetime.now(UTC):
        raise BadSetting(f"证书 {found.certificate} 已于 {certificate.not_valid_after_utc:%Y-%m-%d} 过期；请换新证书。")


def days_left(found: Pair) -> int:
    """Whole days until the certificate runs out (negative when it has)."""
    from cryptography import x509

    certificate = x509.load_pem_x509_certificates(found.certificate.read_bytes())[0]
    return (certificate.not_valid_after_utc - datetime.now(UTC)).days


def _read(path: Path, name: str) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise BadSetting(f"{name} 指的文件 {path} 读不了（{error.strerror}）；请核对位置与权限。") from None
