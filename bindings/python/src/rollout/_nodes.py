# SPDX-License-Identifier: Apache-2.0
"""Trees of the library out of plain Python values: what json.load() or yaml.safe_load() give.

Nodes lie in preorder, and a leaf's bytes do not depend on where it stands, so equal leaves are made once."""
from __future__ import annotations

import datetime
from collections import defaultdict
from itertools import repeat
from pickle import dumps as pickled
from struct import Struct, error as StructError
from typing import Any, Callable, Iterator, Mapping, NamedTuple

from . import _expand, _spell
from ._abi import NODE_MAX_DEPTH
from ._blocks import NO_STR, Texts
from .enums import ErrorCode, NodeKind
from .errors import NoMemoryError, RolloutError, invalid

NODE = Struct('@IIPNPNqd')
HEAD = Struct('@II')
TAIL = Struct('@qd')
NULL, BOOL, INTEGER, REAL, TEXT, ARRAY, OBJECT = (int(kind) for kind in NodeKind)
NO_NUMBER = bytes(TAIL.size)
TEXT_HEAD, NULL_HEAD, REAL_HEAD = (HEAD.pack(kind, 1) for kind in (TEXT, NULL, REAL))
NO_MORE = NO_STR + NO_NUMBER
pack_text = Struct(f'@{HEAD.size}s{len(NO_STR)}sPN{TAIL.size}s').pack

# More values than the objects of any cluster have. Only a document that shares its parts gets there, as YAML's aliases do: it
# takes no room in Python, but all of it as nodes.
MAX_NODES = 1 << 24

# Objects repeat one another: containers, conditions, owners. From depth 3 on, and not so deep that the limit of depth counts, a
# container that equals one under the same key before takes its nodes; where that never happens it is given up.
MOST_REPEATED = 512
TRIES = 1000

NO_KEY = _expand.NO_KEY

class Keys(dict[Any, bytes]):
    """A struct rollout_str for each key."""

    def __init__(self, texts: Texts) -> None:
        super().__init__({NO_KEY: NO_STR})
        self.texts = texts

    def __missing__(self, key: Any) -> bytes:
        if '\0' in key:  # the library's own reader of JSON has no such keys either
            raise ValueError('NUL')
        found = self[key] = self.texts.present(key)
        return found


class Leaves(dict[Any, bytes]):
    """The node of a key and a text."""

    def __init__(self, keys: Keys, put: Callable[[bytes], int]) -> None:
        super().__init__()
        self.keys_of, self.put = keys, put

    def __missing__(self, pair: tuple[Any, str]) -> bytes:
        key, text = pair
        data = text.encode()
        found = self[pair] = pack_text(TEXT_HEAD, self.keys_of[key], self.put(data), len(data), NO_NUMBER)
        return found


class Numbers(dict[Any, bytes]):
    """The node of a key and an int, or a bool: 1 and True are equal, so each kind has its own."""

    def __init__(self, kind: int, keys: Keys) -> None:
        super().__init__()
        self.head, self.keys_of = HEAD.pack(kind, 1), keys

    def __missing__(self, pair: tuple[Any, int]) -> bytes:
        found = self[pair] = self.head + self.keys_of[pair[0]] + NO_STR + TAIL.pack(pair[1], 0.0)
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


def content_of(value: Any) -> bytes:
    """The same for equal values of equal types only. What it cannot be told of is like nothing else."""
    try:
        return pickled(value, 4)
    except Exception:  # any of a class of the caller's own, or nested too deep
        return b''


class Memo:
    """Containers under one key by their content, and the nodes of each."""
    __slots__ = ('left', 'nodes')

    def __init__(self) -> None:
        self.left = TRIES
        self.nodes: dict[bytes, tuple[bytes, int]] = {}


class Level(NamedTuple):
    """A container whose children are being added, or a text whose value is."""
    pairs: Iterator[Any]  # keys and values that are still to be added
    place: _expand.Place  # what its texts are
    head: int             # place of its own node in the output; -1: none
    first: int            # number of that node
    kind: int
    key: Any
    value: Any
    given: Any            # what the value was before plain()


