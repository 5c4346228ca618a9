"""Errors about models: broken identities, systems without a solution, shocks a lens cannot hold."""

from __future__ import annotations

from collections.abc import Sequence

from isthmus.errors.base import (
    EXIT_BAD_INPUT,
    EXIT_INTERRUPTED,
    EXIT_NOT_CONVERGED,
    InputProblem,
    IsthmusError,
)


class IdentityViolated(IsthmusError):
    """An accounting identity does not hold within its tolerance.

    Parameters
    ----------
    what, where, hint : str
        As for every error.
    problems : sequence of InputProblem
        Each identity that does not hold, with the nodes where.
    """

    exit_code = EXIT_BAD_INPUT

    def __init__(
        self,
        what: str,
        *,
        where: str | None = None,
        hint: str | None = None,
        problems: Sequence[InputProblem] = (),
    ) -> None:
        super().__init__(what, where=where, hint=hint)
        self.problems = tuple(problems)


class NotProductive(IsthmusError):
    """The input coefficients have a spectral radius of one or more."""

    exit_code = EXIT_BAD_INPUT


class SingularSystem(IsthmusError):
    """A linear system has no unique solution within tolerance."""

    exit_code = EXIT_NOT_CONVERGED


class DidNotConverge(IsthmusError):
    """An iteration ended without reaching its tolerance."""

    exit_code = EXIT_NOT_CONVERGED


class SurplusExceedsIncome(DidNotConverge):
    """A fixed trade surplus takes more than an economy earns, so that it would spend less than 0.

    Parameters
    ----------
    positions : sequence of int
        Places of the economies in the arrays.
    """

    def __init__(
        self,
        what: str,
        *,
        where: str | None = None,
        hint: str | None = None,
        positions: Sequence[int] = (),
    ) -> None:
        super().__init__(what, where=where, hint=hint)
        self.positions = tuple(positions)


class ShockNotRepresentable(IsthmusError):
    """A lens cannot represent a shock of the scenario; it is never ignored."""

    exit_code = EXIT_BAD_INPUT


class EconomyIsolated(ShockNotRepresentable):
    """A shock cuts an economy off from all others, so that its wages have no counterpart."""


class NoSupplierLeft(ShockNotRepresentable):
    """A shock takes the last supplier of a good that an economy cannot stop buying."""


class Cancelled(IsthmusError):
    """The work was cancelled between two batches and can be resumed."""

    exit_code = EXIT_INTERRUPTED


class WorkerLost(IsthmusError):
    """A worker process ended before its task was done; finished batches were kept."""
