"""A process that answers for hours holds what it needs, not what it once needed."""

from __future__ import annotations

import os
import platform
import subprocess
import sys

import pytest

WORK = """
import os, sys
import numpy as np
from isthmus.runtime.heap import give_back

def resident():
    with open("/proc/self/statm", encoding="ascii") as handle:
        return int(handle.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6

if sys.argv[1] == "set":
    assert give_back()
np.ones(3_000_000)  # freed at once: from here on the allocator takes such blocks from its heap
before, pins = resident(), []
blocks = []
for _ in range(50):
    blocks.append(np.ones(500_000))
    pins.append(np.ones(2_000))
del blocks[:]
print(resident() - before)
"""


def grown(how: str) -> float:
    command = [sys.executable, "-c", WORK, how]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return float(done.stdout)


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="no GNU C library")
@pytest.mark.once_broken("memory grew by what requests had needed, not by what was kept")
def test_freed_blocks_leave_the_process_whatever_stays_beside_them() -> None:
    assert grown("as it is") > 100.0
    assert grown("set") < 20.0


PAGES = """
import os, sys, time
from isthmus.runtime import heap

def resident():
    with open("/proc/self/statm", encoding="ascii") as handle:
        return int(handle.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6

heap.PAUSE, heap.WORKED = float(sys.argv[1]), 0.0
assert heap.give_back()
before = resident()
blocks = [bytes(2_000) for _ in range(50_000)]
assert resident() - before > 80.0
blocks[:] = blocks[::100] + blocks[-1:]
end = time.monotonic() + 60
while resident() - before > 20.0 and time.monotonic() < end and heap.PAUSE < 1.0:
    time.sleep(0.02)
print(resident() - before)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="no GNU C library")
@pytest.mark.once_broken("free pages between blocks that stayed were never given back")
def test_free_pages_between_blocks_leave_the_process_too() -> None:
    def left(pause: str) -> float:
        command = [sys.executable, "-c", PAGES, pause]
        return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)

    assert left("600") > 60.0
    assert left("0.05") < 20.0


FAULTS = """
import resource, sys, threading
import numpy as np
from isthmus.runtime.heap import keep

def work():
    if sys.argv[1] == "keep":
        assert keep()
    np.ones(500_000)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for _ in range(50):
        np.ones(500_000)
    print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)

thread = threading.Thread(target=work)
thread.start()
thread.join()
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="no GNU C library")
@pytest.mark.once_broken("the nanny of a Dask worker had every large array mapped afresh")
def test_a_worker_takes_freed_blocks_again() -> None:
    def faults(how: str) -> int:
        env = {**os.environ, "MALLOC_TRIM_THRESHOLD_": "65536"}
        command = [sys.executable, "-c", FAULTS, how]
        return int(subprocess.run(command, check=True, capture_output=True, env=env).stdout)

    assert faults("as it is") > 10_000
    assert faults("keep") < 2_000
