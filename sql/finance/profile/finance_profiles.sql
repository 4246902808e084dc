-- The profile: a customer a row.
SELECT
    e.customer_id,
    CAST($as_of AS DATE) AS as_of,
    e.name,
    e.city,
    date_part('year', CAST($as_of AS DATE)) - date_part('year', e.birth_date) AS age,
    e.joined_at,
    e.accounts,
    e.account_channels,
    p.products,
    h.deposits,
    h.investments,
    h.card_debt,
    h.loan_debt,
    h.mean_deposits,
    h.deposits_trend,
    h.low_months,
    h.invested_share,
    f.inflow_month,
    f.outflow_month,
    f.salary_month,
    f.salary_regularity,
    f.savings_rate,
    f.gambling_share,
    f.cash_share,
    f.categories,
    f.category_diversity,
    a.boldness,
    a.has_answered,
    a.risk_appetite,
    g.loans,
    g.instalments_month,
    g.mean_days_late,
    g.worst_days_late,
    g.unpaid_instalments,
    d.default_probability,
    v.recency_score,
    v.frequency_score,
    v.money_score,
    rfm_segment(v.recency_score, v.frequency_score, v.money_score) AS rfm_segment,
    v.value_next_year,
    r.churn_probability,
    b.transactions,
    b.transactions_30_days,
    b.active_days,
    b.last_seen_at,
    b.hours,
    b.weekdays,
    b.channels,
    b.weekly_trend,
    o.texts,
    o.sentiment,
    o.sentiment_90_days,
    o.sentiment_trend,
    s.price AS sentiment_price,
    s.service AS sentiment_service,
    s.usability AS sentiment_usability,
    o.intents,
    o.keywords,
    o.complaints,
    o.last_complaint_at,
    ai_redact(o.last_complaint) AS last_complaint,
    m.group_no,
    n.name AS group_name,
    t.lifecycle_tag,
    t.value_tag,
    t.risk_tag,
    t.income_tag,
    t.voice_tag
FROM everybody AS e
LEFT JOIN products_held AS p ON p.customer_id = e.customer_id
LEFT JOIN balance AS h ON h.customer_id = e.customer_id
LEFT JOIN flow AS f ON f.customer_id = e.customer_id
LEFT JOIN risk_appetite AS a ON a.customer_id = e.customer_id
LEFT JOIN borrowing AS g ON g.customer_id = e.customer_id
LEFT JOIN default_risk AS d ON d.customer_id = e.customer_id
LEFT JOIN value AS v ON v.customer_id = e.customer_id
LEFT JOIN churn_risk AS r ON r.customer_id = e.customer_id
LEFT JOIN behaviour AS b ON b.customer_id = e.customer_id
LEFT JOIN voices AS o ON o.customer_id = e.customer_id
LEFT JOIN aspects AS s ON s.customer_id = e.customer_id
LEFT JOIN group_members AS m ON m.customer_id = e.customer_id
LEFT JOIN group_names AS n ON n.group_no = m.group_no
LEFT JOIN tags AS t ON t.customer_id = e.customer_id
