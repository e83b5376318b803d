"""Exchanging two names on disk in one step, which Python's library cannot."""

from __future__ import annotations

import ctypes
import errno
import os
import sys
from pathlib import Path

_HERE = -100
"""AT_FDCWD: paths are relative to the current folder (Linux)."""
_EXCHANGE = 2
"""RENAME_EXCHANGE of renameat2(2), and RENAME_SWAP of renamex_np(2) of macOS."""
_UNABLE = (errno.EINVAL, errno.ENOSYS, errno.ENOTSUP)


def exchange_names(one: Path, other: Path) -> None:
    """Exchanges two files or folders: each is then under the name of the other.

    Raises:
        NotImplementedError: the system, or the file system, cannot do that.
        OSError: it failed; both are as they were.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    a, b = os.fsencode(one), os.fsencode(other)
    try:
        if sys.platform == "darwin":
            failed = libc.renamex_np(a, b, _EXCHANGE)
        else:
            failed = libc.renameat2(_HERE, a, _HERE, b, _EXCHANGE)
    except AttributeError:
        raise NotImplementedError from None
    if failed:
        code = ctypes.get_errno()
        if code in _UNABLE:
            raise NotImplementedError
        raise OSError(code, os.strerror(code), str(one), None, str(other))
