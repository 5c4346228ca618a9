"""Records of the runs of the disruption engine."""

from __future__ import annotations

from tools.starter.common import OWN, OWN_CREDIT

from isthmus.evidence import DatasetRecord, Kind

CORNER = {
    "event": "what happens: chips_30, chips_180, trade_closure, inputs_stop, purchase_ban, "
    "strike, baltic_closure",
    "actor": "party by whom or in whose trade it happens",
    "stock_stopped": "days of use held of the inputs that are stopped",
    "stock_other": "days of use held of all other inputs",
    "psi": "share of the wanted stock below which output is held down",
    "redirect": "whether buyers turn to other origins",
    "criticality": "all inputs critical, or the project's own default by groups of industries",
}
DAYS = {"days": "days counted from the start: 30, 90, 365"}


def _record(key: str, title: str, columns: dict[str, str], coverage: str) -> DatasetRecord:
    return DatasetRecord(
        key=key,
        title=title,
        publisher="The Isthmus developers",
        edition="runs of 2026",
        years=(2022,),
        unit="million USD of 2022 for lost and base, shares and days otherwise",
        kind=Kind.ASSUMED,
        licence=OWN,
        attribution=OWN_CREDIT,
        redistribution="allowed",
        coverage=coverage,
        columns=columns,
        steps=(
            "isthmus disruption engine on the table of 2022 with chip nodes, all economies and "
            "industries, double precision",
            "presets taiwan-chips-30-full, taiwan-chips-180-full, taiwan-strait-closure, "
            "china-critical-inputs-eu, china-stops-buying-germany, strike-german-cars, "
            "eastern-baltic-closure; the half-year stop of chips also with other exporters",
            "every corner of stocks of the stopped inputs (7, 30, 90 days), stocks of the others "
            "(7, 30, 90 days), psi (0.5, 0.8, 1), redirection, criticality (all, default)",
            "losses rounded to a millionth of their base",
        ),
        faults=(
            "results of a model on assumptions, not observations; no corner is more likely than "
            "another",
            "with psi near 1 and short stocks the family of models lets output ratchet down: "
            "orders follow output that has fallen already",
            "the split of electronics into chip nodes is assumed",
        ),
    )


RECORDS = (
    _record(
        "disruption_runs",
        "Losses of value added by economy, all corners",
        {
            **CORNER,
            **DAYS,
            "economy": "economy",
            "lost": "value added lost up to that day",
            "base": "value added of the same days without the event",
            "table_hash": "hash of the data sets of the table",
        },
        "11 events, 81 economies; stops of chips by suppliers other than TWN to day 90",
    ),
    _record(
        "disruption_industries",
        "Losses and first stops by industry of the EU, all corners",
        {
            **CORNER,
            **DAYS,
            "party": "whose industries, all members together",
            "industry": "industry or chip node",
            "lost": "value added lost up to that day",
            "base": "value added of the same days without the event",
            "first_stop": "first day below half of base output; empty for not until then",
        },
        "11 events, 41 industries",
    ),
    _record(
        "disruption_paths",
        "Value added by week, range over all corners",
        {
            "event": CORNER["event"],
            "actor": CORNER["actor"],
            "party": "whose value added",
            "stock_stopped": "empty for the band over all corners; days of use held of the "
            "stopped inputs for a path with all other assumptions at their mildest",
            "day": "first day of the week",
            "low": "lowest share of base value added over the corners; empty for single paths",
            "high": "highest share of base value added over the corners, or the single path",
        },
        "11 events, four parties",
    ),
    _record(
        "disruption_stops",
        "First stops by industry of the EU and what was missing, outer corners",
        {
            "event": CORNER["event"],
            "actor": CORNER["actor"],
            "party": "whose industries",
            **{k: v for k, v in CORNER.items() if k not in {"event", "actor"}},
            "industry": "industry that stopped",
            "day": "first day on which a member's industry was below half of base output",
            "economy": "the member where it stopped first",
            "cause": "input missing, capacity lost, or demand gone",
            "missing_input": "the input that ran short first",
            "supplier": "the origin whose deliveries of it had fallen short most until then",
            "members": "members in which it stopped within 90 days",
        },
        "three events to day 90, outer corners only",
    ),
)
