"""Whole files of publishers: adding them, and all indicators of every importer, beside pandas.

Usage: python benchmarks/full_scale.py [--rows N] [--years N] [--only TEXT]

The data are made here: 230 economies, 5,000 products, 11 million rows a year in the layout of BACI,
and a table of 3,465 industries in that of the ICIO.
Each step runs in a process of its own, so that its memory is its own.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from isthmus import codes

ECONOMIES, PRODUCTS = 230, 5000
HUBS = {"HKG": 0.9, "SGP": 0.5, "NLD": 0.4, "BEL": 0.3, "ARE": 0.5}
KEYS = ["exporter", "importer", "product"]


def made_year(folder: Path, year: int, rows: float, seed: int) -> Path:
    """Write a year of made-up trade in the publisher's layout; return its path."""
    rng = np.random.default_rng(seed)
    known = codes.economies()
    numbers: dict[str, int] = {}
    for number in range(4, 900):
        code = codes.economy_of(str(number), "comtrade")
        if code is not None and code in known and known[code].kind != "aggregate":
            numbers.setdefault(code, number)
    economies = np.array(sorted(numbers.values())[:ECONOMIES])
    products = np.array(sorted(p for p in codes.products("HS2017") if len(p) == 6)[:PRODUCTS])
    n, K = len(economies), len(products)
    a, b, d = rng.lognormal(0, 1.6, n), rng.lognormal(0, 1.2, n), rng.lognormal(0, 1.0, K)
    low, high = 1e-12, 1e6
    for _ in range(60):  # how likely flows are for so many rows
        scale = float(np.sqrt(low * high))
        sample = scale * np.multiply.outer(a, b)[:, :, None] * np.sort(d)[None, None, 12::25]
        few = np.minimum(sample, 0.97).mean() * n * n * K < rows
        low, high = (scale, high) if few else (low, scale)
    parts = []
    for seller in range(n):
        likely = np.minimum(low * a[seller] * np.multiply.outer(b, d), 0.97)
        likely[seller] = 0.0
        buyers, items = np.nonzero(rng.random((n, K), dtype=np.float32) < likely)
        parts.append((np.full(len(buyers), seller), buyers, items))
    i, j, k = (np.concatenate(part) for part in zip(*parts, strict=True))
    value = np.round(rng.lognormal(2.5, 2.5, len(i)), 3) + 0.001
    tonnes = pl.Series(np.round(value * rng.lognormal(-1, 1, len(i)), 3))
    columns = {"i": economies[i], "j": economies[j], "k": products[k], "v": value, "q": tonnes}
    frame = pl.DataFrame(columns).with_columns(
        pl.lit(year).alias("t"), tonnes.set(pl.Series(rng.random(len(i)) < 0.03), None).alias("q")
    )
    path = folder / f"BACI_HS17_Y{year}_V202601.csv"
    frame.select("t", "i", "j", "k", "v", "q").write_csv(path, null_value="NA")
    return path


def made_table(folder: Path, economies: int = 77, industries: int = 45) -> Path:
    """Write a made-up table of 3,465 industries in the publisher's layout; return its path."""
    rng = np.random.default_rng(7)
    known = [c for c, e in codes.economies().items() if e.kind != "aggregate" and len(c) == 3]
    categories = ("HFCE", "NPISH", "GGFC", "GFCF", "INVNT", "DPABR")
    nodes = [f"{c}_D{k:02}" for c in sorted(known)[:economies] for k in range(industries)]
    final = [f"{c}_{f}" for c in sorted(known)[:economies] for f in categories]
    size = rng.lognormal(4, 2, len(nodes))
    inputs = np.multiply.outer(size, rng.dirichlet(size + 1.0)) * rng.lognormal(
        0, 1, (len(nodes), len(nodes))
    )
    demand = np.multiply.outer(size, rng.lognormal(-4, 1, len(final)))
    inputs, demand = inputs.round(6), demand.round(6)
    output = inputs.sum(axis=1) + demand.sum(axis=1)
    inputs *= np.minimum(1.0, 0.6 * output / inputs.sum(axis=0))  # value added stays positive
    inputs = inputs.round(6)
    output = inputs.sum(axis=1) + demand.sum(axis=1)
    rows = np.block([[inputs, demand, output[:, None]]])
    gaps = np.zeros((1, len(final) + 1))
    added = np.hstack([(output - inputs.sum(axis=0))[None], gaps])
    below = np.vstack([np.zeros_like(added), added, np.hstack([output[None], gaps])])
    columns = [*nodes, *final, "OUT"]
    frame = pl.DataFrame(np.vstack([rows, below]).round(6), schema=columns)
    path = folder / "2022.csv"
    frame.insert_column(0, pl.Series("V1", [*nodes, "TLS", "VA", "OUT"])).write_csv(path)
    return path


