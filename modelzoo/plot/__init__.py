"""Draw a fitted model: from its encoder and the recorded graph of its core to SVG. Imports no TensorFlow."""
