from context_api.store.links import Link


def test_a_link_says_how_it_came_about_and_how_sure_it_is() -> None:
    stated = {"method", "rule", "veto", "band", "match_weight", "match_probability", "evidence_json"}

    assert stated <= set(Link.model_fields)
