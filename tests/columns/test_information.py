"""How much columns say about a target, alone and together."""

import numpy as np
import pytest

from modelzoo.columns.information import information, synergy

BITS = np.arange(4000) % 2
OTHER = np.arange(4000) // 2 % 2


def test_a_copy_says_everything_and_an_unrelated_column_nothing():
    assert information(BITS, BITS) == pytest.approx(np.log(2), abs=1e-3)
    assert information(BITS, OTHER) == pytest.approx(0, abs=1e-3)


def test_two_columns_may_say_together_what_neither_says_alone():
    assert synergy({"a": BITS, "b": OTHER}, BITS ^ OTHER, least=0.69) == [("a", "b")]
    assert synergy({"a": BITS, "b": OTHER}, BITS ^ OTHER, least=0.70) == []


def test_pairs_come_with_the_highest_synergy_first_and_each_in_table_order():
    third = np.arange(4000) // 4 % 2
    noise = np.arange(4000) // 8 % 5 == 0
    target = 4.0 * (BITS ^ OTHER ^ noise) + (OTHER ^ third)

    assert synergy({"c": third, "b": OTHER, "a": BITS}, target, least=0.01)[:2] == [("c", "b"), ("b", "a")]
