"""Computes the 186 features of the files given once a line on standard input; prints the CPU seconds and those of each stage."""

import json
import os
import sys
import time

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"):
    os.environ[name] = "1"

import librosa
import numpy as np

RATE = 16000
signals = [librosa.load(path, sr=RATE)[0] for path in sys.argv[1:]]


def statistics(block, names):
    functions = {"mean": np.mean, "std": np.std, "median": np.median}
    return np.concatenate([np.atleast_1d(functions[name](block, axis=-1)).ravel() for name in names])


def extract(y, stages):
    started = time.process_time()

    def lap(stage):
        nonlocal started
        now = time.process_time()
        stages[stage] = stages.get(stage, 0) + now - started
        started = now

    parts = []
    magnitudes = np.abs(librosa.stft(y))
    lap("STFT")
    parts.append(statistics(librosa.feature.mfcc(y=y, sr=RATE, n_mfcc=40), ["mean", "std", "median"]))
    mel = librosa.feature.melspectrogram(y=y, sr=RATE)
    lap("mel, MFCC")
    parts.append(statistics(librosa.feature.chroma_stft(S=magnitudes, sr=RATE), ["mean", "std"]))
    lap("chroma")
    parts.append(statistics(librosa.feature.spectral_contrast(S=magnitudes, sr=RATE), ["mean", "std"]))
    lap("contrast")
    harmonic = librosa.effects.harmonic(y)
    lap("HPSS")
    tuning = librosa.estimate_tuning(y=harmonic, sr=RATE, bins_per_octave=36)
    lap("tonnetz: tuning")
    chroma = librosa.feature.chroma_cqt(y=harmonic, sr=RATE, tuning=tuning)
    parts.append(statistics(librosa.feature.tonnetz(chroma=chroma, sr=RATE), ["mean", "std"]))
    lap("tonnetz: constant Q")
    for block in (
        librosa.feature.spectral_centroid(S=magnitudes, sr=RATE),
        librosa.feature.spectral_bandwidth(S=magnitudes, sr=RATE),
        librosa.feature.spectral_rolloff(S=magnitudes, sr=RATE),
        librosa.feature.spectral_flatness(S=magnitudes),
        librosa.feature.zero_crossing_rate(y),
        librosa.feature.rms(y=y),
    ):
        parts.append(statistics(block, ["mean", "std"]))
    lap("shape, ZCR, RMS")
    parts.append([np.mean(mel), np.std(mel), np.median(mel), np.max(mel)])
    return np.concatenate(parts)


for _ in sys.stdin:
    started = time.process_time()
    stages = {}
    for signal in signals:
        extract(signal, stages)
    print(json.dumps({"cpu": time.process_time() - started, "stages": stages}), flush=True)
