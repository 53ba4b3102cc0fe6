"""Train the network with PyTorch as fast as plain code does: tensors indexed by a shuffled order, fused Adam.

python benchmarks/rivals/torch_indexed.py FOLDER --batch 32 --epochs 4

Loss and accuracy are summed up batch by batch.
"""

from __future__ import annotations

import time

import torch
from sides import arguments, read_rows, report
from torch.nn.functional import cross_entropy
from torch_network import make_adam, make_network


def main() -> None:
    """Train, and report."""
    given = arguments("Train with PyTorch on indexed tensors.").parse_args()
    x, y = map(torch.from_numpy, read_rows(given.folder))
    network = make_network()
    optimizer = make_adam(network, fused=True)
    seconds = []
    for _ in range(given.epochs):
        started, loss_sum, hits = time.perf_counter(), 0.0, 0
        for drawn in torch.randperm(len(y)).split(given.batch):
            rows, classes = x[drawn], y[drawn]
            optimizer.zero_grad()
            logits = network(rows)
            loss = cross_entropy(logits, classes)
            loss.backward()
            optimizer.step()
            loss_sum += loss.item() * len(classes)
            hits += int((logits.argmax(dim=1) == classes).sum())
        seconds.append(time.perf_counter() - started)
        print(f"loss {loss_sum / len(y):.4f}, accuracy {hits / len(y):.4f}")
    report(seconds=seconds, loss=loss_sum / len(y), accuracy=hits / len(y), versions={"torch": torch.__version__})


if __name__ == "__main__":
    main()
