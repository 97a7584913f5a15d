"""What a trained model sees of a text: character 1-3-grams, words, word pairs, and once more how the text begins.

Tokens carry their channel as the first character: `c` characters, `w` words and word pairs, `t` the title - the first
25 characters, where people say what it is about. Digits count as one sign, so that house numbers teach nothing.
"""

from __future__ import annotations

import re
from collections import Counter
from operator import add

from fengqiao.algorithms.segment import flatten, words

HEAD = 25  # characters taken as a title
MAX_CHARS = 3000  # what stands further on decides nothing and costs time
SCHEME = "c1-3 w1-2 t25 v1"  # named in model files: a model is only used with the tokens it was trained on
_RUN = re.compile(r"\w+")
_DIGIT = re.compile(r"\d")


def tokens(text: str) -> Counter[str]:
    """Tokens of a text with how often they occur."""
    flat = _DIGIT.sub("0", flatten(text[:MAX_CHARS]))
    runs = _RUN.findall(flat)
    joined = "".join(runs)
    counts: Counter[str] = Counter()
    ones = ["c" + char for char in joined]
    twos = list(map(add, ones, joined[1:]))
    counts.update(ones)
    counts.update(twos)
    counts.update(map(add, twos, joined[2:]))
    said = [word for run in runs for word in words(run)]
    named = ["w" + word for word in said]
    counts.update(named)
    counts.update(map(add, named, said[1:]))
    head = joined[:HEAD]
    counts.update(map("t{}{}".format, head, head[1:]))
    counts.update("t" + word for word in words(head) if len(word) != 2)
    return counts


def spoken(token: str) -> str:
    """The piece of text a token stands for."""
    return token[1:]
