"""An explanation printed for people at a terminal. Source text is never read as markup."""

from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from resolution.explain import MISSING, PairExplanation, Part, Score, Side
from resolution.explain_record import RecordExplanation
from resolution.explain_words import flip_sentences, probability_text, verdict, words

_BAR_CELLS = 26
_NARROW = 120  # cells of a terminal, below which bars are half as long


def print_pair(console: Console, explanation: PairExplanation) -> None:
    """Print why two records are or are not one party."""
    console.print(Text(verdict(explanation), style="bold"))
    for side in (explanation.left, explanation.right):
        console.print(_head(side))
    if explanation.score is not None:
        _print_score(console, explanation, explanation.score)
    if len(explanation.path) > 1 or (explanation.path and explanation.score is None):
        _print_path(console, explanation)
    sentences = flip_sentences(explanation)
    if sentences:
        console.print(Text("\nWhat would flip it", style="bold"))
        for sentence in sentences:
            console.print(Text(f"  {sentence}"))


def _head(side: Side) -> Text:
    golden = f"  {side.golden_id}" if side.golden_id else "  no golden record"
    return Text.assemble(("  " + side.record_id, "cyan"), "  ", side.name, (golden, "dim"))


def _print_score(console: Console, explanation: PairExplanation, score: Score) -> None:
    met = f"met by {words(score.rule)}" if score.is_in_run else "not in the run: scored for this explanation"
    console.print(Text(f"\n{score.method} link, {met}; band: {words(score.band)}", style="dim"))
    probability = f"probability {probability_text(score.probability)}"
    table = Table(pad_edge=False, show_footer=True, box=None, padding=(0, 2, 0, 0))
    table.add_column("comparison", footer=Text("match weight", style="bold"))
    table.add_column("left")
    table.add_column("right")
    table.add_column("outcome", footer=Text(probability, style="bold"))
    weight = Text(f"{score.match_weight:+.2f}", style="bold")
    table.add_column("bits", justify="right", no_wrap=True, footer=weight)
    half = _BAR_CELLS // (2 if console.width >= _NARROW else 4)
    table.add_column("", no_wrap=True, min_width=2 * half + 1)
    longest = max([abs(score.prior), *(abs(part.weight) for part in score.parts)]) or 1.0
    if not score.is_decision_alone:
        bar = _bar(score.prior, longest, half=half)
        table.add_row("before looking", "", "", Text("prior", style="dim"), f"{score.prior:+.2f}", bar)
    for part in score.parts:
        table.add_row(
            Text(part.label), Text(part.value_l), Text(part.value_r), _outcome(part),
            "" if part.level == MISSING else f"{part.weight:+.2f}", _bar(part.weight, longest, half=half),
        )  # fmt: skip
    console.print(table)
    bands = f"match from {explanation.match_threshold:.3g}, review from {explanation.review_threshold:.3g}"
    if score.pair_weight != score.match_weight:
        alone = f"{score.pair_weight:+.2f} bits, {probability_text(score.pair_probability)}"
        bands += f"; they go by the two records alone: {alone}"
    console.print(Text(bands, style="dim"))


def _outcome(part: Part) -> Text:
    if part.level == MISSING:
        return Text("cannot be compared", style="dim")
    said = Text(part.level_label)
    if abs(part.rarity) >= 0.005:
        why = "rare" if part.rarity > 0 else "frequent"
        said.append(f"  {part.base:+.2f} and {part.rarity:+.2f} as {why} value", style="dim")
    return said


def _bar(weight: float, longest: float, *, half: int) -> Text:
    filled = min(half, round(abs(weight) / longest * half))
    if weight < 0:
        return Text(" " * (half - filled)).append("█" * filled, style="red").append("│" + " " * half)
    return Text(" " * half + "│").append("█" * filled, style="cyan").append(" " * (half - filled))


def _print_path(console: Console, explanation: PairExplanation) -> None:
    console.print(Text("\nThe path that joins them", style="bold"))
    console.print(Text(f"  {explanation.path[0].start}" if explanation.path else "", style="cyan"))
    for step in explanation.path:
        by = f"{step.method}: {words(step.rule)}" if step.rule else step.method
        how = f"  └ {step.weight:+.1f} bits, probability {probability_text(step.probability)} ({by})"
        console.print(Text(how, style="dim"))
        console.print(Text(f"  {step.end}", style="cyan"))


def print_record(console: Console, explanation: RecordExplanation) -> None:
    """Print a record's golden record, its members with their ties, and the nearest records outside."""
    record = explanation.record
    console.print(_head(record))
    if record.golden_id is None:
        console.print("  The record belongs to no golden record: its source removed it.")
        return
    console.print(_values_table(explanation))
    console.print(_ties_table(explanation))
    if len(explanation.ties) < explanation.members:
        console.print(f"  and {explanation.members - len(explanation.ties):,} more members")
    if explanation.outsiders:
        console.print(_outsiders_table(explanation))


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left", box=None, pad_edge=False, padding=(0, 2, 0, 0))
    table.title_style = "bold"
    for column in columns:
        table.add_column(column, justify="right" if column in {"bits", "probability"} else "left")
    return table


def _values_table(explanation: RecordExplanation) -> Table:
    table = _table("\nIts golden record", "attribute", "value", "from", "by")
    for value in explanation.values:
        table.add_row(
            words(value.attribute), Text(value.value), Text(value.record_id, style="dim"), words(value.rule)
        )
    return table


def _ties_table(explanation: RecordExplanation) -> Table:
    count = explanation.members
    title = f"\nIts {count} records, each with its strongest link" if count > 1 else "\nIt stands alone"
    table = _table(title, "record", "name", "held to", "bits", "probability", "by")
    for tie in explanation.ties:
        own = "bold" if tie.record_id == explanation.record.record_id else ""
        link: tuple[RenderableType, ...] = ("", "", "")
        if tie.other:
            link = (Text(tie.other), f"{tie.weight:+.1f}", probability_text(tie.probability))
        by = f"{tie.method}: {words(tie.rule)}" if tie.rule else tie.method
        table.add_row(Text(tie.record_id, style=own), Text(tie.name), *link, Text(by, style="dim"))
    return table


def _outsiders_table(explanation: RecordExplanation) -> Table:
    table = _table("\nNearest outside", "record", "name", "nearest to", "bits", "probability", "kept out by")
    for outsider in explanation.outsiders:
        reason = _BANDS.get(outsider.band, outsider.band)
        if outsider.veto:
            reason = f"veto: {words(outsider.veto)}"
        table.add_row(
            Text(outsider.record_id), Text(outsider.name), Text(outsider.nearest_member, style="dim"),
            f"{outsider.weight:+.1f}", probability_text(outsider.probability), reason,
        )  # fmt: skip
    return table


_BANDS = {"review": "waits for review", "no_match": "its score", "match": "clustering"}
