"""Downloads from a server of this machine that misbehaves in every way that servers do."""

from __future__ import annotations

import email.utils
import hashlib
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from isthmus.errors import (
    BadInput,
    Cancelled,
    NetworkFailed,
    SourceRefused,
    StorageBusy,
    TargetExists,
)
from isthmus.runtime.answers import _Redirects
from isthmus.runtime.cancel import CancelToken
from isthmus.runtime.fetch import Fetched, Patience, RemoteFile, fetch, size_of

DATA = bytes(range(256)) * 1024
DIGEST = hashlib.sha256(DATA).hexdigest()
HALF = len(DATA) // 2

Step = Callable[["Handler"], None]


class Handler(BaseHTTPRequestHandler):
    """Answer with the next step of the server; the last one is repeated."""

    protocol_version = "HTTP/1.1"
    server: Server

    def do_GET(self) -> None:
        server = self.server
        headers = {k.lower(): v for k, v in self.headers.items()}
        server.asked.append({**headers, "method": self.command})
        step = server.steps.pop(0) if len(server.steps) > 1 else server.steps[0]
        step(self)
        self.close_connection = True

    do_HEAD = do_GET  # noqa: N815 - the name that the server looks for

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def give(self, data: bytes, status: int = 200, length: int | None = None, **more: str) -> None:
        self.send_response(status)
        headers = {"Content-Type": "text/csv", "ETag": '"one"'}
        headers |= {name.replace("_", "-"): text for name, text in more.items()}
        for name, text in headers.items():
            if text:
                self.send_header(name, text)
        self.send_header("Content-Length", str(len(data) if length is None else length))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)


