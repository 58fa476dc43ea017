"""What every test of the project may use lives in tests/."""

pytest_plugins = ["tests.fixtures", "tests.services", "tests.local_gateway"]
