"""Rounding of weights to 8 bits or fewer."""

import numpy as np
import torch


def rows_to_int8(table):
    """Rounds each row of `table` [rows, columns] to int8: returns (int8 [rows, columns], scale [rows, 1])."""
    scale = table.abs().amax(1, keepdim=True).clamp_min(1e-12) / 127
    return (table / scale).round().to(torch.int8), scale


def rounded_rows(table):
    """`table` after a trip through `rows_to_int8`."""
    codes, scale = rows_to_int8(table.detach())
    return codes.float() * scale


def columns_to_int7(weight):
    """Rounds each column of a numpy `weight` [K, N] to -63..63: returns (int8 [K, N], scale float32 [N]).

    Seven bits, because CPUs without VNNI add two products of u8 and s8 in 16 bits: 2 x 255 x 63 fits, and so
    all of them compute the same integers.
    """
    scale = np.maximum(np.abs(weight).max(0), 1e-12) / 63
    return np.rint(weight / scale).astype(np.int8), scale.astype(np.float32)
