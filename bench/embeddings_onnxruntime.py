"""The speech encoder in onnxruntime for Python, one thread: once a line on standard input, CPU milliseconds a clip as JSON.

Arguments: samples (float32), melspectrogram.onnx and embedding_model.onnx as published, our embedding.onnx, clips a round.
"""

import json
import sys
import time

import numpy as np
import onnxruntime

samples, mel_path, published_path, own_path, count = sys.argv[1:]
clip = np.fromfile(samples, dtype=np.float32)[None] * 32767


def session(path):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])


front_end, windowed, whole = session(mel_path), session(published_path), session(own_path)


def mel():
    return np.ascontiguousarray(front_end.run(None, {"input": clip})[0].reshape(-1, 32) / 10 + 2)


def in_windows():
    frames = mel()
    windows = np.stack([frames[at : at + 76] for at in range(0, len(frames) - 75, 8)])
    windowed.run(None, {"input_1": windows[..., None]})


def in_one_pass():
    whole.run(None, {"mel": mel()[None]})


def milliseconds(work):
    started = time.process_time()
    for _ in range(int(count)):
        work()
    return 1000 * (time.process_time() - started) / int(count)


for _ in sys.stdin:
    print(json.dumps({"windows": milliseconds(in_windows), "onePass": milliseconds(in_one_pass)}), flush=True)
