"""Where an order goes: as the client wrote it, or by the buyer's address book.

The address book is another app's, which this one does not import. The project connects the two
(mxshop/wiring.py).
"""

from typing import Any, NamedTuple, Protocol

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from utils.api.errors import DomainError
from utils.api.mobile import is_mobile

from ..models import OrderInfo
from ..provinces import Province, province_of


class Destination(NamedTuple):
    """Where an order goes, and what the buyer wrote with it."""

    address: str
    signer_name: str
    singer_mobile: str
    post_script: str = ""
    # As the address book has it; the address itself says it else.
    province_name: str = ""

    @property
    def province(self) -> Province | None:
        """The province that freight is counted for; None: unknown."""
        return province_of(self.province_name, self.address)


class FromAddressBook(NamedTuple):
    """An address of the buyer's address book, by its id."""

    address_id: int
    post_script: str = ""


class BookEntry(Protocol):
    """What an address book says of an address; each part may be empty."""

    @property
    def province(self) -> str: ...
    @property
    def city(self) -> str: ...
    @property
    def district(self) -> str: ...
    @property
    def address(self) -> str: ...
    @property
    def signer_name(self) -> str: ...
    @property
    def signer_mobile(self) -> str: ...


class AddressBook(Protocol):
    def __call__(self, *, user_id: int, address_id: int) -> BookEntry | None:
        """Return an address of this buyer; None: the buyer has no such address. One query."""


class AddressUnknownError(DomainError):
    """The buyer's address book has no such address; nothing was changed."""

    field = "address_id"
    message: Any = _("There is no such object.")


class AddressUnfitError(DomainError):
    """No parcel can be sent to the address as it stands in the book; nothing was changed."""

    field = "address_id"


_connected: list[AddressBook] = []


def address_book_connect(book: AddressBook) -> None:
    """Let ``book`` be what address ids are looked up in. Called once, as the project starts."""
    _connected[:] = [book]


def destination_find(*, user_id: int, where: Destination | FromAddressBook) -> Destination:
    """Return where an order goes. Its address is put together as the published clients do it.

    Raises AddressUnknownError, also for another buyer's address; AddressUnfitError when the parts
    do not fit into an order.
    """
    if isinstance(where, Destination):
        return where
    (book,) = _connected
    entry = book(user_id=user_id, address_id=where.address_id)
    if entry is None:
        raise AddressUnknownError
    parts = (entry.province, entry.city, entry.district, entry.address)
    found = Destination(
        address="".join(part.strip() for part in parts),
        signer_name=entry.signer_name.strip(),
        singer_mobile=entry.signer_mobile,
        post_script=where.post_script,
        province_name=entry.province,
    )
    _check_fits(found)
    return found


def _check_fits(found: Destination) -> None:
    for name in ("address", "signer_name"):
        field: Any = OrderInfo._meta.get_field(name)
        part, length = field.verbose_name, len(getattr(found, name))
        if not length:
            text = gettext("This address has no %(part)s: correct it first.")
            raise AddressUnfitError(text % {"part": part})
        if length > field.max_length:
            text = gettext(
                "%(part)s: %(length)d characters, of which at most %(limit)d fit on a parcel. "
                "Shorten the address first."
            )
            numbers = {"part": part, "length": length, "limit": field.max_length}
            raise AddressUnfitError(text % numbers)
    if not is_mobile(found.singer_mobile):
        raise AddressUnfitError(gettext("The mobile of this address is not valid."))
