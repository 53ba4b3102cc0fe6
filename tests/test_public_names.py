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


def test_the_estimators_name_the_extra_they_need(outside):
    script = """
    import json, sys

    class Hidden:
        def find_spec(name, *_):
            if name == "sklearn":
                raise ModuleNotFoundError(name=name)

    sys.meta_path.insert(0, Hidden)
    try:
        import modelzoo.sklearn
    except ImportError as error:
        print(json.dumps([type(error).__name__, str(error)]))
    """

    assert outside.answer(script) == [
        "MissingDependencyError",
        'modelzoo.sklearn needs scikit-learn, which is not installed here: pip install "modelzoo-keras[sklearn]"',
    ]


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
