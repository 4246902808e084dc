-- title: How probable it is that borrowers pay late
-- section: Risk
-- chart: histogram
-- x: default_probability
-- bins: 25
-- format: percent
-- note: That an instalment is 90 days late within the next 180.
SELECT default_probability FROM finance_profiles WHERE default_probability IS NOT NULL
