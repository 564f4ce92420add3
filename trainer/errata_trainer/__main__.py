"""`python -m errata_trainer`."""

import sys

from errata_trainer.cli import main

sys.exit(main())
