from context_api.customers.pages import LARGEST_PAGE, PAGE_SIZE, Page, _page


def test_a_page_that_is_not_stated_is_the_first_of_usual_size() -> None:
    assert _page() == Page(limit=PAGE_SIZE, cursor=None)
    assert PAGE_SIZE <= LARGEST_PAGE
