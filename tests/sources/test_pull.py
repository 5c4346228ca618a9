"""What publishers offer, and how it is brought from a server of this machine."""

from __future__ import annotations

import io
import json
import threading
import zipfile
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from isthmus.cli.root import main
from isthmus.errors import BadInput, NetworkFailed
from isthmus.runtime.fetch import Patience
from isthmus.sources import registry
from isthmus.sources.published import Wishes
from isthmus.sources.pull import Offer, Planned, WantedData, offer_named, planned, pull
from isthmus.sources.registry import offers, source_of
from isthmus.store import Store
from isthmus.world.adding import add_file

FAST = Patience(tries=2, silence=2.0, sleep=lambda _: None)
BACI = "t,i,j,k,v,q\n2022,156,276,854231,5,1\n"


def packed() -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr("BACI_HS17_Y2021_V202601.csv", BACI.replace("2022", "2021"))
        archive.writestr("BACI_HS17_Y2022_V202601.csv", BACI)
        archive.writestr("country_codes_V202601.csv", "country_code,country_iso3\n156,CHN\n")
        archive.writestr("product_codes_HS17_V202601.csv", "code,description\n854231,chips\n")
    return held.getvalue()


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        self.server.asked.append((self.command, self.path, dict(self.headers)))
        data = self.server.files.get(self.path)
        self.send_response(200 if data is not None else self.server.otherwise)
        self.send_header("Content-Length", str(len(data or b"")))
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(data or b"")

    do_HEAD = do_GET  # noqa: N815 - the name that the server looks for

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class Server(ThreadingHTTPServer):
    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.files: dict[str, bytes] = {}
        self.asked: list[tuple[str, str, dict[str, str]]] = []
        self.otherwise = 404

    def at(self, path: str) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}{path}"


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server()
    threading.Thread(target=made.serve_forever, args=(0.01,), daemon=True).start()
    yield made
    made.shutdown()
    made.server_close()


@pytest.fixture
def archive(server: Server, monkeypatch: pytest.MonkeyPatch) -> Offer:
    """Return BACI's offer, from the server of this machine."""
    server.files["/BACI_HS17_V202601.zip"] = packed()
    real = offer_named("baci", offers())
    name = "BACI_HS17_V202601.zip"
    made = Offer(
        "baci", real.licence, real.terms, lambda _: [(name, server.at(f"/{name}"))], real.unpacked
    )
    monkeypatch.setattr(registry, "offers", lambda: (made,))
    return made


def test_addresses_are_those_of_the_publishers() -> None:
    def asked(name: str, wanted: WantedData) -> list[str]:
        key = {"COMTRADE_API_KEY": "k"}
        found = planned(offer_named(name, offers()), wanted, Path("x"), key)
        return [f"{p.path.as_posix()} {p.asked.address}" for p in found]

    folder = "https://www.cepii.fr/DATA_DOWNLOAD"
    assert asked("baci", WantedData(2022, "hs92")) == [
        f"x/BACI_HS92_V202601.zip {folder}/baci/data/BACI_HS92_V202601.zip"
    ]
    assert asked("baci", WantedData(2022, "HS17_V202401b"))[0].endswith("BACI_HS17_V202401b.zip")
    assert asked("gravity", WantedData()) == [
        f"x/Gravity_csv_V202211.zip {folder}/gravity/data/Gravity_csv_V202211.zip"
    ]
    assert asked("worldbank", WantedData(2022, of=("DEU", "FRA"), what=("PV.EST",))) == [
        "x/worldbank_2022_PV.EST_DEU_FRA.json https://api.worldbank.org/v2/country/DEU;FRA/indicator/"
        "PV.EST?format=json&per_page=20000&date=2022"
    ]
    pages = asked("comtrade", WantedData(2022, of=("USA", "DEU"), what=("8542",)))
    assert [page.split()[0] for page in pages] == [
        "x/comtrade_USA_2022_H6_8542/001.json",
        "x/comtrade_DEU_2022_H6_8542/001.json",
    ]
    assert "/C/A/H6?reporterCode=842&period=2022&" in pages[0]
    assert "cmdCode=854231,854232,854233,854239,854290" in pages[0]
    numbers = asked("comtrade", WantedData(2022, of=("ITA", "TWN"), what=("8542",)))
    assert [n.partition("reporterCode=")[2].partition("&")[0] for n in numbers] == ["380", "490"]
    within = asked("comtrade", WantedData(2022, of=("DEU",), what=("8542", "854231", "8541")))
    codes = ",".join(page.partition("cmdCode=")[2] for page in within).split(",")
    assert len(within) == 2
    assert len(set(codes)) == len(codes)
    every = asked("comtrade", WantedData(2022, of=("DEU",)))
    assert len(every) > 96
    assert max(map(len, every)) < 4096
    for year, short in ((1991, "H0"), (1996, "H1"), (2016, "H4"), (2021, "H5"), (2025, "H6")):
        assert (
            f"/C/A/{short}?" in asked("comtrade", WantedData(year, of=("DEU",), what=("8542",)))[0]
        )
    old = asked("comtrade", WantedData(2022, "HS2012", of=("DEU",), what=("8542",)))
    assert "/C/A/H4?" in old[0]


