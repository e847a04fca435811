"""The columns of `party_records` as SQL over a joined table (see `joined_records`)."""

from collections.abc import Iterable, Sequence
from functools import cache

from resolution.domain.attributes import Attribute, NameKind
from resolution.standardise.lexicon import sql_set, variants, words
from resolution.standardise.person_names import suffix_of
from resolution.standardise.slots import Slot, of

_ALT_KINDS = {NameKind.ALIAS, NameKind.FORMER, NameKind.MAIDEN}


def coalesced(expressions: Iterable[str]) -> str:
    """Return SQL for the first value that is not NULL."""
    given = [expression for expression in expressions if expression]
    return f"coalesce({', '.join(given)})" if given else "null::varchar"


def listed(expressions: Iterable[str], *, without: str | None = None) -> str:
    """Return SQL for the sorted distinct list of the values, NULL when none; `without` is left out."""
    given = list(expressions)
    if not given:
        return "null::varchar[]"
    differs = f" and one is distinct from {without}" if without else ""
    values = f"list_filter([{', '.join(given)}], one -> one is not null{differs})"
    return f"nullif(list_sort(list_distinct({values})), [])"


def is_other_name(slot: Slot) -> bool:
    """Return whether a name slot is not the party's first and current name."""
    return slot.kind in _ALT_KINDS


def primary(slots: Sequence[Slot], attribute: Attribute) -> Slot | None:
    """Return the first slot of an attribute that is a current name."""
    return next((slot for slot in of(slots, attribute) if not is_other_name(slot)), None)


def _form(slot: Slot | None, field: str) -> str:
    return f"{slot.name}__{field}" if slot is not None else "null::varchar"


def has_suffix(slots: Sequence[Slot]) -> bool:
    """Return whether any column may state a name suffix."""
    return bool(
        of(slots, Attribute.NAME_SUFFIX, Attribute.FULL_NAME, Attribute.GIVEN_NAME, Attribute.FAMILY_NAME)
    )


def is_column(slot: Slot) -> bool:
    """Return whether a slot holds the text of one column, rather than one composed of several."""
    return "concat_ws" not in slot.sql


def person_columns(slots: Sequence[Slot]) -> dict[str, str]:
    """Return SQL for the name columns of persons, before other names."""
    given, middle = primary(slots, Attribute.GIVEN_NAME), primary(slots, Attribute.MIDDLE_NAME)
    family, full = primary(slots, Attribute.FAMILY_NAME), primary(slots, Attribute.FULL_NAME)
    suffixes = of(slots, Attribute.NAME_SUFFIX)
    first, whole_given, whole_family = _form(given, "first"), _form(full, "given"), _form(full, "family")
    display = bool(of(slots, Attribute.EMAIL))
    nameless = f"coalesce({first}, {_form(family, 'words')}, {whole_given}, {whole_family}) is null"
    fallback = {
        part: f"case when {nameless} then display__{part} end" if display else "null"
        for part in ("given", "middle", "family")
    }
    stated_middle = f"nullif(concat_ws(' ', {_form(given, 'rest')}, {_form(middle, 'words')}), '')"
    return {
        "given_name": (
            f"coalesce({first}, case when {whole_given} is distinct from {_form(family, 'words')} "
            f"then {whole_given} end, {fallback['given']})"
        ),
        "middle_name": (
            f"coalesce({stated_middle}, {_middle_of_whole(full, given, family)}, {fallback['middle']})"
        ),
        "family_name": (
            f"coalesce({_form(family, 'words')}, case when {whole_family} is distinct from {first} "
            f"then {whole_family} end, {fallback['family']})"
        ),
        "name_suffix": coalesced(
            [
                *(suffix_of(slot.name) for slot in suffixes[:1]),
                _form(family, "suffix"),
                _form(given, "suffix"),
                _form(full, "suffix"),
            ]
        ),
    }


