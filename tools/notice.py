"""Write NOTICE.md: which shipped data set stands under which licence, from the manifests.

Usage: python -m tools.notice [--check]
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

from isthmus.evidence import DatasetRecord
from isthmus.runtime.markdown import cell
from isthmus.world.manifest import read_manifest

NOTICE = Path("NOTICE.md")
CODE = "Apache-2.0"
FOLDERS = ("src/isthmus/world/starter", "src/isthmus/codes/data")
SAID = {
    r"Apache-2\.0|^Own calculation": CODE,
    r"CC BY 4\.0": "CC-BY-4.0",
    r"CC0": "CC0-1.0",
    r"Etalab Open Licence 2\.0": "etalab-2.0",
    r"\bISC\b": "ISC",
    r"\bMIT\b": "MIT",
    r"PDDL 1\.0": "PDDL-1.0",
    r"Open Government Data License 1\.0 \(Taiwan\)": "OGDL-Taiwan-1.0",
}
"""What a record says of its licence, and the SPDX identifier of it."""
BESIDE = (
    (
        "names of economies in German",
        "Unicode-3.0",
        "Unicode License V3 (CLDR 47)",
        "Unicode, Inc.",
        "Unicode CLDR, as packed in Babel 2.18",
    ),
)
"""What ships beside data sets under terms of its own: name, licence, words, publisher, credit."""
FREE = re.compile("public domain", re.IGNORECASE)

HEAD = """# Notice

The code of Isthmus is under Apache-2.0 ([LICENSE](LICENSE)). The data sets that ship with it carry
their own terms. Their texts lie in `LICENSES/`, named by SPDX identifier; what is in the public
domain needs none.
Records with every detail: `isthmus data show KEY`.

| data set | licence | as the record says | publisher | credit |
| --- | --- | --- | --- | --- |
"""


def records(root: Path = Path()) -> Iterator[DatasetRecord]:
    """Yield the record of every data set that ships, in the order of the manifests."""
    for folder in FOLDERS:
        yield from read_manifest(root / folder).datasets


def identifiers(licence: str) -> tuple[str, ...]:
    """Return the SPDX identifiers that a record's licence names, sorted.

    Raises
    ------
    ValueError
        When it names none, and is not in the public domain either.
    """
    found = tuple(sorted({name for said, name in SAID.items() if re.search(said, licence)}))
    if not found and not FREE.search(licence):
        raise ValueError(f"no licence is known by the words {licence!r}: add it to tools/notice.py")
    return found


def expression(root: Path = Path()) -> str:
    """Return the SPDX expression of everything that ships."""
    named = {name for record in records(root) for name in identifiers(record.licence)}
    named |= {identifier for _, identifier, *_ in BESIDE}
    return " AND ".join([CODE, *sorted(named - {CODE}, key=str.lower)])


def notice(root: Path = Path()) -> str:
    """Return the text of NOTICE.md."""
    rows = [
        (
            f"`{record.key}`",
            ", ".join(identifiers(record.licence)) or "public domain",
            cell(record.licence),
            cell(record.publisher),
            cell(record.attribution),
        )
        for record in records(root)
    ]
    return HEAD + "".join(f"| {' | '.join(row)} |\n" for row in (*rows, *BESIDE))


def main(arguments: list[str]) -> int:
    """Write the notice, or with --check compare it; return the exit code."""
    if "--check" not in arguments:
        NOTICE.write_text(notice(), encoding="utf-8")
        return 0
    if NOTICE.read_text(encoding="utf-8") == notice():
        return 0
    print("NOTICE.md differs from the manifests: run python -m tools.notice")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
