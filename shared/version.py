"""Which Journeyloop this is."""

from importlib.metadata import version

VERSION: str = version("journeyloop")
