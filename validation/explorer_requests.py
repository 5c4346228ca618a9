"""Requests made from the explorer's own description: none ends in a fault, and memory stays.

Run: ``python validation/explorer_requests.py [REQUESTS] [SEED]``; 10,000 requests by default. Every
path of ``/openapi.json`` is asked with values that exist, values of the declared type and texts
that mean nothing, as JSON and as a page, without a server between; two in five requests hold
values that exist alone. Printed are answers by status,
processor time per request, and the memory of the process along the way. Fails on a status of 500,
on an answer that its description does not name, and when memory grows by more than a tenth between
the half and the end.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import sys
import tempfile
import time
from collections import Counter
from typing import Any
from urllib.parse import quote, urlencode

from isthmus.runtime.heap import give_back
from isthmus.scenario import preset_names
from isthmus.study.shipped import shipped_studies
from isthmus.web.app import create_app
from isthmus.web.guard import Gate
from isthmus.web.state import Explorer
from isthmus.world import World

HOST = "127.0.0.1:8750"
GROWTH = 1.1
"""Largest memory at the end over that at the half."""
MEANT = 0.4
"""Part of the requests that hold values that exist alone."""
ODD = (
    "",
    "0",
    "-1",
    "1e999",
    "nan",
    "x" * 3000,
    "<script>",
    "../../etc/passwd",
    "%00",
    "\x00",
    "Å\u202e",
    "1,2,3",
    "{}",
    "[",
    "'; DROP TABLE",
    "{{7*7}}",
    "*",
    "own.export_stop.TWN.*.C26",
    "chips_180:1:30:0",
    "true",
)
PARTIES = ("EU27_2020", "DEU", "TWN", "CHN", "USA", "POL", "NATO@2024-12-31", "G7", "JPN")
KNOWN = {
    "study": (*shipped_studies(), "none"),
    "home": PARTIES,
    "partner": PARTIES,
    "rival": PARTIES,
    "ally": PARTIES,
    "who": PARTIES,
    "whom": (*PARTIES, "*"),
    "code": (*PARTIES, "850511", "8542", "010121"),
    "name": ("gallium", "magnets", "copper"),
    "claim": ("mutual-benefit", "seeks-cooperation"),
    "list": ("example",),
    "lens": ("dependence.profile", "production.remedies"),
    "scenario": preset_names(),
    "q": ("gallium", "Poland", "850511", "chips", "Germny"),
    "table": ("totals", "suppliers", "chip_facts"),
    "sort": ("value", "-share", "economy"),
    "severity": ("0.5", "0.75", "1"),
    "duration": ("30", "100", "180"),
    "stock": ("0", "45"),
    "until": ("30", "90", "365"),
    "event": ("chips_180", "trade_closure", "strike"),
    "importer": PARTIES,
}
"""Values that exist, by name of a parameter."""


def value_of(
    parameter: dict[str, Any], rng: random.Random, keys: tuple[str, ...], *, meant: bool
) -> str:
    """Return a value for a parameter: one that exists, one of its type, or nonsense."""
    name, schema = parameter["name"], parameter["schema"]
    at = rng.random() * (0.75 if meant else 1.0)
    if meant and (name == "key" or name in KNOWN):
        at = 0.0
    if at < 0.6 and name == "key":
        return rng.choice(keys)
    if at < 0.6 and name in KNOWN:
        return rng.choice(KNOWN[name])
    if at < 0.75:
        if "enum" in schema:
            return str(rng.choice(schema["enum"]))
        if schema.get("format") == "party":
            return rng.choice(PARTIES)
        if schema.get("type") in {"integer", "number"}:
            return str(rng.choice((1, 2, 30, 0.5, 2022)))
        if schema.get("type") == "boolean":
            return rng.choice(("true", "false"))
    if at < 0.9:
        return "".join(rng.choice("abcXYZ019.,-_@ /") for _ in range(rng.randint(1, 12)))
    return rng.choice(ODD)


def address_of(path: str, about: dict[str, Any], rng: random.Random, keys: tuple[str, ...]) -> str:
    """Return an address of a path of the description."""
    words, meant = {}, rng.random() < MEANT
    for parameter in about["parameters"]:
        if meant and not _is_needed(parameter):
            continue
        value = value_of(parameter, rng, keys, meant=meant)
        if parameter["in"] == "path":
            path = path.replace("{" + parameter["name"] + "}", quote(value, safe=""))
        elif parameter.get("required") or rng.random() < 0.3:
            words[parameter["name"]] = value
    if not meant and rng.random() < 0.05:
        words["nothing"] = "1"
    if rng.random() < 0.3:
        path = path.removesuffix(".json")
    return f"{path}?{urlencode(words)}" if words else path


def _is_needed(parameter: dict[str, Any]) -> bool:
    """Tell whether a request that is meant has a value for a parameter."""
    own = parameter["name"] in KNOWN and parameter["name"] not in {"table", "sort"}
    return own or parameter["in"] == "path" or bool(parameter.get("required"))


async def asked(app: Any, address: str, cookie: str) -> tuple[int, str, bytes]:
    """Return status, address to go on with, and body of one request."""
    path, _, query = address.partition("?")
    sent: list[Any] = []

    async def receive() -> Any:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    from urllib.parse import unquote

    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": unquote(path),
        "raw_path": path.encode(),
        "root_path": "",
        "query_string": query.encode(),
        "server": ("127.0.0.1", 8750),
        "client": ("127.0.0.1", 1),
        "headers": [(b"host", HOST.encode()), (b"cookie", cookie.encode())],
    }
    await app(scope, receive, send)
    headers = {k.decode(): v.decode() for k, v in sent[0]["headers"]}
    body = b"".join(message.get("body", b"") for message in sent[1:])
    return sent[0]["status"], headers.get("set-cookie", ""), body


def memory() -> float:
    """Return the memory of this process, MB."""
    with open("/proc/self/statm", encoding="ascii") as handle:
        return int(handle.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


def main(count: int = 10_000, seed: int = 0) -> int:
    """Make the requests; return 1 when one of them ended in a fault."""
    give_back()
    os.environ["ISTHMUS_HOME"] = tempfile.mkdtemp()
    explorer, gate, rng = Explorer(World.open("starter")), Gate(), random.Random(seed)
    app = create_app(explorer, gate, [HOST])
    cookie = asyncio.run(asked(app, f"/?token={gate.token}", ""))[1].partition(";")[0]
    described = json.loads(asyncio.run(asked(app, "/openapi.json", cookie))[2])["paths"]
    keys, paths = explorer.world.keys(), sorted(described)
    seen: Counter[int] = Counter()
    faults, times, held = [], [], {}
    for number in range(count):
        path = rng.choice(paths)
        about = described[path]["get"]
        address = address_of(path, about, rng, keys)
        clock = time.process_time()
        status, _, body = asyncio.run(asked(app, address, cookie))
        times.append((time.process_time() - clock, address))
        seen[status] += 1
        if status >= 500 or str(status) not in about["responses"]:
            faults.append((status, address[:200], body[:300]))
            print("fault:", *faults[-1], file=sys.stderr, flush=True)
        if number % 250 == 249:
            told = f"{number + 1:,} requests, {memory():.0f} MB, {sum(t for t, _ in times):.0f} s"
            print(told, file=sys.stderr, flush=True)
        if number in {count // 10, count // 2, count - 1}:
            # What is worked out apart holds memory for a moment.
            while any(not job.over for job in explorer.jobs.listed()):
                time.sleep(1.0)
            held[number + 1] = memory()
    explorer.jobs.close()
    times.sort()
    told = ", ".join(f"{status}: {n:,}" for status, n in sorted(seen.items()))
    print(f"{count:,} requests over {len(paths)} paths, seed {seed}; {told}")
    told = [
        f"{name} {times[place][0] * 1e3:.0f} ms"
        for name, place in (("median", count // 2), ("95 %", int(count * 0.95)), ("most", -1))
    ]
    print(f"processor time: {', '.join(told)}; the dearest: {times[-1][1][:200]}")
    print("memory: " + ", ".join(f"{mb:.0f} MB after {n:,}" for n, mb in held.items()))
    for fault in faults[:20]:
        print(*fault)
    first, last = held[count // 2 + 1], held[count]
    return 1 if faults or last > first * GROWTH else 0


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
