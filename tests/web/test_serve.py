"""The server: this machine alone, a port that is free, a clean end."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request

import pytest

from isthmus.errors import SystemRefused
from isthmus.web import serve


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
