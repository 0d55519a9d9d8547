"""Exporting a volume: one ZIP with every paper, its catalogue as PDF, JSON and XML, and the signature; read back before
it leaves the house.
"""

from __future__ import annotations

import io
import json
import re
import zipfile
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

from minzheng.kernel import clock
from minzheng.kernel.archives import contents, services
from minzheng.kernel.archives.errors import ArchiveError
from minzheng.kernel.cases.running.evidence import canonical
from minzheng.kernel.crypto import signing
from minzheng.kernel.crypto.sealing import sm3
from minzheng.kernel.documents.catalogue import elements
from minzheng.kernel.documents.catalogue import notices as catalogue
from minzheng.kernel.documents.typesetting import rendering

if TYPE_CHECKING:
    from minzheng.kernel.accounts.actors import Actor
    from minzheng.kernel.archives.models import Volume, VolumeItem

CATALOGUE, XML_NAME, PDF_NAME, SEAL = "目录.json", "目录.xml", "目录.pdf", "签名.json"
_SUFFIXES = {"application/pdf": "pdf", "image/jpeg": "jpg", "image/png": "png", contents.JSON: "json"}
#: Longest name of a file inside the ZIP, without number and suffix.
_LONGEST = 60


def export(*, volume: Volume, purpose: str, actor: Actor) -> bytes:
    """The ZIP of a volume, its export noted with the purpose."""
    services.use(volume=volume, what="export", purpose=purpose, actor=actor)
    return bundle(volume)


def bundle(volume: Volume) -> bytes:
    """The ZIP itself, for an export that was noted before. ArchiveError when anything does not match."""
    rows = list(volume.items.all())
    data = canonical(services.manifest(volume, rows))
    if sm3(data) != volume.manifest_sha:
        raise ArchiveError(f"案卷 {volume.no} 的目录与封存时不符，不能导出：请报告审计人员。")
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as files:
        files.writestr(CATALOGUE, data)
        files.writestr(XML_NAME, _xml(json.loads(data)))
        files.writestr(PDF_NAME, index_pdf(volume, rows))
        files.writestr(SEAL, canonical(_seal(volume)))
        for row in rows:
            if row.destroyed_at is None:
                row.volume = volume
                content, content_type = contents.content(row)
                files.writestr(_name(row, content_type), content)
    problems = verify(out.getvalue())
    if problems:
        raise ArchiveError("导出的文件没有通过回读核对：" + "".join(problems))
    return out.getvalue()


def _seal(volume: Volume) -> dict[str, Any]:
    """The signature made when the volume was closed, with the key to check it against."""
    return {"manifest_sm3": volume.manifest_sha, "signature": volume.signature, "public_key": signing.public_key()}


def _name(row: VolumeItem, content_type: str) -> str:
    safe = re.sub(r"[^\w（）〔〕·—-]+", "_", row.title)[:_LONGEST] or row.kind
    return f"{row.seq:03d}-{safe}.{_SUFFIXES.get(content_type, 'bin')}"


def _xml(said: dict[str, Any]) -> bytes:
    root = ElementTree.Element("案卷")
    for key, value in said.items():
        if key != "items":
            ElementTree.SubElement(root, key).text = str(value)
    listed = ElementTree.SubElement(root, "卷内文件")
    for one in said["items"]:
        entry = ElementTree.SubElement(listed, "件", {"件号": str(one["seq"])})
        for key in ("title", "kind", "date", "pages", "sm3"):
            ElementTree.SubElement(entry, key).text = str(one[key])
    return bytes(ElementTree.tostring(root, encoding="utf-8", xml_declaration=True))


def index_pdf(volume: Volume, rows: list[VolumeItem]) -> bytes:
    """卷内文件目录 as PDF."""
    form = catalogue.FORMS["F04"]
    kept = elements.stored(
        form,
        {
            "matter": volume.title,
            "no": volume.no,
            "retention": volume.retention,
            "destroy_after": volume.destroy_after.isoformat() if volume.destroy_after else "永久",
            "pages": volume.pages,
            "rows": [
                {
                    "seq": str(row.seq),
                    "title": row.title,
                    "date": row.made_on.isoformat(),
                    "pages": str(row.pages),
                    "sha": row.sha,
                    "note": f"已销毁：{row.destroyed_why}" if row.destroyed_at else "",
                }
                for row in rows
            ],
            "manifest": volume.manifest_sha,
        },
    )
    return rendering.render(
        form,
        kept | {"title": form.suffix, "internal_no": volume.no, "addressee": volume.title},
        issued_on=clock.today().isoformat(),
    )


def verify(data: bytes, public_key: str = "") -> list[str]:
    """Everything wrong with an exported volume, as sentences; an empty list means that it is whole and genuine.

    ``public_key``: the key that is known from elsewhere; without it the one inside is used, which proves only that
    nothing changed since it was signed."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as files:
            return _problems(files, public_key)
    except (zipfile.BadZipFile, KeyError, ValueError, OSError) as error:
        return [f"文件打不开或者不完整（{type(error).__name__}）。"]


def _problems(files: zipfile.ZipFile, public_key: str) -> list[str]:
    manifest = files.read(CATALOGUE)
    seal = json.loads(files.read(SEAL))
    problems = []
    if sm3(manifest) != seal["manifest_sm3"]:
        problems.append("目录被改动过。")
    if not signing.verify(manifest, seal["signature"], public_key or seal["public_key"]):
        problems.append("目录的签名不对。")
    said = {one["seq"]: one["sm3"] for one in json.loads(manifest)["items"]}
    for name in files.namelist():
        number = re.match(r"(\d{3})-", name)
        if number and sm3(files.read(name)) != said.get(int(number[1])):
            problems.append(f"“{name}”与目录里的 SM3 不符。")
    return problems
