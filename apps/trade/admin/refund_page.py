"""The page on which staff give money back: a form, a preview of the sum, the refund.

A view of its own, because the admin's own pages are transactions, and none may wait for the
gateway. The form carries a token from its first showing to the refund: sent again, by a
double click or by hand, it is the same refund.
"""

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from utils.api.errors import DomainError
from utils.text.language import in_shop_language

from ..models import Payment, Refund, RefundRequest
from ..services.refunds import (
    RefundOverError,
    RefundTooLargeError,
    refund_is_over,
    refund_open,
    refund_send,
    refund_token_make,
    refundable,
)
from .cells import change_url
from .return_fields import ReturnFieldsForm, returnable_with, returned_text, split

TOKEN = re.compile(r"\A[0-9a-f]{16}\Z")
# Alipay shows it to the buyer.
REASONS = {
    Payment.Flag.SOLD_OUT: _("The goods are sold out."),
    Payment.Flag.DUPLICATE: _("The order had been paid already."),
    Payment.Flag.REFUNDED: _("The order had been refunded already."),
    Payment.Flag.NO_ACCOUNT: _("The account has been closed."),
}
LEVELS = {
    Refund.State.DONE: (messages.SUCCESS, _("%(amount)s yuan were given back.")),
    Refund.State.PENDING: (
        messages.WARNING,
        _("It is not known yet whether Alipay has given %(amount)s yuan back. The shop goes on "
          "asking; you can ask again in the list of refunds."),
    ),
    Refund.State.FAILED: (
        messages.ERROR, _("Alipay refuses to give %(amount)s yuan back: %(answer)s"),
    ),
}  # fmt: skip


class RefundForm(ReturnFieldsForm):
    amount = forms.DecimalField(
        label=_("amount"), max_digits=10, decimal_places=2, min_value=Decimal("0.01"),
        help_text=_("In yuan."),
    )  # fmt: skip
    reason = forms.CharField(
        label=_("reason"), max_length=200, help_text=_("Alipay shows it to the buyer."),
        widget=forms.TextInput(attrs={"class": "vTextField"}),
    )  # fmt: skip
    token = forms.RegexField(regex=TOKEN, widget=forms.HiddenInput)


class RefundPage(admin.ModelAdmin):
    """For the admin of payments: the page, and the permission it takes."""

    def has_refund_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("trade.refund_payment")

    def refund_view(self, request: HttpRequest, payment_id: int) -> HttpResponse:
        if not (self.has_view_permission(request) and self.has_refund_permission(request)):
            raise PermissionDenied
        payment = get_object_or_404(Payment.objects.select_related("order__user"), pk=payment_id)
        if request.method != "POST":
            return self._show(request, payment, _first_form(payment))
        form = RefundForm(request.POST, returnable=returnable_with(payment))
        if not form.is_valid():
            if "token" in form.errors:  # nobody's form
                form = _first_form(payment)
            return self._show(request, payment, form)
        data = form.cleaned_data
        if "confirmed" not in request.POST:
            # Only a first look: the service looks again under the payment's lock.
            left = refundable(payment)
            if data["amount"] > left:
                form.add_error("amount", str(RefundTooLargeError(left)))
            is_asking = form.is_valid() and "change" not in request.POST
            return self._show(request, payment, form, is_asking=is_asking)
        refund_make(self, request, payment, **split(data), lines=form.lines(), chosen=form.chosen())
        return HttpResponseRedirect(change_url("payment", payment.pk))

    def _show(
        self, request: HttpRequest, payment: Payment, form: RefundForm, *, is_asking: bool = False
    ) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Give money back"),
            "payment": payment,
            "left": refundable(payment),
            # Whoever gives money back without it should know that the buyer asked.
            "open_request": RefundRequest.objects.filter(open_of=payment.order_id).first(),
            "is_over": refund_is_over(payment),
            "over": RefundOverError.message,
            "form": form,
            "is_asking": is_asking,
            "media": self.media,
        }
        return TemplateResponse(request, "admin/trade/payment/refund.html", context)


def refund_make(
    model_admin: admin.ModelAdmin,
    request: HttpRequest,
    payment: Payment,
    *,
    amount: Decimal,
    reason: str,
    token: str,
    lines: Mapping[int, int] | None = None,
    chosen: Iterable[tuple[str, int]] = (),
) -> Refund | None:
    """Refund, tell the staff member what came of it, and keep it in the payment's history.

    ``chosen`` are the ``lines`` that come back into stock, by name. None when it was refused
    before the gateway was asked.
    """
    assert request.user.pk is not None
    try:
        refund = refund_open(
            payment_id=payment.pk, amount=amount, reason=reason, staff_id=request.user.pk,
            request_token=token, lines=lines,
        )  # fmt: skip
    except DomainError as error:
        model_admin.message_user(request, str(error), messages.ERROR)
        return None
    if not refund.tries:
        with in_shop_language():
            entry = gettext("Refund %(number)s of %(amount)s yuan: %(reason)s")
            back = returned_text(chosen)
        values = {"number": refund.out_request_no, "amount": amount, "reason": reason}
        model_admin.log_change(request, payment, entry % values + back)
    refund = refund_send(refund_id=refund.pk)
    refund_tell(model_admin, request, refund)
    return refund


def refund_tell(model_admin: admin.ModelAdmin, request: HttpRequest, refund: Refund) -> None:
    level, text = LEVELS[Refund.State(refund.state)]
    values = {"amount": f"{refund.amount:.2f}", "answer": refund.answer}
    model_admin.message_user(request, text % values, level)


def rest_tell(model_admin: admin.ModelAdmin, request: HttpRequest, rest: Iterable[Any]) -> None:
    """Name those of a batch that were not begun, because the gateway is silent or time is over."""
    if numbers := ", ".join(map(str, rest)):
        text = _("Not begun, because Alipay did not answer in time; choose them again: %(numbers)s")
        model_admin.message_user(request, text % {"numbers": numbers}, messages.ERROR)


def reason_of(payment: Payment) -> str:
    """Return the reason to start from: that of a flag, else none."""
    return str(REASONS[Payment.Flag(payment.flag)]) if payment.flag else ""


def is_token(text: str) -> bool:
    return TOKEN.match(text) is not None


def _first_form(payment: Payment) -> RefundForm:
    return RefundForm(
        returnable=returnable_with(payment),
        initial={
            "amount": refundable(payment),
            "reason": reason_of(payment),
            "token": refund_token_make(),
        },
    )
