"""Follow modelzoo's trainings and exports with MLflow, and list what was tracked."""
