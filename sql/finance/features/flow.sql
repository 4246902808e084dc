-- What comes in and goes out. A month is one in which the customer did something, of the last twelve.
WITH months AS (
    SELECT
        customer_id,
        date_trunc('month', ts) AS month,
        coalesce(sum(amount) FILTER (WHERE direction = 'in'), 0) AS inflow,
        coalesce(sum(amount) FILTER (WHERE category = 'salary'), 0) AS salary,
        coalesce(sum(amount) FILTER (WHERE direction = 'out' AND category <> 'investment'), 0) AS outflow,
        coalesce(sum(amount) FILTER (WHERE category = 'investment'), 0) AS invested,
        coalesce(sum(amount) FILTER (WHERE category = 'gambling'), 0) AS gambled,
        coalesce(sum(amount) FILTER (WHERE category = 'cash'), 0) AS cash,
        coalesce(sum(amount) FILTER (WHERE is_card AND direction = 'out'), 0) AS by_card
    FROM transactions_clean
    WHERE ts >= CAST($as_of AS TIMESTAMP) - INTERVAL '12 months'
    GROUP BY customer_id, month
),
spent AS (
    SELECT customer_id, top_k(category, k => 3) AS categories, entropy(category) AS category_diversity
    FROM transactions_clean
    WHERE direction = 'out' AND category NOT IN ('loan', 'investment', 'transfer_out', 'rent', 'utilities')
    GROUP BY customer_id
)
SELECT
    m.*,
    s.categories,
    s.category_diversity
FROM (
    SELECT
        customer_id,
        avg(inflow) AS inflow_month,
        avg(outflow) AS outflow_month,
        avg(salary) AS salary_month,
        avg(CAST(salary > 0 AS INT)) AS salary_regularity,
        1 - sum(outflow) / nullif(sum(inflow), 0) AS savings_rate,
        sum(invested) / nullif(sum(inflow), 0) AS invested_of_inflow,
        sum(gambled) / nullif(sum(outflow), 0) AS gambling_share,
        sum(cash) / nullif(sum(outflow), 0) AS cash_share,
        sum(by_card) AS by_card_year
    FROM months GROUP BY customer_id
) AS m
LEFT JOIN spent AS s ON s.customer_id = m.customer_id
