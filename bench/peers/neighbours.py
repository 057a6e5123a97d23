"""Neighbours by a Python package: python3 neighbours.py PACKAGE DATA ROWS OUT K THREADS

DATA: little-endian float32, ROWS rows. Writes int32 [ROWS][K] to OUT (a row may stand among its own) and prints {"seconds",
"cpuSeconds", "rssMiB"}. Imports are not counted, nor is numba's compiling (a small search is made first).
"""
import json, os, resource, sys, time

package, data, rows, out, k, threads = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4], int(sys.argv[5]), int(sys.argv[6])
os.environ["OMP_NUM_THREADS"] = os.environ["NUMBA_NUM_THREADS"] = str(threads)
import numpy as np

x = np.fromfile(data, "<f4").reshape(rows, -1)
if package == "pynndescent":
    from pynndescent import NNDescent
    find = lambda x: NNDescent(x, n_neighbors=k, n_jobs=threads, random_state=0).neighbor_graph[0]
elif package == "openTSNE (Annoy)":
    from openTSNE.nearest_neighbors import Annoy
    find = lambda x: Annoy(x, k, "euclidean", n_jobs=threads, random_state=0).build()[0]
else:
    sys.exit(f"neighbours.py: expected pynndescent or openTSNE (Annoy), got {package}")
find(x[:1000])
begun, worked = time.perf_counter(), time.process_time()
found = find(x)
seconds, cpu = time.perf_counter() - begun, time.process_time() - worked
np.ascontiguousarray(found, "<i4").tofile(out)
print(json.dumps({"seconds": seconds, "cpuSeconds": cpu, "rssMiB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}))
