"""All SQL of the alerts service, one module a subject."""
