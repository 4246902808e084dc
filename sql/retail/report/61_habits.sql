-- title: Habits
-- chart: bar
SELECT replace(habit_tag, '_', ' ') AS habit, count(*) AS customers FROM retail_profiles GROUP BY 1 ORDER BY 2 DESC
