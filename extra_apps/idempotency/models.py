from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class IdempotencyRecord(models.Model):
    """What became of one Idempotency-Key of one user.

    Without ``status`` it is a claim: until ``locked_until`` a request with the key is at
    work, after that another request may take the claim over. With it, it is the answer, until
    ``expires_at``. Only services.py reads and writes it. The key itself is nowhere:
    ``key_hash`` has one length, whatever clients make up.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("user"), on_delete=models.CASCADE, related_name="+"
    )
    key_hash = models.CharField(_("hash of the key and its path"), max_length=64)
    fingerprint = models.CharField(_("hash of the request"), max_length=64)
    claim_token = models.CharField(_("who has the claim"), max_length=32)
    locked_until = models.DateTimeField(_("locked until"))
    status = models.PositiveSmallIntegerField(_("status of the answer"), null=True)
    headers = models.JSONField(_("headers of the answer"), default=dict)
    body = models.TextField(_("body of the answer, JSON"), default="")
    add_time = models.DateTimeField(_("added"), default=timezone.now)
    expires_at = models.DateTimeField(_("expires"), db_index=True)

    class Meta:
        verbose_name = _("idempotency record")
        verbose_name_plural = _("idempotency records")
        constraints = [
            models.UniqueConstraint(
                fields=["user", "key_hash"], name="idempotency_one_record_per_key"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.key_hash[:8]}: {self.status or 'claimed'}"
