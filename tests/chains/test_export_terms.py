"""Six decompositions of gross exports against the papers' formulas, and their identities."""

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.chains import exports_literal as literal

from isthmus import chains
from isthmus.chains.methods import decompositions
from isthmus.errors import BadInput, CodeUnknown
from isthmus.world.mrio import MRIO
from isthmus.world.mrio_sample import sample_table

EXACT = 1e-9
CODES = ("BEL", "NLD", "USA", "CHN", "TWN")
PAPERS = {
    "bm_src": literal.source_based,
    "bm_snk": literal.sink_based,
    "my": literal.miroudot_ye,
    "oecd": literal.oecd,
    "wwz": literal.wang_wei_zhu,
}
sizes = st.tuples(st.integers(2, 4), st.integers(1, 3), st.integers(0, 5000), st.booleans())


def named(size):
    """Return a random table of economies that have codes."""
    n, S, seed, factored = size
    t = sample_table(n, S, seed=seed, factored=factored)
    if factored:
        f = t.form
        made = MRIO.from_factors(
            f.flow, f.use_dom, f.use_imp, t.Y, economies=CODES[:n], industries=t.industries
        )
    else:
        made = MRIO.from_dense(t.Z, t.Y, economies=CODES[:n], industries=t.industries)
    return made, literal.Literal(t.Z, t.final, n)


def frame(table, *of, **asked):
    return chains.export_terms(table, of or None, **asked)["export_terms"].frame


def check(found, exporter, importers, paper, scale):
    """Hold every term of an exporter to the literal one."""
    own = found.filter(pl.col("exporter") == exporter)
    for importer, terms in ((name, paper(r)) for name, r in importers.items()):
        rows = own.filter(pl.col("importer") == importer)
        held = {k: v["value"].to_numpy() for (k,), v in rows.group_by("term", maintain_order=True)}
        missing = set(held) - set(terms)
        assert not missing
        for name, values in held.items():
            np.testing.assert_allclose(
                values, terms[name], rtol=0, atol=EXACT * scale, err_msg=f"{name} {importer}"
            )


@pytest.mark.parametrize("method", PAPERS)
@settings(max_examples=8, deadline=None)
@given(sizes)
def test_every_term_is_that_of_the_paper(method, size):
    t, m = named(size)
    found = frame(t, method=method, by="both")
    assert set(found["term"]) == {"EXGR", *decompositions()[method].terms}
    for s, exporter in enumerate(t.economies):
        importers = {name: r for r, name in enumerate(t.economies) if r != s}
        paper = lambda r, s=s: PAPERS[method](m, s, r)  # noqa: E731
        check(found, exporter, importers, paper, m.total(s).sum())


@pytest.mark.parametrize("method", PAPERS)
def test_a_coalition_is_one_economy_of_the_formulas(method):
    t, _ = named((5, 2, 11, True))
    m = literal.Literal(t.Z, t.final, 5, groups=[[0, 1], [2], [3], [4]])
    found = frame(t, "BEL,NLD", method=method, by="both")
    importers = {"USA": 1, "CHN": 2, "TWN": 3}
    exporter = found["exporter"][0]
    check(found, exporter, importers, lambda r: PAPERS[method](m, 0, r), m.total(0).sum())


@pytest.mark.parametrize("method", ["bm_src", "my"])
@pytest.mark.parametrize(
    "asked", [{"partner": "CHN"}, {"industries": "I01"}, {"partner": "CHN", "industries": "I01"}]
)
def test_perspectives_count_what_crosses_their_own_border_again(method, asked):
    t, m = named((4, 3, 5, True))
    partners = {3} if "partner" in asked else None
    rows = {1} if "industries" in asked else None
    found = frame(t, "NLD", method=method, by="both", **asked)
    importers = {"BEL": 0, "USA": 2, "CHN": 3}
    paper = lambda r: PAPERS[method](m, 1, r, partners, rows)  # noqa: E731
    check(found, "NLD", importers, paper, m.total(1).sum())
    whole = frame(t, "NLD", method=method)
    once, always = (_value(f, "DDC", method) / _value(f, "EXGR", method) for f in (found, whole))
    assert once != pytest.approx(always, rel=1e-6)


def _value(found, term, method):
    return found.filter(pl.col("term") == term)["value"].sum()


