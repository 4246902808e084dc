-- Customers who are alike.
CREATE OR REPLACE MODEL internet_groups
OPTIONS (model_type = 'kmeans', k = 6)
AS SELECT logins, logins_30_days, minutes, team_share, automation_share, monthly_price, funnel_step_no
FROM segment_inputs
