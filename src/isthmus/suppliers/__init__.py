"""A firm's own list of suppliers: exposure, what stops when, and second sources."""

from isthmus.suppliers.exposure import exposure
from isthmus.suppliers.second import second_sources
from isthmus.suppliers.stops import stops

__all__ = ["exposure", "second_sources", "stops"]
