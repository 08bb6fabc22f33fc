"""Random numbers of the simulated world: one independent stream for each part.

Belongs here: how a part gets its stream, so that a new draw in one part moves no other part's numbers.
"""

import zlib

import numpy as np

from orchestration.demo.clock import Floats, Ints


def stream(seed: int, part: str) -> np.random.Generator:
    """The generator of one part of the world; the same seed and name give the same numbers on every machine."""
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence(seed, spawn_key=(zlib.crc32(part.encode()),))))


def pick(rng: np.random.Generator, weights: Floats, count: int) -> Ints:
    """Draw `count` indexes with probability proportional to `weights`."""
    cumulative = np.cumsum(weights, dtype=np.float64)
    return np.searchsorted(cumulative / cumulative[-1], rng.random(count), side="right").astype(np.int64)


def pick_rows(rng: np.random.Generator, weights: Floats) -> Ints:
    """Draw one column for each row of a matrix of weights (rows x choices)."""
    cumulative = np.cumsum(weights, axis=1)
    draws = rng.random(len(weights))[:, None] * cumulative[:, -1:]
    return np.minimum((draws >= cumulative).sum(axis=1), weights.shape[1] - 1).astype(np.int64)


def lognormal_seconds(rng: np.random.Generator, median_seconds: float | Floats, sigma: float, count: int) -> Ints:
    """Log-normal durations in whole seconds, with the given median."""
    return np.maximum(median_seconds * np.exp(sigma * rng.standard_normal(count)), 1.0).astype(np.int64)
