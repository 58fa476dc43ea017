"""What every test of the project may use lives in tests/."""

pytest_plugins = [
    "tests.fixtures", "tests.interpreter", "tests.mroonga", "tests.services", "tests.local_gateway",
    "tests.browsers",
]  # fmt: skip
