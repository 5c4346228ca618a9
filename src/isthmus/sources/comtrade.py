"""UN Comtrade: downloads as CSV or JSON, new and old headers; customs records of two sides."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import polars as pl

from isthmus import codes
from isthmus.errors import BadInput, InputProblem, raise_all
from isthmus.runtime.reading import read_json
from isthmus.sources.customs import Office, read_office
from isthmus.sources.flows import Rows
from isthmus.sources.levels import finest
from isthmus.sources.published import Peek, Published, Source, Wishes, peek, plain_text
from isthmus.sources.pull import Offer, WantedData, edition_in, named
from isthmus.sources.text import TextTable

LAYOUT = (
    "UN Comtrade, data variables of the API and of the download (refYear, reporterCode, flowCode, "
    "partnerCode, partner2Code, customsCode, motCode, classificationCode, cmdCode, primaryValue, "
    "netWgt); headers as in github.com/uncomtrade/comtradeapicall and, for the old site, "
    "Classification, Year, Period, Trade Flow Code, Reporter Code, Trade Value (US$)"
)
ALSO: Mapping[str, tuple[str, ...]] = {
    "period": ("period", "refperiodid"),
    "reporter": ("reportercode", "reporter code"),
    "partner": ("partnercode", "partner code"),
    "flow": ("flowcode", "trade flow code", "tradeflow code"),
    "product": ("cmdcode", "commodity code"),
    "edition": ("classificationcode", "classification"),
    "value": ("primaryvalue", "trade value (us$)", "tradevalueus", "trade value (usd)"),
    "quantity": ("netwgt", "netweight (kg)", "netweightkg"),
}
TOTALS: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "second partner": (("partner2code", "2nd partner code"), ("0",)),
    "customs procedure": (("customscode", "customs proc. code"), ("C00", "0")),
    "mode of transport": (("motcode", "mode of transport code"), ("0",)),
    "mode of supply": (("moscode",), ("0",)),
}
"""Columns that break a flow down, and the codes of the whole."""
EDITIONS = {
    "H0": "HS1992",
    "H1": "HS1996",
    "H2": "HS2002",
    "H3": "HS2007",
    "H4": "HS2012",
    "H5": "HS2017",
    "H6": "HS2022",
}
PAGES = "*.json"
LIMIT = 250_000
"""Rows of one answer of the API with a key; one of as many rows may be cut."""
AT_ONCE = 450
"""Codes of one question: an address of more than 4,096 characters is refused."""
REPORTERS = {"USA": 842, "FRA": 251, "CHE": 757, "NOR": 579, "IND": 699, "TWN": 490}
"""Numbers of reporters where they are not those of ISO 3166 (codes of BACI 202601, by UN Comtrade);
381 of Italy is that of the older site."""
FLOWS = {"M": "import", "1": "import", "X": "export", "2": "export"}


def reads(found: Peek) -> bool:
    """Tell whether a file is a download from UN Comtrade, or a folder of the API's pages."""
    if found.path.is_dir():
        return any(reads(peek(page)) for page in sorted(found.path.glob(PAGES)))
    if found.path.suffix.lower() == ".json":
        return '"reporterCode"' in found.start and '"cmdCode"' in found.start
    return all(found.names & set(ALSO[name]) for name in ("reporter", "partner", "flow", "value"))


def dataset(path: Path, wishes: Wishes) -> Published:
    """Read a download; every flow once, as the importer records it where it reports.

    Rows of the world, of unions and of areas not specified, of re-exports, of groups of products
    and of parts of a flow are left out, counted and said.

    Raises
    ------
    BadInput
        As `isthmus.sources.customs.read_office`; when the file holds headings alone.
    """
    if path.is_dir():
        table = _answers(sorted(path.glob(PAGES)), path.name)
    elif path.suffix.lower() == ".json":
        table = _answers([path], path.name)
    else:
        table = _text(path, wishes)
    return read_office(_OFFICE, table, path, wishes)


def _text(path: Path, wishes: Wishes) -> TextTable:
    return plain_text(path, wishes.reading, ("reporterCode", "partnerCode", "cmdCode"))


