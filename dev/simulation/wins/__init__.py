"""Stages that get better and stages that do not: how often a win is told, and whether it is one (docs/wins.md)."""
