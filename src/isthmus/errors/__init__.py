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
    EconomyIsolated,
    IdentityViolated,
    NoSupplierLeft,
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
    "EconomyIsolated",
    "IdentityViolated",
    "InputProblem",
    "IsthmusError",
    "LicenceForbids",
    "NoSupplierLeft",
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
