"""THE TERMINAL: thin Typer commands over class Index; ``render`` is the only writer of stdout and stderr."""
