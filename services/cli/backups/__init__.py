"""`journeyloop backup` and `restore`: everything at one moment, and the way back to it (ADR 27)."""
