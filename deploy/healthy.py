"""Container health check: exit 0 when the web process on the given port answers /healthz."""

import sys
from urllib.request import urlopen

with urlopen(f"http://127.0.0.1:{sys.argv[1]}/healthz", timeout=4) as response:
    sys.exit(0 if response.status == 200 else 1)
