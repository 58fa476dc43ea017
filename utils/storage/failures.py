"""What is raised when the place of the uploads is a server, and that server does not serve."""


class StoreAwayError(Exception):
    """The server of the uploads does not answer, or is overloaded: a later try may succeed.

    Answered with 503 (utils/api/outages.py). Not an OSError: those mean that one file is not there.
    """


class StoreRefusedError(Exception):
    """The server of the uploads refuses the keys or the bucket: a setting is wrong. 503 as well."""
