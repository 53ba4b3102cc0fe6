"""Build an ONNX graph as one writes arithmetic: tensors with operators, constants made on the way."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from math import ceil, sqrt
from typing import Any, TypeAlias

import numpy as np
import onnx
from modelzoo_registry import ArtifactError
from onnx import TensorProto, compose, helper, numpy_helper

from ...version import __version__

OPSET, ML_OPSET = 20, 4
"""Versions of the operators of ``ai.onnx`` and ``ai.onnx.ml``."""
BATCH = "batch"
"""Name of the dimension that counts rows."""
ML = "ai.onnx.ml"
_FEW = 512
"""Edges that each value is compared with; of more, with about twice their square root."""
_TYPES = {
    "float64": TensorProto.DOUBLE,
    "float32": TensorProto.FLOAT,
    "int64": TensorProto.INT64,
    "int32": TensorProto.INT32,
    "bool": TensorProto.BOOL,
    "string": TensorProto.STRING,
}
Operand: TypeAlias = "Tensor | float | str | np.ndarray"


class Tensor:
    """Stand for a value of a graph; operators add nodes, and those on integers round down as Python's do."""

    def __init__(self, graph: Graph, name: str, dtype: str) -> None:
        self.graph = graph
        self.name = name
        self.dtype = dtype

    def __add__(self, other: Operand) -> Tensor:
        return self.graph.op("Add", self, other)

    def __radd__(self, other: Operand) -> Tensor:
        return self.graph.op("Add", self, other)

    def __sub__(self, other: Operand) -> Tensor:
        return self.graph.op("Sub", self, other)

    def __rsub__(self, other: Operand) -> Tensor:
        return self.graph.op("Sub", self.graph.constant(other, self.dtype), self)

    def __mul__(self, other: Operand) -> Tensor:
        return self.graph.op("Mul", self, other)

    def __rmul__(self, other: Operand) -> Tensor:
        return self.graph.op("Mul", self, other)

    def __truediv__(self, other: Operand) -> Tensor:
        return self.graph.op("Div", self, other)

    def __floordiv__(self, other: int) -> Tensor:
        """Divide integers by one above zero; ``Div`` rounds towards zero, and nothing here leaves int64."""
        negative = (self < 0).cast(self.dtype)
        return self.graph.op("Div", self + negative, other) - negative

    def __mod__(self, other: int) -> Tensor:
        return self.graph.op("Mod", self, other)

    def __eq__(self, other: Operand) -> Tensor:  # type: ignore[override]  # element by element, as NumPy does
        return self.graph.op("Equal", self, other, dtype="bool")

    __hash__ = None  # type: ignore[assignment]  # as NumPy's arrays

    def __lt__(self, other: Operand) -> Tensor:
        return self.graph.op("Less", self, other, dtype="bool")

    def __ge__(self, other: Operand) -> Tensor:
        return self.graph.op("GreaterOrEqual", self, other, dtype="bool")

    def __and__(self, other: Tensor) -> Tensor:
        return self.graph.op("And", self, other)

    def __or__(self, other: Tensor) -> Tensor:
        return self.graph.op("Or", self, other)

    def __invert__(self) -> Tensor:
        return self.graph.op("Not", self)

    def cast(self, dtype: str) -> Tensor:
        """Return the values as another type."""
        return self if dtype == self.dtype else self.graph.op("Cast", self, dtype=dtype, to=_TYPES[dtype])

    def as_column(self) -> Tensor:
        """Return (n, 1) from (n,)."""
        return self.graph.op("Unsqueeze", self, np.array([1]))


