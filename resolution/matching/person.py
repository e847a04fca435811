"""Comparisons and blocking keys for people, as data.

Input is the match input of `resolution/matching/features.py`: lower-case ASCII names, ISO dates,
national phone numbers. Given and family name each look at the other, because sources swap them.
"""

from resolution.matching.comparisons import Comparison, Level, edits, either_missing, in_either, same
from resolution.matching.contacts import EMAIL, EMPLOYER, IDENTIFIER_BLOCKS, IDENTIFIERS, PHONE
from resolution.matching.places import ADDRESS, BIRTH_PLACE

GIVEN_NAME = Comparison(
    name="given_name",
    shared_by=("namesake",),
    label="Given name",
    missing_sql=either_missing("given_name"),
    needs=("given_name",),
    columns=("given_name", "middle_name"),
    levels=(
        Level("same", f"{same('given_name')} AND length(given_name_l) > 1", 0.62, tf_column="given_name"),
        Level(
            "nickname or other name",
            "((has_nickname_l OR has_nickname_r) AND list_has_any(given_forms_l, given_forms_r))"
            f" OR {in_either('given_names_alt', 'given_name')}",
            0.05,
        ),
        Level(
            "initial",
            "(length(given_name_l) = 1 OR length(given_name_r) = 1)"
            " AND list_has_any(given_initials_l, given_initials_r)",
            0.08,
        ),
        Level(
            "swapped with family name", "given_name_l = family_name_r OR given_name_r = family_name_l", 0.02
        ),
        Level(
            "one typing error",
            f"{edits('given_name', 1)} AND least(length(given_name_l), length(given_name_r)) >= 3",
            0.07,
        ),
        Level(
            "begins the other, or a middle name",
            "(least(length(given_name_l), length(given_name_r)) >= 3 AND (starts_with(given_name_l,"
            " given_name_r) OR starts_with(given_name_r, given_name_l)))"
            " OR given_name_l = middle_name_r OR given_name_r = middle_name_l",
            0.03,
        ),
        Level(
            "alike",
            f"({edits('given_name', 2)}"
            " AND greatest(length(given_name_l), length(given_name_r)) >= 5)"
            " OR (jaro_winkler_similarity(given_name_l, given_name_r) >= 0.86"
            " AND least(length(given_name_l), length(given_name_r)) >= 8)",
            0.04,
        ),
        Level("different", "", 0.04),
    ),
)

FAMILY_NAME = Comparison(
    name="family_name",
    shared_by=("household", "namesake"),
    label="Family name",
    missing_sql=either_missing("family_name"),
    needs=("family_name",),
    columns=("family_name",),
    levels=(
        Level("same", same("family_name"), 0.72, tf_column="family_name"),
        Level(
            "other name",
            in_either("family_names_alt", "family_name"),
            0.02,
            needs=("family_names_alt",),
        ),
        Level(
            "swapped with given name", "given_name_l = family_name_r OR given_name_r = family_name_l", 0.02
        ),
        Level(
            "one typing error",
            f"{edits('family_name', 1)} AND least(length(family_name_l), length(family_name_r)) >= 3",
            0.09,
        ),
        Level(
            "part of a double name",
            "(is_double_name_l OR is_double_name_r) AND list_has_any(family_tokens_l, family_tokens_r)",
            0.03,
        ),
        Level("alike", "jaro_winkler_similarity(family_name_l, family_name_r) >= 0.88", 0.04),
        Level("different", "", 0.05),
    ),
)

BIRTH_DATE = Comparison(
    name="birth_date",
    label="Date of birth",
    missing_sql=either_missing("birth_date"),
    needs=("birth_date",),
    columns=("birth_date",),
    levels=(
        Level("same", f"{same('birth_date')} AND length(birth_date_l) = 10", 0.78, tf_column="birth_date"),
        Level(
            "same in another reading",
            in_either("birth_dates_alt", "birth_date"),
            0.03,
            needs=("birth_dates_alt",),
        ),
        Level(
            "day and month swapped, or one digit off",
            "(length(birth_date_l) = 10 AND length(birth_date_r) = 10) AND ("
            "damerau_levenshtein(birth_date_l, birth_date_r) <= 1 OR (birth_date_l[1:4] = birth_date_r[1:4]"
            " AND birth_date_l[6:7] = birth_date_r[9:10] AND birth_date_l[9:10] = birth_date_r[6:7]))",
            0.07,
        ),
        Level(
            "same year, one of them without day",
            "birth_date_l[1:4] = birth_date_r[1:4] AND (length(birth_date_l) < 10 OR"
            " length(birth_date_r) < 10 OR birth_date_l[6:10] = '01-01' OR birth_date_r[6:10] = '01-01')",
            0.03,
        ),
        Level(
            "two of year, month and day",
            "birth_date_l[1:7] = birth_date_r[1:7] OR birth_date_l[6:10] = birth_date_r[6:10] OR"
            " (birth_date_l[1:4] = birth_date_r[1:4] AND birth_date_l[9:10] = birth_date_r[9:10])",
            0.04,
        ),
        Level(
            "years at most one apart",
            "abs(try_cast(birth_date_l[1:4] AS INTEGER) - try_cast(birth_date_r[1:4] AS INTEGER)) <= 1",
            0.02,
        ),
        Level("different", "", 0.02),
    ),
)

