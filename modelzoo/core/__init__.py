"""Build the core: the Keras model from encoded inputs to the prediction. Imports Keras; knows no raw columns."""
