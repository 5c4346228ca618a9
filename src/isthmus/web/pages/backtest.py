"""How far the disruption engine was right about episodes that it had not been fitted to."""

from __future__ import annotations

from isthmus.ensemble.calibration.recorded import RECORDED, recorded_backtest
from isthmus.evidence.description import python_call
from isthmus.store import Store
from isthmus.web.state import Asked
from isthmus.web.view import Tabled, Text, View
from isthmus.web.ways import command_way, lens_way


def backtest(asked: Asked) -> View:
    """Return the recorded backtest: what was observed, and what the other episodes would have said.

    Raises
    ------
    DataMissing
        When there is no recorded backtest of this posterior.
    """
    explorer = asked.explorer
    asked.query.check_own()
    found = recorded_backtest(Store())
    tables = tuple(Tabled(table) for table in found.tables.values())
    used = {key for table in found.tables.values() for key in table.datasets}
    return View(
        explorer.t("backtest.title"),
        (Text((explorer.t("backtest.lead"),), lead=True), *tables),
        sources=explorer.records(used),
        ways=(
            command_way(explorer, "calibration", "backtest"),
            lens_way(explorer, python_call("calibration.backtest", RECORDED)),
        ),
    )
