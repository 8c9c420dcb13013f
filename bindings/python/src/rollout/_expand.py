# SPDX-License-Identifier: Apache-2.0
"""Texts that are themselves JSON, which node.h lists: the core holds no parser, so whoever builds a tree parses them."""
from __future__ import annotations

import binascii
import json
import re
import threading
from typing import Any, Mapping, Optional

NO_KEY: Any = object()
"""Stands for the key of what is no member of an object."""

NOTHING: Any = object()
"""The value of a text that is no JSON."""


class Place:
    """What a container's members are, by where it stands."""
    __slots__ = ('texts', 'dicts', 'lists', 'other', 'base64')

    def __init__(self, other: Optional[Place] = None) -> None:
        self.texts: Mapping[Any, Place] = {}  # texts that are JSON, and the place of their value
        self.dicts: Mapping[Any, Place] = {}  # place of a member that is an object
        self.lists: Mapping[Any, Place] = {}  # place of a member that is an array
        self.other: Place = other or self     # place of all other members
        self.base64 = False                   # the texts are JSON in base64


PLAIN = Place()
METADATA, ANNOTATIONS, STATUS, CONDITIONS, READY = (Place(PLAIN) for _ in range(5))
MAYBE_READY = Place(PLAIN)  # one of the conditions: its type decides
SEALED = Place()            # within the value of a text, where no other text is JSON
GRACE = Place(SEALED)       # the object that a grace annotation holds
GRACE_VALUE = Place(SEALED)

PLAIN.dicts = {'metadata': METADATA, 'status': STATUS}
METADATA.dicts = {**PLAIN.dicts, 'annotations': ANNOTATIONS}
STATUS.dicts = ANNOTATIONS.dicts = READY.dicts = PLAIN.dicts
STATUS.lists = {'conditions': CONDITIONS}
CONDITIONS.dicts = {NO_KEY: MAYBE_READY}
READY.texts = {'message': SEALED}
ANNOTATIONS.texts = {
    'apps.kruise.io/inplace-update-state': SEALED,
    'inplace-update-state': SEALED,
    'apps.kruise.io/inplace-update-grace': GRACE_VALUE,
    'inplace-update-grace': GRACE_VALUE,
    'apps.kruise.io/runtime-containers-meta': SEALED,
    'rollouts.kruise.io/deployment-strategy': SEALED,
}
GRACE_VALUE.dicts = {NO_KEY: GRACE}
GRACE.texts = {'metaDataPatch': SEALED}
GRACE.base64 = True


def ready(condition: dict[Any, Any]) -> Place:
    """The place of one of status.conditions."""
    return READY if condition.get('type') == 'KruisePodReady' else PLAIN


def from_base64(text: str) -> Optional[str]:
    """RFC 4648 section 4 with padding; line breaks count for nothing, and bits that are left over neither."""
    whole = text.replace('\r', '').replace('\n', '')
    digits = whole.rstrip('=')
    rest = len(digits) % 4
    padding = len(whole) - len(digits)
    if rest == 1 or padding != (4 - rest if rest else 0) or not re.fullmatch('[A-Za-z0-9+/]*', digits):
        return None
    try:
        return binascii.a2b_base64(whole).decode()
    except UnicodeDecodeError:
        return None


def no_number(text: str) -> Any:
    raise ValueError(text)


def integer(text: str) -> int:
    number = int(text) if len(text) <= 20 else 1 << 64
    if not -(1 << 63) <= number < 1 << 63:
        raise ValueError(text)
    return number


def real(text: str) -> float:
    number = float(text)
    if number in (float('inf'), float('-inf')):
        raise ValueError(text)
    return number


def members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object, of which a key is refused where the library's reader refuses it."""
    for key, _ in pairs:
        if '\0' in key:
            raise ValueError(key)
    return dict(pairs)


DECODER = json.JSONDecoder(parse_constant=no_number, parse_int=integer, parse_float=real, object_pairs_hook=members)


def decode(source: str) -> Any:
    try:
        value = DECODER.decode(source)
        if '\\u' in source:
            json.dumps(value, ensure_ascii=False).encode()  # lone surrogates
        return value
    except ValueError:
        return NOTHING


def decode_elsewhere(source: str) -> Any:
    """On a stack of its own, for a caller who has used up his. What is too deep even there has no room in a tree either."""
    found: list[Any] = []

    def run() -> None:
        try:
            found.append(decode(source))
        except RecursionError:
            found.append(NOTHING)
    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    return found[0]


def load(text: str, place: Place) -> Any:
    """The value of a text in this place; NOTHING where it is no JSON."""
    source = from_base64(text) if place.base64 else text
    if source is None:
        return NOTHING
    try:
        return decode(source)
    except RecursionError:
        return decode_elsewhere(source)
