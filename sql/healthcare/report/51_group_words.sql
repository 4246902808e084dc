-- title: Words typical of each group
-- chart: keywords
-- width: full
SELECT name, keywords FROM healthcare_groups_described WHERE keywords IS NOT NULL ORDER BY customers DESC
