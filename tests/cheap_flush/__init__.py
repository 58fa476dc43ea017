"""An app that brings the tests a cheaper ``flush``."""
