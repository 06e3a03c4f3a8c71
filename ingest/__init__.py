"""From files to articles in the archive."""
