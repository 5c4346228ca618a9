"""Forms that carry a file: fields and the one file of a ``multipart/form-data`` body."""

from __future__ import annotations

import re
from dataclasses import dataclass

from isthmus.errors import BadInput

_NAME = re.compile(rb'\bname="([^"\r\n]*)"')
_FILE = re.compile(rb'\bfilename="([^"\r\n]*)"')
MOST_PARTS = 40


@dataclass(frozen=True, slots=True)
class Sent:
    """What a form sent.

    Parameters
    ----------
    fields : tuple of (str, str)
        Names and values.
    name : str
        Name of the file as its owner calls it, without folders; empty where none was chosen.
    content : bytes
        The file.
    """

    fields: tuple[tuple[str, str], ...]
    name: str = ""
    content: bytes = b""

    def called(self, hint: str) -> str:
        """Return the name of the file as it can be shown.

        Raises
        ------
        BadInput
            When none was chosen.
        """
        if not self.name:
            raise BadInput("no file was chosen", hint=hint)
        return "".join(c for c in self.name if c.isprintable())[:80]


def sent_of(body: bytes, content_type: str) -> Sent:
    """Return the fields and the file of a form.

    Raises
    ------
    BadInput
        When the body is no such form.
    """
    kind, _, rest = content_type.partition(";")
    mark = re.search(r'boundary="?([^";,\s]{1,200})"?', rest)
    if kind.strip().lower() != "multipart/form-data" or mark is None:
        raise BadInput("the form carries no file", hint="send it as multipart/form-data")
    pieces = (b"\r\n" + body).split(b"\r\n--" + mark[1].encode())
    if len(pieces) < 2 or not pieces[-1].startswith(b"--") or len(pieces) > MOST_PARTS:
        raise BadInput("the form is cut off, or has too many parts")
    fields, name, content = [], "", b""
    for piece in pieces[1:-1]:
        head, _, value = piece.partition(b"\r\n\r\n")
        called = _NAME.search(head)
        if called is None:
            raise BadInput("a part of the form has no name")
        file = _FILE.search(head)
        if file is None:
            fields.append((called[1].decode("utf-8", "replace"), value.decode("utf-8", "replace")))
        elif file[1]:
            name, content = re.split(r"[/\\]", file[1].decode("utf-8", "replace"))[-1], value
    return Sent(tuple(fields), name, content)
