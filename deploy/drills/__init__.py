"""The restore drill (deploy/drill): a shop is destroyed and brought back from its backups.

``database`` is a MariaDB of its own, ``backups`` the scripts as a person calls them, ``story`` what
happens to the shop, ``refusals`` what must not be possible.
"""
