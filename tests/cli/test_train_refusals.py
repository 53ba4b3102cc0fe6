"""What ``zoo train`` refuses, in which words, before TensorFlow is started or anything is written."""

import pytest

from .conftest import TRAIN

MODELS = "Models: autoencoder, deep_dnn, dnn, linear, wide_deep"
REGULARIZERS = (
    "Regularizers: augmentation, batch_norm, dropout, early_stopping, gaussian_noise, l1, l1_l2, l2, label_smoothing, "
    "max_norm, sparse_activations"
)


@pytest.fixture(autouse=True)
def _nothing_is_written(here):
    before = {path: path.read_bytes() for path in here.rglob("*") if path.is_file()}
    yield
    kept = {path: path.read_bytes() for path in here.rglob("*") if path in before}
    assert kept == before
    assert not (here / "run").exists()
    assert not list(here.rglob("*.partial"))


@pytest.fixture
def fault(refusal):
    """Return a caller of a training with these options, that gives what is wrong with it."""

    def call(options: str) -> str:
        title, _, faults = refusal(f"{TRAIN} --out run {options}").partition("\n")
        assert title == "the training cannot be used:"
        return faults

    return call


@pytest.fixture
def csv(here):
    """Return a writer of ``mine.csv`` from its lines."""
    return lambda *lines: (here / "mine.csv").write_text("\n".join(lines) + "\n")


MINE = "train --model linear --data mine.csv --target price --out run"


@pytest.mark.parametrize(
    ("line", "missing"),
    [
        ("train", "--model, --data, --target, --out"),
        ("train --data train.csv", "--model, --target, --out"),
        ("train --data train.csv --target price", "--model, --out"),
    ],
)
def test_all_that_is_missing_is_told_at_once(refusal, line, missing):
    assert refusal(line) == f"missing {missing}: to be given here, or in the file of --config"


def test_an_unknown_model_is_told_with_the_nearest(refusal):
    assert refusal(f"{TRAIN} --out run --model wide_dep") == (
        f"no model is called 'wide_dep'. Did you mean 'wide_deep'? {MODELS}"
    )


def test_all_faults_of_all_parts_are_told_at_once(refusal):
    assert refusal(
        "train --data train.csv --target price --out run --model wide_deep --epochs 0 --batch-size many --seed -1 "
        "--learning-rate nan --validation 1.5 --task guess --set hiden=[3] --set hidden=[64,0] --set activation=rel "
        "--regularizer dropout:rate=2 --regularizer drop_out"
    ) == (
        "the training cannot be used:\n"
        "  learning_rate: Input should be a finite number. Received: 'nan'\n"
        "  epochs: Input should be greater than or equal to 1. Received: '0'\n"
        "  batch_size: Input should be a valid integer, unable to parse string as an integer. Received: 'many'\n"
        "  seed: Input should be greater than or equal to 0. Received: '-1'\n"
        "  validation: must be a fraction, 0 <= validation < 1, the path of a file of rows, time:column, or None. "
        "Received: 1.5\n"
        "  task: Input should be 'regression', 'binary', 'multiclass' or 'reconstruction'. Received: 'guess'\n"
        "  settings.hidden.1: Input should be greater than or equal to 1. Received: 0\n"
        "  settings.activation: no activation is called 'rel'. Did you mean 'relu'? Received: 'rel'\n"
        "  settings.hiden: unknown setting. Did you mean 'hidden'? Settings: hidden, activation\n"
        "  regularizers.0.rate: Input should be less than 1. Received: 2\n"
        "  regularizers.1: no regularizer is called 'drop_out'. Did you mean 'dropout'? "
        f"{REGULARIZERS}"
    )


def test_weights_that_fit_no_class_are_told_with_all_there_are(refusal):
    line = "train --model linear --data train.csv --target cut --out run --epochs 1 --class-weight ideal=2,Fair=3"

    assert refusal(line) == (
        "the weights cannot be used:\n"
        "  class_weight.ideal: there is no such class. Classes: Fair, Good, Ideal, Premium, Very Good"
    )


def test_an_unknown_model_stands_among_other_faults(fault):
    assert fault("--model wide_dep --epochs 0") == (
        "  epochs: Input should be greater than or equal to 1. Received: '0'\n"
        f"  model: no model is called 'wide_dep'. Did you mean 'wide_deep'? {MODELS}"
    )


def test_a_setting_of_training_is_sent_to_its_own_option(fault):
    assert fault("--set epochs=3") == (
        "  settings.epochs: is about training, not architecture: give it to fit(), or to zoo train as an option of "
        "its own"
    )


@pytest.mark.parametrize("name", ["name", "regularizers", "schema", "model", "data", "self"])
def test_a_setting_named_as_an_argument_of_ours_is_an_unknown_setting(fault, name):
    assert fault(f"--model wide_deep --set {name}=1") == (
        f"  settings.{name}: unknown setting. Settings: hidden, activation"
    )


def test_one_number_where_a_list_belongs_is_told_in_plain_words(fault):
    assert fault("--model wide_deep --set hidden=64") == "  settings.hidden: Input should be a list. Received: 64"


