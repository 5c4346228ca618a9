"""The production lens: what stops a line, and what a remedy buys by when, in physical units."""

from isthmus.production.allocation import allocation
from isthmus.production.amounts import Amount
from isthmus.production.bill import Bill, joined
from isthmus.production.closure_lens import closure
from isthmus.production.files import (
    bill_from_csv,
    bill_from_toml,
    family_names,
    family_text,
    load_bill,
    load_bills,
)
from isthmus.production.lens import run
from isthmus.production.packages import PackageRuns, change, package, package_runs
from isthmus.production.parts import Demand, Input, Item, Remedy, Substitute, Supplier
from isthmus.production.passages import passages
from isthmus.production.published import checks
from isthmus.production.queues import queues
from isthmus.production.remedies import cheapest_set, remedies

__all__ = [
    "Amount",
    "Bill",
    "Demand",
    "Input",
    "Item",
    "PackageRuns",
    "Remedy",
    "Substitute",
    "Supplier",
    "allocation",
    "bill_from_csv",
    "bill_from_toml",
    "change",
    "cheapest_set",
    "checks",
    "closure",
    "family_names",
    "family_text",
    "joined",
    "load_bill",
    "load_bills",
    "package",
    "package_runs",
    "passages",
    "queues",
    "remedies",
    "run",
]
