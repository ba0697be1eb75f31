#!/usr/bin/env python3
"""Trains a small classifier of recipes by dish, on one pinned version of a Sheaf dataset.

Started by Sheaf, which says everything in the environment; see README.md beside this file.
"""

import hashlib
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import joblib
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.metrics import accuracy_score, f1_score
from sklearn.pipeline import make_pipeline
from sklearn.svm import LinearSVC

SEED = 42
MINIMUM_ROWS = 20


def say(text):
    """Prints a progress line at once, so that `sheaf sync --wait` shows it while it is new."""
    print(text, flush=True)


def required(name):
    """A variable of the environment that Sheaf sets."""
    value = os.environ.get(name)
    if not value:
        sys.exit(f"{name} is not set: this trainer is started by Sheaf (see README.md)")
    return value


def sheaf(*arguments, **options):
    """The `sheaf` program that started us, with the configuration that it used."""
    command = [required("SHEAF_BIN"), *arguments, "--config", required("SHEAF_CONFIG")]
    return subprocess.Popen(command, **options)


def read_labels(dataset, version):
    """The labels of one version, which never change: each is a dictionary of the schema's fields."""
    process = sheaf(
        "export", f"{dataset}@{version}", "--format", "ndjson", stdout=subprocess.PIPE
    )
    exported, _ = process.communicate()
    if process.returncode != 0:
        sys.exit(f"sheaf export ended with {process.returncode}")
    return [json.loads(line) for line in exported.splitlines()]


def split_of(key):
    """Which split a key belongs to, in every version: by the first byte of SHA-256 of the key.

    The key is hashed as Sheaf hashes it, as a canonical JSON array ([1234]). Of the 256 values of the byte the first
    80 % are train, the next 10 % validation, the rest test.
    """
    canonical = json.dumps(key, ensure_ascii=False, separators=(",", ":")).encode("utf-8")
    share = hashlib.sha256(canonical).digest()[0] / 256
    if share < 0.8:
        return "train"
    return "validation" if share < 0.9 else "test"


def text_of(label):
    """What the model sees of a recipe. Missing values are left out of a label, so any field may be absent."""
    return f"{label.get('title', '')}\n{label.get('ingredients', '')}"


def score(model, rows):
    """Accuracy and macro F1 over rows of (text, category); None where there are no rows."""
    if not rows:
        return {"accuracy": None, "macro_f1": None}
    texts, expected = zip(*rows)
    predicted = model.predict(texts)
    return {
        "accuracy": round(float(accuracy_score(expected, predicted)), 4),
        "macro_f1": round(float(f1_score(expected, predicted, average="macro", zero_division=0)), 4),
    }


def build_model():
    """Characters rather than words: Japanese has no spaces, and no dictionary has to be installed."""
    return make_pipeline(
        TfidfVectorizer(analyzer="char", ngram_range=(1, 3), min_df=2, sublinear_tf=True),
        LinearSVC(C=1.0, random_state=SEED),
    )


def main():
    begun = time.monotonic()
    dataset, version = required("SHEAF_DATASET"), required("SHEAF_VERSION")
    folder = Path(required("SHEAF_ARTIFACT_DIR"))
    folder.mkdir(parents=True, exist_ok=True)

    say(f"reading {dataset}@{version}")
    splits = {"train": [], "validation": [], "test": []}
    for label in read_labels(dataset, version):
        if "category" in label:
            splits[split_of([label["recipe_id"]])].append((text_of(label), label["category"]))
    counts = {name: len(rows) for name, rows in splits.items()}
    say(f"{sum(counts.values())} labels: " + ", ".join(f"{count} {name}" for name, count in counts.items()))

    categories = {category for _, category in splits["train"]}
    if counts["train"] < MINIMUM_ROWS or len(categories) < 2:
        sys.exit("too few labels to train on")

    say(f"training on {len(categories)} categories")
    model = build_model()
    texts, expected = zip(*splits["train"])
    model.fit(texts, expected)

    test = score(model, splits["test"])
    validation = score(model, splits["validation"])
    metrics = {
        **test,
        "validation_accuracy": validation["accuracy"],
        "validation_macro_f1": validation["macro_f1"],
        "rows": sum(counts.values()),
        "train_rows": counts["train"],
        "validation_rows": counts["validation"],
        "test_rows": counts["test"],
        "categories": len(categories),
        "features": len(model[0].vocabulary_),
        "seconds": round(time.monotonic() - begun, 2),
    }
    say(f"accuracy {test['accuracy']}, macro F1 {test['macro_f1']} on {counts['test']} test rows")

    model_file, metrics_file = folder / "model.joblib", folder / "metrics.json"
    joblib.dump({"model": model, "dataset": dataset, "version": int(version),
                 "version_hash": os.environ.get("SHEAF_VERSION_HASH")}, model_file, compress=3)
    metrics_file.write_text(json.dumps(metrics, ensure_ascii=False, indent=2, sort_keys=True) + "\n", "utf-8")

    # Job and token are in the environment; the report counts only while this attempt is the newest.
    if sheaf("report", "--metrics", str(metrics_file), "--artifact", str(model_file)).wait() != 0:
        sys.exit("sheaf report failed: the model is not registered")
    say(f"done in {time.monotonic() - begun:.1f} s")


if __name__ == "__main__":
    main()
