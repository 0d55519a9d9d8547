"""Model fields sealed with SM4-GCM, and the keyed blind index that finds them.

A sealed value is bound to its table, column and row id (associated data), so a ciphertext copied to another row does
not open. Django's `from_db_value` never sees the row: the attribute is a descriptor that opens on first read.
`QuerySet.update()` and `values()` on sealed columns would bypass the descriptor and are refused.
"""

from __future__ import annotations

import json
from typing import Any

from django.core.exceptions import FieldError
from django.db import models

from minzheng.kernel.crypto import sealing


class _SealedAttribute:
    """Opens the stored bytes on first read and remembers the plain value beside them."""

    def __init__(self, field: SealedField) -> None:
        self.field = field
        self.plain = f"_plain_{field.attname}"

    def __get__(self, instance: models.Model | None, owner: type) -> Any:
        if instance is None:
            return self
        state = instance.__dict__
        if self.field.attname not in state and self.plain not in state:
            instance.refresh_from_db(fields=[self.field.attname])
        if self.plain not in state:
            state[self.plain] = self.field.open(instance, state[self.field.attname])
        return state[self.plain]

    def __set__(self, instance: models.Model, value: Any) -> None:
        state = instance.__dict__
        if isinstance(value, (bytes, memoryview)):
            state[self.field.attname] = bytes(value)
            state.pop(self.plain, None)
        else:
            state[self.field.attname] = None
            state[self.plain] = value


class SealedField(models.BinaryField):
    """Base of the sealed fields. Plain values are `str` or JSON values; `bytes` are taken as already sealed."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("null", True)
        kwargs["editable"] = True
        super().__init__(*args, **kwargs)

    def contribute_to_class(self, cls: type[models.Model], name: str, private_only: bool = False) -> None:
        super().contribute_to_class(cls, name, private_only=private_only)
        setattr(cls, self.attname, _SealedAttribute(self))

    def _bound_to(self, instance: models.Model) -> bytes:
        return f"{self.model._meta.db_table}.{self.column}:{instance.pk}".encode()

    def encode(self, value: Any) -> bytes:
        raise NotImplementedError

    def decode(self, data: bytes) -> Any:
        raise NotImplementedError

    def empty(self) -> Any:
        return ""

    def open(self, instance: models.Model, stored: bytes | None) -> Any:
        if not stored:
            return self.empty()
        return self.decode(sealing.open_sealed(stored, self._bound_to(instance)))

    def pre_save(self, instance: models.Model, add: bool) -> bytes | None:
        plain = getattr(instance, self.attname)
        if plain in ("", None, {}, []):
            return None
        return sealing.seal(self.encode(plain), self._bound_to(instance))

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        if value is not None and not isinstance(value, (bytes, memoryview)):
            raise FieldError(f"加密字段“{self.verbose_name}”不能用于查询或 update()：请用盲索引查找，逐行保存。")
        return super().get_db_prep_value(value, connection, prepared)


class SealedText(SealedField):
    """A sealed string."""

    def encode(self, value: Any) -> bytes:
        return str(value).encode()

    def decode(self, data: bytes) -> str:
        return data.decode()


class SealedJSON(SealedField):
    """A sealed JSON object or list."""

    def encode(self, value: Any) -> bytes:
        return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str).encode()

    def decode(self, data: bytes) -> Any:
        return json.loads(data)

    def empty(self) -> Any:
        return {}


class BlindIndex(models.BinaryField):
    """16 bytes of HMAC-SM3 over the normalised value of another field of the same row; filled on save.

    `kind` separates the key space ("id_no", "phone", "bank"): equal digits in two kinds give different indexes.
    Query with `BlindIndex.of_value(kind, value)`.
    """

    def __init__(self, kind: str = "", of: str = "", **kwargs: Any) -> None:
        self.kind, self.of = kind, of
        kwargs.setdefault("db_index", True)
        kwargs["max_length"] = 16
        kwargs["editable"] = False
        super().__init__(**kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, {**kwargs, "kind": self.kind, "of": self.of}

    def pre_save(self, instance: models.Model, add: bool) -> bytes | None:
        plain = getattr(instance, self.of)
        value = sealing.blind_index(self.kind, plain) if plain else None
        setattr(instance, self.attname, value)
        return value

    @staticmethod
    def of_value(kind: str, value: str) -> bytes:
        return sealing.blind_index(kind, value)
