"""Where the user's own things lie."""

from __future__ import annotations

import os
from pathlib import Path


def home_folder() -> Path:
    """Return the user's folder: ``ISTHMUS_HOME``, or the platform's folder for user data."""
    named = os.environ.get("ISTHMUS_HOME")
    if named:
        return Path(named)
    from platformdirs import user_data_path

    return user_data_path("isthmus")
