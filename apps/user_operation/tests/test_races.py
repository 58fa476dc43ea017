"""Real threads on a real MariaDB; each guard once on, and once off to show what it prevents."""

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connections
from django.db.models import Count, Sum
from django.db.models.signals import post_delete, post_save
from rest_framework.test import APIClient

from apps.goods.models import Goods
from apps.goods.tests.factories import make_category, make_goods
from apps.user_operation import signals
from apps.user_operation.models import MessageUsage, UserAddress, UserFav, UserLeavingMessage
from apps.user_operation.services import addresses, favourites, messages, quotas
from apps.users.models import UserProfile
from tests.clients import client_of

from .test_addresses import HOME

pytestmark = [pytest.mark.mariadb, pytest.mark.django_db(transaction=True)]

Outcome = Counter[int]

# What a client sees of an exception that the view does not know.
ERROR = 500


def at_once(actions: list[Callable[[], int]]) -> Outcome:
    """Do all actions at the same moment, each in a thread; count the statuses they return."""
    barrier = Barrier(len(actions))

    def act(action: Callable[[], int]) -> int:
        try:
            barrier.wait()
            return action()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(actions)) as pool:
        return Counter(pool.map(act, actions))


def patient_client(user: UserProfile) -> APIClient:
    client = client_of(user)
    client.raise_request_exception = False
    return client


def buyers(count: int) -> list[UserProfile]:
    return [UserProfile.objects.create_user(f"138000000{n:02}") for n in range(count)]


def adding(user: UserProfile, goods: Goods) -> Callable[[], int]:
    client = patient_client(user)
    return lambda: int(client.post("/userfavs/", {"goods": goods.pk}).status_code)


def removing(user: UserProfile, goods: Goods) -> Callable[[], int]:
    client = patient_client(user)
    return lambda: int(client.delete(f"/userfavs/{goods.pk}/").status_code)


def counted(goods: Goods) -> int:
    goods.refresh_from_db()
    return goods.fav_num


def twenty_add_and_remove(rounds: int) -> Iterator[tuple[Outcome, int, int]]:
    """10 buyers add the same goods while 10 others remove them; the outcome of each round."""
    people = buyers(20)
    for _ in range(rounds):
        goods = make_goods(make_category())
        for user in people[:10]:
            UserFav.objects.create(user=user, goods=goods)
        actions = [removing(user, goods) for user in people[:10]]
        actions += [adding(user, goods) for user in people[10:]]
        outcome = at_once(actions)
        yield outcome, counted(goods), UserFav.objects.filter(goods=goods).count()


def test_twenty_buyers_add_and_remove() -> None:
    for outcome, fav_num, favourites_left in twenty_add_and_remove(rounds=3):
        assert outcome == {201: 10, 204: 10}
        assert fav_num == favourites_left == 10


def test_one_buyer_adds_twenty_times() -> None:
    [user] = buyers(1)
    goods = make_goods(make_category())
    assert at_once([adding(user, goods) for _ in range(20)]) == {201: 1, 400: 19}
    assert (UserFav.objects.count(), counted(goods)) == (1, 1)


def test_one_buyer_removes_twenty_times() -> None:
    user, another = buyers(2)
    goods = make_goods(make_category())
    for person in (user, another):
        UserFav.objects.create(user=person, goods=goods)
    assert at_once([removing(user, goods) for _ in range(20)]) == {204: 1, 404: 19}
    assert (UserFav.objects.count(), counted(goods)) == (1, 1)


def test_one_buyer_adds_and_removes_at_once() -> None:
    [user] = buyers(1)
    goods = make_goods(make_category())
    actions = [action(user, goods) for action in (adding, removing) for _ in range(10)]
    for _ in range(3):
        outcome = at_once(actions)
        assert set(outcome) <= {201, 400, 204, 404}
        assert counted(goods) == UserFav.objects.count()


# A control runs until it shows its damage; so many rounds without any would be a wonder.
ROUNDS = 20


def no_guard(*args: Any) -> bool:
    return True


def say(text: str) -> None:
    print(f"\ncontrol: {text}")  # noqa: T201  (shown by pytest -s)


