"""The model users hold: one interface over every plugin."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pyarrow as pa
from modelzoo_registry import Fault, NotFittedError, Spec, SpecError, Task, TrainingSpec
from modelzoo_registry.specs import validate

from .artifacts.atomic import check_free, staged
from .artifacts.checkpoint import has_checkpoint
from .artifacts.record import RUN
from .artifacts.run import LOGS
from .artifacts.unfinished import under_way
from .columns import Schema
from .configure import Choice, check_task, only_reconstructs
from .data import to_table
from .data.memory import is_row
from .hooks import RunHooks
from .notes import tell
from .resume import Asked, check_out, write_plan
from .training.checkpoints import Store
from .training.given import in_words, list_callbacks
from .training.job import Job, Outcome
from .training.prepare import prepare
from .training.reading import Selection, read_with_target, with_target
from .training.schedule import settle

if TYPE_CHECKING:  # these import TensorFlow
    from keras import Model as KerasModel
    from keras.callbacks import Callback, History

    from .fitted import Fitted


class Model:
    """Train, measure, apply and store one model; made by ``modelzoo.build`` or ``modelzoo.load``."""

    def __init__(self, choice: Choice, regularizers: Sequence[Choice], schema: Schema | None = None) -> None:
        self._choice = choice
        self._regularizers = tuple(regularizers)
        self._schema = schema
        self._fitted: Fitted | None = None

    def __repr__(self) -> str:
        settings = ", ".join(f"{name}={value!r}" for name, value in self.spec)
        state = "untrained" if self._fitted is None else f"trained for {self._fitted.target.task}"
        return f"<modelzoo.Model {self.name}({settings}), {state}>"

    @property
    def name(self) -> str:
        """Name of the model plugin."""
        return self._choice.name

    @property
    def spec(self) -> Spec:
        """The model's validated settings."""
        return self._choice.spec

    @property
    def regularizers(self) -> tuple[dict[str, Any], ...]:
        """The regularizers with their settings, in the order they act."""
        return tuple(choice.as_settings() for choice in self._regularizers)

    @property
    def keras(self) -> KerasModel:
        """The core: the Keras model from encoded inputs to the prediction.

        Raises:
            NotFittedError: before ``fit``.
        """
        core: KerasModel = self.fitted.core
        return core

    @property
    def encoder(self) -> KerasModel:
        """Of an autoencoder, the Keras model from encoded inputs to the output of the layer named ``code``.

        Raises:
            NotFittedError: before ``fit``.
            SpecError: when the model has no such layer.
        """
        from .core.cut import encoder_of

        return encoder_of(self.keras)

    @property
    def decoder(self) -> KerasModel:
        """Of an autoencoder, the Keras model from the code to the reconstruction.

        Raises:
            NotFittedError: before ``fit``.
            SpecError: when the model has no layer named ``code``.
        """
        from .core.cut import decoder_of

        return decoder_of(self.keras)

    @property
    def schema(self) -> Schema:
        """What each column is.

        Raises:
            NotFittedError: before ``fit``, unless a schema was given.
        """
        return self._schema if self._schema and not self._fitted else self.fitted.encoder.source_schema

    @property
    def task(self) -> Task:
        """What it was trained for. Raises NotFittedError before ``fit``."""
        return self.fitted.target.task

    @property
    def classes(self) -> np.ndarray | None:
        """The labels in the order of the predicted probabilities; None without classes. Raises NotFittedError."""
        return self.fitted.target.classes

    @property
    def fitted(self) -> Fitted:
        """What training left: encoder, target, core, history, notes.

        Raises:
            NotFittedError: before ``fit``.
        """
        if self._fitted is None:
            raise NotFittedError(f"{self.name} has not been trained yet: call fit first, or modelzoo.load a run")
        return self._fitted

    def fit(
        self,
        data: Any = None,
        y: Any = None,
        *,
        target: str | None = None,
        columns: Sequence[str] | None = None,
        drop: Sequence[str] = (),
        task: Task | None = None,
        steps: int | None = None,
        validation: Any = None,
        validation_steps: int | None = None,
        callbacks: Sequence[Callback] = (),
        out: str | PathLike[str] | None = None,
        overwrite: bool = False,
        resume: bool = False,
        verbose: Literal["auto"] | int = "auto",
        **training: Any,
    ) -> History:
        """Train and return Keras' History: loss and metrics of each epoch.

        A training that writes a run can be interrupted at any moment, by Ctrl-C, SIGTERM or the loss of power. While
        it is under way it stands in ``out`` + ``.unfinished``, with a checkpoint every ``checkpoint_every`` seconds;
        ``resume=True`` goes on from the last one, and ends with the same weights as if nothing had happened.

        Args:
            data: a pandas or polars frame, a pyarrow Table, a dict of arrays, a NumPy array, a tensor or a list
                of them, a list of row dicts; a path to CSV (``.csv``, ``.tsv``), Parquet or JSON Lines, to a folder
                of such files, or a pattern (``"data/part-*.parquet"``); or batches of any of these: a
                tf.data.Dataset, a generator. Files, tables and record batches that take more than ``memory``
                encoded are streamed.
            y: the target (n,), when it is neither a column of the data nor in its batches.
            target: the target's column; none for a model that reconstructs its inputs.
            columns: the columns to use; for a CSV file without a header line, all its names in order.
            drop: columns to leave out.
            task: ``regression``, ``binary``, ``multiclass`` or ``reconstruction``; None infers it from the
                target and says so.
            steps: how many batches to take of data that comes in batches; None takes all.
            validation: None or 0 for none; the fraction of rows held back, of each class alike (of streamed rows
                about that part, drawn one by one); ``"time:column"`` for the last tenth in time,
                ``"time:column=0.2"`` for another share, by a column of timestamps, dates, numbers or ISO 8601 text,
                dropped or not; rows with a target, ``(x, y)``, or a path (of a file named so, ``"./time:..."``).
                Nothing is learnt from these rows.
            validation_steps: how many batches to take of validation rows that come in batches; None takes all.
            callbacks: Keras callbacks. One that watches single batches is shown every one, at the price of speed.
            out: the folder to write the run to, with TensorBoard logs.
            overwrite: whether a run that stands there may be replaced, or a training begun anew that was interrupted.
            resume: whether to go on with the training that was interrupted there; all else must be given as before.
            verbose: 0 for silence, but for hook plugins that fail; otherwise notes and progress go to standard error.
            **training: fields of ``TrainingSpec``: optimizer, learning_rate, schedule, warmup, decay_to, momentum,
                wide_optimizer, wide_learning_rate, clip_norm, clip_value, loss, metrics, epochs, batch_size,
                train_examples, evals, memory, precision, checkpoint_every, seed, class_weight, weight_column.
                ``memory`` (``"500MB"``) bounds the encoded rows that are held: below it they are loaded once, above
                it streamed, and a line says so.
                ``schedule`` (``"cosine"``, ``"linear"``) lets the learning rate fall to ``decay_to`` times its peak,
                ``warmup=0.1`` rise to it over the first tenth of all updates. ``wide_optimizer="ftrl"`` updates the
                wide part by an optimizer of its own. ``clip_norm`` bounds the norm of all gradients together,
                ``clip_value`` each entry. ``precision="mixed_bfloat16"`` lets hidden layers compute in bfloat16,
                which only machines made for it do faster; what is stored and predicted stays float32.
                Weights multiply the loss of each row; metrics count every row alike, as Keras' ``metrics`` do.
                ``class_weight`` (``"balanced"``, or ``{label: weight}``) weighs in training alone; ``weight_column``
                names a column, no feature, of weights from 0 on, in training and in validation, divided by their
                mean over the training rows; training rows of weight 0 are left out.

        Raises:
            SpecError: with every fault of the training's settings.
            DataError: about the rows, the target or the columns.
            NonFiniteLossError: naming epoch and step; the model keeps the weights of the step before.
            ArtifactExistsError: when something stands at ``out``, or an interrupted training beside it, before
                training.
            ArtifactNotFoundError: when there is no training to go on with.
            BrokenPluginError: about a hook plugin that failed, only when ``MODELZOO_STRICT_PLUGINS`` is 1.
            KeyboardInterrupt: after Ctrl-C or SIGTERM, which a training that writes a run answers with a checkpoint.
        """
        spec = validate(TrainingSpec, {**training, "validation": in_words(validation)}, owner="fit")
        listed = list_callbacks(callbacks)
        if task is None and only_reconstructs(self._choice.plugin):
            task = "reconstruction"
        if task is not None:
            check_task(self._choice, self._regularizers, task)
        folder = None if out is None else Path(out)
        check_out(folder, overwrite=overwrite, resume=resume)
        selection = Selection(
            target, columns, drop, task, self._schema, steps, validation_steps, weight=spec.weight_column
        )
        hooks = RunHooks()
        with hooks.telling_failure(), contextlib.closing(prepare(data, y, selection, validation, spec)) as rows:
            check_task(self._choice, self._regularizers, rows.target.task)
            settled, decided = settle(spec, rows.count)
            job = Job(self._choice, self._regularizers, self._schema, rows, settled, decided, listed, folder, hooks)
            asked = Asked(rows.provenance.data if y is None else None, target, task, columns, drop)
            outcome = self._run(job, asked, tell if verbose else None, overwrite=overwrite, resume=resume)
            if outcome.stopped is not None:
                raise outcome.stopped
        hooks.finished(self.fitted.metrics)
        return outcome.history

    def evaluate(
        self, data: Any, y: Any = None, *, columns: Sequence[str] | None = None, steps: int | None = None
    ) -> dict[str, float]:
        """Return the metrics over rows: rmse and mae for numbers; accuracy, auc and log_loss for classes.

        A model that reconstructs its inputs has reconstruction_error, the mean of ``reconstruction_error``.

        Args:
            data: rows as in ``fit``, with the target as a column or in the batches, unless ``y`` is given.
            y: the target (n,); a model that reconstructs its inputs takes none.
            columns: names for a CSV file without a header line; None takes those of the training file.
            steps: how many batches to take of data that comes in batches; None takes all.

        Raises:
            NotFittedError: before ``fit``.
            ColumnError: about missing columns.
            DataError: about values that do not fit.
        """
        fitted = self.fitted
        table, y = read_with_target(data, y, **self._reading(columns, steps))
        return fitted.evaluate(with_target(table, y, fitted.target.name))

    def predict(
        self, data: Any, *, columns: Sequence[str] | None = None, steps: int | None = None
    ) -> np.ndarray | dict[str, np.ndarray]:
        """Return one prediction a row.

        Regression: float64 (n,) in the target's own unit. Binary: float32 (n,) probability of ``classes[1]``.
        Multiclass: float32 (n, classes) probabilities in the order of ``classes``. Reconstruction: a dict with
        each column as it was rebuilt, in its own unit: numbers float64 (n,), also where they were missing;
        categories object (n,), None for unseen or missing; arrays float32 (n, *shape).

        Args:
            data: rows as in ``fit``, or one row as a dict of single values; the target need not be there.
            columns: names for a CSV file without a header line; None takes those of the training file.
            steps: how many batches to take of data that comes in batches; None takes all.

        Raises:
            NotFittedError: before ``fit``.
            ColumnError: about missing columns.
            DataError: about values that do not fit.
        """
        if steps is None and is_row(data):
            return self.fitted.predict_row(data)
        return self.fitted.predict(self._read(data, columns, steps))

    def encode(self, data: Any, *, columns: Sequence[str] | None = None, steps: int | None = None) -> np.ndarray:
        """Return the code of each row, float32 (n, k): the output of the layer named ``code``.

        Args:
            data: rows as in ``fit``.
            columns: names for a CSV file without a header line; None takes those of the training file.
            steps: how many batches to take of data that comes in batches; None takes all.

        Raises:
            NotFittedError: before ``fit``.
            SpecError: when the model has no such layer.
            ColumnError: about missing columns.
            DataError: about values that do not fit.
        """
        coder = self.fitted.coder
        return coder.score(self.fitted.encoder.encode(self._read(data, columns, steps)))

    def reconstruction_error(
        self, data: Any, *, columns: Sequence[str] | None = None, steps: int | None = None
    ) -> np.ndarray:
        """Return how badly each row is rebuilt, float32 (n,): large for rows unlike those of the training.

        It is the mean squared difference over the encoded inputs, scaled numbers and one-hot categories. Of
        numbers alone, always predicting their means costs about 1; one-hot categories and arrays cost less.

        Args:
            data: rows as in ``fit``.
            columns: names for a CSV file without a header line; None takes those of the training file.
            steps: how many batches to take of data that comes in batches; None takes all.

        Raises:
            NotFittedError: before ``fit``.
            SpecError: when the model was not trained for reconstruction.
            ColumnError: about missing columns.
            DataError: about values that do not fit.
        """
        if not self.fitted.reconstructs:
            raise SpecError(
                f"{self.name} has no reconstruction error",
                [Fault("task", f"it was trained for {self.task}; only reconstruction has one")],
            )
        return self.fitted.reconstruction_errors(self._read(data, columns, steps))

    def save(self, path: str | PathLike[str], *, overwrite: bool = False) -> Path:
        """Write the run folder and return it: whole, or not at all.

        Raises:
            NotFittedError: before ``fit``.
            ArtifactExistsError: when something is there already.
        """
        _ = self.fitted
        target = Path(path)
        check_free(target, overwrite=overwrite, marker=RUN)
        with staged(target, overwrite=overwrite, marker=RUN) as stage:
            self._write(stage)
        return target

    def export(
        self,
        path: str | PathLike[str],
        *,
        formats: Sequence[str] | str = ("savedmodel", "onnx"),
        prune: bool | None = None,
    ) -> Path:
        """Write a deployable export to ``path/<UTC timestamp>`` and return that folder.

        It takes raw columns and gives predictions; TensorFlow Serving loads it as it is, and ``load_export`` scores
        with it without TensorFlow. Before it is handed out, fresh processes replay rows with it, some of the training
        and hostile ones, and must predict what the model does.

        Args:
            path: the folder of the exports; made when it is not there.
            formats: what it is written as: ``savedmodel``, for TensorFlow; ``onnx``, for ``load_export`` and any ONNX
                runtime.
            prune: whether to leave out what changes no prediction: units, values, combinations and columns whose
                weights are exactly zero. Columns no longer read stay accepted, and need not be given, nor hold a
                value where the schema says ``missing = "reject"``. ``zoo.json`` lists what was left out. None: if a
                regularizer that makes weights zero was used.

        Raises:
            NotFittedError: before ``fit``.
            SpecError: when there is no such format.
            ExportError: when the model cannot be written in a format, or what was written predicts something else.
            BrokenPluginError: about a hook plugin that failed when the export was in place, where it stays; only when
                ``MODELZOO_STRICT_PLUGINS`` is 1.
        """
        from .export.write import write_export

        choices = self._choice, self._regularizers
        return write_export(Path(path), *choices, self.fitted, formats=formats, prune=prune)

    def summary(self) -> None:
        """Print settings and, once it is trained, target, columns, layers and the metrics of the epoch kept."""
        from .summary import summarize

        summarize(self._choice, self._regularizers, self._fitted)

    def plot(self, path: str | PathLike[str]) -> Path:
        """Draw raw columns, encoder, core and output as an SVG file and return its path.

        Raises:
            NotFittedError: before ``fit``.
            DataError: when the path does not end in ``.svg`` or its folder is not there.
        """
        from .persistence import make_record
        from .plot.write import write_plot

        return write_plot(make_record(self._choice, self._regularizers, self.fitted), Path(path))

    def adopt(self, fitted: Fitted) -> None:
        """Take a fitted state read from a run."""
        self._fitted = fitted

    def _read(self, data: Any, columns: Sequence[str] | None, steps: int | None) -> pa.Table:
        return to_table(data, **self._reading(columns, steps))

    def _reading(self, columns: Sequence[str] | None, steps: int | None) -> dict[str, Any]:
        """Say how rows are read: as those of the training were."""
        provenance = self.fitted.facts.provenance
        return {"columns": columns or provenance.names, "steps": steps, "text": provenance.text}

    def _run(
        self, job: Job, asked: Asked, say: Callable[[str], None] | None, *, overwrite: bool, resume: bool
    ) -> Outcome:
        """Train, and write the run if it has a folder."""
        if job.folder is None:
            outcome = job.run(logs=None, store=None, say=say)
            self._fitted = outcome.fitted
            return outcome
        remedy = asked.remedy(job.folder)
        with under_way(job.folder, overwrite=overwrite, resume=resume, remedy=remedy, marker=RUN) as folder:
            if not (resume and has_checkpoint(folder)):  # else it says what the training began as
                write_plan(folder, job, asked)
            store = Store(folder, job.spec.checkpoint_every, resume=resume)
            outcome = job.run(logs=folder / LOGS, store=store, say=say)
            self._fitted = outcome.fitted
            self._write(folder)
        return outcome

    def _write(self, folder: Path) -> None:
        from .persistence import write_run

        write_run(folder, self._choice, self._regularizers, self.fitted)
