import json
from pathlib import Path
from urllib.request import Request, urlopen

from demo.home import prepare_home
from demo.serving import dagster_pages, what_to_try

QUERY = (
    "{ assetNodes { assetKey { path } } workspaceOrError { ... on Workspace { locationEntries {"
    " locationOrLoadError { __typename ... on PythonError { message } } } } } }"
)


def test_the_pages_come_up_with_every_asset_and_go_when_told(tmp_path: Path) -> None:
    prepare_home(tmp_path / "home", parties=60)

    with dagster_pages(tmp_path / "home") as (address, server):
        asked = Request(  # noqa: S310
            f"{address}/graphql", json.dumps({"query": QUERY}).encode(), {"content-type": "application/json"}
        )
        with urlopen(asked, timeout=60) as answer:  # noqa: S310
            data = json.load(answer)["data"]

    (entry,) = data["workspaceOrError"]["locationEntries"]
    assert entry["locationOrLoadError"] == {"__typename": "RepositoryLocation"}
    assert ["raw_crm", "contacts"] in [node["assetKey"]["path"] for node in data["assetNodes"]]
    assert server.poll() is not None


def test_a_newcomer_is_told_where_to_look() -> None:
    lines = what_to_try("http://127.0.0.1:3000", Path("home"))

    assert any("http://127.0.0.1:3000/assets" in line for line in lines)
