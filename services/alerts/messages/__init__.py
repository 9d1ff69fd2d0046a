"""What a person is told about an incident. Pure: incident, map and scores in; subject, text, chat lines, payload out.

No customer's words are ever in it: only counts, scores and the names an admin gave.
"""
