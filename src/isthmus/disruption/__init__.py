"""What is lost day by day when a scenario runs through the table."""

from isthmus.disruption.criticality import default_criticality, read_criticality
from isthmus.disruption.lens import simulate
from isthmus.disruption.many import simulate_many
from isthmus.disruption.measures import Easing, Relief, Reserve
from isthmus.disruption.settings import Settings

__all__ = [
    "Easing",
    "Relief",
    "Reserve",
    "Settings",
    "default_criticality",
    "read_criticality",
    "simulate",
    "simulate_many",
]
