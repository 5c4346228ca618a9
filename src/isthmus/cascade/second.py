"""What one supplier's stop takes of each material, and what a second source changes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import polars as pl

from isthmus.cascade.engine import levels_of
from isthmus.cascade.network import SupplyNetwork
from isthmus.cascade.shocks import firms_stop


def _flows_frame(network: SupplyNetwork) -> pl.DataFrame:
    firms = network.firms
    return pl.DataFrame(
        {
            "exporter": firms["economy"].gather(network.supplier),
            "importer": firms["economy"].gather(network.customer),
            "product": firms["sector"].gather(network.supplier),
            "value": network.weight,
        }
    )


def _stop_of(network: SupplyNetwork, economy: str) -> dict[str, float]:
    ids = network.firms.filter((pl.col("economy") == economy) & (pl.col("exports") > 0))["firm"]
    return dict.fromkeys(ids.to_list(), 1.0)


def material_losses(
    network: SupplyNetwork, members: Sequence[str], economies: list[str], outside: pl.DataFrame
) -> list[tuple[str, str, float, float]]:
    """Economy, product, direct and full lost share of the members' purchases from outside."""
    shocks = firms_stop(network, {e: _stop_of(network, e) for e in economies})
    down = levels_of(network.supply(), shocks, rule="exact").down
    products = sorted(outside["product"].unique().to_list())
    place = {p: n for n, p in enumerate(products)}
    inside = np.isin(np.asarray(network.economy), list(members))
    buys = inside[network.customer] & ~inside[network.supplier]
    link = np.array([place.get(p, -1) for p in network.sector_name])[network.supplier]
    chosen = np.flatnonzero(buys)
    whole = np.bincount(link[chosen], network.weight[chosen], len(products))
    rows = []
    for k, economy in enumerate(economies):
        gone = network.weight[chosen] * down[network.supplier[chosen], k]
        full = np.bincount(link[chosen], gone, len(products)) / whole
        own = outside.filter(pl.col("exporter") == economy)
        direct = np.zeros(len(products))
        np.add.at(direct, [place[p] for p in own["product"].to_list()], own["value"].to_numpy())
        rows += [
            (economy, p, float(direct[n] / whole[n]), float(full[n]))
            for p, n in place.items()
            if full[n] > 0
        ]
    return rows


def outside_of(network: SupplyNetwork, members: Sequence[str]) -> pl.DataFrame:
    """Return what the members buy from others, by exporter, importer and product."""
    flows = _flows_frame(network)
    home = list(members)
    return flows.filter(pl.col("importer").is_in(home) & ~pl.col("exporter").is_in(home))


def second_source(
    network: SupplyNetwork,
    members: Sequence[str],
    outside: pl.DataFrame,
    product: str,
    worst: tuple[str, float],
    without: Sequence[str] = (),
) -> tuple[str, str, str, float, float, float] | None:
    """Move half of what the members buy from the worst supplier to the next largest one.

    No record says who re-exports a product: imports over exports of the second source tell how
    likely it passes on what it sells.

    Parameters
    ----------
    network : SupplyNetwork
        All products.
    members : sequence of str
        Who buys.
    outside : polars.DataFrame
        What they buy from others.
    product : str
        What is bought.
    worst : tuple of (str, float)
        Supplier whose stop takes most, and the share that it takes.
    without : sequence of str
        Economies that are no second source.

    Returns
    -------
    tuple or None
        Product, worst supplier, second source, lost share without and with it, imports of the
        second source over its exports; None where nobody else delivers.
    """
    economy, value = worst
    order = (
        outside.filter(pl.col("product") == product)
        .filter(~pl.col("exporter").is_in([economy, *without]))
        .group_by("exporter")
        .agg(pl.col("value").sum())
        .sort(["value", "exporter"], descending=[True, False])
    )
    if order.is_empty():
        return None
    second = str(order["exporter"][0])
    row = network.row_of[f"{second} {product}"]
    ratio = float(network.output[row]) / float(network.firms["exports"][row])
    one = _only_product(network, product)
    changed = _moved(one, members, f"{economy} {product}", f"{second} {product}")
    loss = material_losses(changed, members, [economy], outside_of(changed, members))
    return product, economy, second, value, loss[0][3] if loss else 0.0, ratio


def _moved(
    network: SupplyNetwork, members: Sequence[str], worst: str, second: str
) -> SupplyNetwork:
    """Move half of the members' purchases from one node to another, which makes them itself."""
    old, new = network.row_of[worst], network.row_of[second]
    inside = np.isin(np.asarray(network.economy), list(members))
    moves = np.flatnonzero((network.supplier == old) & inside[network.customer])
    weight = network.weight.copy()
    weight[moves] *= 0.5
    return replace(
        network,
        supplier=np.append(network.supplier, np.full(len(moves), new)),
        customer=np.append(network.customer, network.customer[moves]),
        weight=np.append(weight, weight[moves]),
        link_kind=np.append(network.link_kind, network.link_kind[moves]),
    )


def _only_product(network: SupplyNetwork, product: str) -> SupplyNetwork:
    """Return the part of the network that trades one product; products do not touch."""
    keep = np.flatnonzero(np.asarray(network.sector_name) == product)
    new = np.full(network.n, -1)
    new[keep] = np.arange(len(keep))
    links = new[network.supplier] >= 0
    costs = None if network.costs is None else network.costs[keep]
    return replace(
        network,
        firms=network.firms[keep],
        supplier=new[network.supplier[links]],
        customer=new[network.customer[links]],
        weight=network.weight[links],
        link_kind=network.link_kind[links],
        sectors=(product,),
        costs=costs,
    )
