"""Data sets and runs on disk: Parquet files, manifests as the truth, a rebuildable index."""

from isthmus.runtime.home import home_folder
from isthmus.store.bundle import export_bundle, import_bundle
from isthmus.store.compare import Difference, compare_runs
from isthmus.store.datasets import DatasetEntry, DatasetManifest
from isthmus.store.runs import RunEntry, RunManifest, RunOutputs, WorldUsed
from isthmus.store.store import Store
from isthmus.store.verify import Fault

__all__ = [
    "DatasetEntry",
    "DatasetManifest",
    "Difference",
    "Fault",
    "RunEntry",
    "RunManifest",
    "RunOutputs",
    "Store",
    "WorldUsed",
    "compare_runs",
    "export_bundle",
    "home_folder",
    "import_bundle",
]
