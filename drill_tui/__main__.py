"""`python -m drill_tui`."""

from drill_tui.cli.main import main

main()