def test_another_question_has_another_name() -> None:
    def names(name: str, *wanted: WantedData) -> list[str]:
        key = {"COMTRADE_API_KEY": "k"}
        offer = offer_named(name, offers())
        return [p.path.as_posix() for w in wanted for p in planned(offer, w, Path(), key)]

    of, every = ("DEU",), ("EU27_2020",)
    bank = [
        WantedData(2022),
        WantedData(2022, of=of),
        WantedData(2022, of=every),
        WantedData(2022, of=("NATO",)),
    ]
    customs = [
        WantedData(2022, of=of, what=("8542",)),
        WantedData(2022, of=of, what=("8541",)),
        WantedData(2022, "HS2017", of, ("8542",)),
        WantedData(2022, of=of, what=tuple(f"{n}" for n in range(10, 70))),
        WantedData(2022, of=of, what=tuple(f"{n}" for n in range(10, 69))),
    ]
    for name, wanted in (("worldbank", bank), ("comtrade", customs)):
        found = names(name, *wanted)
        assert len(set(found)) == len(found)
        assert max(map(len, found)) < 150


@pytest.mark.parametrize(
    ("name", "wanted", "said"),
    [
        ("baci", WantedData(2022, "2017"), "is no edition"),
        ("gravity", WantedData(edition="../x"), "is no edition"),
        ("worldbank", WantedData(2022, what=("GDP/../x",)), "is no edition"),
        ("worldbank", WantedData(22), "is no year"),
        ("gravity", WantedData(2022), "holds all years"),
        ("comtrade", WantedData(2022), "no reporters"),
        ("comtrade", WantedData(2022, of=("XKX",)), "no number for Kosovo"),
        ("comtrade", WantedData(2022, of=("DEU",), what=("0000",)), "begins no code"),
        ("sipri", WantedData(2022), "nothing can be brought"),
    ],
)
def test_what_cannot_be_asked_for_is_refused_before(
    name: str, wanted: WantedData, said: str
) -> None:
    with pytest.raises(BadInput) as caught:
        planned(offer_named(name, offers()), wanted, Path(), {"COMTRADE_API_KEY": "k"})
    assert said in str(caught.value)


def test_a_key_comes_from_the_environment_and_is_shown_nowhere(
    server: Server, tmp_path: Path
) -> None:
    real = offer_named("comtrade", offers())
    with pytest.raises(BadInput, match="asks for a key") as caught:
        planned(real, WantedData(2022, of=("DEU",), what=("8542",)), tmp_path, {})
    assert "COMTRADE_API_KEY" in str(caught.value)
    server.files["/x"] = b'{"data": [], "reporterCode": 1, "cmdCode": 1}'
    made = Offer(
        "c", "l", "t", lambda _: [("c.json", server.at("/x"))], header=real.header, key=real.key
    )
    for odd in ("sec\nret", "s\u00e9cret"):
        with pytest.raises(BadInput, match="no key has") as caught:
            planned(made, WantedData(2022), tmp_path, {"COMTRADE_API_KEY": odd})
        assert "cret" not in str(caught.value)
    plan = planned(made, WantedData(2022), tmp_path, {"COMTRADE_API_KEY": " secret "})
    pull(made, WantedData(2022), plan, patience=FAST)
    assert server.asked[0][2][real.header] == "secret"
    kept = "".join(path.read_text() for path in tmp_path.iterdir())
    assert "secret" not in kept + repr(plan)


def test_an_archive_is_unpacked_beside_it(archive: Offer, server: Server, tmp_path: Path) -> None:
    plan = planned(archive, WantedData(2022), tmp_path)
    found = pull(archive, WantedData(2022), plan, patience=FAST)
    assert [path.name for path in found.files] == ["BACI_HS17_Y2022_V202601.csv"]
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "BACI_HS17_V202601.zip",
        "BACI_HS17_Y2022_V202601.csv",
        "country_codes_V202601.csv",
        "product_codes_HS17_V202601.csv",
    ]
    assert source_of(found.files[0]).dataset(found.files[0], Wishes()).frame.height == 1  # type: ignore[union-attr]
    again = pull(archive, WantedData(2021), plan, patience=FAST)
    assert again.fetched == ()
    assert "BACI_HS17_Y2021_V202601.csv" in [path.name for path in again.files]
    assert len(server.asked) == 1
    with pytest.raises(BadInput, match="no file like BACI_HS"):
        pull(archive, WantedData(1999), plan, patience=FAST)


