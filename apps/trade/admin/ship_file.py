"""The page on which staff ship by a file of order numbers, carriers and tracking numbers."""

import json
from collections.abc import Iterator, Sequence
from time import monotonic
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from utils.api.errors import DomainError
from utils.spreadsheets.reading import table_read
from utils.spreadsheets.responses import table_response
from utils.spreadsheets.xlsx_stream import Sheet
from utils.uploads.content import content_of

from ..models import OrderInfo
from ..services.ship_files import (
    LABELS,
    MOST_ROWS,
    Fault,
    ShipFileError,
    ShipRow,
    ship_rows_check,
    ship_rows_read,
)
from .parcel_forms import OneParcelForm
from .ship_many import ShipMany

# Of one request; what is left is shown again, to be continued.
SECONDS = 10


class FileForm(forms.Form):
    file = forms.FileField(
        label=_("file"), max_length=255, widget=forms.FileInput(attrs={"accept": ".xlsx,.csv"}),
    )  # fmt: skip


class ShipFile(ShipMany):
    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        pages = [
            path("ship/file/", wrap(self.ship_file_view), name="trade_orderinfo_ship_file"),
            path("ship/list/", wrap(self.ship_list_view), name="trade_orderinfo_ship_list"),
        ]
        return [*pages, *super().get_urls()]

    def ship_list_view(self, request: HttpRequest) -> Any:
        """The orders that can be shipped now as a workbook, to be filled in and sent back."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        header = [
            str(text)
            for text in (*LABELS.values(), _("recipient"), _("recipient's mobile"), _("address"),
                         _("goods"), _("buyer's note"))
        ]  # fmt: skip
        sheet = Sheet(name="orders", header=header, rows=_rows_to_fill())
        return table_response([sheet], name="to-ship", format="xlsx")

    def ship_file_view(self, request: HttpRequest) -> HttpResponse:
        """Show what a file would do, all its faults at once; do it when that is confirmed."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        rows: list[ShipRow] | None = None
        form = FileForm(request.POST or None, request.FILES or None)
        if "rows" in request.POST:
            rows = _rows_sent(request.POST["rows"])
            ship_rows_check(rows)
            rows = self._ship_rows(request, rows)
            if not rows:
                return HttpResponseRedirect(reverse("admin:trade_orderinfo_ship_file"))
            form = FileForm()
        elif request.method == "POST" and form.is_valid():
            try:
                file = form.cleaned_data["file"]
                with content_of(file) as content:
                    rows = ship_rows_read(table_read(name=file.name, content=content))
                if not rows:
                    raise ShipFileError(_("No row has a carrier or a number."))
                ship_rows_check(rows)
            except DomainError as error:
                form.add_error("file", str(error))
        to_do = [row for row in rows or () if row.is_to_do]
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "media": self.media,
            "title": _("Numbers from a file"),
            "form": form,
            "rows": rows,
            "faulty": [row for row in rows or () if row.faults],
            "known": sum(row.is_known for row in rows or ()),
            "to_do": to_do,
            "sent": _sent(to_do),
            "most_rows": MOST_ROWS,
        }
        return TemplateResponse(request, "admin/trade/orderinfo/ship_file.html", context)

    def _ship_rows(self, request: HttpRequest, rows: Sequence[ShipRow]) -> list[ShipRow]:
        """Ship the rows that are right; return those that turned out wrong, or had no time left."""
        until = monotonic() + SECONDS
        left, done = [row for row in rows if row.faults], 0
        for row in rows:
            if not row.is_to_do:
                continue
            if monotonic() > until:
                left.append(row)
                continue
            assert row.order is not None
            form = OneParcelForm({"carrier": row.carrier, "tracking_no": row.tracking_no})
            if form.is_valid() and self._record(request, row.order, form, is_one_of_many=True):
                done += 1
            else:
                errors = [str(text) for texts in form.errors.values() for text in texts]
                row.faults.append(Fault(LABELS["order_sn"], row.order_sn, " ".join(errors)))
                left.append(row)
        if done:
            text = ngettext("%(count)d parcel was recorded.", "%(count)d parcels were recorded.",
                            done)  # fmt: skip
            self.message_user(request, text % {"count": done}, messages.SUCCESS)
        return left


def _sent(rows: Sequence[ShipRow]) -> str:
    """Return the rows as the form takes them back: they are checked again then."""
    return json.dumps([(row.row, row.order_sn, row.carrier, row.tracking_no) for row in rows])


def _rows_sent(text: str) -> list[ShipRow]:
    """Return the rows that _sent() wrote; of anything else none."""
    try:
        return [
            ShipRow(row=int(row), order_sn=str(order_sn), carrier=str(carrier),
                    tracking_no=str(tracking_no))
            for row, order_sn, carrier, tracking_no in json.loads(text)[:MOST_ROWS]
        ]  # fmt: skip
    except (ValueError, TypeError, KeyError, RecursionError):
        return []


def _rows_to_fill() -> Iterator[list[Any]]:
    orders = OrderInfo.objects.to_ship_now().order_by("pay_time", "pk").prefetch_related("lines")
    for order in orders.iterator(chunk_size=500):
        lines = "; ".join(f"{line.name} × {line.goods_num}" for line in order.lines.all())
        yield [
            order.order_sn, None, None, order.signer_name, order.singer_mobile, order.address,
            lines, order.post_script,
        ]  # fmt: skip
