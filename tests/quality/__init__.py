"""Measured quality on graded collections: ``python -m tests.quality`` (see ``__main__``)."""
