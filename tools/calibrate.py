"""Make the posterior that ships with the package, and the measured tables of its page.

Run: ``python tools/calibrate.py FOLDER [workers]``. FOLDER keeps finished batches: a run that was
stopped goes on there. Writes ``src/isthmus/disruption/posteriors/default`` and
``docs/measured/calibration_*.md``; the backtest takes the posterior just written.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import polars as pl

from isthmus.disruption.posterior import save_posterior
from isthmus.ensemble.calibration import backtest, calibrate, numbers_of, posterior_of
from isthmus.ensemble.calibration.recorded import RECORDED
from isthmus.evidence import Result
from isthmus.runtime import ArrayCheckpoint, terminal_progress
from isthmus.world import World

ROOT = Path(__file__).resolve().parents[1]
SHIPPED = ROOT / "src" / "isthmus" / "disruption" / "posteriors" / "default"
MEASURED = ROOT / "docs" / "measured"

EFFORT: Mapping[str, Any] = {
    "particles": 500,
    "draws": 26624,
    "leave_out": 1024,
    "batch": 32,
    "batches": 32,
    "seed": 1,
}
"""Of the shipped posterior."""


def _markdown(header: Iterable[str], rows: Iterable[Iterable[Any]]) -> str:
    names = list(header)
    lines = [f"| {' | '.join(names)} |", f"| {' | '.join('---' for _ in names)} |"]
    lines += [f"| {' | '.join(_shown(v) for v in row)} |" for row in rows]
    return "\n".join(lines) + "\n"


def _shown(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:.3g}" if isinstance(value, float) else str(value)


def _amount(value: float | None, unit: str) -> str:
    if value is None:
        return ""
    return f"{value:.0f} d" if unit == "days" else f"{100 * value:.2g} %"


def _generations(result: Result) -> str:
    frame = result["generations"].frame
    names = result["stages"].frame["episode"].unique(maintain_order=True).to_list()
    left = {
        (g, e): n
        for g, e, n in result["stages"].frame.select("generation", "episode", "left").rows()
    }
    rows = [
        (
            row["generation"],
            row["tolerance"] if row["tolerance"] is not None else "any",
            row["simulated"],
            f"{row['acceptance']:.0%}",
            f"{row['effective']:.0f}",
            *(left[row["generation"], name] for name in names),
        )
        for row in frame.to_dicts()
    ]
    head = ("generation", "tolerance", "simulated", "accepted", "effective")
    return _markdown((*head, *(f"left after {n}" for n in names)), rows)


def _parameters(result: Result) -> str:
    keys = [f"{which}_{p}" for which in ("prior", "posterior") for p in ("p10", "p50", "p90")]
    rows = [
        (f"`{r['parameter']}`", r["text"], *(r[k] for k in keys), r["moved"], r["source"])
        for r in result["parameters"].frame.to_dicts()
    ]
    head = ("number", "what it is", "prior 10 %", "50 %", "90 %", "posterior 10 %", "50 %", "90 %")
    return _markdown((*head, "moved", "source of the prior"), rows)


def _influence(result: Result) -> str:
    wide = result["influence"].frame.pivot(on="episode", index="parameter", values="moved")
    names = [c for c in wide.columns if c != "parameter"]
    top = wide.with_columns(most=pl.max_horizontal(names)).sort("most", descending=True).head(12)
    rows = [(f"`{r['parameter']}`", *(r[n] for n in names)) for r in top.to_dicts()]
    return _markdown(("number", *names), rows)


def _leave_one_out(result: Result) -> str:
    rows = [
        (
            r["episode"],
            r["observable"],
            ("at most " if r["side"] == "at_most" else "") + _amount(r["observed"], "1"),
            _amount(r["median"], "1"),
            f"{_amount(r['low_80'], '1')} to {_amount(r['high_80'], '1')}",
            f"{_amount(r['low_80_accepted'], '1')} to {_amount(r['high_80_accepted'], '1')}",
            f"{_amount(r['low_80_misfit'], '1')} to {_amount(r['high_80_misfit'], '1')}",
            r["covered"],
            r["covered_accepted"],
            r["covered_misfit"],
            None if r["within_bound"] is None else f"{r['within_bound']:.0%}",
            f"{r['effective']:.0f}",
            r["tolerance"],
        )
        for r in result["leave_one_out"].frame.to_dicts()
    ]
    head = (
        "episode left out",
        "observable",
        "observed",
        "median",
        "80 % range",
        "accepted",
        "with misfit",
    )
    more = (
        "covered",
        "accepted",
        "with misfit",
        "within the bound",
        "effective draws",
        "tolerance",
    )
    return _markdown((*head, *more), rows)


def _backtested(result: Result) -> str:
    rows = [
        (
            r["episode"],
            r["quantity"] + (" (main)" if r["main"] else ""),
            r["role"],
            ("at most " if r["side"] == "at_most" else "") + _amount(r["observed"], r["unit"]),
            _amount(r["median"], r["unit"]),
            f"{_amount(r['low_80'], r['unit'])} to {_amount(r['high_80'], r['unit'])}",
            f"{_amount(r['low_95'], r['unit'])} to {_amount(r['high_95'], r['unit'])}",
            r["tolerance"],
            "**missed**" if r["missed"] else "",
        )
        for r in result["backtest"].frame.to_dicts()
    ]
    head = ("episode", "quantity", "role", "observed", "median", "80 % range", "95 % range")
    return _markdown((*head, "tolerance", ""), rows)


def _write(name: str, text: str, notes: Iterable[str] = ()) -> None:
    said = "".join(f"\n{note[0].upper()}{note[1:]}.\n" for note in notes)
    (MEASURED / f"calibration_{name}.md").write_text(text + said, encoding="utf-8")
    print(f"\n{text}{said}")


def main(arguments: list[str]) -> int:
    """Calibrate, write what ships and what is measured."""
    world = World.open("starter")
    state = ArrayCheckpoint(Path(arguments[0]))
    workers = int(arguments[1]) if len(arguments) > 1 else 1
    with terminal_progress() as progress:
        result = calibrate(world, checkpoint=state, workers=workers, progress=progress, **EFFORT)
        made = posterior_of(result)
        shutil.rmtree(SHIPPED, ignore_errors=True)
        save_posterior(made, SHIPPED)
        tested = backtest(world, progress=progress, **RECORDED)
    _write("generations", _generations(result), result["generations"].notes)
    _write("parameters", _parameters(result))
    _write("influence", _influence(result), result["influence"].notes)
    _write("leave_one_out", _leave_one_out(result), result["leave_one_out"].notes)
    _write("backtest", _backtested(tested), tested["backtest"].notes)
    for row in tested["left_out"].frame.to_dicts():
        print(f"left out: {row['episode']}, {row['reason']}")
    print({key: value for key, value in made.about.items() if key != "episodes"})
    print(f"{len(numbers_of(made))} numbers")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
