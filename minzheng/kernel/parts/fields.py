"""Form fields as values: window, phone, acts and API share them and clean input the same way.

``field.clean(raw)`` takes what a page sends (text, list of texts, or list of uploads) and returns the clean value, or
raises ``Invalid`` with one Chinese sentence. Text → str, Money → int (fen), Date → date, Count → int, YesNo → bool,
Choice → option code (list of codes with ``many``), Photo → list of uploads; left empty and optional → ``field.empty``.
``field.show(value)`` is the text for people, ``field.to_input(value)`` the text that goes back into the input.
"""

from minzheng.kernel.parts.cleaning import clean_fields, raw_value
from minzheng.kernel.parts.field_base import Field, Invalid, When, WhenRow
from minzheng.kernel.parts.plain_fields import Choice, Count, Date, LongText, Money, Text, Tick, YesNo, yuan_text
from minzheng.kernel.parts.special_fields import BankAccount, IdNumber, PersonPick, Phone, Photo, Region, Upload

__all__ = [
    "BankAccount",
    "Choice",
    "Count",
    "Date",
    "Field",
    "IdNumber",
    "Invalid",
    "LongText",
    "Money",
    "PersonPick",
    "Phone",
    "Photo",
    "Region",
    "Text",
    "Tick",
    "Upload",
    "When",
    "WhenRow",
    "YesNo",
    "clean_fields",
    "raw_value",
    "yuan_text",
]
