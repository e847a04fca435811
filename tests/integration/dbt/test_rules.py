"""The generic test `keeps_its_rules`: each rule that it can hold, broken once, is named with its rows."""

import pytest

from pipelines.assets.dbt_runs import PROJECT, NodeResult, build
from pipelines.warehouse import connect

RULES = "tests/generic/keeps_its_rules.sql"
SOUND = "('1', 'Ann', 'person'), ('2', 'Bob', null)"
LOST = "(select * from {{ source('raw', 'sound') }} where name <> 'Bob')"
CASES = {
    "sound": (f"(values {SOUND})", set()),
    "twice": (
        "(values ('1', 'Ann', null), ('2', 'Bo', null), ('2', 'Cy', null))",
        {"record_key is there once: 1"},
    ),
    "keyless": (f"(values {SOUND}, (null, 'Cy', null))", {"record_key is never null: 1"}),
    "lost": (LOST, {"every row of raw.sound is there: 1"}),
    "unnamed": (
        f"(values {SOUND}, ('3', null, null), ('4', null, null))",
        {"name is never null: 2", "Nobody's name is a number: 2"},
    ),
    "strange": (
        f"(values {SOUND}, ('3', 'Cy', 'robot'))",
        {"kind is one of person, organization: 1", "kind is in kinds: 1"},
    ),
    "numbered": (f"(values {SOUND}, ('3', '77', null))", {"Nobody's name is a number: 1"}),
}
SOURCES = """
sources:
  - name: raw
    schema: raw
    tables: [{name: sound}]
models:
  - name: kinds
"""
MODEL = """
  - name: CASE
    data_tests:
      - keeps_its_rules:
          name: CASE_is_whole
          arguments:
            key: [record_key]
            every_row_of: source('raw', 'sound')
            never_null: [name]
            among: {kind: [person, organization]}
            references: [{column: kind, to: "ref('kinds')", field: kind}]
            rules:
              Nobody's name is a number: "not regexp_full_match(name, '[0-9]+')"
"""


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> dict[str, NodeResult]:
    """The result of the test of each case, by its name."""
    home, project = tmp_path_factory.mktemp("home"), tmp_path_factory.mktemp("project")
    for part in ("models", "tests/generic"):
        (project / part).mkdir(parents=True)
    (project / "dbt_project.yml").write_text("name: small\nversion: '1.0'\nprofile: concord\n")
    (project / "profiles.yml").write_text((PROJECT / "profiles.yml").read_text())
    (project / RULES).write_text((PROJECT / RULES).read_text())
    (project / "models" / "models.yml").write_text(
        SOURCES + "".join(MODEL.replace("CASE", name) for name in CASES)
    )
    (project / "models" / "kinds.sql").write_text("select 'person' as kind")
    columns = "t (record_key, name, kind)"
    for name, (rows, _) in CASES.items():
        model = f"select record_key, name, kind::varchar as kind from {rows} as {columns}"
        (project / "models" / f"{name}.sql").write_text(model)
    with connect(home) as connection:
        connection.execute("create schema raw")
        connection.execute(
            "create table raw.sound as select *, record_key as _record_key"
            f" from (values {SOUND}) as {columns}"
        )
    results = build(home, "fqn:*", project=project)
    return {result.unique_id.split(".")[2].removesuffix("_is_whole"): result for result in results}


def test_rows_that_keep_every_rule_pass(judged: dict[str, NodeResult]) -> None:
    assert (judged["sound"].status, judged["sound"].failures) == ("pass", 0)


@pytest.mark.parametrize("case", [name for name, (_, broken) in CASES.items() if broken])
def test_a_broken_rule_is_named_with_the_rows_that_break_it(case: str, judged: dict[str, NodeResult]) -> None:
    broken = CASES[case][1]

    assert judged[case].status == "fail"
    assert set(judged[case].message.split("; ")) == {f"{rule} rows break it" for rule in broken}
    assert judged[case].failures == sum(int(rule.rpartition(" ")[2]) for rule in broken)
