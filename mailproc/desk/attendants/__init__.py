"""What lives beside every escalation: each attendant hears what happens, and keeps promises of its own."""
