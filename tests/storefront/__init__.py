"""The shop's own front, built and shown by Chromium, against the shop itself."""