def add_table(folder: Path) -> Callable[[], Any]:
    """Add the inter-economy table to a store."""
    from isthmus.store import Store
    from isthmus.world.adding import add_file

    return lambda: add_file(folder / "table" / "2022.csv", store=Store(folder / "store"))


def add_table_pandas(folder: Path) -> Callable[[], Any]:
    """Read, check and write the same table with pandas."""
    import pandas as pd

    def work() -> None:
        frame = pd.read_csv(folder / "table" / "2022.csv", index_col=0)
        n = len(frame) - 3
        cells = frame.to_numpy()
        if not np.isfinite(cells).all():
            raise ValueError("cells that are no numbers")
        sales, costs = cells[:n, :-1].sum(axis=1), cells[: n + 2, :n].sum(axis=0)
        for found in (sales, costs):
            if (np.abs(found - cells[n + 2, :n]) > np.maximum(0.01 * sales, 1.0)).any():
                raise ValueError("the table does not balance")
        frame.to_parquet(folder / "table.parquet", compression="zstd")

    return work


def add(folder: Path) -> Callable[[], Any]:
    """Add the years to a store."""
    from isthmus.store import Store
    from isthmus.world.adding import add_file

    return lambda: add_file(folder, store=Store(folder / "store"))


def add_pandas(folder: Path) -> Callable[[], Any]:
    """Read, check, translate and sort the same rows with pandas and write them."""
    import pandas as pd

    def work() -> None:
        files = sorted(folder.glob("*.csv"))
        read = (pd.read_csv(f, dtype={"k": str}, na_values=["NA"]) for f in files)
        frame = pd.concat(read, ignore_index=True)
        if frame.duplicated(["t", "i", "j", "k"]).any() or (frame["v"] < 0).any():
            raise ValueError("rows stand twice or are negative")
        if not frame["k"].isin(codes.products("HS2017")).all():
            raise ValueError("unknown products")
        found = {n: codes.economy_of(str(n), "comtrade") for n in pd.unique(frame["i"])}
        found |= {n: codes.economy_of(str(n), "comtrade") for n in pd.unique(frame["j"])}
        frame["exporter"], frame["importer"] = frame["i"].map(found), frame["j"].map(found)
        frame["value"] = frame["v"] / 1000
        frame = frame.rename(columns={"t": "year", "k": "product", "q": "quantity"})
        kept = frame[["year", *KEYS, "value", "quantity"]]
        kept.groupby(["year", *KEYS], as_index=False).sum(min_count=1).to_parquet(
            folder / "pandas.parquet", compression="zstd"
        )

    return work


def screened(folder: Path, **asked: Any) -> Callable[[], Any]:
    """Compute all indicators; the rows on disk have been checked before."""
    from isthmus.dependence import screening
    from isthmus.store import Store
    from isthmus.world import World

    world = World.open("starter", with_=["baci_hs2017"], store=Store(folder / "store"))
    world.query("baci_hs2017", lambda rows: rows.head(1))
    return lambda: screening(world, coalitions=["EU27_2020"], **asked)


