"""Golden ids by law 4: cases by hand, and a state machine that holds the laws through any history."""

from collections.abc import Collection
from datetime import UTC, datetime, timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from resolution.domain.ids import seed_id
from resolution.domain.ledger import Change, Ledger
from resolution.ledger import advance

START = datetime(2026, 1, 1, tzinfo=UTC)


def history(*moments: Collection[str]) -> Ledger:
    """Return the ledger after one full run a day; each run is the words of its clusters, "ab c"."""
    ledger = Ledger()
    for day, clusters in enumerate(moments):
        now = START + timedelta(days=day)
        ledger = advance(ledger, [set(c) for c in clusters], now=now, cause=f"day {day}")
    return ledger


def ids(ledger: Ledger) -> dict[str, str]:
    """Return whose seed each live record's golden record carries."""
    owner = {seed_id(letter): letter for letter in "abcdefghijklmnop"}
    return {record: owner[golden_id] for record, golden_id in sorted(ledger.membership().items())}


def test_a_golden_record_carries_the_seed_of_its_first_seen_member() -> None:
    assert ids(history(["b"], ["ba"])) == {"a": "b", "b": "b"}


def test_equal_times_go_to_the_smaller_record_id() -> None:
    assert ids(history(["cab"])) == {"a": "a", "b": "a", "c": "a"}


def test_a_rerun_without_change_adds_nothing() -> None:
    assert history(["ab", "c"], ["c", "ba"]) == history(["ab", "c"])


def test_on_a_merge_the_older_id_survives_and_the_other_redirects_for_as_long_as_they_are_one() -> None:
    merged = history(["a", "b"], ["ab"])
    parted = history(["a", "b"], ["ab"], ["a", "b"])

    assert ids(merged) == {"a": "a", "b": "a"}
    assert merged.current_id(seed_id("b")) == seed_id("a")
    assert ids(parted) == {"a": "a", "b": "b"}
    assert parted.current_id(seed_id("b")) == seed_id("b")
    assert [r.valid_to for r in parted.redirects] == [START + timedelta(days=2)]


def test_on_a_split_the_part_with_the_first_seen_member_keeps_the_id() -> None:
    assert ids(history(["a"], ["abc"], ["bc", "a"])) == {"a": "a", "b": "b", "c": "b"}


def test_a_tombstoned_founders_seed_stays_with_the_part_of_the_first_seen_live_member() -> None:
    gone = history(["abc"], ["bc"])
    parted = history(["abc"], ["bc"], ["b", "c"])

    assert ids(gone) == {"b": "a", "c": "a"}
    assert ids(parted) == {"b": "a", "c": "c"}


def test_a_tombstoned_founders_seed_outlives_its_heir() -> None:
    assert ids(history(["abc"], ["bc"], ["c"])) == {"c": "a"}


def test_a_ghost_goes_home_when_a_merge_is_undone() -> None:
    undone = history(["ab", "c"], ["b", "c"], ["bc"], ["b", "c"])

    assert ids(undone) == {"b": "a", "c": "c"}


def test_a_returned_founder_takes_its_seed_along() -> None:
    together = history(["ab"], ["b"], ["ab"])
    apart = history(["ab"], ["b"], ["a", "b"])

    assert ids(together) == {"a": "a", "b": "a"}
    assert ids(apart) == {"a": "a", "b": "b"}
    assert [row.change for row in apart.rows if row.record_id == "a"] == ["new", "tombstoned", "returned"]


def test_a_seed_that_was_never_in_use_is_not_given_for_a_tombstoned_record() -> None:
    assert ids(history(["abc"], ["bc"], ["c"], ["a", "c"])) == {"a": "a", "c": "c"}


def test_the_id_of_a_party_that_is_gone_stands_for_nobody_until_it_is_back() -> None:
    gone = history(["ab", "c"], ["c"])
    back = history(["ab", "c"], ["c"], ["b", "c"])

    assert gone.current_id(seed_id("a")) is None
    assert ids(back) == {"b": "b", "c": "c"}


def test_every_change_is_a_row_with_its_cause_and_kind() -> None:
    ledger = history(["ab", "c"], ["abc"], ["a", "b"])

    assert [(r.record_id, r.change, r.cause, r.valid_to is None) for r in ledger.rows] == [
        ("a", Change.NEW, "day 0", True),
        ("b", Change.NEW, "day 0", False),
        ("c", Change.NEW, "day 0", False),
        ("c", Change.MERGED, "day 1", False),
        ("b", Change.SPLIT, "day 2", True),
        ("c", Change.TOMBSTONED, "day 2", True),
    ]


def test_a_clock_that_goes_back_does_not_turn_the_ledger_back() -> None:
    ledger = advance(history(["a", "b"], ["ab"]), [{"a"}, {"b"}], now=START, cause="late clock")

    assert all(row.valid_to is None or row.valid_to >= row.valid_from for row in ledger.rows)
    assert ledger.rows[-1].valid_from == START + timedelta(days=1)


