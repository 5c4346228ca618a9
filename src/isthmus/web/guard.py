"""Who may ask: the one browser that holds the session, from this machine, under a strict policy."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Iterable, Mapping
from http.cookies import CookieError, SimpleCookie
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from starlette.datastructures import Headers, MutableHeaders

from isthmus.web.query import address, place

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""What a page may load: files of this server, and nothing inline."""

HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "cache-control": "no-store",
}
"""Headers of every answer that does not set its own."""

PARAMETER = "token"
_SAFE = frozenset({"GET", "HEAD"})


class Gate:
    """A token that opens once, and the session that it opens.

    Parameters
    ----------
    token : str, optional
        The token; a new random one by default.
    """

    def __init__(self, token: str | None = None) -> None:
        self.token = token or secrets.token_urlsafe(32)
        self.session = secrets.token_urlsafe(32)
        self._spent = False
        self._lock = threading.Lock()

    def opens(self, token: str) -> bool:
        """Tell whether `token` opens the session; the right one does so once."""
        with self._lock:
            right = not self._spent and secrets.compare_digest(token.encode(), self.token.encode())
            self._spent = self._spent or right
        return right

    def holds(self, session: str) -> bool:
        """Tell whether a browser holds the session."""
        return secrets.compare_digest(session.encode(), self.session.encode())


class Guard:
    """Let through what the holder of the session asks at this address; refuse the rest.

    Parameters
    ----------
    app : ASGIApp
        What is guarded.
    gate : Gate
        Token and session.
    hosts : iterable of str
        What the header ``Host`` may say; origins are these with ``http://``.
    """

    def __init__(self, app: ASGIApp, gate: Gate, hosts: Iterable[str]) -> None:
        self.app = app
        self.gate = gate
        self.hosts = frozenset(hosts)
        self.origins = frozenset(f"http://{host}" for host in self.hosts)
        # Cookies do not tell ports apart: two explorers must not share a name.
        self.cookie = f"isthmus-{secrets.token_hex(4)}"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        answer = self._refusal(scope["method"], headers) or self._admission(scope, headers)
        if answer is not None:
            await _plain(scope, receive, _stamped(send), *answer)
            return
        await self.app(scope, receive, _stamped(send))

    def _refusal(self, method: str, headers: Headers) -> Answer | None:
        if headers.get("host", "") not in self.hosts:
            return 403, "The explorer answers only under its own address.", {}
        origin = headers.get("origin")
        if origin is not None and origin not in self.origins:
            return 403, "Another site asked; the explorer answers its own pages alone.", {}
        if method not in _SAFE and origin is None:
            return 403, "A request that changes something must name its origin.", {}
        return None

    def _admission(self, scope: Scope, headers: Headers) -> Answer | None:
        asked = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
        given = next((value for name, value in asked if name == PARAMETER), None)
        if given is not None and self.gate.opens(given):
            rest = [(name, value) for name, value in asked if name != PARAMETER]
            cookie = f"{self.cookie}={self.gate.session}; HttpOnly; SameSite=Strict; Path=/"
            to = address(place(scope["path"]), rest)
            return 303, "", {"location": to, "set-cookie": cookie}
        if not self.gate.holds(_cookie(headers, self.cookie)):
            return 403, CLOSED, {}
        return None


Answer = tuple[int, str, Mapping[str, str]]

CLOSED = (
    "This explorer is open in another browser, or its address was used before. Each start prints "
    "an address that opens it once: end it with Ctrl-C and run `isthmus explore` again."
)


def _cookie(headers: Headers, name: str) -> str:
    jar: SimpleCookie = SimpleCookie()
    try:
        jar.load(headers.get("cookie", ""))
    except CookieError:
        return ""
    found = jar.get(name)
    return "" if found is None else found.value


def _stamped(send: Send) -> Send:
    async def stamped(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers.setdefault(name, value)
        await send(message)

    return stamped


async def _plain(
    scope: Scope, receive: Receive, send: Send, status: int, text: str, headers: Mapping[str, str]
) -> None:
    from starlette.responses import PlainTextResponse

    await PlainTextResponse(text, status, dict(headers))(scope, receive, send)
