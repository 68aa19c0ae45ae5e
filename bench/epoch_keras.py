"""Trains one epoch of the reference CNN in Keras a line on standard input and prints its seconds."""

import sys
import time

import numpy as np
from tensorflow import keras

layers = keras.layers
rows, features, classes = 3992, 186, 8
random = np.random.default_rng(1)
x = random.standard_normal((rows, features, 1)).astype("float32")
y = random.integers(0, classes, rows)

model = keras.Sequential(
    [
        layers.Conv1D(64, 5, activation="relu", input_shape=(features, 1)),
        layers.MaxPooling1D(2),
        layers.Dropout(0.3),
        layers.Conv1D(128, 3, activation="relu"),
        layers.MaxPooling1D(2),
        layers.Dropout(0.3),
        layers.Flatten(),
        layers.Dense(64, activation="relu"),
        layers.Dropout(0.4),
        layers.Dense(classes, activation="softmax"),
    ]
)
model.compile(optimizer=keras.optimizers.Adam(5e-4), loss="sparse_categorical_crossentropy", metrics=["accuracy"])

for _ in sys.stdin:
    started = time.perf_counter()
    model.fit(x, y, batch_size=32, epochs=1, verbose=0)
    print(time.perf_counter() - started, flush=True)
