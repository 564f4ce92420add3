"""`python -m errata_trainer`."""

import logging
import os
import sys

from errata_trainer.cli import main

if __name__ == "__main__":
    code = main()
    logging.shutdown()
    sys.stderr.flush()
    # Taking torch down costs seconds on a busy machine, after everything is written; a stopped run has ten in all.
    os._exit(code)
