"""HTTP in: one module a resource."""
