"""The examples of docs/how-to/scikit-learn.md run as they stand there."""

import re
from pathlib import Path

import pytest

pytestmark = pytest.mark.xdist_group("sklearn")

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "scikit-learn.md"


def test_the_page_s_examples_run(tmp_path, monkeypatch, capsys):
    blocks = re.findall(r"^```python\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    monkeypatch.chdir(tmp_path)
    names = {}

    for block in blocks:
        exec(block, names)

    assert names["regressor"].score(names["test"], names["test_prices"]) > 0.8
    assert [path.name for path in Path("exports").iterdir()] == ["diamonds"]
    assert set(names["search"].best_params_) == {"settings__hidden", "regularizers__dropout__rate"}
    assert names["pipeline"].score(names["diamonds"], names["good"]) > 0.8
    assert names["picture"].columns.tolist() == ["zootransformer0", "zootransformer1"]
    assert "check_sample_weight_equivalence_on_dense_data" in capsys.readouterr().out
