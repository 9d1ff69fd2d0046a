"""From a CSV file and a mapping to answers: pure, so that the dry run, the upload and the worker share one truth.

`text` decodes, `reading` splits into rows, `mapping` binds a mapping to a header, `times` and `ids` give each
row its moment and its identity, `rows` puts them together, `rejects` writes what was refused.
"""
