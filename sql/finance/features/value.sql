-- What a customer is worth: what a year of what is held, owed and paid by card brings the bank, if the customer stays; and RFM
-- scores of payments.
SELECT
    b.customer_id,
    rfm_score(b.days_unseen, ascending => false) OVER () AS recency_score,
    rfm_score(b.payments) OVER () AS frequency_score,
    rfm_score(b.spent) OVER () AS money_score,
    (1 - coalesce(r.churn_probability, 0)) * (
        $deposit_margin * coalesce(h.mean_deposits, 0) + $investment_margin * coalesce(h.investments, 0)
        + $loan_margin * (coalesce(h.loan_debt, 0) + coalesce(h.card_debt, 0)) + $card_margin * coalesce(f.by_card_year, 0)
    ) AS value_next_year
FROM behaviour AS b
LEFT JOIN balance AS h ON h.customer_id = b.customer_id
LEFT JOIN flow AS f ON f.customer_id = b.customer_id
LEFT JOIN churn_risk AS r ON r.customer_id = b.customer_id