def _answers(paths: Sequence[Path], name: str) -> TextTable:
    """Return the rows of answers of the API; every one that is damaged, failed or cut is named."""
    frames: list[pl.DataFrame] = []
    problems: list[InputProblem] = []
    for path in paths:
        try:
            frame, error = _page(path)
        except BadInput as fault:
            said = "; ".join(str(problem) for problem in fault.problems)
            what = f"{fault.what}: {said}" if said else fault.what
            problems.append(InputProblem(what, path.name, "bring the page anew"))
            continue
        if error:
            what = f"the answer is an error: {error}"
            problems.append(InputProblem(what, path.name, "bring the page anew"))
        if frame.height >= LIMIT:
            what = f"the answer is cut at {LIMIT:,} rows"
            problems.append(InputProblem(what, path.name, "ask for fewer products"))
        frames.append(frame)
    raise_all(f"answers of UN Comtrade in {name}", problems)
    whole = [frame for frame in frames if not frame.is_empty()]
    if not whole:
        raise BadInput("the answers of UN Comtrade hold no rows", where=name)
    frame = pl.concat(whole, how="diagonal")
    lines = pl.Series("line", range(1, frame.height + 1), dtype=pl.Int64)
    said = f"{len(frames):,} pages read, {len(frames) - len(whole):,} of them without rows"
    return TextTable(frame, lines, name, notes=(said,) if len(paths) > 1 else ())


def _page(path: Path) -> tuple[pl.DataFrame, str]:
    """Return the rows of an answer, and the error that it states."""
    answer = read_json(path, what="answer of UN Comtrade")
    try:
        rows = answer["data"] or []
        names = list(dict.fromkeys(name for row in rows for name in row))
        frame = pl.DataFrame(
            {n: [_cell(row.get(n)) for row in rows] for n in names},
            schema=dict.fromkeys(names, pl.String),
        )
        return frame, str(answer.get("error") or "")
    except (ValueError, KeyError, AttributeError, TypeError) as error:
        hint = 'the API answers with {"data": [{...}]}'
        raise BadInput(f"no answer of UN Comtrade: {error}", where=str(path), hint=hint) from None


def _cell(value: object) -> str | None:
    return None if value is None or value == "" else str(value)


def _parts(rows: Rows, table: TextTable, by_name: Mapping[str, str]) -> None:
    """Leave out rows that are parts of another one; a flow of parts alone is named."""
    flow = ["period", "reporter", "partner", "flow", "product", "edition"]
    parts = pl.DataFrame({"line": table.lines})
    for what, (known, whole) in TOTALS.items():
        column = next((by_name[k] for k in known if k in by_name), None)
        if column is None or table.frame[column].null_count() == table.frame.height:
            continue
        cells = table.frame[column].str.replace(r"\.0$", "")
        parts = parts.with_columns((~cells.is_in(list(whole))).fill_null(True).alias(what))
        parts = parts.rename({what: f"{what} ({column})"})
    split = [c for c in parts.columns if c != "line"]
    rows.frame = rows.frame.join(parts, on="line", how="left").with_columns(
        pl.any_horizontal(pl.lit(False), *split).alias("part")
    )
    alone = pl.col("part") & pl.col("part").all().over(flow)
    if where := rows.places(alone):
        count = rows.frame.filter(alone).select(pl.struct(flow).n_unique()).item()
        rows.say(
            f"{count:,} {'flow stands' if count == 1 else 'flows stand'} in the file by parts "
            f"alone and {'is' if count == 1 else 'are'} left out ({where})"
        )
    for what in split:
        rows.leave_out(pl.col(what), f"parts of flows by {what}")
    rows.frame = rows.frame.drop("part", *split)
    if rows.frame.is_empty():
        hint = "download the totals: second partner World, all customs procedures and modes"
        rows.problems.append(InputProblem("the file holds parts of flows alone", rows.name, hint))


def _edition(rows: Rows) -> str:
    given = rows.frame["edition"].unique().drop_nulls().to_list()
    rows.wrong(
        "is no edition of the HS",
        ~pl.col("edition").is_in(list(EDITIONS)).fill_null(False),
        "classification",
        f"known: {', '.join(EDITIONS)}",
    )
    found = sorted(EDITIONS[e] for e in given if e in EDITIONS)
    if len(found) > 1:
        what = f"the file mixes {', '.join(found)}: one code means different goods in each"
        hint = "keep the rows of one edition"
        rows.problems.append(InputProblem(what, rows.name, hint))
    return found[0] if found else ""


def _period(text: str) -> tuple[int, int] | None:
    found = re.fullmatch(r"(\d{4})(\d\d)?(\d\d)?(?:\.0)?", text)
    if not found:
        return None
    month = int(found[2] or 0)
    yearly = found[3] is not None and found[2] == "01" and found[3] == "01"
    return (int(found[1]), 0 if yearly else month) if month <= 12 else None


