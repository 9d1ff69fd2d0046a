"""The shapes of what comes in and goes out over HTTP, a module a resource."""
