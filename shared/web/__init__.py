"""What the three web processes share: the app, errors, sign-in of machines, health, and the look of pages."""
