"""The layers of a core become few boxes: what only hands values on goes, what is alike or in a row comes together."""

from modelzoo.plot.boxes import Part
from modelzoo.plot.core import draw_core

from .conftest import SMALL_CORE, layer


def parts(boxes):
    """Return what is written in each box, by its key."""
    return {key: [(part.title, *part.details) for part in box.parts] for key, box in boxes.items()}


def tower(*layers):
    """Return what is written of the layers between an input of four numbers and the prediction."""
    boxes, _ = draw_core((layer("dense", "InputLayer", (4,)), *layers))
    return parts(boxes)["core:end"]


def test_a_small_wide_and_deep_core_is_five_boxes():
    boxes, graph = draw_core(SMALL_CORE)

    assert parts(boxes) == {
        "core:dense": [("dense", "2 numbers")],
        "core:ids": [("ids", "3 ids")],
        "core:3": [("embedding_town_1", "Embedding 1 → 2", "8 parameters")],
        "core:8": [("wide", "WideLogits 3 → 1", "13 parameters")],
        "core:7": [
            ("hidden_1", "Dense 4 → 8, relu", "40 parameters"),
            ("Dropout, rate 0.1",),
            ("logits", "Dense 8 → 1", "9 parameters"),
        ],
        "core:end": [("+",), ("prediction", "Activation 1, linear")],
    }
    assert set(graph.edges) == {
        ("core:dense", "core:7"),
        ("core:ids", "core:3"),
        ("core:ids", "core:8"),
        ("core:3", "core:7"),
        ("core:7", "core:end"),
        ("core:8", "core:end"),
    }


def test_layers_side_by_side_become_one_box():
    embeddings = [
        each
        for place in range(3)
        for each in (
            layer(f"get_item_{place}", "GetItem", (), 0),
            layer(f"embedding_{place}", "Embedding", (place + 1,), 1 + 2 * place, parameters=10),
        )
    ]
    joined = layer("deep_inputs", "Concatenate", (6,), 2, 4, 6)

    boxes, graph = draw_core(
        (layer("ids", "InputLayer", (3,)), *embeddings, joined, layer("prediction", "Dense", (1,), 7))
    )

    assert parts(boxes) == {
        "core:ids": [("ids", "3 ids")],
        "core:end": [
            ("3 × Embedding", "6 numbers in all", "30 parameters"),
            ("prediction", "Dense 6 → 1"),
        ],
    }
    assert graph.edges == (("core:ids", "core:end"),)


def test_inputs_stay_apart_however_alike_they_are():
    arrays = [layer(f"array_{place}", "InputLayer", (2, 2)) for place in range(3)]
    flat = [layer(f"flatten_{place}", "Flatten", (4,), place) for place in range(3)]

    boxes, _ = draw_core((*arrays, *flat, layer("prediction", "Concatenate", (12,), 3, 4, 5)))

    assert list(boxes) == ["core:array_0", "core:array_1", "core:array_2", "core:end"]
    assert parts(boxes)["core:end"] == [("prediction", "Concatenate 12")]


def test_a_join_that_several_layers_read_stays():
    boxes, graph = draw_core(
        (
            layer("dense", "InputLayer", (2,)),
            layer("ids", "InputLayer", (3,)),
            layer("both", "Concatenate", (5,), 0, 1),
            layer("left", "Dense", (4,), 2, parameters=24),
            layer("right", "Dense", (5,), 2, parameters=30),
            layer("prediction", "Add", (5,), 3, 4),
        )
    )

    assert parts(boxes)["core:2"] == [("both", "Concatenate 5")]
    assert graph.targets["core:2"] == ["core:3", "core:4"]


def test_a_linear_activation_on_the_way_says_nothing():
    assert tower(
        layer("hidden_1", "Dense", (4,), 0, parameters=20),
        layer("hidden_1_gated", "Activation", (4,), 1, detail="linear"),
        layer("prediction", "Activation", (4,), 2, detail="linear"),
    ) == [("hidden_1", "Dense 4", "20 parameters"), ("prediction", "Activation 4, linear")]


def test_shapes_with_more_dimensions_are_told():
    assert tower(
        layer("conv", "Conv2D", (28, 28, 8), 0, parameters=1),
        layer("pool", "MaxPooling2D", (14, None, 8), 1),
        layer("prediction", "Dense", (1,), 2),
    ) == [
        ("conv", "Conv2D 4 → 28×28×8", "1 parameter"),
        ("pool", "MaxPooling2D 28×28×8 → 14×?×8"),
        ("prediction", "Dense 14×?×8 → 1"),
    ]


def test_a_residual_connection_is_seen():
    boxes, graph = draw_core(
        (
            layer("dense", "InputLayer", (4,)),
            layer("hidden_1", "Dense", (4,), 0, parameters=20),
            layer("sum", "Add", (4,), 0, 1),
            layer("scaled", "Multiply", (4,), 2, 0),
            layer("prediction", "Dense", (1,), 3),
        )
    )

    assert [parts(boxes)[key][0] for key in ("core:2", "core:end")] == [("+",), ("×",)]
    assert graph.sources["core:2"] == ["core:dense", "core:1"]


def test_equal_floors_of_a_tower_are_told_once():
    floors = [
        each
        for place in range(60)
        for each in (
            layer(f"hidden_{place}", "Dense", (4,), 2 * place, parameters=20, detail="relu"),
            layer(f"drop_{place}", "Dropout", (4,), 2 * place + 1, detail="rate 0.5"),
        )
    ]

    assert tower(*floors, layer("prediction", "Dense", (1,), 120, parameters=5)) == [
        ("hidden_0", "Dense 4, relu", "20 parameters"),
        ("Dropout, rate 0.5",),
        ("… 59 × the same", "1,180 parameters"),
        ("prediction", "Dense 4 → 1", "5 parameters"),
    ]


def test_three_equal_floors_are_each_told():
    floors = [layer(f"hidden_{place}", "Dense", (4,), place, parameters=20) for place in range(3)]

    assert [title for title, *_ in tower(*floors, layer("prediction", "Dense", (1,), 3))] == [
        "hidden_0", "hidden_1", "hidden_2", "prediction",
    ]  # fmt: skip


def test_an_autoencoder_is_one_tower():
    widths = [16, 10, 5, 3, 5, 10, 16]
    names = ["encode_1", "encode_2", "encode_3", "code", "decode_1", "decode_2", "decode_3"]
    layers = [
        layer(name, "Dense", (width,), place) for place, (name, width) in enumerate(zip(names, widths, strict=True))
    ]

    assert tower(*layers, layer("prediction", "Dense", (4,), 7))[2:5] == [
        ("encode_3", "Dense 10 → 5"), ("code", "Dense 5 → 3"), ("decode_1", "Dense 3 → 5"),
    ]  # fmt: skip


def test_an_input_no_layer_reads_is_there_all_the_same():
    boxes, graph = draw_core(
        (layer("dense", "InputLayer", (4,)), layer("ids", "InputLayer", (1,)), layer("prediction", "Dense", (1,), 0))
    )

    assert boxes["core:ids"].parts == (Part("ids", ("1 id",)),)
    assert graph.targets["core:ids"] == []
