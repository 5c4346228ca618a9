"""Who could hurt whom, with what, at what cost to itself: two channels, pair by pair."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from isthmus.codes import parse_parties
from isthmus.coercion.panel import FLOWS, REST, Panel, read_panel
from isthmus.errors import BadInput, DataMissing
from isthmus.evidence import Kind, Result
from isthmus.evidence.frames import MONEY, attribute, dimension, finite, number, provenance, table
from isthmus.kernels.concentration import ratio
from isthmus.kernels.leverage import purchase_ban_loss, supply_stop_loss, trade_elasticity
from isthmus.world import World

Array = NDArray[np.float64]

SUPPLY_STOP, PURCHASE_BAN = "supply stop", "purchase ban"

CITATIONS = (
    "Feenstra, R. C. (1994), New Product Varieties and the Measurement of International Prices, "
    "American Economic Review 84(1).",
    "Clayton, C., Maggiori, M., Schreger, J. (2024), A Theory of Economic Coercion and "
    "Fragmentation.",
    "Boehm, C. E., Levchenko, A. A., Pandalai-Nayar, N. (2023), The Long and Short (Run) of Trade "
    "Elasticities, American Economic Review 113(4).",
)
TWO_CHANNELS = (
    "a stop of supplies takes inputs away (CES price index); a ban on purchases takes income away "
    "(domestic value added of the lost exports, less what is sold elsewhere); never added"
)
INTENT = (
    "what a sender could do, not what it intends; every loss rests on the assumptions beside it"
)


@dataclass(frozen=True, slots=True)
class Assumptions:
    """What the leverage map assumes.

    Parameters
    ----------
    domestic_share : float
        Domestic value added per unit of exports: 0.65, between the 0.5 of small open economies
        and the 0.8 of large ones; the room of value chains gives it by economy.
    diversion : float
        Part of banned exports that is sold elsewhere within a year: 0.5, between none and the
        four fifths that the coded cases report for Australia in 2020-21.
    horizon : float
        Years after the stop, 1 or more; sets the elasticity of substitution 1 + eps(h).
    """

    domestic_share: float = 0.65
    diversion: float = 0.5
    horizon: float = 1.0


def leverage_map(
    world: World,
    sender: str,
    *,
    over: str | Sequence[str] | None = None,
    year: int | None = None,
    assumptions: Assumptions | None = None,
) -> Result:
    """Return the loss of each target and the cost to the sender, by industry and channel.

    Parameters
    ----------
    world : World
        The data.
    sender : str
        Economy, or coalition that acts as one.
    over : str or sequence of str, optional
        Targets, each a code of an economy or of a coalition that is one buyer and seller; all
        economies when None.
    year : int, optional
        The last year when None.
    assumptions : Assumptions, optional
        Domestic share, diversion and horizon.

    Returns
    -------
    Result
        ``leverage``: by target, industry and channel the loss, the cost to the sender, their
        ratio, how far the sender can do without the target (credibility), and how far the target
        rests on the sender (concentration); ``targets``: sums by target and channel.

    Raises
    ------
    CodeUnknown, DataMissing
        For unknown economies, or a year that the flows do not cover.
    BadInput
        For assumptions outside their range, or a target that overlaps the sender.

    References
    ----------
    Feenstra (1994); Clayton, Maggiori, Schreger (2024); Boehm, Levchenko, Pandalai-Nayar (2023).
    """
    given, panel = assumptions or Assumptions(), read_panel(world)
    at = panel.years[-1] if year is None else year
    if at not in panel.years:
        raise DataMissing(f"no flows for {at}", where=FLOWS)
    F = panel.flows[..., panel.years.index(at)]
    label, own = _members(panel, sender, at)
    listed = _targets(panel, own, over)
    frames = []
    for code in listed:
        target, theirs = _members(panel, code, at)
        if (own & theirs).any():
            raise BadInput(f"{target} and {label} overlap", where="over")
        frames.append(_pair(F, own, theirs, given, panel.industries).with_columns(
            pl.lit(target).alias("target")
        ))  # fmt: skip
    frame = pl.concat(frames).with_columns(
        pl.lit(label).alias("sender"),
        pl.lit(at, dtype=pl.Int64).alias("year"),
        pl.lit(Kind.MODELLED.value).alias("kind"),
    )
    notes = [TWO_CHANNELS, INTENT, _assumed(given)]
    tables = {
        "leverage": table(
            "leverage", frame, _COLUMNS, kind=Kind.MODELLED, datasets=[FLOWS],
            text=f"what {label} could do to each target, by industry and channel", notes=notes,
        ),
        "targets": table(
            "targets", _summed(frame), _TOTALS, kind=Kind.MODELLED, datasets=[FLOWS],
            text="sums over the industries, one channel at a time", notes=notes,
        ),
    }  # fmt: skip
    parameters = {
        "sender": label,
        "over": listed if over is not None else None,
        "year": at,
        "domestic_share": given.domestic_share,
        "diversion": given.diversion,
        "horizon": given.horizon,
    }
    made = provenance(world, "coercion.leverage_map", [FLOWS], parameters)
    return Result(tables, made, CITATIONS)


_COLUMNS = (
    dimension("sender"),
    dimension("target"),
    dimension("industry"),
    dimension("channel", "supply stop or purchase ban"),
    dimension("year"),
    number("value", MONEY, "flow that would stop"),
    number("loss", MONEY, "loss of the target per year"),
    number("loss_share", "share", "loss over all goods output of the target"),
    number("cost", MONEY, "cost to the sender per year by the other channel's formula"),
    number("ratio", "1", "loss over cost; null where the sender would lose nothing"),
    number("credibility", "share", "part of the sender's own trade in the item without the target"),
    number("concentration", "share", "part of the target's trade in the item with the sender"),
    attribute("kind"),
)

_TOTALS = (
    dimension("sender"),
    dimension("target"),
    dimension("channel", "supply stop or purchase ban"),
    dimension("year"),
    number("value", MONEY, "flows that would stop"),
    number("loss", MONEY, "loss of the target per year"),
    number("loss_share", "share", "loss over all goods output of the target"),
    number("cost", MONEY, "cost to the sender per year"),
    attribute("kind"),
)


def _assumed(given: Assumptions) -> str:
    return (
        f"assumed: domestic value added {given.domestic_share:g} per unit of exports, "
        f"{given.diversion:g} of banned exports sold elsewhere, horizon {given.horizon:g} years"
    )


def _members(panel: Panel, code: str, year: int) -> tuple[str, NDArray[np.bool_]]:
    label, names = (code, (code,)) if code in panel.economies else parse_parties(code, on=year)
    mask = np.isin(panel.economies, names)
    if not mask.any():
        panel.place(names[0])
    return label, mask


def _targets(panel: Panel, own: NDArray[np.bool_], over: str | Sequence[str] | None) -> list[str]:
    if over is None:
        return [e for e, mine in zip(panel.economies, own, strict=True) if not mine and e != REST]
    return [over] if isinstance(over, str) else list(over)


def _pair(
    F: Array,
    own: NDArray[np.bool_],
    theirs: NDArray[np.bool_],
    given: Assumptions,
    industries: tuple[str, ...],
) -> pl.DataFrame:
    """Both channels for one target; `F` has shape (K, n, n)."""
    s = 1.0 + float(trade_elasticity(given.horizon))
    supplies = F[:, own][:, :, theirs].sum(axis=(1, 2))
    purchases = F[:, theirs][:, :, own].sum(axis=(1, 2))
    output = float(F[:, theirs].sum())
    stop = {
        "value": supplies,
        "loss": _stop(F, theirs, supplies, s),
        "cost": purchase_ban_loss(supplies, given.domestic_share, given.diversion),
        "credibility": 1.0 - ratio(supplies, _external_exports(F, own)),
        "concentration": ratio(supplies, _external_imports(F, theirs)),
    }
    ban = {
        "value": purchases,
        "loss": purchase_ban_loss(purchases, given.domestic_share, given.diversion),
        "cost": _stop(F, own, purchases, s),
        "credibility": 1.0 - ratio(purchases, _external_imports(F, own)),
        "concentration": ratio(purchases, _external_exports(F, theirs)),
    }
    return pl.concat(
        pl.DataFrame(
            {"industry": list(industries), **{k: finite(v) for k, v in part.items()}}
        ).with_columns(
            pl.lit(channel).alias("channel"),
            finite(np.asarray(part["loss"]) / max(output, 1e-300)).alias("loss_share"),
            finite(np.where(part["cost"] > 0, ratio(part["loss"], part["cost"]), np.nan)).alias(
                "ratio"
            ),
        )
        for channel, part in ((SUPPLY_STOP, stop), (PURCHASE_BAN, ban))
    )


def _stop(F: Array, buyer: NDArray[np.bool_], flow: Array, s: float) -> Array:
    """CES loss of a buyer without these supplies; bounded by its goods output."""
    use = F[:, :, buyer].sum(axis=(1, 2))
    w = np.minimum(ratio(flow, use), 1.0)
    return supply_stop_loss(w, s, use, float(F[:, buyer].sum()))


def _external_imports(F: Array, party: NDArray[np.bool_]) -> Array:
    return np.asarray(F[:, ~party][:, :, party].sum(axis=(1, 2)))


def _external_exports(F: Array, party: NDArray[np.bool_]) -> Array:
    return np.asarray(F[:, party][:, :, ~party].sum(axis=(1, 2)))


def _summed(frame: pl.DataFrame) -> pl.DataFrame:
    keys = ["sender", "target", "channel", "year", "kind"]
    values = ["value", "loss", "loss_share", "cost"]
    ordered = frame.sort("target", "channel", "industry")
    parts = ordered.partition_by("target", "channel", maintain_order=True)
    return pl.concat(
        part.select(keys)
        .head(1)
        .with_columns(pl.lit(float(part[v].to_numpy().sum())).alias(v) for v in values)
        for part in parts
    ).sort("channel", "loss_share", "target", descending=[False, True, False])
