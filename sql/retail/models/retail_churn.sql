-- Who will buy nothing for 90 days, learned from what was known 90 days ago of four customers in five.
CREATE OR REPLACE MODEL retail_churn
OPTIONS (model_type = 'logistic_reg', label = 'churned', l2 = [0.1, 1, 10])
AS SELECT
    orders, orders_90, days_since, overdue, tenure, basket_value, coupon_share, refund_share, events_30, events_90,
    activity_change, days_unseen, sentiment, bad_texts, churned
FROM churn_examples
WHERE as_seen = 'then' AND data_split(customer_id, [0.8, 0.2]) = 'train'
