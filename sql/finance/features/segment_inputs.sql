-- What groups are told apart by, a customer a row; money on a logarithmic scale.
SELECT
    b.customer_id,
    ln(1 + greatest(coalesce(h.mean_deposits, 0), 0)) AS deposits,
    coalesce(h.invested_share, 0) AS invested_share,
    ln(1 + coalesce(h.loan_debt, 0) + coalesce(h.card_debt, 0)) AS debt,
    ln(1 + coalesce(f.inflow_month, 0)) AS inflow,
    greatest(least(coalesce(f.savings_rate, 0), 1), -1) AS savings_rate,
    ln(1 + b.transactions_30_days) AS transactions_30_days,
    coalesce(b.channels[2], 0) AS online_share
FROM behaviour AS b
LEFT JOIN balance AS h ON h.customer_id = b.customer_id
LEFT JOIN flow AS f ON f.customer_id = b.customer_id
