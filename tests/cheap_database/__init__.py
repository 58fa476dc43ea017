"""An app that brings the tests a cheaper ``migrate`` and a cheaper ``flush``."""
