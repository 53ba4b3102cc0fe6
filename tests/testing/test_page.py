"""``docs/how-to/test-a-plugin.md`` names every check with what it demands, and its example passes as it stands."""

import re

import pytest

from modelzoo.testing.checks import CHECKS

from ..conftest import ROOT

PAGE = (ROOT / "docs/how-to/test-a-plugin.md").read_text(encoding="utf-8")


def test_its_table_has_every_check_with_what_it_demands():
    rows = {}
    for kind, checks in CHECKS.items():
        for check in checks:
            rows.setdefault((check.name, check.demand.replace("``", "`")), []).append(kind)

    assert re.findall(r"^\| (.+?) \| (.+?) \| (.+) \|$", PAGE.partition("## What is checked")[2], re.MULTILINE) == [
        ("check", "of", "what it demands"),
        *((name, ", ".join(kinds), demand) for (name, demand), kinds in rows.items()),
    ]


@pytest.mark.full  # the packages of zoo new-plugin are tested in the same way in every run
@pytest.mark.xdist_group("kit")
def test_its_example_passes_for_a_package_that_is_not_installed(outside, run_pytest):
    (example,) = re.findall(r"```python\n(.+?)```", PAGE, re.DOTALL)
    outside.folder.joinpath("test_plugins.py").write_text(example, encoding="utf-8")

    done = run_pytest("-W", "error", PYTHONPATH=str(ROOT / "examples/third_party_plugin"))

    assert (done.returncode, done.stderr) == (0, "")
    assert "2 passed" in done.stdout
    assert "warning" not in done.stdout
    assert [path.name for path in outside.folder.iterdir()] == ["test_plugins.py"]
