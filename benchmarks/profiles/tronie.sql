COPY (
    WITH bought AS (
        SELECT customer_id, count(*) AS orders, sum(amount) AS spent, max(ordered_at) AS last_at,
            top_k(category, k => 3) AS categories
        FROM 'FOLDER/orders.parquet' GROUP BY customer_id
    ),
    seen AS (
        SELECT customer_id, session_stats(ts) AS s, shares(date_part('hour', ts), range(0, 24)) AS hours,
            shares(date_part('isodow', ts), range(1, 8)) AS weekdays
        FROM 'FOLDER/events.parquet' GROUP BY customer_id
    )
    SELECT b.*, rfm_score(last_at) OVER () AS r, rfm_score(orders) OVER () AS f, rfm_score(spent) OVER () AS m,
        e.s['sessions'] AS sessions, e.s['events'] AS events, e.s['first'] AS first_at, e.s['last'] AS last_seen_at,
        e.hours, e.weekdays
    FROM bought AS b LEFT JOIN seen AS e ON e.customer_id = b.customer_id
) TO 'FOLDER/tronie.parquet' STORED AS parquet
