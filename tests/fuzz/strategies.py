"""Malformed input from sound input: bytes changed, pieces moved, values exchanged for odd ones."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable, Sequence
from typing import Any

from hypothesis import strategies as st

_NUMBER = re.compile(rb"-?\d+(?:\.\d+)?")
TOKENS = (
    b"[",
    b"]",
    b"{",
    b"}",
    b"=",
    b",",
    b'"',
    b"'",
    b'"""',
    b"'''",
    b"\n",
    b"\r\n",
    b"#",
    b".",
    b"[" * 60,
    b"{a=" * 60,
    b"[[x]]\n",
    b"nan",
    b"inf",
    b"-0",
    b"1e400",
    b"0x7fffffffffffffff",
    b"9223372036854775807",
    b"9223372036854775808",
    b"9" * 500,
    b"2022-02-24",
    b"true",
    b"null",
    b"\\ud800",
    b"\\u0000",
    b"\x00",
    b"\xff",
    b"\xef\xbb\xbf",
    b"\xff\xfe",
    "²".encode(),
    "\u202e".encode(),
    b"*",
    b"?",
    b"../",
    b"/dev/zero",
    b"a" * 700,
    b"$ref",
    b"-",
    b"+",
    b";",
    b"\t",
    b"|",
    b"PK\x05\x06",
    b"PAR1",
    b"\x93NUMPY",
)
NUMBERS = (
    b"0",
    b"-1",
    b"1e400",
    b"nan",
    b"2147483648",
    b"9223372036854775807",
    b"18446744073709551616",
    b"0.1",
    b"1_000",
    b"00",
    b"0x",
    b"",
    b"9" * 500,
)


def _at(content: bytes, place: float) -> int:
    return int(place * len(content))


def _flip(content: bytes, place: float, extra: int) -> bytes:
    at = min(_at(content, place), max(len(content) - 1, 0))
    return (
        content[:at]
        + bytes([(content[at] ^ (1 << extra % 8)) if content else 0])
        + content[at + 1 :]
    )


def _set(content: bytes, place: float, extra: int) -> bytes:
    at = _at(content, place)
    return content[:at] + bytes([extra % 256]) + content[at + 1 :]


def _cut(content: bytes, place: float, extra: int) -> bytes:
    return content[: _at(content, place)]


def _drop(content: bytes, place: float, extra: int) -> bytes:
    at = _at(content, place)
    return content[:at] + content[at + 1 + extra % 64 :]


def _twice(content: bytes, place: float, extra: int) -> bytes:
    at = _at(content, place)
    piece = content[at : at + 1 + extra % 256]
    return content[:at] + piece * 2 + content[at + len(piece) :]


def _token(content: bytes, place: float, extra: int) -> bytes:
    at = _at(content, place)
    return content[:at] + TOKENS[extra % len(TOKENS)] + content[at:]


def _number(content: bytes, place: float, extra: int) -> bytes:
    found = list(_NUMBER.finditer(content[:200_000]))
    if not found:
        return content
    match = found[min(int(place * len(found)), len(found) - 1)]
    return content[: match.start()] + NUMBERS[extra % len(NUMBERS)] + content[match.end() :]


def _zeros(content: bytes, place: float, extra: int) -> bytes:
    at, count = _at(content, place), 1 + extra % 16
    return content[:at] + b"\x00" * count + content[at + count :]


def _large(content: bytes, place: float, extra: int) -> bytes:
    """Put a large little-endian number where archives and columns keep sizes and offsets."""
    at = _at(content, place)
    return content[:at] + (b"\xff\xff\xff\x7f", b"\xff" * 8)[extra % 2] + content[at + 4 :]


CHANGES: tuple[Callable[[bytes, float, int], bytes], ...] = (
    _flip,
    _set,
    _cut,
    _drop,
    _twice,
    _token,
    _number,
    _zeros,
    _large,
)


def damaged(seeds: Sequence[bytes]) -> st.SearchStrategy[bytes]:
    """Draw sound content with one to five changes."""
    step = st.tuples(
        st.sampled_from(CHANGES),
        st.floats(0, 1, exclude_max=True, width=32),
        st.integers(0, 65_535),
    )
    return st.builds(_changed, st.sampled_from(seeds), st.lists(step, min_size=1, max_size=5))


def _changed(content: bytes, steps: Sequence[tuple[Callable[..., bytes], float, int]]) -> bytes:
    for change, place, extra in steps:
        content = change(content, place, extra)
    return content


ODD = st.recursive(
    st.none()
    | st.booleans()
    | st.sampled_from([0, -1, 2**31, 2**63 - 1, 2**63, 10**30, 0.0, -0.5, 1e308, 1e-320])
    | st.floats()
    | st.sampled_from(["", " ", "*", "EU27_2020", "home", "1", "²", "nan", "a.b", "shocks.0.share"])
    | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=4,
)


KEYS = st.sampled_from(["self", "cls", "kind", "name", "$ref"]) | st.text(max_size=6)


@st.composite
def misshapen(draw: st.DrawFn, seeds: Sequence[Any]) -> Any:
    """Draw sound values with one to three places exchanged, taken out, doubled or added."""
    value = copy.deepcopy(draw(st.sampled_from(seeds)))
    for _ in range(draw(st.integers(1, 3))):
        _exchange(draw, value)
    return value


def _exchange(draw: st.DrawFn, value: Any) -> None:
    here = value
    while isinstance(here, dict | list) and here:
        keys = sorted(here) if isinstance(here, dict) else list(range(len(here)))
        key = draw(st.sampled_from(keys))
        inner = here[key]
        if isinstance(inner, dict | list) and inner and draw(st.integers(0, 3)):
            here = inner
            continue
        what = draw(st.integers(0, 5))
        if what == 0:
            del here[key]
        elif what == 1 and isinstance(here, list):
            here.append(copy.deepcopy(inner))
        elif what == 1:
            here[draw(KEYS)] = copy.deepcopy(inner)
        else:
            here[key] = draw(ODD)
        return


def toml_bytes(value: dict[str, Any]) -> bytes:
    """Return values as TOML, each top-level key on a line."""
    lines = [f"{_text(key)} = {_toml(item)}" for key, item in value.items() if item is not None]
    return "\n".join(lines).encode("utf-8", "surrogatepass")


def json_bytes(value: Any) -> bytes:
    """Return values as JSON, numbers that are none included."""
    return json.dumps(value).encode()


def _text(text: str) -> str:
    return json.dumps(text).replace("\x7f", "\\u007f")


def _toml(value: Any) -> str:
    if isinstance(value, bool) or value is None:
        return str(bool(value)).lower()
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_text(k)} = {_toml(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_toml, value)) + "]"
    return _text(value) if isinstance(value, str) else repr(value)
