"""How good an updated table is: old years carried to later years whose true table is known.

Run: ``python validation/mrio_update.py [folder of shared data]``. Needs the WIOD 2013 release.
Prints, for each pair of years, the output-weighted error of look-through shares and the error of
value added in foreign final demand, of not updating and of every variant; fails when the targets
stated in the documentation are missed.
"""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from dense_update import updated_dense

from isthmus.chains import reach
from isthmus.chains.demand import absorbed
from isthmus.world.mrio import MRIO
from isthmus.world.mrio_update import table_from_use

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from tools.starter.mrio_update import Technology, technology, updated_use
from tools.starter.mrio_wiod import from_wiod

YEARS = ((2005, 2011), (2000, 2008), (1995, 2011))
HIDDEN = ("AUT", "BRA", "CZE", "FIN", "IDN", "IRL", "KOR", "POL", "TUR", "TWN")
SERVICES_FROM = "E"
TARGETS = {"factored": (0.40, 0.03), "dense": (0.30, 0.025)}
"""Largest ratio of look-through errors to not updating, and error of value added in foreign final
demand, for 2005 to 2011."""


@dataclass(frozen=True)
class Truth:
    """What a table says: look-through shares (N, n), value added absorbed (n, n), output (N,)."""

    shares: np.ndarray
    absorbed: np.ndarray
    x: np.ndarray


def reading(t: MRIO) -> Truth:
    total = reach.requirements_by_origin(t)
    rows = total.sum(axis=1, keepdims=True)
    shares = np.divide(total, rows, out=np.zeros_like(total), where=rows > 0)
    value = absorbed(t).reshape(t.labels.n, t.labels.S, -1).sum(axis=1)
    return Truth(shares, value, t.x)


def off_diagonal(values: np.ndarray) -> np.ndarray:
    return values - np.diag(np.diag(values))


