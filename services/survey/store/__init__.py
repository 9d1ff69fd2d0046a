"""All SQL of the survey service, a module a table."""
