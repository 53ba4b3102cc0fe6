"""Write and read exports: the folder that is deployed."""
