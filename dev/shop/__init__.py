"""A small shop on an origin of its own that embeds a survey: strict about scripts, careless about CSS."""
