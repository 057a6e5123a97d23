"""Reads a log folder with TensorBoard's own loader and projector plugin; prints what they saw as JSON.

usage: tensorboard_read.py FOLDER        (needs PyPI tensorboard; written against 2.21.0)
"""
import glob
import hashlib
import json
import os
import sys

import numpy as np
from tensorboard.backend.event_processing import event_file_loader
from tensorboard.plugins import base_plugin
from tensorboard.plugins.graph import keras_util
from tensorboard.plugins.hparams import plugin_data_pb2
from tensorboard.plugins.projector import projector_plugin
from tensorboard.util import tensor_util
from werkzeug.test import Client
from werkzeug.wrappers import Response

folder = sys.argv[1]
values = []
for path in sorted(glob.glob(os.path.join(folder, "events.out.tfevents.*"))):
    for event in event_file_loader.EventFileLoader(path).Load():
        for value in event.summary.value:
            data = value.metadata.plugin_data
            row = {"step": event.step, "tag": value.tag, "plugin": data.plugin_name, "class": value.metadata.data_class}
            array = tensor_util.make_ndarray(value.tensor)
            if data.plugin_name == "images":
                row["size"] = [int(array[0]), int(array[1])]
                row["sha256"] = [hashlib.sha256(png).hexdigest() for png in array[2:]]
            elif data.plugin_name == "text":
                row["text"] = array.item().decode()
            elif data.plugin_name == "graph_keras_model":
                graph = keras_util.keras_model_to_graph_def(json.loads(array.item()))
                row["nodes"] = [[node.name, node.attr["keras_class"].s.decode(), list(node.input)] for node in graph.node]
            elif data.plugin_name == "hparams":
                content = plugin_data_pb2.HParamsPluginData.FromString(data.content)
                row["kind"] = content.WhichOneof("data")
                if row["kind"] == "session_start_info":
                    row["hparams"] = {
                        name: getattr(v, v.WhichOneof("kind")) for name, v in content.session_start_info.hparams.items()
                    }
                if row["kind"] == "experiment":
                    row["metrics"] = [info.name.tag for info in content.experiment.metric_infos]
                if row["kind"] == "session_end_info":
                    row["status"] = content.session_end_info.status
            else:
                row["values"] = np.asarray(array, dtype=np.float64).ravel().tolist()
                row["shape"] = list(array.shape)
            values.append(row)

context = base_plugin.TBContext(logdir=folder, data_provider=None)
plugin = projector_plugin.ProjectorPlugin(context)
apps = plugin.get_plugin_apps()


def get(route, **query):
    return Client(apps[route], Response).get("/", query_string=query)


runs = json.loads(get("/runs").get_data())
projector = {"runs": runs, "assets": []}
for run in runs:
    info = json.loads(get("/info", run=run).get_data())
    for embedding in info["embeddings"]:
        name = embedding["tensorName"]
        tensor = get("/tensor", run=run, name=name)
        metadata = get("/metadata", run=run, name=name)
        asset = {
            "name": name,
            "shape": embedding["tensorShape"],
            "tensor": [tensor.status_code, np.frombuffer(tensor.get_data(), dtype=np.float32)[:4].tolist()],
            "metadata": [metadata.status_code, metadata.get_data(as_text=True).split("\n")[0]],
        }
        if "sprite" in embedding:
            sprite = get("/sprite_image", run=run, name=name)
            asset["sprite"] = [sprite.status_code, hashlib.sha256(sprite.get_data()).hexdigest()]
        projector["assets"].append(asset)
print(json.dumps({"values": values, "projector": projector}))
