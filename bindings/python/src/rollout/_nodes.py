# SPDX-License-Identifier: Apache-2.0
"""Trees of the library out of plain Python values: what json.load() or yaml.safe_load() give.

Nodes lie in preorder, and a leaf's bytes do not depend on where it stands, so equal leaves are made once."""
from __future__ import annotations

import datetime
from itertools import repeat
from struct import Struct, error as StructError
from typing import Any, Iterator, Mapping

from . import _expand, _spell
from ._abi import NODE_MAX_DEPTH
from .enums import NodeKind
from .errors import InvalidError, invalid

NODE = Struct('@IIPNPNqd')
NULL, BOOL, INTEGER, REAL, TEXT, ARRAY, OBJECT = (int(kind) for kind in NodeKind)

# More values than the objects of any cluster have. Only a document that shares its parts gets there, as YAML's aliases do: it
# takes no room in Python, but all of it as nodes.
MAX_NODES = 1 << 26

NO_KEY = _expand.NO_KEY
Texts = Mapping[Any, 'tuple[int, int]']


class Keys(dict[Any, 'tuple[int, int]']):
    """Address and length of each key."""

    def __init__(self, texts: Texts) -> None:
        super().__init__({NO_KEY: (0, 0)})
        self.texts = texts

    def __missing__(self, key: Any) -> tuple[int, int]:
        if '\0' in key:  # the library's own reader of JSON has no such keys either
            raise ValueError('NUL')
        found = self[key] = self.texts[key]
        return found


class Leaves(dict[Any, bytes]):
    """The node of a key and a text."""

    def __init__(self, keys: Keys, texts: Texts) -> None:
        super().__init__()
        self.keys_of, self.texts = keys, texts

    def __missing__(self, pair: tuple[Any, str]) -> bytes:
        key, text = pair
        found = self[pair] = NODE.pack(TEXT, 1, *self.keys_of[key], *self.texts[text], 0, 0.0)
        return found


class Numbers(dict[Any, bytes]):
    """The node of a key and an int, or a bool: 1 and True are equal, so each kind has its own."""

    def __init__(self, kind: int, keys: Keys) -> None:
        super().__init__()
        self.kind, self.keys_of = kind, keys

    def __missing__(self, pair: tuple[Any, int]) -> bytes:
        key, number = pair
        found = self[pair] = NODE.pack(self.kind, 1, *self.keys_of[key], 0, 0, number, 0.0)
        return found


def plain(value: Any) -> Any:
    """A value of one of JSON's own types, for one of a class that is derived from them, or a time."""
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, int):
        return int.__index__(value)
    if isinstance(value, float):
        return float.__float__(value)
    if isinstance(value, dict):
        return dict(value)
    if isinstance(value, (list, tuple)):
        return list(value)
    if isinstance(value, datetime.datetime):
        return _spell.time(value)
    if isinstance(value, datetime.date):
        return value.isoformat()
    raise TypeError('no JSON')


class Level:
    """A container whose children are being added, or a text whose value is."""
    __slots__ = ('pairs', 'place', 'head', 'kind', 'key', 'value', 'given')

    def __init__(self, pairs: Iterator[Any], place: _expand.Place, head: int, kind: int, key: Any, value: Any, given: Any) -> None:
        self.pairs = pairs    # keys and values that are still to be added
        self.place = place    # what its texts are
        self.head = head      # its own node; -1: none
        self.kind = kind
        self.key = key
        self.value = value
        self.given = given    # what the value was before plain()