def screened_pandas(folder: Path, years: int) -> Callable[[], Any]:
    """Compute the indicators of every economy with pandas; no coalition, network or re-exports."""
    import pandas as pd

    frame = pd.read_parquet(folder / "pandas.parquet")
    frame = frame[frame["year"] > frame["year"].max() - years]

    def work() -> Any:
        buyer, seller = ["year", "importer", "product"], ["year", "exporter", "product"]
        total = frame.groupby(buyer)["value"].transform("sum")
        share = frame["value"] / total
        by = frame.assign(share=share, squared=share**2).sort_values("share")
        out = by.groupby(buyer).agg(
            imports=("value", "sum"), hhi=("squared", "sum"), top_share=("share", "max"),
            top=("exporter", "last"),
        )  # fmt: skip
        sold = frame.groupby(seller)["value"].sum()
        whole = sold / sold.groupby(["year", "product"]).transform("sum")
        out["exports"] = sold.rename_axis(buyer).reindex(out.index).fillna(0.0)
        out["imports_to_exports"] = out["imports"] / out["exports"]
        world = (whole**2).groupby(["year", "product"]).sum().rename("world_hhi")
        out = out.join(world, on=["year", "product"])
        out["listed"] = (out["hhi"] > 0.4) & (out["imports_to_exports"] > 1)
        return out

    return work


def steps(years: int) -> dict[str, Callable[[Path], Callable[[], Any]]]:
    """Return what is timed, by name; each sets up outside its time."""
    last = 2025
    every = list(range(last - years, last))
    found: dict[str, Callable[[Path], Callable[[], Any]]] = {
        "add": add,
        "add, pandas": add_pandas,
        "indicators and lists, one year": lambda f: screened(f, years=[last - 1]),
        "the same, pandas, economies alone": lambda f: screened_pandas(f, 1),
        "with network and re-exports of 5 hubs": lambda f: screened(
            f, years=[last - 1], network=True, reexport_share=HUBS
        ),
    }
    if years >= 3:
        methods = ("commission_2021", "commission_2023", "geodep")
        found |= {
            f"{years} years, three methods, churn": lambda f: screened(
                f, years=every, methods=methods
            ),
            f"the same, pandas, economies alone, {years} years": lambda f: screened_pandas(
                f, years
            ),
        }
    return found | {
        "add a table of 3,465 industries": add_table,
        "the same table, pandas": add_table_pandas,
    }


def main() -> None:
    """Make the data, and time every step in a process of its own."""
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--rows", type=float, default=11e6, help="rows of a year")
    asked.add_argument("--years", type=int, default=1)
    asked.add_argument("--only", default="", help="steps whose name holds this text")
    asked.add_argument("--step", help=argparse.SUPPRESS)
    asked.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    given = asked.parse_args()
    if given.step:
        work = steps(given.years)[given.step](given.folder)
        start, used = time.perf_counter(), time.process_time()
        work()
        wall, cpu = time.perf_counter() - start, time.process_time() - used
        lines = Path("/proc/self/status").read_text().splitlines()
        # getrusage begins with what the process that started this one held
        peak = next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1e6
        load = os.getloadavg()[0]
        print(f"| {given.step} | {cpu:.1f} | {wall:.1f} | {peak:.2f} | {load:.1f} |", flush=True)
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for year in range(2025 - given.years, 2025):
            if given.only and "table" in given.only:
                break
            made_year(folder, year, given.rows, year)
        (folder / "table").mkdir()
        made_table(folder / "table")
        print("| step | CPU s | wall s | peak GB | load |\n| --- | --- | --- | --- | --- |")
        for step in [step for step in steps(given.years) if given.only in step]:
            own = [sys.executable, __file__, "--step", step, "--folder", name]
            subprocess.run([*own, "--years", str(given.years)], check=False)


if __name__ == "__main__":
    main()
