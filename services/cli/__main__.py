"""`python -m services.cli` is `journeyloop`."""

from services.cli import main

main()
