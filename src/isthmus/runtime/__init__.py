"""Cancel token, progress, executors, atomic files, resume."""

from typing import TYPE_CHECKING, Any

from isthmus.runtime.atomic import (
    atomic_write,
    atomic_write_bytes,
    write_bytes,
)
from isthmus.runtime.batches import Batch, run_batches, split
from isthmus.runtime.cancel import CancelToken, cancel_on_interrupt
from isthmus.runtime.canonical import canonical_hash, canonical_json
from isthmus.runtime.checkpoints import Checkpoints
from isthmus.runtime.executors import Executor, SerialExecutor, open_executor
from isthmus.runtime.progress import Progress, ProgressEvent, silent, terminal_progress
from isthmus.runtime.publish import publish_file, publish_folder, publish_text, working_folder
from isthmus.runtime.targets import check_files, check_folder
from isthmus.runtime.threadpool import ThreadExecutor

if TYPE_CHECKING:
    from isthmus.runtime.arrays import ArrayCheckpoint

__all__ = [
    "ArrayCheckpoint",
    "Batch",
    "CancelToken",
    "Checkpoints",
    "Executor",
    "Progress",
    "ProgressEvent",
    "SerialExecutor",
    "ThreadExecutor",
    "atomic_write",
    "atomic_write_bytes",
    "cancel_on_interrupt",
    "canonical_hash",
    "canonical_json",
    "check_files",
    "check_folder",
    "open_executor",
    "publish_file",
    "publish_folder",
    "publish_text",
    "run_batches",
    "silent",
    "split",
    "terminal_progress",
    "working_folder",
    "write_bytes",
]


def __getattr__(name: str) -> Any:
    """Load what needs NumPy when it is asked for: the list of commands does not."""
    if name == "ArrayCheckpoint":
        from isthmus.runtime.arrays import ArrayCheckpoint

        return ArrayCheckpoint
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
