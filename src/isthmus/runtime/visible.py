"""Text from data without characters that move, hide or reorder what is shown.

Control characters drive a terminal, bidirectional overrides turn the order of letters round, and
characters of no width make two names look alike. Nothing a reader sees is lost without them.
"""

from __future__ import annotations

import json
import re

_BREAKS = "\n\x0b\x0c\r\x1c-\x1e\x85\u2028\u2029"
_HIDDEN = (
    "\x00-\x08\x0e-\x1b\x1f\x7f-\x84\x86-\x9f"  # control characters, the escape character too
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"  # direction
    "\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200d\u2060-\u2065\u206a-\u206f"
    "\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb"  # of no width, and blank letters
    "\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
_LINE_END = re.compile(f"\r\n|[{_BREAKS}]")
_UNSEEN = re.compile(f"[{_HIDDEN}]")
_UNPAIRED = re.compile("[\ud800-\udfff]")
_IN_JSON = re.compile(f"[{_HIDDEN}\x85\u2028\u2029\ud800-\udfff]")


def visible(text: str) -> str:
    """Return text without hidden characters; every kind of line end becomes a plain one."""
    plain = _UNSEEN.sub("", _LINE_END.sub("\n", text)).replace("\t", " ")
    return _UNPAIRED.sub("\ufffd", plain)


def one_line(text: str) -> str:
    """Return visible text on one line, with single spaces, so that it can forge no other line."""
    return " ".join(visible(text).split())


def visible_json(document: str) -> str:
    """Return a JSON document of the same meaning with hidden characters as escapes."""
    return _IN_JSON.sub(lambda found: json.dumps(found[0])[1:-1], document)
