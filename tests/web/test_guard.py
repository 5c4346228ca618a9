"""Nobody but the browser that was let in, and nothing but this server's files in a page."""

from __future__ import annotations

import re

import pytest

from isthmus.web.app import create_app
from isthmus.web.guard import POLICY, Gate
from isthmus.web.state import Explorer

from .conftest import HOST, Client


@pytest.fixture
def gate() -> Gate:
    return Gate()


@pytest.fixture
def stranger(explorer: Explorer, gate: Gate) -> Client:
    return Client(create_app(explorer, gate, [HOST]))


@pytest.mark.parametrize("address", ["/", "/data.json", "/assets/style.css", "/?token="])
def test_without_the_token_nothing_is_answered(stranger: Client, address: str) -> None:
    reply = stranger.ask(address)
    assert reply.status == 403
    assert reply.headers["content-security-policy"] == POLICY
    assert b"isthmus explore" in reply.body


def test_the_token_opens_once_and_leaves_the_address(stranger: Client, gate: Gate) -> None:
    first = stranger.ask(f"/search?q=a&token={gate.token}")
    assert first.status == 303
    assert first.headers["location"] == "/search?q=a"
    cookie = first.headers["set-cookie"]
    assert {"HttpOnly", "SameSite=Strict"} <= set(cookie.split("; "))
    assert gate.token not in cookie
    assert stranger.ask(f"/?token={gate.token}").status == 403
    stranger.cookie = cookie.partition(";")[0]
    assert stranger.ask("/").status == 200


def test_the_token_leads_to_no_other_host(stranger: Client, gate: Gate) -> None:
    reply = stranger.ask(f"//evil.example/?token={gate.token}")
    assert reply.headers["location"] == "/evil.example/"


def test_no_page_leads_to_another_host(client: Client) -> None:
    page = client.ask("//evil.example/x")
    assert page.status == 404
    assert "//evil.example" not in "".join(re.findall(r'(?:href|action)="[^"]*"', page.text))


def test_the_place_it_leads_to_is_no_other_header(stranger: Client, gate: Gate) -> None:
    reply = stranger.ask(f"/a%0d%0aset-cookie:x?token={gate.token}")
    assert reply.headers["location"] == "/a%0D%0Aset-cookie:x"


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1", "127.0.0.1:80", "127.0.0.1.evil:8750", ""]
)
def test_other_hosts_are_refused(client: Client, host: str) -> None:
    assert client.ask("/", host=host).status == 403


def test_other_origins_are_refused(client: Client) -> None:
    assert client.ask("/", origin="http://evil.example").status == 403
    assert client.ask("/", origin="null").status == 403
    assert client.ask("/studies", origin=f"http://{HOST}").status == 200


def test_a_change_must_name_its_origin(client: Client) -> None:
    assert client.ask("/go", method="POST").status == 403


def test_a_broken_cookie_is_no_session(stranger: Client) -> None:
    for cookie in ("x", "=;;", 'a="', "isthmus=\u00e9"):
        stranger.cookie = cookie
        assert stranger.ask("/").status == 403


@pytest.mark.parametrize(
    "address", ["/", "/studies", "/search?q=gallium", "/table/chip_facts", "/nothing"]
)
def test_pages_hold_nothing_that_the_policy_refuses(client: Client, address: str) -> None:
    reply = client.ask(address)
    policy = reply.headers["content-security-policy"]
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
    assert not re.search(r"<style|<script(?! type=\"module\" src=)|\son\w+=|\sstyle=", reply.text)
    assert not re.search(r"(?:src|href|action)=\"(?!/|#)", reply.text)
    assert reply.headers["x-content-type-options"] == "nosniff"
    assert reply.headers["cache-control"] == "no-store"


def test_the_dossier_allows_its_own_style_sheet_alone(client: Client) -> None:
    policy = client.ask("/dossier/germany-materials").headers["content-security-policy"]
    assert "style-src 'sha256-" in policy
    assert "script-src" not in policy
    assert "unsafe" not in policy


@pytest.mark.parametrize(
    "address",
    [
        "/assets/../app.py",
        "/assets/%2e%2e/app.py",
        "/assets/..%2fapp.py",
        "/table/..%2f..%2fetc%2fpasswd",
        "/dossier/..%2f..%2fsecret.toml",
        "/study/own.toml",
        "/run/..%2f..%2fx",
    ],
)
def test_no_address_is_a_path(client: Client, address: str) -> None:
    assert client.ask(address).status == 404
