"""One embedding by a Python package: python3 tsne.py PACKAGE DATA ROWS OUT THREADS

DATA: little-endian float32, ROWS rows. Writes the map to OUT and prints {"seconds", "cpuSeconds", "rssMiB"}. Imports are not counted,
nor is numba's compiling for umap-learn (a small map is made first).
"""
import json, os, resource, sys, time

package, data, rows, out, threads = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4], int(sys.argv[5])
os.environ["OMP_NUM_THREADS"] = os.environ["NUMBA_NUM_THREADS"] = str(threads)
import numpy as np

x = np.fromfile(data, "<f4").reshape(rows, -1)
if package == "scikit-learn":
    from sklearn.manifold import TSNE
    make = lambda: TSNE(perplexity=30, init="pca", learning_rate="auto", random_state=0, n_jobs=threads).fit_transform(x)
elif package == "openTSNE":
    import openTSNE
    make = lambda: np.asarray(openTSNE.TSNE(perplexity=30, n_jobs=threads, random_state=0).fit(x))
elif package == "umap-learn":
    import umap
    umap.UMAP(n_jobs=threads).fit_transform(x[:200])
    make = lambda: umap.UMAP(n_jobs=threads).fit_transform(x)
else:
    sys.exit(f"tsne.py: expected scikit-learn, openTSNE or umap-learn, got {package}")
begun, worked = time.perf_counter(), time.process_time()
map = make()
seconds, cpu = time.perf_counter() - begun, time.process_time() - worked
map.astype("<f4").tofile(out)
print(json.dumps({"seconds": seconds, "cpuSeconds": cpu, "rssMiB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}))
