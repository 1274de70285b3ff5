"""A language model small enough to learn at start: n-grams of characters, from licences on disk.

It learns from the texts that every Debian ships and continues any prompt: at temperature 0 always by
the likeliest character, above it at random. A token is a word with the space before it, or at most
LONGEST_TOKEN characters of a longer one, so that streams look like those of a large model.
"""

import bisect
import collections
import itertools
import pathlib
import random
import re

CORPUS = pathlib.Path("/usr/share/common-licenses")
END = "\x03"  # stands behind each paragraph, and is how a text ends
LONGEST_TOKEN = 12
TOKEN = re.compile(r"\s?\S{1,%d}|\s" % LONGEST_TOKEN)


def tokens_of(text):
    """The text cut into tokens; they join to the text again."""
    return TOKEN.findall(text)


def read_corpus(folder=CORPUS, files="*"):
    """The paragraphs of a folder's files, each on one line and ended by END."""
    paragraphs = []
    for path in sorted(folder.glob(files)):
        if path.is_file() and not path.is_symlink():
            text = path.read_text("utf-8", "replace")
            paragraphs += [" ".join(block.split()) for block in re.split(r"\n\s*\n", text)]
    paragraphs = [paragraph for paragraph in paragraphs if paragraph]
    if not paragraphs:
        raise SystemExit(f"there is no text to learn from in {folder}")
    return END.join(paragraphs) + END


class NgramModel:
    """What comes after the last `order - 1` characters, by how often it did in the corpus.

    Read-only once built, so threads may share it.
    """

    def __init__(self, order, corpus):
        self.order = order
        followers = collections.defaultdict(dict)
        for length in range(1, order + 1):
            grams = zip(*(itertools.islice(corpus, start, None) for start in range(length)))
            for gram, count in collections.Counter(map("".join, grams)).items():
                followers[gram[:-1]][gram[-1]] = count
        # The likeliest first, so that the greedy choice is the first one; ties by the alphabet.
        self._followers = {context: sorted(counts.items(), key=lambda item: (-item[1], item[0]))
                           for context, counts in followers.items()}

    def _choices(self, history):
        """[(character, count)] behind the longest end of `history` that the corpus has."""
        for length in range(min(self.order - 1, len(history)), 0, -1):
            choices = self._followers.get(history[-length:])
            if choices is not None:
                return choices
        return self._followers[""]

    def _next(self, history, temperature, chance):
        choices = self._choices(history)
        if temperature <= 0:
            return choices[0][0]
        # Scaled by the largest count: a power of a large one would overflow at a low temperature.
        most = choices[0][1]
        sums = list(itertools.accumulate((count / most) ** (1 / temperature)
                                         for _, count in choices))
        return choices[min(bisect.bisect(sums, chance.random() * sums[-1]), len(choices) - 1)][0]

    def complete(self, prompt, temperature=1.0, seed=None, max_tokens=64, stop=()):
        """(tokens, reason): what follows the prompt, and why it ends.

        The reason is "stop" at the end of a paragraph, the matched text for one of `stop` (which is
        cut off), and "length" at `max_tokens`. The same seed gives the same tokens.
        """
        chance = random.Random(seed)
        history, tokens = prompt[-self.order:], []
        # As far as the first token that is cut off: only then is the last one known to be whole.
        while len(tokens) <= max_tokens:
            character = self._next(history, temperature, chance)
            if character == END:
                return tokens, "stop"
            history = (history + character)[-self.order:]
            if tokens and not character.isspace() and len(tokens[-1].strip()) < LONGEST_TOKEN:
                tokens[-1] += character
            else:
                tokens.append(character)
            if stop and (text := "".join(tokens)).endswith(stop):
                ending = next(ending for ending in stop if text.endswith(ending))
                return tokens_of(text[:-len(ending)]), ending
        return tokens[:max_tokens], "length"
