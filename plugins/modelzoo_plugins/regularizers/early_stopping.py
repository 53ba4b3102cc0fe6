"""Early stopping: end the training where validation rows stop getting better, and keep the best weights."""

from __future__ import annotations

from collections.abc import Sequence
from math import isnan
from typing import Any, Literal

from modelzoo_registry import Fault, RegularizerPlugin, RegularizerSpec, SpecError
from pydantic import Field, field_validator


class EarlyStopping(RegularizerPlugin):
    """Stop when a metric on validation rows gets no better, and keep the weights of its best epoch.

    The best weights are taken back also when the last epoch is reached first. Acts between epochs only;
    prediction is unchanged. It needs validation rows. Source: Prechelt, "Early Stopping - But When?", 1998.
    """

    class Spec(RegularizerSpec):
        """What is watched, and for how long it may get no better."""

        metric: str = Field("loss", min_length=1, description="loss or a metric of fit, measured on validation rows")
        patience: int = Field(
            5,
            ge=0,
            le=1_000_000,
            description="epochs in a row without a better value that end it; 0 is as 1",
        )
        min_delta: float = Field(0.0, ge=0, description="smallest change of the metric that counts as better")
        mode: Literal["auto", "min", "max"] = Field(
            "auto", description="whether less or more is better; auto knows it of the loss and of Keras' metrics"
        )

        @field_validator("metric")
        @classmethod
        def _without_prefix(cls, metric: str) -> str:
            return metric.removeprefix("val_")

    def watched_metric(self) -> str:
        """Name the metric."""
        metric: str = self.spec.metric
        return metric

    def callbacks(self) -> Sequence[Any]:
        """Return Keras' own callback, which also says before the first step when it cannot tell better from worse."""
        import keras

        class Stopper(keras.callbacks.EarlyStopping):
            """Follow one metric; a value that is not a number is none."""

            def on_train_begin(self, logs: Any = None) -> None:
                super().on_train_begin(logs)
                trial = keras.callbacks.EarlyStopping(self.monitor, mode=self.mode)
                trial.set_model(self.model)
                try:
                    trial.on_epoch_end(0, {self.monitor: 0.0})
                except ValueError as error:
                    metric = self.monitor.removeprefix("val_")
                    unknown = Fault("mode", f"give min or max: Keras does not know whether less {metric!r} is better")
                    raise SpecError("early_stopping cannot be used like this", [unknown]) from error

            def get_monitor_value(self, logs: Any) -> Any:
                value = super().get_monitor_value(logs)
                return None if value is None or isnan(value) else value

        return (
            Stopper(
                monitor=f"val_{self.spec.metric}",
                patience=self.spec.patience,
                min_delta=self.spec.min_delta,
                mode=self.spec.mode,
                restore_best_weights=True,
            ),
        )
