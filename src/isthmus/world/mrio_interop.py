"""Exchange of inter-economy tables with pandas, xarray and pymrio, each by optional import."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from isthmus.errors import InputProblem, IsthmusError, raise_all

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

    from isthmus.world.mrio import MRIO


def _missing(package: str, extra: str) -> IsthmusError:
    return IsthmusError(f"{package} is not installed", hint=f"install {extra}")


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
        raise _missing("pandas", "isthmus[interop]") from error
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
        raise _missing("xarray", "isthmus[interop]") from error
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


def to_pymrio(table: MRIO) -> Any:
    """Return a ``pymrio.IOSystem`` with Z, Y, x and value added as extension ``factor_inputs``.

    Raises
    ------
    IsthmusError
        When pymrio is not installed; it is no dependency of this package.
    """
    try:
        import pandas as pd
        import pymrio
    except ImportError as error:
        raise _missing("pymrio", "pymrio yourself; it is not a dependency") from error
    frames = to_pandas(table)
    F = pd.DataFrame(
        [table.v, table.other],
        index=pd.Index(["Value added", "Other primary inputs"], name="inputtype"),
        columns=frames["Z"].columns,
    )
    x = frames["x"].rename(columns={"x": "indout"})
    system = pymrio.IOSystem(Z=frames["Z"], Y=frames["Y"], x=x)
    system.factor_inputs = pymrio.Extension(name="factor_inputs", F=F)
    return system


def from_pymrio(system: Any, **about: Any) -> MRIO:
    """Return a dense table from a ``pymrio.IOSystem`` with Z and Y.

    Parameters
    ----------
    system : pymrio.IOSystem
        Rows and columns (region, sector), every region with the same sectors in the same order.
    **about
        Passed to `MRIO.from_dense` (``year``, ``kind``, ``datasets``, ``repair``, ...).

    Raises
    ------
    BadInput
        When Z or Y is missing, or labels of rows and columns differ.
    """
    from isthmus.world.mrio import MRIO

    found = [
        InputProblem(f"the system holds no {name}", name, "call calc_all() on it first")
        for name in ("Z", "Y")
        if getattr(system, name, None) is None
    ]
    raise_all("pymrio system", found)
    Z, Y = system.Z, system.Y
    economies = list(dict.fromkeys(Z.index.get_level_values(0)))
    industries = list(dict.fromkeys(Z.index.get_level_values(1)))
    categories = list(dict.fromkeys(Y.columns.get_level_values(1)))
    nodes = [(e, i) for e in economies for i in industries]
    demand = [(e, c) for e in economies for c in categories]
    for name, labels, wanted in (
        ("rows of Z", Z.index, nodes),
        ("columns of Z", Z.columns, nodes),
        ("rows of Y", Y.index, nodes),
        ("columns of Y", Y.columns, demand),
    ):
        missing = sorted(set(wanted) - set(labels))
        if missing:
            shown = ", ".join(":".join(map(str, m)) for m in missing[:8])
            found.append(InputProblem(f"lack {len(missing)} labels: {shown}", name))
    raise_all("pymrio system", found)
    return MRIO.from_dense(
        Z.loc[nodes, nodes].to_numpy(dtype=np.float64),
        Y.loc[nodes, demand].to_numpy(dtype=np.float64),
        economies=[str(e) for e in economies],
        industries=[str(i) for i in industries],
        categories=[str(c) for c in categories],
        **about,
    )
