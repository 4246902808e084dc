"""Makes the orders and events that profiles are made of: `python table.py --customers 500000 --out FOLDER`

Twenty orders and forty events a customer on average, some customers with many and many with few. Prints the rows as JSON.
"""

import argparse
import json
from pathlib import Path

import duckdb

ORDERS = """
SELECT i AS order_id, CAST(floor({customers} * pow(random(), 1.5)) AS BIGINT) AS customer_id,
    TIMESTAMP '2024-11-01' + to_seconds(CAST(random() * 63072000 AS BIGINT)) AS ordered_at,
    round(exp(random() * 3 + 2), 2) AS amount,
    ['food', 'books', 'home', 'fashion', 'beauty', 'sports', 'toys', 'pets', 'baby', 'electronics'][
        1 + CAST(floor(10 * pow(random(), 2)) AS INT)] AS category
FROM range({orders}) AS rows(i)
"""

EVENTS = """
SELECT i AS event_id, CAST(floor({customers} * pow(random(), 1.5)) AS BIGINT) AS customer_id,
    TIMESTAMP '2024-11-01'
        + to_seconds(CAST(floor(random() * 17520) * 3600 + random() * 2400 * floor(random() * 2) AS BIGINT)) AS ts
FROM range({events}) AS rows(i)
"""


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--customers", type=int, required=True)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    orders, events = 20 * args.customers, 40 * args.customers
    args.out.mkdir(parents=True, exist_ok=True)
    made = args.out / "made.json"
    rows = {"customers": args.customers, "orders": orders, "events": events}
    if not made.exists() or json.loads(made.read_text()) != rows:
        connection = duckdb.connect()
        # One thread, so that the same seed makes the same rows.
        connection.execute("SET threads = 1; SELECT setseed(0.4)")
        for name, query in (("orders", ORDERS), ("events", EVENTS)):
            query = query.format(customers=args.customers, orders=orders, events=events)
            path = args.out / f"{name}.parquet"
            connection.execute(f"COPY ({query}) TO '{path}' (FORMAT parquet, COMPRESSION zstd)")
        made.write_text(json.dumps(rows))
    print(json.dumps(rows))


main()
