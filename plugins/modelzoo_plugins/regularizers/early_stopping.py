"""Early stopping: end the training where validation rows stop getting better, and keep the best weights."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import isfinite
from typing import Any, Literal

from modelzoo_registry import Fault, RegularizerPlugin, RegularizerSpec, SpecError
from pydantic import Field, field_validator

_BEGINNING: Mapping[str, Any] = {"best": None, "best_epoch": None, "waited": 0, "stopped_epoch": None}


class EarlyStopping(RegularizerPlugin):
    """Stop when a metric on validation rows gets no better, and keep the weights of its best epoch.

    The best weights are taken back also when the last epoch is reached first. Acts between epochs only;
    prediction is unchanged. It needs validation rows. Source: Prechelt, "Early Stopping - But When?", 1998.
    """

    class Spec(RegularizerSpec):
        """What is watched, and for how long it may get no better."""

        metric: str = Field(
            "loss", min_length=1, max_length=200, description="loss or a metric of fit, measured on validation rows"
        )
        patience: int = Field(
            5,
            ge=0,
            le=1_000_000,
            description="epochs in a row without a better value that end it; 0 is as 1",
        )
        min_delta: float = Field(0.0, ge=0, le=1e30, description="smallest change of the metric that counts as better")
        mode: Literal["auto", "min", "max"] = Field(
            "auto", description="whether less or more is better; auto knows it of the loss and of Keras' metrics"
        )

        @field_validator("metric", mode="before")
        @classmethod
        def _without_prefix(cls, metric: Any) -> Any:
            while isinstance(metric, str) and metric.startswith("val_"):
                metric = metric.removeprefix("val_")
            return metric

    exclusive = "ending the training early"

    def __init__(self, spec: Any) -> None:
        super().__init__(spec)
        self._stopper: Any = None
        self._standing = dict(_BEGINNING)
        """Where the training stood that this one goes on with."""

    def watched_metric(self) -> str:
        """Name the metric."""
        metric: str = self.spec.metric
        return metric

    def callbacks(self) -> Sequence[Any]:
        """Return Keras' own callback, which also says before the first step when it cannot tell better from worse."""
        import keras

        stand = self._stand

        class Stopper(keras.callbacks.EarlyStopping):
            """Follow one metric; a value that is not finite is none."""

            best_epoch: int
            best_weights: Any

            def on_train_begin(self, logs: Any = None) -> None:
                super().on_train_begin(logs)
                stand(self)
                trial = keras.callbacks.EarlyStopping(self.monitor, mode=self.mode)
                trial.set_model(self.model)
                try:
                    trial.on_epoch_end(0, {self.monitor: 0.0})
                except ValueError as error:
                    metric = self.monitor.removeprefix("val_")
                    unknown = Fault("mode", f"give min or max: Keras does not know whether less {metric!r} is better")
                    raise SpecError("early_stopping cannot be used like this", [unknown]) from error

            def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
                best_epoch, lacking = self.best_epoch, self.best is not None and self.best_weights is None
                super().on_epoch_end(epoch, logs)
                if lacking and self.wait:  # Keras takes the first weights it sees for the best: here they are not
                    self.best_epoch, self.best_weights = best_epoch, None

            def get_monitor_value(self, logs: Any) -> Any:
                value = super().get_monitor_value(logs)
                return value if value is not None and isfinite(value) else None

        self._stopper = Stopper(
            monitor=f"val_{self.spec.metric}",
            patience=self.spec.patience,
            min_delta=self.spec.min_delta,
            mode=self.spec.mode,
            restore_best_weights=True,
        )
        stand(self._stopper)
        return (self._stopper,)

    def state(self) -> dict[str, Any]:
        """Return the best value, its epoch, epochs waited since, and the epoch it stopped at; None where there is none.

        Epochs count from 1. Weights are not part of it.
        """
        stopper = self._stopper
        if stopper is None:
            return dict(self._standing)
        return {
            "best": None if stopper.best is None else float(stopper.best),
            "best_epoch": None if stopper.best is None else stopper.best_epoch + 1,
            "waited": stopper.wait,
            "stopped_epoch": stopper.stopped_epoch + 1 if stopper.stopped_epoch else None,
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Go on counting from there; of weights that are not known none are taken back, until a better epoch comes."""
        self._standing = {**_BEGINNING, **state}
        if self._stopper is not None:
            self._stand(self._stopper)

    def _stand(self, stopper: Any) -> None:
        stopper.best, stopper.wait = self._standing["best"], self._standing["waited"]
        stopper.best_epoch = (self._standing["best_epoch"] or 1) - 1
        stopper.stopped_epoch = (self._standing["stopped_epoch"] or 1) - 1