def test_an_unknown_optimizer_is_told_with_all_there_are(fault):
    assert fault("--optimizer adan") == (
        "  optimizer: Input should be 'adadelta', 'adafactor', 'adagrad', 'adam', 'adamax', 'adamw', 'ftrl', 'lion', "
        "'nadam', 'rmsprop' or 'sgd'. Received: 'adan'"
    )


def test_one_regularizer_twice_is_refused(fault):
    assert fault("--regularizer l2 --regularizer l2:strength=1") == (
        "  regularizers.1: 'l2' is listed twice; once is enough"
    )


def test_a_model_for_a_regularizer_is_recognised(fault):
    assert fault("--regularizer linear") == (
        f"  regularizers.0: no regularizer is called 'linear'. ('linear' is a model.) {REGULARIZERS}"
    )


def test_a_misspelt_option_is_told_with_the_nearest(refusal):
    said = refusal(f"{TRAIN} --out run --epoch 3")  # in click's words, which differ between its versions

    assert said.startswith("No such option")
    assert "--epochs" in said


def test_an_unfinished_list_is_refused(refusal):
    assert refusal(f"{TRAIN} --out run --set hidden=[64,") == (
        'Invalid value for --set: not a TOML value, such as [64, 32] or ["a", "b"]. Received: [64,'
    )


def test_a_configuration_that_is_not_there_is_refused(refusal):
    assert refusal("train --config mine.toml --out run") == "there is no file mine.toml"


def test_a_configuration_that_is_no_toml_is_told_with_its_line(refusal, here):
    (here / "mine.toml").write_text('model = "linear"\nepochs = \n')

    assert refusal("train --config mine.toml --out run") == (
        "mine.toml is not TOML: Invalid value (at line 2, column 10)"
    )


def test_a_configuration_in_bytes_is_refused(refusal, here):
    (here / "mine.toml").write_bytes(b"\xff\xfe")

    assert refusal("train --config mine.toml --out run") == (
        "mine.toml is not TOML: 'utf-8' codec can't decode byte 0xff in position 0: invalid start byte"
    )


def test_all_faults_of_a_configuration_are_told_with_its_file(refusal, here):
    (here / "mine.toml").write_text('epoch = 3\nseed = "x"\nsettings = 3\nregularizers = "l2"\n')
    known = (
        "optimizer, learning_rate, schedule, warmup, decay_to, clip_norm, clip_value, momentum, wide_optimizer, "
        "wide_learning_rate, loss, metrics, epochs, batch_size, train_examples, evals, memory, checkpoint_every, "
        "precision, seed, validation, class_weight, weight_column, model, data, target, task, columns, drop, out, "
        "settings, regularizers, schema"
    )

    assert refusal("train --config mine.toml --out run") == (
        "the training of mine.toml cannot be used:\n"
        "  seed: Input should be a valid integer, unable to parse string as an integer. Received: 'x'\n"
        "  settings: Input should be a table of names and values. Received: 3\n"
        "  regularizers: Input should be a list. Received: 'l2'\n"
        f"  epoch: unknown setting. Did you mean 'epochs'? Settings: {known}"
    )


def test_settings_that_are_no_table_are_refused_beside_options_for_them_too(refusal, here):
    (here / "mine.toml").write_text("settings = 3\n")

    assert refusal("train --config mine.toml --set hidden=[3] --out run") == (
        "the training of mine.toml cannot be used:\n"
        "  settings: Input should be a table of names and values. Received: 3"
    )


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("tain.csv", "there is no file tain.csv. Did you mean 'train.csv'?"),
        ("nowhere/x.csv", "there is no file nowhere/x.csv"),
        ("empty", "empty holds no files to read (.csv, .tsv, .parquet, .jsonl, .ndjson). Found: no files"),
        ("empty.csv", "empty.csv is empty"),
        ("header.csv", "header.csv holds no rows"),
        (
            "a.txt",
            (
                "a.txt: cannot tell what it is from its suffix '.txt'. "
                "Readable: .csv, .tsv, .parquet, .jsonl, .ndjson, .json"
            ),
        ),
        ("half.jsonl", "half.jsonl, line 2, column 12: not JSON: "),
        ("list.jsonl", "list.jsonl, line 1: a JSON object is expected. Received: list"),
    ],
)
def test_a_file_that_cannot_be_read_is_told_with_the_reason(refusal, here, name, message):
    (here / "empty").mkdir()
    (here / "empty.csv").touch()
    (here / "header.csv").write_text("carat,price\n")
    (here / "a.txt").write_text("carat,price\n1,2\n")
    (here / "half.jsonl").write_text('{"carat": 1}\n{"carat": 1\n')
    (here / "list.jsonl").write_text("[1, 2]\n")

    said = refusal(f"train --model linear --data {name} --target price --out run")

    assert said.startswith(message) if message.endswith("JSON: ") else said == message  # the rest are Python's words


def test_half_a_parquet_file_is_refused(refusal, here):
    (here / "mine.parquet").write_bytes(b"PAR1 and then nothing more")

    assert refusal("train --model linear --data mine.parquet --target price --out run") == (
        "mine.parquet is a Parquet file cut short: its end is missing. Copy or download it again, or write it again"
    )


