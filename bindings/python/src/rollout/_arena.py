# SPDX-License-Identifier: Apache-2.0
"""Memory of one call: everything that the library is given lies here, in few large blocks whose addresses do not change."""
from __future__ import annotations

import ctypes
from struct import Struct
from typing import Any, Callable, Iterable, Mapping, Optional, Sequence, Union

from . import _nodes

NO_TEXT = (0, 0)
STR = Struct('@PN')
LABEL = Struct('@PNPN')
INTSTR = Struct('@IiPN')
FIRST_BLOCK = 1 << 16

Packer = Callable[['Arena', Any], 'tuple[Any, ...]']


class Texts(dict[Any, 'tuple[int, int]']):
    """Address and length of each text, which is copied once."""

    def __init__(self, arena: Arena) -> None:
        super().__init__()
        self.arena = arena

    def __missing__(self, text: Any) -> tuple[int, int]:
        if not isinstance(text, str):
            raise TypeError('not a str')
        data = text.encode()
        found = self[text] = (self.arena.put(data), len(data))
        return found


class Labels(dict[Any, bytes]):
    """Each pair of texts as a struct."""

    def __init__(self, texts: Texts) -> None:
        super().__init__()
        self.texts = texts

    def __missing__(self, pair: tuple[str, str]) -> bytes:
        key, value = pair
        found = self[pair] = LABEL.pack(*self.texts[key], *self.texts[value])
        return found


class Arena:
    """Keep it until the call is over."""

    def __init__(self, expected: int = FIRST_BLOCK) -> None:
        self.blocks: list[Any] = []
        self.size = self.at = 0
        self.base = 0
        self.block = memoryview(b'')
        self.grow(max(expected, FIRST_BLOCK))
        self.texts = Texts(self)
        self.pairs = Labels(self.texts)
        self.nodes: Optional[_nodes.Builder] = None

    def grow(self, size: int) -> None:
        buffer = ctypes.create_string_buffer(size)  # zeros
        self.blocks.append(buffer)
        self.block = memoryview(buffer).cast('B')
        self.base, self.size, self.at = ctypes.addressof(buffer), size, 0

    def room(self, size: int) -> tuple[int, memoryview, int]:
        """Address, block and offset of that many zero bytes, aligned to 8."""
        end = self.at + size
        if end > self.size:
            self.grow(max(size, 2 * self.size))
            end = size
        at = end - size
        self.at = (end + 7) & -8
        return self.base + at, self.block, at

    def put(self, data: bytes) -> int:
        """Address of a copy."""
        address, block, at = self.room(len(data))
        block[at:at + len(data)] = data
        return address

    def keep(self, data: bytes) -> int:
        """Address of these bytes themselves."""
        self.blocks.append(data)
        return ctypes.cast(ctypes.c_char_p(data), ctypes.c_void_p).value or 0

    def array(self, struct: Struct, pack: Packer, items: Iterable[Any]) -> tuple[int, int]:
        """Address and count."""
        items = tuple(items)  # nobody can change it now, or its length
        if not items:
            return NO_TEXT
        size = struct.size
        address, block, at = self.room(len(items) * size)
        put = struct.pack_into
        for it in items:
            put(block, at, *pack(self, it))
            at += size
        return address, len(items)

    def one(self, struct: Struct, pack: Packer, it: Any) -> int:
        return self.array(struct, pack, (it,))[0]

    def labels(self, labels: Mapping[str, str]) -> tuple[int, int, int]:
        if not labels:
            labels.items  # refuses what is no mapping
            return 0, 0, LABEL.size
        data = b''.join(map(self.pairs.__getitem__, labels.items()))
        return self.put(data), len(data) // LABEL.size, LABEL.size

    def strs(self, texts: Sequence[str]) -> tuple[int, int, int]:
        if isinstance(texts, (str, bytes)):
            raise TypeError('not several')
        data = b''.join([STR.pack(*self.texts[text]) for text in texts])
        return self.put(data) if data else 0, len(data) // STR.size, STR.size

    def intstr(self, value: Union[int, str, None]) -> tuple[int, int, int, int]:
        if value is None:
            return 0, 0, 0, 0
        if isinstance(value, str):
            return (2, 0, *self.texts[value])
        if isinstance(value, bool):
            raise TypeError('not a number')
        return 1, value, 0, 0

    def intstrs(self, values: Iterable[Union[int, str]]) -> tuple[int, int]:
        if isinstance(values, (str, bytes)):
            raise TypeError('not several')
        data = b''.join([INTSTR.pack(*self.intstr(value)) for value in values])
        return self.put(data) if data else 0, len(data) // INTSTR.size

    def numbers(self, code: str, values: Iterable[int]) -> tuple[int, int]:
        values = tuple(values)
        data = Struct(f'@{len(values)}{code}').pack(*values)
        return self.put(data) if data else 0, len(values)

    def tree(self, value: Any) -> tuple[int, int]:
        """Address and count of the nodes of what json.load() gives; None is no tree."""
        if value is None:
            return NO_TEXT
        if self.nodes is None:
            self.nodes = _nodes.Builder(self.texts)
        data, count = self.nodes.build(value)
        return self.keep(data), count
