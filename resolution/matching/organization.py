"""Comparisons and blocking keys for organisations, as data.

Names are compared by the weight of their words: `token_weights` of a name are log2(records / records
with the word), so that a rare word identifies and `services` or `berlin` does not. Legal forms are gone
before (`resolution/standardise`).
"""

from resolution.matching.comparisons import (
    Comparison,
    Level,
    edited_share,
    edits,
    either_missing,
    in_either,
    same,
)
from resolution.matching.contacts import IDENTIFIER_BLOCKS, IDENTIFIERS, PHONE
from resolution.matching.places import ADDRESS

# Weighted share of words in common: shared weight over the weight of both (Jaccard by weight).
_SHARED = "words_shared"
_SHARED_SQL = "list_sum(list_transform(list_intersect(l.org_tokens, r.org_tokens), x -> l.token_weights[x]))"
_SHARE = f"{_SHARED} / (token_total_l + token_total_r - {_SHARED})"
_LONGER = "greatest(length(org_compact_l), length(org_compact_r))"


# A name cut off by a short column ends inside a word; one that ends before a word is another name.
_CUT_OFF = (
    "((starts_with(org_name_l, org_name_r) AND substr(org_name_l, length(org_name_r) + 1, 1) <> ' ')"
    " OR (starts_with(org_name_r, org_name_l) AND substr(org_name_r, length(org_name_l) + 1, 1) <> ' '))"
)
_CONTAINED = f"{_SHARED} / least(token_total_l, token_total_r)"

ORG_NAME = Comparison(
    name="org_name",
    shared_by=("namesake",),
    label="Name",
    missing_sql=either_missing("org_name"),
    needs=("org_name",),
    columns=("org_name",),
    pair_values={_SHARED: _SHARED_SQL},
    levels=(
        Level("same", same("org_compact"), 0.55, tf_column="org_compact"),
        Level("other name", in_either("org_names_alt", "org_name"), 0.02, needs=("org_names_alt",)),
        Level(
            "typing error or cut off",
            f"{edits('org_compact', 1)} OR ({_LONGER} >= 20 AND {edits('org_compact', 2)})"
            f" OR (least(length(org_name_l), length(org_name_r)) >= 20 AND {_CUT_OFF})",
            0.1,
        ),
        Level("nearly the same words", f"{_SHARE} >= 0.8", 0.06, shared_by=("branch",)),
        Level(
            "most words",
            f"{_SHARE} >= 0.55 OR {edited_share('org_compact', 0.15)}",
            0.08,
            shared_by=("branch",),
        ),
        Level("one contains the other", f"{_CONTAINED} >= 0.85", 0.05, shared_by=("branch",)),
        Level("acronym", "acronym_l = org_compact_r OR acronym_r = org_compact_l", 0.02),
        Level(
            "some words",
            f"{_SHARE} >= 0.3 OR {edited_share('org_compact', 0.3)}",
            0.05,
            shared_by=("branch",),
        ),
        Level("different", "", 0.07),
    ),
)

ORG_EMAIL = Comparison(
    name="email",
    label="E-mail",
    missing_sql=either_missing("email"),
    needs=("email",),
    columns=("email",),
    levels=(
        Level("same", same("email"), 0.5, tf_column="email"),
        Level("same as a further address", in_either("emails_alt", "email"), 0.05, needs=("emails_alt",)),
        Level(
            "same company domain",
            "work_domain_l = work_domain_r",
            0.25,
            tf_column="work_domain",
            shared_by=("group", "branch"),
        ),
        Level("similar", edits("email", 1), 0.05),
        Level("different", "", 0.15),
    ),
)

WEB_DOMAIN = Comparison(
    name="web_domain",
    shared_by=("group", "branch", "namesake"),
    label="Web domain",
    missing_sql=either_missing("web_domain"),
    needs=("web_domain",),
    columns=("web_domain",),
    levels=(
        Level("same", same("web_domain"), 0.8, tf_column="web_domain"),
        Level("different", "", 0.2),
    ),
)

ORGANIZATION_COMPARISONS = (ORG_NAME, ORG_EMAIL, WEB_DOMAIN, PHONE, ADDRESS, IDENTIFIERS)

ORGANIZATION_BLOCKS = {
    **IDENTIFIER_BLOCKS,
    "email": "email",
    "name": "org_compact",
    "phone": "right(phone, 8)",
    "rare_words": "rare_pair",
    "address": "street || '|' || coalesce(house_number, '') || '|' || coalesce(postcode, city, '')",
    "address_and_city": "street || '|' || coalesce(house_number, '') || '|' || coalesce(city, '')",
    "domain": "work_domain",
    "web_domain": "web_domain",
    "rare_word": "rare_word",
    "second_rare_word": "rare_word_2 || '|' || left(rare_word, 1)",
    "name_start": "left(org_compact, 10)",
    "name_start_and_city": "left(org_compact, 5) || '|' || city",
    "name_start_and_postcode": "left(org_compact, 3) || '|' || postcode",
    "acronym": "coalesce(acronym, CASE WHEN length(org_compact) <= 6 THEN org_compact END)",
    "street_and_postcode": "street || '|' || postcode",
    "number_and_postcode": "house_number || '|' || postcode || '|' || left(street, 3)",
}
