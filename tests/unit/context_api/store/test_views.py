from context_api.store.views import GoldenView, StatedValue


def value(attribute: str, stated: str | None, position: int = 0) -> StatedValue:
    return StatedValue(attribute, position, stated, "crm:c:1", "crm", None, None, "union", 1, 1, 0.75)


def test_the_primary_value_is_the_first_that_is_there() -> None:
    values = (value("alias", "Annie"), value("email", "b@x", 1), value("full_name", None))
    view = GoldenView("g", 1, 1, "person", ("crm:c:1",), values, ())

    assert view.primary("full_name", "alias") == "Annie"
    assert view.primary("email") is None
