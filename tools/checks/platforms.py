"""Fail when a locked package that a user may get has no wheel on a platform of the promise.

The lock is resolved for every machine; this asks it, without a network, what a machine would get:
for each platform and Python, whether each package of the program and of its extras that the
markers select has a wheel that fits. What has none stands in `WITHOUT`, with what happens then.
"""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from packaging.markers import Marker
from packaging.tags import Tag, compatible_tags, cpython_tags, mac_platforms
from packaging.utils import parse_wheel_filename

PYTHONS = ((3, 11), (3, 12), (3, 13), (3, 14))


class Platform(NamedTuple):
    """A kind of machine: what markers see of it, and which wheels fit."""

    name: str
    system: str
    machine: str
    os_name: str
    tags: tuple[str, ...]


def glibc(machine: str) -> tuple[str, ...]:
    """Return the platform tags of a Linux with glibc 2.28, the oldest that is maintained."""
    old = ("manylinux2014", "manylinux2010", "manylinux1")
    return tuple(f"manylinux_2_{n}_{machine}" for n in range(28, 4, -1)) + tuple(
        f"{name}_{machine}" for name in old
    )


def musl(machine: str) -> tuple[str, ...]:
    """Return the platform tags of a Linux with musl 1.2."""
    return tuple(f"musllinux_1_{n}_{machine}" for n in (2, 1))


def mac(version: tuple[int, int], machine: str) -> tuple[str, ...]:
    """Return the platform tags of a Mac."""
    return tuple(mac_platforms(version, machine))


PLATFORMS = (
    Platform("Linux x86-64", "linux", "x86_64", "posix", glibc("x86_64")),
    Platform("Linux ARM", "linux", "aarch64", "posix", glibc("aarch64")),
    Platform("musl x86-64", "linux", "x86_64", "posix", musl("x86_64")),
    Platform("musl ARM", "linux", "aarch64", "posix", musl("aarch64")),
    Platform("Mac ARM", "darwin", "arm64", "posix", mac((14, 0), "arm64")),
    Platform("Mac Intel", "darwin", "x86_64", "posix", mac((13, 0), "x86_64")),
    Platform("Windows x86-64", "win32", "AMD64", "nt", ("win_amd64",)),
    Platform("Windows ARM", "win32", "ARM64", "nt", ("win_arm64",)),
)

WITHOUT = {
    ("musl x86-64", "vl-convert-python"): "left out by tools/bootstrap.py: charts become texts",
    ("musl ARM", "vl-convert-python"): "left out by tools/bootstrap.py: charts become texts",
    ("musl x86-64", "numba"): "extra fast: left out by tools/bootstrap.py",
    ("musl ARM", "numba"): "extra fast: left out by tools/bootstrap.py",
    ("musl x86-64", "llvmlite"): "extra fast: left out by tools/bootstrap.py",
    ("musl ARM", "llvmlite"): "extra fast: left out by tools/bootstrap.py",
    (
        "Windows ARM",
        "pyyaml",
    ): "extra dask with Python 3.11: builds from its source without a compiler",
}
"""Gaps that are known; one that is closed has to go from here."""


def environment(platform: Platform, python: tuple[int, int]) -> dict[str, str]:
    """Return what markers see on a machine."""
    version = f"{python[0]}.{python[1]}"
    systems = {"linux": "Linux", "darwin": "Darwin", "win32": "Windows"}
    return {
        "os_name": platform.os_name,
        "sys_platform": platform.system,
        "platform_machine": platform.machine,
        "platform_system": systems[platform.system],
        "platform_python_implementation": "CPython",
        "implementation_name": "cpython",
        "python_version": version,
        "python_full_version": f"{version}.9",
        "implementation_version": f"{version}.9",
        "platform_release": "",
        "platform_version": "",
        "extra": "",
    }


def fitting(platform: Platform, python: tuple[int, int]) -> set[Tag]:
    """Return the tags of wheels that fit."""
    names = platform.tags
    return {*cpython_tags(python, platforms=names), *compatible_tags(python, "cp", names)}


def needed(lock: dict[str, Any], seen_by: dict[str, str]) -> dict[str, dict[str, Any]]:
    """Return the locked packages of the program and its extras on a machine, by name."""
    packages: dict[str, list[dict[str, Any]]] = {}
    for package in lock["package"]:
        packages.setdefault(package["name"], []).append(package)
    (root,) = packages["isthmus"]
    todo = [*root["dependencies"], *(d for g in root["optional-dependencies"].values() for d in g)]
    found: dict[str, dict[str, Any]] = {}
    while todo:
        asked = todo.pop()
        if "marker" in asked and not Marker(asked["marker"]).evaluate(seen_by):
            continue
        name = asked["name"]
        held = [p for p in packages[name] if asked.get("version") in (None, p["version"])]
        if len(held) > 1:
            held = [p for p in held if _applies(p, seen_by)]
        (package,) = held
        if name not in found:
            found[name] = package
            todo += package.get("dependencies", [])
            extras = asked.get("extra", [])
            todo += [d for e in extras for d in package.get("optional-dependencies", {})[e]]
    return found


def _applies(package: dict[str, Any], seen_by: dict[str, str]) -> bool:
    markers: Iterable[str] = package.get("resolution-markers", ())
    return any(Marker(marker).evaluate(seen_by) for marker in markers)


def gaps(lock: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Yield platform, Python and package of each package without a wheel that fits."""
    for platform in PLATFORMS:
        for python in PYTHONS:
            fits = fitting(platform, python)
            for name, package in needed(lock, environment(platform, python)).items():
                wheels = (wheel["url"].rpartition("/")[2] for wheel in package.get("wheels", []))
                if not any(parse_wheel_filename(w)[3] & fits for w in wheels):
                    yield platform.name, f"{python[0]}.{python[1]}", name


def main(arguments: list[str]) -> int:
    """Check the lock; return the exit code."""
    root = Path(arguments[0]) if arguments else Path()
    lock = tomllib.loads((root / "uv.lock").read_text(encoding="utf-8"))
    found = list(gaps(lock))
    unknown = [gap for gap in found if (gap[0], gap[2]) not in WITHOUT]
    for platform, python, name in unknown:
        print(f"{name} has no wheel for {platform} with Python {python}")
    closed = set(WITHOUT) - {(platform, name) for platform, _, name in found}
    for platform, name in sorted(closed):
        print(f"{name} has a wheel for {platform} by now: take it out of WITHOUT")
    if not unknown and not closed:
        print(f"{len(PLATFORMS)} platforms with {len(PYTHONS)} versions of Python can be served")
    return 1 if unknown or closed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
