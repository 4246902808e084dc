-- Which borrowers will be 90 days late with an instalment within 180 days, learned from four customers in five.
CREATE OR REPLACE MODEL finance_default
OPTIONS (model_type = 'logistic_reg', label = 'defaulted', l2 = [0.1, 1, 10])
AS SELECT
    loans, rate, days_old, mean_late, worst_late, worst_late_lately, deposits, low_months, debt_to_income, instalments_to_income,
    gambling_share, cash_share, defaulted
FROM default_examples
WHERE as_seen <> 'now' AND data_split(customer_id, [0.8, 0.2]) = 'train'
