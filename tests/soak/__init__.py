"""Good databases, drilled one by one: none may be called bad (`make soak-good`, minutes, never in CI)."""
