-- title: Step by step
-- chart: table
-- format: of_step_before = percent, median_hours = 0.0
-- width: half
SELECT replace(step, '_', ' ') AS step, of_step_before, median_hours FROM internet_funnel ORDER BY step_no
