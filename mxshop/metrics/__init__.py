"""What Prometheus reads at /metrics: docs/operations.md says what each number means."""
