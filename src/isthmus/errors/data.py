"""Errors about codes, data sets, files and licences."""

from __future__ import annotations

from isthmus.errors.base import EXIT_BAD_INPUT, BadInput, IsthmusError, NotFound


class CodeUnknown(NotFound):
    """A code or name is not in its classification; nothing is matched by name in silence."""


class CodesUnknown(BadInput, CodeUnknown):
    """Several codes of one input are in no classification; carries every one."""

    exit_code = CodeUnknown.exit_code


class DataMissing(NotFound):
    """A world does not hold a data set; the hint says how to add it."""


class DataCorrupted(IsthmusError):
    """A file is damaged: it does not have the content that its manifest names."""

    exit_code = EXIT_BAD_INPUT


class SchemaVersionUnsupported(IsthmusError):
    """A file carries a schema version that this release neither reads nor migrates."""

    exit_code = EXIT_BAD_INPUT


class LicenceForbids(IsthmusError):
    """The licence record of a data set does not allow what was asked."""

    exit_code = EXIT_BAD_INPUT


class StorageFull(IsthmusError):
    """There is no space left to write; nothing half-written was kept."""


class StorageReadOnly(IsthmusError):
    """The target folder cannot be written to."""


class StorageBusy(IsthmusError):
    """Another process holds the lock on the folder; readers are not affected."""


class TargetExists(IsthmusError):
    """The output already exists and was not asked to be replaced."""

    exit_code = EXIT_BAD_INPUT


class TargetRefused(IsthmusError):
    """The output names something that is never replaced, asked or not.

    A folder with files that are not the product's own, a link, a device, a pipe or a socket.
    """

    exit_code = EXIT_BAD_INPUT
