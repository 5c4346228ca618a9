"""A study written as TOML, such that reading it gives the same study."""

from __future__ import annotations

from isthmus.runtime.toml_text import toml_text
from isthmus.study.schema import Study


def study_toml(study: Study) -> str:
    """Return the text of a study file; what has its default is left out."""
    data = study.model_dump(mode="json", exclude_defaults=True)
    data["roles"] = {
        name: role.party if role.colour is None else role.model_dump(mode="json")
        for name, role in study.roles.items()
    }
    return toml_text(data)
