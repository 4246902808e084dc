"""Sentences drawn from patterns with `{slot}`s."""

import re

HELD_OUT_EVERY = 6  # every sixth pattern is kept for evaluation


def fill(pattern, slots, rng):
    """Fills each `{slot}` of a pattern with a random entry, no entry twice."""
    used = set()

    def entry(match):
        choice = rng.choice([word for word in slots[match[1]] if word not in used])
        used.add(choice)
        return choice

    return re.sub(r"\{(\w+)\}", entry, pattern)


def split_patterns(patterns, split):
    return [p for i, p in enumerate(patterns) if (i % HELD_OUT_EVERY == HELD_OUT_EVERY - 1) == (split == "dev")]


def draw(patterns, slots, count, rng):
    """`count` distinct sentences, or as many as the patterns can give, each pattern drawn equally often."""
    seen = {}
    for attempt in range(count * 5):
        if len(seen) == count:
            break
        seen[fill(patterns[attempt % len(patterns)], slots, rng)] = None
    return list(seen)
