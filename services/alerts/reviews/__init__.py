"""The week of a journey (DESIGN §8a): pure. Facts in, the parts of its review out; each may be absent."""
