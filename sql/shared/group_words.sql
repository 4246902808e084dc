-- What is typical of the texts of each group.
SELECT m.group_no, keywords(v.text, top_k => 8) AS keywords
FROM voice AS v JOIN group_members AS m USING (customer_id)
GROUP BY m.group_no
