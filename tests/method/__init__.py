"""The method a second time, written from docs/method.md alone, and held against the engine's answers."""
