"""What the worker of tasks does for imports."""

import logging

from django.utils.translation import gettext as _
from django_tasks import task

from utils.journal.actors import Way, acting
from utils.text.language import in_shop_language

from ...models import GoodsImport
from .checking import import_check
from .claims import Claim, ClaimLostError
from .running import import_run

logger = logging.getLogger(__name__)


@task()
def goods_import_work(import_id: int) -> str:
    """Check an import, or carry it out, whichever it waits for; return the state it is in then.

    Does nothing where another worker is at it. Safe to be called at any time, and again after a
    crash: a check begins anew, and of an import what is done stays done.
    """
    claim = Claim(import_id)
    if not claim.take():
        return "nothing to do"
    goods_import = GoodsImport.objects.get(pk=import_id)
    try:
        with in_shop_language():  # what is said is kept, and read by others
            if goods_import.state == GoodsImport.State.WAITING:
                import_check(goods_import, claim)
            else:
                note = _("Import %(number)d") % {"number": import_id}
                with acting(staff_id=goods_import.staff_id, way=Way.IMPORT, note=note):
                    import_run(goods_import, claim)
    except ClaimLostError:
        logger.warning("import %d was taken over by another worker, or cancelled", import_id)
        return "taken over"
    goods_import.refresh_from_db(fields=["state"])
    return goods_import.state
