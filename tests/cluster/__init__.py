"""Two shops on the two nodes of a Galera cluster, both of which take writes at once."""
