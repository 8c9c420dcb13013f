# SPDX-License-Identifier: Apache-2.0
"""Memory for one call, and the texts in it."""
from __future__ import annotations

import ctypes
from itertools import accumulate
from struct import Struct
from typing import Any, Callable, Iterable

FIRST_BLOCK = 1 << 16
STR = Struct('@PN')
NO_STR = bytes(STR.size)
pack_str = STR.pack


class Blocks:
    """Memory whose addresses do not change. Refers to nobody, so that it is freed as soon as the call is over."""

    def __init__(self) -> None:
        self.kept: list[Any] = []
        self.size = -1  # no block yet
        self.at = self.base = 0
        self.block = bytearray()

    def put(self, data: bytes) -> int:
        """Address of a copy, aligned to 8."""
        at = self.at
        end = at + len(data)
        if end > self.size:
            self.size = max(FIRST_BLOCK, 2 * self.size, len(data))
            self.block = bytearray(self.size)
            pinned = (ctypes.c_char * self.size).from_buffer(self.block)  # which can no longer be resized
            self.kept.append(pinned)
            self.base, at, end = ctypes.addressof(pinned), 0, len(data)
        self.block[at:end] = data
        self.at = (end + 7) & -8
        return self.base + at

    def keep(self, data: bytes) -> int:
        """Address of these bytes themselves."""
        self.kept.append(data)
        return ctypes.cast(ctypes.c_char_p(data), ctypes.c_void_p).value or 0


class Texts(dict[Any, bytes]):
    """A struct rollout_str for each text, which is copied once.

    An empty one is absent, as most facts are that an object does not tell; present() is for those of which both are known."""

    def __init__(self, put: Callable[[bytes], int]) -> None:
        super().__init__({'': NO_STR})
        self.put = put
        self.empty = pack_str(put(b'\0'), 0)

    def present(self, text: Any) -> bytes:
        """Not absent, be it empty."""
        return self.empty if text == '' else self[text]

    def __missing__(self, text: Any) -> bytes:
        if not isinstance(text, str):
            raise TypeError('not a str')
        data = text.encode()
        found = self[text] = pack_str(self.put(data), len(data))
        return found

    def add(self, texts: Iterable[Any]) -> None:
        """Copies many at once."""
        new = set(texts).difference(self)
        new.discard(None)
        joined = ''.join(new)
        if joined.isascii():
            lengths = list(map(len, new))
            values = [0] * (2 * len(lengths))
            values[::2] = accumulate(lengths[:-1], initial=self.put(joined.encode())) if lengths else []
            values[1::2] = lengths
            data = Struct(f'@{"PN" * len(lengths)}').pack(*values)
            self.update(zip(new, [data[at:at + STR.size] for at in range(0, len(data), STR.size)]))
