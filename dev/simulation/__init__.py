"""Proof of the detector: synthetic stages with a known truth, watched by the very code that runs live (DESIGN §7)."""
