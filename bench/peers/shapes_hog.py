"""HOG and a linear SVM on a folder of pictures: test accuracy and seconds, as JSON. scikit-image 0.26, scikit-learn 1.9.

  python3 shapes_hog.py FOLDER TEST_CSV     (FOLDER/class/picture.png; the CSV's column "file", where "split" is "test")

Dalal & Triggs' settings (2005) with cells of 8 pixels, on the colour picture, channel of the largest gradient; the SVM's C is the
best of three by three-fold cross-validation on the training pictures.
"""
import csv, json, pathlib, sys, time
import numpy as np
from skimage.feature import hog
from skimage.io import imread
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import LinearSVC

folder = pathlib.Path(sys.argv[1])
with open(sys.argv[2]) as file:
    test = {row["file"] for row in csv.DictReader(file) if row["split"] == "test"}
start, processor = time.perf_counter(), time.process_time()
paths = sorted(folder.glob("*/*.png"))
features = np.stack([hog(imread(path)[..., :3], channel_axis=-1) for path in paths])
labels = np.array([path.parent.name for path in paths])
held = np.array([f"{path.parent.name}/{path.name}" in test for path in paths])
assert held.sum() == len(test), f"expected {len(test)} test pictures in {folder}, got {held.sum()}"
search = GridSearchCV(
    make_pipeline(StandardScaler(), LinearSVC()), {"linearsvc__C": [1e-5, 1e-4, 1e-3]}, cv=3
)
search.fit(features[~held], labels[~held])
print(json.dumps({
    "accuracy": search.score(features[held], labels[held]),
    "seconds": time.perf_counter() - start,
    "processor": time.process_time() - processor,
    "c": search.best_params_["linearsvc__C"],
    "train": int((~held).sum()), "test": int(held.sum()),
}))
