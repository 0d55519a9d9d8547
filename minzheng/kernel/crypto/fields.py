"""Model fields sealed with SM4-GCM, and the keyed blind index that finds them.

A sealed value is bound to its table, column and row id (associated data), so a ciphertext copied to another row does
not open. Django's `from_db_value` never sees the row: the attribute is a descriptor that opens on first read.

What would bypass the descriptor is refused with a Chinese sentence: `.update()`, `.bulk_update()`, lookups other than
`isnull`, `values()`, fixtures. `save()`, `bulk_create()`, `only()`/`defer()`, `refresh_from_db()` and `select_related()`
work as usual. In a pickle opened values are sealed.
`save(update_fields=[…])` must name a sealed field together with its blind index.
"""

from __future__ import annotations

import copy
import json
from typing import Any, NoReturn

from django.core.exceptions import FieldError
from django.db import models
from django.db.models.query_utils import DeferredAttribute

from minzheng.kernel.crypto import sealing


class _Sealed(bytes):
    """Bytes that `pre_save` made for this very row; no others are written."""


class _Opened:
    """An opened value beside its sealed bytes. In a pickle it is sealed: caches and queues carry no plain text."""

    def __init__(self, value: Any) -> None:
        self.value = value

    def __copy__(self) -> _Opened:
        return _Opened(self.value)

    def __deepcopy__(self, memo: dict[int, Any]) -> _Opened:
        return _Opened(copy.deepcopy(self.value, memo))

    def __reduce__(self) -> tuple[Any, ...]:
        return _from_pickle, (sealing.seal(_to_json(self.value), _PICKLE),)


_PICKLE = b"pickle"


def _from_pickle(sealed: bytes) -> _Opened:
    return _Opened(json.loads(sealing.open_sealed(sealed, _PICKLE)))


def _to_json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str).encode()


class _SealedAttribute(DeferredAttribute):
    """Opens the stored bytes on first read and keeps the plain value beside them."""

    field: SealedField

    def __get__(self, instance: models.Model | None, cls: type | None = None) -> Any:
        if instance is None:
            return self
        state = instance.__dict__
        field = self.field
        if field.attname not in state:
            instance.refresh_from_db(fields=[field.attname])
        opened = state.get(field.opened)
        if opened is None:
            opened = state[field.opened] = _Opened(field.open(instance, state[field.attname]))
        return opened.value

    def __set__(self, instance: models.Model, value: Any) -> None:
        state = instance.__dict__
        field = self.field
        state.pop(field.opened, None)
        if isinstance(value, (bytes, bytearray, memoryview)):
            state[field.attname] = bytes(value)
            # The row for which these bytes were read: a copy under a new id is sealed anew on save.
            state[field.origin] = (state.get(instance._meta.pk.attname), state[field.attname])
        else:
            state[field.attname] = None
            if value is not None:
                state[field.opened] = _Opened(value)


class SealedField(models.BinaryField):
    """Base of the sealed fields. Plain values are `str` or JSON values; `bytes` are taken as already sealed."""

    descriptor_class = _SealedAttribute
    # For the type checker: attributes hold the plain value, not the stored bytes.
    _pyi_private_set_type: Any
    _pyi_private_get_type: Any

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("null", True)
        kwargs["editable"] = True
        super().__init__(*args, **kwargs)

    @property
    def opened(self) -> str:
        return f"_opened_{self.attname}"

    @property
    def origin(self) -> str:
        """Where (row id, sealed bytes) of the last load or save are kept."""
        return f"_origin_of_{self.attname}"

    def encode(self, value: Any) -> bytes:
        raise NotImplementedError

    def decode(self, data: bytes) -> Any:
        raise NotImplementedError

    def empty(self) -> Any:
        return ""

    def is_empty(self, value: Any) -> bool:
        return value is None or value == self.empty()

    def open(self, instance: models.Model, stored: bytes | None) -> Any:
        """The plain value of bytes that were read for this row. Raises sealing.CannotOpen."""
        if not stored:
            return self.empty()
        return self.decode(sealing.open_sealed(stored, self._bound_to(instance.__dict__[self.origin][0])))

    def as_loaded(self, instance: models.Model) -> bool:
        """The attribute still says what this row held when it was loaded; answered without opening it."""
        state = instance.__dict__
        stored = state.get(self.attname)
        return bool(stored) and state.get(self.origin) == (instance.pk, stored) and not self._may_have_changed(state)

    def _may_have_changed(self, state: dict[str, Any]) -> bool:
        """Setting the attribute drops the stored bytes; a mutable value may also change in place."""
        return False

    def _bound_to(self, pk: Any) -> bytes:
        return f"{self.model._meta.db_table}.{self.column}:{pk}".encode()

    def pre_save(self, instance: models.Model, add: bool) -> bytes | None:
        if self.as_loaded(instance):
            return _Sealed(instance.__dict__[self.attname])
        plain = getattr(instance, self.attname)
        if self.is_empty(plain):
            return None
        return _Sealed(sealing.seal(self.encode(plain), self._bound_to(instance.pk)))

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        if value is not None and not isinstance(value, _Sealed):
            self._refuse("不能用 update()、bulk_update() 或查询条件写入：请逐行 save()，或用 bulk_create()。")
        return super().get_db_prep_value(value if value is None else bytes(value), connection, prepared)

    def get_lookup(self, lookup_name: str) -> Any:
        if lookup_name not in ("isnull", "exact"):  # exact None means isnull; other values are refused when prepared
            self._refuse("不能作查询条件：请用盲索引查找。")
        return super().get_lookup(lookup_name)

    def select_format(self, compiler: Any, sql: str, params: Any) -> Any:
        if compiler.query.values_select or compiler.query.has_select_fields:
            self._refuse("不能用 values() 或 values_list() 读取：请读取整行对象。")
        return sql, params

    def value_to_string(self, obj: models.Model) -> str:
        self._refuse("不能导出为夹具：请用数据库备份。")

    def _refuse(self, why: str) -> NoReturn:
        raise FieldError(f"加密字段“{self.verbose_name}”（{self.model._meta.db_table}.{self.column}）{why}")


class SealedText(SealedField):
    """A sealed string; an absent one reads as ""."""

    def encode(self, value: Any) -> bytes:
        return str(value).encode()

    def decode(self, data: bytes) -> str:
        return data.decode()


class SealedJSON(SealedField):
    """A sealed JSON object or list; an absent one reads as {}. Dates and decimals come back as text."""

    def encode(self, value: Any) -> bytes:
        return _to_json(value)

    def decode(self, data: bytes) -> Any:
        return json.loads(data)

    def empty(self) -> Any:
        return {}

    def _may_have_changed(self, state: dict[str, Any]) -> bool:
        return state.get(self.opened) is not None


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
        source = instance._meta.get_field(self.of)
        present = getattr(instance, self.attname)
        if present and isinstance(source, SealedField) and source.as_loaded(instance):
            return present  # opening the sealed value only to compute the same index would double the cost of a save
        plain = getattr(instance, self.of)
        value = sealing.blind_index(self.kind, plain) if plain else None
        setattr(instance, self.attname, value)
        return value

    @staticmethod
    def of_value(kind: str, value: str) -> bytes:
        """What to compare the column with."""
        return sealing.blind_index(kind, value)
