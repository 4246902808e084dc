-- title: What was said, and why it reads as it does
-- section: Voice
-- chart: text
-- note: A word's colour is what it did to the sentiment of its text. The ten newest texts.
SELECT
    text, ai_explain(text, task => 'sentiment') AS words, written_at, source, sentiment, score,
    replace(intent, '_', ' ') AS intent, array_to_string(aspects, ', ') AS about
FROM (SELECT * FROM healthcare_texts WHERE customer_id = $customer ORDER BY written_at DESC LIMIT 10)
ORDER BY written_at DESC
