"""Build what would be uploaded, twice, and check it as an index and a user would.

Usage: python -m tools.release

Leaves the wheel, the source archive, the bill of materials and their digests in ``dist/``. Nothing
is uploaded.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

from packaging.metadata import Metadata
from packaging.utils import parse_sdist_filename, parse_wheel_filename
from tools.checks import wheel as licences

from tools import sbom

ROOT = Path(__file__).resolve().parents[1]
DIST = Path("dist")
EPOCH = "1577836800"
"""Time of every file in the archives, so that the same source gives the same bytes."""
LARGEST = 100 * 2**20
"""Bytes of a file that the Python Package Index takes."""


def build(folder: Path) -> tuple[Path, Path]:
    """Return a wheel and a source archive made from the source."""
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder)]
    environment = {**os.environ, "SOURCE_DATE_EPOCH": EPOCH}
    subprocess.run(command, check=True, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)
    (made,), (source,) = folder.glob("*.whl"), folder.glob("*.tar.gz")
    return made, source


def digest(path: Path) -> str:
    """Return the SHA-256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def metadata(archive: Path) -> bytes:
    """Return the metadata of a wheel or a source archive."""
    if archive.suffix == ".whl":
        with zipfile.ZipFile(archive) as held:
            (name,) = (n for n in held.namelist() if n.endswith(".dist-info/METADATA"))
            return held.read(name)
    with tarfile.open(archive) as held:
        top = archive.name.removesuffix(".tar.gz")
        found = held.extractfile(f"{top}/PKG-INFO")
        return found.read() if found else b""


def described(archive: Path) -> Iterator[str]:
    """Yield what an index would refuse, or show wrongly."""
    try:
        said = Metadata.from_email(metadata(archive), validate=True)
    except ExceptionGroup as error:
        yield from (f"{archive.name}: {fault}" for fault in error.exceptions)
        return
    parse = parse_wheel_filename if archive.suffix == ".whl" else parse_sdist_filename
    name, version = parse(archive.name)[:2]
    if (name, version) != (said.name, said.version):
        yield f"{archive.name}: its metadata say {said.name} {said.version}"
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    if said.description_content_type != "text/markdown" or said.description != readme:
        yield f"{archive.name}: the description is not README.md as Markdown"
    if archive.stat().st_size > LARGEST:
        yield f"{archive.name}: {archive.stat().st_size} bytes are more than an index takes"


def carried(made: Path, source: Path) -> Iterator[str]:
    """Yield what the archives lack."""
    yield from (f"{made.name}: {fault}" for fault in licences.problems(made, ROOT))
    tracked = ROOT / "src"
    files = {
        p.relative_to(tracked).as_posix()
        for p in tracked.rglob("*")
        if p.is_file() and "__pycache__" not in p.parts
    }
    with zipfile.ZipFile(made) as held:
        yield from (f"{made.name} lacks {name}" for name in sorted(files - set(held.namelist())))
    with tarfile.open(source) as archive:
        top = source.name.removesuffix(".tar.gz")
        names = {n.removeprefix(f"{top}/src/") for n in archive.getnames()}
    yield from (f"{source.name} lacks src/{name}" for name in sorted(files - names))


def installed(made: Path) -> Iterator[str]:
    """Yield what does not work of the wheel alone, beside the packages that are installed."""
    with tempfile.TemporaryDirectory() as place:
        pip = [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--no-index"]
        subprocess.run([*pip, "--target", place, str(made)], check=True)
        environment = {**os.environ, "PYTHONPATH": place, "ISTHMUS_HOME": f"{place}/home"}
        where = [sys.executable, "-c", "import isthmus; print(isthmus.__file__)"]
        told = subprocess.run(
            where, cwd=place, env=environment, capture_output=True, text=True, check=True
        )
        if not told.stdout.startswith(place):
            yield f"{made.name}: another isthmus than the wheel was imported"
        doctor = subprocess.run(
            [sys.executable, "-m", "isthmus", "doctor", "--json"],
            cwd=place,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if doctor.returncode:
            found = json.loads(doctor.stdout)["checks"] if doctor.stdout else []
            yield from (
                f"doctor: {c['check']}: {c['found']}" for c in found if c["status"] == "fault"
            )
            yield f"{made.name}: isthmus doctor ends with {doctor.returncode}"


def main() -> int:
    """Build, check, and say what would be uploaded; return the exit code."""
    DIST.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as first, tempfile.TemporaryDirectory() as second:
        archives, again = build(Path(first)), build(Path(second))
        found = [
            f"{one.name} differs between two builds of the same source"
            for one, other in zip(archives, again, strict=True)
            if digest(one) != digest(other)
        ]
        for archive in archives:
            found += described(archive)
        found += carried(*archives)
        found += installed(archives[0])
        for line in found:
            print(line)
        if found:
            return 1
        kept = [DIST / archive.name for archive in archives]
        for archive, place in zip(archives, kept, strict=True):
            place.write_bytes(archive.read_bytes())
    bill = DIST / f"{kept[0].name.split('-py3')[0]}.cdx.json"
    if sbom.main([str(bill)]):
        return 1
    sums = [f"{digest(path)}  {path.name}" for path in (*kept, bill)]
    (DIST / "SHA256SUMS").write_text("\n".join(sums) + "\n", encoding="utf-8")
    print("\n".join(["ready to be uploaded:", *sums]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
