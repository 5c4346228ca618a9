"""An explorer of the starter world and a client that speaks ASGI, without a server between."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

import pytest

from isthmus.web.app import create_app
from isthmus.web.guard import Gate
from isthmus.web.state import Explorer
from isthmus.world import World

HOST = "127.0.0.1:8750"


@dataclass(frozen=True)
class Reply:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()

    def json(self) -> Any:
        return json.loads(self.body)


class Client:
    """Ask an application as a browser that holds its cookie would."""

    def __init__(self, app: Any) -> None:
        self.app = app
        self.cookie = ""

    def ask(
        self, address: str, *, method: str = "GET", body: str | bytes = b"", **headers: str
    ) -> Reply:
        return asyncio.run(
            self._ask(address, method, body.encode() if isinstance(body, str) else body, headers)
        )

    async def _ask(
        self, address: str, method: str, body: bytes, headers: Mapping[str, str]
    ) -> Reply:
        path, _, query = address.partition("?")
        given = {"host": HOST, "cookie": self.cookie, **headers}
        sent: list[Any] = []
        parts = [{"type": "http.request", "body": body, "more_body": False}]

        async def receive() -> Any:
            if not parts:
                await asyncio.sleep(3600)
            return parts.pop()

        async def send(message: Any) -> None:
            sent.append(message)

        scope = {
            "type": "http",
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": unquote(path),
            "raw_path": path.encode(),
            "root_path": "",
            "query_string": query.encode(),
            "headers": [(k.replace("_", "-").encode(), v.encode()) for k, v in given.items() if v],
            "server": ("127.0.0.1", 8750),
            "client": ("127.0.0.1", 50000),
        }
        await self.app(scope, receive, send)
        got = {k.decode(): v.decode() for k, v in sent[0]["headers"]}
        return Reply(sent[0]["status"], got, b"".join(m.get("body", b"") for m in sent[1:]))


def opened(explorer: Explorer) -> Client:
    """Return a client that used the token."""
    gate = Gate()
    client = Client(create_app(explorer, gate, [HOST]))
    reply = client.ask(f"/?token={gate.token}")
    client.cookie = reply.headers["set-cookie"].partition(";")[0]
    return client


@pytest.fixture(scope="session")
def explorer() -> Explorer:
    made = Explorer(World.open("starter"))
    # A busy machine is no reason for another answer.
    made.jobs.patience = 600.0
    return made


@pytest.fixture(scope="session")
def client(explorer: Explorer) -> Client:
    return opened(explorer)
