#!/usr/bin/env python3
"""The cost model of docs/distributed.md as tables: step time and speed-up against workers.

    python3 scripts/cluster/scaling.py --weights 71153846 --gflop 173.4 --batch 128 --tflops 100

T(n) = B / (n b) + 2 (n-1)/n 4 P / R: the computation of one worker, and the data that a ring all-reduce sends.
"""
import argparse

LINKS = (1, 10, 100)  # Gbit/s
WORKERS = (1, 2, 4, 8, 16, 32)


def step_seconds(workers, alone, weights, gbit):
    """The time of a step that takes one process alone `alone` seconds."""
    sent = 2 * (workers - 1) / workers * 4 * weights
    return alone / workers + sent / (gbit * 1e9 / 8)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--weights', type=int, required=True, help='how many the model has')
    parser.add_argument('--gflop', type=float, required=True, help='of a training step, an image')
    parser.add_argument('--batch', type=int, required=True, help='of all workers together')
    parser.add_argument('--tflops', type=float, required=True, help='that a worker reaches')
    args = parser.parse_args()
    alone = args.batch * args.gflop / 1e3 / args.tflops
    print('| workers |' + ''.join(f' {link} Gbit/s |' for link in LINKS))
    print('| --- |' + ' --- |' * len(LINKS))
    for workers in WORKERS:
        cells = []
        for link in LINKS:
            seconds = step_seconds(workers, alone, args.weights, link)
            cells.append(f' {1e3 * seconds:.0f} ms ({alone / seconds:.1f}×) |')
        print(f'| {workers} |' + ''.join(cells))


if __name__ == '__main__':
    main()
