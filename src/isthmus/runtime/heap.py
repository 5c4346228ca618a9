"""Memory that a server gives back: large blocks leave the process when they are freed."""

from __future__ import annotations

import ctypes
import sys

TRIM, MAPPED, ARENAS = -1, -3, -8
"""What ``mallopt`` of the GNU C library calls its settings."""
LARGE = 256 * 1024
"""Bytes from which a block is mapped by itself, and above which the free end is given back."""


def give_back() -> bool:
    """Let the allocator of this process give back what is freed; tell whether it can be set.

    The GNU C library keeps a heap for each thread and takes larger and larger blocks from it once
    one has been freed, so that a small block that stays holds many megabytes that do not. With
    one heap and a fixed size from which blocks are mapped by themselves, memory follows what is
    held. Other allocators are left as they are. Call it before threads are started.
    """
    if sys.platform != "linux":
        return False
    set_option = getattr(ctypes.CDLL(None), "mallopt", None)
    if set_option is None:
        return False
    options = ((ARENAS, 1), (MAPPED, LARGE), (TRIM, LARGE))
    taken = [set_option(name, value) == 1 for name, value in options]
    return all(taken)
