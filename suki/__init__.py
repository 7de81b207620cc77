"""The order of the steps, the settings, the ledger and the command line."""