def test_a_damaged_archive_leaves_nothing_half_unpacked(
    archive: Offer, server: Server, tmp_path: Path
) -> None:
    whole = packed()
    at = whole.index(b"2022,156") + 3
    server.files["/BACI_HS17_V202601.zip"] = whole[:at] + b"9" + whole[at + 1 :]
    plan = planned(archive, WantedData(2022), tmp_path)
    with pytest.raises(BadInput, match="damaged archive"):
        pull(archive, WantedData(2022), plan, patience=FAST)
    assert [path.name for path in tmp_path.iterdir()] == ["BACI_HS17_V202601.zip"]


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (("BACI_HS17_Y2022_V202602.csv", "0" * 10**7), "over 200 times its own size"),
        (("other/BACI_HS17_Y2022_V202601.csv", BACI), "holds BACI_HS17_Y2022_V202601.csv twice"),
    ],
)
def test_an_archive_that_cannot_be_meant_is_refused_whole(
    archive: Offer, tmp_path: Path, more: tuple[str, str], said: str
) -> None:
    path = tmp_path / "BACI_HS17_V202601.zip"
    path.write_bytes(packed())
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as opened:
        opened.writestr(*more)
    with pytest.raises(BadInput, match=said):
        pull(archive, WantedData(2022), planned(archive, WantedData(2022), tmp_path), patience=FAST)
    assert [kept.name for kept in tmp_path.iterdir()] == [path.name]


def test_pages_that_came_are_kept_and_added_as_one(server: Server, tmp_path: Path) -> None:
    row = {"period": 2022, "reporterCode": 276, "flowCode": "M", "partnerCode": 156}
    row |= {"classificationCode": "H6", "primaryValue": 5e6, "netWgt": 100}
    pages = [[{**row, "cmdCode": "854231"}], [], [{**row, "cmdCode": "010121"}]]
    names = [f"c_2022/{n}.json" for n in range(3)]
    made = Offer("c", "l", "t", lambda _: [(n, server.at(f"/{n}")) for n in names], pause=1.0)
    plan = planned(made, WantedData(2022), tmp_path)
    server.otherwise = 503
    server.files[f"/{names[0]}"] = json.dumps({"data": pages[0]}).encode()
    with pytest.raises(NetworkFailed):
        pull(made, WantedData(2022), plan, patience=FAST)
    assert [p.name for p in (tmp_path / "c_2022").iterdir()] == ["0.json"]
    for name, rows in zip(names, pages, strict=True):
        server.files[f"/{name}"] = json.dumps({"data": rows, "error": ""}).encode()
    found = pull(made, WantedData(2022), plan, patience=FAST)
    assert [f.path.name for f in found.fetched] == ["1.json", "2.json"]
    assert found.files == (tmp_path / "c_2022",)
    source = source_of(found.files[0])
    assert source is not None
    read = source.dataset(found.files[0], Wishes())
    assert read.frame["product"].to_list() == ["010121", "854231"]
    assert any("3 pages read, 1 of them without rows" in note for note in read.notes)
    (tmp_path / "c_2022" / "0.json").write_text("<html>busy</html>")
    (tmp_path / "c_2022" / "1.json").write_text(json.dumps({"data": pages[0], "error": "quota"}))
    with pytest.raises(BadInput) as caught:  # of every page at once, rows or none
        add_file(found.files[0], store=Store(tmp_path / "store"))
    assert [problem.where for problem in caught.value.problems] == ["0.json", "1.json"]
    assert "quota" in str(caught.value)


def test_the_command_shows_size_and_licence_before(
    archive: Offer, server: Server, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    line = ["data", "pull", "baci", "--year", "2022", "--out", str(tmp_path)]
    assert main([*line, "--dry-run"]) == 0
    shown = capsys.readouterr().out
    assert f"{len(packed()):,} bytes" in shown
    assert "Etalab Open Licence 2.0" in shown
    assert [asked[0] for asked in server.asked] == ["HEAD"]
    assert list(tmp_path.iterdir()) == []
    assert main([*line, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["files"][0]["bytes"] == told["brought"][0]["bytes"] == len(packed())
    assert told["add"][0].endswith("BACI_HS17_Y2022_V202601.csv")
    assert main(line) == 0
    said = capsys.readouterr().err
    assert "is there already" in said
    assert said.count("then: isthmus data add") == 1
    assert main([*line, "--force"]) == 0
    assert "is there already" not in capsys.readouterr().err


def test_the_command_lists_what_can_be_brought(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["data", "pull", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)["sources"]
    assert {item["source"] for item in listed} == {"baci", "comtrade", "gravity", "worldbank"}
    assert {item["key"] for item in listed} == {"none", "COMTRADE_API_KEY"}
    assert main(["data", "pull", "baci"]) == 3
    assert "no year is given" in capsys.readouterr().err


def test_a_refusing_publisher_ends_the_command_with_its_own_code(
    server: Server, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    made = Offer("gone", "l", "t", lambda _: [("x.csv", server.at("/x.csv"))])
    monkeypatch.setattr(registry, "offers", lambda: (made,))
    assert main(["data", "pull", "gone", "--year", "2022", "--out", str(tmp_path)]) == 5
    assert list(tmp_path.iterdir()) == []


def test_plans_name_no_other_scheme() -> None:
    made = Offer("x", "l", "t", lambda _: [("x", "http://example.org/x")])
    with pytest.raises(BadInput, match="https"):
        planned(made, WantedData(2022), Path())
    assert isinstance(planned(offer_named("baci", offers()), WantedData(2022), Path())[0], Planned)
