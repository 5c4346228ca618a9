"""What the allocator does with freed blocks: servers give them back, workers keep them."""

from __future__ import annotations

import ctypes
import sys
import threading
import time
from collections.abc import Mapping

TRIM, MAPPED, ARENAS = -1, -3, -8
"""What ``mallopt`` of the GNU C library calls its settings."""
LARGE = 256 * 1024
"""Bytes from which a block is mapped by itself, and above which the free end is given back."""
KEPT = 32 * 1024 * 1024
"""The largest such size that the library takes, to which it rises as blocks are freed."""

PAUSE, WORKED = 5.0, 0.5
"""Seconds between two looks at free pages, and of processor time in between that are worth one."""


def give_back() -> bool:
    """Let the allocator of this process give back what is freed; tell whether it can be set.

    The GNU C library keeps a heap for each thread and takes larger and larger blocks from it once
    one has been freed, so that a small block that stays holds many megabytes that do not. With
    one heap and a fixed size from which blocks are mapped by themselves, memory follows what is
    held; free pages between blocks that stay are given back by a thread, every few seconds in which
    the process worked. Other allocators are left as they are. Call it before threads are started.
    """
    done = _set({ARENAS: 1, MAPPED: LARGE, TRIM: LARGE})
    if done:
        threading.Thread(target=_trim, daemon=True).start()
    return done


def keep() -> bool:
    """Let the allocator of this process keep what is freed for the next block; tell whether it can.

    This is where the GNU C library comes by itself, unless something has set one of the two sizes,
    as the nanny of a Dask worker does: then each array over 128 KiB is mapped from the system,
    page by page, and handed back when freed, which nearly doubles the time of a batch.
    """
    return _set({MAPPED: KEPT, TRIM: 2 * KEPT})


def _trim() -> None:
    """Give free pages back for ever."""
    library, worked = ctypes.CDLL(None), 0.0
    while True:
        time.sleep(PAUSE)
        if time.process_time() > worked + WORKED:
            library.malloc_trim(0)
            worked = time.process_time()


def _set(options: Mapping[int, int]) -> bool:
    if sys.platform != "linux":
        return False
    set_option = getattr(ctypes.CDLL(None), "mallopt", None)
    if set_option is None:
        return False
    taken = [set_option(name, value) == 1 for name, value in options.items()]
    return all(taken)