def _sift(rows: Rows, table: TextTable, by_name: Mapping[str, str]) -> None:
    _parts(rows, table, by_name)
    known = (
        pl.col("flow")
        .str.to_uppercase()
        .replace_strict(FLOWS, default=None, return_dtype=pl.String)
    )
    rows.wrong("is empty", pl.col("flow").is_null(), "flow")
    rows.leave_out(known.is_null(), "re-exports, re-imports and other flows")
    rows.frame = rows.frame.with_columns(known.alias("flow"))
    if rows.frame.is_empty() and not rows.problems:
        what = f"no imports or exports are left: {'; '.join(rows.notes) or 'it has no rows'}"
        rows.problems.append(InputProblem(what, rows.name))


def _level(rows: Rows) -> None:
    """Leave out totals and groups of products, once codes of six digits are there."""
    finest(
        rows, (6,), "goods not specified (codes with letters)", "download AG6 - all six-digit codes"
    )


_OFFICE = Office(
    name="UN Comtrade",
    title="UN Comtrade",
    key="comtrade",
    columns=ALSO,
    optional=("quantity",),
    scheme="comtrade",
    currency="USD",
    period=_period,
    sift=_sift,
    edition=_edition,
    level=_level,
    terms={
        "title": "UN Comtrade, trade",
        "publisher": "United Nations Statistics Division",
        "licence": "UN Comtrade terms of use: not to be passed on without permission",
        "attribution": "United Nations, UN Comtrade",
        "redistribution": "derived_only",
        "address": "https://comtradeplus.un.org",
        "coverage": "reporters, partners and products of the download",
        "steps": ("USD divided by a million, kilograms by 1000",),
        "faults": (
            "importers record by origin with freight and insurance (CIF), exporters by first "
            "known destination without them (FOB)",
            "number 490 (Other Asia, not elsewhere specified) is read as Taiwan and may hold "
            "other flows",
        ),
    },
    faults=(
        "reporters, partners and products of the download alone; an economy that does not report "
        "is there as a partner",
    ),
)


def _offered(wanted: WantedData) -> list[tuple[str, str]]:
    """Return one question for each group of products of each reporter."""
    edition = wanted.edition.upper() or _in_force(wanted.year or 0)
    edition_in(edition, "|".join(codes.PRODUCT_CLASSIFICATIONS), "one such as HS2022")
    reporters = [e for party in wanted.of for e in codes.resolve(party).members]
    if not reporters:
        hint = "--of DEU: the economies whose records are wanted"
        raise BadInput("no reporters are given", where="--of", hint=hint)
    six = sorted(codes.products(edition))
    groups = wanted.what or tuple(sorted({code[:2] for code in six}))
    pages: list[list[str]] = []
    asked_for: set[str] = set()
    for group in groups:
        inside = [code for code in six if code.startswith(group)]
        if not inside:
            raise BadInput(f"{group!r} begins no code of {edition}", where="--what")
        new = [code for code in inside if code not in asked_for]
        asked_for.update(new)
        pages += [new[n : n + AT_ONCE] for n in range(0, len(new), AT_ONCE)]
    numbers = {reporter: _number(reporter) for reporter in dict.fromkeys(reporters)}
    asked = "partner2Code=0&customsCode=C00&motCode=0&flowCode=M,X"
    short = next(name for name, told in EDITIONS.items() if told == edition)
    question = "_".join((str(wanted.year), short, *wanted.what))
    return [
        (
            f"{named('comtrade', reporter, question)}/{place:03d}.json",
            f"https://comtradeapi.un.org/data/v1/get/C/A/{short}?reporterCode={number}"
            f"&period={wanted.year}&{asked}&maxRecords={LIMIT}&cmdCode={','.join(page)}",
        )
        for reporter, number in numbers.items()
        for place, page in enumerate(pages, 1)
    ]


def _in_force(year: int) -> str:
    """Return the edition of the HS that was in force in a year."""
    first, *later = EDITIONS.values()
    return next((e for e in reversed(later) if int(e.removeprefix("HS")) <= year), first)


def _number(reporter: str) -> int:
    economy = codes.economies()[reporter]
    if not economy.numeric or economy.kind == "aggregate":
        raise BadInput(f"UN Comtrade has no number for {economy.name}", where="--of")
    return REPORTERS.get(reporter) or int(economy.numeric)


OFFER = Offer(
    name="comtrade",
    licence="UN Comtrade terms of use: own use, not to be passed on without permission",
    terms="https://comtradedeveloper.un.org",
    files=_offered,
    header="Ocp-Apim-Subscription-Key",
    key="COMTRADE_API_KEY",
    sized=False,
    pause=1.0,
)
SOURCE = Source(
    title="UN Comtrade",
    files="TradeData_*.csv or the API's .json",
    layout=LAYOUT,
    keys="comtrade_",
    reads=reads,
    dataset=dataset,
    offer=OFFER,
)