def test_the_world_s_perspective_splits_foreign_double_counting():
    t, m = named((4, 2, 3, False))
    found = frame(t, method="my", by="both", perimeter="world")
    assert {"FDC1", "FDC2"} < set(found["term"])
    for s, exporter in enumerate(t.economies):
        importers = {name: r for r, name in enumerate(t.economies) if r != s}
        paper = lambda r, s=s: literal.miroudot_ye_world(m, s, r)  # noqa: E731
        check(found, exporter, importers, paper, m.total(s).sum())
    two = frame(t, method="my", detail="standard", perimeter="world")
    again = two.filter(pl.col("term") == "FDC")["value"].to_numpy()
    parts = frame(t, method="my", perimeter="world").filter(pl.col("term").str.starts_with("FDC"))
    np.testing.assert_allclose(again.sum(), parts["value"].sum(), rtol=EXACT)


def test_industries_of_origin_are_those_in_which_value_was_added():
    t, m = named((4, 3, 8, True))
    found = frame(t, "USA", by="both", industry_of="origin")
    for importer, r in {"BEL": 0, "NLD": 1, "CHN": 3}.items():
        rows = found.filter(pl.col("importer") == importer)
        for name, values in literal.source_based_by_origin(m, 2, r).items():
            held = rows.filter(pl.col("term") == name)["value"].to_numpy()
            np.testing.assert_allclose(held, values, rtol=0, atol=EXACT * m.total(2).sum())
    by_exporter = frame(t, "USA", by="importer")
    by_origin = frame(t, "USA", by="importer", industry_of="origin")
    np.testing.assert_allclose(by_exporter["value"], by_origin["value"], rtol=EXACT, atol=1e-14)


@settings(max_examples=10, deadline=None)
@given(sizes)
def test_koopman_wang_wei_is_the_paper_s_and_adds_up_wang_wei_zhu(size):
    t, m = named(size)
    found = frame(t, method="kww")
    for s, exporter in enumerate(t.economies):
        rows = found.filter(pl.col("exporter") == exporter)
        held = dict(zip(rows["term"], rows["value"], strict=True))
        wanted = literal.koopman_wang_wei(m, s)
        assert held.keys() == wanted.keys()
        for name, value in wanted.items():
            assert held[name] == pytest.approx(value, rel=EXACT, abs=EXACT * m.total(s).sum())


@pytest.mark.parametrize("method", decompositions())
@settings(max_examples=6, deadline=None)
@given(sizes, st.floats(1e-3, 1e3))
def test_parts_add_up_and_shares_know_no_currency(method, size, unit):
    t, _ = named(size)
    by = "industry" if method == "kww" else "both"
    found = frame(t, method=method, by=by)
    keys = ["exporter", "industry", "importer"]
    parts = found.filter(pl.col("term") != "EXGR").group_by(keys, maintain_order=True)
    sums = parts.agg(pl.col("value").sum())["value"]
    exports = found.filter(pl.col("term") == "EXGR")["value"]
    np.testing.assert_allclose(sums, exports, rtol=EXACT, atol=1e-12 * t.x.sum())
    usual = frame(t, method=method, detail="standard").pivot(
        "term", index="exporter", values="value"
    )
    np.testing.assert_allclose(usual["DC"] + usual["FC"], usual["EXGR"], rtol=EXACT)
    if method != "oecd":
        np.testing.assert_allclose(usual["DVA"] + usual["DDC"], usual["DC"], rtol=EXACT)
        np.testing.assert_allclose(usual["FVA"] + usual["FDC"], usual["FC"], rtol=EXACT)
    scaled = MRIO.from_dense(t.Z * unit, t.Y * unit, economies=t.economies, industries=t.industries)
    one, other = (frame(table, method=method)["share"] for table in (t, scaled))
    np.testing.assert_allclose(one, other, rtol=1e-8, atol=1e-12)


def test_methods_agree_where_the_papers_say_so():
    t, _m = named((4, 2, 21, True))
    usual = {
        k: frame(t, method=k, detail="standard").pivot("term", index="exporter", values="value")
        for k in decompositions()
    }
    old = chains.decompose(t)["decomposition"].frame
    for column in ("dva", "fva", "ddc", "fdc"):
        np.testing.assert_allclose(usual["bm_src"][column.upper()], old[column], rtol=EXACT)
        np.testing.assert_allclose(usual["my"][column.upper()], old[column], rtol=EXACT)
    for one in ("bm_snk", "wwz", "kww", "oecd"):
        # what a country sends out and how much of it is absorbed abroad is no question of method
        for column in ("DC", "FC", "VAX", "REF"):
            np.testing.assert_allclose(usual[one][column], usual["bm_src"][column], rtol=1e-8)
    np.testing.assert_allclose(usual["wwz"]["FVA"], usual["kww"]["FVA"], rtol=EXACT)
    assert not np.allclose(usual["wwz"]["FVA"], usual["bm_src"]["FVA"], rtol=1e-6)
    vax = chains.foreign_demand(t)["foreign_demand"].frame
    abroad = vax.filter(pl.col("economy") != pl.col("partner")).group_by(
        "economy", maintain_order=True
    )
    absorbed = abroad.agg(pl.col("value").sum())["value"]
    np.testing.assert_allclose(usual["bm_src"]["VAX"], absorbed, rtol=EXACT)


