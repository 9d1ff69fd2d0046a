"""A journey's map as people draw it: surgery on its document, forms, what is shown, what a change breaks. Pure."""
