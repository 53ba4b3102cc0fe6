"""Start a package with one plugin in it: its names, its files from templates, and writing them. Needs no TensorFlow."""
