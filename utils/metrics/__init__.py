"""Numbers of the running processes for Prometheus; what the database knows is in mxshop/metrics."""
