-- Who will not log in for 30 days, learned from four customers in five.
CREATE OR REPLACE MODEL internet_churn
OPTIONS (model_type = 'logistic_reg', label = 'churned', l2 = [0.1, 1, 10])
AS SELECT
    logins, logins_14, logins_30, logins_90, uses_30, errors_30, activity_change, steps, days_unseen, tenure, overdue, pays,
    sentiment, churned
FROM churn_examples
WHERE as_seen <> 'now' AND data_split(customer_id, [0.8, 0.2]) = 'train'
