"""What the process of `Press` does: specifications in, pictures out.

It is run as a file and imports nothing else of the program, so that it is there at once.
"""

import sys
from typing import BinaryIO


def serve(asked: BinaryIO, answers: BinaryIO) -> None:
    """Read a Vega-Lite specification a line; write the length of each picture and the picture.

    What cannot be drawn has the length zero.
    """
    import vl_convert

    for line in asked:
        try:
            picture = vl_convert.vegalite_to_svg(line.decode()).encode()
        except Exception:  # noqa: BLE001  (the asker draws for itself and meets it there)
            picture = b""
        answers.write(b"%d\n" % len(picture) + picture)
        answers.flush()


if __name__ == "__main__":
    serve(sys.stdin.buffer, sys.stdout.buffer)
