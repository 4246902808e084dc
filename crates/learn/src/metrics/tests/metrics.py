"""What scikit-learn says of some rows: python metrics.py > metrics.json (numpy, scikit-learn)."""

import json

import numpy as np
import sklearn
from sklearn import metrics as m
from sklearn.preprocessing import MinMaxScaler, RobustScaler, StandardScaler

rng = np.random.default_rng(11)
ROWS = 60

y = np.round(rng.normal(100, 15, ROWS), 3)
p = np.round(y + rng.normal(0, 5, ROWS), 3)
label = (rng.random(ROWS) < 0.4).astype(int)
score = np.round(np.clip(label * 0.3 + rng.random(ROWS) * 0.7, 0, 1), 2)  # with ties
score[0], score[1] = (1.0, 0.0) if label[0] == 0 else (0.0, 1.0)  # certain, and the first one wrong
yes = (score > 0.5).astype(int)
names = np.array(["red", "green", "blue", "grey"])
actual = names[rng.integers(0, 3, ROWS)]
predicted = np.where(rng.random(ROWS) < 0.6, actual, names[rng.integers(0, 4, ROWS)])
cluster = rng.integers(0, 3, ROWS)
points = np.round(rng.normal(0, 1, (ROWS, 3)) + cluster[:, None] * 2.0, 3)
cluster[5] = 9  # a cluster of one row


def each(average, a, b, **more):
    f = dict(average=average, zero_division=0.0, **more)
    return [m.precision_score(a, b, **f), m.recall_score(a, b, **f), m.f1_score(a, b, **f)]


labels = sorted(set(actual) | set(predicted))
matrix = m.confusion_matrix(actual, predicted, labels=labels)
print(
    json.dumps(
        {
            "scikit-learn": sklearn.__version__,
            "y": y.tolist(),
            "p": p.tolist(),
            "label": label.tolist(),
            "score": score.tolist(),
            "yes": yes.tolist(),
            "actual": actual.tolist(),
            "predicted": predicted.tolist(),
            "points": points.tolist(),
            "cluster": cluster.tolist(),
            "mse": m.mean_squared_error(y, p),
            "rmse": m.root_mean_squared_error(y, p),
            "mae": m.mean_absolute_error(y, p),
            "r2": m.r2_score(y, p),
            "accuracy": m.accuracy_score(actual, predicted),
            "auc": m.roc_auc_score(label, score),
            "log_loss": m.log_loss(label, score),
            "binary": each("binary", label, yes),
            "macro": each("macro", actual, predicted),
            "micro": each("micro", actual, predicted),
            "weighted": each("weighted", actual, predicted),
            "matrix": [[a, b, int(matrix[i, j])] for i, a in enumerate(labels) for j, b in enumerate(labels) if matrix[i, j]],
            "silhouette": m.silhouette_score(points, cluster),
            "min_max": MinMaxScaler().fit_transform(y[:, None])[:, 0].tolist(),
            "standard": StandardScaler().fit_transform(y[:, None])[:, 0].tolist(),
            "robust": RobustScaler().fit_transform(y[:, None])[:, 0].tolist(),
        }
    )
)
