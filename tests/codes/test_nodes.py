"""Nodes of industries: which industry each is a part of, and which family a code names."""

import pytest

from isthmus.codes import nodes
from isthmus.codes.nodes import families_of, is_rest, parts_of, whole_of, wholes


def test_every_node_and_rest_knows_its_industry():
    for family, named in nodes.FAMILIES.items():
        assert {whole_of(node) for node in named} == set(wholes(family)) <= set(nodes.REST_NAMES)
    assert whole_of("C26_LEAD") == whole_of("C26_REST") == "C26"
    assert whole_of("D_E") == "D_E"
    assert is_rest("C27_REST")
    assert not is_rest("C26_LEAD")
    assert not is_rest("X_REST")


def test_parts_end_with_the_rest():
    assert parts_of("C24B", nodes.MATERIALS) == ("C24B_GAGE", "C24B_MAGNESIUM", "C24B_REST")
    assert parts_of("C26", nodes.MATERIALS) == ()
    assert parts_of("C26", nodes.CHIPS)[-1] == "C26_REST"


@pytest.mark.parametrize(
    ("codes", "families"),
    [
        (["C26", "C27"], set()),
        (["CHIPS"], {"CHIPS"}),
        (["C26_DAO", "C27_MAGNETS"], {"CHIPS", "MATERIALS"}),
        (["C24B_REST"], {"MATERIALS"}),
        (["C17_18"], set()),
    ],
)
def test_codes_name_families(codes, families):
    assert families_of(codes) == families
