"""Embeddings of texts without training: how often each n-gram of characters occurs, hashed."""

import base64
import math
import struct
import zlib


def embed(text, order, dimensions):
    """`dimensions` numbers of length 1 together: counts of n-grams, each at the place and with the
    sign that its checksum names. Texts that share n-grams are near each other."""
    counts = [0.0] * dimensions
    padded = f" {text.lower()} "
    for start in range(max(1, len(padded) - order + 1)):
        checksum = zlib.crc32(padded[start:start + order].encode())
        counts[(checksum >> 1) % dimensions] += 1 if checksum & 1 else -1
    norm = math.sqrt(sum(count * count for count in counts)) or 1.0
    return [count / norm for count in counts]


def encoded(vector, encoding_format):
    """As the OpenAI protocol writes it: numbers, or base64 of little-endian 32-bit floats."""
    if encoding_format == "float":
        return vector
    return base64.b64encode(struct.pack(f"<{len(vector)}f", *vector)).decode()
