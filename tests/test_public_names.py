"""What ``import modelzoo`` gives, and what it costs."""

import modelzoo

HEAVY = ["tensorflow", "keras", "numpy", "pyarrow", "pandas", "click"]

LOADED = """
import json, sys
import modelzoo
print(json.dumps(sorted(name for name in json.loads(sys.argv[1]) if name in sys.modules)))
"""


def test_importing_it_imports_nothing_heavy(outside):
    assert outside.answer(LOADED, str(HEAVY).replace("'", '"')) == []


def test_all_names_what_there_is():
    assert sorted(modelzoo.__all__) == dir(modelzoo)
    assert all(getattr(modelzoo, name) is not None for name in modelzoo.__all__)
    assert modelzoo.__all__ == [
        "Model", "Schema", "ZooError", "__version__", "build", "datasets", "infer_schema", "load", "load_export",
    ]  # fmt: skip


def test_a_name_that_is_not_there_is_an_attribute_error():
    assert not hasattr(modelzoo, "train")


def test_loading_first_leaves_build_a_function(outside):
    script = "import json, modelzoo; modelzoo.load; print(json.dumps(callable(modelzoo.build)))"

    assert outside.answer(script) is True
