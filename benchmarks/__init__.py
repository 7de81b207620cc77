"""Is it fast? Time and memory of whole runs, and what their processes spend on imports."""
