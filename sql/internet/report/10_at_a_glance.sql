-- title: At a glance
-- section: Customers
-- chart: number
-- format: monthly_revenue = compact, likely_to_leave = percent, net_promoter_score = integer
-- note: Who is likely to leave does with a probability of one half not log in within 30 days. The net promoter score is the share of promoters less that of detractors, in hundredths.
SELECT
    count(*) AS customers,
    count(*) FILTER (WHERE logins_30_days > 0) AS logged_in_in_30_days,
    count(*) FILTER (WHERE monthly_price > 0) AS paying,
    sum(monthly_price) AS monthly_revenue,
    avg(CAST(churn_probability >= 0.5 AS INT)) AS likely_to_leave,
    100.0 * (count(*) FILTER (WHERE recommends = 'promoter') - count(*) FILTER (WHERE recommends = 'detractor'))
        / nullif(count(recommends), 0) AS net_promoter_score
FROM internet_profiles
