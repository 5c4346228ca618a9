"""What a table must hold before it is taken: types, codes, units and rows, checked at the add."""

from isthmus.world.contracts.conform import (
    ConformChoices,
    Conformed,
    checked,
    checked_by_year,
    conform,
    conform_frame,
    rules_of,
)
from isthmus.world.contracts.given import Given, from_frame, from_text
from isthmus.world.contracts.model import Contract, ContractColumn, contract_of, known_keys

__all__ = [
    "ConformChoices",
    "Conformed",
    "Contract",
    "ContractColumn",
    "Given",
    "checked",
    "checked_by_year",
    "conform",
    "conform_frame",
    "contract_of",
    "from_frame",
    "from_text",
    "known_keys",
    "rules_of",
]
