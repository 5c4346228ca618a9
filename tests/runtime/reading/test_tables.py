"""Tables from files: a name is a name, and what the parser breaks on has one error."""

from __future__ import annotations

import os
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from isthmus.errors import BadInput, NotFound
from isthmus.runtime.reading import Unreadable
from isthmus.runtime.reading.tables import parquet_frame, read_parquet, read_text_table

ONE, TWO = pl.DataFrame({"a": ["1"]}), pl.DataFrame({"a": ["2"]})


@pytest.mark.parametrize("name", ["t[1]", "t*", "t?", "{t}", "~t", "s3:t", "a b", "%41", "year=1"])
def test_a_file_name_is_never_a_pattern(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for stem, frame in (("t1", ONE), ("tt", ONE), (name, TWO)):
        frame.write_csv(tmp_path / f"{stem}.csv")
        with (tmp_path / f"{stem}.parquet").open("wb") as handle:
            frame.write_parquet(handle)
    assert_frame_equal(read_parquet(f"{name}.parquet"), TWO)
    assert_frame_equal(parquet_frame(Path(f"{name}.parquet"), columns=["a"]), TWO)
    assert_frame_equal(read_text_table(f"{name}.csv"), TWO)
    for form, read in (("parquet", read_parquet), ("csv", read_text_table)):
        (tmp_path / f"{name}.{form}").unlink()
        with pytest.raises(NotFound):
            read(f"{name}.{form}")


def test_folders_and_pipes_are_refused(tmp_path: Path) -> None:
    (tmp_path / "x.parquet").mkdir()
    with pytest.raises(BadInput, match="folder"):
        read_parquet(tmp_path / "x.parquet")
    os.mkfifo(tmp_path / "y.csv")
    with pytest.raises(BadInput, match="pipe"):
        read_text_table(tmp_path / "y.csv")


@pytest.mark.once_broken("a stack for a damaged Parquet file")
def test_panics_of_the_parser_have_a_name_and_no_voice(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "x.parquet"
    pl.DataFrame({"a": [1, 2, 3], "b": ["x", "y", None]}).write_parquet(path)
    good = path.read_bytes()
    refused = 0
    for at in range(len(good) - 8, len(good) - 400, -3):
        for value in (0x00, 0xFF):
            path.write_bytes(good[:at] + bytes([value]) + good[at + 1 :])
            try:
                read_parquet(path)
            except BadInput:
                refused += 1
    assert refused > 50
    assert capfd.readouterr() == ("", "")
    print("heard")
    assert capfd.readouterr().out == "heard\n"
    with pytest.raises(Unreadable):
        parquet_frame(b"PAR1 nothing PAR1")


@pytest.mark.once_broken("a table of 100,000 columns was read for minutes")
def test_a_table_without_end_in_its_first_line_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text(",".join(f"c{n}" for n in range(100_000)) + "\n")
    with pytest.raises(BadInput, match="more than 10,000 columns"):
        read_text_table(path)
