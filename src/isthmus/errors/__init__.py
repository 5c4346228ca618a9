"""Errors that name what broke, where, and how to mend it."""

from isthmus.errors.base import (
    BadInput,
    InputProblem,
    IsthmusError,
    NotFound,
    did_you_mean,
    raise_all,
)
from isthmus.errors.data import (
    CodeUnknown,
    DataCorrupted,
    DataMissing,
    LicenceForbids,
    SchemaVersionUnsupported,
    StorageBusy,
    StorageFull,
    StorageReadOnly,
    TargetExists,
)
from isthmus.errors.model import (
    Cancelled,
    DidNotConverge,
    IdentityViolated,
    NotProductive,
    ShockNotRepresentable,
    SingularSystem,
    WorkerLost,
)

__all__ = [
    "BadInput",
    "Cancelled",
    "CodeUnknown",
    "DataCorrupted",
    "DataMissing",
    "DidNotConverge",
    "IdentityViolated",
    "InputProblem",
    "IsthmusError",
    "LicenceForbids",
    "NotFound",
    "NotProductive",
    "SchemaVersionUnsupported",
    "ShockNotRepresentable",
    "SingularSystem",
    "StorageBusy",
    "StorageFull",
    "StorageReadOnly",
    "TargetExists",
    "WorkerLost",
    "did_you_mean",
    "raise_all",
]
