"""A throw-away PostgreSQL cluster, for the isolated target and for the demo source."""
