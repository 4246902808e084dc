-- Customers who are alike.
CREATE OR REPLACE MODEL retail_groups
OPTIONS (model_type = 'kmeans', k = 6)
AS SELECT orders, basket_value, days_since_order, coupon_share, store_share, events_30_days, sentiment
FROM segment_inputs
