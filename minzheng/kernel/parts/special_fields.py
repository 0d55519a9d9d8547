"""Fields for ID number, phone, bank account, photo, person and region. Import them from ``parts.fields``."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

from minzheng.kernel.parts.field_base import FULLWIDTH, Field, Invalid, many_of


@dataclass(frozen=True)
class IdNumber(Field):
    """Citizen ID number (公民身份号码, GB 11643). 15 digits become 18; a wrong check digit is explained."""

    inputmode: ClassVar[str] = "text"
    widget: ClassVar[str] = "idnumber"

    def parse(self, text: str) -> str:
        from minzheng.kernel.subjects.idcard import InvalidIdNumber, check

        try:
            return check(re.sub(r"\s", "", text.translate(FULLWIDTH)).upper()).normalised
        except InvalidIdNumber as error:
            raise Invalid(str(error)) from error


@dataclass(frozen=True)
class Phone(Field):
    """A mobile or landline number."""

    landline: bool = False

    inputmode: ClassVar[str] = "tel"
    widget: ClassVar[str] = "tel"

    def parse(self, text: str) -> str:
        digits = re.sub(r"[\s\-]", "", text.translate(FULLWIDTH))
        if re.fullmatch(r"1[3-9]\d{9}", digits):
            return digits
        if self.landline and re.fullmatch(r"0\d{9,11}", digits):
            return digits
        wanted = "手机号码或带区号的固定电话" if self.landline else " 11 位手机号码"
        raise Invalid(f"{self.label}请填写{wanted}。")


@dataclass(frozen=True)
class BankAccount(Field):
    """A bank account or the financial account of a social security card: 12–30 digits, spaces allowed."""

    inputmode: ClassVar[str] = "numeric"
    widget: ClassVar[str] = "bank"

    def parse(self, text: str) -> str:
        digits = re.sub(r"[\s\-]", "", text.translate(FULLWIDTH))
        if not re.fullmatch(r"\d{12,30}", digits):
            raise Invalid(f"{self.label}应为 12 到 30 位数字，现在是 {len(digits)} 位，请对照卡面检查。")
        return digits


@dataclass(frozen=True)
class Photo(Field):
    """A photo or scan. The value is a list of uploads; type and size are checked again by
    ``documents.services.store_attachment``.
    """

    kind: str = ""
    max_files: int = 6
    capture: bool = True
    accept: str = "image/jpeg,image/png,image/webp,application/pdf"

    widget: ClassVar[str] = "photo"
    multiple: ClassVar[bool] = True
    verb: ClassVar[str] = "拍照或上传"

    def clean(self, raw: Any) -> list[Any]:
        files = [item for item in many_of(raw) if item]
        if not files and self.required:
            raise Invalid(f"请拍照或上传{self.label}。")
        if len(files) > self.max_files:
            raise Invalid(f"{self.label}最多 {self.max_files} 张，现在是 {len(files)} 张。")
        return files

    def show(self, value: Any) -> str:
        return f"{len(list(many_of(value)))} 份" if value else ""

    def to_input(self, value: Any) -> str:
        return ""


@dataclass(frozen=True)
class Upload(Photo):
    """One file of any kind; what it is, is found out by whoever reads it."""

    max_files: int = 1
    accept: str = ""

    verb: ClassVar[str] = "选择"

    def clean(self, raw: Any) -> list[Any]:
        if self.required and not [item for item in many_of(raw) if item]:
            raise Invalid(f"请选择{self.label}。")
        return super().clean(raw)


@dataclass(frozen=True)
class PersonPick(Field):
    """Pick a person from the files: type ID number or name; once picked the value is the person's id (text)."""

    widget: ClassVar[str] = "person"
    empty: ClassVar[Any] = None

    def parse(self, text: str) -> int:
        if not re.fullmatch(r"\d{1,19}", text):
            raise Invalid(f"请从查询结果里选择{self.label}。")
        return int(text)


@dataclass(frozen=True)
class Region(Field):
    """Pick a region; the value is its 12-digit code. ``under`` gives the (code, name) to choose from."""

    under: Callable[[], list[tuple[str, str]]] | None = None

    widget: ClassVar[str] = "select"
    verb: ClassVar[str] = "选择"

    def choices(self) -> list[tuple[str, str]]:
        return self.under() if self.under else []

    def parse(self, text: str) -> str:
        if not re.fullmatch(r"\d{12}", text):
            raise Invalid(f"{self.label}应为 12 位区划代码。")
        if self.under and text not in dict(self.choices()):
            raise Invalid(f"{self.label}不在可选范围内，请重新选择。")
        return text

    def show(self, value: Any) -> str:
        return dict(self.choices()).get(str(value or ""), str(value or ""))

    def to_input(self, value: Any) -> str:
        return str(value or "")