def share_error(
    found: Truth, true: Truth, n: int, nodes: np.ndarray | slice = slice(None)
) -> float:
    """Output-weighted sum of absolute errors of the shares of foreign economies."""
    S = len(true.x) // n
    gap = np.abs(found.shares - true.shares)
    gap[np.arange(len(gap)), np.arange(len(gap)) // S] = 0.0
    return float((gap.sum(axis=1) * true.x)[nodes].sum() / true.x[nodes].sum())


def demand_error(found: Truth, true: Truth, *, scaled: bool = False) -> float:
    a, b = off_diagonal(found.absorbed), off_diagonal(true.absorbed)
    factor = b.sum() / a.sum() if scaled else 1.0
    return float(np.abs(a * factor - b).sum() / b.sum())


def bilateral(t: MRIO) -> np.ndarray:
    n, S = t.labels.n, t.labels.S
    return np.maximum((t.sales + t.final).reshape(n, S, n).transpose(0, 2, 1), 0.0)


def about(t: MRIO) -> dict[str, tuple[str, ...]]:
    return {"economies": t.economies, "industries": t.industries, "categories": t.categories}


def factored(old: MRIO, tech: Technology, sales: np.ndarray, added: np.ndarray | None) -> MRIO:
    use = updated_use(sales, tech, added_total=added)
    return table_from_use(sales, use.domestic, use.imported, repair=True, **about(old))


def check(name: str, value: tuple[float, float], case: tuple[int, int], failed: list[str]) -> None:
    limits = TARGETS.get(name)
    if limits and case == (2005, 2011) and any(v > t for v, t in zip(value, limits, strict=True)):
        failed.append(f"{name}: {value} above {limits}")


def compare(folder: Path, case: tuple[int, int], failed: list[str]) -> None:
    old, new = (from_wiod(folder / "mrio" / "wiod13" / f"wiod13_{y}.npz") for y in case)
    n, S = new.labels.n, new.labels.S
    true, before = reading(new), reading(old)
    base = share_error(before, true, n)
    print(f"\n{case[0]} -> {case[1]}: not updating: shares off by {base:.4f}; value added in "
          f"foreign final demand off by {demand_error(before, true):.3f} "
          f"({demand_error(before, true, scaled=True):.3f} scaled to the true total)")  # fmt: skip
    sales, tech = bilateral(new), technology(old)
    added = new.primary.reshape(n, S).sum(axis=1)
    pooled = updated_use(sales, tech)
    with_gdp = updated_use(sales, tech, added_total=added)
    variants = {
        "factored, old value-added ratios": factored(old, tech, sales, None),
        "factored": factored(old, tech, sales, added),
        "dense, old value-added ratios": updated_dense(old, sales, pooled),
        "dense": updated_dense(old, sales, with_gdp),
    }
    for name, t in variants.items():
        kept = np.abs(bilateral(t) - sales).max() / sales.max()
        found = reading(t)
        ratio, demand = share_error(found, true, n) / base, demand_error(found, true)
        print(f"  {name:36s} ratio {ratio:.3f}  demand {demand:.4f}  sales kept to {kept:.0e}")
        check(name, (ratio, demand), case, failed)
    services(old, new, true, before)
    donors(old, tech, sales, added, true, before)


def services(old: MRIO, new: MRIO, true: Truth, before: Truth) -> None:
    """Margins with one services total, as it is and split with the older proportions."""
    n, S = new.labels.n, new.labels.S
    first = new.industries.index(SERVICES_FROM)
    goods = np.tile(np.arange(S) < first, n)
    added = new.primary.reshape(n, S).sum(axis=1)
    group = dict.fromkeys(new.industries[first:], "SERV")
    merged_old, merged_new = old.aggregate(industries=group), new.aggregate(industries=group)
    merged = factored(merged_old, technology(merged_old), bilateral(merged_new), added)
    was = bilateral(old)[:, :, first:]
    total = was.sum(axis=2, keepdims=True)
    shares = np.divide(was, total, out=np.full_like(was, 1 / was.shape[2]), where=total > 0)
    now = bilateral(new)
    split = np.concatenate(
        [now[:, :, :first], now[:, :, first:].sum(axis=2, keepdims=True) * shares], axis=2
    )
    base = share_error(before, true, n, goods)
    parts = reading(factored(old, technology(old), split, added))
    one = reading(merged)
    of_goods = np.tile(np.arange(first + 1) < first, n)
    lifted = np.zeros_like(true.shares)
    lifted[goods] = one.shares[of_goods]
    whole = Truth(lifted, one.absorbed, true.x)
    print("  goods industries, services known only as one total:")
    for name, found in (("one services industry", whole), ("split as in the old year", parts)):
        error = share_error(found, true, n, goods) / base
        print(f"    {name:34s} ratio {error:.3f}  demand {demand_error(found, true):.4f}")


def donors(
    old: MRIO, tech: Technology, sales: np.ndarray, added: np.ndarray, true: Truth, before: Truth
) -> None:
    """Ten known countries without their own technology: whose to take?"""
    n = old.labels.n
    hidden = [old.economies.index(e) for e in HIDDEN]
    known = [i for i in range(n) if i not in hidden and old.economies[i] != "ROW"]
    rest = old.economies.index("ROW")
    nodes = old.node_positions(HIDDEN)
    base = share_error(before, true, n, nodes)
    print("  ten hidden countries (ratio to their own old table):")
    for name, donor in (
        ("own", None),
        ("rest of the world", [rest]),
        ("pool of the others", known),
    ):
        members = [donor if i in hidden and donor else [i] for i in range(n)]
        found = reading(factored(old, tech.of(members), sales, added))
        gap = np.abs(off_diagonal(found.absorbed) - off_diagonal(true.absorbed))[hidden].sum()
        share = gap / off_diagonal(true.absorbed)[hidden].sum()
        error = share_error(found, true, n, nodes) / base
        print(f"    {name:34s} ratio {error:.3f}  demand {share:.4f}")


CHOSEN_ON, REPORTED_ON = (1995, 2005), (2005, 2011)
"""Years on which a donor is chosen, and later ones on which its error is reported."""


def donor_errors(folder: Path, case: tuple[int, int]) -> tuple[np.ndarray, list[str], np.ndarray]:
    """Errors of look-through shares [donor, hidden country], names of donors, outputs as weights.

    Donors are the rest of the world, the pool of the others, and every known country alone. Errors
    are divided by those of the ten countries' own old tables together.
    """
    old, new = (from_wiod(folder / "mrio" / "wiod13" / f"wiod13_{y}.npz") for y in case)
    n, S = new.labels.n, new.labels.S
    true, before = reading(new), reading(old)
    sales, tech = bilateral(new), technology(old)
    added = new.primary.reshape(n, S).sum(axis=1)
    hidden = [old.economies.index(e) for e in HIDDEN]
    known = [i for i in range(n) if i not in hidden and old.economies[i] != "ROW"]
    rules = {"rest of the world": [old.economies.index("ROW")], "pool of the others": known}
    rules |= {old.economies[i]: [i] for i in known}
    weights = new.x.reshape(n, S).sum(axis=1)[hidden]
    base = share_error(before, true, n, old.node_positions(HIDDEN))
    errors = []
    for donor in rules.values():
        members = [donor if i in hidden else [i] for i in range(n)]
        found = reading(factored(old, tech.of(members), sales, added))
        errors.append([share_error(found, true, n, old.node_positions(e)) for e in HIDDEN])
    return np.array(errors) / base, list(rules), weights / weights.sum()


def out_of_sample(folder: Path) -> None:
    """Choose donors on earlier years than those on which they are judged."""
    first, names, weight = donor_errors(folder, CHOSEN_ON)
    second, _, later = donor_errors(folder, REPORTED_ON)
    years = "donors chosen on {} -> {}, judged on {} -> {}".format(*CHOSEN_ON, *REPORTED_ON)
    print(f"\n{years} (ratio to their own old tables):")
    rule = int(np.argmin(first[:2] @ weight))
    best = int(np.argmin(first @ weight))
    each, hindsight = np.argmin(first, axis=0), np.argmin(second, axis=0)
    columns = np.arange(len(HIDDEN))
    cases = {
        f"rest or pool, chosen: {names[rule]}": (first[rule], second[rule]),
        f"one donor for all, chosen: {names[best]}": (first[best], second[best]),
        "a donor for each, chosen": (first[each, columns], second[each, columns]),
        "a donor for each, in hindsight": (None, second[hindsight, columns]),
    }
    for name, (chosen_on, judged) in cases.items():
        inside = "      " if chosen_on is None else f"{chosen_on @ weight:.3f} "
        print(f"  {name:42s} when chosen {inside} judged {judged @ later:.3f}")
    for k, country in enumerate(HIDDEN):
        print(f"    {country}: {names[each[k]]:20s} {second[each[k], k]:.3f}, "
              f"pool {second[1, k]:.3f}, best in hindsight {names[hindsight[k]]} "
              f"{second[hindsight[k], k]:.3f}")  # fmt: skip


def main() -> int:
    here = Path(__file__).resolve().parents[1].parent / "shared" / "data"
    given = sys.argv[1] if len(sys.argv) > 1 else os.environ.get("ISTHMUS_SHARED_DATA", here)
    failed: list[str] = []
    for case in YEARS:
        compare(Path(given), case, failed)
    out_of_sample(Path(given))
    for line in failed:
        print("FAILED", line)
    return bool(failed)


if __name__ == "__main__":
    sys.exit(main())