def _middle_of_whole(full: Slot | None, given: Slot | None, family: Slot | None) -> str:
    """Return SQL for the middle names of a whole name, less the words that the family column claims."""
    if full is None:
        return "null::varchar"
    middle = f"{full.name}__middle"
    if family is not None:
        stated = f"' ' || coalesce({family.name}__words, '') || ' '"
        kept = f"list_filter(string_split({middle}, ' '), word -> not contains({stated}, ' ' || word || ' '))"
        middle = f"case when {middle} is not null then nullif(array_to_string({kept}, ' '), '') end"
    same = f"coalesce({_form(given, 'first')}, {full.name}__given) = {full.name}__given"
    return f"case when {same} then {middle} end"


def other_given_names(slots: Sequence[Slot]) -> list[str]:
    """Return SQL expressions of the further given names of persons."""
    full, given = primary(slots, Attribute.FULL_NAME), primary(slots, Attribute.GIVEN_NAME)
    names = [f"{slot.name}__first" for slot in of(slots, Attribute.GIVEN_NAME) if slot is not given]
    names += [f"{slot.name}__given" for slot in of(slots, Attribute.FULL_NAME) if slot is not full]
    return names + [f"{slot.name}__nickname" for slot in of(slots, Attribute.FULL_NAME)]


def other_family_names(slots: Sequence[Slot]) -> list[str]:
    """Return SQL expressions of the further family names of persons (maiden, former, alias)."""
    full, family = primary(slots, Attribute.FULL_NAME), primary(slots, Attribute.FAMILY_NAME)
    names = [f"{slot.name}__words" for slot in of(slots, Attribute.FAMILY_NAME) if slot is not family]
    names += [f"{slot.name}__family" for slot in of(slots, Attribute.FULL_NAME) if slot is not full]
    if full is not None and family is not None:  # the two columns may disagree: both readings count
        apart = f"not contains(' ' || coalesce(family_name, '') || ' ', ' ' || {full.name}__family || ' ')"
        names.append(
            f"case when {apart} and {full.name}__family is distinct from given_name "
            f"then {full.name}__family end"
        )
    return names


def organization_names(slots: Sequence[Slot]) -> list[str]:
    """Return SQL expressions of an organisation's names, the current one first."""
    named = of(slots, Attribute.ORGANIZATION_NAME)
    current = [f"{slot.name}__name" for slot in named if not is_other_name(slot)]
    current += [
        f"{slot.name}__org_name" for slot in of(slots, Attribute.FULL_NAME) if not is_other_name(slot)
    ]
    others = [f"{slot.name}__name" for slot in named if is_other_name(slot)]
    others += [f"{slot.name}__org_name" for slot in of(slots, Attribute.FULL_NAME) if is_other_name(slot)]
    for prefix, attribute in (("", Attribute.ORGANIZATION_NAME), ("org_", Attribute.FULL_NAME)):
        others += [
            f"{slot.name}__{prefix}{part}" for slot in of(slots, attribute) for part in ("alias", "former")
        ]
    return current + others


def legal_forms(slots: Sequence[Slot]) -> list[str]:
    """Return SQL expressions of the legal forms an organisation's names end in."""
    named = [f"{slot.name}__legal_form" for slot in of(slots, Attribute.ORGANIZATION_NAME)]
    return named + [f"{slot.name}__org_legal_form" for slot in of(slots, Attribute.FULL_NAME)]


def employers(slots: Sequence[Slot]) -> list[str]:
    """Return SQL expressions of a person's employers: an organisation name on a person's row is one."""
    return [f"{slot.name}__name" for slot in of(slots, Attribute.EMPLOYER, Attribute.ORGANIZATION_NAME)]