def test_control_favourites_without_their_lock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Adding and removing deadlock: some clients get a 500."""
    monkeypatch.setattr(favourites, "_lock_goods", no_guard)
    failed = next(
        outcome[ERROR]
        for outcome, _fav_num, _left in twenty_add_and_remove(ROUNDS)
        if outcome[ERROR]
    )
    say(f"without the lock on the goods, {failed} of 20 adds and removes failed")


def test_control_removals_without_their_lock(monkeypatch: pytest.MonkeyPatch) -> None:
    """One favourite that is removed by many at once is counted down more than once."""
    monkeypatch.setattr(favourites, "_lock_goods", no_guard)
    monkeypatch.setattr(favourites, "check_changed", no_guard)  # what guards a cluster
    people = buyers(11)

    def remove_ten_times() -> tuple[int, int]:
        goods = make_goods(make_category())
        for person in people:
            UserFav.objects.create(user=person, goods=goods)
        at_once([removing(people[0], goods) for _ in range(10)])
        return counted(goods), UserFav.objects.filter(goods=goods).count()

    rounds = (remove_ten_times() for _ in range(ROUNDS))
    fav_num, left = next(found for found in rounds if found[0] != found[1])
    say(f"without the lock on the goods, {left} favourites were counted as {fav_num}")


def test_control_favourites_counted_in_python(monkeypatch: pytest.MonkeyPatch) -> None:
    """Counts get lost."""
    monkeypatch.setattr(favourites, "_lock_goods", no_guard)

    def count(goods_id: int, step: int) -> None:
        goods = Goods.objects.get(pk=goods_id)
        goods.fav_num += step
        goods.save(update_fields=["fav_num"])

    def on_add(instance: UserFav, created: bool, **kwargs: Any) -> None:
        count(instance.goods_id, 1)

    def on_remove(instance: UserFav, **kwargs: Any) -> None:
        count(instance.goods_id, -1)

    changes = [
        (post_save, "favourite_added", signals.on_favourite_added, on_add),
        (post_delete, "favourite_removed", signals.on_favourite_removed, on_remove),
    ]
    for signal, uid, _real, replacement in changes:
        signal.disconnect(sender=UserFav, dispatch_uid=uid)
        signal.connect(replacement, sender=UserFav, dispatch_uid=uid)
    try:
        _outcome, fav_num, left = next(
            found for found in twenty_add_and_remove(ROUNDS) if found[1] != found[2]
        )
    finally:
        for signal, uid, real, _replacement in changes:
            signal.disconnect(sender=UserFav, dispatch_uid=uid)
            signal.connect(real, sender=UserFav, dispatch_uid=uid)
    say(f"counted in Python, {left} favourites were counted as {fav_num}")


# --- Addresses -----------------------------------------------------------------------------


def make_addresses(user: UserProfile, count: int) -> list[UserAddress]:
    return [addresses.address_add(user_id=user.pk, fields=HOME) for _ in range(count)]


def address_writes(user: UserProfile, rows: list[UserAddress]) -> list[Callable[[], int]]:
    """Set the default to each row, delete some, add some as default: 20 writes."""
    client = [patient_client(user) for _ in range(20)]
    return [
        *(
            lambda c=client[n], pk=row.pk: (
                c.patch(f"/address/{pk}/", {"is_default": True}).status_code
            )
            for n, row in enumerate(rows[:10])
        ),
        *(
            lambda c=client[10 + n], pk=row.pk: c.delete(f"/address/{pk}/").status_code
            for n, row in enumerate(rows[:5])
        ),
        *(
            lambda c=c: c.post("/address/", {**HOME, "is_default": True}).status_code
            for c in client[15:]
        ),
    ]


def defaults_of(user: UserProfile) -> int:
    return UserAddress.objects.filter(user=user, is_default=True).count()


def default_writes(rounds: int) -> Iterator[tuple[Outcome, int]]:
    for user in buyers(rounds):
        rows = make_addresses(user, 10)
        yield at_once(address_writes(user, rows)), defaults_of(user)


def test_default_addresses_at_once() -> None:
    for outcome, defaults in default_writes(rounds=3):
        # A default that is set on an address just deleted is 404.
        assert set(outcome) <= {200, 201, 204, 404}
        assert (outcome[201], outcome[204], outcome[200] + outcome[404]) == (5, 5, 10)
        assert defaults == 1


def first_addresses() -> tuple[Outcome, int, int]:
    user = UserProfile.objects.create_user("13900000000")
    clients = [patient_client(user) for _ in range(20)]
    outcome = at_once([lambda c=c: c.post("/address/", HOME).status_code for c in clients])
    return outcome, defaults_of(user), UserAddress.objects.filter(user=user).count()


def test_twenty_first_addresses_at_once() -> None:
    assert first_addresses() == ({201: 20}, 1, 20)


def last_free_places(name: str) -> tuple[Outcome, int]:
    user = UserProfile.objects.create_user(name)
    make_addresses(user, 15)
    clients = [patient_client(user) for _ in range(20)]
    outcome = at_once([lambda c=c: c.post("/address/", HOME).status_code for c in clients])
    return outcome, UserAddress.objects.filter(user=user).count()


def test_five_free_places_and_twenty_who_want_them() -> None:
    assert last_free_places("13900000001") == ({201: 5, 400: 15}, 20)


def deleting_all(name: str) -> tuple[Outcome, int]:
    """Delete the default and all but one of the others at once: that one is the default."""
    user = UserProfile.objects.create_user(name)
    default, _kept, *others = make_addresses(user, 10)
    clients = [patient_client(user) for _ in range(9)]
    outcome = at_once(
        [
            lambda c=c, pk=row.pk: c.delete(f"/address/{pk}/").status_code
            for c, row in zip(clients, [default, *others], strict=True)
        ]
    )
    return outcome, defaults_of(user)


def test_deleting_nine_of_ten_at_once() -> None:
    assert deleting_all("13900000002") == ({204: 9}, 1)


def test_control_default_writes_without_the_lock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only the unique constraint is left, and what it stops is a 500 for the client."""
    monkeypatch.setattr(addresses, "_lock_address_books", no_guard)
    failed = next(outcome[ERROR] for outcome, _defaults in default_writes(ROUNDS) if outcome[ERROR])
    say(f"without the lock on the buyer, {failed} of 20 writes of addresses failed")


