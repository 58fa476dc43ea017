"""What a client gets that sends a request again."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.http import HttpResponse
from rest_framework.exceptions import APIException, Throttled
from rest_framework.response import Response
from rest_framework.test import APIClient

from extra_apps.idempotency import decorators, services
from extra_apps.idempotency.models import IdempotencyRecord
from extra_apps.idempotency.services import PURGE_BATCH, idempotency_records_purge

from .conftest import Meanwhile, groups, post, user_make, worked
from .shop import refuse

pytestmark = [pytest.mark.django_db, pytest.mark.urls("extra_apps.idempotency.tests.shop")]

NOON = datetime(2026, 11, 23, 4, tzinfo=UTC)
RUNNING = {"detail": "使用此 Idempotency-Key 的请求正在处理中。"}
REUSED = {"detail": "此 Idempotency-Key 已用于内容不同的请求。"}


def assert_replay(response: Any, first: Any) -> None:
    assert response.status_code == first.status_code
    assert response.content == first.content
    # Each answer is named by its own request.
    own = {"Idempotency-Replayed", "X-Request-ID"}
    theirs, before = ({k: v for k, v in each.items() if k not in own} for each in (response, first))
    assert theirs == before
    assert response["Idempotency-Replayed"] == "true"
    assert "Idempotency-Replayed" not in first


def assert_running(response: Any) -> None:
    assert (response.status_code, response.json()) == (409, RUNNING)
    assert response["Retry-After"] == "1"


def assert_reused(response: Any) -> None:
    assert (response.status_code, response.json()) == (422, REUSED)


# --- The same again ------------------------------------------------------------------------


def test_the_same_answer_to_the_byte(mine: APIClient) -> None:
    first = post(mine)
    assert first.status_code == 201
    assert first["Location"]
    assert_replay(post(mine), first)
    assert_replay(post(mine), first)
    assert worked() == 1


def test_without_a_key_every_request_counts(mine: APIClient) -> None:
    answers = [post(mine, None) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert worked() == 2
    assert not IdempotencyRecord.objects.exists()


def test_an_answer_without_a_body(mine: APIClient) -> None:
    first, again = (mine.post("/groups/silently/", headers={"Idempotency-Key": "k"}) for _ in "ab")
    assert (first.status_code, first.content) == (204, b"")
    assert_replay(again, first)
    assert worked() == 1


def test_a_replay_is_negotiated_anew(mine: APIClient) -> None:
    first = post(mine)
    page = post(mine, HTTP_ACCEPT="text/html")
    assert page.status_code == 201
    assert page["Content-Type"] == "text/html; charset=utf-8"
    assert first.json()["name"] in page.content.decode()
    assert worked() == 1


def test_another_body_is_refused(mine: APIClient) -> None:
    first = post(mine)
    assert_reused(post(mine, body={"name": "b"}))
    assert worked() == 1
    assert_replay(post(mine), first)


def test_another_query_is_refused(mine: APIClient) -> None:
    assert post(mine).status_code == 201
    again = mine.post("/groups/?x=1", {"name": "a"}, headers={"Idempotency-Key": "k-1"})
    assert_reused(again)


def test_keys_are_everybodys_own(mine: APIClient, theirs: APIClient) -> None:
    answers = [post(mine), post(theirs, body={"name": "b"}), post(mine, "k-2"), post(mine, "K-1")]
    assert [answer.status_code for answer in answers] == [201] * 4
    assert worked() == 4


def test_keys_belong_to_their_path(mine: APIClient) -> None:
    assert post(mine).status_code == 201
    other = mine.post("/groups/silently/", {"name": "b"}, headers={"Idempotency-Key": "k-1"})
    assert other.status_code == 204
    assert worked() == 2


def test_nobody_has_keys(api: APIClient) -> None:
    for key in ("k", ""):
        answer = api.post("/open/", {"name": "a"}, headers={"Idempotency-Key": key})
        assert answer.status_code == 201
    assert worked() == 2


def test_who_may_not_gets_no_replay(mine: APIClient, api: APIClient) -> None:
    assert post(mine).status_code == 201
    assert post(api).status_code == 401


def test_a_user_takes_the_records_along(db: None) -> None:
    user = user_make("mine")
    client = APIClient()
    client.force_authenticate(user)
    post(client)
    assert IdempotencyRecord.objects.count() == 1
    user.delete()
    assert not IdempotencyRecord.objects.exists()


# --- What is the same request --------------------------------------------------------------


def send(client: APIClient, body: str, content_type: str = "application/json") -> Any:
    return client.generic(
        "POST", "/groups/", body, content_type, headers={"Idempotency-Key": "k-1"}
    )


@pytest.mark.parametrize("body", ['{"b":[1,2],"a":"汉"}', ' { "a" : "\\u6c49", "b" : [ 1, 2 ] } '])
def test_json_in_another_hand(mine: APIClient, body: str) -> None:
    first = send(mine, '{"a": "汉", "b": [1, 2]}')
    assert first.status_code == 201
    assert_replay(send(mine, body), first)


@pytest.mark.parametrize(
    "body",
    ['{"a": "汉", "b": [2, 1]}', '{"a": "汉", "b": [1, 2.0]}', '{"a": "汉"}', "[]", "null", ""],
)
def test_json_that_differs(mine: APIClient, body: str) -> None:
    assert send(mine, '{"a": "汉", "b": [1, 2]}').status_code == 201
    assert_reused(send(mine, body))
    assert worked() == 1


FORM = "application/x-www-form-urlencoded"


def test_forms(mine: APIClient) -> None:
    first = send(mine, "a=1&a=2&b=3", FORM)
    assert first.status_code == 201
    assert_replay(send(mine, "b=3&a=1&a=2", FORM), first)
    assert_replay(post(mine, body={"a": ["1", "2"], "b": "3"}, format="multipart"), first)
    for other in ("a=2&a=1&b=3", "a=2&b=3", "a=1&a=2&b=3&c="):
        assert_reused(send(mine, other, FORM))
    assert_reused(send(mine, '{"a": ["1", "2"], "b": ["3"]}'))


def upload(client: APIClient, content: bytes = b"x", name: str = "a.txt") -> Any:
    body = {"name": "a", "file": SimpleUploadedFile(name, content, "text/plain")}
    return post(client, body=body, format="multipart")


def test_files(mine: APIClient, meanwhile: Meanwhile) -> None:
    meanwhile(lambda request: seen.append(request.data["file"].read()))
    seen: list[bytes] = []
    first = upload(mine)
    assert first.status_code == 201
    assert seen == [b"x"]  # the action finds the file at its beginning
    assert_replay(upload(mine), first)
    assert_reused(upload(mine, b"y"))
    assert_reused(upload(mine, name="b.txt"))


def test_a_broken_body_burns_nothing(mine: APIClient) -> None:
    assert send(mine, "{").status_code == 400
    assert send(mine, "x", "text/plain").status_code == 415
    assert not IdempotencyRecord.objects.exists()
    assert send(mine, "{}").status_code == 201


@pytest.mark.parametrize(
    "body",
    ['{"a": "\\ud800", "\\udfff": 1}', '{"a": 1e400}', "[" * 900 + "]" * 900, "[" * 100_000,
     '{"a": ' + "9" * 4000 + "}", '"\\u0000"'],
    ids=lambda body: body[:12],
)  # fmt: skip
def test_strange_json(mine: APIClient, body: str) -> None:
    first = send(mine, body)
    assert first.status_code in {201, 400}
    assert send(mine, body).status_code == first.status_code
    assert worked() == (first.status_code == 201)


# --- While it runs -------------------------------------------------------------------------


def test_a_rival_while_it_runs(mine: APIClient, meanwhile: Meanwhile) -> None:
    """Exactly in the middle of the work come the same request and another one."""
    rivals: list[Any] = []

    def come(request: Any) -> None:
        if not rivals:
            rivals.append(post(mine))
            rivals.append(post(mine, body={"name": "b"}))

    meanwhile(come)
    first = post(mine)
    assert first.status_code == 201
    assert_running(rivals[0])
    assert_reused(rivals[1])
    assert worked() == 1
    assert_replay(post(mine), first)


def test_a_claim_that_was_lost_rolls_back(mine: APIClient, meanwhile: Meanwhile) -> None:
    meanwhile(lambda request: IdempotencyRecord.objects.update(claim_token="somebody else's"))
    assert_running(post(mine))
    assert worked() == 0


def test_a_record_that_vanished_rolls_back(mine: APIClient, meanwhile: Meanwhile) -> None:
    meanwhile(lambda request: IdempotencyRecord.objects.all().delete())
    assert_running(post(mine))
    assert worked() == 0


# --- What went wrong -----------------------------------------------------------------------


def crash(request: Any) -> None:
    raise RuntimeError("crash")


def throttle(request: Any) -> None:
    raise Throttled(wait=7)


def fail(request: Any) -> None:
    raise APIException


FAILURES = [
    (refuse, 400),
    (lambda request: Response({"name": ["no"]}, status=400), 400),
    (throttle, 429),
    (fail, 500),
    (lambda request: Response(status=503), 503),
    (crash, 500),
    (lambda request: Response({"nan": float("nan")}), 500),
    (lambda request: Response({"half": "\ud800"}), 500),
    (lambda request: HttpResponse("no Response of DRF"), 500),
]


@pytest.mark.parametrize(("failure", "status"), FAILURES)
def test_a_failure_gives_the_key_back(
    mine: APIClient, meanwhile: Meanwhile, failure: Any, status: int
) -> None:
    meanwhile(failure)
    for _ in range(2):
        answer = post(mine)
        assert answer.status_code == status
        assert "Idempotency-Replayed" not in answer
    assert worked() == 0
    assert IdempotencyRecord.objects.get().body == ""
    meanwhile(lambda request: None)
    first = post(mine, body={"name": "corrected"})
    assert first.status_code == 201
    assert_replay(post(mine, body={"name": "corrected"}), first)
    assert worked() == 1


def test_a_redirection_is_kept(mine: APIClient, meanwhile: Meanwhile) -> None:
    meanwhile(lambda request: Response(status=303, headers={"Location": "/groups/1/"}))
    first = post(mine)
    assert (first.status_code, first["Location"]) == (303, "/groups/1/")
    assert_replay(post(mine), first)


def test_a_killed_process_blocks_the_key_for_a_minute(
    mine: APIClient, meanwhile: Meanwhile, monkeypatch: pytest.MonkeyPatch
) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        with monkeypatch.context() as killed:
            killed.setattr(decorators, "_release", lambda claim: None)
            meanwhile(crash)
            assert post(mine).status_code == 500
        meanwhile(lambda request: None)
        clock.shift(timedelta(seconds=59.999))
        assert_running(post(mine))
        clock.shift(timedelta(seconds=0.001))
        first = post(mine, body={"name": "even another"})
        assert first.status_code == 201
        assert_replay(post(mine, body={"name": "even another"}), first)
    assert worked() == 1


def test_a_release_that_fails_hides_nothing(
    mine: APIClient, meanwhile: Meanwhile, monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    def unreachable(claim: Any) -> None:
        raise transaction.TransactionManagementError

    monkeypatch.setattr(decorators, "claim_release", unreachable)
    meanwhile(refuse)
    answer = post(mine)
    assert (answer.status_code, answer.json()) == (400, {"name": ["no"]})
    assert "stays locked" in caplog.text


@pytest.mark.django_db(transaction=True)
def test_a_failure_after_the_commit_undoes_nothing(mine: APIClient, meanwhile: Meanwhile) -> None:
    meanwhile(lambda request: transaction.on_commit(lambda: crash(request)))
    assert post(mine).status_code == 500
    again = post(mine)
    assert (again.status_code, again["Idempotency-Replayed"]) == (201, "true")
    assert again.json()["name"] == groups().get().name


@pytest.mark.django_db(transaction=True)
def test_inside_another_transaction_nothing_is_promised(mine: APIClient) -> None:
    with transaction.atomic():
        assert post(mine).status_code == 500
    assert worked() == 0


# --- The end of a key ----------------------------------------------------------------------


def test_a_key_ends_after_a_day(mine: APIClient) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        first = post(mine)
        clock.shift(timedelta(hours=24, microseconds=-1))
        assert_replay(post(mine), first)
        clock.shift(timedelta(microseconds=1))
        other = post(mine, body={"name": "b"})
        assert other.status_code == 201
        assert_replay(post(mine, body={"name": "b"}), other)
    assert worked() == 2
    assert IdempotencyRecord.objects.count() == 1


def test_purge(mine: APIClient, monkeypatch: pytest.MonkeyPatch) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        for key in "abc":
            post(mine, key)
        clock.shift(timedelta(hours=1))
        kept = post(mine, "d")
        clock.shift(timedelta(hours=23, microseconds=-1))
        assert idempotency_records_purge() == 0
        assert PURGE_BATCH > 3
        monkeypatch.setattr("extra_apps.idempotency.services.PURGE_BATCH", 2)
        clock.shift(timedelta(microseconds=1))
        assert idempotency_records_purge() == 3
        assert_replay(post(mine, "d"), kept)
        assert idempotency_records_purge(datetime.now(UTC) + timedelta(hours=1)) == 1


def claimed_in_the_middle_of_a_purge(
    client: APIClient, monkeypatch: pytest.MonkeyPatch, purge: Any
) -> tuple[Any, Any]:
    """An expired key is used again when the purge has found it, and once more afterwards."""
    answers = []

    def claim_then_purge(keys: list[int], end: datetime) -> int:
        answers.append(post(client))
        return purge(keys, end)

    with time_machine.travel(NOON, tick=False) as clock:
        post(client)
        clock.shift(timedelta(hours=24))
        with monkeypatch.context() as patch:
            patch.setattr(services, "_purge", claim_then_purge)
            idempotency_records_purge()
        answers.append(post(client))
    return answers[0], answers[1]


def test_a_key_claimed_in_the_middle_of_a_purge(
    mine: APIClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, again = claimed_in_the_middle_of_a_purge(mine, monkeypatch, services._purge)
    assert first.status_code == 201
    assert_replay(again, first)


def test_control_a_purge_that_does_not_look_again(
    mine: APIClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def purge(keys: list[int], end: datetime) -> int:
        return IdempotencyRecord.objects.filter(pk__in=keys).delete()[0]

    first, again = claimed_in_the_middle_of_a_purge(mine, monkeypatch, purge)
    assert first.status_code == again.status_code == 201
    assert first.content != again.content


def test_the_key_is_not_kept_in_the_clear(mine: APIClient) -> None:
    post(mine, "my-secret-key")
    [row] = IdempotencyRecord.objects.values()
    assert "my-secret-key" not in json.dumps(row, default=str)
