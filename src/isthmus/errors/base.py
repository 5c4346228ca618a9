"""The base error, the error that collects many problems, and suggestions for misspelt names."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

EXIT_DONE = 0
EXIT_FAILED = 1
EXIT_USAGE = 2
EXIT_BAD_INPUT = 3
EXIT_NOT_FOUND = 4
EXIT_SOURCE_REFUSED = 5
EXIT_NOT_CONVERGED = 6
EXIT_UNFORESEEN = 70
EXIT_INTERRUPTED = 130

LONGEST = 600
"""Characters of one part of a message; what is longer loses its middle."""
SHOWN = 20
"""Problems that a message lists; the error carries all."""


def shortened(text: str, longest: int = LONGEST) -> str:
    """Return `text`, without its middle where it is longer than `longest` characters."""
    if len(text) <= longest:
        return text
    head, tail = 2 * longest // 3, longest // 6
    return f"{text[:head]}[... {len(text) - head - tail:,} characters ...]{text[-tail:]}"


class IsthmusError(Exception):
    """Base of all errors raised on purpose.

    Parameters
    ----------
    what : str
        What is wrong, in one sentence.
    where : str, optional
        File, table, line, code or parameter in which it is wrong.
    hint : str, optional
        How to mend it.
    """

    exit_code: int = EXIT_FAILED

    def __init__(self, what: str, *, where: str | None = None, hint: str | None = None) -> None:
        self.what = shortened(what)
        self.where = where if where is None else shortened(where)
        self.hint = hint if hint is None else shortened(hint)
        super().__init__(self.what)

    def __str__(self) -> str:
        parts = [self.what]
        if self.where:
            parts.append(f"  where: {self.where}")
        if self.hint:
            parts.append(f"  hint:  {self.hint}")
        return "\n".join(parts)

    def __reduce__(self) -> tuple[object, ...]:
        return (_rebuild, (type(self), self.__dict__.copy(), self.args))


def _rebuild(
    cls: type[IsthmusError], state: dict[str, object], args: tuple[object, ...]
) -> IsthmusError:
    error = cls.__new__(cls)
    error.args = args
    error.__dict__.update(state)
    return error


class NotFound(IsthmusError):
    """Something that was asked for by name does not exist."""

    exit_code = EXIT_NOT_FOUND


@dataclass(frozen=True, slots=True)
class InputProblem:
    """One thing that is wrong in an input.

    Parameters
    ----------
    what : str
        What is wrong.
    where : str
        Line, row, key or parameter.
    hint : str
        How to mend it; may be empty.
    """

    what: str
    where: str = ""
    hint: str = ""

    def __post_init__(self) -> None:
        for name in self.__slots__:
            object.__setattr__(self, name, shortened(getattr(self, name)))

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where else ""
        hint = f" ({self.hint})" if self.hint else ""
        return f"{place}{self.what}{hint}"


class BadInput(IsthmusError):
    """An input breaks its rules; carries every problem found, not only the first.

    Parameters
    ----------
    what : str
        What was being read.
    problems : sequence of InputProblem
        All problems, in the order of the input; the message shows the first 20.
    where : str, optional
        The file or object that was read.
    """

    exit_code = EXIT_BAD_INPUT

    def __init__(
        self,
        what: str,
        problems: Sequence[InputProblem] = (),
        *,
        where: str | None = None,
        hint: str | None = None,
    ) -> None:
        super().__init__(what, where=where, hint=hint)
        self.problems = tuple(problems)

    def __str__(self) -> str:
        head = super().__str__()
        if not self.problems:
            return head
        lines = [f"  {n}. {problem}" for n, problem in enumerate(self.problems[:SHOWN], 1)]
        more = len(self.problems) - SHOWN
        lines += [f"  and {more:,} more"] if more > 0 else []
        return "\n".join([head, *lines])


class Unforeseen(IsthmusError):
    """Something broke that no error names: a fault of the program, worth a report."""

    exit_code = EXIT_UNFORESEEN


def raise_all(what: str, problems: Sequence[InputProblem], *, where: str | None = None) -> None:
    """Raise one `BadInput` with all `problems`, or do nothing when there are none.

    Raises
    ------
    BadInput
        When `problems` is not empty.
    """
    if problems:
        count = len(problems)
        noun = "problem" if count == 1 else "problems"
        raise BadInput(f"{what}: {count} {noun}", problems, where=where)


def few(listed: Sequence[str], most: int = 8) -> str:
    """Return the first of many texts, and how many more there are."""
    more = f" and {len(listed) - most:,} more" if len(listed) > most else ""
    return ", ".join(listed[:most]) + more


def did_you_mean(name: str, known: Iterable[str], *, limit: int = 3) -> str:
    """Return ``did you mean 'x' or 'y'?`` for the nearest known names, or an empty string."""
    names = {str(k).casefold(): str(k) for k in known}
    near = difflib.get_close_matches(str(name).casefold(), list(names), n=limit, cutoff=0.6)
    if not near:
        return ""
    quoted = [f"'{names[n]}'" for n in near]
    return "did you mean " + " or ".join(quoted) + "?"
