-- title: At a glance
-- section: Customers
-- chart: number
-- format: revenue = compact, worth_next_year = compact, likely_to_leave = percent, mean_sentiment = 0.00
-- note: Who is likely to leave has bought before, and with a probability of one half buys nothing in the next 90 days.
SELECT
    count(*) AS customers,
    count(*) FILTER (WHERE last_seen_at >= CAST($as_of AS TIMESTAMP) - INTERVAL '30 days') AS seen_in_30_days,
    sum(spent) AS revenue,
    sum(clv) AS worth_next_year,
    avg(CAST(churn_probability >= 0.5 AS INT)) AS likely_to_leave,
    avg(sentiment) AS mean_sentiment
FROM retail_profiles
