import duckdb
import pytest

from resolution.report.weights import histogram, weight_of


def links(weights: list[float]) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute(
        "create table links (party_type varchar, match_weight double, band varchar, veto varchar)"
    )
    rows = [("person", w, "match" if w > 3 else "review" if w > -1 else "no_match", None) for w in weights]
    if rows:
        connection.executemany("insert into links values (?, ?, ?, ?)", rows)
    return connection


def test_every_pair_stands_in_one_bin_also_those_far_outside() -> None:
    weights = [n / 10 for n in range(-200, 200)] + [-5000.0, 9000.0]

    drawn = histogram(links(weights), "person", review=0.3, match=0.9)

    assert drawn is not None
    assert sum(found.pairs for found in drawn.bins) == len(weights)
    assert all(0 <= found.position < drawn.columns <= 60 for found in drawn.bins)
    assert max(found.height for found in drawn.bins) == 1


def test_thresholds_stand_where_their_weight_is() -> None:
    drawn = histogram(links([float(n) for n in range(-20, 21)]), "person", review=0.5, match=0.9)

    assert drawn is not None
    zero = next(tick.at for tick in drawn.ticks if tick.label == "0")
    assert drawn.review.at == pytest.approx(zero)
    assert drawn.match.at > drawn.review.at


def test_bins_are_coloured_by_their_band() -> None:
    drawn = histogram(links([-10.0, 0.1, 10.0]), "person", review=0.3, match=0.9)

    assert drawn is not None
    assert [found.band for found in drawn.bins] == ["no_match", "review", "match"]


def test_without_pairs_there_is_no_histogram() -> None:
    assert histogram(links([]), "person", review=0.3, match=0.9) is None


@pytest.mark.parametrize(("probability", "weight"), [(0.5, 0.0), (0.8, 2.0), (0.2, -2.0)])
def test_a_weight_is_log2_odds(probability: float, weight: float) -> None:
    assert weight_of(probability) == pytest.approx(weight)


def test_certainty_has_a_finite_weight() -> None:
    assert weight_of(1.0) < 41
