"""The updated world table: bilateral sales of the year, spread by stored use shares."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import polars as pl

from isthmus.errors import IdentityViolated
from isthmus.evidence import DatasetRecord
from isthmus.kernels.arrays import Array
from isthmus.kernels.mrio_dense import reciprocal
from isthmus.world.flows import IndustryFlows
from isthmus.world.mrio import MRIO
from isthmus.world.mrio_update import table_from_use

ALL_SERVICES = "SERV"
SERVICES: Mapping[str, str] = {
    "D_E": "Energy, water, waste",
    "F": "Construction",
    "G": "Trade",
    "H": "Transport and storage",
    "J": "Information and communication",
    "K_L": "Finance and real estate",
    "M_N": "Business services",
    "O": "Public administration and defence",
    "I_P_T": "Hospitality, education, health and other services",
}
"""Parts of the one services total of the bilateral flows, and their names."""

CATEGORIES = ("consumption", "government", "investment")
ORIGINS = ("domestic", "imported")


def industries(flows: IndustryFlows) -> tuple[str, ...]:
    """Return the industries of the updated table: the goods of the flows, then the services."""
    return (*(i for i in flows.industries if i != ALL_SERVICES), *SERVICES)


def split_services(sales: Array, position: int, shares: Array) -> Array:
    """Return sales with the services total replaced by its parts, added at the end.

    Parameters
    ----------
    sales : (n, n, S) array
        Sales [exporter, importer, product].
    position : int
        Position of the services total.
    shares : (n, n, P) array
        Shares of the parts; they add to one for each pair.
    """
    goods = np.delete(sales, position, axis=2)
    return np.concatenate([goods, sales[:, :, position, None] * shares], axis=2)


def read_updated(
    year: int,
    flows: IndustryFlows,
    use: pl.DataFrame,
    services: pl.DataFrame,
    record: DatasetRecord,
) -> MRIO:
    """Return the factored table of `year` from flows and stored shares.

    Parameters
    ----------
    year : int
        Year of the table.
    flows : IndustryFlows
        Bilateral sales; they are kept exactly.
    use : polars.DataFrame
        economy, origin, product, user, share: every cell once, in the order of the table.
    services : polars.DataFrame
        exporter, importer, industry, share: shares of the services total.
    record : DatasetRecord
        Record of the use shares.

    Raises
    ------
    IdentityViolated
        When cells are missing or out of order, or shares do not add to one.
    """
    n, names = len(flows.economies), industries(flows)
    S = len(names)
    users = (*names, *CATEGORIES)
    cube = _grid(
        use, {"economy": flows.economies, "origin": ORIGINS, "product": names, "user": users}
    )
    split = _grid(
        services,
        {"exporter": flows.economies, "importer": flows.economies, "industry": tuple(SERVICES)},
    )
    sales = split_services(
        flows.values(year), flows.industries.index(ALL_SERVICES), _unit(split, "services")
    )
    shares = _unit(cube.reshape(n * 2 * S, len(users)), "use").reshape(n, 2, S, len(users))
    return table_from_use(
        sales,
        shares[:, 0],
        shares[:, 1],
        economies=flows.economies,
        industries=names,
        categories=CATEGORIES,
        repair=True,
        year=year,
        kind=record.kind,
        datasets=("icio_flows", record.key),
        notes=record.faults,
    )


def _grid(frame: pl.DataFrame, axes: Mapping[str, Sequence[str]]) -> Array:
    shape = tuple(len(labels) for labels in axes.values())
    if frame.height != int(np.prod(shape)):
        raise IdentityViolated(
            f"{frame.height} rows where {int(np.prod(shape))} cells are needed, once each",
            where=", ".join(axes),
        )
    for place, (axis, labels) in zip(np.indices(shape), axes.items(), strict=True):
        found = frame[axis].cast(pl.Enum(list(labels))).to_physical().to_numpy()
        if not np.array_equal(found, place.ravel()):
            raise IdentityViolated("rows are not in the order of the table", where=axis)
    return frame["share"].to_numpy().astype(np.float64).reshape(shape)


def _unit(shares: Array, what: str) -> Array:
    total = shares.sum(axis=-1)
    if not ((np.abs(total - 1) < 1e-5) | (total == 0)).all():
        raise IdentityViolated("shares do not add to one", where=what)
    return np.asarray(shares * reciprocal(total)[..., None])
