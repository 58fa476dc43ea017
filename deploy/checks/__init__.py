"""Tries the files of deploy/ together: nginx over TLS, uwsgi and the shop, DEBUG off.

    deploy/check [--venv FOLDER]

``stack`` starts the programs in a temporary folder; the other modules each look at one thing.
"""
