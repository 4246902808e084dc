-- Who will neither pay nor be paid for 90 days, learned from four customers in five.
CREATE OR REPLACE MODEL finance_churn
OPTIONS (model_type = 'logistic_reg', label = 'churned', l2 = [0.1, 1, 10])
AS SELECT
    transactions, transactions_30, transactions_90, activity_change, has_salary, days_unseen, tenure, churned
FROM churn_examples
WHERE as_seen <> 'now' AND data_split(customer_id, [0.8, 0.2]) = 'train'
