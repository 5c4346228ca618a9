"""The dependence lens: shares, concentration, indicators, leverage, complementarity."""

from isthmus.codes import Party
from isthmus.dependence.chips import chip_imports
from isthmus.dependence.complement import complementarity
from isthmus.dependence.criteria import CRITERIA, METHODS, Thresholds
from isthmus.dependence.geopolitics import Assumption, Distances
from isthmus.dependence.indicators import indicators
from isthmus.dependence.leverage import leverage
from isthmus.dependence.members import members
from isthmus.dependence.mirror import mirror
from isthmus.dependence.mutual import mutual
from isthmus.dependence.network import network
from isthmus.dependence.profile import profile
from isthmus.dependence.reexports import behind_hubs
from isthmus.dependence.screening import screening
from isthmus.dependence.series import churn, time_series

__all__ = [
    "CRITERIA",
    "METHODS",
    "Assumption",
    "Distances",
    "Party",
    "Thresholds",
    "behind_hubs",
    "chip_imports",
    "churn",
    "complementarity",
    "indicators",
    "leverage",
    "members",
    "mirror",
    "mutual",
    "network",
    "profile",
    "screening",
    "time_series",
]
