-- title: In figures
-- chart: number
-- format: deposits = integer, investments = integer, debt = integer, salary_month = integer, worth_next_year = integer, may_default = percent, likely_to_leave = percent, sentiment = 0.00
SELECT
    deposits, investments, coalesce(loan_debt, 0) + coalesce(card_debt, 0) AS debt, salary_month,
    value_next_year AS worth_next_year, default_probability AS may_default, churn_probability AS likely_to_leave, sentiment
FROM finance_profiles WHERE customer_id = $customer
