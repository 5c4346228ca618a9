"""Cancel token, progress, executors, atomic files, resume."""

from isthmus.runtime.atomic import atomic_write, atomic_write_bytes, publish_folder
from isthmus.runtime.canonical import canonical_hash, canonical_json

__all__ = [
    "atomic_write",
    "atomic_write_bytes",
    "canonical_hash",
    "canonical_json",
    "publish_folder",
]
__all__ = [
    "atomic_write",
    "atomic_write_bytes",
    "canonical_hash",
    "canonical_json",
    "publish_folder",
]
