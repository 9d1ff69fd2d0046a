"""Shapes: `questions` are checked, `answers` are documented (OpenAPI)."""
