-- What a customer holds and owes: now, over half a year, and where it goes.
SELECT
    customer_id,
    last_value(deposits ORDER BY month) FILTER (WHERE deposits IS NOT NULL) AS deposits,
    last_value(investments ORDER BY month) FILTER (WHERE investments IS NOT NULL) AS investments,
    last_value(card_debt ORDER BY month) FILTER (WHERE card_debt IS NOT NULL) AS card_debt,
    last_value(loan_debt ORDER BY month) FILTER (WHERE loan_debt IS NOT NULL) AS loan_debt,
    avg(deposits) FILTER (WHERE month >= CAST($as_of AS DATE) - INTERVAL '6 months') AS mean_deposits,
    trend(month, deposits) * 365.25 / 12 AS deposits_trend,
    avg(CAST(deposits < 500 AS INT)) FILTER (WHERE month >= CAST($as_of AS DATE) - INTERVAL '12 months') AS low_months,
    avg(investments / nullif(deposits + investments, 0)) AS invested_share
FROM balances_clean
GROUP BY customer_id
