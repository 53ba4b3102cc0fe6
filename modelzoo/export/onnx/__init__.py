"""Write models as ONNX: the core alone, and with the encoder before it as nodes."""
