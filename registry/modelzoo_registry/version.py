"""Hold the version of the distribution, read by its build."""

__version__ = "0.1.0"
