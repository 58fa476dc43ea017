"""What the database has to be before anything is served; asked once, at the start."""

import logging
import sys

from django.db import DatabaseError, connection

from utils.db.charset import charset_faults
from utils.db.refusals import database_refusal

logger = logging.getLogger(__name__)


def refuse_database() -> None:
    """End this process with one line per fault of the database.

    A database that does not answer is logged and stops nothing: it may come back, and until
    then each request that needs it is answered 503. The connection is closed, because a server
    forks after this.
    """
    try:
        faults = charset_faults(connection)
    except DatabaseError as error:
        logger.warning("%s", database_refusal(error, connection.settings_dict))
        return
    finally:
        connection.close()
    if faults:
        sys.exit("\n".join(faults))
