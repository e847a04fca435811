"""Fixtures of the matching tests: small party records, and levels and models from the real engine."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import duckdb
import numpy as np
import pyarrow as pa
import pytest

from resolution.domain.attributes import PartyType
from resolution.matching import engine, features, fitting, frequencies, preparing
from resolution.matching.comparisons import Comparison, compose
from resolution.matching.model import (
    BlockingRule,
    Calibration,
    Interval,
    PartyModel,
    ResolutionModel,
    TermFrequencies,
    TrainedComparison,
    TrainedLevel,
)

Row = Mapping[str, object]
Case = tuple[str, str, Row, Row]  # comparison, level, one record, the other
TEXTS = pa.list_(pa.string())
PLACES = pa.list_(pa.struct([(part, pa.string()) for part in ("house_number", "street", "postcode", "city")]))
SPECIAL: dict[str, pa.DataType] = {
    "observed_at": pa.timestamp("us"),
    "is_deleted": pa.bool_(),
    "is_free_email": pa.bool_(),
    "is_role_email": pa.bool_(),
    "addresses_alt": PLACES,
    **dict.fromkeys(
        (
            "given_names_alt",
            "family_names_alt",
            "name_tokens",
            "org_names_alt",
            "org_tokens",
            "emails_alt",
            "phones_alt",
            "birth_dates_alt",
            "identifiers",
        ),
        TEXTS,
    ),
}
COLUMNS = [
    "record_id",
    "source",
    "source_id",
    "party_type",
    "observed_at",
    "is_deleted",
    "given_name",
    "middle_name",
    "family_name",
    "full_name",
    "name_suffix",
    "given_names_alt",
    "family_names_alt",
    "name_tokens",
    "org_name",
    "org_names_alt",
    "org_tokens",
    "legal_form",
    "employer",
    "email",
    "email_local",
    "email_domain",
    "is_free_email",
    "is_role_email",
    "emails_alt",
    "phone",
    "phones_alt",
    "house_number",
    "street",
    "unit",
    "address_extra",
    "postcode",
    "city",
    "state",
    "country",
    "addresses_alt",
    "birth_date",
    "birth_dates_alt",
    "birth_place",
    "gender",
    "job_title",
    "web_domain",
    "identifiers",
]
FREE, ROLES = {"gmail.com", "gmx.de"}, {"info", "sales"}


def _derived(row: Row) -> dict[str, object]:
    """Fill what standardising derives from the stated values."""
    names = [str(row[c]) for c in ("given_name", "middle_name", "family_name") if row.get(c)]
    made: dict[str, object] = {}
    if names:
        made |= {"full_name": " ".join(names), "name_tokens": sorted(set(" ".join(names).split()))}
    if row.get("org_name"):
        made["org_tokens"] = sorted(set(str(row["org_name"]).split()))
    if row.get("email"):
        local, _, domain = str(row["email"]).partition("@")
        made |= {"email_local": local, "email_domain": domain}
        made |= {"is_free_email": domain in FREE, "is_role_email": local in ROLES}
    return made


def _load(
    connection: duckdb.DuckDBPyConnection,
    rows: Sequence[Row],
    *,
    party_type: str = "person",
    table: str = "party_records",
) -> None:
    filled = []
    for n, row in enumerate(rows):
        fixed = {"record_id": f"s:party:{n:05}", "source": "s", "party_type": party_type, "is_deleted": False}
        whole = {**fixed, **_derived(row), **row}
        filled.append({"source_id": str(whole["record_id"]).rpartition(":")[2], **whole})
    unknown = {name for row in filled for name in row} - set(COLUMNS)
    assert not unknown, unknown
    schema = pa.schema([(name, SPECIAL.get(name, pa.string())) for name in COLUMNS])
    connection.register("loaded", pa.Table.from_pylist(filled, schema=schema))
    connection.execute(f"CREATE OR REPLACE TABLE {table} AS FROM loaded")
    connection.unregister("loaded")


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(":memory:") as opened:
        yield opened


@pytest.fixture(scope="session")
def load_parties() -> Callable[..., None]:
    """Return a function that makes `party_records` of rows; what they do not state is NULL."""
    return _load


def _input(
    connection: duckdb.DuckDBPyConnection,
    rows: Sequence[Row],
    *,
    party_type: PartyType = PartyType.PERSON,
) -> str:
    _load(connection, rows, party_type=party_type.value)
    features.register_nicknames(connection)
    weights, default = features.learn_word_weights(connection, party_type)
    features.register_word_weights(connection, weights)
    return features.build_match_input(connection, party_type, default_weight=default)


@pytest.fixture(scope="session")
def match_input() -> Callable[..., str]:
    """Return a function that makes the match input of rows."""
    return _input


def _levels(
    catalogue: Sequence[Comparison], pairs: Sequence[tuple[Row, Row]], *, party_type: PartyType
) -> list[dict[str, str]]:
    """Return the labels of the levels that the engine gives pairs of rows."""
    rows = [
        {**row, "record_id": f"{n:05}{end}"}
        for n, pair in enumerate(pairs)
        for end, row in zip("lr", pair, strict=True)
    ]
    with duckdb.connect(":memory:") as connection:
        table = _input(connection, rows, party_type=party_type)
        columns = frozenset(name for name, *_ in connection.execute(f"DESCRIBE {table}").fetchall())
        comparisons = compose(catalogue, columns)
        learned = frequencies.learn_frequencies(
            connection, table, columns=frequencies.tf_columns(comparisons), party_type=party_type
        )
        draft = preparing.draft_model(comparisons, (), learned, word_weights={}, default_word_weight=1.0)
        preparing.complete_input(connection, table, model=draft, target="completed")
        ends = pa.table(
            {"match_key": ["0"] * len(pairs)}
            | {f"join_key_{end}": [f"{n:05}{end}" for n in range(len(pairs))] for end in "lr"}
        )
        connection.register("ends", ends)
        connection.execute("CREATE TABLE pairs AS FROM ends")
        engine.score_pairs(connection, "completed", pairs="pairs", model=draft, target="scored")
        levels = ", ".join(f"gamma_{c.name} AS {c.name}" for c in comparisons)
        found = connection.execute(f"SELECT {levels} FROM scored ORDER BY record_id_l").to_arrow_table()
    labels = {c.name: {lv.level: lv.label for lv in c.levels} for c in draft.comparisons}
    return [{name: labels[name][level] for name, level in row.items()} for row in found.to_pylist()]


def _case_id(case: Case) -> str:
    return f"{case[0]}: {case[1]} ({', '.join(str(v) for side in case[2:] for v in side.values())})"


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Call a test that takes a `case` with each of its module's CASES."""
    if "case" in metafunc.fixturenames:
        metafunc.parametrize("case", metafunc.module.CASES, ids=_case_id)


