"""The server: this machine alone, a port that is free, a clean end."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

import polars.testing
import pytest

from isthmus.ensemble.losses.lens import conditional
from isthmus.errors import SystemRefused
from isthmus.scenario import preset
from isthmus.store import Store
from isthmus.web import serve
from isthmus.world import World


def test_a_port_that_is_taken_is_named() -> None:
    with serve.listening(0) as made:
        host, port = made.getsockname()
        assert host == "127.0.0.1"
        with pytest.raises(SystemRefused, match=f"port {port} is taken"):
            serve.listening(port)
    with pytest.raises(SystemRefused, match="cannot be used"):
        serve.listening(70_000)


def test_without_a_port_the_next_free_one_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        monkeypatch.setattr(serve, "PORT", other.getsockname()[1])
        with serve.listening(None) as made:
            assert made.getsockname()[1] != serve.PORT


def test_an_interrupt_ends_it_cleanly() -> None:
    command = [sys.executable, "-m", "isthmus", "explore", "--no-browser", "--port", "0"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        address = re.search(r"http://\S+", process.stderr.readline())
        assert address is not None
        with pytest.raises(urllib.error.HTTPError, match="403"):
            urllib.request.urlopen(address[0].partition("?")[0], timeout=30)
        process.send_signal(signal.SIGINT)
        rest = process.communicate(timeout=60)[1]
    assert process.returncode == 0
    assert rest.splitlines()[-1] == "explorer ended"
    assert "Traceback" not in rest


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.once_broken("nothing held that a killed explorer leaves a run to go on with")
def test_a_killed_server_leaves_a_run_that_is_gone_on_with(tmp_path: Path) -> None:
    env = {**os.environ, "ISTHMUS_HOME": str(tmp_path)}
    command = [sys.executable, "-m", "isthmus", "explore", "--no-browser", "--port", "0"]
    told = {"scenario": "taiwan-chips-7-full", "draws": "40", "batch": "1", "until": "7"}
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=env) as process:
        assert process.stderr is not None
        found = re.search(r"http://\S+", process.stderr.readline())
        assert found is not None
        base = found[0].partition("/?")[0]
        opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
        opener.addheaders = [("Origin", base)]
        opener.open(found[0], timeout=120).read()
        body = urllib.parse.urlencode({**told, "keep": "TWN", "call": "1"}).encode()
        job = opener.open(f"{base}/jobs/losses.conditional", body, timeout=120).url
        done, end = 0, time.monotonic() + 300
        while not 1 <= done < int(told["draws"]):
            assert time.monotonic() < end
            state = json.loads(opener.open(f"{job}.json", timeout=120).read())["blocks"]
            going = next((b["job"]["progress"] for b in state if b["form"] == "going"), None)
            done = going["done"] if going else 0
        process.kill()
    store = Store(tmp_path / "store")
    (entry,) = store.runs()
    assert not entry.done
    again = [sys.executable, "-m", "isthmus", "runs", "resume", entry.id]
    subprocess.run(again, env=env, check=True, capture_output=True, timeout=300)
    assert store.run(entry.id).done
    alone = conditional(
        World.open("starter"), preset("taiwan-chips-7-full"), keep=["TWN"], draws=40, until=7
    )
    kept = store.result(entry.id)
    assert set(kept.tables) == set(alone.tables)
    for name, table in alone.tables.items():
        polars.testing.assert_frame_equal(kept[name].frame, table.frame, rel_tol=1e-4)
