"""Moves Python definitions between modules, and proves that nothing else changed."""
