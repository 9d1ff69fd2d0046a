"""Journeys in which nothing happens, reviewed every week for a year: what their reviews list (docs/reviews.md)."""
