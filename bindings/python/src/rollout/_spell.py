# SPDX-License-Identifier: Apache-2.0
"""How numbers, times, paths and values at fault are written."""
from __future__ import annotations

import datetime
import json
import math
import re
from typing import Any, Optional

PATH_MAX = 191
VALUE_MAX = 48
ESCAPES = re.compile('[\ud800-\udfff]')


def real(value: float) -> str:
    """A number as the library's reader of JSON spells it: the shortest of 15, 16 or 17 digits that reads back as the same."""
    if not math.isfinite(value):
        raise ValueError('not finite')
    text = ''
    for digits in (15, 16, 17):
        text = f'{value:.{digits}g}'
        if float(text) == value:
            break
    if 'e' in text:
        digits_part, exponent = text.split('e')
        return f'{digits_part}e{int(exponent)}'
    return text if '.' in text else text + '.0'


def time(value: datetime.datetime) -> str:
    """RFC 3339 in UTC. Where no zone is given it is UTC, as in YAML."""
    if value.tzinfo is not None:
        value = value.astimezone(datetime.timezone.utc).replace(tzinfo=None)
    return value.isoformat() + 'Z'


def now_ms(now: Any) -> int:
    """A point in time as milliseconds since 1970; None is 0."""
    if now is None:
        return 0
    if isinstance(now, datetime.datetime) and now.tzinfo is not None:
        return (now - datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)) // datetime.timedelta(milliseconds=1)
    if isinstance(now, int) and not isinstance(now, bool) and -2**63 <= now < 2**63:
        return now
    from .errors import invalid
    raise invalid('now', 'is neither milliseconds since 1970 nor a datetime with a zone', short(now))


def member(key: Any) -> str:
    """A step of a path: ".spec" or "["a.b"]"."""
    if isinstance(key, str) and re.fullmatch(r'[A-Za-z0-9_$-]+', key):
        return '.' + key
    return f'[{short(key)}]'


def cut_path(path: str) -> str:
    """A whole path, as long as the library's own may be."""
    path = path.lstrip('.')
    return path if len(path) <= PATH_MAX else path[:PATH_MAX - 3] + '...'


def short(value: Any) -> str:
    """A value on one line that is not long, as JSON where it is JSON."""
    if isinstance(value, str):
        text = json.dumps(value[:VALUE_MAX + 1], ensure_ascii=False)
    elif isinstance(value, (dict, list, tuple, set, frozenset)):
        return f'a {type(value).__name__} of {len(value)}'
    elif value is None or isinstance(value, bool):
        text = json.dumps(value)
    elif isinstance(value, int) and value.bit_length() > 256:
        return f'an int of {value.bit_length()} bits'
    elif isinstance(value, (int, float, bytes, bytearray)):
        text = repr(value[:VALUE_MAX] if isinstance(value, (bytes, bytearray)) else value)
    else:
        return f'an object of type {type(value).__name__}'
    text = ESCAPES.sub(lambda match: f'\\u{ord(match[0]):x}', text)
    text = re.sub('[\0-\x1f\x7f]', '?', text)
    return text if len(text) <= VALUE_MAX else text[:VALUE_MAX] + '...'


def text_fault(text: Any) -> Optional[str]:
    """What is wrong with a key, or None."""
    if not isinstance(text, str):
        return 'is no string'
    if ESCAPES.search(text):
        return 'has half of a surrogate pair'
    return 'has a NUL' if '\0' in text else None


def value_fault(value: Any) -> str:
    """What is wrong with a value that no node can hold."""
    if isinstance(value, str):
        return 'has half of a surrogate pair'
    if isinstance(value, float):
        return 'is no finite number'
    if isinstance(value, int):
        return 'does not fit in 64 bits'
    if isinstance(value, datetime.datetime):
        return 'is no time in UTC'
    return 'is no JSON'
