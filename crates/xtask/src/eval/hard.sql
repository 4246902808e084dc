-- Sentences that are only looked at: how many come out right.
select 'sentiment' as task, lang, count(*) as sentences,
       round(avg(case when ai_analyze_sentiment(text) = label then 1.0 else 0.0 end), 4) as accuracy
from '{hard_sentiment}' group by lang
union all
select 'intent' as task, lang, count(*) as sentences,
       round(avg(case when ai_intent(text)['label'] = label then 1.0 else 0.0 end), 4) as accuracy
from '{hard_intent}' group by lang
order by task desc, lang;
