"""Comparisons of what persons and organisations share: e-mail, phone, identifiers, employer."""

from resolution.domain.attributes import IdentifierKind
from resolution.matching.comparisons import Comparison, Level, edits, either_missing, in_either, same

# A local part is made from the name, so that namesakes share it. Within one domain it is a key: `j.maier` and
# `s.maier`, `anna` and `anna2` are different people, and only a slip inside a longer word is a typing error.
_SLIP = (
    "email_start_l = email_start_r AND email_digits_l = email_digits_r"
    f" AND {edits('email', 1)} AND least(length(email_local_l), length(email_local_r)) >= 6"
)

EMAIL = Comparison(
    name="email",
    label="E-mail",
    missing_sql=either_missing("email"),
    needs=("email",),
    columns=("email",),
    levels=(
        Level("same", same("email"), 0.5, tf_column="email"),
        Level("same as a further address", in_either("emails_alt", "email"), 0.05, needs=("emails_alt",)),
        Level("one typing error", _SLIP, 0.05),
        Level(
            "same company, other mailbox",
            "work_domain_l = work_domain_r",
            0.06,
            tf_column="work_domain",
            shared_by=("household", "colleague"),
        ),
        Level(
            "same local part elsewhere",
            "email_local_l = email_local_r AND length(email_local_l) >= 4 AND NOT role_email_l",
            0.14,
            tf_column="email_local",
            shared_by=("namesake",),
        ),
        Level(
            "similar local part elsewhere",
            "email_domain_l <> email_domain_r AND NOT role_email_l AND NOT role_email_r AND"
            " (local_key_l = local_key_r OR jaro_winkler_similarity(email_local_l, email_local_r) >= 0.9)",
            0.1,
            shared_by=("namesake",),
        ),
        Level("different", "", 0.14),
    ),
)

PHONE = Comparison(
    name="phone",
    shared_by=("household", "colleague", "group", "branch"),
    label="Phone",
    missing_sql=either_missing("phone"),
    needs=("phone",),
    columns=("phone",),
    levels=(
        Level("same", same("phone_key"), 0.62, tf_column="phone_key"),
        Level("same as a further number", in_either("phones_alt", "phone"), 0.05, needs=("phones_alt",)),
        Level(
            "one digit off, or without area code",
            f"phone_tail_l = phone_tail_r OR {edits('phone', 1)}",
            0.06,
        ),
        Level(
            "same switchboard",
            "starts_with(phone_r, phone_stem_l)",
            0.05,
        ),
        Level("different", "", 0.22),
    ),
)

# A party may hold a tax number in each of two countries; those cannot be compared. One of no stated country
# can be compared with any. Licences and others can be compared where they agree.
_COMPARABLE = (
    "(list_has_any(id_issuers_l, id_issuers_r) OR list_has_any(id_kinds_of_anywhere_l, id_kinds_r)"
    " OR list_has_any(id_kinds_of_anywhere_r, id_kinds_l)"
    " OR list_has_any(id_further_values_l, id_further_values_r))"
)

IDENTIFIERS = Comparison(
    name="identifiers",
    label="Identifiers",
    missing_sql=f"id_values_l IS NULL OR id_values_r IS NULL OR NOT {_COMPARABLE}",
    needs=("id_values",),
    columns=("identifiers",),
    levels=(
        Level("same", "list_has_any(id_values_l, id_values_r)", 0.92),
        Level("one character off", "damerau_levenshtein(id_values_l[1], id_values_r[1]) <= 1", 0.06),
        Level("different", "", 0.02),
    ),
)

EMPLOYER = Comparison(
    name="employer",
    shared_by=("household", "colleague"),
    label="Employer",
    missing_sql=either_missing("employer_key"),
    needs=("employer_key",),
    columns=("employer", "email_domain"),
    levels=(
        Level("same", same("employer_key"), 0.62, tf_column="employer_key"),
        Level(
            "alike",
            "starts_with(employer_key_l, employer_key_r) OR starts_with(employer_key_r, employer_key_l)"
            " OR jaro_winkler_similarity(employer_key_l, employer_key_r) >= 0.93",
            0.12,
        ),
        Level("different", "", 0.26),
    ),
)

# A key for each kind, so that a record with several identifiers meets others by any kind that they share.
IDENTIFIER_BLOCKS = {
    f"{kind.value}_identifier": f"list_filter(id_values, v -> starts_with(v, '{kind.value}:'))[1]"
    for kind in IdentifierKind
}
