"""Examine an environment, when everything else in it may be broken.

What is imported here is the standard library, and the parts of modelzoo_registry that import nothing else; whatever
may fail, hang or crash is tried in processes of its own (``trial.py``).
"""
