"""The process that sets one document: {"template", "data"} as JSON on standard input, the PDF on standard output.

Exit status 2 and a message on standard error for a template that is wrong. Templates are strangers here: they see an
empty folder, and the process may use no more than so much memory and time.
"""

import json
import resource
import sys
import tempfile

import typst

MOST_MEMORY = 2 * 1024**3
MOST_CPU_SECONDS = 30


def main() -> int:
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_CPU_SECONDS, MOST_CPU_SECONDS))
    asked = json.load(sys.stdin)
    with tempfile.TemporaryDirectory() as folder:
        try:
            pdf = typst.compile(
                asked["template"].encode(), root=folder, sys_inputs={"data": asked["data"]}, timestamp=0
            )
        except typst.TypstError as error:
            hints = "".join(f"\n{hint}" for hint in error.hints or ())
            sys.stderr.write(f"{error.message}{hints}")
            return 2
    sys.stdout.buffer.write(pdf)
    return 0


if __name__ == "__main__":
    sys.exit(main())
