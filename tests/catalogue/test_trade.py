"""Which trades may do an item, and how alternatives are written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalogue.trade import TRADES, TradeError, parse_trade

trade_sets = st.sets(st.sampled_from(TRADES))


def test_either_trade_satisfies_an_alternative():
    expression = parse_trade("locksmith|carpenter")
    assert expression.satisfied_by({"carpenter"})
    assert expression.satisfied_by({"locksmith", "glazier"})
    assert not expression.satisfied_by({"glazier"})


def test_both_trades_are_one_worker_with_both_or_a_crew():
    expression = parse_trade("carpenter+locksmith")
    assert expression.satisfied_by({"carpenter", "locksmith"})
    assert not expression.satisfied_by({"carpenter"})
    assert expression.satisfied_by_crew([{"carpenter"}, {"locksmith"}])
    assert not expression.satisfied_by_crew([{"carpenter"}, {"carpenter"}])
    assert not expression.satisfied_by_crew([])


def test_each_of_a_crew_brings_a_trade_that_is_needed():
    expression = parse_trade("carpenter")
    assert expression.satisfied_by_crew([{"carpenter"}, {"carpenter"}])
    assert not expression.satisfied_by_crew([{"carpenter"}, {"glazier"}])


def test_anybody_does_for_any():
    expression = parse_trade("any")
    assert expression.is_any
    assert expression.satisfied_by(set())
    assert expression.could_join({"glazier"})


@pytest.mark.parametrize(
    "text", ["", "plumber", "locksmith|", "locksmith+", "any|locksmith", "glazier|glazier"]
)
def test_an_expression_that_cannot_be_read_is_refused(text):
    with pytest.raises(TradeError):
        parse_trade(text)


def test_an_unknown_trade_is_named_with_the_known_ones():
    with pytest.raises(TradeError, match="'plumber' is not a known trade; use one of locksmith, carpenter"):
        parse_trade("plumber")


@given(st.lists(st.sets(st.sampled_from(TRADES), min_size=1).map(frozenset), min_size=1, unique=True))
def test_an_expression_reads_back_as_written(alternatives):
    text = "|".join("+".join(sorted(together)) for together in alternatives)
    assert str(parse_trade(text)) == text


@given(
    st.sampled_from(["locksmith", "locksmith|carpenter", "carpenter+locksmith", "any"]),
    trade_sets,
    trade_sets,
)
def test_a_further_trade_never_takes_a_worker_out(text, trades, more):
    expression = parse_trade(text)
    if expression.satisfied_by(trades):
        assert expression.satisfied_by(trades | more)
        assert expression.satisfied_by_crew([trades]) or expression.is_any


def test_choosing_takes_the_first_preferred_single_trade():
    assert str(parse_trade("locksmith|carpenter").choose(["glazier", "carpenter"])) == "carpenter"
    assert str(parse_trade("carpenter+locksmith").choose(["carpenter"])) == "carpenter+locksmith"
