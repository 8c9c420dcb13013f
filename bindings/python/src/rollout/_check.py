# SPDX-License-Identifier: Apache-2.0
"""Names the field at fault where facts could not be packed. Packing itself checks nothing twice; this runs only after it failed."""
from __future__ import annotations

import struct
from typing import Any, Iterable, Mapping

from . import _spell, types
from ._arena import Arena
from ._pack import FIELDS
from .errors import InvalidError, RolloutError, invalid

FAULTS = (TypeError, ValueError, AttributeError, OverflowError, RuntimeError, LookupError, struct.error)
"""What packing raises for input of the wrong form."""

INT32 = (-2**31, 2**31 - 1)


def refuse(path: str, value: Any, what: str) -> InvalidError:
    return invalid(_spell.cut_path(path), what, _spell.short(value))


def number(path: str, value: Any, limits: tuple[int, int]) -> None:
    if not isinstance(value, int):
        raise refuse(path, value, 'is no integer')
    if not limits[0] <= value <= limits[1]:
        raise refuse(path, value, f'is not within {limits[0]} and {limits[1]}')


def text(path: str, value: Any) -> None:
    if not isinstance(value, str):
        raise refuse(path, value, 'is no str')
    if _spell.ESCAPES.search(value):
        raise refuse(path, value, 'has half of a surrogate pair')


def each(path: str, values: Any) -> Iterable[tuple[str, Any]]:
    if isinstance(values, (str, bytes, Mapping)):
        raise refuse(path, values, 'is no sequence')
    try:
        return [(f'{path}[{n}]', value) for n, value in enumerate(values)]
    except TypeError:
        raise refuse(path, values, 'is no sequence') from None


def intstr(path: str, value: Any) -> None:
    if isinstance(value, str):
        text(path, value)
    elif isinstance(value, bool) or not isinstance(value, int):
        raise refuse(path, value, 'is neither an integer nor a str')
    else:
        number(path, value, INT32)


def labels(path: str, value: Any) -> None:
    if not isinstance(value, Mapping):
        raise refuse(path, value, 'is no mapping')
    for key, of in value.items():
        what = None if isinstance(key, str) and '\0' in key else _spell.text_fault(key)
        if what:
            raise invalid(_spell.cut_path(path), f'the key {_spell.short(key)} {what}')
        text(path + _spell.member(key), of)


def terms(path: str, value: Any) -> None:
    for inner, pair in each(path, value):
        if not isinstance(pair, (tuple, list)) or len(pair) != 2:
            raise refuse(inner, pair, 'is no pair of a key and a value')
        for name, half in zip(('key', 'value'), pair):
            text(f'{inner}.{name}', half)


def below(path: str, error: RolloutError) -> RolloutError:
    """An error within a tree as one within what holds the tree."""
    said = error.message[len(error.path):] if error.path else f': {error.message}' if path else error.message
    step = error.path if error.path.startswith('[') or not (path and error.path) else f'.{error.path}'
    whole = _spell.cut_path(path + step)
    return type(error)(whole + said, code=error.code, path=whole, index=error.index, value=error.value)


def tree(path: str, value: Any) -> None:
    try:
        Arena().tree(value)
    except InvalidError as error:
        raise below(path, error) from None


def field(path: str, kind: str, value: Any, extra: Any) -> None:
    if kind in ('int', 'enum', 'flags'):
        number(path, value, extra)
    elif kind == 'bool':
        number(path, value, (0, 1))
    elif kind == 'str':
        text(path, value)
    elif kind == 'opt':
        number(path, value, INT32)
    elif kind == 'strs':
        for inner, item in each(path, value):
            text(inner, item)
    elif kind == 'intstrs':
        for inner, item in each(path, value):
            intstr(inner, item)
    elif kind == 'numbers':
        for inner, item in each(path, value):
            number(inner, item, extra)
    elif kind in ('slice', 'view'):
        for inner, item in each(path, value):
            record(inner, item, extra)
    elif kind in ('pointer', 'struct'):
        record(path, value, extra)
    else:
        {'intstr': intstr, 'labels': labels, 'terms': terms, 'tree': tree}[kind](path, value)


def record(path: str, value: Any, of: type) -> None:
    """Raises for the first field at fault of a value that should be one of that class."""
    for name, kind, optional, extra in FIELDS[of]:
        try:
            member = getattr(value, name)
        except AttributeError:
            raise refuse(path or of.__name__.lower(), value, f'is no {of.__name__}') from None
        if member is None and (optional or kind in ('opt', 'intstr', 'tree')):
            continue
        # A workload's spec is what its paths begin at, as in the library's own.
        root = of is types.Workload and kind == 'pointer' and isinstance(member, extra)
        field('' if root else f'{path}.{name}' if path else name, kind, member, extra)


def explain(error: Exception, *given: tuple[str, Any, type]) -> RolloutError:
    """The exception for facts that could not be packed. given: the path of each, the value, and its class."""
    try:
        for path, value, of in given:
            record(path, value, of)
    except RolloutError as found:
        return found
    except Exception:  # a class of the caller's own whose attributes raise
        pass
    return error if isinstance(error, RolloutError) else invalid('', f'not understood: {error}')