def test_control_deleting_without_the_lock(monkeypatch: pytest.MonkeyPatch) -> None:
    """The default is passed on to an address that is just being deleted, and lost."""
    monkeypatch.setattr(addresses, "_lock_address_books", no_guard)
    rounds = (deleting_all(f"1390000{n:04}") for n in range(ROUNDS))
    outcome, defaults = next(found for found in rounds if found[1] != 1)
    say(f"without the lock on the buyer, one address left and {defaults} defaults; {outcome}")


def test_control_the_limit_without_the_lock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(addresses, "_lock_address_books", no_guard)
    rounds = (last_free_places(f"1390000{n:04}") for n in range(ROUNDS))
    _outcome, count = next(found for found in rounds if found[1] > 20)
    say(f"without the lock on the buyer, {count} addresses with a limit of 20")


# --- What a buyer may leave ------------------------------------------------------------------


def leaving(user: UserProfile, content: bytes) -> Callable[[], int]:
    client = patient_client(user)

    def leave() -> int:
        file = SimpleUploadedFile("x.txt", content)
        body = {"subject": "a", "message": "b", "file": file}
        return int(client.post("/messages/", body, format="multipart").status_code)

    return leave


def twenty_messages(
    user: UserProfile, content: bytes = b"hello"
) -> tuple[Outcome, tuple[int, int, int]]:
    outcome = at_once([leaving(user, content) for _ in range(20)])
    left = UserLeavingMessage.objects.filter(user=user).aggregate(
        count=Count("pk"), size=Sum("file_size")
    )
    usage = MessageUsage.objects.get(user=user)
    assert (usage.messages, usage.file_bytes) == (left["count"], left["size"])
    return outcome, (left["count"], left["size"], usage.files)


@pytest.fixture
def free_to_upload(settings: Any) -> Any:
    settings.THROTTLE_RATES = dict.fromkeys(settings.THROTTLE_RATES, "off")
    return settings


@pytest.mark.parametrize(
    ("setting", "limit", "refusal"),
    [
        ("MESSAGES_PER_DAY", 5, 429), ("MESSAGE_FILES_PER_DAY", 5, 429),
        ("MESSAGES_MAX", 5, 400), ("MESSAGE_FILES_MAX", 5, 400),
        ("MESSAGE_MB_PER_DAY", 1, 429), ("MESSAGE_MB_MAX", 1, 400),
    ],
)  # fmt: skip
def test_twenty_messages_where_five_fit(
    free_to_upload: Any, media_root: Path, setting: str, limit: int, refusal: int
) -> None:
    setattr(free_to_upload, setting, limit)
    size = 2**20 // 5 if "MB" in setting else 5
    [user] = buyers(1)
    outcome, left = twenty_messages(user, b"a" * size)
    assert outcome == {201: 5, refusal: 15}
    assert left == (5, 5 * size, 5)
    # Of those who were refused, no file stays.
    assert len([path for path in media_root.rglob("*") if path.is_file()]) == 5


def test_control_messages_without_their_lock(
    free_to_upload: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither the account's row nor the quota's is moved: more is left than fits."""
    free_to_upload.MESSAGES_MAX = 5

    def select(user_id: int) -> MessageUsage:
        return MessageUsage.objects.get(pk=user_id)

    monkeypatch.setattr(quotas, "_lock_usage", select)
    monkeypatch.setattr(messages, "account_lock_open", lambda **kwargs: None)
    for user in buyers(ROUNDS):
        at_once([leaving(user, b"hello") for _ in range(20)])
        left = UserLeavingMessage.objects.filter(user=user).count()
        if left > 5:
            break
    say(f"without the lock, {left} messages were left where 5 fit")
    assert left > 5
