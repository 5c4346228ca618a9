"""Requests that change something, and events of what goes on: all about jobs."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from starlette.responses import RedirectResponse, Response, StreamingResponse

from isthmus.errors import BadInput
from isthmus.runtime import canonical_json
from isthmus.web.child import LARGEST
from isthmus.web.multipart import Sent, sent_of
from isthmus.web.query import Query, place
from isthmus.web.state import Asked, Explorer
from isthmus.web.turns import in_turn

if TYPE_CHECKING:
    from starlette.requests import Request

Answer = Callable[["Request"], Awaitable[Response]]

LONGEST_FORM = 64 * 1024
"""Bytes of a form."""
WATCH = 0.3
"""Seconds between two looks at a job."""

CHANGES: Mapping[str, str] = MappingProxyType(
    {
        "/jobs/{lens}": "job.start",
        "/job/{job}/cancel": "job.cancel",
        "/job/{job}/again": "job.again",
        "/run/{run}/resume": "job.resume",
        "/wizard/run": "wizard.run",
        "/suppliers/{list}/save": "suppliers.save",
        "/suppliers/{list}/forget": "suppliers.forget",
        "/package/run": "package.run",
        "/study/{study}/whatif/run": "whatif.run",
        "/whatif/{home}/{partner}/run": "whatif.run",
    }
)
"""What a form can change, by address: module and name of what returns where its page is."""
SENT: Mapping[str, str] = MappingProxyType(
    {"/suppliers": "suppliers.take", "/package": "package.take"}
)
"""What takes a file, by address."""


def uploaded(explorer: Explorer, take: Callable[[Asked, Sent], str]) -> Answer:
    """Return what takes a file: it is read apart, then its page is shown."""

    async def answer(request: Request) -> Response:
        body = await _body(request, LARGEST + LONGEST_FORM)
        sent = sent_of(body, request.headers.get("content-type", ""))
        path = place(request.scope["path"])
        asked = Asked(explorer, path, dict(request.path_params), Query(sent.fields))
        to = await in_turn(take, asked, sent)
        return RedirectResponse(to, 303)

    return answer


def changed(explorer: Explorer, change: Callable[[Asked], str]) -> Answer:
    """Return what answers a form: the change is made, then its page is shown."""

    async def answer(request: Request) -> Response:
        sent = parse_qsl((await _body(request)).decode("utf-8", "replace"))
        path = place(request.scope["path"])
        asked = Asked(explorer, path, dict(request.path_params), Query(sent))
        return RedirectResponse(await in_turn(change, asked), 303)

    return answer


def events(explorer: Explorer) -> Answer:
    """Return what tells the state of a job, whenever it changes, until it is over."""

    async def answer(request: Request) -> Response:
        found = explorer.jobs.job(request.path_params["job"])

        async def lines() -> AsyncIterator[str]:
            told = ""
            while True:
                over, state = found.over, canonical_json(found.to_dict())
                if state != told:
                    told = state
                    yield f"data: {state}\n\n"
                if over or await request.is_disconnected():
                    return
                await asyncio.sleep(WATCH)

        return StreamingResponse(lines(), media_type="text/event-stream")

    return answer


async def _body(request: Request, most: int = LONGEST_FORM) -> bytes:
    """Return what was sent; a form is short."""
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > most:
            raise BadInput("the form is too long", hint=f"at most {most:,} bytes")
    return body
