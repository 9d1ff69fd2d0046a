"""Names that are Journeyloop's own."""

# The journey, survey and owner of `journeyloop check`: left out where configuration or detectors are listed.
CHECK = "journeyloop-check"
