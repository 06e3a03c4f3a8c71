"""Public benchmarks: Newsdesk beside other ways to search the same articles."""
