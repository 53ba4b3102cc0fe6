"""Write a model for ONNX Runtime: its core alone, and with raw columns in."""
