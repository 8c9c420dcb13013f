# SPDX-License-Identifier: Apache-2.0
"""The shared library: finds it, refuses another version, declares its functions."""
from __future__ import annotations

import ctypes
import os
import pathlib
from typing import Any, Optional

from . import _abi
from .enums import ErrorCode
from .errors import CLASSES, LibraryError, RolloutError

BUNDLED = pathlib.Path(__file__).resolve().parent / 'librollout.so'
SONAME = 'librollout.so.' + '.'.join(_abi.VERSION.split('.')[:2])
VARIABLE = 'ROLLOUT_LIBRARY'


def _load() -> tuple[ctypes.CDLL, str]:
    """The library that $ROLLOUT_LIBRARY names, else the one inside this package, else the system's."""
    chosen = os.environ.get(VARIABLE) or (str(BUNDLED) if BUNDLED.exists() else SONAME)
    try:
        library = ctypes.CDLL(chosen)
        tell = library.rollout_version
    except (OSError, AttributeError) as error:
        raise LibraryError(f'no librollout: {error}', code=ErrorCode.ERR_ABI, path=chosen) from error
    tell.restype, tell.argtypes = ctypes.c_char_p, []
    version = (tell() or b'').decode('ascii', 'replace')
    # While the version is 0.x layouts may change with its second number.
    if version.split('.')[:2] != _abi.VERSION.split('.')[:2]:
        raise LibraryError(f'{chosen} is librollout {version}, but this package needs {_abi.VERSION}', code=ErrorCode.ERR_ABI,
                           path=chosen, value=version)
    for name, (result, parameters) in _abi.PROTOTYPES.items():
        try:
            function = getattr(library, name)
        except AttributeError as error:
            raise LibraryError(f'{chosen} has no {name}', code=ErrorCode.ERR_ABI, path=chosen) from error
        function.restype, function.argtypes = result, parameters
    return library, chosen


lib, path = _load()


def failure(code: int, record: Any) -> RolloutError:
    """The exception for what a function returned."""
    def read(data: bytes) -> str:
        return data.decode('utf-8', 'replace')
    index: Optional[int] = None if record.index == _abi.NONE else record.index
    return CLASSES.get(code, RolloutError)(read(record.message) or f'error {code}', code=code, path=read(record.field), index=index,
                                           value=read(record.value))


def call(name: str, *arguments: Any) -> None:
    """Calls a function whose last parameter is the error record; raises what it returns."""
    record = _abi.rollout_error()
    record.struct_size = ctypes.sizeof(record)
    code = getattr(lib, name)(*arguments, ctypes.byref(record))
    if code != ErrorCode.OK:
        raise failure(code, record)


def result(name: str, *arguments: Any) -> int:
    """Same for a function that gives a pointer, which is returned."""
    pointer = ctypes.c_void_p()
    call(name, *arguments, ctypes.byref(pointer))
    return pointer.value or 0


def static_text(data: Optional[bytes]) -> Optional[str]:
    return None if data is None else data.decode('ascii')
