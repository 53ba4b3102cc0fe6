"""What a fresh process imports: no plugin before it is used, and never TensorFlow, NumPy or the like."""

import pytest

GOOD = '''
class Net(ModelPlugin):
    """Do well."""
    class Spec(ModelSpec): ...
    tasks = SUPERVISED
    def build(self, spec, inputs): ...
'''

HEAVY = ["tensorflow", "keras", "numpy", "pyarrow", "pandas", "click"]


def test_importing_the_registry_imports_nothing_heavy(site):
    assert site.answer(
        f"""
        import json, sys, modelzoo_registry
        print(json.dumps([name for name in {HEAVY} if name in sys.modules]))
        """
    ) == []  # fmt: skip


def test_listing_what_is_installed_imports_nothing_heavy(site):
    """The built-in plugins included, loaded one and all."""
    assert site.answer(
        f"""
        import json, sys
        from modelzoo_registry import installed
        assert [status.state for status in installed().status()].count("ok") > 1
        print(json.dumps([name for name in {HEAVY} if name in sys.modules]))
        """
    ) == []  # fmt: skip


def test_looking_up_names_imports_no_plugin(site):
    site.install("acme-zoo", "1.0", {"modelzoo.models": {"net": "acme_net:Net", "other": "acme_other:X"}})

    assert site.answer(
        """
        import json, sys
        from modelzoo_registry import Registry, UnknownPluginError
        registry = Registry()
        seen = [registry.names("model"), registry.find("model", "net"), registry.find("model", "acme.zoo:net")]
        try:
            registry.load("model", "nett")
        except UnknownPluginError as error:
            assert "Did you mean 'net'?" in str(error)
        plugins = ("acme_net", "acme_other", "modelzoo_plugins")
        print(json.dumps(["net" in seen[0], sorted(name for name in plugins if name in sys.modules)]))
        """
    ) == [True, []]  # fmt: skip


def test_loading_one_plugin_imports_no_other(site):
    site.install("acme-zoo", "1.0", {"modelzoo.models": {"net": "acme_net:Net", "x": "acme_x:X"}}, acme_net=GOOD)

    assert site.answer(
        """
        import json, sys
        from modelzoo_registry import installed
        plugin = installed().load("model", "net")
        plugins = ("acme_net", "acme_x", "modelzoo_plugins")
        print(json.dumps([plugin.__name__, [name for name in plugins if name in sys.modules]]))
        """
    ) == ["Net", ["acme_net"]]  # fmt: skip


@pytest.mark.parametrize("heavy", ["import tensorflow as tf", "from tensorflow import keras_like"])
def test_every_plugin_that_imports_tensorflow_at_its_top_is_pointed_out(site, heavy):
    """Not the first alone, which is the one that sees TensorFlow arrive."""
    site.write("tensorflow", "def keras_like(): ...")  # an empty stand-in: the real one takes seconds
    offers = {"modelzoo.models": {"net_a": "acme_a:Net", "net_b": "acme_b:Net", "net_c": "acme_c:Net"}}
    site.install("acme-zoo", "1.0", offers, acme_a=heavy + GOOD, acme_b=heavy + GOOD, acme_c=GOOD)

    assert site.answer(
        """
        import json
        from modelzoo_registry import installed
        status = [s for s in installed().status("model") if s.entry.distribution == "acme-zoo"]
        print(json.dumps([[s.entry.name, s.state, s.heavy_import] for s in status]))
        """
    ) == [["net_a", "ok", "tensorflow"], ["net_b", "ok", "tensorflow"], ["net_c", "ok", ""]]  # fmt: skip


def test_a_plugin_that_imports_tensorflow_through_a_module_of_its_own_is_pointed_out(site):
    site.write("tensorflow", "")
    site.write("acme_layers", "import tensorflow")
    offers = {"modelzoo.models": {"net": "acme_net:Net"}}
    site.install("acme-zoo", "1.0", offers, acme_net="import acme_layers" + GOOD)

    assert site.answer(
        """
        import json
        from modelzoo_registry import installed
        print(json.dumps([s.heavy_import for s in installed().status("model") if s.entry.name == "net"]))
        """
    ) == ["tensorflow"]  # fmt: skip


def test_a_broken_plugin_that_imports_tensorflow_first_is_pointed_out_too(site):
    site.write("tensorflow", "")
    offers = {"modelzoo.models": {"net": "acme_net:Net"}}
    site.install("acme-zoo", "1.0", offers, acme_net="import tensorflow\nraise ImportError('no GPU')")

    assert site.answer(
        """
        import json
        from modelzoo_registry import installed
        status = [s for s in installed().status("model") if s.entry.name == "net"]
        print(json.dumps([[s.state, s.heavy_import] for s in status]))
        """
    ) == [["broken", "tensorflow"]]  # fmt: skip