@pytest.fixture(scope="module")
def levels_of_cases(request: pytest.FixtureRequest) -> list[tuple[str, str]]:
    """The levels that the module's CATALOGUE gives its CASES, as they stand and with their records turned."""
    cases: list[Case] = request.module.CASES
    pairs = [(left, right) for *_, left, right in cases] + [(right, left) for *_, left, right in cases]
    found = _levels(request.module.CATALOGUE, pairs, party_type=request.module.PARTY_TYPE)
    names = [case[0] for case in cases]
    stood, turned = found[: len(cases)], found[len(cases) :]
    return [(one[name], other[name]) for name, one, other in zip(names, stood, turned, strict=True)]


@pytest.fixture
def levels(
    request: pytest.FixtureRequest, case: Case, levels_of_cases: list[tuple[str, str]]
) -> tuple[str, str]:
    """The levels of one case."""
    cases: list[Case] = request.module.CASES
    return levels_of_cases[cases.index(case)]


def _small_model(*, weights: Mapping[str, tuple[float, ...]] | None = None) -> ResolutionModel:
    """Return a model by hand with term frequencies, blocking and an interval."""
    chosen = weights or {"family_name": (6.0, -4.0), "email": (9.0, -1.0)}
    comparisons = tuple(
        TrainedComparison(
            name,
            name,
            (name,),
            (
                TrainedLevel(1, "same", f"{name}_l = {name}_r", 0.9, 0.9 / 2**same, same, name, 0.75, 0.01),
                TrainedLevel(0, "different", "", 0.1, 0.1 / 2**different, different),
                TrainedLevel(-1, "missing", f"{name}_l IS NULL OR {name}_r IS NULL", None, None, 0.0),
            ),
        )
        for name, (same, different) in chosen.items()
    )
    party = PartyModel(
        status="fitted",
        status_reason="by hand",
        prior_weight=-7.3,
        comparisons=comparisons,
        blocking_rules=(
            BlockingRule("email", "email", 100),
            BlockingRule("family", "family_name", 100, ("smith",)),
        ),
        term_frequencies={
            name: TermFrequencies({"smith": 0.25, "maier": 0.125}, 1 / 64, 0.05, 0.04) for name in chosen
        },
        word_weights={"services": 1.5},
        default_word_weight=10.0,
        calibration=Calibration("none"),
        match_threshold=0.8,
        review_threshold=0.3,
        expected_precision=Interval(0.97, 0.94, 0.99),
        expected_recall=Interval(0.9, 0.8, 1.0),
    )
    return ResolutionModel(100, {"person": party}, ("crm",), {"email": ("info@x.com",)}, {"size": 2.0})


