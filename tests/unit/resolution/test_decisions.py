import csv
from pathlib import Path

import networkx as nx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resolution.decisions import Decision, read_decisions, refuse_contradictions
from resolution.domain.errors import DecisionConflict, InputError, UnreadableFile

MATCH = Decision("crm:party:1", "erp:party:2", is_match=True, line=1)


def written(folder: Path, text: str) -> Path:
    path = folder / "decisions.csv"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("crm:1,erp:2,match\n", id="no-header"),
        pytest.param("erp:2,crm:1,MATCH\n", id="other-way-round"),
        pytest.param("crm:party:1,erp:party:2, yes \n", id="whole-ids"),
        pytest.param("decision,record_a,record_b\nmatch,crm:1,erp:2\n", id="other-order"),
        pytest.param("Record A,Record B,Decision,by\ncrm:1,erp:2,match,Ann\n", id="more-columns"),
        pytest.param("\ufeffrecord_id_l,record_id_r,is_match\ncrm:1,erp:2,1\n", id="mark-and-numbers"),
        pytest.param("crm:1,erp:2,match\n\nerp:3,crm:4,defer\nerp:3,crm:5,\n", id="deferred-and-blank"),
    ],
)
def test_a_verdict_is_read_however_it_is_written(tmp_path: Path, text: str) -> None:
    (found,) = read_decisions(written(tmp_path, text))

    assert (found.left, found.right, found.is_match) == (MATCH.left, MATCH.right, True)


def test_an_id_may_hold_colons(tmp_path: Path) -> None:
    (found,) = read_decisions(written(tmp_path, "crm:a:1,crm:b:2,no_match"))

    assert (found.left, found.right, found.is_match) == ("crm:party:a:1", "crm:party:b:2", False)


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_file_is_read_as_spreadsheets_save_it(tmp_path: Path, delimiter: str, encoding: str) -> None:
    path = tmp_path / "decisions.csv"
    rows = [("record a", "record b", "decision"), ("crm:é,1", "erp:2;x", "no_match")]
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file, delimiter=delimiter).writerows(rows)

    [decision] = read_decisions(path)

    assert (decision.left, decision.right) == ("crm:party:é,1", "erp:party:2;x")


def test_all_faults_are_named_with_their_lines(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        'a,b,decision\ncrm:1,erp:2,match\n\n"crm:1\nx",erp:2,perhaps\ncrm,erp:2,match\ncrm:7,crm:7,match\nx\n',
    )

    with pytest.raises(InputError) as error:
        read_decisions(path)

    message = str(error.value)
    assert "line 5: 'perhaps' is no verdict" in message
    assert "line 6: 'crm' is no record" in message
    assert "line 7: 'crm:7' is compared with itself" in message
    assert "line 8: 'x' has 1 columns" in message


@pytest.mark.parametrize(
    ("content", "said"),
    [
        pytest.param(None, "is not there", id="missing"),
        pytest.param(b"", "is empty", id="empty"),
        pytest.param(b"\n\n , \n", "is empty", id="blank"),
        pytest.param(b"crm:1,erp:\xff\xfe,match", "cannot be read", id="not-text"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path, content: bytes | None, said: str) -> None:
    path = tmp_path / "decisions.csv"
    if content is not None:
        path.write_bytes(content)

    with pytest.raises(UnreadableFile, match=said):
        read_decisions(path)


def test_a_contradiction_is_refused_with_the_chain_that_proves_it(tmp_path: Path) -> None:
    path = written(tmp_path, "s:a,s:b,match\ns:b,s:c,match\ns:d,s:c,match\ns:a,s:d,no_match\n")

    with pytest.raises(DecisionConflict, match=r"line 4.*s:party:a = s:party:b = s:party:c = s:party:d"):
        read_decisions(path)


def test_both_verdicts_on_one_pair_contradict(tmp_path: Path) -> None:
    with pytest.raises(DecisionConflict):
        read_decisions(written(tmp_path, "s:a,s:b,match\ns:b,s:a,no_match\n"))


PAIRS = st.tuples(st.sampled_from("abcdef"), st.sampled_from("abcdef")).filter(lambda pair: pair[0] < pair[1])


@settings(derandomize=True, max_examples=200, deadline=None)
@given(said=st.lists(st.tuples(PAIRS, st.booleans()), max_size=12))
def test_exactly_contradicting_sets_are_refused(said: list[tuple[tuple[str, str], bool]]) -> None:
    decisions = [Decision(*pair, is_match=verdict, line=n) for n, (pair, verdict) in enumerate(said, start=1)]
    tied = nx.Graph([pair for pair, verdict in said if verdict])
    tied.add_nodes_from("abcdef")
    contradicts = any(nx.has_path(tied, *pair) for pair, verdict in said if not verdict)

    try:
        refuse_contradictions(decisions)
    except DecisionConflict:
        assert contradicts
    else:
        assert not contradicts
