"""What pages show, thought out without HTTP or SQL: facts in, lines and words out. Pure."""