class Builder:
    """Shares the texts of one arena."""

    def __init__(self, texts: Texts) -> None:
        self.texts = texts
        self.keys = Keys(texts)
        self.leaves = Leaves(self.keys, texts)
        self.integers, self.bools = Numbers(INTEGER, self.keys), Numbers(BOOL, self.keys)

    def build(self, root: Any) -> tuple[bytes, int]:
        """All nodes as bytes, and their number. Raises InvalidError, whose path begins at the root."""
        levels: list[Level] = []
        level = Level(iter(((NO_KEY, root),)), _expand.PLAIN, -1, 0, NO_KEY, None, None)
        given: Any = (NO_KEY, root)
        out: list[bytes] = []
        add, pack, keys = out.append, NODE.pack, self.keys
        leaves, integers, bools = self.leaves, self.integers, self.bools
        try:
            while True:
                place = level.place
                texts = place.texts
                for given in level.pairs:
                    value = given[1]
                    kind = type(value)
                    if kind is str and not (texts and given[0] in texts):
                        add(leaves[given])
                        continue
                    if kind is int:
                        add(integers[given])
                        continue
                    if kind is bool:
                        add(bools[given])
                        continue
                    key = given[0]
                    if value is None:
                        add(pack(NULL, 1, *keys[key], 0, 0, 0, 0.0))
                        continue
                    if kind is not dict and kind is not list:
                        if kind is not str and kind is not float:
                            value = plain(value)
                            kind = type(value)
                        if kind is int:
                            add(integers[key, value])
                            continue
                        if kind is float:
                            add(pack(REAL, 1, *keys[key], *self.texts[_spell.real(value)], 0, value))
                            continue
                        if kind is str:
                            within = texts.get(key)
                            if within is None:
                                add(leaves[key, value])
                                continue
                            held = _expand.load(value, place)
                            if held is _expand.NOTHING or len(levels) >= NODE_MAX_DEPTH:
                                add(leaves[key, value])
                                continue
                            levels.append(level)
                            level = Level(iter(((NO_KEY, held),)), within, len(out), TEXT, key, value, given[1])
                            add(b'')
                            break
                    # A container.
                    if len(levels) >= NODE_MAX_DEPTH:
                        level = self.leave(out, levels, level)
                        break
                    if len(out) > MAX_NODES:
                        raise MemoryError
                    levels.append(level)
                    if kind is dict:
                        inner = place.dicts.get(key, place.other)
                        if inner is _expand.MAYBE_READY:
                            inner = _expand.ready(value)
                        level = Level(iter(value.items()), inner, len(out), OBJECT, key, value, given[1])
                    else:
                        inner = place.lists.get(key, place.other)
                        level = Level(zip(repeat(NO_KEY), value), inner, len(out), ARRAY, key, value, given[1])
                    add(b'')
                    break
                else:
                    head = level.head
                    if head < 0:
                        return b''.join(out), len(out)
                    text = self.texts[level.value] if level.kind == TEXT else (0, 0)
                    out[head] = pack(level.kind, len(out) - head, *keys[level.key], *text, 0, 0.0)
                    level = levels.pop()
        except InvalidError:
            raise
        except (TypeError, ValueError, OverflowError, StructError, RuntimeError, MemoryError) as error:
            raise fault(levels, level, given, error) from error

    def leave(self, out: list[bytes], levels: list[Level], level: Level) -> Level:
        """What to go on with where the value of a text that is JSON is nested too deep: the text has no value then."""
        whole = [*levels, level]
        while level.kind != TEXT:
            if not levels:
                raise fault(whole[:-1], whole[-1], None, None)
            level = levels.pop()
        del out[level.head:]
        out.append(self.leaves[level.key, level.value])
        return levels.pop()


def step(level: Level, key: Any, given: Any) -> str:
    """The part of a path that leads from a level to one of its children."""
    if level.kind == OBJECT:
        return _spell.member(key)
    if level.kind == ARRAY:
        return f'[{next((n for n, item in enumerate(level.value) if item is given), 0)}]'
    return ''


def fault(levels: list[Level], level: Level, given: Any, error: Any) -> InvalidError:
    """The exception for the child `given` of a level; given None: it is a container that is nested too deep."""
    below = [(inner.key, inner.given) for inner in (*levels, level)][1:]
    path = ''.join(step(outer, *child) for outer, child in zip(levels, below))
    if given is None:
        return invalid(_spell.cut_path(path), 'is nested too deep')
    key, value = given
    if isinstance(error, MemoryError):
        return invalid(_spell.cut_path(path), f'has more than {MAX_NODES} values')
    if isinstance(error, RuntimeError):
        return invalid(_spell.cut_path(path), 'is changed by somebody else meanwhile')
    if key is not NO_KEY:
        what = _spell.text_fault(key)
        if what:
            return invalid(_spell.cut_path(path), f'the key {_spell.short(key)} {what}')
    return invalid(_spell.cut_path(path + step(level, key, value)), _spell.value_fault(value), _spell.short(value))
