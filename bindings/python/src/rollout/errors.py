# SPDX-License-Identifier: Apache-2.0
"""What goes wrong, as exceptions."""
from __future__ import annotations

from typing import Optional

from .enums import ErrorCode


class RolloutError(Exception):
    """Base of all exceptions of this package.

    message says the same as str(): one line that names path and value."""

    def __init__(self, message: str, *, code: int = 0, path: str = '', index: Optional[int] = None, value: str = '') -> None:
        super().__init__(message)
        self.message = message
        """One line without a full stop."""
        self.code = code
        """ErrorCode."""
        self.path = path
        """The field at fault in the caller's spelling, "spec.updateStrategy.maxUnavailable" or "pods[3].phase"; '' = none."""
        self.index = index
        """Element of an input array at fault, from 0; None = none."""
        self.value = value
        """The value at fault as JSON, cut with "..." where it is long; '' = none."""


class InvalidError(RolloutError, ValueError):
    """Wrong input."""


class NoMemoryError(RolloutError, MemoryError):
    """An allocation failed, or a size does not fit."""


class AbiError(RolloutError):
    """The library does not know something that this package gave it, as happens where it is older."""


class LibraryError(AbiError, ImportError):  # type: ignore[misc]  # path is a str here, and may be None there
    """There is no library, or one of another version. Raised by `import rollout`."""


CLASSES: dict[int, type[RolloutError]] = {
    ErrorCode.ERR_ABI: AbiError,
    ErrorCode.ERR_INVALID: InvalidError,
    ErrorCode.ERR_NOMEM: NoMemoryError,
}


def invalid(path: str, what: str, value: str = '') -> InvalidError:
    """An InvalidError in the library's own form: "path: value what"."""
    said = f'{value} {what}' if value else what
    return InvalidError(f'{path}: {said}' if path else said, code=ErrorCode.ERR_INVALID, path=path, value=value)
