"""Ideal points of states from their votes in the United Nations General Assembly."""

from __future__ import annotations

import re
from pathlib import Path

import polars as pl

from isthmus import codes
from isthmus.errors import InputProblem, raise_all
from isthmus.evidence import DatasetRecord, Kind
from isthmus.evidence.record import ON_ADDING
from isthmus.sources.flows import Rows, numbers
from isthmus.sources.published import Peek, Published, Source, Wishes, finished, plain_text
from isthmus.sources.text import capped

LAYOUT = (
    "Bailey, Strezhnev, Voeten, United Nations General Assembly Voting Data, Harvard Dataverse "
    "doi:10.7910/DVN/LEJUQZ, codebook: session, iso3c, IdealPointAll and IdealPointFP (final "
    "passage), their quantiles (Q5%All, q5fp, ...), NVotesAll; the year of a session is 1945 + "
    "session"
)
FIRST = 1945
"""Year of session 0."""
SETS = {"fp": "votes on final passage", "all": "all votes"}
_POINT = re.compile(r"idealpoint(fp|all)")


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.casefold())


def reads(found: Peek) -> bool:
    """Tell whether a file holds ideal points by session or year."""
    names = {_plain(name) for name in found.header}
    return bool(
        any(_POINT.fullmatch(n) for n in names)
        and names & {"iso3c", "iso3"}
        and names & {"session", "year"}
    )


def dataset(path: Path, wishes: Wishes) -> Published:
    """Read the points of a release, of final-passage votes where it has them, with their range.

    Raises
    ------
    BadInput
        With every cell that is wrong; when the quantiles are missing.
    """
    table = plain_text(path, wishes.reading, ("session", "iso3c"))
    names = {_plain(c): c for c in table.frame.columns}
    kind = next(k for k in SETS if f"idealpoint{k}" in names)
    needed = {"value": f"idealpoint{kind}", "low": f"q5{kind}", "high": f"q95{kind}"}
    needed |= {"votes": f"nvotes{kind}"}
    if missing := [name for name in needed.values() if name not in names]:
        found = ", ".join(table.frame.columns[:12])
        what = f"no column {', '.join(missing)}"
        raise_all("ideal points", [InputProblem(what, path.name, f"found: {found}")])
    when = "year" if "year" in names else "session"
    economy = names["iso3c" if "iso3c" in names else "iso3"]
    columns = {name: names[text] for name, text in needed.items()} | {"when": names[when]}
    frame = pl.DataFrame({"economy": table.frame[economy], "line": table.lines})
    rows = Rows(frame, path.name, list(table.notes))
    numbers(rows, table, columns, wishes.reading)
    _economies(rows, economy)
    shift = FIRST if when == "session" else 0
    year = (pl.col("when") + shift).cast(pl.Int16, strict=False)
    whole = (pl.col("when") == pl.col("when").floor()) & year.is_between(1946, 2100)
    rows.wrong("is no session or year", ~whole.fill_null(False), names[when])
    rows.frame = rows.frame.with_columns(year.alias("year"))
    bare = pl.any_horizontal(pl.col(list(needed)).is_null())
    rows.leave_out(bare, "states without a point or its range")
    ordered = (pl.col("low") <= pl.col("value")) & (pl.col("value") <= pl.col("high"))
    rows.wrong("lies outside its range", ~ordered, columns["value"])
    most = 2**15 - 1
    counted = pl.col("votes").is_between(0, most) & (pl.col("votes") == pl.col("votes").floor())
    rows.wrong("is no number of votes", ~counted, columns["votes"])
    rows.once("economy", "year")
    raise_all(f"ideal points {path.name}", capped(rows.problems))
    made = rows.frame.select(
        "year", "economy", "value", "low", "high", pl.col("votes").cast(pl.Int16)
    ).sort("year", "economy")
    record = _record(path, SETS[kind], made, rows)
    notes = (f"points from {SETS[kind]}", *rows.notes)
    said = f"ideal points of the General Assembly, {SETS[kind]}"
    return Published(finished(record, wishes), made, (said,), notes)


def _economies(rows: Rows, column: str) -> None:
    known = codes.economies()
    given = rows.frame["economy"].drop_nulls().unique().to_list()
    meant = {t: codes.economy_of(t) for t in given}
    gone = sorted(t for t, code in meant.items() if code is None or known[code].kind == "aggregate")
    former = (~pl.col("economy").is_in(sorted(set(given) - set(gone)))).fill_null(True)
    shown = ", ".join(gone) or "without a code"
    rows.leave_out(former, f"former states and rows without one's code ({column} {shown})")
    rows.frame = rows.frame.with_columns(
        pl.col("economy").replace_strict(meant, default=None, return_dtype=pl.String)
    )


def _record(path: Path, said: str, frame: pl.DataFrame, rows: Rows) -> DatasetRecord:
    return DatasetRecord(
        key="unga_ideal_points",
        title="Ideal points from votes in the United Nations General Assembly",
        publisher="Bailey, Strezhnev and Voeten (Harvard Dataverse)",
        edition=f"download {path.name}, {said}",
        years=tuple(sorted(int(y) for y in frame["year"].unique())),
        unit="position on the first dimension",
        kind=Kind.ESTIMATED,
        licence="CC0 1.0",
        attribution="Bailey, Strezhnev and Voeten",
        redistribution="allowed",
        address="https://doi.org/10.7910/DVN/LEJUQZ",
        citation="Bailey, Strezhnev, Voeten (2017), Estimating Dynamic State Preferences from "
        "United Nations Voting Data, Journal of Conflict Resolution 61(2), 430-456",
        coverage="members that voted",
        columns={
            "year": "year of the session",
            "economy": "state",
            "value": "ideal point; higher means closer to the United States' side",
            "low": "5 % quantile",
            "high": "95 % quantile",
            "votes": "number of votes",
        },
        steps=(f"read from {path.name}", *rows.notes),
        faults=(
            "Taiwan has no votes: no value; any figure for it is an assumption",
            "the range is that of the posterior, of which the low end is its 5 % quantile",
            *(f"{ON_ADDING}{fault}" for fault in rows.faults),
        ),
    )


SOURCE = Source(
    "Ideal points of the UN General Assembly",
    "IdealpointestimatesAll_*.csv or .tab",
    LAYOUT,
    "unga_ideal_points",
    reads,
    dataset,
)
