"""Load for a long time, too much load, and stops under load: `make soak` (docs/load.md)."""
