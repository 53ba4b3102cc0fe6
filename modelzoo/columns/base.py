"""Hold what all kinds of columns share."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class Plain(BaseModel):
    """Be plain, frozen data that goes through JSON and back unchanged."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class ColumnBase(Plain):
    """Be one entry of a schema."""

    name: str = Field(min_length=1, description="name of the column, unique in the schema")


class IdColumn(ColumnBase):
    """Be an entry whose values become ids, 0 for unseen or missing."""

    wide: bool = Field(default=True, description="one weight a value in the sparse linear part")
    deep: bool = Field(default=True, description="an embedding in the deep part")
    embedding: int | None = Field(
        default=None, ge=1, le=4096, description="size of the embedding; None takes it from the number of values"
    )

    def embedding_size(self, size: int) -> int:
        """Return the length of the embedding vector for ``size`` ids.

        The rule of thumb 1.6 size^0.56, at most 50, is fast.ai's (Howard & Gugger 2020, chapter 9).
        """
        return self.embedding or max(1, min(50, round(1.6 * size**0.56)))
