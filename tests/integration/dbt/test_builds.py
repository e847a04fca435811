"""Both builds pass on a whole company, warn of what they should, and repeat."""
from pathlib import Path

import duckdb
from dbt.cli.main import dbtRunnerResult


def test_x(built):
    path, results = built
    for r in results:
        print(r.success, r.exception)
        for x in r.result or []:
            if x.status not in ("pass","success"): print(x.node.name, x.status, x.message, getattr(x.node,'compiled_code','')[:0])
    assert all(r.success for r in results)
