"""What a race needs: callers over real sockets, locks that can be switched off, the sums."""

import functools
import json
import random
from collections import Counter
from collections.abc import Callable, Iterable
from http.client import HTTPConnection, IncompleteRead
from itertools import count
from typing import Any, NamedTuple, TypeVar
from urllib.parse import urlencode, urlsplit

import pytest
from django.conf import settings
from django.db.models import Model, QuerySet

from apps.goods.models import Goods
from apps.goods.tests.factories import make_category, make_goods
from apps.trade.models import CartLine, OrderGoods, OrderInfo
from apps.trade.services.carts import cart_add
from apps.trade.services.checkout import order_create
from apps.trade.services.destinations import Destination
from apps.trade.tests.addresses import DESTINATION
from apps.users.models import UserProfile
from apps.users.tokens import token_make
from utils.db.written_once import Read, Update

T = TypeVar("T")

IS_MARIADB = "mysql" in settings.DATABASES["default"]["ENGINE"]

# A control runs until it shows its damage: at once or after some rounds, later on a busy machine.
# So many rounds without any would be a wonder.
ROUNDS = 60

CSRF = "c" * 32

_mobiles = count(13900000000)


class Answer(NamedTuple):
    status: int
    body: Any  # parsed when it is JSON, else text
    location: str


class Caller:
    """Somebody's requests, each on a connection of its own; may be used by many threads."""

    def __init__(self, origin: str, **headers: str) -> None:
        self._address = urlsplit(origin).netloc
        self._headers = headers

    def get(self, path: str) -> Answer:
        return self._send("GET", path)

    def post(self, path: str, body: dict[str, Any]) -> Answer:
        return self._send("POST", path, json.dumps(body), "application/json")

    def delete(self, path: str) -> Answer:
        return self._send("DELETE", path)

    def post_form(self, path: str, form: dict[str, Any] | str) -> Answer:
        body = form if isinstance(form, str) else urlencode(form)
        return self._send("POST", path, body, "application/x-www-form-urlencoded")

    def _send(self, method: str, path: str, body: str = "", content_type: str = "") -> Answer:
        headers = {**self._headers, "Connection": "close"}
        if content_type:
            headers["Content-Type"] = content_type
        connection = HTTPConnection(self._address, timeout=60)
        try:
            connection.request(method, path, body or None, headers)
            response = connection.getresponse()
            if "Content-Length" not in response.headers:
                raise IncompleteRead(b"")  # the server ended while it answered
            text = response.read().decode()
        finally:
            connection.close()
        is_json = response.headers.get_content_type() == "application/json"
        location = response.headers.get("Location", "")
        return Answer(response.status, json.loads(text) if is_json else text, location)


class Buyer(NamedTuple):
    user: UserProfile
    http: Caller

    def add(self, goods: Goods, nums: int = 1) -> Answer:
        return self.http.post("/shopcarts/", {"goods": goods.pk, "nums": nums})

    def checkout(self, **fields: Any) -> Answer:
        return self.http.post("/orders/", {**DESTINATION, **fields})


class Shop:
    """The running server: ``origin`` is its address."""

    def __init__(self, origin: str) -> None:
        self.origin = origin

    def anybody(self, **headers: str) -> Caller:
        return Caller(self.origin, **headers)

    def buyer(self) -> Buyer:
        user = UserProfile.objects.create_user(str(next(_mobiles)))
        return Buyer(user, self.anybody(Authorization=f"JWT {token_make(user)}"))

    def buyers(self, number: int) -> list[Buyer]:
        return [self.buyer() for _ in range(number)]

    def browser(self, session: str = "") -> Caller:
        """Somebody with cookies, who can post the forms of pages."""
        cookies = f"csrftoken={CSRF}; sessionid={session}"
        return self.anybody(**{"Cookie": cookies, "X-CSRFToken": CSRF})


def crowd(number: int, *, on_sqlite: int) -> int:
    """How many take part; on SQLite, where writers queue up anyway, a few show as much."""
    return number if IS_MARIADB else on_sqlite


def shelf(*stocks: int, **values: Any) -> list[Goods]:
    """Goods with so many pieces each."""
    category = make_category()
    return [make_goods(category, stock=stock, **values) for stock in stocks]


def order_of(buyer: Buyer, *goods: Goods, nums: int = 1) -> OrderInfo:
    """An unpaid order of ``nums`` pieces of each, made without HTTP."""
    for each in goods:
        cart_add(user_id=buyer.user.pk, goods_id=each.pk, nums=nums)
    return order_create(user_id=buyer.user.pk, destination=Destination(**DESTINATION))


def pauses(seed: int, number: int, at_most: float) -> list[float]:
    """So many pauses of up to ``at_most`` seconds, so that it is not always the same who is first.

    The same seed gives the same pauses.
    """
    chance = random.Random(seed)
    return [chance.uniform(0, at_most) for _ in range(number)]


def stock_of(goods: Goods) -> int:
    return Goods.objects.values_list("goods_num", flat=True).get(pk=goods.pk)


def sold_of(goods: Goods) -> int:
    return Goods.objects.values_list("sold_num", flat=True).get(pk=goods.pk)


def in_carts(goods: Goods) -> int:
    return sum(CartLine.objects.filter(goods=goods).values_list("nums", flat=True))


def ordered(goods: Goods) -> int:
    return sum(OrderGoods.objects.filter(goods=goods).values_list("goods_num", flat=True))


def statuses(answers: Iterable[Answer]) -> Counter[int]:
    return Counter(answer.status for answer in answers)


def unlocked(monkeypatch: pytest.MonkeyPatch, *models: type[Model]) -> None:
    """Switch a guard off: no row of these models is locked any more.

    Neither by the UPDATE of its version nor by SELECT … FOR UPDATE.
    """
    lock, write, send_it = QuerySet.select_for_update, QuerySet.update, Update.__call__

    def select(rows: Any, *args: Any, **options: Any) -> Any:
        return rows.all() if rows.model in models else lock(rows, *args, **options)

    def update(rows: Any, **values: Any) -> int:
        is_lock = rows.model in models and values.keys() == {"version"}
        return rows.count() if is_lock else write(rows, **values)

    def send(statement: Update, **given: Any) -> int:
        is_lock = statement.rows().model in models and statement.values.keys() == {"version"}
        if not is_lock:
            return send_it(statement, **given)
        return len(Read(lambda: statement.rows().values_list("pk"))(**given))

    monkeypatch.setattr(QuerySet, "select_for_update", select)
    monkeypatch.setattr(QuerySet, "update", update)
    monkeypatch.setattr(Update, "__call__", send)


def uncounted(monkeypatch: pytest.MonkeyPatch, *modules: Any) -> None:
    """Switch the second guard off: these modules do not see how many rows a statement hit."""
    for module in modules:
        monkeypatch.setattr(module, "check_changed", lambda found, expected: None)


def before(
    monkeypatch: pytest.MonkeyPatch, module: Any, name: str, wait: Callable[[], None]
) -> None:
    """Have ``wait`` called before every call of a module's function: where rivals meet."""
    function = getattr(module, name)

    def call(*args: Any, **kwargs: Any) -> Any:
        wait()
        return function(*args, **kwargs)

    monkeypatch.setattr(module, name, functools.wraps(function)(call))


def first_damage(play: Callable[[], T], is_damage: Callable[[T], bool]) -> T:
    """Play rounds until one shows the damage; return what it returned."""
    for _ in range(ROUNDS):
        found = play()
        if is_damage(found):
            return found
    pytest.fail(f"no damage in {ROUNDS} rounds: the control shows nothing")
