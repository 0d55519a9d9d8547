"""Django's own Chinese form messages, in words that people who come for help understand.

The bundled translation says “确保该变量至少包含 18 字符”; here it becomes “至少填写 18 个字”.
"""

from __future__ import annotations

from django import forms
from django.core import validators

FIELD_MESSAGES: dict[type[forms.Field], dict[str, str]] = {
    forms.Field: {"required": "请填写这一项。"},
    forms.IntegerField: {"invalid": "请填写整数，例如 3。"},
    forms.FloatField: {"invalid": "请填写数字，例如 3.5。"},
    forms.DecimalField: {"invalid": "请填写数字，例如 1200 或 1200.50。"},
    forms.DateField: {"invalid": "日期请写成 2026-01-31 这样。"},
    forms.TimeField: {"invalid": "时间请写成 09:30 这样。"},
    forms.DateTimeField: {"invalid": "时间请写成 2026-01-31 09:30 这样。"},
    forms.EmailField: {"invalid": "电子邮箱写得不对，请检查。"},
    forms.URLField: {"invalid": "网址写得不对，请检查。"},
    forms.FileField: {
        "required": "请选择文件。",
        "invalid": "没有收到文件，请重新选择。",
        "missing": "没有收到文件，请重新选择。",
        "empty": "这个文件是空的，请重新选择。",
        "max_length": "文件名太长（最多 %(max)d 个字），请改短后再传。",
    },
    forms.ImageField: {"invalid_image": "这张图片打不开，请换一张或重新拍照。"},
    forms.ChoiceField: {"required": "请选择一项。", "invalid_choice": "“%(value)s”不在可选范围内，请重新选择。"},
    forms.TypedChoiceField: {"required": "请选择一项。"},
    forms.MultipleChoiceField: {
        "required": "请至少选择一项。",
        "invalid_choice": "“%(value)s”不在可选范围内，请重新选择。",
        "invalid_list": "选择的内容不完整，请重新选择。",
    },
    forms.ModelChoiceField: {"required": "请选择一项。", "invalid_choice": "所选内容已不存在，请重新选择。"},
    forms.BooleanField: {"required": "请勾选后再继续。"},
}

VALIDATOR_MESSAGES: dict[type[object], str] = {
    validators.MinLengthValidator: "至少填写 %(limit_value)d 个字，现在是 %(show_value)d 个。",
    validators.MaxLengthValidator: "最多填写 %(limit_value)d 个字，现在是 %(show_value)d 个。",
    validators.MinValueValidator: "不能小于 %(limit_value)s。",
    validators.MaxValueValidator: "不能大于 %(limit_value)s。",
    validators.StepValueValidator: "请填写 %(limit_value)s 的整数倍。",
    validators.EmailValidator: "电子邮箱写得不对，请检查。",
    validators.URLValidator: "网址写得不对，请检查。",
    validators.RegexValidator: "格式不对，请检查。",
    validators.ProhibitNullCharactersValidator: "含有不能使用的字符，请删除后重填。",
}

DECIMAL_MESSAGES = {
    "invalid": "请填写数字，例如 1200 或 1200.50。",
    "max_digits": "数字太长（最多 %(max)s 位），请检查。",
    "max_decimal_places": "最多保留 %(max)s 位小数。",
    "max_whole_digits": "小数点前最多 %(max)s 位，请检查。",
}


def install() -> None:
    """Run once at start; changes the words, never the validation."""
    for field, messages in FIELD_MESSAGES.items():
        own = dict(field.__dict__.get("default_error_messages", {}))
        field.default_error_messages = own | messages
    for validator, message in VALIDATOR_MESSAGES.items():
        validator.message = message  # type: ignore[attr-defined]
    validators.DecimalValidator.messages = DECIMAL_MESSAGES
    validators.FileExtensionValidator.message = (
        "不支持“%(extension)s”文件，请上传以下类型之一：%(allowed_extensions)s。"
    )
