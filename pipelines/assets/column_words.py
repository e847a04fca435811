"""What the columns of the resolution and quality tables mean, for the catalogue; the models say it in dbt."""

from collections.abc import Mapping

SHARED: Mapping[str, str] = {
    "record_id": "The party record: source, object and its id there.",
    "record_id_l": "One record of the pair, the first in alphabetical order.",
    "record_id_r": "The other record of the pair.",
    "golden_id": "The golden record, by an id that stays.",
    "party_type": "`person` or `organization`.",
    "source": "The system that it comes from.",
    "object": "The table, folder or mailbox of the source.",
    "source_id": "The record's id at its source.",
    "observed_at": "When the source last changed it, by its own clock (UTC).",
    "attribute": "What kind of value it is, such as `email` or `identifier.tax`.",
    "value": "The value as its source writes it.",
    "key": "The value in comparable form: equal keys agree.",
    "position": "Its place among several values of one attribute, from 0.",
    "rule": "The survivorship rule that chose.",
    "confidence": "The share of the records stating the attribute that state this value, 0 to 1.",
    "support": "How many records state this value.",
    "claiming": "How many records state any value of the attribute.",
    "is_current": "Whether it still holds, as far as sources say.",
    "is_deleted": "Whether the record is gone at its source.",
    "valid_from": "Since when it is so (UTC).",
    "valid_to": "Until when it was so (UTC); empty while it is.",
    "cause": "What brought it about: a run, a decision, a deletion.",
    "change": "What happened to the record's party: new, merged, split and so on.",
    "heir": "The golden record that carries the identity on, where another does.",
    "checked_at": "When it was compared (UTC).",
}
OWN: Mapping[str, Mapping[str, str]] = {
    "links": {
        "match_weight": "Evidence for a match in bits: log2 of the odds that the two are one party.",
        "match_probability": "The same as a probability, 0 to 1.",
        "method": "`deterministic`, `probabilistic` or `steward`.",
        "rule": "The rule by which the pair was met.",
        "veto": "What keeps the two apart whatever the weight, where something does.",
        "band": "`match`, `review` or `no_match`.",
    },
    "party_records": {
        "given_name": "First given name, folded.",
        "middle_name": "Middle names, folded.",
        "family_name": "Family name, folded.",
        "full_name": "Given, middle and family name, folded.",
        "name_suffix": "Such as `jr` or `iii`.",
        "given_names_alt": "Further given names.",
        "family_names_alt": "Further family names: maiden, former, alias.",
        "name_tokens": "The words of all names, for comparison in any order.",
        "org_name": "Name of the organisation, folded, without legal form.",
        "org_names_alt": "Further names: former, trading, short.",
        "org_tokens": "The words of its names.",
        "legal_form": "Such as `ltd` or `gmbh`, in one spelling.",
        "employer": "The organisation a person works for, folded.",
        "email": "First e-mail address, in lower case.",
        "email_local": "What stands before the @, without tags.",
        "email_domain": "What stands after the @.",
        "is_free_email": "Whether the domain serves anybody.",
        "is_role_email": "Whether the address is of a role, such as info@.",
        "emails_alt": "Further e-mail addresses.",
        "phone": "First phone number, digits with country code.",
        "phones_alt": "Further phone numbers.",
        "house_number": "House number, as a text.",
        "street": "Street, folded, kinds of street in one spelling.",
        "unit": "Flat, floor or suite.",
        "address_extra": "What is left of the address.",
        "postcode": "Postcode without spaces.",
        "city": "City, folded.",
        "state": "State or region, by its short code where one is known.",
        "country": "Country, by its ISO 3166 code of two letters.",
        "addresses_alt": "Further addresses.",
        "birth_date": "Date of birth.",
        "birth_dates_alt": "Further dates that it can be read as.",
        "birth_place": "Place of birth, folded.",
        "gender": "`f` or `m`.",
        "job_title": "Job title, folded.",
        "web_domain": "Domain of the web site.",
        "identifiers": "Identifiers, each as `kind:country:number`.",
    },
    "membership": {},
    "golden_values": {},
    "conflicts": {"rule": "The survivorship rule that chose another value."},
    "claims": {},
    "ledger": {},
    "golden_membership": {"version": "The published version that this is of."},
    "resolution_quality": {
        "measure": "What is measured: precision, recall, F1, the share in review, the largest cluster.",
        "value": "The figure.",
        "measured_against": "The truth file or decisions that it is measured against.",
    },
    "source_freshness": {
        "synced_at": "When the object was last synced to the end (UTC).",
        "last_status": "How its last sync ended.",
        "last_error": "What the last sync ran into, where it did.",
    },
    "sync_completeness": {
        "counted_source": "Rows that the source counts.",
        "counted_warehouse": "Rows that the warehouse holds.",
        "sampled_keys": "Rows of the sample that was compared.",
        "matching_keys": "How many of these are equal.",
        "proven_share": "The share of the source that is proven to be here, 0 to 1.",
        "deletes": "How deletions show: observed, reconciled or not observable.",
    },
}


def words_of(table: str, column: str) -> str | None:
    """Return what a column of a table (without its schema) means, None where nothing is known of it."""
    own = OWN.get(table)
    if own is None:
        return None
    comparison = column.partition("_")[2].replace("_", " ")
    if table == "links" and column.startswith("level_"):
        return (
            f"How far the two agree by {comparison}: the level of that comparison; -1 where one says nothing."
        )
    if table == "links" and column.startswith("weight_"):
        return f"What {comparison} adds to the match weight, in bits."
    return own.get(column) or SHARED.get(column)
