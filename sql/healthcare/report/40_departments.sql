-- title: Departments
-- section: Visits
-- chart: bar
-- note: Patients who have it among the three they visit most.
SELECT department, count(*) AS patients FROM (SELECT unnest(departments)['value'] AS department FROM healthcare_profiles)
GROUP BY department ORDER BY 2 DESC
