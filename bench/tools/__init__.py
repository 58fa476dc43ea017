"""Measurements that are commands of their own: ``python -m bench NAME``."""
