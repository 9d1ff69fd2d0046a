"""How fast it is, how late, and how big: `make bench` prints one table, measured on real parts in one run.

Every figure stands beside what it is compared with, measured by turns in the same run: other machines and other days
change both. `docs/benchmarks.md` keeps the last table.
"""
