-- What the default model says about the held-out reviews, which are positive or negative.
create table sentiment as
select source, lang, label as wanted, s['label'] as answer, s['confidence'] as confidence,
       case when s['score'] > 0 then 'positive' else 'negative' end as of_two
from (select *, ai_sentiment(text) as s from '{sentiment}');

with classes as (
  select source, lang, wanted as class,
         count(*) filter (where answer = wanted) as hits, count(*) as there
  from sentiment group by all
), found as (
  select source, lang, answer as class, count(*) as found from sentiment group by all
), f1 as (
  select source, lang, avg(2.0 * hits / (there + coalesce(found, 0))) as macro_f1
  from classes left join found using (source, lang, class) group by all
), accuracy as (
  select source, lang, count(*) as rows,
         avg(case when answer = wanted then 1.0 else 0.0 end) as three_classes,
         avg(case when of_two = wanted then 1.0 else 0.0 end) as two_classes
  from sentiment group by all
)
select source, lang, rows, round(three_classes, 4) as three_classes, round(two_classes, 4) as two_classes,
       round(macro_f1, 4) as macro_f1
from accuracy join f1 using (source, lang) order by source;
