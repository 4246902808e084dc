-- title: At a glance
-- section: Customers
-- chart: number
-- format: deposits = compact, investments = compact, debt = compact, worth_next_year = compact, likely_to_leave = percent
-- note: Who is likely to leave does with a probability of one half nothing in the next 90 days.
SELECT
    count(*) AS customers,
    sum(deposits) AS deposits,
    sum(investments) AS investments,
    sum(loan_debt) + sum(card_debt) AS debt,
    sum(value_next_year) AS worth_next_year,
    avg(CAST(churn_probability >= 0.5 AS INT)) AS likely_to_leave
FROM finance_profiles
