"""Augmentation: train on rows and pictures that could have been."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import radians
from typing import Any, Literal

from modelzoo_registry import RegularizerPlugin, RegularizerSpec, Tensor
from pydantic import Field, ValidationInfo, field_validator

from ..affine import Moves, moved
from ..draw import uniform
from ..swap import swapped


class Augmentation(RegularizerPlugin):
    """Train on rows that chance has changed: cells swapped between rows of a table, or pictures moved and mirrored.

    Tables (kind "table"): each cell is replaced, with the probability swap, by that of another row of the batch. A cell
    is all that one raw column is encoded as; crosses are cells of their own; arrays are left alone. Sources: Vincent
    et al., "Extracting and Composing Robust Features with Denoising Autoencoders", 2008; Jahrer's swap noise (winner of
    Porto Seguro's Safe Driver Prediction, 2017).

    Pictures (kind "image"): all arrays of shape (height, width) or (height, width, channels) are mirrored, zoomed,
    rotated and shifted at random, those of one row alike, by one bilinear resampling; beyond its edges a picture goes
    on as its nearest pixel. Source: Shorten & Khoshgoftaar, "A Survey on Image Data Augmentation for Deep Learning",
    2019.

    Prediction is of the rows as they are, and so is what an autoencoder has to reconstruct.
    """

    class Spec(RegularizerSpec):
        """What is changed, and how much."""

        kind: Literal["table", "image"] = Field("table", description="what is changed: cells of rows, or pictures")
        swap: float = Field(
            0.1, ge=0, lt=1, description="table: probability that a cell is replaced by that of another row"
        )
        shift: float = Field(
            0.1,
            ge=0,
            lt=1,
            description="image: farthest shift up, down, left and right, as a share of height and width",
        )
        rotate: float = Field(10.0, ge=0, le=180, description="image: largest rotation to either side, in degrees")
        zoom: float = Field(
            0.1, ge=0, lt=1, description="image: largest change of size, as a share: 0.1 is from 0.9 to 1.1 times"
        )
        flip_horizontal: bool = Field(
            default=False, description="image: whether half of the pictures have left and right swapped"
        )
        flip_vertical: bool = Field(
            default=False, description="image: whether half of the pictures are turned upside down"
        )

        @field_validator("swap", mode="before")
        @classmethod
        def _keeps_rows(cls, swap: Any) -> Any:
            if swap == 1:
                raise ValueError("a swap of 1 leaves nothing of any row and learns nothing; use 0 <= swap < 1")
            return swap

        @field_validator("swap", "shift", "rotate", "zoom", "flip_horizontal", "flip_vertical")
        @classmethod
        def _is_of_the_kind(cls, value: Any, info: ValidationInfo) -> Any:
            name, kind = str(info.field_name), info.data.get("kind")
            own = "table" if name == "swap" else "image"
            if kind not in (None, own) and value != cls.model_fields[name].default:
                raise ValueError(f'is for kind = "{own}", and kind is "{kind}": it would do nothing')
            return value

    def transform_inputs(
        self, inputs: Mapping[str, Tensor], cells: Mapping[str, Sequence[int]], seed: Any
    ) -> Mapping[str, Tensor]:
        """Swap cells, or move pictures; return the inputs themselves where there are none."""
        changed = self._swapped(inputs, cells, seed) if self.spec.kind == "table" else self._moved(inputs, seed)
        return {**inputs, **changed} if changed else inputs

    def _swapped(
        self, inputs: Mapping[str, Tensor], cells: Mapping[str, Sequence[int]], seed: Any
    ) -> Mapping[str, Tensor]:
        table = {name: inputs[name] for name in ("dense", "ids") if name in inputs}
        return swapped(table, cells, self.spec.swap, seed) if table and self.spec.swap else {}

    def _moved(self, inputs: Mapping[str, Tensor], seed: Any) -> Mapping[str, Tensor]:
        pictures = {name: tensor for name, tensor in inputs.items() if len(tensor.shape) in (3, 4)}
        if not pictures or not self._moves_pictures:
            return {}
        from keras import ops

        moves = self._draw(ops.shape(next(iter(pictures.values())))[0], seed)
        return {name: moved(picture, moves) for name, picture in pictures.items()}

    @property
    def _moves_pictures(self) -> bool:
        return any(
            (self.spec.shift, self.spec.rotate, self.spec.zoom, self.spec.flip_horizontal, self.spec.flip_vertical)
        )

    def _draw(self, count: Tensor, seed: Any) -> Moves:
        from keras import ops

        spec = self.spec
        down, right, angle, zoom, rows, columns = ops.unstack(2 * uniform((6, count), seed) - 1)
        return Moves(
            angle=angle * radians(spec.rotate),
            zoom=1 + zoom * spec.zoom,
            down=down * spec.shift,
            right=right * spec.shift,
            mirror_rows=ops.where(spec.flip_vertical & (rows < 0), -1.0, 1.0),
            mirror_columns=ops.where(spec.flip_horizontal & (columns < 0), -1.0, 1.0),
        )
