"""Errors about publishers' servers."""

from __future__ import annotations

from isthmus.errors.base import EXIT_SOURCE_REFUSED, IsthmusError


class NetworkFailed(IsthmusError):
    """A server could not be reached, or broke off each time; what came is kept for the next try."""

    exit_code = EXIT_SOURCE_REFUSED


class SourceRefused(IsthmusError):
    """A server answered with something other than the data that were asked for."""

    exit_code = EXIT_SOURCE_REFUSED
