"""Shocks and actions as validated data, TOML in and out."""

from isthmus.scenario.base import ALL, Codes
from isthmus.scenario.codes_of import check_codes
from isthmus.scenario.curves import RecoveryShape, recovery_share, severity_path
from isthmus.scenario.files import dumps, load, loads, preset, preset_names, read, write
from isthmus.scenario.groups import detail_of, economy_groups, industry_groups
from isthmus.scenario.model import SCHEMA_VERSION, Scenario
from isthmus.scenario.ranges import Correlation, Range
from isthmus.scenario.select import expand, pairs
from isthmus.scenario.shocks import (
    SHOCKS,
    CapacityLoss,
    DemandSurge,
    Embargo,
    ExportStop,
    ProductivityChange,
    PurchaseBan,
    Recovery,
    Shock,
    TariffChange,
    TradeCostChange,
)

__all__ = [
    "ALL",
    "SCHEMA_VERSION",
    "SHOCKS",
    "CapacityLoss",
    "Codes",
    "Correlation",
    "DemandSurge",
    "Embargo",
    "ExportStop",
    "ProductivityChange",
    "PurchaseBan",
    "Range",
    "Recovery",
    "RecoveryShape",
    "Scenario",
    "Shock",
    "TariffChange",
    "TradeCostChange",
    "check_codes",
    "detail_of",
    "dumps",
    "economy_groups",
    "expand",
    "industry_groups",
    "load",
    "loads",
    "pairs",
    "preset",
    "preset_names",
    "read",
    "recovery_share",
    "severity_path",
    "write",
]
