"""The one-sector case of the equilibrium kernel against gegravity on its public sample.

Run: ``python validation/equilibrium_gegravity.py [folder of the public data]``. Both solve the
same thought experiment, a trade agreement between Canada and Japan, from the same base flows:
those that gegravity itself models for 2006, with trade balanced (expenditure set to output).

gegravity 0.3 holds output and expenditure **shares of the world** at their base values inside its
last stage, so its answer is one step short of market clearing. The first block shows that gap;
the second repeats gegravity's own last stage with updated shares until they no longer move, and
there the two agree to its solver's tolerance, which is what is asserted.
"""

from __future__ import annotations

import sys
import time
import warnings
from pathlib import Path

import numpy as np
import pandas as pd

from isthmus.kernels.equilibrium import TradeShock
from isthmus.kernels.equilibrium_base import model_from_flows, settle
from isthmus.kernels.equilibrium_solve import solve
from isthmus.kernels.equilibrium_welfare import welfare

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import gegravity as ge

SIGMA = 5.0
COEFFICIENTS = {
    "lndist": -0.3764,
    "contiguity": 0.8850,
    "pta": 0.4823,
    "common_language": 0.0392,
    "international": -3.4224,
}
DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
PAIR = ("CAN", "JPN")
# gegravity stops its root finder at 1e-8 and reports percent.
TOLERANCE = 1e-6
ROUND_TOLERANCE = 1e-11


def peer(data: pd.DataFrame) -> ge.OneSectorGE:
    """Return gegravity's model with the experiment simulated."""
    baseline = ge.BaselineData(
        data,
        imp_var_name="importer",
        exp_var_name="exporter",
        year_var_name="year",
        trade_var_name="trade",
        expend_var_name="E",
        output_var_name="Y",
    )
    estimates = pd.DataFrame([{"var": k, "coeff": v, "ste": 0.1} for k, v in COEFFICIENTS.items()])
    costs = ge.CostCoeffs(
        estimates=estimates, identifier_col="var", coeff_col="coeff", stderr_col="ste"
    )
    model = ge.OneSectorGE(
        baseline,
        year="2006",
        expend_var_name="E",
        output_var_name="Y",
        cost_coeff_values=costs,
        cost_variables=list(COEFFICIENTS),
        reference_importer="DEU",
        sigma=SIGMA,
        quiet=True,
    )
    _build(model)
    experiment = model.baseline_data.copy()
    both = experiment[["exporter", "importer"]].isin(PAIR).all(axis=1)
    apart = experiment.exporter != experiment.importer
    experiment.loc[both & apart, "pta"] = 1
    model.define_experiment(experiment)
    model.simulate()
    return model


def _build(model: ge.OneSectorGE) -> None:
    """Build the baseline with the first rescaling factor that its solver accepts."""
    for factor in (10, 1, 100, 1000, 0.1, 5, 50, 0.01):
        try:
            model.build_baseline(omr_rescale=factor)
        except ValueError:
            continue
        return
    raise RuntimeError("gegravity found no baseline")


def iterate(model: ge.OneSectorGE, *, rounds: int = 60) -> int:
    """Repeat gegravity's last stage with the shares that its own prices imply."""
    countries = list(model.country_set.values())
    quantity = np.array([c.baseline_output for c in countries])
    old = np.ones(len(countries))
    for count in range(1, rounds + 1):
        price = np.array([c.experiment_factory_price for c in countries])
        share = price * quantity / (price * quantity).sum()
        for country, value in zip(countries, share, strict=True):
            country.baseline_output_share = country.baseline_expenditure_share = value
        model._calculate_full_ge()
        if np.abs(price / old - 1).max() < ROUND_TOLERANCE:
            return count
        old = price
    raise RuntimeError("gegravity's prices still move")


def peer_change(model: ge.OneSectorGE, codes: list[str]) -> tuple[np.ndarray, np.ndarray]:
    """Return gegravity's factory-gate prices and real incomes, new over old."""
    countries = [model.country_set[c] for c in codes]
    price = np.array([c.experiment_factory_price for c in countries])
    power = 1.0 / (SIGMA - 1.0)
    index = np.array([(c._baseline_imr_ratio / c._experiment_imr_ratio) for c in countries])
    return price, price / index**-power


def compare(model: ge.OneSectorGE) -> dict[str, float]:
    """Return the largest relative deviations of real income, wages (up to scale) and shares."""
    before = model.bilateral_trade_results["baseline modeled trade"].unstack()
    codes = [c for c in before.index if c in model.country_set]
    assert len(codes) == len(before)
    theta = np.array([SIGMA - 1.0])
    flows = before.loc[codes, codes].to_numpy()[:, :, None]
    base = settle(model_from_flows(flows, np.zeros((len(codes), 1, 1)), theta=theta))
    shock = TradeShock(cost=_cost_change(model, codes, theta[0]))
    found = solve(base, shock, tolerance=1e-12)
    price, income = peer_change(model, codes)
    return {
        "largest change of real income": float(np.abs(income - 1).max()),
        "real income": float(np.abs(welfare(base, shock, found).real_income / income - 1).max()),
        "wages": float(np.abs(found.wage / found.wage[0] / (price / price[0]) - 1).max()),
    }


def _cost_change(model: ge.OneSectorGE, codes: list[str], theta: float) -> np.ndarray:
    """Return new over old iceberg costs [sector, importer, exporter]."""
    old, new = (
        frame.pivot(index="importer", columns="exporter", values="trade_cost").loc[codes, codes]
        for frame in (model.baseline_trade_costs, model.experiment_trade_costs)
    )
    return (new.to_numpy() / old.to_numpy())[None] ** (-1.0 / theta)


def main() -> int:
    """Print the deviations; return 1 when the iterated peer does not agree."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else DATA
    data = pd.read_csv(folder / "gravity" / "sample_data_set.csv", dtype={"year": str})
    data["E"] = data["importer"].map(data.groupby("exporter")["Y"].first())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        start = time.perf_counter()
        model = peer(data)
        _print(f"gegravity as published ({time.perf_counter() - start:.2f} s)", compare(model))
        rounds = iterate(model)
        got = compare(model)
    _print(f"gegravity iterated to market clearing ({rounds} rounds)", got)
    worst = max(got["real income"], got["wages"])
    print(f"largest deviation: {worst:.1e} (accepted: {TOLERANCE:g})")
    return int(not worst <= TOLERANCE)


def _print(title: str, values: dict[str, float]) -> None:
    print(title)
    for key, value in values.items():
        print(f"  {key:32s} {value:.2e}")


if __name__ == "__main__":
    sys.exit(main())
