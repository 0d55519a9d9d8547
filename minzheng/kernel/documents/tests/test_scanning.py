"""Uploads that try to be something else, the virus scanner, the same paper sent twice, and how files are handed out."""

from __future__ import annotations

import io
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pypdf
import pytest
from django.test import Client
from PIL import Image
from pypdf.generic import ArrayObject, DictionaryObject, NameObject, NumberObject, TextStringObject

from minzheng.kernel.accounts.actors import Actor
from minzheng.kernel.cases.models import Case
from minzheng.kernel.documents import services
from minzheng.kernel.documents.errors import UploadRefused
from minzheng.kernel.documents.models import Attachment
from minzheng.kernel.documents.tests.desk import store, upload
from minzheng.kernel.documents.tests.samples import paper, picture
from minzheng.kernel.documents.uploads import antivirus, images, papers, sniff


def written(change: Callable[[pypdf.PdfWriter], None]) -> bytes:
    writer = pypdf.PdfWriter()
    writer.add_blank_page(200, 200)
    change(writer)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def _opens_at_page(writer: pypdf.PdfWriter) -> None:
    writer._root_object[NameObject("/OpenAction")] = ArrayObject(
        [writer.pages[0].indirect_reference, NameObject("/Fit")]
    )


def _opens_address(writer: pypdf.PdfWriter) -> None:
    action = {NameObject("/S"): NameObject("/URI"), NameObject("/URI"): TextStringObject("https://example.org")}
    writer._root_object[NameObject("/OpenAction")] = DictionaryObject(action)


def _form(kind: str) -> Callable[[pypdf.PdfWriter], None]:
    def change(writer: pypdf.PdfWriter) -> None:
        field = writer._add_object(
            DictionaryObject({NameObject("/FT"): NameObject(kind), NameObject("/T"): TextStringObject("a")})
        )
        writer._root_object[NameObject("/AcroForm")] = DictionaryObject(
            {NameObject("/Fields"): ArrayObject([field]), NameObject("/SigFlags"): NumberObject(3)}
        )

    return change


@pytest.mark.parametrize(
    ("data", "wanted"),
    [
        (written(_opens_address), "一打开就执行"),
        (written(_form("/Tx")), "可以填写的表单"),
        (paper("script"), "脚本程序"),
        (paper("attachment"), "夹带的附件"),
        (paper("launch"), "启动其他程序"),
        (paper(password="secret"), "加了密码"),
        (paper() + b"PK\x03\x04 stuff PK\x05\x06" + b"\0" * 18, "夹带了压缩文件"),
        (paper() + b"<script>alert(1)</script>", "夹带了别的内容"),
        (paper().replace(b"\n", b"\n%<script>alert(1)</script>\n", 1), "夹带了网页"),
    ],
)
def test_带动作_带表单_两面的PDF拒收(data: bytes, wanted: str) -> None:
    with pytest.raises(UploadRefused, match=wanted):
        papers.check(data)


@pytest.mark.parametrize("data", [written(_opens_at_page), written(_form("/Sig")), paper() + b"\r\n\n"])
def test_打开到某页_电子签名_末尾空行都没关系(data: bytes) -> None:
    assert papers.check(data) == 1


@pytest.mark.django_db
def test_三十页的扫描件收下并记页数(case: Case, clerk: Actor) -> None:
    found = store(case, clerk, paper(pages=30))
    assert (found.pages, found.content_type) == (30, "application/pdf")


def test_照片里的拍摄地点不留() -> None:
    exif = Image.Exif()
    exif[0x010F] = "Some Phone"
    exif.get_ifd(0x8825)[2] = (29.0, 33.0, 5.0)
    clean = images.clean(picture("JPEG", exif=exif), sniff.JPEG)
    with Image.open(io.BytesIO(clean.data)) as image:
        assert not image.getexif()
    assert b"Some Phone" not in clean.data


