"""Cancel token, progress, executors, atomic files, resume."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from isthmus.runtime.arrays import ArrayCheckpoint
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

_LAZY = {
    "ArrayCheckpoint": "arrays",
    "Batch": "batches",
    "CancelToken": "cancel",
    "Checkpoints": "checkpoints",
    "Executor": "executors",
    "Progress": "progress",
    "ProgressEvent": "progress",
    "SerialExecutor": "executors",
    "ThreadExecutor": "threadpool",
    "atomic_write": "atomic",
    "atomic_write_bytes": "atomic",
    "cancel_on_interrupt": "cancel",
    "canonical_hash": "canonical",
    "canonical_json": "canonical",
    "check_files": "targets",
    "check_folder": "targets",
    "open_executor": "executors",
    "publish_file": "publish",
    "publish_folder": "publish",
    "publish_text": "publish",
    "run_batches": "batches",
    "silent": "progress",
    "split": "batches",
    "terminal_progress": "progress",
    "working_folder": "publish",
    "write_bytes": "atomic",
}
"""Modules of the names: the list of commands loads none of them."""

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
    if name in _LAZY:
        return getattr(importlib.import_module(f"isthmus.runtime.{_LAZY[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