def test_a_csv_file_with_a_short_line_is_told_with_that_line(refusal, csv):
    csv("carat,price", "1,2", "3")

    assert refusal(MINE) == (
        "mine.csv, line 3: 1 field where the first line has 2: 3. "
        "Add the missing field, or quote a value that holds a comma or a line break"
    )


def test_a_missing_target_is_told_with_the_nearest_column(refusal, csv):
    csv("carat,prize", "1,2", "3,4")

    assert refusal(MINE) == (
        "the data has no target:\n  price: no column has this name. Did you mean 'prize'? Columns: carat, prize"
    )


def test_a_csv_file_that_seems_to_have_no_header_line_is_told_what_to_do(refusal, csv):
    csv("1,2", "3,4")

    assert refusal(MINE) == (
        "mine.csv seems to have no header line: name all its columns in order (columns=[...], --columns a,b,c):\n"
        "  price: is not in its first line: 1, 2"
    )


def test_a_constant_target_is_refused(refusal, csv):
    csv("carat,price", "1,5", "2,5", "3,5")

    assert refusal(f"{MINE} --validation 0") == (
        "there is nothing to learn:\n  price: the target has one value only: 5 in all 3 rows"
    )


def test_a_target_without_any_value_is_refused(refusal, csv):
    csv("carat,price", "1,", "2,", "3,")

    assert refusal(MINE) == "there is nothing to learn:\n  price: the target is missing in all 3 rows"


def test_text_where_numbers_belong_is_told_with_column_row_and_value(refusal, csv):
    csv("carat,price", "1,2", "2,cheap", "3,4")

    assert refusal(f"{MINE} --task regression --validation 0") == (
        "the data cannot be used:\n  price: a number belongs here. Received: row 2: 'cheap'"
    )


@pytest.mark.parametrize("option", ["--columns carat,cutt", "--drop cutt"])
def test_a_column_that_is_not_there_is_told_with_the_nearest(refusal, option):
    assert refusal(f"{TRAIN} --out run {option}") == (
        "the data lacks columns that were named (it has: carat, cut, color, clarity, depth, table, price, x, y, z):\n"
        "  cutt: is not there. Did you mean 'cut'?"
    )


def test_validation_rows_that_lack_a_column_are_refused(refusal, csv):
    csv("carat,price", "1,2", "3,4")

    said = refusal(f"{TRAIN} --columns carat,cut,color --validation mine.csv --out run")

    assert said.startswith("validation")
    assert "  cut: is not there." in said
    assert "  color: is not there." in said


def test_validation_rows_that_are_not_there_are_refused(refusal):
    assert refusal(f"{TRAIN} --validation 10% --out run") == "validation (10%): there is no file 10%"


def test_too_few_rows_to_hold_any_back_are_refused(refusal, csv):
    csv("carat,price", "1,2", "3,4")

    assert refusal(MINE) == "validation=0.1 of 2 rows leaves 2 to train on and 0 to validate on: give more rows"


def test_a_task_the_target_does_not_fit_is_refused(refusal):
    assert refusal(f"{TRAIN} --task binary --out run").startswith(
        "the task does not fit:\n  price: binary needs two classes. Received: "
    )


class TestAnOutputThatIsTaken:
    @pytest.fixture(autouse=True)
    def _no_training(self, monkeypatch):
        monkeypatch.setattr("modelzoo.model.prepare", lambda *_: pytest.fail("the data was read"))

    def test_a_run_is_not_replaced_unasked(self, refusal, here):
        (here / "old").mkdir()
        (here / "old/run.json").write_text("{}")

        assert refusal(f"{TRAIN} --out old") == (
            "old exists: choose another place, or overwrite it (overwrite=True, --overwrite)"
        )

    @pytest.mark.parametrize("option", ["", "--overwrite"])
    def test_what_is_no_run_is_never_replaced(self, refusal, here, option):
        (here / "letters").mkdir()
        (here / "letters/dear.txt").write_text("Dear")

        assert refusal(f"{TRAIN} --out letters {option}") == (
            "letters exists and is not one of ours (no run.json in it): choose another place"
        )

    def test_a_file_is_never_replaced(self, refusal):
        assert refusal(f"{TRAIN} --out new.jsonl --overwrite") == (
            "new.jsonl exists and is not one of ours (no run.json in it): choose another place"
        )


@pytest.mark.parametrize(
    ("option", "name"), [("", "data"), ("--data train.csv --validation old/late.csv", "validation")]
)
def test_rows_inside_the_run_to_be_replaced_are_kept(refusal, here, option, name):
    (here / "old").mkdir()
    (here / "old/run.json").write_text("{}")
    (here / "old/late.csv").write_text("carat,price\n1,2\n")
    line = "train --model linear --data old/late.csv --target price --out ./old --overwrite"

    assert refusal(f"{line} {option}") == (
        f"--{name} old/late.csv is inside --out ./old: writing the run would replace it"
    )


def test_a_place_below_a_file_is_refused(refusal, here):
    assert refusal(f"{TRAIN} --out train.csv/run") == f"{here / 'train.csv'}: File exists"
