"""Pages that are asked for at once in a fresh process do not trip over each other's imports."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = """
import asyncio, sys
sys.path.insert(0, {folder!r})
from conftest import Client, HOST
from isthmus.web.app import create_app
from isthmus.web.guard import Gate
from isthmus.web.state import Explorer
from isthmus.world import World

heavy = [name for name in ("scipy", "altair", "isthmus.production") if name in sys.modules]
assert not heavy, heavy
gate = Gate()
client = Client(create_app(Explorer(World.open("starter")), gate, [HOST]))
reply = client.ask("/?token=" + gate.token)
client.cookie = reply.headers["set-cookie"].partition(";")[0]
places = ("/", "/answers", "/lenses", "/whatif/DEU/TWN", "/suppliers", "/wizard", "/search?q=x")

async def together():
    return await asyncio.gather(*(client._ask(place, "GET", b"", {{}}) for place in places))

print([reply.status for reply in asyncio.run(together())])
"""


@pytest.mark.slow
def test_first_requests_at_once_are_all_answered() -> None:
    folder = str(Path(__file__).parent)
    program = PROGRAM.format(folder=folder)
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout.strip() == str([200] * 7)
