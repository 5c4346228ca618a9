"""Exchange of inter-economy tables with pandas, xarray and pymrio, each by optional import."""

from __future__ import annotations

from typing import TYPE_CHECKING

from isthmus.evidence.faces import missing_package
from isthmus.world.mrio_pymrio import from_pymrio, to_pymrio

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

    from isthmus.world.mrio import MRIO


__all__ = ["from_pymrio", "to_pandas", "to_pymrio", "to_xarray"]


def to_pandas(table: MRIO) -> dict[str, pd.DataFrame]:
    """Return ``Z``, ``Y``, ``x``, ``v`` and ``other`` as data frames with (economy, name) axes.

    Raises
    ------
    IsthmusError
        When pandas is not installed.
    """
    try:
        import pandas as pd
    except ImportError as error:
        raise missing_package("pandas", "isthmus[interop]") from error
    lb = table.labels
    nodes = pd.MultiIndex.from_product([lb.economies, lb.industries], names=["region", "sector"])
    demand = pd.MultiIndex.from_product([lb.economies, lb.categories], names=["region", "category"])
    out = {
        "Z": pd.DataFrame(table.Z, index=nodes, columns=nodes),
        "Y": pd.DataFrame(table.Y, index=nodes, columns=demand),
    }
    for name, values in (("x", table.x), ("v", table.v), ("other", table.other)):
        out[name] = pd.DataFrame({name: values}, index=nodes)
    return out


def to_xarray(table: MRIO) -> xr.Dataset:
    """Return the table as an xarray data set with dimensions exporter, product, importer, user.

    Raises
    ------
    IsthmusError
        When xarray is not installed.
    """
    try:
        import xarray as xr
    except ImportError as error:
        raise missing_package("xarray", "isthmus[interop]") from error
    lb = table.labels
    node = ["exporter", "product"]
    shape = (lb.n, lb.S)
    return xr.Dataset(
        {
            "Z": ([*node, "importer", "industry"], table.Z.reshape(*shape, *shape)),
            "Y": ([*node, "importer", "category"], table.Y.reshape(*shape, lb.n, lb.F)),
            "x": (node, table.x.reshape(shape)),
            "v": (node, table.v.reshape(shape)),
            "other": (node, table.other.reshape(shape)),
        },
        coords={
            "exporter": list(lb.economies),
            "product": list(lb.industries),
            "importer": list(lb.economies),
            "industry": list(lb.industries),
            "category": list(lb.categories),
        },
        attrs={"year": table.year, "unit": table.unit, "kind": table.kind.value},
    )
