"""Reading exports: one module per question, one YAML preset per export (`presets/`)."""