class Histories(RuleBasedStateMachine):
    """Any order of add, remove, return, merge, split and undo."""

    @initialize()
    def begin(self) -> None:
        self.ledger = Ledger()
        self.clusters: list[frozenset[str]] = []
        self.removed: list[str] = []
        self.seen: dict[str, datetime] = {}
        self.holders: dict[str, set[str]] = {}
        self.now = START

    def settle(self, clusters: list[frozenset[str]]) -> None:
        """Bring the ledger to the clusters; telling it only what changed must come to the same."""
        self.now += timedelta(hours=1)
        live = {record for cluster in clusters for record in cluster}
        gone = {record for cluster in self.clusters for record in cluster} - live
        touched = {c for c in clusters if c not in self.clusters}
        by_all = advance(self.ledger, clusters, now=self.now, cause="all")
        by_change = advance(self.ledger, touched, now=self.now, cause="all", removed=gone)
        assert set(by_change.rows) == set(by_all.rows)
        assert set(by_change.redirects) == set(by_all.redirects)
        assert advance(by_all, clusters, now=self.now + timedelta(hours=1), cause="again") == by_all
        for record in live:
            self.seen.setdefault(record, self.now)
        self.ledger, self.clusters = by_all, clusters
        for record, golden_id in by_all.membership().items():
            self.holders.setdefault(golden_id, set()).add(record)

    def pick(self, data: st.DataObject) -> frozenset[str]:
        return data.draw(st.sampled_from(sorted(self.clusters, key=sorted)))

    @rule(data=st.data(), is_alone=st.booleans())
    def add(self, data: st.DataObject, is_alone: bool) -> None:
        # Ids do not rise with time, so that the earlier and the smaller are not always the same.
        record = f"{len(self.seen) * 7 % 10}-{len(self.seen)}"
        if is_alone or not self.clusters:
            self.settle([*self.clusters, frozenset({record})])
        else:
            cluster = self.pick(data)
            self.settle([*(c for c in self.clusters if c != cluster), cluster | {record}])

    @precondition(lambda self: self.clusters)
    @rule(data=st.data())
    def remove(self, data: st.DataObject) -> None:
        cluster = self.pick(data)
        record = data.draw(st.sampled_from(sorted(cluster)))
        golden_id = self.ledger.membership()[record]

        self.settle([c - {record} for c in self.clusters if c != {record}])

        self.removed.append(record)
        assert {self.ledger.membership()[r] for r in cluster - {record}} <= {golden_id}

    @precondition(lambda self: self.removed)
    @rule(data=st.data(), is_alone=st.booleans())
    def bring_back(self, data: st.DataObject, is_alone: bool) -> None:
        record = data.draw(st.sampled_from(self.removed))
        cluster = frozenset[str]() if is_alone or not self.clusters else self.pick(data)

        self.removed.remove(record)
        self.settle([*(c for c in self.clusters if c != cluster), cluster | {record}])

    @precondition(lambda self: len(self.clusters) > 1)
    @rule(data=st.data(), is_undone=st.booleans())
    def merge(self, data: st.DataObject, is_undone: bool) -> None:
        before, membership = self.clusters, self.ledger.membership()
        one = self.pick(data)
        other = data.draw(st.sampled_from(sorted((c for c in before if c != one), key=sorted)))
        former = {membership[min(one)], membership[min(other)]}

        self.settle([*(c for c in before if c not in (one, other)), one | other])

        (survivor,) = {self.ledger.membership()[record] for record in one | other}
        assert survivor in former
        assert {self.ledger.current_id(golden_id) for golden_id in former} == {survivor}
        founded = {g: min(self.seen[r] for r in self.seen if seed_id(r) == g) for g in former}
        assert founded[survivor] == min(founded.values())
        if is_undone:
            self.settle(before)
            assert self.ledger.membership() == membership

    @precondition(lambda self: any(len(c) > 1 for c in self.clusters))
    @rule(data=st.data(), is_undone=st.booleans())
    def split(self, data: st.DataObject, is_undone: bool) -> None:
        before, membership = self.clusters, self.ledger.membership()
        cluster = data.draw(st.sampled_from(sorted((c for c in before if len(c) > 1), key=sorted)))
        part = frozenset(
            data.draw(st.sets(st.sampled_from(sorted(cluster)), min_size=1, max_size=len(cluster) - 1))
        )

        self.settle([*(c for c in before if c != cluster), part, cluster - part])

        golden_ids = {membership[min(cluster)]}
        parts = {self.ledger.membership()[min(part)], self.ledger.membership()[min(cluster - part)]}
        assert golden_ids < parts
        if is_undone:
            self.settle(before)
            assert self.ledger.membership() == membership

    @invariant()
    def every_live_record_is_in_one_golden_record_and_every_other_in_none(self) -> None:
        opened = [row.record_id for row in self.ledger.rows if row.valid_to is None]
        assert sorted(opened) == sorted(self.seen)
        by_golden: dict[str, set[str]] = {}
        for record, golden_id in self.ledger.membership().items():
            by_golden.setdefault(golden_id, set()).add(record)
        assert {frozenset(members) for members in by_golden.values()} == set(self.clusters)

    @invariant()
    def rows_of_a_record_follow_each_other_without_gap(self) -> None:
        for record in self.seen:
            rows = [row for row in self.ledger.rows if row.record_id == record]
            assert [row.valid_to for row in rows[:-1]] == [row.valid_from for row in rows[1:]]
            assert rows[-1].valid_to is None

    @invariant()
    def an_id_once_given_leads_to_the_party_of_its_founder_and_to_no_other(self) -> None:
        membership = self.ledger.membership()
        current = set(membership.values())
        founder = {seed_id(record): record for record in self.seen}
        for golden_id, holders in self.holders.items():
            now = self.ledger.current_id(golden_id)
            assert now is None or now in current
            if founder[golden_id] in membership:
                assert now == membership[founder[golden_id]]
            if golden_id in current:
                assert {r for r, g in membership.items() if g == golden_id} & holders

    @invariant()
    def without_tombstones_the_id_is_the_first_seen_members_seed(self) -> None:
        if len(self.ledger.membership()) == len(self.seen):
            for cluster in self.clusters:
                first = min(cluster, key=lambda record: (self.seen[record], record))
                assert {self.ledger.membership()[record] for record in cluster} == {seed_id(first)}


TestHistories = Histories.TestCase
TestHistories.settings = settings(derandomize=True, max_examples=120, stateful_step_count=30, deadline=None)
