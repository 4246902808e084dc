-- title: In figures
-- chart: number
-- format: monthly_price = integer, minutes = integer, likely_to_leave = percent, sentiment = 0.00
SELECT logins, logins_30_days, minutes, errors, monthly_price, churn_probability AS likely_to_leave, sentiment, complaints
FROM internet_profiles WHERE customer_id = $customer
