-- Customers who are alike.
CREATE OR REPLACE MODEL finance_groups
OPTIONS (model_type = 'kmeans', k = 6)
AS SELECT deposits, invested_share, debt, inflow, savings_rate, transactions_30_days, online_share
FROM segment_inputs
