-- What patients wrote and what it says, without what identifies them.
SELECT * FROM said
