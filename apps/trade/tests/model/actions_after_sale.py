"""What buyers and staff do about money back, to the shop and to the model of it."""

from decimal import Decimal
from typing import Any

from apps.trade.models import OrderGoods, RefundRequest
from apps.trade.services.refund_requests import (
    ApprovedTooMuchError,
    RequestDecidedError,
    refund_request_approve,
    refund_request_reject,
)
from apps.trade.services.refunds import RefundOverError, RefundTooLargeError, refund_send
from apps.trade.services.returns import ReturnRefusedError, ReturnTooLargeError
from utils.api.errors import DomainError

from . import after_sale
from .after_sale import Request
from .model import Refund

REPLY = "sorry"
REFUSALS: dict[type[DomainError], str] = {
    RefundOverError: "over",
    RefundTooLargeError: "too large",
    ReturnRefusedError: "pieces",
    ReturnTooLargeError: "pieces",
    RequestDecidedError: "decided",
    ApprovedTooMuchError: "asked",
}


def first_pieces(order: Any, nums: int) -> dict[int, int]:
    """So many pieces of the first goods of an order; none for 0."""
    return {next(iter(order.pieces)): nums} if nums else {}


def lines_of(order_id: int, pieces: dict[int, int]) -> dict[int, int]:
    """Pieces by the ids of lines, for pieces by the ids of goods."""
    lines = OrderGoods.objects.filter(order_id=order_id, goods_id__in=pieces)
    return {pk: pieces[goods] for pk, goods in lines.values_list("pk", "goods_id")}


class AfterSaleActions:
    """For Actions, which has the model (``shop``), clients, and ways to name an order."""

    shop: Any
    clients: Any
    staff: Any

    def _request(self, number: int) -> tuple[int, Request] | None:
        requests = list(self.shop.requests.items())
        return requests[-1 - number % len(requests)] if requests else None

    def ask_for_money(self, number: int, amount: str) -> None:
        order = self._order(number)  # type: ignore[attr-defined]
        yuan = None if amount == "all" else Decimal(amount)
        body = {"reason": "damaged", **({} if yuan is None else {"amount": amount})}
        path = f"/orders/{order.pk}/refunds/"
        answer = self.clients[order.buyer].post(path, body, format="json")
        status, expected = after_sale.ask(self.shop, order, yuan)
        assert answer.status_code == status
        if status != 201:
            assert list(answer.json()) == expected
            return
        made = answer.json()
        assert made["amount"] == float(expected)
        self.shop.requests[made["id"]] = Request(order, expected)

    def reach_for_anothers_request(self, number: int) -> None:
        if found := self._request(number):
            pk, request = found
            for buyer, client in self.clients.items():
                is_owner = buyer == request.order.buyer
                answer = client.get(f"/refunds/{pk}/")
                assert answer.status_code == (200 if is_owner else 404)
                if is_owner:
                    assert answer.json()["state"] == request.state
                else:
                    assert client.post(f"/refunds/{pk}/withdraw/").status_code == 404

    def withdraw_request(self, number: int) -> None:
        if found := self._request(number):
            pk, request = found
            answer = self.clients[request.order.buyer].post(f"/refunds/{pk}/withdraw/")
            assert answer.status_code == after_sale.withdraw(request)

    def reject_request(self, number: int) -> None:
        if found := self._request(number):
            pk, request = found
            own_reply = RefundRequest.objects.values_list("reply", flat=True).get(pk=pk)
            try:
                refund_request_reject(request_id=pk, reply=REPLY, staff_id=self.staff.pk)
                refusal = ""
            except DomainError as error:
                refusal = REFUSALS[type(error)]
            is_the_shops = request.state == "rejected" and own_reply != REPLY
            assert refusal == ("decided" if is_the_shops else after_sale.reject(request))

    def approve_request(self, number: int, amount: str, pieces: int, is_answer_lost: bool) -> None:
        found = self._request(number)
        if found is None:
            return
        pk, request = found
        yuan = request.amount if amount == "all" else Decimal(amount)
        back = first_pieces(request.order, pieces)
        expected, refused = after_sale.approve(self.shop, request, yuan, back), ""
        try:
            row = refund_request_approve(
                request_id=pk, amount=yuan, lines=lines_of(request.order.pk, back), reply="",
                staff_id=self.staff.pk,
            )  # fmt: skip
        except DomainError as error:
            refused = REFUSALS[type(error)]
        assert refused == ("" if expected == "again" else expected)
        if refused:
            return
        if expected == "again":
            assert request.refund is not None
            assert row.out_request_no == request.refund.number
            return
        payment = after_sale.applied_to(self.shop, request.order)
        assert payment is not None
        made = Refund(payment, row.out_request_no, yuan, self.shop.now, pieces=back)
        self.shop.refunds[made.number] = made
        request.state, request.approved, request.refund = "approved", yuan, made
        if is_answer_lost:
            self._refund_without_answer(made)  # type: ignore[attr-defined]
            return
        refund_send(refund_id=row.pk)
        self.shop.refund_send(made)
