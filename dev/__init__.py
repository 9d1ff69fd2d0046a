"""The embedded stack: PostgreSQL, a broker, a mail sink and all our processes on one machine, without Docker."""
