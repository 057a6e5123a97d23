"""scikit-learn's 1,797 digits of 8 x 8 pixels: writes them as pictures, and says what its own classifiers make of them, as JSON.

  python3 sklearn_digits.py FOLDER     (writes FOLDER/train/3/0012.png and FOLDER/test/3/0013.png; scikit-learn 1.9, Pillow)

The split is stratified, four fifths to learn from. The SVM's gamma is that of scikit-learn's own example of these digits.
"""
import json, pathlib, sys, time
import numpy as np
from PIL import Image
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.svm import SVC

folder = pathlib.Path(sys.argv[1])
digits = load_digits()
train, test = train_test_split(np.arange(len(digits.target)), test_size=0.2, random_state=0, stratify=digits.target)
for split, places in (("train", train), ("test", test)):
    for n in places:
        path = folder / split / str(digits.target[n]) / f"{n:04d}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray((digits.images[n] * 15.9375).astype(np.uint8)).save(path)
result = {"train": len(train), "test": len(test)}
for name, model in (("svm", SVC(gamma=0.001)), ("logistic", LogisticRegression(max_iter=5000))):
    start = time.perf_counter()
    model.fit(digits.data[train], digits.target[train])
    result[name] = {"accuracy": model.score(digits.data[test], digits.target[test]), "seconds": time.perf_counter() - start}
print(json.dumps(result))
