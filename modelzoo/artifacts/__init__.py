"""Write and read folders that are whole or not there: runs and exports."""
