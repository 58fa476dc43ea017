"""What is known about the index of the search: nothing, where LIKE alone answers (ADR 20)."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class GoodsSearchMark(models.Model):
    """Goods whose words in the index may be old, since a change that has committed.

    Written by triggers, in the transaction of the change; deleted when the index has been
    written. One row for each change, so that nobody waits for another's mark.
    """

    goods_id = models.BigIntegerField(_("goods"))

    class Meta:
        verbose_name = _("mark of the search index")
        verbose_name_plural = _("marks of the search index")
        default_permissions = ()  # it is in no admin page

    def __str__(self) -> str:
        return f"{self.pk}: {self.goods_id}"


class GoodsSearchIndex(models.Model):
    """The index that is in use: one row (``pk`` 1), or none when there is no index.

    ``stamp`` is also written into the index itself, anew with every change: an index of another
    moment (of a backup, of another server) is recognised by it. ``next_stamp`` is what the change
    that is being written will leave there. Characters of ``alike_from`` count as those of
    ``alike_to`` at the same place, by ``collation``.
    """

    build = models.CharField(_("build"), max_length=16)
    stamp = models.CharField(_("stamp"), max_length=16)
    next_stamp = models.CharField(_("next stamp"), max_length=16)
    collation = models.CharField(_("collation"), max_length=64)
    alike_from = models.TextField(_("characters"))
    alike_to = models.TextField(_("count as"))
    # The last comparison of index and goods that went through, and how far the one at hand is.
    compared_at = models.DateTimeField(_("compared at"))
    compared_to = models.BigIntegerField(_("compared up to goods"), default=0)

    class Meta:
        verbose_name = _("search index")
        verbose_name_plural = _("search indexes")
        default_permissions = ()  # it is in no admin page

    def __str__(self) -> str:
        return self.build
