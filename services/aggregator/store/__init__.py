"""All SQL of the aggregator: `buckets` and `journeys` write, `scores` and `places` read."""
