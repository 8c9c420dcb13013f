# SPDX-License-Identifier: Apache-2.0
"""Memory of one call: everything that the library is given lies here, in few large blocks whose addresses do not change.

Whatever is put together, from a text to a workload, is made as the bytes of its struct, and then copied here."""
from __future__ import annotations

from itertools import chain
from struct import Struct
from typing import Any, Callable, Iterable, Mapping, Sequence, Union

from . import _nodes
from ._blocks import NO_STR, STR, Blocks, Texts

Packer = Callable[['Arena', Any], bytes]
# From so many records on it pays to copy their texts all at once.
MANY = 64

VIEW = Struct('@PII')
STRIDED = Struct('@PNN')
INTSTR = Struct('@IiPN')
OPT = Struct('@Ii')
LABEL_SIZE = 2 * STR.size
NO_OPT = bytes(OPT.size)
NO_INTSTR = bytes(INTSTR.size)
NO_LABELS = VIEW.pack(0, 0, LABEL_SIZE)
NO_STRS = VIEW.pack(0, 0, STR.size)


class Labels(dict[Any, bytes]):
    """A struct rollout_label for each pair of texts."""

    def __init__(self, texts: Texts) -> None:
        super().__init__()
        self.texts = texts

    def __missing__(self, pair: tuple[str, str]) -> bytes:
        key, value = pair
        found = self[pair] = self.texts.present(key) + self.texts.present(value)
        return found


class Arena:
    """Keep it until the call is over."""

    def __init__(self) -> None:
        self.blocks = Blocks()
        self.put, self.keep = self.blocks.put, self.blocks.keep
        self.texts = Texts(self.put)
        self.pairs = Labels(self.texts)
        self.nodes = _nodes.Builder(self.texts, self.put)

    def items(self, pack: Packer, items: Iterable[Any]) -> tuple[int, int]:
        """Address and count of an array of structs."""
        items = tuple(items)
        if len(items) >= MANY:
            from . import _pack
            texts, labels = _pack.TEXTS.get(pack), _pack.LABELS.get(pack)
            if texts:
                self.texts.add(chain.from_iterable(map(texts, items)))
            if labels:
                self.texts.add(chain.from_iterable(it.keys() for it in map(labels, items)))
                self.texts.add(chain.from_iterable(it.values() for it in map(labels, items)))
        data = b''.join([pack(self, it) for it in items])
        return (self.keep(data) if len(items) >= MANY else self.put(data)) if items else 0, len(items)

    def one(self, pack: Packer, it: Any) -> int:
        """Address of a struct."""
        return self.put(pack(self, it))

    def slice(self, pack: Packer, items: Iterable[Any]) -> bytes:
        """Pointer and count."""
        return STR.pack(*self.items(pack, items)) if items != () else NO_STR

    def view(self, pack: Packer, items: Iterable[Any], stride: int) -> bytes:
        """Pointer, count and stride."""
        return STRIDED.pack(*self.items(pack, items), stride)

    def labels(self, labels: Mapping[str, str]) -> bytes:
        if not labels:
            labels.items  # refuses what is no mapping
            return NO_LABELS
        data = b''.join(map(self.pairs.__getitem__, labels.items()))
        return VIEW.pack(self.put(data), len(data) // LABEL_SIZE, LABEL_SIZE)

    def terms(self, terms: Iterable[tuple[str, str]]) -> bytes:
        """As labels(), but a key may be there several times."""
        if terms == ():
            return NO_LABELS
        if isinstance(terms, (str, bytes, Mapping)):
            raise TypeError('not several')
        data = b''.join([self.pairs[key, value] for key, value in terms])
        return VIEW.pack(self.put(data), len(data) // LABEL_SIZE, LABEL_SIZE)

    def strs(self, texts: Sequence[str]) -> bytes:
        if texts == ():
            return NO_STRS
        if isinstance(texts, (str, bytes)):
            raise TypeError('not several')
        data = b''.join([self.texts.present(text) for text in texts])
        return VIEW.pack(self.put(data), len(data) // STR.size, STR.size)

    def opt(self, value: Union[int, None]) -> bytes:
        return NO_OPT if value is None else OPT.pack(1, value)

    def intstr(self, value: Union[int, str, None]) -> bytes:
        if value is None:
            return NO_INTSTR
        if isinstance(value, str):
            return OPT.pack(2, 0) + self.texts.present(value)
        if isinstance(value, bool):
            raise TypeError('not a number')
        return OPT.pack(1, value) + NO_STR

    def intstrs(self, values: Iterable[Union[int, str]]) -> bytes:
        if isinstance(values, (str, bytes)):
            raise TypeError('not several')
        data = b''.join([self.intstr(value) for value in values])
        return STR.pack(self.put(data) if data else 0, len(data) // INTSTR.size)

    def numbers(self, code: str, values: Iterable[int]) -> bytes:
        values = tuple(values)
        data = Struct(f'@{len(values)}{code}').pack(*values)
        return STR.pack(self.put(data) if data else 0, len(values))

    def tree(self, value: Any) -> bytes:
        """A struct rollout_tree of what json.load() gives; None is no tree."""
        if value is None:
            return NO_STR
        data, count = self.nodes.build(value)
        return STR.pack(self.keep(data), count)
