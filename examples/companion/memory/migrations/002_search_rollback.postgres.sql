ALTER TABLE memories DROP COLUMN search;
