"""``python -m tests.docs`` rewrites the generated parts of the README and the completion scripts.

``python -m tests.docs command N`` prints the README's N-th set-up command, for a script to run.
"""

from __future__ import annotations

import sys

from tests.docs import generate


def main(arguments: list[str]) -> int:
    readme = generate.README.read_text("utf-8")
    if arguments[:1] == ["command"]:
        print(generate.commands(readme)[int(arguments[1])])
        return 0
    generate.README.write_text(generate.filled(readme), "utf-8")
    for shell, file in generate.COMPLETIONS.items():
        file.write_text(generate.completion(shell), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
