"""The page on which staff decide a buyer's refund request: approve in full or in part, or reject.

A view of its own, because the admin's own pages are transactions, and none may wait for the
gateway. The request's state makes a decision that is sent twice one decision.
"""

from decimal import Decimal

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

from ..models import Payment, RefundRequest
from ..services.refund_requests import (
    payment_of,
    refund_request_approve,
    refund_request_reject,
)
from ..services.refunds import RefundOverError, refund_is_over, refund_send, refundable
from .cells import change_url
from .refund_page import refund_tell
from .return_fields import ReturnFieldsForm, returnable_with, returned_text


def _reply_field(*, required: bool) -> forms.CharField:
    return forms.CharField(
        label=_("reply"), max_length=500, required=required,
        widget=forms.Textarea(attrs={"rows": 3, "class": "vLargeTextField"}),
        help_text=_("The buyer reads it beside the request."),
    )  # fmt: skip


class ApproveForm(ReturnFieldsForm):
    amount = forms.DecimalField(
        label=_("amount"), max_digits=10, decimal_places=2, min_value=Decimal("0.01"),
        help_text=_("In yuan."),
    )  # fmt: skip
    reply = _reply_field(required=False)


class RejectForm(forms.Form):
    prefix = "reject"
    reply = _reply_field(required=True)


class DecisionPage(admin.ModelAdmin):
    """For the admin of refund requests: the page, and the permissions it takes."""

    def has_decide_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("trade.decide_refundrequest")

    def has_refund_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("trade.refund_payment")

    def decide_view(self, request: HttpRequest, request_id: int) -> HttpResponse:
        if not (self.has_view_permission(request) and self.has_decide_permission(request)):
            raise PermissionDenied
        rows = RefundRequest.objects.select_related("order__user")
        row = get_object_or_404(rows, pk=request_id)
        payment = payment_of(row.order)
        assert payment is not None  # what was asked for was paid, and a payment stays applied
        if request.method == "POST":
            if "reject" in request.POST:
                return self._reject(request, row, payment)
            if self.has_refund_permission(request):
                return self._approve(request, row, payment)
        return self._show(request, row, payment)

    def _reject(self, request: HttpRequest, row: RefundRequest, payment: Payment) -> HttpResponse:
        assert request.user.pk is not None
        form = RejectForm(request.POST)
        if not form.is_valid():
            return self._show(request, row, payment, reject=form)
        try:
            is_new = refund_request_reject(
                request_id=row.pk, reply=form.cleaned_data["reply"], staff_id=request.user.pk
            )
        except DomainError as error:
            self.message_user(request, str(error), messages.ERROR)
        else:
            if is_new:
                with in_shop_language():
                    entry = gettext("Rejected.")
                self.log_change(request, row, entry)
            self.message_user(request, _("Rejected; the buyer reads your reply."), messages.SUCCESS)
        return HttpResponseRedirect(change_url("refundrequest", row.pk))

    def _approve(self, request: HttpRequest, row: RefundRequest, payment: Payment) -> HttpResponse:
        form = ApproveForm(request.POST, returnable=returnable_with(payment))
        if not form.is_valid() or "change" in request.POST:
            return self._show(request, row, payment, approve=form)
        if "confirmed" not in request.POST:
            # Only a first look: the service looks again under the order's lock.
            most = min(row.amount, refundable(payment))
            if form.cleaned_data["amount"] > most:
                text = gettext("At most %(most)s yuan: what is asked for, and left.")
                form.add_error("amount", text % {"most": f"{most:.2f}"})
            return self._show(request, row, payment, approve=form, is_asking=form.is_valid())
        self._give_back(request, row, payment, form)
        return HttpResponseRedirect(change_url("refundrequest", row.pk))

    def _give_back(
        self, request: HttpRequest, row: RefundRequest, payment: Payment, form: ApproveForm
    ) -> None:
        """Approve, have the money moved, tell what came of it, and keep it in the histories."""
        assert request.user.pk is not None
        amount = form.cleaned_data["amount"]
        try:
            refund = refund_request_approve(
                request_id=row.pk, amount=amount, lines=form.lines(),
                reply=form.cleaned_data["reply"], staff_id=request.user.pk,
            )  # fmt: skip
        except DomainError as error:
            self.message_user(request, str(error), messages.ERROR)
            return
        if not refund.tries:
            with in_shop_language():
                entry = gettext("Approved: refund %(number)s of %(amount)s yuan.")
                entry = entry % {"number": refund.out_request_no, "amount": f"{amount:.2f}"}
                entry += returned_text(form.chosen())
            for changed in (row, payment):
                self.log_change(request, changed, entry)
        refund_tell(self, request, refund_send(refund_id=refund.pk))

    def _show(
        self,
        request: HttpRequest,
        row: RefundRequest,
        payment: Payment,
        *,
        approve: ApproveForm | None = None,
        reject: RejectForm | None = None,
        is_asking: bool = False,
    ) -> HttpResponse:
        left = refundable(payment)
        first = {"amount": min(row.amount, left)}
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Decide"),
            "row": row,
            "order": row.order,
            "lines": row.order.lines.all(),
            "left": left,
            "is_open": row.state == RefundRequest.State.REQUESTED,
            "is_over": refund_is_over(payment),
            "over": RefundOverError.message,
            "may_approve": self.has_refund_permission(request),
            "approve": approve or ApproveForm(initial=first, returnable=returnable_with(payment)),
            "reject": reject or RejectForm(),
            "is_asking": is_asking,
            "media": self.media,
        }
        return TemplateResponse(request, "admin/trade/refundrequest/decide.html", context)