def test_像素炸弹拒收(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(images, "MAX_PIXELS", 10_000)
    with pytest.raises(UploadRefused, match="尺寸太大"):
        images.clean(picture("PNG", (200, 200)), sniff.PNG)


def test_手机照片能打开的就收_打不开的说怎么办(monkeypatch: pytest.MonkeyPatch) -> None:
    data = picture("AVIF")
    assert sniff.content_type(data) == sniff.AVIF
    assert images.clean(data, sniff.AVIF).content_type == sniff.JPEG
    heic = b"\x00\x00\x00\x18ftypheic" + b"\0" * 20
    with pytest.raises(UploadRefused, match="兼容性最佳"):
        sniff.content_type(heic)
    monkeypatch.setattr(sniff, "images_can", lambda decoder: True)
    assert sniff.content_type(heic) == sniff.HEIC


@pytest.mark.django_db
def test_同一份材料传两次只留一份_换了类别另存(case: Case, clerk: Actor) -> None:
    first, second = store(case, clerk), store(case, clerk)
    assert first.pk == second.pk
    other = services.store_attachment(case=case, kind="proof", label="", upload=upload(picture()), actor=clerk)
    assert other.pk != first.pk
    services.remove(attachment=first, actor=clerk)
    assert store(case, clerk).pk != first.pk
    assert Attachment.objects.filter(case=case).count() == 3


@pytest.mark.django_db
def test_文件按登记的类型给出_浏览器不许猜(case: Case, clerk: Actor) -> None:
    found = services.store_attachment(
        case=case, kind="proof", label='a"\r\nX-Bad: 1；户口簿', upload=upload(picture()), actor=clerk
    )
    client = Client()
    assert clerk.user is not None
    client.force_login(clerk.user, backend="minzheng.kernel.accounts.backends.AccountBackend")
    response = client.get(f"/console/attachments/{found.pk}")
    assert response.status_code == 200
    assert response["Content-Type"] == "image/jpeg"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Disposition"].startswith("inline; filename*=UTF-8''a%22%0D%0AX-Bad%3A%201")
    assert "X-Bad" not in response.headers
    assert response["Cache-Control"] == "no-store, private"


class Clamd:
    """A scanner that speaks the protocol and answers by script."""

    def __init__(self, path: Path, answer: bytes) -> None:
        self.answer, self.received = answer, b""
        self.server = socket.socket(socket.AF_UNIX)
        self.server.bind(str(path))
        self.server.listen(1)
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        peer, _ = self.server.accept()
        with peer, peer.makefile("rb") as stream:
            assert stream.read(10) == b"zINSTREAM\0"
            while length := struct.unpack("!L", stream.read(4))[0]:
                self.received += stream.read(length)
            peer.sendall(self.answer)


@pytest.fixture
def clamd(tmp_path: Path, settings: Any) -> Iterator[Callable[[bytes], Clamd]]:
    made: list[Clamd] = []

    def make(answer: bytes) -> Clamd:
        settings.CLAMD = f"unix:{tmp_path / 'clamd.sock'}"
        made.append(Clamd(tmp_path / "clamd.sock", answer))
        return made[0]

    yield make
    for one in made:
        one.server.close()


@pytest.mark.django_db
def test_干净的收下_写明由谁查过(clamd: Callable[[bytes], Clamd], case: Case, clerk: Actor) -> None:
    scanner = clamd(b"stream: OK\0")
    data = picture("PNG", (400, 400))
    assert store(case, clerk, data).scanned_by == "clamd"
    assert scanner.received == data


@pytest.mark.parametrize(
    ("answer", "wanted"),
    [
        (b"stream: Eicar-Signature FOUND\0", "带有病毒"),
        (b"INSTREAM size limit exceeded. ERROR\0", "没有回应"),
        (b"", "没有回应"),
    ],
)
def test_带毒的和查不了的都不收(clamd: Callable[[bytes], Clamd], answer: bytes, wanted: str) -> None:
    clamd(answer)
    with pytest.raises(UploadRefused, match=wanted):
        antivirus.scan(b"x" * 600_000)


@pytest.mark.parametrize("place", ["unix:/nonexistent", "tcp:127.0.0.1:1", "nonsense"])
def test_查毒服务不在_不悄悄放行(settings: Any, place: str) -> None:
    settings.CLAMD = place
    with pytest.raises(UploadRefused, match="没有回应"):
        antivirus.scan(b"x")


def test_没有接查毒服务的照常收(settings: Any) -> None:
    settings.CLAMD = ""
    assert antivirus.scan(b"x") == ""
