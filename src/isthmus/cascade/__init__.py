"""The cascade lens: systemic importance in networks of firms and of economy x product nodes."""

from isthmus.cascade.cases import chip_case, material_case
from isthmus.cascade.chips import ChipChain, chip_network
from isthmus.cascade.engine import Outcome, levels_of, run_shocks
from isthmus.cascade.files import from_files
from isthmus.cascade.lens import run, systemic_importance
from isthmus.cascade.materials import material_network
from isthmus.cascade.network import SupplyNetwork
from isthmus.cascade.providers import provider_network
from isthmus.cascade.reading import read_network
from isthmus.cascade.remedies import (
    SecondSource,
    critical_links,
    second_source,
    single_sources,
    with_second_sources,
)
from isthmus.cascade.shocks import Shocks, every_firm, firms_stop, from_scenario, group_stops
from isthmus.cascade.synthetic import synthetic_network
from isthmus.cascade.tables import table_network

__all__ = [
    "ChipChain",
    "Outcome",
    "SecondSource",
    "Shocks",
    "SupplyNetwork",
    "chip_case",
    "chip_network",
    "critical_links",
    "every_firm",
    "firms_stop",
    "from_files",
    "from_scenario",
    "group_stops",
    "levels_of",
    "material_case",
    "material_network",
    "provider_network",
    "read_network",
    "run",
    "run_shocks",
    "second_source",
    "single_sources",
    "synthetic_network",
    "systemic_importance",
    "table_network",
    "with_second_sources",
]
