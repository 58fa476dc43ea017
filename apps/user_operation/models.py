"""A buyer's own things: favourites, messages to the shop, addresses."""

from django.conf import settings
from django.db import models
from django.db.models import Case, F, Q, When
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.goods.models import GoodsCardsQuerySet, RowsWithGoodsCards
from utils.api.mobile import validate_mobile
from utils.uploads.names import random_file_name

MESSAGE_FOLDER = "messages/"


class UserFavQuerySet(GoodsCardsQuerySet["UserFav"]):
    def for_list(self) -> RowsWithGoodsCards["UserFav"]:
        """With their goods cards, newest first: three queries, however many favourites.

        Goods that left the shelf are among them: the buyer still wants to see them.
        """
        return self.order_by("-pk").with_goods_cards()


class UserFav(models.Model):
    """Goods that a buyer marked with a heart; ``Goods.fav_num`` counts them (signals.py)."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("buyer"), on_delete=models.CASCADE,
        related_name="favourites",
    )  # fmt: skip
    goods = models.ForeignKey(
        "goods.Goods", verbose_name=_("goods"), on_delete=models.CASCADE,
        related_name="favourites",
    )  # fmt: skip
    add_time = models.DateTimeField(_("added"), default=timezone.now)

    objects = UserFavQuerySet.as_manager()

    class Meta:
        verbose_name = _("favourite")
        verbose_name_plural = _("favourites")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["user", "goods"], name="favourite_once"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.goods_id}"


def message_file_name(message: "UserLeavingMessage", name: str) -> str:
    return random_file_name(MESSAGE_FOLDER, name)


class MessageQuerySet(models.QuerySet["UserLeavingMessage"]):
    def unanswered(self) -> "MessageQuerySet":
        """What the shop has not replied to yet."""
        return self.filter(replied_at__isnull=True)


class UserLeavingMessage(models.Model):
    """What a buyer wrote to the shop, with at most one file, and the shop's answer."""

    class MessageType(models.IntegerChoices):
        MESSAGE = 1, _("message")
        COMPLAINT = 2, _("complaint")
        QUESTION = 3, _("question")
        AFTER_SALES = 4, _("after-sales")
        WANTED = 5, _("wanted")

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("buyer"), on_delete=models.CASCADE,
        related_name="messages",
    )  # fmt: skip
    message_type = models.PositiveSmallIntegerField(
        _("kind"), choices=MessageType.choices, default=MessageType.MESSAGE
    )
    subject = models.CharField(_("subject"), max_length=100)
    message = models.TextField(_("text"))
    file = models.FileField(_("file"), upload_to=message_file_name, blank=True)
    file_name = models.CharField(
        _("file name"), max_length=255, blank=True, default="",
        help_text=_("As the buyer called the file."),
    )  # fmt: skip
    file_size = models.PositiveIntegerField(
        _("file size"), default=0, editable=False, help_text=_("In bytes; 0 without a file.")
    )
    reply = models.TextField(
        _("reply"), blank=True, default="", help_text=_("The buyer reads it beside the message.")
    )
    replied_at = models.DateTimeField(_("replied"), null=True, blank=True, editable=False)
    add_time = models.DateTimeField(_("added"), default=timezone.now)

    objects = MessageQuerySet.as_manager()

    class Meta:
        verbose_name = _("buyer's message")
        verbose_name_plural = _("buyers' messages")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                name="message_type_known", condition=Q(message_type__in=[1, 2, 3, 4, 5])
            ),
            models.CheckConstraint(
                name="message_reply_has_time",
                condition=Q(reply="", replied_at__isnull=True)
                | (~Q(reply="") & Q(replied_at__isnull=False)),
            ),
        ]
        indexes = [models.Index(fields=["replied_at"], name="message_replied")]

    def __str__(self) -> str:
        return self.subject


class QuickReply(models.Model):
    """A text with which staff begin a reply: what buyers ask every day."""

    title = models.CharField(_("title"), max_length=30, unique=True)
    text = models.TextField(_("text"), max_length=1000)
    index = models.PositiveSmallIntegerField(
        _("position"), default=0, help_text=_("Small numbers first.")
    )

    class Meta:
        verbose_name = _("quick reply")
        verbose_name_plural = _("quick replies")
        ordering = ["index", "id"]

    def __str__(self) -> str:
        return self.title


class MessageUsage(models.Model):
    """What a buyer left with the shop on one day, and the row that lets messages in one by one.

    Deleted messages stay counted here. What a buyer has left altogether is counted from the
    messages themselves (services/quotas.py).
    """

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, verbose_name=_("buyer"), on_delete=models.CASCADE,
        primary_key=True, related_name="message_usage",
    )  # fmt: skip
    # Who wants to be alone with the row moves it, which is a lock on a cluster as well.
    version = models.PositiveBigIntegerField(default=0)
    day = models.DateField(_("day"), null=True)
    messages = models.PositiveIntegerField(_("messages"), default=0)
    files = models.PositiveIntegerField(_("files"), default=0)
    file_bytes = models.PositiveBigIntegerField(_("bytes of files"), default=0)

    class Meta:
        verbose_name = _("use of messages")
        verbose_name_plural = _("use of messages")

    def __str__(self) -> str:
        return f"{self.user_id}: {self.day}"


class UserAddress(models.Model):
    """Where a buyer gets parcels. Among a buyer's addresses exactly one is the default.

    That there is not more than one, the database holds (``default_of``); that there is
    one, services.addresses, through which every write goes.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("buyer"), on_delete=models.CASCADE,
        related_name="addresses",
    )  # fmt: skip
    province = models.CharField(_("province"), max_length=100, blank=True, default="")
    city = models.CharField(_("city"), max_length=100, blank=True, default="")
    district = models.CharField(_("district"), max_length=100, blank=True, default="")
    address = models.CharField(_("address"), max_length=100)
    signer_name = models.CharField(_("recipient"), max_length=100)
    signer_mobile = models.CharField(
        _("recipient's mobile"), max_length=11, validators=[validate_mobile]
    )
    is_default = models.BooleanField(
        _("default"), default=False,
        help_text=_("Moves here from the address that has it; it cannot be taken away."),
    )  # fmt: skip
    # The buyer on the default address and NULL on the others: MariaDB has no partial
    # unique index.
    default_of = models.GeneratedField(
        expression=Case(When(is_default=True, then=F("user_id")), default=None),
        output_field=models.BigIntegerField(null=True),
        db_persist=True,
        unique=True,
    )
    add_time = models.DateTimeField(_("added"), default=timezone.now)

    class Meta:
        verbose_name = _("address")
        verbose_name_plural = _("addresses")
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.signer_name}, {self.address}"
