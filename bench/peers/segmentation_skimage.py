"""scikit-image's segmentations of a photo: median milliseconds of processor time of five calls each, as JSON.

  python3 segmentation_skimage.py RGB_GZ     (224 x 224 x 3 bytes, gzipped)
"""
import gzip, json, statistics, sys, time
import numpy as np
from skimage.segmentation import felzenszwalb, quickshift, slic

photo = np.frombuffer(gzip.open(sys.argv[1]).read(), np.uint8).reshape(224, 224, 3)
methods = {
    "slic": lambda: slic(photo, n_segments=100, compactness=10, start_label=0),
    "quickshift": lambda: quickshift(photo, kernel_size=4, max_dist=200, ratio=0.2, random_seed=0),
    "felzenszwalb": lambda: felzenszwalb(photo, scale=300),
}
times = {}
for name, run in methods.items():
    run()
    each = []
    for _ in range(5):
        start = time.process_time()
        run()
        each.append(1000 * (time.process_time() - start))
    times[name] = statistics.median(each)
print(json.dumps(times))
