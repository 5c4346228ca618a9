"""``isthmus data pull``: files of publishers that allow programs, asked for by the user alone."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from isthmus.cli.options import Flag, Force, Json, Words
from isthmus.cli.output import emit_json, emit_rows, emit_text, emit_versioned, say, versioned

if TYPE_CHECKING:
    from isthmus.sources.pull import Offer, Planned


def pull(
    source: str = "",
    *,
    year: int | None = None,
    edition: str = "",
    of: Words = (),
    what: Words = (),
    out: Path = Path(),
    dry_run: Flag = False,
    force: Force = False,
    json: Json = False,
) -> None:
    """Download files of a publisher that allows programs; without a source, list what can be had.

    Address, size and licence are shown before anything is brought. What came before a connection
    broke, or before Ctrl-C, is kept, and the same command goes on from there; a file gets its name
    once it is whole. Nothing is ever brought by another command.

    Parameters
    ----------
    source
        Name in the list.
    year
        Calendar year of the data; not asked where one file holds all years (gravity).
    edition
        Edition, release or version, such as HS17 or HS17_V202601; by default the newest that is
        known here.
    of
        Economies, where the publisher gives data by economy.
    what
        Indicators or products, where the publisher gives them one by one.
    out
        Folder to write to.
    dry_run
        Show what would be brought, and ask the publisher for nothing but sizes.
    force
        Bring files anew that are there.
    """
    from isthmus.sources.pull import WantedData, offer_named, planned, sizes
    from isthmus.sources.pull import pull as brought
    from isthmus.sources.registry import offers

    if not source:
        _list(offers(), json=json)
        return
    offer = offer_named(source, offers())
    wanted = WantedData(year, edition, of, what)
    plan = planned(offer, wanted, out)
    missing = [item for item in plan if force or not item.path.is_file()]
    stated = dict(zip((item.path for item in missing), sizes(offer, missing), strict=True))
    promised = [stated.get(item.path) for item in plan]
    told = _plan(offer, plan, promised, dry_run=dry_run)
    lines = _lines(told, force=force)
    shown = "\n".join((f"licence  {offer.licence}", f"terms    {offer.terms}", *lines))
    if dry_run:
        emit_json(told) if json else emit_text(f"{shown}\n")
        return
    say(shown)
    from isthmus.runtime import cancel_on_interrupt, terminal_progress

    with terminal_progress() as progress, cancel_on_interrupt() as cancel:
        found = brought(offer, wanted, plan, replace=force, progress=progress, cancel=cancel)
    if json:
        came = [{"file": str(f.path), "bytes": f.size, "sha256": f.sha256} for f in found.fetched]
        emit_json({**told, "brought": came, "add": [str(path) for path in found.files]})
        return
    for item in found.fetched:
        more = f", {item.kept:,} bytes kept from before" if item.kept else ""
        say(f"brought {item.path}: {item.size:,} bytes, sha256 {item.sha256}{more}")
    for path in found.files:
        say(f"then: isthmus data add {path}")


def _list(offers: tuple[Offer, ...], *, json: bool) -> None:
    rows = [(offer.name, offer.licence, offer.key or "none", offer.terms) for offer in offers]
    columns = ("source", "licence", "key", "terms")
    if json:
        emit_versioned(sources=[dict(zip(columns, row, strict=True)) for row in rows])
    else:
        emit_rows("what can be brought", columns, rows)


def _plan(
    offer: Offer, plan: list[Planned], promised: list[int | None], *, dry_run: bool
) -> dict[str, object]:
    files = [
        {
            "file": str(item.path),
            "address": item.asked.address,
            "bytes": size,
            "there": item.path.is_file(),
        }
        for item, size in zip(plan, promised, strict=True)
    ]
    head = {"source": offer.name, "licence": offer.licence, "terms": offer.terms}
    return versioned(**head, dry_run=dry_run, files=files)


def _lines(told: dict[str, object], *, force: bool) -> list[str]:
    files = told["files"]
    assert isinstance(files, list)  # noqa: S101 - made above
    return [
        f"{item['address']}\n  to {item['file']}, "
        + ("is there already" if item["there"] and not force else _bytes(item["bytes"]))
        for item in files
    ]


def _bytes(size: int | None) -> str:
    return "size not stated" if size is None else f"{size:,} bytes"
