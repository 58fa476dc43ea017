"""The Idempotency-Key request header, for actions of DRF views that write.

draft-ietf-httpapi-idempotency-key-header-07, where it leaves a choice as Stripe does, but for
one: only an answer below 400 is kept. Whatever was refused or failed has changed nothing, so
the same key may be tried again, and succeed. docs/api.md tells clients.
"""

import json
import logging
from collections.abc import Callable
from functools import partial, wraps
from typing import Any

from django.db import DatabaseError, transaction
from rest_framework import status
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from utils.db.transactions import retry_on_deadlock

from .keys import HEADER, REPLAYED_HEADER, key_hash, parse_key, request_fingerprint
from .schema import IDEMPOTENCY_PARAMETERS, IDEMPOTENCY_RESPONSES
from .services import (
    Answer,
    Claim,
    answer_store,
    claim_release,
    key_claim,
)

Action = Callable[..., Response]

logger = logging.getLogger(__name__)


def idempotent(
    action: Action | None = None, *, retry_if: Callable[[Exception], bool] | None = None
) -> Any:
    """Let a client repeat a request to ``action`` (a method of an APIView or a ViewSet).

    With the header ``Idempotency-Key``, a user's request that was answered below 400 in the
    last 24 hours gets that answer again, marked ``Idempotency-Replayed: true``; the same key
    with another body or query is 422, one that is still at work 409, a malformed one 400.
    Permissions and throttles come first, as for any request. Without the header, or without
    a user, whose key it could be, the action keeps no answer and opens its own transactions.

    With it, the action runs in one transaction, the outermost: it must do whatever must not
    wait inside a transaction (a network call) in on_commit, and open no durable one itself.
    An answer of 400 and above, raised or returned, rolls it back. The action must return a
    DRF Response; of that are kept the status, the data as JSON and the headers, no cookies.

    Retries belong here, where the outermost transaction begins: the action runs again after a
    deadlock or a lost connection, by the same claim. And once more if ``retry_if`` returns True
    for the exception that it raised: ``retry_if`` is called with no transaction open, after the
    rollback, so it may write and take locks.
    """
    if action is None:
        return partial(idempotent, retry_if=retry_if)

    def attempt(view: Any, request: Request, *args: Any, **kwargs: Any) -> Response:
        header = request.headers.get(HEADER)
        if header is None or not request.user.is_authenticated:
            return retry_on_deadlock(action)(view, request, *args, **kwargs)
        found = _claim(request, parse_key(header))
        if isinstance(found, Answer):
            return _replay(found)
        return _run(found, lambda: action(view, request, *args, **kwargs))

    @wraps(action)
    def run_once(view: Any, request: Request, *args: Any, **kwargs: Any) -> Response:
        try:
            return attempt(view, request, *args, **kwargs)
        except Exception as error:
            if retry_if is None or not retry_if(error):
                raise
        return attempt(view, request, *args, **kwargs)

    run_once.openapi_parameters = IDEMPOTENCY_PARAMETERS  # type: ignore[attr-defined]
    run_once.openapi_responses = IDEMPOTENCY_RESPONSES  # type: ignore[attr-defined]
    return run_once


def _claim(request: Request, key: str) -> Claim | Answer:
    assert request.user.pk is not None
    return key_claim(
        user_id=request.user.pk,
        key_hash=key_hash(request, key),
        fingerprint=request_fingerprint(request),
    )


def _run(claim: Claim, action: Callable[[], Response]) -> Response:
    """Run the action and keep its answer, in one transaction, or do neither."""
    try:
        response = _work(claim, action)
    except BaseException:
        # Whatever it was, nothing was done, and the key goes back. Or COMMIT was not answered: if
        # it was done, the answer is stored with it, and such a claim is not released.
        _release(claim)
        raise
    if not _is_done(response):
        _release(claim)
    return response


@retry_on_deadlock
def _work(claim: Claim, action: Callable[[], Response]) -> Response:
    with transaction.atomic(durable=True):
        response = action()
        if _is_done(response):
            answer_store(claim=claim, answer=_answer(response))
        else:
            transaction.set_rollback(True)
    return response


def _is_done(response: Response) -> bool:
    return response.status_code < status.HTTP_400_BAD_REQUEST


def _release(claim: Claim) -> None:
    try:
        claim_release(claim=claim)
    except DatabaseError as error:
        logger.warning("an idempotency key stays locked until its lock lapses: %s", error)


def _answer(response: Response) -> Answer:
    if not isinstance(response, Response):
        raise TypeError(f"An idempotent action must return a Response, not {response!r}.")
    # Negotiated anew for each replay.
    headers = {name: text for name, text in response.items() if name != "Content-Type"}
    return Answer(response.status_code, headers, JSONRenderer().render(response.data).decode())


def _replay(answer: Answer) -> Response:
    data = json.loads(answer.body) if answer.body else None
    headers = {**answer.headers, REPLAYED_HEADER: "true"}
    return Response(data, status=answer.status, headers=headers)
