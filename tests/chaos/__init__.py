"""Chaos: everything goes wrong at once, from a seed, and the promises must hold (docs/promises.md, `make chaos`)."""
