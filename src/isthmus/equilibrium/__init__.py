"""What adjusts: prices, suppliers and wages after a lasting shock, by horizon."""

from isthmus.equilibrium.base import Base, prepare, with_theta
from isthmus.equilibrium.derivatives import derivatives
from isthmus.equilibrium.elasticities import ElasticitySource, at_horizon, source_theta, sources
from isthmus.equilibrium.horizon import ElasticityPath, parse_horizon
from isthmus.equilibrium.lens import run_base, solve, solve_many
from isthmus.equilibrium.settings import EquilibriumSettings
from isthmus.equilibrium.shocks import trade_shock

__all__ = [
    "Base",
    "ElasticityPath",
    "ElasticitySource",
    "EquilibriumSettings",
    "at_horizon",
    "derivatives",
    "parse_horizon",
    "prepare",
    "run_base",
    "solve",
    "solve_many",
    "source_theta",
    "sources",
    "trade_shock",
    "with_theta",
]
