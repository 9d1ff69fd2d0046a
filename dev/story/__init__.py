"""The weeks before the demo's day, as the demo tells them: docs/demo.md."""