ADDRESS_ATTRIBUTES = (
    Attribute.ADDRESS,
    Attribute.STREET,
    Attribute.HOUSE_NUMBER,
    Attribute.UNIT,
    Attribute.ADDRESS_EXTRA,
    Attribute.POSTCODE,
    Attribute.CITY,
    Attribute.STATE,
    Attribute.COUNTRY,
)
_SLOT_FIELDS = {
    "house_number": Attribute.HOUSE_NUMBER,
    "unit": Attribute.UNIT,
    "address_extra": Attribute.ADDRESS_EXTRA,
    "city": Attribute.CITY,
    "state": Attribute.STATE,
    "country": Attribute.COUNTRY,
    "postcode": Attribute.POSTCODE,
}


def address_groups(slots: Sequence[Slot]) -> list[int]:
    """Return the groups of address slots, the main address first."""
    return sorted({slot.group for slot in of(slots, *ADDRESS_ATTRIBUTES)})


def address_columns(slots: Sequence[Slot], group: int) -> dict[str, str]:
    """Return SQL for the parts of the address of one group; stated parts win over parsed ones."""
    grouped = [slot for slot in slots if slot.group == group]
    lines = [*of(grouped, Attribute.STREET), *of(grouped, Attribute.ADDRESS)]
    columns = {}
    for field, attribute in _SLOT_FIELDS.items():
        stated = [_part(slot) for slot in of(grouped, attribute)]
        parsed = [f"{slot.name}__{field}" for slot in lines] if field != "address_extra" else []
        columns[field] = coalesced([*stated, *parsed])
    columns["street"] = coalesced(f"{slot.name}__street" for slot in lines)
    return columns


def _part(slot: Slot) -> str:
    if slot.attribute is Attribute.HOUSE_NUMBER:
        return f"replace({slot.name}__text, ' ', '')"
    if slot.attribute is Attribute.UNIT:
        return f"nullif(regexp_replace({slot.name}__text, '^(?:[a-z]{{2,}}) | ', '', 'g'), '')"
    if slot.attribute is Attribute.ADDRESS_EXTRA:
        return f"{slot.name}__text"
    return f"{slot.name}__{slot.attribute.value}"


@cache
def gender(slot: Slot) -> str:
    """Return SQL for `f` or `m`, NULL for anything else."""
    forms = variants("person_titles", "genders")
    whens = " ".join(
        f"when lower({slot.name}) "
        f"in {sql_set(way for way, form in forms.items() if form == letter)} then '{letter}'"
        for letter in ("f", "m")
    )
    return f"case {whens} end"


def web_domain(slot: Slot) -> str:
    """Return SQL for the host of a web address without `www.`, NULL when it is none."""
    host = (
        f"regexp_extract(lower({slot.name}), "
        f"'^(?:[a-z]+://)?(?:[^/@]*@)?(?:www[0-9]?[.])?([a-z0-9-]+(?:[.][a-z0-9-]+)+)', 1)"
    )
    return f"nullif({host}, '')"


def moment(slot: Slot) -> str:
    """Return SQL for the time at which the source stated the row, NULL when it cannot be read."""
    text = slot.name
    epoch = (
        f"case when regexp_full_match({text}, '1[0-9]{{9}}') then epoch_ms({text}::bigint * 1000) when "
        f"regexp_full_match({text}, '1[0-9]{{12}}') then epoch_ms({text}::bigint) end"
    )
    formats = ", ".join(
        f"'{form}'"
        for form in (
            "%d.%m.%Y %H:%M:%S",
            "%d.%m.%Y %H:%M",
            "%d.%m.%Y",
            "%Y/%m/%d %H:%M:%S",
            "%m/%d/%Y %H:%M:%S",
            "%m/%d/%Y",
            "%d/%m/%Y",
            "%Y%m%d",
            "%m/%d/%y",
        )
    )
    return f"coalesce(try_cast({text} as timestamp), {epoch}, try_strptime({text}, [{formats}]))"


@cache
def role_names() -> str:
    """Return the SQL set of names that mailboxes have."""
    return sql_set(words("emails", "role_names"))
