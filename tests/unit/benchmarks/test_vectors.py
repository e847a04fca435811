import json

import pytest

from benchmarks import vectors


def test_every_engine_is_measured_against_exact_search(capsys: pytest.CaptureFixture[str]) -> None:
    assert vectors.main(["--points", "400", "--tenants", "2", "--searches", "6"]) == 0

    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]

    assert [line["engine"] for line in lines] == ["exact numpy", "concord local", "qdrant-client local"]
    assert {(line["points"], line["tenants"], line["foreign"]) for line in lines} == {(400, 2, 0)}
    assert {line["recall_at_10"] for line in lines} == {1.0}
