"""Which links carry a cascade, and what a second supplier changes: the cascade run again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from isthmus.cascade.engine import DEFAULT_EPS, Rule, levels_of, rule_text, run_shocks
from isthmus.cascade.lens import Run
from isthmus.cascade.network import KIND_NAMES, SupplyNetwork
from isthmus.cascade.shocks import Shocks
from isthmus.errors import InputProblem, did_you_mean, raise_all
from isthmus.evidence import Column, Result
from isthmus.kernels.arrays import Array
from isthmus.kernels.cascade import Supply


@dataclass(frozen=True, slots=True)
class SecondSource:
    """A supplier that takes over part of what a customer buys from one sector.

    Parameters
    ----------
    supplier, customer : str
        Firm ids; the sector is that of the supplier.
    share : float
        Share of the customer's purchases from that sector that moves to the supplier, in (0, 1].
    """

    supplier: str
    customer: str
    share: float = 0.5


def critical_links(
    network: SupplyNetwork,
    shocks: Shocks,
    *,
    top: int = 20,
    replaceability: str = "none",
    rule: Rule = "published",
    eps: float = DEFAULT_EPS,
) -> Result:
    """Find the links whose substitution would lower the loss of a shock most.

    Candidates are the links that pass on loss in the slot that binds their customer. For the
    `top` candidates by what they take from their customer the cascade is run again as if the
    customer could do without that link at once.

    Returns
    -------
    Result
        Table ``links``: loss with and without each link.

    Raises
    ------
    BadInput
        When not exactly one shock is given.
    """
    if len(shocks) != 1:
        problem = InputProblem(f"{len(shocks)} shocks", "shocks", "give one shock")
        raise_all("links are examined for one shock at a time", [problem])
    supply = network.supply(replaceability)
    down = levels_of(supply, shocks, rule=rule, eps=eps).down[:, 0]
    customer = np.repeat(np.arange(supply.n), np.diff(supply.input_start))
    passed = supply.input_share * down[supply.input_supplier]
    slot = np.bincount(supply.input_slot, passed, supply.n_slots)[supply.input_slot]
    shocked = np.isin(customer, shocks.firm)
    binds = (slot >= down[customer] - 1e-9) & (passed > 0) & ~shocked
    taken = np.where(binds, network.output[customer] * passed, 0.0)
    candidates = np.lexsort((np.arange(len(taken)), -taken))[:top]
    candidates = candidates[taken[candidates] > 0]

    def loss(form: Supply) -> float:
        return float(_losses(network, form, shocks, rule, eps)[0])

    base = loss(supply)
    without = [loss(_without(supply, int(link))) for link in candidates]
    ids = network.ids
    frame = pl.DataFrame(
        {
            "supplier": [ids[supply.input_supplier[e]] for e in candidates],
            "customer": [ids[customer[e]] for e in candidates],
            "share": supply.input_share[candidates],
            "value": [base] * len(candidates),
            "value_without": without,
            "saved": [base - w for w in without],
        },
        schema=dict.fromkeys(("supplier", "customer"), pl.String)
        | dict.fromkeys(("share", "value", "value_without", "saved"), pl.Float64),
    ).sort(["saved", "supplier", "customer"], descending=[True, False, False])
    columns = (
        Column("supplier", "dimension", text="supplier"),
        Column("customer", "dimension", text="customer"),
        Column("share", "value", "share", "share of the input that comes over the link"),
        Column("value", "value", "share", "share of the network's output lost"),
        Column("value_without", "value", "share", "the same if the link could be done without"),
        Column("saved", "value", "share", "difference"),
    )
    text = f"links that carry '{shocks.names[0]}'"
    made = Run(network, replaceability, rule_text(rule, eps))
    links = made.table("links", frame, columns, text)
    return made.result("critical_links", [links], {"text": text})


def second_source(
    network: SupplyNetwork,
    shocks: Shocks,
    sources: Sequence[SecondSource],
    *,
    replaceability: str = "none",
    rule: Rule = "published",
    eps: float = DEFAULT_EPS,
) -> Result:
    """Run every shock without and with the second sources.

    Returns
    -------
    Result
        Table ``remedy``: loss before and after by shock.

    Raises
    ------
    BadInput
        With every unknown firm, share outside (0, 1] and customer that buys nothing there.
    """
    changed = with_second_sources(network, sources)
    before, after = (
        _losses(network, form.supply(replaceability), shocks, rule, eps)
        for form in (network, changed)
    )
    frame = pl.DataFrame(
        {
            "scenario": list(shocks.names),
            "value": before,
            "value_with": after,
            "saved": before - after,
        }
    )
    columns = (
        Column("scenario", "dimension", text="shock"),
        Column("value", "value", "share", "share of the network's output lost"),
        Column("value_with", "value", "share", "the same with the second sources"),
        Column("saved", "value", "share", "difference; negative where the new link adds risk"),
    )
    text = "; ".join(f"{s.supplier} takes {s.share:g} of {s.customer}" for s in sources)
    made = Run(network, replaceability, rule_text(rule, eps))
    remedy = made.table("remedy", frame, columns, text)
    return made.result("second_source", [remedy], {"text": text})


def with_second_sources(network: SupplyNetwork, sources: Sequence[SecondSource]) -> SupplyNetwork:
    """Return the network in which the sources have taken over their share.

    What the customer buys from the supplier's sector stays the same in sum and in type; the
    earlier suppliers of that sector sell less in proportion.

    Raises
    ------
    BadInput
        With every unknown firm, share outside (0, 1] and customer that buys nothing there.
    """
    _check(network, sources)
    supplier, customer = network.supplier.copy(), network.customer.copy()
    weight, kind = network.weight.copy(), network.link_kind.copy()
    problems = []
    for source in sources:
        new, buyer = network.row_of[source.supplier], network.row_of[source.customer]
        same = (customer == buyer) & (network.sector[supplier] == network.sector[new])
        bought = weight[same].sum()
        if not bought > 0:
            sector = network.sector_name[new]
            text = f"'{source.customer}' buys nothing from sector '{sector}'"
            problems.append(InputProblem(text, "sources", "a second source shares an input in use"))
            continue
        weight[same] *= 1.0 - source.share
        supplier = np.append(supplier, new)
        customer = np.append(customer, buyer)
        weight = np.append(weight, source.share * bought)
        kind = np.append(kind, kind[np.flatnonzero(same)[0]])
    raise_all("the second sources cannot be added", problems)
    return replace(network, supplier=supplier, customer=customer, weight=weight, link_kind=kind)


def single_sources(network: SupplyNetwork) -> pl.DataFrame:
    """Return the essential inputs that come from one supplier only, largest value first."""
    links = network.links().with_columns(
        pl.Series("sector", [network.sector_name[s] for s in network.supplier], dtype=pl.String)
    )
    return (
        links.filter((pl.col("type") == KIND_NAMES[2]) & (pl.col("value") > 0))
        .group_by("customer", "sector", maintain_order=True)
        .agg(
            pl.col("supplier").n_unique().alias("suppliers"),
            pl.col("supplier").first(),
            pl.col("value").sum(),
        )
        .filter(pl.col("suppliers") == 1)
        .select("customer", "sector", "supplier", "value")
        .sort(["value", "customer", "sector"], descending=[True, False, False])
    )


def _losses(network: SupplyNetwork, form: Supply, shocks: Shocks, rule: Rule, eps: float) -> Array:
    """Lost share of the network's output by shock, (b,)."""
    weight = network.output
    return run_shocks(form, shocks, weight=weight, rule=rule, eps=eps, engine="numpy").index[:, 0]


def _without(supply: Supply, link: int) -> Supply:
    share = supply.input_share.copy()
    share[link] = 0.0
    return replace(supply, input_share=share)


def _check(network: SupplyNetwork, sources: Sequence[SecondSource]) -> None:
    problems = []
    for source in sources:
        for firm in (source.supplier, source.customer):
            if firm not in network.row_of:
                hint = did_you_mean(firm, network.ids) if network.n <= 20_000 else ""
                problems.append(InputProblem(f"no firm '{firm}' in the network", "sources", hint))
        if not 0.0 < source.share <= 1.0:
            problems.append(InputProblem(f"share {source.share:g}", "sources", "above 0, up to 1"))
        if source.supplier == source.customer:
            problems.append(InputProblem(f"'{source.supplier}' cannot supply itself", "sources"))
    raise_all("the second sources cannot be added", problems)
