-- title: At a glance
-- section: Patients
-- chart: number
-- format: fees_of_a_year = compact, adherent = percent, mean_sentiment = 0.00
-- note: Adherent is who has fetched drugs for four of five days for which they were prescribed.
SELECT
    count(*) AS patients,
    count(*) FILTER (WHERE visits_365_days > 0) AS seen_in_a_year,
    sum(fees_365_days) AS fees_of_a_year,
    count(*) FILTER (WHERE cardinality(conditions) > 0) AS with_chronic_conditions,
    avg(CAST(is_adherent AS INT)) AS adherent,
    avg(sentiment) AS mean_sentiment
FROM healthcare_profiles