GENDER = Comparison(
    name="gender",
    shared_by=("namesake",),
    label="Gender",
    missing_sql=either_missing("gender"),
    needs=("gender",),
    columns=("gender",),
    levels=(Level("same", same("gender"), 0.97), Level("different", "", 0.03)),
)

JOB_TITLE = Comparison(
    name="job_title",
    label="Job title",
    missing_sql=either_missing("job_title"),
    needs=("job_title",),
    columns=("job_title",),
    levels=(
        Level("same", same("job_title"), 0.55, tf_column="job_title"),
        Level("different", "", 0.45),
    ),
)

SUFFIX = Comparison(
    name="name_suffix",
    label="Name suffix",
    missing_sql=either_missing("name_suffix"),
    needs=("name_suffix",),
    columns=("name_suffix",),
    levels=(Level("same", same("name_suffix"), 0.97), Level("different", "", 0.03)),
)

PERSON_COMPARISONS = (
    GIVEN_NAME,
    FAMILY_NAME,
    SUFFIX,
    BIRTH_DATE,
    EMAIL,
    PHONE,
    ADDRESS,
    IDENTIFIERS,
    EMPLOYER,
    JOB_TITLE,
    GENDER,
    BIRTH_PLACE,
)

# Colleagues share an address by the hundred, so that it blocks only beside the beginning of a name.
_ADDRESS_KEY = "street || '|' || coalesce(house_number, '') || '|' || coalesce(city, postcode, '')"

# Each key is an SQL expression over the match input; NULL means: not by this key. The order is the order
# in which rules claim pairs; the size of blocks is limited from the data (resolution/matching/blocking.py).
PERSON_BLOCKS = {
    **IDENTIFIER_BLOCKS,
    "email": "email",
    "phone": "right(phone, 8)",
    "name_and_birth_date": "name_key || '|' || birth_date",
    "name_and_postcode": "name_key || '|' || postcode",
    "name_and_employer": "name_key || '|' || employer_key",
    "name": "name_key",
    "birth_date_and_given": "birth_date || '|' || left(given_name, 2)",
    "birth_date_and_family": "birth_date || '|' || left(family_name, 2)",
    "birth_date": "birth_date",
    "email_local": "CASE WHEN length(email_local) >= 5 THEN email_local END",
    "family_and_postcode": "left(family_name, 4) || '|' || postcode",
    "given_and_postcode": "left(given_name, 3) || '|' || postcode",
    "address_and_given": f"{_ADDRESS_KEY} || '|' || left(coalesce(given_name, full_name), 2)",
    "address_and_family": f"{_ADDRESS_KEY} || '|' || left(coalesce(family_name, full_name), 3)",
    "family_and_initial_and_domain": "family_name || '|' || left(given_name, 1) || '|' || email_domain",
    "domain_and_given": "given_name || '|' || work_domain",
    "family_and_employer": "family_name || '|' || employer_key",
    "given_and_employer": "given_name || '|' || employer_key",
    "family_and_city": "family_name || '|' || left(given_name, 1) || '|' || city",
    "given_and_city": "given_name || '|' || left(family_name, 1) || '|' || city",
    "given_family_prefix": "left(given_name, 4) || '|' || left(family_name, 4)",
    "given_family_ends": "left(given_name, 1) || '|' || right(given_name, 2) || '|' || left(family_name, 2)"
    " || '|' || right(family_name, 3)",
    "family_and_birth_year": "left(family_name, 5) || '|' || left(birth_date, 4)",
    "given_and_birth_year": "given_name || '|' || left(family_name, 1) || '|' || left(birth_date, 4)",
    "birth_place_and_family": "birth_place || '|' || left(family_name, 4)",
    "birth_place_and_given": "birth_place || '|' || left(given_name, 4)",
}
