"""Runs a command and prints the most memory that it held, in bytes, as JSON: `python peak.py COMMAND ..`"""

import json
import resource
import subprocess
import sys

subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL)
print(json.dumps({"bytes": resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024}))