class Builder:
    """Shares the texts of one arena."""

    def __init__(self, texts: Texts, put: Callable[[bytes], int]) -> None:
        self.texts = texts
        self.keys = Keys(texts)
        self.leaves = Leaves(self.keys, put)
        self.integers, self.bools = Numbers(INTEGER, self.keys), Numbers(BOOL, self.keys)
        self.memos: defaultdict[Any, Memo] = defaultdict(Memo)

    def build(self, root: Any) -> tuple[bytes, int]:
        """All nodes as bytes, and their number. Raises InvalidError, whose path begins at the root."""
        out: list[bytes] = []
        levels: list[Any] = []  # those above; tuples as Level
        extra = 0  # nodes beyond one for each element of out
        unknown: list[tuple[int, Memo, bytes]] = []  # containers whose nodes are kept when they are there
        given: Any = (NO_KEY, root)
        pairs, place, head, first, kind, key, value, was = Level(iter((given,)), _expand.PLAIN, -1, 0, 0, NO_KEY, None, None)
        add, pack, keys, leaves, integers = out.append, HEAD.pack, self.keys, self.leaves, self.integers
        memos = self.memos
        try:
            while True:
                texts = place.texts
                for given in pairs:
                    child = given[1]
                    form = type(child)
                    if form is str:
                        if not texts or given[0] not in texts:
                            add(leaves[given])
                            continue
                    elif form is int:
                        add(integers[given])
                        continue
                    elif form is not dict and form is not list:
                        child = child if child is None or form is bool or form is float else plain(child)
                        form = type(child)
                        if self.leaf(out, given[0], child, texts):
                            continue
                    # It has children.
                    keys[given[0]]  # refuses what is no key while it is known where it stands
                    if len(levels) >= NODE_MAX_DEPTH:
                        if form is str:
                            add(leaves[given[0], child])
                            continue
                        levels.append((pairs, place, head, first, kind, key, value, was))
                        text = self.leave(levels)
                        del out[text.head:]
                        extra = text.first - text.head
                        add(leaves[text.key, text.value])
                        pairs, place, head, first, kind, key, value, was = levels.pop()
                        break
                    if form is str:
                        held = _expand.load(child, place)
                        if held is _expand.NOTHING:
                            add(leaves[given[0], child])
                            continue
                        levels.append((pairs, place, head, first, kind, key, value, was))
                        key, value = given[0], child
                        pairs, place, kind = iter(((NO_KEY, held),)), texts[key], TEXT
                    else:
                        if form is dict:
                            inner = place.dicts.get(given[0], place.other)
                            if inner is _expand.MAYBE_READY:
                                inner = _expand.ready(child)
                        else:
                            inner = place.lists.get(given[0], place.other)
                        if 3 <= len(levels) <= 16:
                            memo = memos[given[0], inner]
                            if memo.left > 0:
                                content = content_of(child)
                                same = memo.nodes.get(content)
                                if same:
                                    add(same[0])
                                    extra += same[1] - 1
                                    memo.left = TRIES
                                    continue
                                memo.left -= 1
                                if content:
                                    unknown.append((len(out), memo, content))
                        levels.append((pairs, place, head, first, kind, key, value, was))
                        key, value, place = given[0], child, inner
                        if form is dict:
                            pairs, kind = iter(value.items()), OBJECT
                        else:
                            pairs, kind = zip(repeat(NO_KEY), value), ARRAY
                    was = given[1]
                    head = len(out)
                    first = head + extra
                    if first > MAX_NODES:
                        raise MemoryError
                    add(b'')
                    break
                else:
                    if head < 0:
                        return b''.join(out), len(out) + extra
                    size = len(out) + extra - first
                    out[head] = pack(kind, size) + keys[key] + (NO_MORE if kind != TEXT else self.texts.present(value) + NO_NUMBER)
                    if unknown and unknown[-1][0] >= head:
                        at, memo, content = unknown.pop()
                        if at == head and size <= MOST_REPEATED:
                            memo.nodes[content] = b''.join(out[head:]), size
                    pairs, place, head, first, kind, key, value, was = levels.pop()
        except RolloutError:
            raise
        except (TypeError, ValueError, OverflowError, StructError, RuntimeError, MemoryError) as error:
            levels.append((pairs, place, head, first, kind, key, value, was))
            raise fault(levels, given, error) from error

    def leaf(self, out: list[bytes], key: Any, value: Any, texts: Mapping[Any, Any]) -> bool:
        """Adds a value of the rarer kinds; False where it has children."""
        form = type(value)
        if form is dict or form is list:
            return False
        if form is str:
            if key in texts:
                return False
            out.append(self.leaves[key, value])
        elif form is int:
            out.append(self.integers[key, value])
        elif form is bool:
            out.append(self.bools[key, value])
        elif value is None:
            out.append(NULL_HEAD + self.keys[key] + NO_MORE)
        else:
            out.append(REAL_HEAD + self.keys[key] + self.texts[_spell.real(value)] + TAIL.pack(0, value))
        return True

    def leave(self, levels: list[Any]) -> Level:
        """Takes off the levels of the value of a text where something in it is nested too deep: the text has none then."""
        whole = list(levels)
        while levels:
            level = Level(*levels.pop())
            if level.kind == TEXT:
                return level
        raise fault(whole, None, None)


def step(level: Level, key: Any, given: Any) -> str:
    """The part of a path that leads from a level to one of its children."""
    if level.kind == OBJECT:
        return _spell.member(key)
    if level.kind == ARRAY:
        return f'[{next((n for n, item in enumerate(level.value) if item is given), 0)}]'
    return ''


def fault(whole: list[Any], given: Any, error: Any) -> RolloutError:
    """The exception for the child `given` of the last level; given None: that is a container which is nested too deep."""
    levels = [Level(*level) for level in whole]
    path = ''.join(step(outer, inner.key, inner.given) for outer, inner in zip(levels, levels[1:]))
    if given is None:
        return invalid(_spell.cut_path(path), 'is nested too deep')
    key, value = given
    if isinstance(error, MemoryError):
        return invalid(_spell.cut_path(path), f'has more than {MAX_NODES} values')
    if isinstance(error, RecursionError):
        return NoMemoryError("the caller's stack is full", code=ErrorCode.ERR_NOMEM)
    if isinstance(error, RuntimeError):
        return invalid(_spell.cut_path(path), 'is changed by somebody else meanwhile')
    if key is not NO_KEY:
        what = _spell.text_fault(key)
        if what:
            return invalid(_spell.cut_path(path), f'the key {_spell.short(key)} {what}')
    return invalid(_spell.cut_path(path + step(levels[-1], key, value)), _spell.value_fault(value), _spell.short(value))
