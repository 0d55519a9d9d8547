"""身份证号、手机号、银行账号、照片、人员、区划字段。请从 ``parts.fields`` 引用。"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

from minzheng.kernel.parts.field_base import FULLWIDTH, Field, Invalid, many_of


@dataclass(frozen=True)
class IdNumber(Field):
    """公民身份号码（GB 11643）。15 位自动升为 18 位；校验位不对就说清楚是哪里不对。"""

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
    """手机号或固定电话。"""

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
    """银行账号或社保卡金融账号：12–30 位数字，可带空格。"""

    inputmode: ClassVar[str] = "numeric"
    widget: ClassVar[str] = "bank"

    def parse(self, text: str) -> str:
        digits = re.sub(r"[\s\-]", "", text.translate(FULLWIDTH))
        if not re.fullmatch(r"\d{12,30}", digits):
            raise Invalid(f"{self.label}应为 12 到 30 位数字，现在是 {len(digits)} 位，请对照卡面检查。")
        return digits


@dataclass(frozen=True)
class Photo(Field):
    """照片或扫描件。值是上传文件的列表；类型与大小由 ``documents.services.store_attachment`` 再查一次。"""

    kind: str = ""
    max_files: int = 6
    capture: bool = True

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
class PersonPick(Field):
    """从档案里选一个人：输入身份证号、姓名，选定后值为人员编号（文字）。"""

    widget: ClassVar[str] = "person"
    empty: ClassVar[Any] = None

    def parse(self, text: str) -> int:
        if not re.fullmatch(r"\d{1,19}", text):
            raise Invalid(f"请从查询结果里选择{self.label}。")
        return int(text)


@dataclass(frozen=True)
class Region(Field):
    """选择区划，值是 12 位代码。``under`` 给出可选的 (代码, 名称)。"""

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
