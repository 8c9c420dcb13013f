# SPDX-License-Identifier: Apache-2.0
"""What the library gave, copied out of its memory."""
from __future__ import annotations

import dataclasses
from ctypes import string_at
from enum import IntFlag
from struct import Struct
from typing import Any, Callable, Optional, TypeVar, Union

from ._arena import INTSTR, LABEL_SIZE
from ._blocks import STR
from ._nodes import ARRAY, BOOL, INTEGER, NODE, NULL, OBJECT, REAL, TEXT

T = TypeVar('T')
SIZE = Struct('@I')
LABEL = Struct('@PNPN')


class Values(dict[int, Any]):
    """The members of an enum by their number. A number that is not known stays an int; a set of flags becomes a member."""

    def __init__(self, of: Any) -> None:
        super().__init__({int(member): member for member in of})
        self.of = of
        self.flags = issubclass(of, IntFlag)

    def __missing__(self, number: int) -> Any:
        if not self.flags:
            return number
        found = self[number] = self.of(number)
        return found


def twin(of: Any) -> Any:
    """A class with the fields of a frozen dataclass, whose instances become that class's by an assignment to __class__. Its own
    __init__ goes by object.__setattr__ for each field, which takes four times as long for a plan's thousands of verdicts."""
    names = [field.name for field in dataclasses.fields(of)]
    body: dict[str, Any] = {}
    exec(f'def __init__(self, {", ".join(names)}): {"; ".join(f"self.{name} = {name}" for name in names)}', body)
    members = {'__init__': body['__init__']}
    if '__slots__' in vars(of):
        members['__slots__'] = tuple(names)
    return type(of.__name__, (), members)


def text(address: int, length: int) -> str:
    return string_at(address, length).decode('utf-8', 'replace') if length else ''


def text_or_none(address: int, length: int) -> Optional[str]:
    return text(address, length) if address else None


def strs(address: int, count: int, stride: int) -> tuple[str, ...]:
    if not count:
        return ()
    stride = stride or STR.size
    data = string_at(address, (count - 1) * stride + STR.size)
    return tuple([text(*STR.unpack_from(data, at)) for at in range(0, count * stride, stride)])


def terms(address: int, count: int, stride: int) -> tuple[tuple[str, str], ...]:
    if not count:
        return ()
    data = string_at(address, (count - 1) * stride + LABEL_SIZE)
    pairs = [LABEL.unpack_from(data, at) for at in range(0, count * stride, stride)]
    return tuple([(text(key, key_length), text(value, length)) for key, key_length, value, length in pairs])


def labels(address: int, count: int, stride: int) -> dict[str, str]:
    return dict(terms(address, count, stride))


def intstr(kind: int, count: int, address: int, length: int) -> Union[int, str, None]:
    return None if kind == 0 else count if kind == 1 else text(address, length)


def intstrs(address: int, count: int) -> tuple[Union[int, str], ...]:
    return tuple([intstr(*value) or 0 for value in INTSTR.iter_unpack(string_at(address, count * INTSTR.size))]) if count else ()


def numbers(code: str, address: int, count: int) -> tuple[int, ...]:
    return Struct(f'@{count}{code}').unpack(string_at(address, count * Struct(code).size)) if count else ()


def tree(address: int, count: int) -> Any:
    """A tree as plain values, without the values of texts that are JSON; None where there is none."""
    if not count:
        return None
    root: list[Any] = []
    into: Any = root          # what the children go into
    ends: list[tuple[int, Any]] = []
    end, skip = count, 0
    for i, (kind, size, key, key_length, data, length, integer, real) in enumerate(
            NODE.iter_unpack(string_at(address, count * NODE.size))):
        if i < skip:
            continue
        while i == end:
            end, into = ends.pop()
        value: Any = None
        if kind == TEXT:
            value, skip = text(data, length), i + size
        elif kind == INTEGER:
            value = integer
        elif kind == BOOL:
            value = integer != 0
        elif kind == REAL:
            value = real
        elif kind in (ARRAY, OBJECT):
            value = {} if kind == OBJECT else []
        else:
            assert kind == NULL
        if type(into) is dict:
            into[text(key, key_length)] = value
        else:
            into.append(value)
        if kind in (ARRAY, OBJECT) and size > 1:
            ends.append((end, into))
            end, into = i + size, value
    return root[0]


class Context:
    """What several structs of one result share."""

    def __init__(self) -> None:
        self.texts: tuple[str, ...] = ()
        self.attrs: tuple[Any, ...] = ()
        self.sentence: Callable[[], str] = str  # of the next verdict

    def array(self, struct: Struct, read: Callable[[Context, tuple[Any, ...]], T], address: int, count: int,
              stride: int = 0) -> tuple[T, ...]:
        """Elements may be shorter or longer than here."""
        if not count:
            return ()
        size = struct.size
        stride = stride or size
        data = string_at(address, count * stride)
        if stride == size:
            return tuple([read(self, values) for values in struct.iter_unpack(data)])
        known = min(size, stride)
        return tuple([read(self, struct.unpack(data[at:at + known].ljust(size, b'\0')))
                      for at in range(0, count * stride, stride)])

    def one(self, struct: Struct, read: Callable[[Context, tuple[Any, ...]], T], address: int, sized: bool) -> T:
        """A struct, of which struct_size tells how long it is."""
        size = struct.size
        if sized:
            size = min(size, SIZE.unpack(string_at(address, SIZE.size))[0])
        return read(self, struct.unpack(string_at(address, size).ljust(struct.size, b'\0')))
