"""Pages of listings: how many rows at a time, and from where on."""

from typing import Annotated

from fastapi import Depends, Query
from pydantic import BaseModel, Field

from context_api.customers.cursors import LONGEST_CURSOR

PAGE_SIZE = 50
LARGEST_PAGE = 200


class Page(BaseModel):
    """What a caller asks of a listing."""

    limit: int
    cursor: str | None


def _page(
    limit: Annotated[int, Query(ge=1, le=LARGEST_PAGE, description="Rows of a page.")] = PAGE_SIZE,
    cursor: Annotated[
        str | None, Query(max_length=LONGEST_CURSOR, description="`next_cursor` of the page before.")
    ] = None,
) -> Page:
    return Page(limit=limit, cursor=cursor)


PageDep = Annotated[Page, Depends(_page)]
NextCursor = Annotated[
    str | None,
    Field(description="Where the next page begins; null on the last. It serves for this listing only."),
]
