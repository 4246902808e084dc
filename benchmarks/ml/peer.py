"""What `tronie` is compared with: one task by one library, its time without start and imports, reading included.

    python peer.py --task linear --by duckdb --table table.parquet

Prints one line of JSON: `loop_seconds`, and what came out.
"""

import argparse
import json
import time

FEATURES = [f"x{at}" for at in range(1, 9)]


def sums():
    """The sums of which least squares are made: of each column and of each product of two, y among them."""
    columns = [*FEATURES, "y"]
    pairs = [(a, b) for at, a in enumerate(columns) for b in columns[at:]]
    return columns, pairs


def sql_sums():
    columns, pairs = sums()
    terms = [f"sum({a}) AS s_{a}" for a in columns] + [f"sum({a}*{b}) AS s_{a}_{b}" for a, b in pairs]
    return ", ".join(["count(*) AS n", *terms])


def sql_groups(table):
    """Grouped sums, all of which are read."""
    columns, pairs = sums()
    names = [f"s_{a}" for a in columns] + [f"s_{a}_{b}" for a, b in pairs]
    read = ", ".join(f"sum({name})" for name in names)
    return f"SELECT count(*), {read} FROM (SELECT g, {sql_sums()} FROM {table} GROUP BY g)"


def duckdb_of(task, path):
    import duckdb

    table = f"read_parquet('{path}')"
    queries = {
        "linear": f"SELECT {sql_sums()} FROM {table}",
        "groups": sql_groups(table),
        # The sum of the ranks of the positive rows.
        "metrics": f"""WITH ranked AS (SELECT label, rank() OVER (ORDER BY score) + (count(*) OVER (PARTITION BY score) - 1) / 2.0 AS r
            FROM {table}) SELECT (sum(r) FILTER (label = 1) - count(*) FILTER (label = 1) * (count(*) FILTER (label = 1) + 1) / 2.0)
            / count(*) FILTER (label = 1) / count(*) FILTER (label = 0) FROM ranked""",
    }
    connection = duckdb.connect()
    return lambda: {"first": float(connection.execute(queries[task]).fetchall()[0][0])}


def polars_of(task, path):
    import polars as pl

    columns, pairs = sums()
    terms = [pl.col(a).sum().alias(f"s_{a}") for a in columns]
    terms += [(pl.col(a) * pl.col(b)).sum().alias(f"s_{a}_{b}") for a, b in pairs]

    def run():
        scan = pl.scan_parquet(path)
        if task == "linear":
            return {"rows": scan.select(terms).collect(engine="streaming").height}
        return {"rows": scan.group_by("g").agg(terms).collect(engine="streaming").height}

    return run


def sklearn_of(task, path):
    import numpy as np
    import pyarrow.parquet as pq
    from sklearn import cluster, linear_model, metrics

    def columns(names):
        table = pq.read_table(path, columns=names)
        return [table[name].to_numpy() for name in names]

    def features(more):
        *x, last = columns([*FEATURES, *more]) if more else [*columns(FEATURES), None]
        return np.column_stack(x), last

    def linear():
        x, y = features(["y"])
        model = linear_model.LinearRegression().fit(x, y)
        return {"intercept": model.intercept_, "coefficients": model.coef_.tolist()}

    def logistic():
        x, label = features(["label"])
        model = linear_model.LogisticRegression(C=np.inf, max_iter=1000).fit(x, label)
        return {"intercept": model.intercept_[0], "coefficients": model.coef_[0].tolist()}

    def kmeans(starts):
        x, _ = features([])
        model = cluster.KMeans(8, n_init=starts, random_state=0).fit(x)
        return {"inertia": model.inertia_}

    def judged():
        label, guess, score = columns(["label", "guess", "score"])
        return {"auc": metrics.roc_auc_score(label, score), "f1": metrics.f1_score(label, guess)}

    tasks = {"linear": linear, "logistic": logistic, "metrics": judged}
    return tasks | {"kmeans": lambda: kmeans(1), "kmeans_best": lambda: kmeans(10)}


def inertia(path, centroids):
    """The sum of squared distances of all rows to the nearest of the centroids."""
    import numpy as np
    import pyarrow.parquet as pq

    centres, total = np.array(centroids), 0.0
    for batch in pq.ParquetFile(path).iter_batches(columns=FEATURES):
        x = np.column_stack([column.to_numpy() for column in batch.columns])
        distances = ((x[:, None, :] - centres[None]) ** 2).sum(axis=2)
        total += distances.min(axis=1).sum()
    return {"inertia": total}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--task", required=True)
    parser.add_argument("--by", required=True, choices=["duckdb", "polars", "sklearn", "inertia", "sql"])
    parser.add_argument("--table", required=True)
    parser.add_argument("--centroids", help="a JSON list of lists")
    args = parser.parse_args()
    if args.by == "sql":
        table = f"'{args.table}'"
        print(sql_groups(table) if args.task == "groups" else f"SELECT {sql_sums()} FROM {table}")
        return
    if args.by == "inertia":
        run = lambda: inertia(args.table, json.loads(args.centroids))  # noqa: E731
    elif args.by == "sklearn":
        run = sklearn_of(args.task, args.table)[args.task]
    else:
        run = {"duckdb": duckdb_of, "polars": polars_of}[args.by](args.task, args.table)
    start = time.perf_counter()
    result = run()
    print(json.dumps({"loop_seconds": time.perf_counter() - start} | result))


if __name__ == "__main__":
    main()
