"""Charts drawn by a process of its own are those drawn here, whatever becomes of it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import polars as pl
import pytest

from isthmus.charts import ChartSpec, Press, press, render_svg
from isthmus.evidence import Column, Kind, Table
from isthmus.runtime import companion

SPEC = ChartSpec(form="bars", x="share", y="economy")


def table(*shares):
    frame = pl.DataFrame({"economy": [f"E{n}" for n in range(len(shares))], "share": shares})
    columns = (Column("economy", "dimension"), Column("share", "value", "share"))
    return Table("shares", frame, columns, Kind.MEASURED)


@pytest.fixture(scope="module")
def charts():
    return [(f"chart.{n}", SPEC, table(0.1, n / 10), None) for n in range(3)]


@pytest.fixture(scope="module")
def here(charts):
    return [render_svg(spec, rows, key=key, outlines=o) for key, spec, rows, o in charts]


def counted(monkeypatch):
    drawn = []
    monkeypatch.setattr(
        press, "render_svg", lambda *a, **k: drawn.append(k["key"]) or render_svg(*a, **k)
    )
    return drawn


def test_the_same_pictures_in_any_order_and_none_drawn_twice(charts, here, monkeypatch):
    drawn = counted(monkeypatch)
    with Press() as one:
        one.begin(charts)
        found = [one.svg(chart) for chart in reversed(charts)]
        assert found[::-1] == here
    assert drawn == []
    assert one._child._child is None


def test_a_chart_of_the_same_key_but_another_table_is_drawn_anew(charts, here, monkeypatch):
    drawn = counted(monkeypatch)
    other = (charts[0][0], SPEC, table(0.9, 0.8), None)
    with Press() as one:
        one.begin(charts[:1])
        assert one.svg(other) != here[0]
        assert one.svg(charts[1]) == here[1]
    assert drawn == ["chart.0", "chart.1"]


@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_process_that_is_gone_stops_nothing(charts, here, moment, monkeypatch):
    drawn = counted(monkeypatch)
    with Press() as one:
        if moment == "before":
            one._child._child.kill()
            one._child._child.wait()
        one.begin(charts)
        if moment == "after":
            one._child._child.kill()
        assert [one.svg(chart) for chart in charts] == here
    assert drawn


def test_without_an_interpreter_to_start_charts_are_drawn_here(charts, here, monkeypatch):
    monkeypatch.setattr(companion.sys, "executable", "no-such-interpreter")
    with Press() as one:
        one.begin(charts[:1])
        assert one.svg(charts[0]) == here[0]


def test_what_cannot_be_drawn_there_is_met_here(charts, here):
    no_map = ("map", replace(SPEC, form="map"), table(0.1), None)
    with Press() as one:
        one.begin([no_map, charts[0]])
        with pytest.raises(ValueError, match="a map needs outlines"):
            one.svg(no_map)
        assert one.svg(charts[0]) == here[0]


def test_an_error_ends_the_process(charts):
    one = Press().__enter__()
    child = one._child._child
    one.begin(charts)
    one.__exit__(KeyError, KeyError(), None)
    assert child.wait(timeout=10) is not None


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="no /proc")
def test_words_are_measured_with_the_fonts_of_the_renderer_whatever_is_installed(
    charts, here, monkeypatch
):
    monkeypatch.setenv("FONTCONFIG_FILE", "fonts-of-the-user.conf")
    with Press() as one:
        one.begin(charts[:1])
        assert one.svg(charts[0]) == here[0]
        told = Path(f"/proc/{one._child._child.pid}/environ").read_bytes().split(b"\0")
    assert [v for v in told if v.startswith(b"FONTCONFIG_FILE=")] == [
        f"FONTCONFIG_FILE={press.FONTS}".encode()
    ]
    folders = [found.text for found in ElementTree.parse(press.FONTS).iter("dir")]
    assert folders
    assert not any(Path(folder).exists() for folder in folders)
