"""``zoo train``: train a model on a file and write the run."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from modelzoo_registry import ArtifactNotFoundError, NonFiniteLossError, installed
from modelzoo_registry.training import time_split

from ..configure import only_reconstructs
from ..text import print_numbers
from .parse import ROWS, parse_class_weight, parse_names, parse_regularizer, parse_setting, parse_validation
from .sections import Sectioned

if TYPE_CHECKING:  # pydantic builds it when it is needed
    from ..config import TrainConfig

VALIDATION = 0.1
"""The fraction held back when nothing is said."""

_DISPLACED = {
    "epochs": ("train_examples", "evals"),
    "train_examples": ("epochs",),
    "clip_norm": ("clip_value",),
    "clip_value": ("clip_norm",),
}
"""What an option takes the place of in the file, which holds one of the first two always when it is a run's."""

EXAMPLES = """\b
Examples:
  zoo train --model wide_deep --data diamonds.csv --target price --out runs/a
  zoo train --config runs/a/train.toml --epochs 50 --out runs/b
  zoo train --resume runs/b
"""

SECTIONS = {
    "Rows": (
        "--data", "--target", "--task", "--validation", "--columns", "--drop", "--class-weight", "--weight-column",
        "--memory",
    ),
    "Model": ("--model", "--set", "--regularizer", "--schema"),
    "Training": (
        "--optimizer", "--learning-rate", "--schedule", "--warmup", "--decay-to", "--momentum", "--wide-optimizer",
        "--wide-learning-rate", "--clip-norm", "--clip-value", "--epochs", "--batch-size", "--train-examples",
        "--evals", "--precision", "--checkpoint-every", "--seed",
    ),
}  # fmt: skip
"""Headings that options stand under in the help."""


# Numbers are taken as text: they are checked with everything else, so that all faults are told at once.
@click.command("train", epilog=EXAMPLES, cls=Sectioned, sections=SECTIONS)
@click.option("--model", metavar="NAME", help="Name of the model; see zoo list.  [required]")
@click.option("--data", metavar="PATH", help=f"Training rows: {ROWS}.  [required]")
@click.option(
    "--target", metavar="COLUMN", help="Name of the target column; none for an autoencoder.  [required otherwise]"
)
@click.option("--out", metavar="RUN", help="Folder to write the run to.  [required]")
@click.option("--overwrite", is_flag=True, help="Replace the run that stands there.")
@click.option(
    "--task", metavar="TASK", help="regression, binary, multiclass or reconstruction; inferred when left out."
)
@click.option(
    "--validation",
    metavar="PATH|FRACTION|time:COLUMN",
    help="Rows to validate on, or the part to hold back, or the last tenth in time (time:COLUMN=0.2 for a fifth); "
    f"0 for none.  [default: {VALIDATION}]",
)
@click.option(
    "--columns", metavar="A,B,C", help="Columns to use; for a CSV without a header line, all its names in order."
)
@click.option("--drop", metavar="A,B", help="Columns to leave out.")
@click.option(
    "--set",
    "settings",
    multiple=True,
    metavar="NAME=VALUE",
    help="A setting of the model, such as hidden=[64,32]; see zoo show MODEL. May be repeated.",
)
@click.option(
    "--regularizer",
    "regularizers",
    multiple=True,
    metavar="NAME[:SETTING=VALUE,...]",
    help="A regularizer, such as dropout:rate=0.2. May be repeated; they act in this order.",
)
@click.option("--schema", metavar="TOML", help="What each column is, see zoo schema; inferred when left out.")
@click.option("--optimizer", metavar="NAME", help="Name of the optimizer.  [default: adam]")
@click.option("--learning-rate", metavar="NUMBER", help="Step size.  [default: 0.001]")
@click.option("--momentum", metavar="NUMBER", help="Share of the last step that sgd and rmsprop repeat.")
@click.option("--wide-optimizer", metavar="NAME", help="Another one for the wide part, such as ftrl.")
@click.option("--wide-learning-rate", metavar="NUMBER", help="Its step size.  [default: 1/√wide columns, at most 0.2]")
@click.option(
    "--schedule",
    metavar="NAME",
    help="How the learning rate goes on: constant, or falling by cosine or linear.  [default: constant]",
)
@click.option(
    "--warmup", metavar="FRACTION", help="Share of all steps over which the learning rate rises first.  [default: 0]"
)
@click.option(
    "--decay-to", metavar="FRACTION", help="Share of the learning rate that is left at the end.  [default: 0]"
)
@click.option("--clip-norm", metavar="NUMBER", help="Longest norm of all gradients of a step together.")
@click.option("--clip-value", metavar="NUMBER", help="Largest size of each entry of the gradients.")
@click.option("--epochs", metavar="NUMBER", help="Times every row is seen.  [default: by their number, 20 for many]")
@click.option("--batch-size", metavar="NUMBER", help="Rows in one step.  [default: by their number, 256 for many]")
@click.option(
    "--train-examples",
    metavar="NUMBER",
    help="Instead of --epochs: examples to train on in all, passing over the rows again and again.",
)
@click.option("--evals", metavar="NUMBER", help="Evaluations within --train-examples.  [default: one a pass]")
@click.option(
    "--memory",
    metavar="SIZE",
    help="Bytes that encoded rows may take; more rows are streamed from disk.  [default: 1GB]",
)
@click.option(
    "--class-weight",
    metavar="balanced|LABEL=WEIGHT,...",
    help="What a row of each class weighs in the training loss: balanced, or by label, such as yes=3,no=1.",
)
@click.option("--weight-column", metavar="COLUMN", help="Column of what each row weighs in the loss; it is no feature.")
@click.option(
    "--precision",
    metavar="NAME",
    help="What hidden layers compute in: float32 or mixed_bfloat16.  [default: float32]",
)
@click.option("--seed", metavar="NUMBER", help="Decides everything random.  [default: 0]")
@click.option(
    "--config",
    metavar="TOML",
    type=click.Path(path_type=Path),
    help="File with the same, such as the train.toml of a run. Options given here come first; paths in it are "
    "taken from the folder zoo is called in.",
)
@click.option(
    "--checkpoint-every",
    metavar="SECONDS",
    help="Time between two checkpoints; 0 writes one after every call of the step.  [default: 30]",
)
@click.option(
    "--resume",
    metavar="RUN",
    type=click.Path(path_type=Path),
    help="Go on with the training that was to write this run and was interrupted; it takes no other option.",
)
def command(config: Path | None, resume: Path | None, overwrite: bool, **options: Any) -> None:
    """Train a model on a file and write the run.

    The run holds the model, its history, TensorBoard logs, and train.toml, which repeats the training. Until it is
    finished it stands in RUN.unfinished, with a checkpoint from which --resume goes on: after Ctrl-C, SIGTERM, or the
    loss of power.
    """
    if resume is not None:
        _refuse_beside_resume({"--config": config, "--overwrite": overwrite, **options})
        _resume(resume)
        return
    from ..config import make_config
    from ..toml import read_toml

    written = read_toml(config) if config else {}
    chosen = make_config(
        _merge({"validation": VALIDATION, **written}, options),
        source=f"the training of {config}" if config else "the training",
    )
    _require(chosen)

    _train(chosen, overwrite=overwrite)


