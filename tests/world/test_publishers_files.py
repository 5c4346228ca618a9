"""Publishers' files added as they are, up to the answer of a lens."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from isthmus import chains, dependence
from isthmus.errors import BadInput, NotFound
from isthmus.sources.registry import SOURCES
from isthmus.store import Store
from isthmus.world import World
from isthmus.world.adding import add_file, rates_of

FILES = Path(__file__).parents[1] / "data" / "sources"
ICIO = """\
,DEU_C26,DEU_C29,TWN_C26,TWN_C29,DEU_HFCE,DEU_INVNT,TWN_HFCE,TWN_INVNT,OUT
DEU_C26,10,20,5,0,40,5,15,5,100
DEU_C29,15,30,0,10,30,5,8,2,100
TWN_C26,5,0,20,10,10,5,40,10,100
TWN_C29,0,10,10,40,10,0,20,10,100
TLS,0,0,0,0,0,0,0,0,0
VA,70,40,65,40,0,0,0,0,215
OUT,100,100,100,100,,,,,
"""


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "store")


def opened(store: Store, key: str) -> World:
    return World.open(f"starter+{key}", store=store)


def test_a_folder_of_baci_answers_by_product(store: Store) -> None:
    done = add_file(FILES / "BACI_HS17_V202601", store=store)
    assert done.read_as == ("BACI of CEPII, HS2017",)
    world = opened(store, "baci_hs2017")
    found = dependence.profile(world, "DEU", level="product", years=[2022], items=["010121"])
    shares = dict(found["suppliers"].frame.select("exporter", "share").rows())
    assert shares == pytest.approx({"CHN": 0.9, "USA": 0.1})


def test_a_table_of_the_icio_answers_as_one_of_the_house(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "2019.csv"
    path.write_text(ICIO)
    add_file(path, store=store)
    world = opened(store, "mrio_icio_2019")
    found = chains.lookthrough(world, "DEU", on="TWN", year=2019)["lookthrough"]
    row = found.frame.row(0, named=True)
    assert row["face_value"] == pytest.approx(15 / 90)
    assert row["look_through"] == pytest.approx(0.258, abs=5e-4)
    assert world.mrio(2019).kind.value == "estimated"


def test_a_table_that_does_not_balance_is_mended_and_said_or_refused(
    store: Store, tmp_path: Path
) -> None:
    path = tmp_path / "2019.csv"
    path.write_text(ICIO.replace("\nVA,70,", "\nVA,70.01,"))
    assert add_file(path, store=store).notes
    path.write_text(ICIO.replace("\nVA,70,", "\nVA,90,"))
    with pytest.raises(BadInput, match="does not balance") as caught:
        add_file(path, store=store)
    assert "inputs and value added of DEU C26 are 120, output is 100" in str(caught.value)
    assert "--repair" in str(caught.value)
    assert add_file(path, store=store, repair=True).notes
    with pytest.raises(NotFound):
        add_file(tmp_path / "2018.csv", store=store)


def test_euros_are_turned_at_the_rate_given(store: Store) -> None:
    with pytest.raises(BadInput, match="--rate 2024"):
        add_file(FILES / "comext_v2.dat", store=store)
    add_file(FILES / "comext_v2.dat", store=store, rate=["2024=1.25"])
    frame = opened(store, "comext_hs2022").table("comext_hs2022")
    assert frame.filter(exporter="TWN")["value"].to_list() == [pytest.approx(2.5)]
    assert rates_of("1.05") == {0: 1.05}
    assert rates_of(["2022=1.05", "2023=1.08"]) == {2022: 1.05, 2023: 1.08}
    with pytest.raises(BadInput) as caught:
        rates_of(["x=1", "2022=-1", "nan"])
    assert len(caught.value.problems) == 3


@pytest.mark.parametrize(
    ("name", "key"),
    [("comtrade_new.csv", "comtrade_hs2022"), ("comtrade_api.json", "comtrade_hs2022")],
)
def test_customs_records_keep_whose_they_are(store: Store, name: str, key: str) -> None:
    add_file(FILES / name, store=store)
    frame = opened(store, key).table(key)
    assert set(frame["record"]) <= {"importer", "exporter"}
    assert frame.filter(exporter="TWN")["record"].to_list() == ["importer"]


def test_a_record_of_another_family_reads_the_file_as_a_plain_table(
    store: Store, tmp_path: Path
) -> None:
    path = tmp_path / "BACI_HS17_Y2022_V202601.csv"
    shutil.copy(FILES / "BACI_HS17_V202601" / path.name, path)
    path.with_suffix(".toml").write_text(
        'key = "raw_rows"\ntitle = "As it is"\npublisher = "Me"\nedition = "1"\nunit = "mixed"\n'
        'kind = "measured"\nlicence = "CC0-1.0"\nattribution = "none"\nredistribution = "allowed"\n'
    )
    entry = add_file(path, store=store).entry
    assert store.table(entry.reference).columns == ["t", "i", "j", "k", "v", "q"]


def test_what_nobody_reads_names_what_is_read(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "mine.csv"
    path.write_text("a,b\n1,2\n")
    with pytest.raises(BadInput) as caught:
        add_file(path, store=store)
    assert "BACI" in (caught.value.hint or "")


def test_every_source_stands_in_the_documentation(project: Path) -> None:
    page = (project / "docs" / "sources.md").read_text(encoding="utf-8")
    for source in SOURCES:
        assert f"| {source.title} |" in page
