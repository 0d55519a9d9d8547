"""表单字段：一个字段是一个值（frozen dataclass），由窗口受理、手机申请、办理动作和接口共用。

``field.clean(raw)`` 收界面送来的原始值（文字、文字列表或上传文件列表），给出干净的值，或抛 ``Invalid(一句中文)``：
文字 → str，金额 → int（分），日期 → date，人数 → int，是否 → bool，选择 → 选项代码，照片 → 文件列表；没填且可不填 → ``empty``。
``field.show(value)`` 给出人看的文字，``field.to_input(value)`` 给出填回输入框的文字。
"""

from minzheng.kernel.parts.cleaning import clean_fields, raw_value
from minzheng.kernel.parts.field_base import Field, Invalid, When
from minzheng.kernel.parts.plain_fields import Choice, Count, Date, LongText, Money, Text, Tick, YesNo, yuan_text
from minzheng.kernel.parts.special_fields import BankAccount, IdNumber, PersonPick, Phone, Photo, Region

__all__ = [
    "BankAccount", "Choice", "Count", "Date", "Field", "IdNumber", "Invalid", "LongText", "Money", "PersonPick",
    "Phone", "Photo", "Region", "Text", "Tick", "When", "YesNo", "clean_fields", "raw_value", "yuan_text",
]
