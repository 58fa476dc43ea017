"""The shop's own front (storefront/): how its pages are built, found and served.

The sources are named by a hash of their content (``sources``), and a build is a folder of that
name (``places``). So an unchanged source is not built again, a checkout of an older commit finds
its older build, and several releases share one folder. ``building`` makes a build, ``finder``
gives its files to staticfiles, and ``state`` says what ``/index/`` can show.
"""