def test_aggregates_of_the_oecd_and_of_the_sink():
    t, m = named((4, 2, 2, True))
    usual = frame(t, "USA", method="oecd", detail="standard", by="importer")
    sink = frame(t, "USA", method="bm_snk", detail="standard", by="importer")
    for importer, r in {"BEL": 0, "NLD": 1, "CHN": 3}.items():
        paper = literal.oecd(m, 2, r)
        rows = usual.filter(pl.col("importer") == importer)
        held = dict(zip(rows["term"], rows["value"], strict=True))
        for name in ("VAX", "GVCB", "GVCF"):
            assert held[name] == pytest.approx(paper[name].sum(), rel=EXACT)
        assert held["REF"] == pytest.approx(held["DVA"] - held["VAX"], rel=EXACT)
        row = sink.filter((pl.col("importer") == importer) & (pl.col("term") == "VAXIM"))
        wanted = literal.sink_based(m, 2, r)["VAXIM"].sum()
        assert row["value"][0] == pytest.approx(wanted, rel=EXACT)


def test_a_table_with_an_empty_industry_has_no_share_of_nothing():
    t = sample_table(3, 2, seed=6, factored=False)
    Z, Y = t.Z.copy(), t.Y.copy()
    Z[1], Z[:, 1], Y[1] = 0.0, 0.0, 0.0
    empty = MRIO.from_dense(Z, Y, economies=CODES[:3], industries=t.industries, repair=True)
    rows = frame(empty, "BEL", method="wwz", by="industry").filter(pl.col("industry") == "I01")
    assert rows["value"].to_list() == [0.0] * 17
    assert rows["share"].null_count() == 17


def test_definitions_name_every_term_and_its_paper():
    t, _ = named((3, 2, 0, True))
    for method, about in decompositions().items():
        result = chains.export_terms(t, "BEL", method=method)
        assert result["definitions"].frame["term"].to_list() == list(about.terms)
        assert result.citations == (about.source,)
        assert " + ".join(about.terms) in result["export_terms"].text
        usual = chains.export_terms(t, "BEL", method=method, detail="standard")
        shown = set(usual["export_terms"].frame["term"]) - {"EXGR"}
        assert shown <= set(usual["definitions"].frame["term"])


def test_the_other_names_of_wang_wei_zhu_are_those_of_the_paper():
    t, m = named((4, 2, 13, True))
    found = frame(t, "USA", method="wwz", detail="terms2", by="both")
    origin = literal.wang_wei_zhu(m, 2, 3)
    rows = found.filter(pl.col("importer") == "CHN")
    for new, old in (("MVA_FIN", "FVA_FIN1"), ("OVA_FIN", "FVA_FIN2"), ("OVA_INT", "FVA_INT2")):
        held = rows.filter(pl.col("term") == new)["value"].to_numpy()
        np.testing.assert_allclose(held, origin[old], rtol=EXACT)
    parts = found.filter(pl.col("term") != "EXGR")["value"].sum()
    assert parts == pytest.approx(found.filter(pl.col("term") == "EXGR")["value"].sum(), rel=EXACT)
    with pytest.raises(BadInput, match="kww has it not; wwz has"):
        chains.export_terms(t, method="kww", detail="terms2")


def test_what_a_method_has_not_is_refused_all_at_once():
    t, _ = named((3, 2, 0, True))
    with pytest.raises(BadInput) as caught:
        chains.export_terms(t, method="kww", by="both", partner="USA", industries="I00")
    said = str(caught.value)
    for words in ("partner", "industries", "kww has no importers"):
        assert words in said
    with pytest.raises(BadInput, match="is none of bm_src, bm_snk"):
        chains.export_terms(t, method="hummels")
    with pytest.raises(BadInput, match="no partner or industries"):
        chains.export_terms(t, method="my", perimeter="world", partner="USA")
    with pytest.raises(CodeUnknown, match="I99"):
        chains.export_terms(t, industries="I99")


def test_a_partner_inside_the_exporter_is_refused():
    t, _ = named((3, 2, 0, True))
    for of, partner in (("USA", "USA"), ("EU27_2020", "BEL")):
        with pytest.raises(BadInput, match="no exports to it"):
            chains.export_terms(t, of, partner=partner)
    every = frame(t, partner="USA").filter(term="EXGR")
    assert every.filter(exporter="USA")["value"].to_list() == [0.0]
    assert every.filter(pl.col("exporter") != "USA")["value"].min() > 0.0
