"""The frame around every request, in one pass: ids, body limit, security headers, access log, metrics.

Plain ASGI: a middleware that builds request and response objects costs more than the whole hot route.
"""

import asyncio
from collections.abc import Sequence
from time import perf_counter
from typing import Any

from starlette.exceptions import HTTPException
from starlette.routing import Match, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from context_api.access_log import log_defect, log_request
from context_api.errors import LimitExceeded, MalformedRequest, Overloaded
from context_api.metrics import UNMATCHED, Metrics
from context_api.problems import UNEXPECTED, answer_error, problem_of
from context_api.request_context import RequestContext, context_of, new_context

BODY_SECONDS = (
    10.0  # a body of a megabyte takes less on any line; a slower one holds a connection for nothing
)
LONGEST_QUERY = 16_384  # every parameter at its own limit takes less
BODILESS = frozenset({"GET", "OPTIONS", "DELETE"})
ALWAYS_ANSWERED = frozenset({"/healthz", "/readyz", "/metrics"})  # a busy process is no dead one
FIXED_HEADERS = [
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"referrer-policy", b"no-referrer"),
]
NOT_STORED = (b"cache-control", b"no-store")


class RequestFrame:
    """ASGI middleware around the whole application."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        metrics: Metrics,
        body_limit_bytes: int,
        request_limit: int,
        shortcuts: Sequence[Route] = (),
    ) -> None:
        self.app = app
        self.shortcuts = shortcuts
        self.metrics = metrics
        self.body_limit_bytes = body_limit_bytes
        self.request_limit = request_limit
        self.in_flight = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request through the application; whatever goes wrong is answered as a problem."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        if scope["method"] == "HEAD":  # as GET; the server, which keeps its own scope, leaves the body out
            scope = {**scope, "method": "GET"}
        started = perf_counter()
        outgoing = _Outgoing(send, new_context())
        self.in_flight += 1
        try:
            if self.in_flight > self.request_limit and scope["path"] not in ALWAYS_ANSWERED:
                raise Overloaded(f"{self.request_limit} requests are being answered")
            outgoing.context = context_of(scope["headers"])
            scope.setdefault("state", {})["context"] = outgoing.context
            if "\0" in scope["path"] or b"%00" in scope["query_string"]:
                raise MalformedRequest("an address cannot hold the character NUL (%00); leave it out")
            if len(scope["query_string"]) > LONGEST_QUERY:
                raise MalformedRequest(
                    f"what follows the ? may have {LONGEST_QUERY} characters; ask for less"
                )
            if scope["method"] not in BODILESS:
                receive = await self._whole_body(scope, receive)
            await (self._shortcut(scope) or self.app)(scope, receive, outgoing.send)
        except Exception as error:  # noqa: BLE001 - the last boundary: the caller gets an answer
            await self._answer(error, scope, receive, outgoing)
        finally:
            self.in_flight -= 1
            self._note(scope, outgoing, perf_counter() - started)

    def _shortcut(self, scope: Scope) -> ASGIApp | None:
        """Return the route that answers without the layers of the framework: for a hot one they cost most."""
        for route in self.shortcuts:
            match, found = route.matches(scope)
            if match is Match.FULL:
                scope.update(found, route=route)
                return route.app
        return None

    async def _answer(self, error: Exception, scope: Scope, receive: Receive, outgoing: "_Outgoing") -> None:
        context = outgoing.context
        if not isinstance(error, HTTPException) and problem_of(error) is UNEXPECTED:
            log_defect(error, request_id=context.request_id)
        if outgoing.status is None:
            await answer_error(error, context.request_id)(scope, receive, outgoing.send)

    async def _whole_body(self, scope: Scope, receive: Receive) -> Receive:
        """Read the body, within its limits, before anything is done for the request."""
        limit = self.body_limit_bytes
        stated = dict(scope["headers"]).get(b"content-length", b"0")
        too_large = LimitExceeded(f"the body may have {limit} bytes; send less at a time", limit=limit)
        if not stated.isdigit() or int(stated) > limit:
            raise too_large
        body, is_more = bytearray(), True
        try:
            async with asyncio.timeout(BODY_SECONDS):
                while is_more and len(body) <= limit:
                    message = await receive()
                    body += message.get("body", b"")
                    is_more = message.get("more_body", False)
        except TimeoutError:
            raise HTTPException(408, f"The body did not come within {BODY_SECONDS:g} s.") from None
        if len(body) > limit:
            raise too_large
        messages = [{"type": "http.request", "body": bytes(body), "more_body": False}]

        async def replayed() -> Message:
            return messages.pop() if messages else await receive()

        return replayed

    def _note(self, scope: Scope, outgoing: "_Outgoing", seconds: float) -> None:
        route = getattr(scope.get("route"), "path", UNMATCHED)
        status = outgoing.status or 499  # the client went away before it was answered
        self.metrics.observe(scope["method"], route, status, seconds)
        call = scope["state"].get("call") if "state" in scope else None
        log_request(
            request_id=outgoing.context.request_id,
            correlation_id=outgoing.context.correlation_id,
            method=scope["method"],
            route=route,
            status=status,
            ms=round(seconds * 1000, 2),
            key_id=None if call is None else call.principal.key_id,
        )


class _Outgoing:
    """Sends an answer with the headers that every answer has, and remembers its status."""

    __slots__ = ("_send", "context", "status")

    def __init__(self, send: Send, context: RequestContext) -> None:
        self._send = send
        self.context = context
        self.status: int | None = None

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers: list[Any] = [*message.get("headers", ()), *FIXED_HEADERS]
            if not any(name == b"cache-control" for name, _ in headers):
                headers.append(NOT_STORED)
            headers.append((b"x-request-id", self.context.request_id.encode()))
            headers.append((b"x-correlation-id", self.context.correlation_id.encode()))
            message["headers"] = headers
        await self._send(message)
