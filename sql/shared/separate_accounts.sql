-- Accounts that belong to nobody else, whatever they share: the way to undo a wrong merge. A pipeline that has some
-- brings a file of this name of its own, such as SELECT * FROM (VALUES ('A17'), ('A230')) AS wrong(account_id).
SELECT account_id FROM contacts WHERE false
