"""Shapes of what alerts takes and gives over HTTP."""
