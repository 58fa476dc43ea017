"""Requests that meet, over real sockets; and what happens where a guard is switched off."""
