"""The chip chain provider by provider, from the user's own copy of the published data set."""

from __future__ import annotations

from typing import Literal

import numpy as np
import polars as pl

from isthmus.cascade.network import SupplyNetwork
from isthmus.errors import InputProblem, raise_all
from isthmus.evidence import Kind
from isthmus.sources.eto import EtoChips

WORLD = "WLD"


def provider_network(
    chips: EtoChips, *, level: Literal["country", "organization"] = "country"
) -> SupplyNetwork:
    """Return the network of providers of the inputs of advanced chips.

    A node is a provider and an input. Each provider of an input buys the inputs that go into it
    from all their providers in proportion to market shares (who buys from whom is not
    published). What goes into a step is essential; types of one input stand in for each other.
    Steps and inputs without published shares are one node of the world, so that nothing that
    passes through them is lost.

    Parameters
    ----------
    chips : EtoChips
        From `isthmus.sources.eto.read_eto`.
    level : {"country", "organization"}
        Providers to use.

    Returns
    -------
    SupplyNetwork
        Output is the market share: every input weighs the same in the index.

    Raises
    ------
    BadInput
        When no provider of this level has a share.
    """
    named = chips.provision.filter(pl.col("provider_type") == level)
    known = named.filter(pl.col("share").is_not_null() & (pl.col("share") > 0))
    if known.is_empty():
        problem = InputProblem(f"no {level} has a market share", "provision.csv")
        raise_all("the network of providers cannot be built", [problem])
    shares = (
        known.group_by("input", "provider", "economy", maintain_order=True)
        .agg(pl.col("share").max())
        .sort("input", "provider")
    )
    targets = chips.sequence.select(pl.col("goes_into").alias("input"))
    inputs = sorted(set(chips.sequence["input"].to_list()) | set(targets["input"].to_list()))
    inputs = sorted(set(inputs) | set(shares["input"].to_list()))
    nodes: list[tuple[str, str, str, float]] = []
    members: dict[str, list[int]] = {}
    for name in inputs:
        rows = shares.filter(pl.col("input") == name)
        total = float(rows["share"].sum())
        found = [(p, e, s / total) for p, e, s in rows.drop("input").iter_rows()] or [
            (WORLD, WORLD, 1.0)
        ]
        members[name] = list(range(len(nodes), len(nodes) + len(found)))
        nodes += [(p, e, name, s) for p, e, s in found]
    share = np.array([s for *_, s in nodes])
    supplier, customer, kind = [], [], []
    for name, target, relation in chips.sequence.select(
        "input", "goes_into", "relation"
    ).iter_rows():
        if name == target:
            continue
        i, j = np.meshgrid(members[name], members[target], indexing="ij")
        supplier.append(i.ravel())
        customer.append(j.ravel())
        kind.append(np.full(i.size, 2 if relation == "goes_into" else 1, np.int8))
    ends = np.concatenate(supplier), np.concatenate(customer)
    firms = pl.DataFrame(
        {
            "firm": [f"{p} {name}" for p, _, name, _ in nodes],
            "economy": [e for _, e, _, _ in nodes],
            "sector": [name for _, _, name, _ in nodes],
            "output": share,
        }
    )
    silent = named.height - known.height
    return SupplyNetwork(
        firms,
        ends[0],
        ends[1],
        share[ends[0]] * share[ends[1]],
        np.concatenate(kind),
        tuple(inputs),
        unit="share",
        kind=Kind.ASSUMED,
        datasets=("eto_chips",),
        notes=(
            f"{silent} providers are named without a share and are left out",
            "every provider is assumed to buy from all providers in proportion to their shares",
        ),
    )
