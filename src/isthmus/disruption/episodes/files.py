"""Episodes as files: those of the package, and a user's own by path."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib import resources
from pathlib import Path

from isthmus.disruption.episodes.model import Episode
from isthmus.errors import BadInput, InputProblem, NotFound, did_you_mean, raise_all
from isthmus.runtime.reading import load_toml, read_text

_FOLDER = "data"


def episode_names() -> tuple[str, ...]:
    """Return the names of the episodes of the package, sorted."""
    found = (resources.files(__package__) / _FOLDER).iterdir()
    return tuple(sorted(f.name.removesuffix(".toml") for f in found if f.name.endswith(".toml")))


def loads_episode(text: str, *, where: str = "text") -> Episode:
    """Read an episode from TOML text.

    Raises
    ------
    BadInput
        When it is not TOML or breaks a rule; all problems at once.
    """
    raw = load_toml(text.removeprefix("\ufeff"), what="episode file", where=where)
    try:
        return Episode.from_dict(raw)
    except BadInput as error:
        raise BadInput(error.what, error.problems, where=where) from None


def load_episode(source: str | Path) -> Episode:
    """Return the episode of that name, or read the file, whichever `source` is.

    Raises
    ------
    NotFound
        When there is no such episode or file.
    BadInput
        When it is not a valid episode; all problems at once.
    """
    text = str(source)
    if isinstance(source, Path) or text.endswith(".toml") or "/" in text or "\\" in text:
        return loads_episode(read_text(source, what="episode file"), where=text)
    names = episode_names()
    if text not in names:
        hint = did_you_mean(text, names) or f"known: {', '.join(names)}"
        raise NotFound(f"no episode is called '{text}'", hint=hint)
    return _of_package(text)


@cache
def _of_package(name: str) -> Episode:
    file = resources.files(__package__) / _FOLDER / f"{name}.toml"
    return loads_episode(file.read_text(encoding="utf-8"), where=f"episode {name}")


def load_episodes(sources: Sequence[str | Path] = ()) -> tuple[Episode, ...]:
    """Return several episodes, by default all of the package, sorted by name.

    Raises
    ------
    NotFound
        When one of them is not there.
    BadInput
        With every problem of every file, or names that repeat.
    """
    problems: list[InputProblem] = []
    found: list[Episode] = []
    for source in sources or episode_names():
        try:
            found.append(load_episode(source))
        except BadInput as error:
            problems += [
                InputProblem(p.what, where=f"{source}: {p.where}", hint=p.hint)
                for p in error.problems
            ]
    names = [episode.name for episode in found]
    twice = sorted({n for n in names if names.count(n) > 1})
    problems += [InputProblem(f"'{name}' is there twice", where="episodes") for name in twice]
    raise_all("episodes", problems)
    return tuple(sorted(found, key=lambda episode: episode.name))
