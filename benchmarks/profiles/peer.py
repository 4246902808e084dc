"""What `tronie` is compared with: the same profiles by plain SQL or data frames, its time without start and imports.

    python peer.py --by duckdb --folder FOLDER
    python peer.py --by check --folder FOLDER     # in how many customers ours and DuckDB's differ

Prints one line of JSON.
"""

import argparse
import json
import time

HOURS = ", ".join(f"avg(CASE WHEN hour(ts) = {at} THEN 1.0 ELSE 0.0 END) AS h{at}" for at in range(24))
DAYS = ", ".join(f"avg(CASE WHEN isodow(ts) = {at} THEN 1.0 ELSE 0.0 END) AS d{at}" for at in range(1, 8))

SQL = f"""
COPY (
    WITH bought AS (
        SELECT customer_id, count(*) AS orders, sum(amount) AS spent, max(ordered_at) AS last_at
        FROM 'FOLDER/orders.parquet' GROUP BY customer_id
    ),
    scores AS (
        SELECT *, ntile(5) OVER (ORDER BY last_at) AS r, ntile(5) OVER (ORDER BY orders) AS f, ntile(5) OVER (ORDER BY spent) AS m
        FROM bought
    ),
    gaps AS (
        SELECT customer_id, ts,
            CASE WHEN ts - lag(ts) OVER (PARTITION BY customer_id ORDER BY ts) <= INTERVAL 30 MINUTE THEN 0 ELSE 1 END AS begins
        FROM 'FOLDER/events.parquet'
    ),
    sessions AS (
        SELECT customer_id, sum(begins) AS sessions, count(*) AS events, min(ts) AS first_at, max(ts) AS last_seen_at
        FROM gaps GROUP BY customer_id
    ),
    habits AS (SELECT customer_id, {HOURS}, {DAYS} FROM 'FOLDER/events.parquet' GROUP BY customer_id),
    counted AS (
        SELECT customer_id, category, row_number() OVER (PARTITION BY customer_id ORDER BY count(*) DESC, category) AS place
        FROM 'FOLDER/orders.parquet' GROUP BY customer_id, category
    ),
    favourites AS (SELECT customer_id, list(category ORDER BY place) AS categories FROM counted WHERE place <= 3 GROUP BY customer_id)
    SELECT * FROM scores
    LEFT JOIN sessions USING (customer_id) LEFT JOIN habits USING (customer_id) LEFT JOIN favourites USING (customer_id)
) TO 'FOLDER/duckdb.parquet' (FORMAT parquet, COMPRESSION zstd)
"""

# Sessions, money, times and favourites of all customers, and the shares of an hour and a day.
CHECK = """
SELECT count(*) FROM 'FOLDER/tronie.parquet' AS a FULL JOIN 'FOLDER/duckdb.parquet' AS b USING (customer_id)
WHERE a.orders IS DISTINCT FROM b.orders OR abs(a.spent - b.spent) > 1e-6 OR a.last_at IS DISTINCT FROM b.last_at
    OR a.sessions IS DISTINCT FROM b.sessions OR a.events IS DISTINCT FROM b.events
    OR a.first_at IS DISTINCT FROM b.first_at OR a.last_seen_at IS DISTINCT FROM b.last_seen_at
    OR abs(a.hours[9] - b.h8) > 1e-12 OR abs(a.weekdays[1] - b.d1) > 1e-12
    OR list_transform(a.categories, lambda x: x.value) IS DISTINCT FROM b.categories
"""


def duckdb_of(folder):
    import duckdb

    connection = duckdb.connect()
    return lambda: connection.execute(SQL.replace("FOLDER", folder))


def polars_of(folder):
    import polars as pl

    def fifth(column):
        return ((pl.col(column).rank("ordinal") - 1) * 5 // pl.len() + 1).cast(pl.Int8)

    def run():
        orders, events = pl.scan_parquet(f"{folder}/orders.parquet"), pl.scan_parquet(f"{folder}/events.parquet")
        bought = orders.group_by("customer_id").agg(
            pl.len().alias("orders"), pl.col("amount").sum().alias("spent"), pl.col("ordered_at").max().alias("last_at")
        )
        scores = bought.with_columns(fifth("last_at").alias("r"), fifth("orders").alias("f"), fifth("spent").alias("m"))
        sessions = (
            events.sort("customer_id", "ts")
            .with_columns(
                (
                    (pl.col("ts").diff() > pl.duration(minutes=30)) | (pl.col("customer_id") != pl.col("customer_id").shift())
                )
                .fill_null(True)
                .alias("begins")
            )
            .group_by("customer_id")
            .agg(
                pl.col("begins").sum().alias("sessions"),
                pl.len().alias("events"),
                pl.col("ts").min().alias("first_at"),
                pl.col("ts").max().alias("last_seen_at"),
                *[(pl.col("ts").dt.hour() == at).mean().alias(f"h{at}") for at in range(24)],
                *[(pl.col("ts").dt.weekday() == at).mean().alias(f"d{at}") for at in range(1, 8)],
            )
        )
        favourites = (
            orders.group_by("customer_id", "category")
            .len()
            .sort("customer_id", "len", "category", descending=[False, True, False])
            .group_by("customer_id", maintain_order=True)
            .agg(pl.col("category").head(3).alias("categories"))
        )
        wide = scores.join(sessions, on="customer_id", how="left").join(favourites, on="customer_id", how="left")
        wide.sink_parquet(f"{folder}/polars.parquet")

    return run


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--by", choices=["duckdb", "polars", "check"], required=True)
    parser.add_argument("--folder", required=True)
    args = parser.parse_args()
    if args.by == "check":
        import duckdb

        differ = duckdb.execute(CHECK.replace("FOLDER", args.folder)).fetchone()[0]
        print(json.dumps({"differ": differ}))
        return
    run = {"duckdb": duckdb_of, "polars": polars_of}[args.by](args.folder)
    start = time.perf_counter()
    run()
    print(json.dumps({"loop_seconds": time.perf_counter() - start}))


main()
