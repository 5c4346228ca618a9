"""The explorer under an open load: 20 requests a second for a minute, whether it keeps up or not.

Run: ``python benchmarks/explorer.py [SECONDS] [PER_SECOND] [MORE]``. Starts a server, asks every
address once, then asks them in turn at fixed moments, and then MORE times one after the other.
Printed are errors, requests that were refused as too many waited and how soon they were told so,
how long answers took on the clock (median and 95th percentile, from the moment at which they were
due), processor time of the server per request, its memory before and after each tenth, and the
time to the first page. Fails on an answer that is no page, and on a refusal at the usual load.
"""

from __future__ import annotations

import http.client
import os
import re
import signal
import subprocess
import sys
import threading
import time
from itertools import cycle, islice

PAGES = (
    "/",
    "/answers",
    "/search?q=gallium",
    "/studies",
    "/study/germany-materials",
    "/study/germany-materials/materials",
    "/pair/DEU/TWN",
    "/economy/DEU",
    "/economy/G7",
    "/product/850511",
    "/material/gallium",
    "/claims/germany-materials",
    "/data",
    "/data/chip_facts",
    "/table/chip_facts?where.economy=TWN&sort=-share",
    "/chips/EU27_2020/TWN",
    "/study/taiwan-europe/whatif?event=chips_180&severity=0.7&duration=100&stock=45",
    "/study/taiwan-europe/whatif?event=trade_closure&severity=0.9&duration=90",
    "/suppliers/example?scenario=taiwan-chips-30-full",
    "/wizard?home=DEU&partner=JPN&template=materials",
    "/backtest",
    "/production?line=small-drone&who=CHN&share=0.8",
    "/package?take.chip-early-warning=true&take.trade-dialogue=true&beside=quiet",
    "/lens/dependence.profile?importer=DEU&call=1",
    "/runs",
)
USUAL = 20
"""Requests a second at which none is refused."""
WAITING, REFUSED = 202, 503
"""Status of a page that is still worked out, and of a request beyond those that may wait."""


def started() -> tuple[subprocess.Popen[str], str, float, float]:
    """Return a server, its address, and seconds and processor time to its first page."""
    clock = time.perf_counter()
    command = [sys.executable, "-m", "isthmus", "explore", "--no-browser", "--port", "0"]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    found = re.search(r"http://\S+", process.stderr.readline() if process.stderr else "")
    if found is None:
        raise SystemExit("the explorer did not start")
    address = found[0]
    host = address.split("/")[2]
    connection = http.client.HTTPConnection(host)
    connection.request("GET", address.partition(host)[2])
    reply = connection.getresponse()
    reply.read()
    cookie = (reply.getheader("set-cookie") or "").partition(";")[0]
    ask(host, cookie, "/")
    spent = time.perf_counter() - clock
    return process, f"{host} {cookie}", spent, processor(process.pid)


def answered(host: str, cookie: str, page: str) -> int:
    """Return the status of a page once it is no longer worked out."""
    while (status := ask(host, cookie, page)) == WAITING:
        time.sleep(0.2)
    return status


def ask(host: str, cookie: str, page: str) -> int:
    """Return the status of one request."""
    connection = http.client.HTTPConnection(host, timeout=60)
    connection.request("GET", page, headers={"cookie": cookie})
    reply = connection.getresponse()
    reply.read()
    connection.close()
    return reply.status


def processor(pid: int) -> float:
    """Return the processor time of a process, seconds."""
    with open(f"/proc/{pid}/stat", encoding="ascii") as handle:
        parts = handle.read().rpartition(")")[2].split()
    return (int(parts[11]) + int(parts[12])) / os.sysconf("SC_CLK_TCK")


def memory(pid: int) -> float:
    """Return the memory of a process, MB."""
    with open(f"/proc/{pid}/statm", encoding="ascii") as handle:
        return int(handle.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


def main(seconds: int = 60, per_second: int = USUAL, more: int = 0) -> int:
    """Run the load; return 1 when an answer was no page."""
    process, where, spent, first = started()
    host, cookie = where.split()
    print(f"first page after {spent:.1f} s, {first:.1f} s of processor time")
    try:
        cold = {page: answered(host, cookie, page) for page in PAGES}
        taken: list[float] = []
        refused: list[float] = []
        wrong = [page for page, status in cold.items() if status != 200]
        before, held = processor(process.pid), memory(process.pid)
        start = time.perf_counter()

        def one(due: float, page: str) -> None:
            try:
                status = ask(host, cookie, page)
            except OSError:
                status = 0
            spent = time.perf_counter() - due
            (refused if status == REFUSED else taken).append(spent)
            if status not in {200, REFUSED}:
                wrong.append(page)

        threads = []
        count, along = seconds * per_second, [held]
        for number, page in enumerate(islice(cycle(PAGES), count)):
            if number * 10 // count == len(along):
                along.append(memory(process.pid))
            due = start + number / per_second
            time.sleep(max(due - time.perf_counter(), 0.0))
            threads.append(threading.Thread(target=one, args=(due, page)))
            threads[-1].start()
        for thread in threads:
            thread.join()
        along.append(memory(process.pid))
        used = (processor(process.pid) - before) / count
        taken.sort()
        told = [taken[len(taken) // 2], taken[int(len(taken) * 0.95)]]
        print(f"{count:,} requests, {per_second} a second; wrong: {wrong[:5] or 'none'}")
        if refused:
            print(f"{len(refused):,} refused, the slowest after {max(refused) * 1e3:.0f} ms")
        print(
            f"median {told[0] * 1e3:.0f} ms, 95 % {told[1] * 1e3:.0f} ms on the clock; "
            f"{used * 1e3:.0f} ms of processor time each"
        )
        print(f"memory by tenths, MB: {', '.join(f'{one:.0f}' for one in along)}")
        for tenth in range(10 if more else 0):
            asked = islice(cycle(PAGES), tenth * more // 10, (tenth + 1) * more // 10)
            wrong += [page for page in asked if ask(host, cookie, page) != 200]
            print(f"{(tenth + 1) * more // 10:,} more: {memory(process.pid):.0f} MB", flush=True)
        return 1 if wrong or (refused and per_second <= USUAL) else 0
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(60)


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
