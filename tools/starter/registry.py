"""Which builder makes which part of the shipped data; a new data set adds one line."""

from __future__ import annotations

from tools.starter import (
    alignment,
    chip_split,
    chips,
    coercion,
    cooperation,
    countries,
    customs,
    defence,
    economy_labels,
    energy,
    icio,
    knowledge,
    material_split,
    materials,
    memberships,
    mrio_2022,
    raw_materials,
    reference,
    trade,
)
from tools.starter.common import Builder

CODES: tuple[Builder, ...] = (
    reference.build,
    reference.build_industries,
    economy_labels.build,
    memberships.build,
    knowledge.build_codes,
)
STARTER: tuple[Builder, ...] = (
    icio.build,
    mrio_2022.build,
    trade.build,
    raw_materials.build,
    customs.build,
    reference.build_items,
    chips.build,
    chip_split.build,
    material_split.build,
    alignment.build,
    coercion.build,
    cooperation.build,
    materials.build,
    countries.build,
    knowledge.build_distances,
    defence.build,
    energy.build,
)
