"""`make screenshots`: every page in every state, and what is wrong with how it looks."""
