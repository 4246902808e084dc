-- How bold a customer is, from 0 to 1: the newest questionnaire, or without one the share of savings that is invested, ranked.
-- The first question does not count: it is as much about age as about risk.
WITH answers AS (
    SELECT
        c.customer_id,
        last_value(
            (coalesce(q2, 3) + coalesce(q3, 3) + coalesce(q4, 3) + coalesce(q5, 3)
                + coalesce(q6, 3) + coalesce(q7, 3) + coalesce(q8, 3) - 7) / 28.0
            ORDER BY answered_at
        ) AS boldness
    FROM questionnaires AS q JOIN customer_ids AS c ON c.account_id = q.account_id
    WHERE answered_at < CAST($as_of AS TIMESTAMP)
    GROUP BY c.customer_id
),
invested AS (
    SELECT customer_id, percent_rank() OVER (ORDER BY invested_share) * 0.7 + 0.1 AS boldness FROM balance
),
both_of_them AS (
    SELECT i.customer_id, coalesce(a.boldness, i.boldness) AS boldness, a.boldness IS NOT NULL AS has_answered
    FROM invested AS i LEFT JOIN answers AS a ON a.customer_id = i.customer_id
)
SELECT
    customer_id,
    boldness,
    has_answered,
    CASE
        WHEN boldness < 0.2 THEN 'conservative'
        WHEN boldness < 0.36 THEN 'moderate'
        WHEN boldness < 0.53 THEN 'balanced'
        WHEN boldness < 0.7 THEN 'growth'
        ELSE 'aggressive'
    END AS risk_appetite
FROM both_of_them