@dataclass
class Server(ThreadingHTTPServer):
    steps: list[Step]
    asked: list[dict[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of a client that broke off, as tests have it do; of any other error all."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/data.csv"


@pytest.fixture
def serve() -> Iterator[Callable[..., Server]]:
    started: list[Server] = []

    def start(*steps: Step) -> Server:
        server = Server(list(steps))
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        started.append(server)
        return server

    yield start
    for server in started:
        server.shutdown()
        server.server_close()


def whole(handler: Handler) -> None:
    """Answer a question for a part with the part, any other with everything."""
    asked = handler.headers.get("Range")
    if asked and handler.headers.get("If-Range") == '"one"':
        start = int(asked.removeprefix("bytes=").removesuffix("-"))
        span = f"bytes {start}-{len(DATA) - 1}/{len(DATA)}"
        handler.give(DATA[start:], 206, Content_Range=span)
    else:
        handler.give(DATA)


def cut(handler: Handler) -> None:
    """Break off in the middle."""
    handler.give(DATA[:HALF], length=len(DATA))


def answer(status: int, **headers: str) -> Step:
    return lambda handler: handler.give(b"no", status, **headers)


def bring(
    server: Server, folder: Path, sha256: str = DIGEST, **more: object
) -> tuple[Fetched, list[float]]:
    """Fetch without waiting; return what came and the pauses that were made."""
    pauses: list[float] = []
    patience = Patience(tries=4, sleep=pauses.append)
    asked = RemoteFile(server.address, sha256=sha256)
    return fetch(asked, folder / "data.csv", patience=patience, **more), pauses  # type: ignore[arg-type]


def left(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_whole_file_comes_with_its_checksum(serve, tmp_path: Path) -> None:
    found, pauses = bring(serve(whole), tmp_path)
    assert (tmp_path / "data.csv").read_bytes() == DATA
    assert (found.size, found.sha256, found.kept, pauses) == (len(DATA), DIGEST, 0, [])
    assert left(tmp_path) == ["data.csv"]
    with pytest.raises(TargetExists):
        bring(serve(whole), tmp_path)


def test_a_connection_that_breaks_goes_on_where_it_was(serve, tmp_path: Path) -> None:
    server = serve(cut, whole)
    found, pauses = bring(server, tmp_path)
    assert found.sha256 == DIGEST
    assert pauses == [1.0]
    assert server.asked[1]["range"] == f"bytes={HALF}-"
    assert server.asked[1]["if-range"] == '"one"'


def test_a_server_that_gives_a_little_each_time_is_not_given_up(serve, tmp_path: Path) -> None:
    def little(handler: Handler) -> None:
        start = int((handler.headers.get("Range") or "bytes=0-")[6:-1])
        end = min(start + len(DATA) // 10 + 1, len(DATA))
        span = f"bytes {start}-{len(DATA) - 1}/{len(DATA)}"
        status = 206 if start else 200
        more = {"Content_Range": span} if start else {}
        handler.give(DATA[start:end], status, length=len(DATA) - start, **more)

    found, pauses = bring(serve(little), tmp_path)
    assert found.sha256 == DIGEST
    assert pauses == [1.0] * 9


def test_a_file_that_changed_on_the_server_is_not_sewn_together(serve, tmp_path: Path) -> None:
    other = DATA[::-1]

    def changed(handler: Handler) -> None:
        handler.give(other, ETag='"two"')

    bring_cut = serve(cut, answer(503))
    with pytest.raises(NetworkFailed, match="are kept"):
        bring(bring_cut, tmp_path)
    assert ".data.csv.isthmus-part" in left(tmp_path)
    bring_cut.steps[:] = [changed]
    found, _ = bring(bring_cut, tmp_path, sha256="")
    assert (tmp_path / "data.csv").read_bytes() == other
    assert found.sha256 == hashlib.sha256(other).hexdigest()


def test_a_server_without_a_mark_on_its_file_starts_again(serve, tmp_path: Path) -> None:
    def bare(handler: Handler) -> None:
        handler.give(DATA[:HALF], length=len(DATA), ETag="")

    server = serve(bare, whole)
    assert bring(server, tmp_path)[0].sha256 == DIGEST
    assert "range" not in server.asked[1]


def test_a_part_that_was_not_asked_for_is_refused(serve, tmp_path: Path) -> None:
    def shifted(handler: Handler) -> None:
        handler.give(DATA[5:], 206, Content_Range=f"bytes 5-{len(DATA) - 1}/{len(DATA)}")

    with pytest.raises(NetworkFailed, match="another part"):
        bring(serve(cut, shifted), tmp_path)
    assert "data.csv" not in left(tmp_path)


def test_a_part_beyond_the_file_starts_again(serve, tmp_path: Path) -> None:
    server = serve(cut, answer(416), whole)
    assert bring(server, tmp_path)[0].sha256 == DIGEST
    assert "range" not in server.asked[2]


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504])
def test_a_server_in_trouble_is_asked_again_later_and_later(
    serve, tmp_path: Path, status: int
) -> None:
    found, pauses = bring(serve(answer(status), answer(status), whole), tmp_path)
    assert found.sha256 == DIGEST
    assert pauses == [1.0, 2.0]
    with pytest.raises(NetworkFailed, match=f"answered {status}"):
        bring(serve(answer(status)), tmp_path, replace=True)
    assert (tmp_path / "data.csv").read_bytes() == DATA


def test_a_server_is_waited_for_as_long_as_it_asks(serve, tmp_path: Path) -> None:
    date = email.utils.formatdate(time.time() + 100, usegmt=True)
    waits = (answer(429, Retry_After="7"), answer(503, Retry_After=date), whole)
    _, pauses = bring(serve(*waits), tmp_path)
    assert pauses[0] == 7.0
    assert 90 < pauses[1] <= 100
    with pytest.raises(NetworkFailed) as caught:
        bring(serve(answer(429, Retry_After="90000")), tmp_path, replace=True)
    assert "wait for 90000 seconds" in str(caught.value)


@pytest.mark.parametrize(("status", "hint"), [(401, "key"), (403, "key"), (404, "another year")])
def test_a_refusal_is_not_asked_again(serve, tmp_path: Path, status: int, hint: str) -> None:
    server = serve(answer(status))
    with pytest.raises(SourceRefused, match=f"answered {status}") as caught:
        bring(server, tmp_path)
    assert hint in str(caught.value)
    assert len(server.asked) == 1
    assert "data.csv" not in left(tmp_path)


@pytest.mark.parametrize("kind", ["text/html; charset=utf-8", "text/csv", ""])
def test_a_page_is_no_data(serve, tmp_path: Path, kind: str) -> None:
    page = b"\n<!DOCTYPE html><html><head><title>Please\n agree</title></head></html>"
    server = serve(cut, lambda handler: handler.give(page, Content_Type=kind))
    with pytest.raises(SourceRefused, match="a page, not with data: 'Please agree'"):
        bring(server, tmp_path)
    assert (tmp_path / ".data.csv.isthmus-part").read_bytes() == DATA[:HALF]
    server.steps[:] = [whole]
    assert bring(server, tmp_path)[0].kept == HALF


def test_a_wrong_checksum_keeps_nothing(serve, tmp_path: Path) -> None:
    with pytest.raises(SourceRefused, match="has the checksum"):
        bring(serve(whole), tmp_path, sha256="0" * 64)
    assert left(tmp_path) == []


def test_a_packed_answer_is_refused(serve, tmp_path: Path) -> None:
    with pytest.raises(SourceRefused, match="packed"):
        bring(serve(answer(200, Content_Encoding="gzip")), tmp_path)


def test_a_silent_and_a_dripping_server_are_cut_off(serve, tmp_path: Path) -> None:
    def silent(handler: Handler) -> None:
        handler.give(DATA[:100], length=len(DATA))
        time.sleep(30)

    def dripping(handler: Handler) -> None:
        handler.give(b"", length=len(DATA))
        for byte in DATA[:100]:
            handler.wfile.write(bytes([byte]))
            time.sleep(0.05)

    for step, said in ((silent, "broke"), (dripping, "too slow")):
        with pytest.raises(NetworkFailed, match=said):
            fetch(
                RemoteFile(serve(step).address),
                tmp_path / f"{said}.csv",
                patience=Patience(tries=1, silence=0.4, sleep=lambda _: None),
            )


def test_nobody_there_is_said_after_all_tries(serve, tmp_path: Path) -> None:
    server = serve(whole)
    server.shutdown()
    server.server_close()
    with pytest.raises(NetworkFailed, match="cannot be reached"):
        bring(server, tmp_path)


def test_redirects_are_followed_and_lose_the_key(serve, tmp_path: Path) -> None:
    end = serve(whole)
    there = end.address.replace("127.0.0.1", "localhost")
    start = serve(answer(302, Location=there))
    asked = RemoteFile(start.address, {"Ocp-Apim-Subscription-Key": "secret"}, DIGEST)
    assert fetch(asked, tmp_path / "data.csv").size == len(DATA)
    assert start.asked[0]["ocp-apim-subscription-key"] == "secret"
    assert "ocp-apim-subscription-key" not in end.asked[0]
    assert "secret" not in str(left(tmp_path))


@pytest.mark.parametrize(
    "there", ["http://example.org/data.csv", "file:///etc/passwd", "ftp://x/y"]
)
def test_redirects_to_what_is_not_protected_are_refused(serve, tmp_path: Path, there: str) -> None:
    with pytest.raises((BadInput, SourceRefused)):
        bring(serve(answer(302, Location=there)), tmp_path)
    assert left(tmp_path) == []


@pytest.mark.parametrize("there", ["http://127.0.0.1:1/x", "http://localhost/x"])
def test_a_protected_address_never_leads_to_one_that_is_not(there: str) -> None:
    asked = urllib.request.Request("https://example.org/data.csv")
    with pytest.raises(SourceRefused, match="not protected"):
        _Redirects().redirect_request(asked, None, 302, "", {}, there)


def test_a_question_for_a_size_stays_one_when_it_is_sent_on(serve) -> None:
    end = serve(whole)
    start = serve(answer(302, Location=end.address))
    assert size_of(RemoteFile(start.address), Patience(sleep=lambda _: None)) == len(DATA)
    assert end.asked[0]["method"] == "HEAD"


def test_ctrl_c_ends_a_pause_that_the_server_asks_for(serve, tmp_path: Path) -> None:
    token, pauses = CancelToken(), []

    def sleep(seconds: float) -> None:
        pauses.append(seconds)
        token.cancel("interrupted")

    server = serve(answer(429, Retry_After="200"))
    with pytest.raises(Cancelled):
        fetch(
            RemoteFile(server.address), tmp_path / "x", patience=Patience(sleep=sleep), cancel=token
        )
    assert pauses == [1.0]


def test_a_circle_of_redirects_ends(serve, tmp_path: Path) -> None:
    server = serve(whole)
    server.steps[:] = [answer(302, Location=server.address)]
    with pytest.raises(SourceRefused, match="302"):
        bring(server, tmp_path)


def test_only_protected_addresses_are_asked() -> None:
    with pytest.raises(BadInput, match="https"):
        RemoteFile("http://example.org/data.csv")


def test_the_size_is_known_before(serve) -> None:
    server = serve(answer(503), whole)
    assert size_of(RemoteFile(server.address), Patience(sleep=lambda _: None)) == len(DATA)


def test_a_cancelled_download_goes_on_later(serve, tmp_path: Path) -> None:
    token, seen = CancelToken(), []

    def once(event) -> None:
        seen.append(event)
        token.cancel("enough")

    server = serve(whole)
    with pytest.raises(Cancelled):
        bring(server, tmp_path, progress=once, cancel=token)
    assert "data.csv" not in left(tmp_path)
    found, _ = bring(server, tmp_path, progress=seen.append)
    assert 0 < found.kept < len(DATA)
    assert seen[-1].done == seen[-1].total == len(DATA)
    assert seen[-1].resumed == found.kept


def test_two_at_once_do_not_mix(serve, tmp_path: Path) -> None:
    server = serve(whole)

    def second(_: object) -> None:
        with pytest.raises(StorageBusy):
            bring(server, tmp_path)

    assert bring(server, tmp_path, progress=second)[0].sha256 == DIGEST


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
def test_interrupt_then_again(serve, tmp_path: Path) -> None:
    def slow(handler: Handler) -> None:
        handler.give(DATA[:HALF], length=len(DATA))
        time.sleep(30)

    server = serve(slow, whole)
    code = (
        "import signal, sys; from pathlib import Path\n"
        "from isthmus.runtime.fetch import RemoteFile, fetch\n"
        # Whoever starts the tests in the background leaves Ctrl-C ignored.
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "fetch(RemoteFile(sys.argv[1]), Path(sys.argv[2]))"
    )
    target = tmp_path / "data.csv"
    process = subprocess.Popen(
        [sys.executable, "-c", code, server.address, str(target)], stderr=subprocess.DEVNULL
    )
    part = tmp_path / ".data.csv.isthmus-part"
    for _ in range(600):
        if part.exists() and part.stat().st_size == HALF:
            break
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    try:
        assert process.wait(30) != 0
    finally:
        process.kill()
        process.wait()
    assert left(tmp_path) == [part.name, f"{part.name}.json"]
    found, _ = bring(server, tmp_path)
    assert found.kept == HALF
    assert target.read_bytes() == DATA
