-- What was known of each borrower on five days: today, and four days before of which it is known whether some instalment became
-- 90 days late within the next 180.
WITH cutoffs AS (
    SELECT CAST($as_of AS TIMESTAMP) AS cutoff, 'now' AS as_seen
    UNION ALL SELECT CAST($as_of AS TIMESTAMP) - INTERVAL '180 days', '180 days ago'
    UNION ALL SELECT CAST($as_of AS TIMESTAMP) - INTERVAL '270 days', '270 days ago'
    UNION ALL SELECT CAST($as_of AS TIMESTAMP) - INTERVAL '360 days', '360 days ago'
    UNION ALL SELECT CAST($as_of AS TIMESTAMP) - INTERVAL '450 days', '450 days ago'
),
borrowers AS (
    SELECT
        c.as_seen, c.cutoff, l.customer_id,
        count(*) AS loans,
        sum(l.instalment) AS instalments_month,
        max(l.annual_rate) AS rate,
        min(date_part('epoch', c.cutoff - l.started_at) / 86400) AS days_old
    FROM loans_clean AS l CROSS JOIN cutoffs AS c
    WHERE l.started_at < c.cutoff AND date_part('epoch', c.cutoff - l.started_at) / 86400 / 30.44 <= l.term_months
    GROUP BY c.as_seen, c.cutoff, l.customer_id
),
paid AS (
    SELECT
        c.as_seen, r.customer_id,
        avg(greatest(date_part('epoch', CASE WHEN r.paid_at < c.cutoff THEN r.paid_at ELSE c.cutoff END - r.due_at) / 86400, 0))
            FILTER (WHERE r.due_at < c.cutoff) AS mean_late,
        max(greatest(date_part('epoch', CASE WHEN r.paid_at < c.cutoff THEN r.paid_at ELSE c.cutoff END - r.due_at) / 86400, 0))
            FILTER (WHERE r.due_at < c.cutoff) AS worst_late,
        max(greatest(date_part('epoch', CASE WHEN r.paid_at < c.cutoff THEN r.paid_at ELSE c.cutoff END - r.due_at) / 86400, 0))
            FILTER (WHERE r.due_at < c.cutoff AND r.due_at >= c.cutoff - INTERVAL '100 days') AS worst_late_lately,
        max(CASE WHEN r.due_at + INTERVAL '90 days' >= c.cutoff AND r.due_at + INTERVAL '90 days' < c.cutoff + INTERVAL '180 days'
            AND (r.paid_at IS NULL OR r.paid_at >= r.due_at + INTERVAL '90 days') THEN 1 ELSE 0 END) AS became_late
    FROM repayments_clean AS r CROSS JOIN cutoffs AS c
    GROUP BY c.as_seen, r.customer_id
),
held AS (
    SELECT
        c.as_seen, b.customer_id,
        avg(b.deposits) AS deposits,
        avg(b.card_debt) AS card_debt,
        avg(CAST(b.deposits < 500 AS INT)) AS low_months
    FROM balances_clean AS b CROSS JOIN cutoffs AS c
    WHERE b.month < c.cutoff AND b.month >= c.cutoff - INTERVAL '6 months'
    GROUP BY c.as_seen, b.customer_id
),
moved AS (
    SELECT
        c.as_seen, t.customer_id,
        coalesce(sum(t.amount) FILTER (WHERE t.direction = 'in'), 0) / 6 AS inflow,
        coalesce(sum(t.amount) FILTER (WHERE t.category = 'gambling'), 0) AS gambled,
        coalesce(sum(t.amount) FILTER (WHERE t.category = 'cash'), 0) AS cash,
        coalesce(sum(t.amount) FILTER (WHERE t.direction = 'out'), 0) AS outflow
    FROM transactions_clean AS t CROSS JOIN cutoffs AS c
    WHERE t.ts < c.cutoff AND t.ts >= c.cutoff - INTERVAL '6 months'
    GROUP BY c.as_seen, t.customer_id
)
SELECT
    b.as_seen,
    b.customer_id,
    b.loans,
    b.rate,
    ln(1 + b.days_old) AS days_old,
    ln(1 + coalesce(p.mean_late, 0)) AS mean_late,
    ln(1 + coalesce(p.worst_late, 0)) AS worst_late,
    ln(1 + coalesce(p.worst_late_lately, 0)) AS worst_late_lately,
    ln(1 + greatest(coalesce(h.deposits, 0), 0)) AS deposits,
    coalesce(h.low_months, 0.5) AS low_months,
    least(coalesce(h.card_debt, 0) / (coalesce(m.inflow, 0) + 1000), 5) AS debt_to_income,
    least(b.instalments_month / (coalesce(m.inflow, 0) + 1000), 3) AS instalments_to_income,
    coalesce(m.gambled / nullif(m.outflow, 0), 0) AS gambling_share,
    coalesce(m.cash / nullif(m.outflow, 0), 0) AS cash_share,
    CASE WHEN b.as_seen <> 'now' THEN coalesce(p.became_late, 0) = 1 END AS defaulted
FROM borrowers AS b
LEFT JOIN paid AS p ON p.as_seen = b.as_seen AND p.customer_id = b.customer_id
LEFT JOIN held AS h ON h.as_seen = b.as_seen AND h.customer_id = b.customer_id
LEFT JOIN moved AS m ON m.as_seen = b.as_seen AND m.customer_id = b.customer_id
