"""Follow-ups: one customer's case, owned by one person until it is resolved (docs/adr/0023)."""
