"""Comparisons of places: address and birth place."""

from resolution.matching.comparisons import Comparison, Level, either_missing, in_either, same

_SAME_AREA = "(postcode_l = postcode_r OR city_l = city_r)"
# Areas fit when any part of them agrees or nearly does, or when no part is known on both sides.
_AREA_FITS = (
    "(postcode_l = postcode_r OR city_l = city_r"
    " OR coalesce(postcode_l, postcode_r, city_l, city_r) IS NULL"
    " OR ((postcode_l IS NULL OR postcode_r IS NULL) AND (city_l IS NULL OR city_r IS NULL))"
    " OR (length(postcode_l) >= 4 AND damerau_levenshtein(postcode_l, postcode_r) <= 1)"
    " OR jaro_winkler_similarity(city_l, city_r) >= 0.85)"
)
_SAME_NUMBER = "coalesce(house_number_l = house_number_r, true)"
_STREET_ALIKE = (
    "(jaro_winkler_similarity(street_l, street_r) >= 0.9 OR starts_with(street_l, street_r)"
    " OR starts_with(street_r, street_l))"
)

# A branch is at another address, as a party is that moved: near by as easily as far off. As chance alone
# would have it, two branches in one town pass for one party.
ADDRESS = Comparison(
    name="address",
    shared_by=("household", "colleague", "group", "neighbour"),
    label="Address",
    missing_sql=(
        "NOT ((street_l IS NOT NULL AND street_r IS NOT NULL) OR (postcode_l IS NOT NULL AND"
        " postcode_r IS NOT NULL) OR (city_l IS NOT NULL AND city_r IS NOT NULL))"
    ),
    needs=("street", "postcode", "city"),
    columns=("street", "house_number", "postcode", "city"),
    levels=(
        Level(
            "same",
            f"street_l = street_r AND house_number_l = house_number_r AND {_AREA_FITS}",
            0.45,
            tf_column="address_key",
            needs=("street",),
        ),
        Level(
            "same as a further address",
            in_either("address_keys", "address_key"),
            0.03,
            needs=("address_keys",),
        ),
        Level(
            "same number, street alike, same area",
            f"{_STREET_ALIKE} AND {_SAME_NUMBER} AND {_AREA_FITS}",
            0.13,
            needs=("street",),
        ),
        Level(
            "same or like street and area, other number",
            f"{_STREET_ALIKE} AND {_AREA_FITS}",
            0.06,
            needs=("street",),
            shared_by=("branch",),
        ),
        Level(
            "same number and area",
            f"house_number_l = house_number_r AND {_SAME_AREA}",
            0.03,
            needs=("house_number",),
        ),
        Level(
            "same street and number elsewhere",
            "street_l = street_r AND house_number_l = house_number_r",
            0.02,
            needs=("street", "house_number"),
        ),
        Level(
            "same postcode",
            same("postcode"),
            0.1,
            tf_column="postcode",
            needs=("postcode",),
            shared_by=("branch",),
        ),
        Level(
            "same city, or postcode one off",
            "city_l = city_r OR"
            " (damerau_levenshtein(postcode_l, postcode_r) <= 1 AND length(postcode_l) >= 4)"
            " OR jaro_winkler_similarity(city_l, city_r) >= 0.92",
            0.08,
            shared_by=("branch",),
        ),
        Level("different", "", 0.12, shared_by=("branch",)),
    ),
)

BIRTH_PLACE = Comparison(
    name="birth_place",
    shared_by=("household",),
    label="Birth place",
    missing_sql=either_missing("birth_place"),
    needs=("birth_place",),
    columns=("birth_place",),
    levels=(
        Level("same", same("birth_place"), 0.75, tf_column="birth_place"),
        Level("alike", "jaro_winkler_similarity(birth_place_l, birth_place_r) >= 0.88", 0.08),
        Level("different", "", 0.17),
    ),
)