class Graph:
    """Collect nodes; ``model`` returns them as one ONNX model.

    Args:
        public: the names of all inputs and outputs, which no other value will have.
    """

    def __init__(self, public: Collection[str]) -> None:
        self._prefix = "_"
        while any(name.startswith(self._prefix) for name in public):
            self._prefix += "_"
        self._nodes: list[onnx.NodeProto] = []
        self._constants: dict[Any, onnx.TensorProto] = {}
        self._inputs: list[onnx.ValueInfoProto] = []
        self._outputs: list[onnx.ValueInfoProto] = []

    def input(self, name: str, dtype: str, shape: Sequence[int] = ()) -> Tensor:
        """Return an input (batch, *shape)."""
        self._inputs.append(_info(name, dtype, shape))
        return Tensor(self, name, dtype)

    def output(self, name: str, tensor: Tensor, shape: Sequence[int] = ()) -> None:
        """Hand out a tensor (batch, *shape)."""
        self._nodes.append(helper.make_node("Identity", [tensor.name], [name]))
        self._outputs.append(_info(name, tensor.dtype, shape))

    def constant(self, value: Any, dtype: str | None = None) -> Tensor:
        """Return a constant; without a type it has that of its array, and text is strings."""
        array = np.asarray(value)
        if dtype == "string" or array.dtype.kind in "UO":
            array, dtype = np.array(value, dtype=object), "string"
        else:
            array = array.astype(dtype or array.dtype)
        key = (str(array.dtype), array.shape, str(array.tolist()) if dtype == "string" else array.tobytes())
        if key not in self._constants:
            self._constants[key] = numpy_helper.from_array(array, f"{self._prefix}constant_{len(self._constants)}")
        return Tensor(self, self._constants[key].name, dtype or array.dtype.name)

    def op(
        self, kind: str, *inputs: Operand, dtype: str | None = None, name: str = "", domain: str = "", **attributes: Any
    ) -> Tensor:
        """Return what an operator makes.

        Args:
            kind: the operator.
            inputs: its inputs; whatever is no tensor becomes a constant, a plain number of the first input's type.
            dtype: the type of what comes out, where it is not that of the first input.
            name: of the node, for messages.
            domain: the operator's.
            attributes: its attributes.
        """
        first = self._tensor(inputs[0], None)
        names = [first.name, *(self._tensor(one, first.dtype).name for one in inputs[1:])]
        made = Tensor(self, f"{self._prefix}{len(self._nodes)}", dtype or first.dtype)
        self._nodes.append(helper.make_node(kind, names, [made.name], name=name, domain=domain, **attributes))
        return made

    def _tensor(self, given: Operand, dtype: str | None) -> Tensor:
        """Return a tensor as it is, an array as a constant, and a plain value as one of this type."""
        if isinstance(given, Tensor):
            return given
        return self.constant(given, None if isinstance(given, np.ndarray) else dtype)

    def where(self, condition: Tensor, then: Operand, otherwise: Tensor) -> Tensor:
        """Return one value or the other, element by element."""
        return self.op("Where", condition, self._tensor(then, otherwise.dtype), otherwise, dtype=otherwise.dtype)

    def zeros_like(self, tensor: Tensor, dtype: str) -> Tensor:
        """Return zeros of a tensor's shape."""
        zero = numpy_helper.from_array(np.zeros(1, dtype))
        return self.op("ConstantOfShape", self.op("Shape", tensor, dtype="int64"), dtype=dtype, value=zero)

    def concat(self, tensors: Sequence[Tensor]) -> Tensor:
        """Return (n, a + b + ...) from (n, a), (n, b), ..."""
        return tensors[0] if len(tensors) == 1 else self.op("Concat", *tensors, axis=1)

    def stack(self, tensors: Sequence[Tensor]) -> Tensor:
        """Return (n, k) from k of (n,)."""
        rows = self.op("Reshape", self.op("Concat", *tensors, axis=0), np.array([len(tensors), -1]))
        return self.op("Transpose", rows, perm=[1, 0])

    def gather(self, table: Any, places: Operand, *, axis: int = 0) -> Tensor:
        """Return the entries of a constant table, or of a tensor, at some places."""
        from_table = table if isinstance(table, Tensor) else self.constant(table)
        return self.op("Gather", from_table, places, axis=axis)

    def flat(self, tensor: Tensor, width: int) -> Tensor:
        """Return (n, width) from (n, ...)."""
        return self.op("Reshape", tensor, np.array([-1, width]))

    def sum_of_rows(self, tensor: Tensor) -> Tensor:
        """Return (n,) from (n, k)."""
        return self.op("ReduceSum", tensor, np.array([1]), keepdims=0)

    def log1p(self, values: Tensor) -> Tensor:
        """Return log(1 + x) of float64 x >= 0: of what 1 + x is rounded to, and a correction for the rounding."""
        rounded = values + 1
        lost = (values - (rounded - 1)) / rounded
        return self.where(self.op("IsInf", values, dtype="bool"), values, self.op("Log", rounded) + lost)

    def expm1(self, values: Tensor) -> Tensor:
        """Return exp(x) - 1 of float64 x >= 0, exact also near 0 (Kahan's way: errors of both factors cancel)."""
        rounded = self.op("Exp", values)
        exact = (rounded - 1) * (values / self.op("Log", rounded))
        near = self.where(rounded == 1.0, values, exact)
        return self.where(self.op("IsInf", rounded, dtype="bool"), rounded, near)

    def lookup(self, values: Tensor, ids: Mapping[Any, int]) -> Tensor:
        """Return int64 (n,), the id of each string or integer, 0 of those that have none."""
        if not any(ids.values()):
            return self.zeros_like(values, "int64")
        kind = "strings" if values.dtype == "string" else "int64s"
        table: dict[str, Any] = {f"keys_{kind}": list(ids), "values_int64s": list(ids.values())}
        return self.op("LabelEncoder", values, dtype="int64", domain=ML, default_int64=0, **table)

    def count_up_to(self, edges: np.ndarray, values: Tensor) -> Tensor:
        """Return int64 (n,), how many of the rising edges are at most each value of (n,), as searchsorted does."""
        if edges.size == 0:
            return self.zeros_like(values, "int64")
        column = values.as_column()
        if edges.size <= _FEW:
            return self._count(column, self.constant(edges))
        width = ceil(sqrt(edges.size))
        blocks = np.append(edges, np.full(-edges.size % width, np.nan)).reshape(-1, width)  # nothing reaches NaN
        block = self.op("Max", self._count(column, self.constant(blocks[:, 0])) - 1, 0)
        return block * width + self._count(column, self.gather(blocks, block))

    def _count(self, column: Tensor, edges: Tensor) -> Tensor:
        return self.sum_of_rows((column >= edges).cast("int64"))

    def splice(self, core: onnx.ModelProto, inputs: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """Add the nodes of a model of the same opset, and return its outputs by name."""
        prefix = f"{self._prefix}core_"
        inner = compose.add_prefix_graph(core.graph, prefix)
        for given in core.graph.input:
            self._nodes.append(helper.make_node("Identity", [inputs[given.name].name], [prefix + given.name]))
        self._nodes.extend(inner.node)
        self._constants.update({tensor.name: tensor for tensor in inner.initializer})
        kinds = {number: dtype for dtype, number in _TYPES.items()}
        return {
            each.name: Tensor(self, prefix + each.name, kinds[each.type.tensor_type.elem_type])
            for each in core.graph.output
        }

    def model(self) -> onnx.ModelProto:
        """Return the checked model.

        Raises:
            ArtifactError: when it is no valid ONNX.
        """
        constants = list(self._constants.values())
        graph = helper.make_graph(self._nodes, "modelzoo", self._inputs, self._outputs, constants)
        opsets = [helper.make_opsetid("", OPSET), helper.make_opsetid(ML, ML_OPSET)]
        model = helper.make_model(
            graph,
            opset_imports=opsets,
            ir_version=helper.find_min_ir_version_for(opsets),
            producer_name="modelzoo",
            producer_version=__version__,
        )
        try:
            onnx.checker.check_model(model, full_check=True)
        except (onnx.checker.ValidationError, onnx.shape_inference.InferenceError) as error:
            raise ArtifactError(f"the ONNX graph is not valid: {error}") from error
        return model


def _info(name: str, dtype: str, shape: Sequence[int]) -> onnx.ValueInfoProto:
    return helper.make_tensor_value_info(name, _TYPES[dtype], [BATCH, *shape])
