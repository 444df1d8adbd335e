"""`python -m privsynth` is the command `privsynth`."""

from privsynth.cli import main

main()
