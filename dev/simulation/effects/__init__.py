"""Actions with a known effect, looked at every day for a year: what their measured effect says (docs/effects.md)."""
