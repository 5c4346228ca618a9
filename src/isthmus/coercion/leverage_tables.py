"""Tables of the leverage map: by item, by pair, and blocs next to their members."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import polars as pl

from isthmus.coercion.pairs import CHANNELS, Leverage
from isthmus.evidence import Kind, Table
from isthmus.evidence.frames import MONEY, attribute, dimension, finite, grid, number, table
from isthmus.kernels.arrays import Array

# every row holds a loss or a cost of lost sales, and the part sold elsewhere is assumed
PAIR = ("sender", "target", "channel", "horizon", "year")

_KEYS = (
    dimension("channel", "supply stop or purchase ban"),
    dimension("horizon", "years after the stop"),
    dimension("year"),
)
_MONEY = (
    number("value", MONEY, "flow that would stop"),
    number("loss", MONEY, "loss of the target per year"),
    number("loss_share", "share", "loss over the target's GDP; null in years without a table"),
    number("cost", MONEY, "cost to the sender per year by the other channel's formula"),
)
_RATIO = number("ratio", "ratio", "loss over cost; null where the sender would lose nothing")
_QUALIFIED = (
    number("credibility", "share", "part of the sender's own trade in it without the target"),
    number("concentration", "share", "part of the target's trade in it with the sender"),
)


def leverage_frame(
    sender: str,
    targets: Sequence[str],
    item: str,
    items: Sequence[str],
    found: Leverage,
    horizons: Sequence[float],
    year: int,
) -> pl.DataFrame:
    """Return one row per pair, item, channel and horizon, in both directions; no empty flows."""
    axes = {"other": targets, item: items, "channel": CHANNELS, "horizon": list(horizons)}
    frames = []
    for there, part in ((True, found), (False, found.mirrored())):
        values = {
            "value": part.value,
            "loss": part.loss,
            "cost": part.cost,
            "credibility": part.credibility,
            "concentration": part.concentration,
            "domestic_share": part.share,
        }
        ends = ("sender", "target") if there else ("target", "sender")
        frames.append(
            grid(axes, values)
            .with_columns(pl.lit(sender).alias(ends[0]), pl.col("other").alias(ends[1]))
            .drop("other")
        )
    columns = frames[0].columns
    whole = pl.concat([f.select(columns) for f in frames])
    safe = pl.when(pl.col("cost") > 0).then(pl.col("loss") / pl.col("cost"))
    return whole.filter(pl.col("value") > 0).with_columns(
        pl.lit(year, dtype=pl.Int64).alias("year"),
        safe.alias("ratio"),
    )


def items_table(
    name: str,
    item: str,
    sender: str,
    frame: pl.DataFrame,
    gdp: Mapping[str, float],
    notes: Sequence[str],
    datasets: Sequence[str],
) -> Table:
    """Return the table by industry or product."""
    columns = [
        dimension("sender"),
        dimension("target"),
        dimension(item),
        *_KEYS,
        *_MONEY,
        _RATIO,
        *_QUALIFIED,
        number("domestic_share", "share", "domestic value added per unit of the lost exports"),
        attribute("kind"),
    ]
    # what the sender could do comes first, and the largest losses of the first horizon
    first = (pl.col("sender") != sender).alias("back")
    by = ["back", "horizon", "loss", "target", "sender", item, "channel"]
    order = [name == "loss" for name in by]
    shown = _with_share(frame, gdp).with_columns(first).sort(by, descending=order)
    text = f"what {sender} and each target could do to each other, by {item} and channel"
    return table(name, shown, columns, kind=Kind.ASSUMED, datasets=datasets, text=text, notes=notes)


def sums_frame(frame: pl.DataFrame, gdp: Mapping[str, float]) -> pl.DataFrame:
    """Return sums over items by pair, channel and horizon, in numpy over sorted rows."""
    ordered = frame.sort(*PAIR, frame.columns[0])
    groups = ordered.select(PAIR).with_row_index("n").group_by(PAIR, maintain_order=True)
    starts = groups.agg(pl.col("n").first())
    at = starts["n"].to_numpy()
    sums = {
        name: np.add.reduceat(ordered[name].to_numpy(), at) for name in ("value", "loss", "cost")
    }
    # by value: how much of what is traded could be had, or is had, elsewhere
    weighted = {
        name: np.add.reduceat((ordered[name] * ordered["value"]).to_numpy(), at) / sums["value"]
        for name in ("credibility", "concentration")
    }
    out = starts.drop("n").with_columns(
        *(pl.Series(name, found) for name, found in {**sums, **weighted}.items()),
    )
    safe = pl.when(pl.col("cost") > 0).then(pl.col("loss") / pl.col("cost"))
    cost_share = finite(out["cost"].to_numpy() / _gdp(out["sender"], gdp))
    return _with_share(out, gdp).with_columns(cost_share.alias("cost_share"), safe.alias("ratio"))


def targets_table(
    sender: str, sums: pl.DataFrame, notes: Sequence[str], datasets: Sequence[str]
) -> Table:
    """Return the sums by pair, the hardest hit first."""
    columns = [
        dimension("sender"),
        dimension("target"),
        *_KEYS,
        *_MONEY,
        number("cost_share", "share", "that cost over the sender's GDP"),
        _RATIO,
        *_QUALIFIED,
        attribute("kind"),
    ]
    first = (pl.col("sender") != sender).alias("back")
    by = ["back", "channel", "horizon", "loss_share", "loss", "sender", "target"]
    order = [False, False, False, True, True, False, False]
    shown = sums.with_columns(first).sort(by, descending=order, nulls_last=True)
    return table(
        "targets",
        shown,
        columns,
        kind=Kind.ASSUMED,
        datasets=datasets,
        text=f"sums over the items, one channel at a time: {sender} over each target, then back",
        notes=[*notes, "credibility and concentration are means over items, weighted by value"],
    )


def alone_table(
    sender: str,
    sums: pl.DataFrame,
    members: Mapping[str, Sequence[str]],
    notes: Sequence[str],
    datasets: Sequence[str],
) -> Table:
    """Return each coalition as one target next to its members each alone."""
    kept = sums.filter(pl.col("sender") == sender)
    rows = []
    for bloc, names in members.items():
        parts = kept.filter(pl.col("target").is_in(list(names)))
        for row in kept.filter(pl.col("target") == bloc).iter_rows(named=True):
            same = (pl.col("channel") == row["channel"]) & (pl.col("horizon") == row["horizon"])
            each = parts.filter(same).sort("loss_share", "target", descending=[True, False])
            alone = float(each.sort("target")["loss"].to_numpy().sum())
            rows.append(
                {
                    **{k: row[k] for k in ("sender", "channel", "horizon", "year", "loss")},
                    "bloc": bloc,
                    "members": each.height,
                    "alone": alone,
                    "relief": row["loss"] / alone if alone > 0 else None,
                    "loss_share": row["loss_share"],
                    "largest_share": each["loss_share"][0],
                    "largest": each["target"][0],
                    "smallest_share": each["loss_share"][-1],
                    "smallest": each["target"][-1],
                }
            )
    columns = [
        dimension("sender"),
        dimension("bloc", "coalition that acts as one"),
        *_KEYS,
        attribute("members", "number of members that the flows list"),
        number("loss", MONEY, "loss of the bloc as one, per year"),
        number("alone", MONEY, "sum over its members, each alone"),
        number("relief", "ratio", "loss as one over loss alone"),
        number("loss_share", "share", "loss of the bloc over its GDP"),
        number("largest_share", "share", "largest loss of a member alone, over its GDP"),
        attribute("largest", "that member"),
        number("smallest_share", "share", "smallest loss of a member alone, over its GDP"),
        attribute("smallest", "that member"),
        attribute("kind"),
    ]
    kinds = {"loss_share": pl.Float64, "largest_share": pl.Float64, "smallest_share": pl.Float64}
    frame = pl.DataFrame(rows, infer_schema_length=None).with_columns(
        pl.col(name).cast(kind) for name, kind in kinds.items()
    )
    said = "sold by members to each other counts as own production of the bloc, and value added in"
    return table(
        "blocs",
        frame,
        columns,
        kind=Kind.ASSUMED,
        datasets=datasets,
        text="a coalition as one target, next to its members each alone",
        notes=[*notes, f"what is {said} inputs from members as domestic"],
    )


def _with_share(frame: pl.DataFrame, gdp: Mapping[str, float]) -> pl.DataFrame:
    share = finite(frame["loss"].to_numpy() / _gdp(frame["target"], gdp))
    return frame.with_columns(share.alias("loss_share"))


def _gdp(codes: pl.Series, gdp: Mapping[str, float]) -> Array:
    found = codes.replace_strict(dict(gdp), default=None, return_dtype=pl.Float64)
    return found.to_numpy().astype(np.float64)
