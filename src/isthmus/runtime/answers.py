"""Questions to a publisher's server, and which answers are data, refusals or worth asking again."""

from __future__ import annotations

import email.utils
import http.client
import re
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from isthmus._version import __version__
from isthmus.errors import BadInput, SourceRefused

PASSING = frozenset({408, 425, 429, 500, 502, 503, 504})
"""Answers after which the same question may be asked again (RFC 9110, RFC 6585)."""
RESTART = 416
NO_METHOD = frozenset({405, 501})
_PAGE = re.compile(
    rb"^(?:\xef\xbb\xbf)?\s*(?:<!doctype\s+html|<html|<head|<\?xml[^>]*\?>\s*<!doctype\s+html)",
    re.I,
)
_TITLE = re.compile(rb"<title[^>]*>(.*?)</title>", re.I | re.S)


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """A file on a server.

    Parameters
    ----------
    address : str
        ``https://`` address; of this machine also ``http://``.
    headers : mapping of str to str
        Sent to this host alone; they may hold a key and are shown nowhere.
    sha256 : str
        Checksum that the publisher states; empty when it states none.
    """

    address: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    sha256: str = ""

    def __post_init__(self) -> None:
        parts = urlsplit(self.address)
        local = parts.hostname in ("localhost", "127.0.0.1", "::1")
        if parts.scheme != "https" and not (parts.scheme == "http" and local):
            raise BadInput("only https addresses are asked", where=self.address)


class Again(Exception):
    """The try failed for a reason that passes; `after` is what the server asks to wait."""

    def __init__(self, why: str, after: float | None = None) -> None:
        super().__init__(why)
        self.after = after


class Restart(Again):
    """The server does not know the part that was asked for."""


class NotAsked(SourceRefused):
    """The server does not know the question by which sizes are asked."""


class _Redirects(urllib.request.HTTPRedirectHandler):
    """Follow redirects, never to an address that is not protected, and without keys elsewhere."""

    def redirect_request(
        self, req: Any, fp: Any, code: int, msg: str, headers: Any, newurl: str
    ) -> urllib.request.Request | None:
        before, after = urlsplit(req.full_url), urlsplit(newurl)
        if after.scheme != "https" and (after.scheme, before.scheme) != ("http", "http"):
            what = "the server sends on to an address that is not protected"
            raise SourceRefused(what, where=newurl)
        RemoteFile(newurl)
        made = super().redirect_request(req, fp, code, msg, headers, newurl)
        if made is None:
            return None
        made.method = req.get_method()
        if after.netloc != before.netloc:
            kept = {"User-agent", "Accept-encoding", "Range", "If-range"}
            made.headers = {k: v for k, v in made.headers.items() if k in kept}
        return made


def opened(
    asked: RemoteFile, headers: Mapping[str, str], silence: float, *, method: str = "GET"
) -> Any:
    """Return the open answer to a question.

    Raises
    ------
    Again
        When the server cannot be reached, or says that it is in trouble.
    SourceRefused
        When it refuses for good.
    """
    sent = {
        "User-Agent": f"isthmus/{__version__}",
        "Accept-Encoding": "identity",
        **asked.headers,
        **headers,
    }
    request = urllib.request.Request(asked.address, headers=sent, method=method)  # noqa: S310
    try:
        return urllib.request.build_opener(_Redirects).open(request, timeout=silence)
    except urllib.error.HTTPError as error:
        with error:
            raise _refusal(asked, error) from None
    except (OSError, http.client.HTTPException) as error:
        raise Again(f"it cannot be reached: {words(error)}") from None


def _refusal(asked: RemoteFile, error: urllib.error.HTTPError) -> Exception:
    if error.code in PASSING:
        return Again(f"it answered {error.code} {error.reason}", _after(error.headers))
    if error.code == RESTART:
        return Restart("it no longer has the part that was asked for")
    if error.code in NO_METHOD:
        return NotAsked("the server does not answer this question", where=asked.address)
    hints = {
        401: "it wants a key, or another one",
        403: "it wants a key, or does not serve programs",
        404: "it does not hold this file: another year or edition?",
        410: "it no longer holds this file",
    }
    return SourceRefused(
        f"the server answered {error.code} {error.reason}",
        where=asked.address,
        hint=hints.get(error.code, "look at the address in a browser"),
    )


def _after(headers: Any) -> float | None:
    """Return the seconds of ``Retry-After``: a number, or a date."""
    text = (headers.get("Retry-After") or "").strip()
    if text.isascii() and text.isdigit():
        return float(text)
    try:
        until = email.utils.parsedate_to_datetime(text)
    except (TypeError, ValueError):
        return None
    return max(0.0, until.timestamp() - time.time())


def length(headers: Any) -> int | None:
    """Return the bytes that an answer promises; None where it does not say."""
    text = (headers.get("Content-Length") or "").strip()
    return int(text) if text.isascii() and text.isdigit() else None


def check_form(asked: RemoteFile, headers: Any, start: bytes) -> None:
    """Refuse a page or a packed answer in place of data."""
    packed = (headers.get("Content-Encoding") or "identity").strip().lower()
    if packed not in ("", "identity"):
        raise SourceRefused(f"the answer is packed ({packed})", where=asked.address)
    kind = (headers.get("Content-Type") or "").partition(";")[0].strip().lower()
    if kind in ("text/html", "application/xhtml+xml") or _PAGE.match(start):
        title = _TITLE.search(start)
        said = " ".join(title[1].decode("utf-8", "replace").split())[:80] if title else ""
        raise SourceRefused(
            f"the server answered with a page, not with data{f': {said!r}' if said else ''}",
            where=asked.address,
            hint="open the address in a browser: it may ask for consent, or the file has moved",
        )


def words(error: BaseException) -> str:
    """Return the words of the innermost cause of an error."""
    reason = getattr(error, "reason", None)
    if isinstance(reason, BaseException):
        return words(reason)
    return str(reason or error) or type(error).__name__
