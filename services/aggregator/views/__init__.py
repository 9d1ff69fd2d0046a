"""What pages show, worked out from facts: pure modules, one or more a page."""
