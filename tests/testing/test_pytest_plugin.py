"""What ``pytest --modelzoo-plugins`` runs, in any folder, and what the kit costs those who do not use it."""

BROKEN = "raise ImportError('no library')"
HEAVY = ["tensorflow", "keras", "numpy", "pyarrow", "hypothesis", "modelzoo.model", "modelzoo_registry.plugins"]


def lines(done):
    return [line for line in done.stdout.splitlines() if line]


def test_it_tests_every_check_of_every_plugin_and_no_file(outside, run_pytest):
    outside.folder.joinpath("test_theirs.py").write_text("def test_theirs(): ...")

    done = run_pytest("--modelzoo-plugins", "--collect-only", "-q")

    found = lines(done)
    assert {line.partition("::")[0] for line in found[:-1]} == {"modelzoo-plugins"}
    assert "modelzoo-plugins::dnn::same seed" in found
    assert [line for line in found if line.startswith("modelzoo-plugins::l2::")] == [
        f"modelzoo-plugins::l2::{name}"
        for name in (
            "contract", "docstring", "light import", "bounds", "bad settings", "stored settings", "shapes",
            "drawn settings", "same seed", "finite loss", "falling loss", "save and load", "export",
        )
    ]  # fmt: skip


def test_with_a_path_it_tests_the_files_there_too(outside, run_pytest):
    outside.folder.joinpath("test_theirs.py").write_text("def test_theirs(): ...")

    done = run_pytest("test_theirs.py", "--modelzoo-plugins", "-q", "-k", "theirs or (linear and docstring)")

    assert "2 passed" in done.stdout


def test_a_broken_plugin_fails_once_with_the_cause(outside, run_pytest):
    outside.install("acme-zoo", "[modelzoo.models]\nbroken = acme_broken:Net", acme_broken=BROKEN)

    done = run_pytest("--modelzoo-plugins", "-q", "-k", "broken", "-W", "error")

    assert "1 failed, 15 skipped" in done.stdout
    assert (
        "model 'broken' of acme-zoo 1.0 cannot be imported from 'acme_broken:Net': ImportError: no lib" in done.stdout
    )


def test_where_nobody_asks_for_it_nothing_of_it_is_imported(outside, run_pytest):
    script = f"def test_it():\n import sys\n assert [n for n in {HEAVY} if n in sys.modules] == []"
    outside.folder.joinpath("test_theirs.py").write_text(script)

    assert "1 passed" in run_pytest("-q", "-p", "no:hypothesispytest").stdout


def test_importing_the_kit_imports_nothing_heavy(outside):
    script = f"""
        import json, sys
        import modelzoo.testing
        print(json.dumps([name for name in {[*HEAVY, "pytest"]} if name in sys.modules]))
        """

    assert outside.answer(script) == []
