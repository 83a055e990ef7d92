"""drill-tui: prove that your PostgreSQL backups restore."""

__version__ = "0.2.0"
