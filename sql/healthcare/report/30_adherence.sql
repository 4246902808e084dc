-- title: Days covered by drugs
-- section: Adherence
-- chart: histogram
-- x: adherence
-- bins: 20
-- format: percent
SELECT adherence FROM healthcare_profiles WHERE adherence IS NOT NULL
