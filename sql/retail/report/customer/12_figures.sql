-- title: In figures
-- chart: number
-- format: spent = integer, worth_next_year = integer, likely_to_leave = percent, sentiment = 0.00
SELECT orders, spent, days_since_order, clv AS worth_next_year, churn_probability AS likely_to_leave, sentiment, sessions, complaints
FROM retail_profiles WHERE customer_id = $customer
