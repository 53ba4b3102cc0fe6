"""Leave out of a trained model what is exactly zero, and the columns and values that nothing reads any more."""