def _train(chosen: TrainConfig, *, overwrite: bool, resume: bool = False) -> None:
    from .. import build  # only now: NumPy and Arrow are not needed to refuse a setting

    model = build(chosen.model, regularizers=chosen.regularizers, schema=chosen.columns_schema, **chosen.settings)
    try:
        model.fit(
            chosen.data,
            target=chosen.target,
            columns=chosen.columns,
            drop=chosen.drop,
            task=chosen.task,
            out=chosen.out,
            overwrite=overwrite,
            resume=resume,
            **chosen.training(),
        )
    except NonFiniteLossError:
        click.echo(f"what was learnt until then is kept in {chosen.out}", err=True)
        raise
    print_numbers(model.fitted.metrics)
    click.echo(f"run written to {chosen.out}")


def _resume(run: Path) -> None:
    """Go on with a training; where it has been finished, say so."""
    from ..artifacts.record import RUN
    from ..artifacts.run import CONFIG
    from ..artifacts.unfinished import can_go_on, unfinished_folder
    from ..config import make_config
    from ..toml import read_toml

    written = unfinished_folder(run) / CONFIG
    if not can_go_on(run, marker=RUN) or not written.is_file():
        if (run / RUN).is_file():
            click.echo(f"{run} is finished: there is nothing to go on with")
            return
        raise ArtifactNotFoundError(f"there is no training to go on with: {written} is not there")
    fields = {**read_toml(written), "out": str(run)}
    if "data" not in fields:
        raise ArtifactNotFoundError(
            f"{run} was trained on rows in memory: call fit again with the same arguments and resume=True"
        )
    _train(make_config(fields, source=f"the training of {written}"), overwrite=True, resume=True)


def _refuse_beside_resume(options: Mapping[str, Any]) -> None:
    """Refuse options that would make it another training."""
    names = {"settings": "--set", "regularizers": "--regularizer"}
    given = [names.get(name, f"--{name.lstrip('-').replace('_', '-')}") for name, value in options.items() if value]
    if given:
        raise click.UsageError(f"--resume goes on with a training as it was: leave out {', '.join(given)}")


def _merge(fields: Mapping[str, Any], options: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of the file, with those given as options put over them."""
    read = {
        "validation": parse_validation(options["validation"]),
        "class_weight": parse_class_weight(options["class_weight"]),
        "columns": parse_names(options["columns"]),
        "drop": parse_names(options["drop"]),
        "regularizers": [parse_regularizer(text) for text in options["regularizers"]] or None,
        "settings": _settings(fields.get("settings"), options["settings"]),
    }
    given = {name: value for name, value in {**options, **read}.items() if value is not None}
    displaced = {name for option in given for name in _DISPLACED.get(option, ())}
    return {**{name: value for name, value in fields.items() if name not in displaced}, **given}


def _settings(written: Any, options: tuple[str, ...]) -> Any:
    """Return the settings of the file with those of the options put over them; what is no table stays to be refused."""
    given = dict(parse_setting(text, "--set") for text in options)
    return {**(written or {}), **given} if given and isinstance(written or {}, Mapping) else written


def _has_no_target(config: Any) -> bool:
    """Whether the model is to reconstruct its inputs."""
    if config.task == "reconstruction":
        return True
    return bool(config.model) and only_reconstructs(installed().load("model", config.model))


def _require(config: Any) -> None:
    """Refuse a training that lacks something, or would replace the rows it reads."""
    needed = ("model", "data", "out") if _has_no_target(config) else ("model", "data", "target", "out")
    missing = [f"--{name}" for name in needed if not getattr(config, name)]
    if missing:
        raise click.UsageError(f"missing {', '.join(missing)}: to be given here, or in the file of --config")
    for name in ("data", "validation", "schema"):
        file = config.columns_schema if name == "schema" else getattr(config, name)
        is_file = isinstance(file, str) and (name != "validation" or not time_split(file))
        if is_file and Path(file).resolve().is_relative_to(Path(config.out).resolve()):
            raise click.UsageError(f"--{name} {file} is inside --out {config.out}: writing the run would replace it")
