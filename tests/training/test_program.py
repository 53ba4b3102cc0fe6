"""Steps that XLA cannot compile run without it, and a line says so."""

import pytest
import tensorflow as tf

from modelzoo.training.engine import Engine
from modelzoo.training.program import Program


def run(function, *, xla):
    """Call a program of chunks (2, batch, 1) with a full batch of 4 and a short one of 3."""
    lines = []
    engine = Engine(chunk=2, xla=xla)
    signature = ({}, tf.TensorSpec((2, 4, 1)), tf.TensorSpec((2, 0)), tf.TensorSpec((), tf.int32))
    program = Program(function, function, signature, [], engine, tell=lines.append)
    results = [program({}, tf.ones((2, batch, 1)), tf.ones((2, 0)), tf.constant(2))[0].numpy() for batch in (4, 3, 4)]
    return program, results, lines


def total(inputs, targets, weights, count):
    return tf.reduce_sum(targets), tf.constant(value=True), {}


def uncompilable(inputs, targets, weights, count):
    return tf.strings.to_number(tf.strings.as_string(tf.reduce_sum(targets))), tf.constant(value=True), {}


@pytest.mark.parametrize("xla", [False, True])
def test_what_compiles_runs_as_it_is_asked_to(xla):
    program, results, lines = run(total, xla=xla)

    assert results == [8, 6, 8]
    assert (program.xla, lines) == (xla, [])


def test_what_does_not_compile_runs_without_xla_and_says_so_once():
    program, results, lines = run(uncompilable, xla=True)

    assert results == [8, 6, 8]
    assert not program.xla
    assert lines == ["steps run without XLA, which cannot compile AsString"]


def test_the_engine_that_was_used_is_recorded(train_with):
    from modelzoo_registry import RegularizerPlugin, RegularizerSpec

    class Textual(RegularizerPlugin):
        """Do something to inputs that XLA cannot."""

        Spec = RegularizerSpec

        def transform_inputs(self, inputs, cells, seed):
            dense = tf.strings.to_number(tf.strings.as_string(inputs["dense"]))
            return {**inputs, "dense": tf.ensure_shape(dense, inputs["dense"].shape)}

    trained = train_with(Engine(chunk=5, xla=True), regularizers=[("textual", Textual(None))], epochs=1, metrics=[])

    assert trained.engine == {"chunk": 5, "xla": False}
    assert trained.notes == ("steps run without XLA, which cannot compile AsString",)
