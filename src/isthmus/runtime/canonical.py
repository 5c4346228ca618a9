"""One spelling of JSON for everything that is hashed or compared."""

from __future__ import annotations

import hashlib
import json
import math
from typing import Any


def canonical_json(value: Any, *, indent: int | None = None) -> str:
    """Return JSON with sorted keys, no clock, UTF-8 text and no NaN.

    Raises
    ------
    ValueError
        When a float is NaN or infinite: such a number is never published.
    """
    separators = (",", ": ") if indent else (",", ":")
    return json.dumps(
        _plain(value),
        sort_keys=True,
        ensure_ascii=False,
        allow_nan=False,
        indent=indent,
        separators=separators,
    )


def canonical_hash(value: Any) -> str:
    """Return the SHA-256 of the canonical JSON of `value`."""
    return hashlib.sha256(canonical_json(value).encode("utf-8")).hexdigest()


_AS_IT_IS = frozenset((str, int, bool, type(None)))


def _plain(value: Any) -> Any:
    kind = type(value)
    if kind in _AS_IT_IS:
        return value
    if kind is float:
        return _finite(value)
    if isinstance(value, dict):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        if set(map(type, value)) == {float} and all(map(math.isfinite, value)):
            return [v or 0.0 for v in value]  # zero has no sign
        return [_plain(v) for v in value]
    if isinstance(value, set | frozenset):
        return sorted(_plain(v) for v in value)
    if hasattr(value, "tolist"):
        return _plain(value.tolist())
    return _finite(value) if isinstance(value, float) else value


def _finite(value: float) -> float:
    if not math.isfinite(value):
        raise ValueError(f"not a finite number: {value!r}")
    return value or 0.0