@pytest.fixture
def model() -> ResolutionModel:
    return _small_model()


GIVEN = [
    "anna",
    "bruno",
    "carla",
    "david",
    "elena",
    "felix",
    "greta",
    "hugo",
    "irene",
    "jonas",
    "karin",
    "lukas",
    "maria",
    "nils",
    "olga",
    "paul",
]
ENDINGS = ["son", "mann", "berg", "stein", "wald", "bach", "feld", "hof", "dorf", "thal"]
STARTS = [
    "alt",
    "bren",
    "crom",
    "dorn",
    "eck",
    "frank",
    "grub",
    "hart",
    "imm",
    "jung",
    "kron",
    "lind",
    "mar",
    "nord",
    "ost",
]


def _people(parties: int, *, seed: int = 1, share_twice: float = 0.5) -> list[dict[str, object]]:
    """Return records of parties, `share_twice` of them known twice, with mistakes; id says which party."""
    rng = np.random.default_rng(seed)
    rows: list[dict[str, object]] = []
    for n in range(parties):
        given, family = str(rng.choice(GIVEN)), str(rng.choice(STARTS)) + str(rng.choice(ENDINGS))
        year, month, day = rng.integers(1940, 2005), rng.integers(1, 13), rng.integers(1, 29)
        party: dict[str, object] = {
            "given_name": given,
            "family_name": family,
            "birth_date": f"{year}-{month:02}-{day:02}",
            "email": f"{given}.{family}{n}@gmail.com",
            "phone": f"30{n * 7919 + 1_000_000}",
            "postcode": f"1{rng.integers(1000, 1040)}",
            "city": "berlin",
        }
        copies = 2 if rng.random() < share_twice else 1
        for copy in range(copies):
            stated = {k: v for k, v in party.items() if rng.random() > 0.1 * copy}
            if copy and "family_name" in stated and rng.random() < 0.2:
                stated["family_name"] = family[:-1] + "x"
            if copy and "phone" in stated and rng.random() < 0.2:
                stated["phone"] = f"40{rng.integers(1_000_000, 9_999_999)}"
            source = ("crm", "erp")[copy]
            rows.append({"record_id": f"{source}:party:{n:05}", "source": source, **stated})
    return rows


@pytest.fixture(scope="session")
def people() -> Callable[..., list[dict[str, object]]]:
    """Return a function that makes records of people, some known twice: `crm:party:n`, `erp:party:n`."""
    return _people


@dataclass(frozen=True, slots=True)
class Fitted:
    """A database with the match input, blocked pairs and model of some people; not to be changed."""

    connection: duckdb.DuckDBPyConnection
    prepared: preparing.Prepared
    model: PartyModel


@pytest.fixture(scope="session")
def fitted() -> Iterator[Fitted]:
    """Return a model of 150 people, fitted; tables `match_person`, `pairs` and `training_levels`."""
    with duckdb.connect(":memory:") as connection:
        _load(connection, _people(150))
        prepared = preparing.prepare(connection, PartyType.PERSON)
        assert prepared is not None
        engine.block_pairs(connection, prepared.table, model=prepared.draft, target="pairs")
        model = fitting.fit_party_model(connection, prepared, pairs="pairs")
        yield Fitted(connection, prepared, model)


@pytest.fixture(scope="session")
def whole_draft() -> Callable[[PartyType], PartyModel]:
    """Return a function: party type to the untrained model of all its comparisons and levels."""

    def make(party_type: PartyType) -> PartyModel:
        catalogue, _ = preparing.CATALOGUE[party_type]
        rare = TermFrequencies({}, 0.01, 0.01, 0.01)
        known = dict.fromkeys(frequencies.tf_columns(catalogue), rare)
        return preparing.draft_model(catalogue, (), known, word_weights={}, default_word_weight=1.0)

    return make
