"""The shop's settings and middleware, with one plain view instead of the shop."""

from mxshop.settings import *  # noqa: F403

ROOT_URLCONF = "bench.peers.urls"
